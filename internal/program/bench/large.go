package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
)

// largeFamilies measure the import of a hundred municipalities' clients in one process, its memory, and how long a station's
// visits wait beside it in another. The limits: as many rows written bare; the size of the files that are read; the
// same visits before the import began.
func largeFamilies() []family {
	var all []family
	for _, engine := range engines() {
		var names []string
		for _, n := range []string{"import-large/", "import-large-seconds/", "import-large-memory/"} {
			names = append(names, n+engine)
		}
		for _, q := range []string{"p50", "p99", "max", "undisturbed-max"} {
			names = append(names, "station-wait-during-import/"+engine+"/"+q)
		}
		all = append(all, family{names: names,
			about: "230 000 clients with all registers, and a station's visits meanwhile (some minutes)",
			run:   func(ctx context.Context, s *session) error { return largeImport(ctx, s, engine) }})
	}
	return all
}

func largeImport(ctx context.Context, s *session, engine string) error {
	folder, err := s.registers(s.size(230_000, 60), false)
	if err != nil {
		return err
	}
	target, err := s.target(ctx, engine)
	if err != nil {
		return err
	}
	defer s.drop(target)
	visits, err := s.visitApart(ctx, target)
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(s.size(5000, 300)) * time.Millisecond) // visits with nothing beside them
	if err := visits.importBegins(); err != nil {
		return errors.Join(err, visits.stop())
	}
	done, err := s.importApart(ctx, target, folder, engine+"-large")
	wait, ended := visits.end()
	if err := errors.Join(err, ended); err != nil {
		return err
	}
	rows, bare, err := s.bareImport(ctx, engine, target, folder, done)
	if err != nil {
		return err
	}
	size, err := folderBytes(folder)
	if err != nil {
		return err
	}
	s.note("  %d rows of registers, %d rows stored, in %.1f s, peak %d MiB", done.rows(), rows, done.Seconds, done.PeakRSS>>20)
	s.note("  visits alone: %+v", wait.Alone)
	s.note("  visits beside the import: %+v", wait.Beside)
	for _, r := range []struct {
		name  string
		value float64
		unit  string
		limit float64
	}{
		{"import-large/" + engine, float64(rows) / done.Seconds, "rows/s", perSecond(rows, bare)},
		{"import-large-seconds/" + engine, done.Seconds, "s", bare.Seconds()},
		{"import-large-memory/" + engine, float64(done.PeakRSS) / (1 << 20), "MiB", float64(size) / (1 << 20)},
		{"station-wait-during-import/" + engine + "/p50", wait.Beside.P50, "ms", wait.Alone.P50},
		{"station-wait-during-import/" + engine + "/p99", wait.Beside.P99, "ms", wait.Beside.DiskP99},
		{"station-wait-during-import/" + engine + "/max", wait.Beside.Max, "ms", wait.Beside.DiskMax},
		{"station-wait-during-import/" + engine + "/undisturbed-max", wait.Beside.Undisturbed.Max, "ms", wait.Beside.Max},
	} {
		if err := s.emit(r.name, r.value, r.unit, r.limit); err != nil {
			return err
		}
	}
	return nil
}

// visits is the visiting process.
type visits struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
}

func (s *session) visitApart(ctx context.Context, target string) (*visits, error) {
	cmd, err := child(ctx, s.log, childVisits, "-db", target)
	if err != nil {
		return nil, err
	}
	v := &visits{cmd: cmd}
	if v.stdin, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	v.stdout = bufio.NewReader(stdout)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	if line, err := v.stdout.ReadString('\n'); err != nil || line != "ready\n" {
		return nil, errors.Join(fmt.Errorf("the visiting process did not start"), v.stop())
	}
	return v, nil
}

func (v *visits) importBegins() error {
	_, err := io.WriteString(v.stdin, "import\n")
	return err
}

func (v *visits) stop() error {
	v.stdin.Close()
	return v.cmd.Wait()
}

// end closes the visiting and returns what it found.
func (v *visits) end() (w waits, err error) {
	v.stdin.Close()
	err = json.NewDecoder(v.stdout).Decode(&w)
	return w, errors.Join(err, v.cmd.Wait())
}
