package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/program/municipality"
)

// What needs memory or a turn of its own runs in a process of its own: this program again, with childFlag first.
const (
	childFlag   = "-child"
	childImport = "import"
	childVisits = "visits"
)

func childMain(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("child", flag.ContinueOnError)
	flags.SetOutput(stderr)
	db := flags.String("db", "", "municipality")
	folder := flags.String("folder", "", "registers")
	profile := flags.String("cpuprofile", "", "where to write a profile")
	if len(args) == 0 || flags.Parse(args[1:]) != nil {
		return 2
	}
	var err error
	switch args[0] {
	case childImport:
		err = importChild(ctx, *db, *folder, *profile, stdout)
	case childVisits:
		err = visitsChild(ctx, *db, stdin, stdout)
	default:
		err = fmt.Errorf("unknown child %q", args[0])
	}
	if err != nil {
		fmt.Fprintln(stderr, "hemnyckel-bench:", err)
		return 1
	}
	return 0
}

// child prepares this program as a child process.
func child(ctx context.Context, stderr io.Writer, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{childFlag}, args...)...)
	cmd.Stderr = stderr
	return cmd, nil
}

// imported is what an import in a process of its own came to.
type imported struct {
	Seconds  float64 // from opening the municipality to the signed head over the last entry
	PeakRSS  int64   // bytes
	Accepted map[string]int
	Rejected int
}

func (i imported) rows() (n int) {
	for _, k := range i.Accepted {
		n += k
	}
	return n
}

// importApart imports a folder in a process that does nothing else.
func (s *session) importApart(ctx context.Context, target, folder, label string) (imported, error) {
	args := []string{childImport, "-db", target, "-folder", folder}
	if s.profile != "" {
		args = append(args, "-cpuprofile", s.profile+"-"+label+".pprof")
	}
	cmd, err := child(ctx, s.log, args...)
	if err != nil {
		return imported{}, err
	}
	out, err := cmd.Output()
	if err != nil {
		return imported{}, err
	}
	var r imported
	return r, json.Unmarshal(out, &r)
}

// importChild is what "hemnyckel import" does.
func importChild(ctx context.Context, db, folder, profile string, stdout io.Writer) error {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	began := time.Now()
	m, err := municipality.Open(ctx, db, municipality.Options{Create: true})
	if err != nil {
		return err
	}
	defer m.Close()
	r, err := importFolder(ctx, m, folder)
	if err != nil {
		return err
	}
	peak, err := peakMemory()
	if err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(imported{time.Since(began).Seconds(), peak, r.Accepted, len(r.Rejected)})
}

// peakMemory is the most memory that this process has had resident, in bytes: VmHWM, which Linux alone tells. What
// getrusage tells of a child begins with the size of its parent.
func peakMemory() (int64, error) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("no VmHWM in /proc/self/status")
}
