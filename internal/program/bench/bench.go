// Package bench measures what the system promises about speed, and prints each figure next to its raw limit.
//
// It owns what is measured and how: made-up municipalities of several sizes, the loads, the bare work that each figure is
// compared with, and the line that is printed. One file has one family of measurements. What is measured is the code that
// runs in production, through the same functions; nothing here is used by it.
//
// Promises: a limit is measured in the same run, on the same disk and engine, right beside what it is compared with;
// data goes to standard output, one JSON object per line, everything said to a person to standard error; temporary
// databases are removed. No figure decides whether anything passes: machines are too different for that.
package bench

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Result is one figure.
type Result struct {
	Name      string   `json:"name"` // a path, such as order/sqlite/1000
	Value     float64  `json:"value"`
	Unit      string   `json:"unit"`
	Limit     *float64 `json:"limit"` // the raw limit, in the same unit; null where nothing is one
	Ratio     *float64 `json:"ratio"` // value / limit
	Peer      *string  `json:"peer"`
	PeerValue *float64 `json:"peer_value"`
}

// family is a set of figures that are measured together because they need the same preparation.
type family struct {
	names []string // every figure it can give
	about string
	run   func(context.Context, *session) error
}

// families are in the order in which they run: the quick ones first.
func families() []family {
	all := slices.Concat(deviceFamilies(), visitFamilies(), journalFamilies(), importFamilies(),
		pageFamilies(), bigTownFamilies(), simulationFamilies(), largeFamilies())
	return all
}

// Main runs the command and returns its exit code: 0 measured, 1 something failed, 2 the command line is wrong.
func Main(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(args) > 0 && args[0] == childFlag {
		return childMain(ctx, args[1:], stdin, stdout, stderr)
	}
	flags := flag.NewFlagSet("hemnyckel-bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("only", "", "`name` of a figure, or the beginning of several; commas separate more")
	quick := flags.Bool("quick", false, "tiny sizes: shows that everything runs; the figures mean nothing")
	list := flags.Bool("list", false, "list the figures and measure nothing")
	page := flags.String("o", "", "also write the figures as an HTML `page`")
	profile := flags.String("cpuprofile", "", "write a CPU profile of each import to `prefix`-ENGINE-CLIENTS.pprof")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		if flags.NArg() > 0 {
			fmt.Fprintf(stderr, "hemnyckel-bench: %q is not expected; use -only %s\n", flags.Arg(0), flags.Arg(0))
		}
		return 2
	}
	if *list {
		printList(stdout)
		return 0
	}
	s := &session{only: splitOnly(*only), quick: *quick, profile: *profile, out: json.NewEncoder(stdout), log: stderr}
	err := errors.Join(s.measure(ctx, families()), s.close())
	if err == nil && *page != "" {
		err = writePage(*page, s.results)
	}
	if err != nil {
		fmt.Fprintln(stderr, "hemnyckel-bench:", err)
		if errors.Is(err, errNothing) {
			return 2
		}
		return 1
	}
	return 0
}

func printList(w io.Writer) {
	for _, f := range families() {
		for _, n := range f.names {
			fmt.Fprintf(w, "%-40s %s\n", n, f.about)
		}
	}
}

func splitOnly(text string) []string {
	return slices.DeleteFunc(strings.Split(text, ","), func(s string) bool { return s == "" })
}

// session is one run of the command.
type session struct {
	only    []string
	known   map[string]bool // every figure's name
	quick   bool
	profile string
	out     *json.Encoder
	log     io.Writer
	results []Result
	places  places
}

var errNothing = errors.New("no figure has that name; -list shows them")

func (s *session) measure(ctx context.Context, all []family) error {
	s.known = map[string]bool{}
	for _, f := range all {
		for _, n := range f.names {
			s.known[n] = true
		}
	}
	ran := 0
	for _, f := range all {
		if !slices.ContainsFunc(f.names, s.wants) {
			continue
		}
		ran++
		s.note("%s: %s", f.names[0], f.about)
		began := time.Now()
		if err := f.run(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", f.names[0], err)
		}
		s.note("  took %.1f s", time.Since(began).Seconds())
	}
	if ran == 0 {
		return errNothing
	}
	return nil
}

// wants reports whether a figure was asked for: by its name, by the path above it, or by how its name begins. The name of a
// figure does not ask for others that happen to begin like it (order/sqlite/1000, order/sqlite/10000).
func (s *session) wants(name string) bool {
	if len(s.only) == 0 {
		return true
	}
	return slices.ContainsFunc(s.only, func(o string) bool {
		if s.known[o] {
			return name == o || strings.HasPrefix(name, o+"/")
		}
		return strings.HasPrefix(name, o)
	})
}

// wantsAny reports whether any of the figures was asked for.
func (s *session) wantsAny(names ...string) bool { return slices.ContainsFunc(names, s.wants) }

// size is n, or a small number in a quick run.
func (s *session) size(n, quick int) int {
	if s.quick {
		return quick
	}
	return n
}

func (s *session) note(format string, args ...any) { fmt.Fprintf(s.log, format+"\n", args...) }

// emit prints a figure if it was asked for. A limit of 0 stands for none.
func (s *session) emit(name string, value float64, unit string, limit float64) error {
	if !s.wants(name) {
		return nil
	}
	r := Result{Name: name, Value: round(value), Unit: unit}
	if limit > 0 {
		l, ratio := round(limit), round(value/limit)
		r.Limit, r.Ratio = &l, &ratio
	}
	s.results = append(s.results, r)
	return s.out.Encode(r)
}

// round keeps four significant digits: more would be noise.
func round(v float64) float64 {
	var out float64
	fmt.Sscanf(fmt.Sprintf("%.4g", v), "%g", &out)
	return out
}

// quantile returns the q-quantile of durations, in milliseconds. It sorts them.
func quantile(d []time.Duration, q float64) float64 {
	if len(d) == 0 {
		return 0
	}
	slices.SortFunc(d, cmp.Compare)
	return milli(d[min(int(q*float64(len(d))), len(d)-1)])
}

func milli(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// perSecond is a rate.
func perSecond(n int, d time.Duration) float64 { return float64(n) / d.Seconds() }

// repeat times f at least a few times and until enough time has gone by, and returns the median.
func (s *session) repeat(f func() error) (time.Duration, error) {
	least, long := s.size(50, 2), time.Duration(s.size(1500, 1))*time.Millisecond
	var all []time.Duration
	for began := time.Now(); len(all) < least || time.Since(began) < long; {
		t := time.Now()
		if err := f(); err != nil {
			return 0, err
		}
		all = append(all, time.Since(t))
	}
	slices.Sort(all)
	return all[len(all)/2], nil
}
