package storagetest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Cluster is a running PostgreSQL of our own. It listens on a socket in its folder and on no network, and it stops when
// the process that started it is gone, however that ended, or no longer holds the Cluster.
type Cluster struct {
	dir       string
	temporary bool
	settings  string // of the server, as options
	shell     *exec.Cmd
	stdin     io.Closer
	log       *bytes.Buffer
}

// watch starts the server, says so, waits until its input is closed, which the kernel does when our process dies, and
// stops the server. $1 pg_ctl, $2 data folder, $3 server options, $4 what to remove at the end.
const watch = `"$1" -D "$2" -l "$2/server.log" -o "$3" -w start >&2 || { cat "$2/server.log" >&2; exit 1; }
echo ready
cat >/dev/null
"$1" -D "$2" -m fast -w stop >&2
if [ -n "$4" ]; then rm -rf "$4" 2>/dev/null || true; fi`

// StartCluster starts a cluster in dir, which is made if absent and used again if it holds a cluster. With dir "" the
// cluster is temporary: its folder goes away with it. PostgreSQL's programs are looked for in PATH and where Debian has
// them; as root, which PostgreSQL refuses to run as, it runs as the user postgres or nobody, who must be able to reach dir.
func StartCluster(dir string) (*Cluster, error) { return startCluster(dir, os.TempDir(), recommended) }

// StartHastyCluster is StartCluster("") for tests: quick, in memory where there is room, and nothing survives a power cut.
func StartHastyCluster() (*Cluster, error) { return startCluster("", roomy(), hasty) }

// recommended is what docs/operations.md tells whoever runs a server to set.
const recommended = " -c shared_buffers=1GB -c max_wal_size=8GB"

// hasty are a server's settings under which a machine that loses its power may lose the data: tests' data is made up and thrown
// away. The log is kept short, because it may lie in memory. What benchmarks measure is not hasty.
const hasty = " -c fsync=off -c synchronous_commit=off -c full_page_writes=off" +
	" -c wal_level=minimal -c max_wal_senders=0 -c max_wal_size=256MB"

// roomy is a folder for tests' databases: in memory on a machine with room there, else where temporary files are. A database for a
// test is a thousand small files: a tenth of a second in memory, and half a second or more on a disk that others use.
func roomy() string {
	const memory, room = "/dev/shm", 4 << 30
	var space syscall.Statfs_t
	if syscall.Statfs(memory, &space) != nil || space.Bavail*uint64(space.Bsize) < room {
		return os.TempDir()
	}
	return memory
}

func startCluster(dir, in, settings string) (*Cluster, error) {
	temporary := ""
	if dir == "" {
		made, err := os.MkdirTemp(in, "hemnyckel-pg-")
		if err != nil {
			return nil, err
		}
		dir, temporary = made, made
	}
	c := &Cluster{dir: dir, temporary: temporary != "", settings: settings, log: &bytes.Buffer{}}
	if err := c.start(temporary); err != nil {
		if temporary != "" {
			os.RemoveAll(temporary)
		}
		return nil, fmt.Errorf("start PostgreSQL: %w\n%s", err, c.log)
	}
	return c, nil
}

func (c *Cluster) start(temporary string) error {
	initdb, err := program("initdb")
	if err != nil {
		return err
	}
	pgctl, err := program("pg_ctl")
	if err != nil {
		return err
	}
	as, err := c.prepareFolder()
	if err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); err != nil {
		made := c.command(as, initdb, "-D", data, "-U", "hemnyckel", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
		made.Stdout = c.log
		if err := made.Run(); err != nil {
			return err
		}
	}
	options := "-c listen_addresses='' -c max_connections=200 -c unix_socket_directories='" + c.dir + "'" + c.settings
	c.shell = c.command(as, "sh", "-c", watch, "watch", pgctl, data, options, temporary)
	return c.untilReady()
}

// prepareFolder makes the folder private to the user that the server runs as, and returns that user (nil: ourselves).
func (c *Cluster) prepareFolder() (*syscall.Credential, error) {
	absolute, err := filepath.Abs(c.dir)
	if err != nil {
		return nil, err
	}
	c.dir = absolute
	if len(c.dir) > 80 || strings.ContainsAny(c.dir, `'\ ,`) {
		return nil, fmt.Errorf("%q cannot hold a socket: use a shorter path of plain characters", c.dir)
	}
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return nil, err
	}
	if os.Geteuid() != 0 {
		return nil, nil
	}
	as, err := serverUser()
	if err != nil {
		return nil, err
	}
	return as, os.Chown(c.dir, int(as.Uid), int(as.Gid))
}

func serverUser() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(found.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(found.Gid, 10, 32)
		if err1 == nil && err2 == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
		}
	}
	return nil, errors.New("we are root, and there is no user postgres or nobody to run PostgreSQL as")
}

// command makes a child in its own process group, so that Ctrl-C reaches us and not the server before it is stopped.
func (c *Cluster) command(as *syscall.Credential, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = c.dir
	cmd.Stderr = c.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as}
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "PG") })
	return cmd
}

func (c *Cluster) untilReady() error {
	stdin, err := c.shell.StdinPipe()
	if err != nil {
		return err
	}
	stdout, err := c.shell.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.shell.Start(); err != nil {
		return err
	}
	c.stdin = stdin
	if line, err := bufio.NewReader(stdout).ReadString('\n'); err != nil || line != "ready\n" {
		return errors.Join(errors.New("the server did not start"), c.Stop())
	}
	return nil
}

// Stop stops the server and waits for its end.
func (c *Cluster) Stop() error {
	c.stdin.Close()
	err := c.shell.Wait()
	if c.temporary { // keys in it may be ours alone, which the server's user cannot remove
		err = errors.Join(err, os.RemoveAll(c.dir))
	}
	return err
}

// Keys is a folder for the keys of municipalities in the cluster. It goes away with a temporary cluster.
func (c *Cluster) Keys() string { return filepath.Join(c.dir, "keys") }

// URL is the address of a database in the cluster; "postgres" is always there.
func (c *Cluster) URL(database string) string {
	at := url.URL{
		Scheme: "postgres", User: url.User("hemnyckel"), Path: "/" + database,
		RawQuery: url.Values{"host": {c.dir}}.Encode(),
	}
	return at.String()
}

// program finds one of PostgreSQL's programs: in PATH, else the newest of Debian's.
func program(name string) (string, error) {
	if found, err := exec.LookPath(name); err == nil {
		return found, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s is not installed: run `apt-get install postgresql`, or set %s to the URL of a server",
			name, Variable)
	}
	slices.Sort(found)
	return found[len(found)-1], nil
}
