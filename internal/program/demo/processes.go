package demo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

func (d *Day) path(name string) string { return filepath.Join(d.dir, name) }

// child is a part that goes on running.
type child struct {
	cmd   *exec.Cmd
	first []string // fields of the first line that it printed: its addresses
	ended chan struct{}
	tail  *tail
}

// start starts a part and waits until it has said where it can be reached.
func (d *Day) start(ctx context.Context, args ...string) (*child, error) {
	k := &child{cmd: exec.Command(d.cfg.Program, d.cfg.arguments(args)...), ended: make(chan struct{}), tail: &tail{}}
	out, err := k.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	k.cmd.Stderr = k.tail
	if err := k.cmd.Start(); err != nil {
		return nil, err
	}
	line := make(chan string, 1)
	go func() {
		defer close(k.ended)
		r := bufio.NewReader(out)
		text, _ := r.ReadString('\n')
		line <- text
		io.Copy(io.Discard, r)
		k.cmd.Wait()
	}()
	select {
	case text := <-line:
		k.first = strings.Fields(text)
		if len(k.first) == 0 {
			<-k.ended
			return nil, fmt.Errorf("%s did not start: %s", args[0], k.tail)
		}
		return k, nil
	case <-time.After(30 * time.Second):
		k.kill()
		return nil, fmt.Errorf("%s did not start within 30 s: %s", args[0], k.tail)
	case <-ctx.Done():
		k.kill()
		return nil, ctx.Err()
	}
}

// begin is start for a part that lives until the day is closed.
func (d *Day) begin(ctx context.Context, args ...string) (*child, error) {
	k, err := d.start(ctx, args...)
	if err == nil {
		d.kids = append(d.kids, k)
	}
	return k, err
}

// kill is what a power cut does.
func (k *child) kill() {
	_ = k.cmd.Process.Kill()
	<-k.ended
}

// stop asks a part to end, and kills it if it does not.
func (k *child) stop() {
	_ = k.cmd.Process.Signal(os.Interrupt)
	select {
	case <-k.ended:
	case <-time.After(15 * time.Second):
		k.kill()
	}
}

// tail keeps the end of what a part said, for the report if it fails.
type tail struct {
	mu   sync.Mutex
	text []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if len(t.text) > 4096 {
		t.text = bytes.Clone(t.text[len(t.text)-4096:])
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}

// run runs a command to its end and returns what it printed. failed is its exit code, and err says why it could not run.
func (d *Day) run(ctx context.Context, args ...string) (out string, failed int, err error) {
	var stdout bytes.Buffer
	stderr := &tail{}
	cmd := exec.CommandContext(ctx, d.cfg.Program, d.cfg.arguments(args)...)
	cmd.Stdout, cmd.Stderr = &stdout, stderr
	err = cmd.Run()
	if code, ok := errors.AsType[*exec.ExitError](err); ok && ctx.Err() == nil {
		if said := stderr.String(); said != "" {
			stdout.WriteString(said)
		}
		return stdout.String(), code.ExitCode(), nil
	}
	return stdout.String(), 0, err
}

// must is run for a command that has to succeed.
func (d *Day) must(ctx context.Context, args ...string) (string, error) {
	out, failed, err := d.run(ctx, args...)
	if err == nil && failed != 0 {
		err = fmt.Errorf("hemnyckel %s ended with %d: %s", strings.Join(args[:min(2, len(args))], " "), failed, out)
	}
	return out, err
}

// supervised is the server, which is started again whenever it has been killed.
type supervised struct {
	d     *Day
	args  []string
	mu    sync.Mutex
	now   *child // nil while it is down on purpose
	addr  string
	kills int
	quit  chan struct{}
	done  sync.WaitGroup
}

// serve starts the server on a free port and keeps that port over restarts.
func (d *Day) serve(ctx context.Context) error {
	listen := d.cfg.Listen
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	post, err := d.post()
	if err != nil {
		return err
	}
	s := &supervised{d: d, quit: make(chan struct{})}
	k, err := d.start(ctx, "server", "--db", d.db, "--demo-login", "--post", post, "--listen", listen)
	if err != nil {
		return err
	}
	s.now, s.addr = k, k.first[0]
	s.args = []string{"server", "--db", d.db, "--demo-login", "--post", post, "--listen", s.addr}
	d.server = s
	d.result.Portal = "http://" + s.addr
	return nil
}

// Letters is the folder where mail and text messages are laid instead of being sent.
func (d *Day) Letters() string { return d.path("post") }

// post makes that folder, and the file that says so to the server.
func (d *Day) post() (path string, err error) {
	path = d.path("post.toml")
	return path, errors.Join(os.Mkdir(d.Letters(), 0o700),
		os.WriteFile(path, []byte("[mail]\nfrom = \"hemnyckel@kommun.example\"\nfolder = \"post\"\n\n[sms]\nfolder = \"post\"\n"), 0o600))
}

// cut is a power cut at the server: it is killed and stays down.
func (s *supervised) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil {
		s.now.kill()
		s.now = nil
	}
}

// restore gives the server its power back.
func (s *supervised) restore(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil {
		return nil
	}
	var err error
	s.now, err = s.d.start(ctx, s.args...)
	return err
}

// torment kills the server at random moments, n times, and starts it again each time.
func (s *supervised) torment(ctx context.Context, n int) {
	s.done.Go(func() {
		for left := n; left > 0; {
			select {
			case <-s.quit:
				return
			case <-ctx.Done():
				return
			case <-time.After(time.Duration(20+rand.IntN(400)) * time.Millisecond):
			}
			s.mu.Lock()
			if s.now != nil {
				s.now.kill()
				s.kills++
				left--
				s.revive(ctx)
			}
			s.mu.Unlock()
		}
	})
}

// revive starts the server again after it has been killed, as a service manager does.
func (s *supervised) revive(ctx context.Context) {
	for range 5 {
		var err error
		if s.now, err = s.d.start(ctx, s.args...); err == nil {
			return
		}
		fmt.Fprintf(s.d.cfg.Say, "       … %v\n", err)
	}
}

// Kills is how often the server has been killed at random.
func (d *Day) Kills() int {
	d.server.mu.Lock()
	defer d.server.mu.Unlock()
	return d.server.kills
}

func (s *supervised) stop() {
	close(s.quit)
	s.done.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != nil {
		s.now.stop()
	}
}
