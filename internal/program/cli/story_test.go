package cli_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage/storagetest"
)

// Each municipality's routine as a story, from the first decision about a client to the erased file, played against a
// running server through the interfaces that its own systems would use, on both engines.
// proves issue 02: both profiles play their routine
func TestStories(t *testing.T) {
	for _, file := range scripts(t, "stories") {
		t.Run(scriptName(file)+"/sqlite", func(t *testing.T) { tell(t, file, filepath.Join(t.TempDir(), "db")) })
		t.Run(scriptName(file)+"/postgres", func(t *testing.T) { tell(t, file, storagetest.Postgres(t)) })
	}
}

func tell(t *testing.T, file, db string) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Files: []string{file},
		Setup: func(e *testscript.Env) error {
			e.Setenv("DB", db)
			e.Setenv("HEMNYCKEL_KEYS", filepath.Join(e.WorkDir, ".keys"))
			for name, days := range map[string]int{"LASTMONTH": -30, "LASTWEEK": -7, "YESTERDAY": -1, "TODAY": 0, "TOMORROW": 1, "WEEK": 7, "MONTH": 30,
				"AGO7": -7, "AGO10": -10, "AGO15": -15, "AGO20": -20, "AGO30": -30} {
				e.Setenv(name, dayFromNow(days))
			}
			e.Setenv("NOW", time.Now().UTC().Format(time.RFC3339))
			e.Setenv("WORKDAY", nextWorkday())
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"code":    code,
			"serve":   serve,
			"part":    part,
			"token":   token,
			"capture": capture,
			"rest":    speak,
			"want":    want,
			"await":   await,
			"word":    word,
		},
	})
}

func dayFromNow(offset int) string {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err)
	}
	return time.Now().In(zone).AddDate(0, 0, offset).Format(time.DateOnly)
}

// nextWorkday is the next day, from tomorrow, on which offices are open.
func nextWorkday() string {
	for offset := 1; ; offset++ {
		day, err := time.Parse(time.DateOnly, dayFromNow(offset))
		if err != nil {
			panic(err)
		}
		if weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday; !weekend && routine.Holiday(day) == "" {
			return day.Format(time.DateOnly)
		}
	}
}

// serve starts a server over $DB, which ends with the script, and sets $URL.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	part(ts, neg, append([]string{"SERVER", "server", "--db", ts.Getenv("DB"), "--listen", "127.0.0.1:0", "--demo-login"}, args...))
	ts.Setenv("URL", "http://"+ts.Getenv("SERVER"))
}

// part NAME ARG… starts "hemnyckel ARG…", which ends with the script, and sets $NAME and $NAME2 to the words of its first
// line: where a server, a station or a lock can be reached.
func part(ts *testscript.TestScript, _ bool, args []string) {
	self, err := exec.LookPath("hemnyckel")
	if err != nil {
		self = filepath.Join(filepath.SplitList(ts.Getenv("PATH"))[0], "hemnyckel")
	}
	c := exec.Command(self, args[1:]...)
	c.Env, c.Dir = append(os.Environ(), "PATH="+ts.Getenv("PATH"), "HEMNYCKEL_KEYS="+ts.Getenv("HEMNYCKEL_KEYS")), ts.Getenv("WORK")
	said := &bytes.Buffer{}
	c.Stderr = said
	out, err := c.StdoutPipe()
	ts.Check(err)
	ts.Check(c.Start())
	ts.Defer(func() {
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
	})
	first, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		ts.Fatalf("%s did not start: %s", args[1], said)
	}
	words := append(strings.Fields(first), "", "")
	ts.Setenv(args[0], words[0])
	ts.Setenv(args[0]+"2", words[1])
}

// token NAME ORGANISATION SCOPE makes a token and sets $NAME.
func token(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(ts.Exec("hemnyckel", "token", "create", "--db", ts.Getenv("DB"), "--organisation", args[1], "--scope", args[2], "--days", "2"))
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
}

// capture NAME PATH sets $NAME to a value of the JSON that the last command printed: capture ORDER orders.0.id. Without a path
// it is all that was printed.
func capture(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 1 {
		ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile("stdout")))
		return
	}
	v := valueAt(ts, args[1])
	if v == nil || v == "" {
		ts.Fatalf("%s: there is nothing in %s", args[1], ts.ReadFile("stdout"))
	}
	ts.Setenv(args[0], fmt.Sprint(v))
}

// word NAME sets $NAME to the first word that the last command printed.
func word(ts *testscript.TestScript, _ bool, args []string) {
	words := strings.Fields(ts.ReadFile("stdout"))
	if len(words) == 0 {
		ts.Fatalf("the last command printed nothing")
	}
	ts.Setenv(args[0], words[0])
}

// want PATH VALUE compares a value of the JSON that the last command printed; "! want" demands that it is another.
func want(ts *testscript.TestScript, neg bool, args []string) {
	got := fmt.Sprint(valueAt(ts, args[0]))
	if (got == args[1]) == neg {
		ts.Fatalf("%s: got %q, want (not: %v) %q in %s", args[0], got, neg, args[1], ts.ReadFile("stdout"))
	}
}

// await PATH VALUE TOKEN METHOD PATH asks the server until a value of its answer is there: what is done in the background.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		status, body, err := rest(ts, args[2:])
		ts.Check(err)
		got := fmt.Sprint(valueIn(ts, string(body), args[0]))
		if status/100 == 2 && got == args[1] {
			fmt.Fprintf(ts.Stdout(), "%s", body)
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s: got %q, want %q at last in %d %s", args[0], got, args[1], status, body)
		}
	}
}

// valueAt is a value of the JSON that the last command printed.
func valueAt(ts *testscript.TestScript, path string) any {
	return valueIn(ts, ts.ReadFile("stdout"), path)
}

// valueIn follows a path of names and numbers; len is the number of elements, and NAME=VALUE the first element that has it.
func valueIn(ts *testscript.TestScript, text, path string) any {
	var v any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	ts.Check(decoder.Decode(&v))
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			v = elementAt(at, step)
		default:
			return nil
		}
	}
	return v
}

func elementAt(list []any, step string) any {
	if step == "len" {
		return len(list)
	}
	if name, value, found := strings.Cut(step, "="); found {
		for _, e := range list {
			if m, ok := e.(map[string]any); ok && fmt.Sprint(m[name]) == value {
				return e
			}
		}
		return nil
	}
	if i, err := strconv.Atoi(step); err == nil && i < len(list) {
		return list[i]
	}
	return nil
}

// speak is the command "rest" of the scripts: rest TOKEN METHOD PATH [FIELD=VALUE | FIELD:=JSON | @FILE]... speaks to the
// server at $URL, or where a whole address leads, as any other system would, prints the answer, and fails where the answer is not a 2xx. It repeats what was
// read before with If-Match where the resource has an ETag, as a careful client does. It is no program of its own: to start one takes longer than to be answered.
func speak(ts *testscript.TestScript, neg bool, args []string) {
	status, body, err := rest(ts, args)
	ts.Check(err)
	fmt.Fprintf(ts.Stdout(), "%s", body)
	good := status/100 == 2
	if !good {
		fmt.Fprintln(ts.Stderr(), status, string(body))
	}
	if good == neg {
		ts.Fatalf("%s %s: got %d %s", args[1], args[2], status, body)
	}
}

func rest(ts *testscript.TestScript, args []string) (int, []byte, error) {
	base := ts.Getenv("URL")
	if len(args) < 3 {
		return 0, nil, fmt.Errorf("usage: rest TOKEN METHOD PATH [FIELD=VALUE | FIELD:=JSON | @FILE]")
	}
	secret, method, path := args[0], args[1], args[2]
	if strings.HasPrefix(path, "http://") {
		base = ""
	}
	body, media, err := restBody(ts, args[3:])
	if err != nil {
		return 0, nil, err
	}
	request, err := http.NewRequest(method, base+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+secret)
	request.Header.Set("Idempotency-Key", rand.Text())
	if len(body) > 0 {
		request.Header.Set("Content-Type", media)
	}
	if method != http.MethodGet {
		if tag := etagOf(base, secret, path); tag != "" {
			request.Header.Set("If-Match", tag)
		}
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, text, err
}

// etagOf reads what is about to be changed: the resource itself, or the one that an action is on.
func etagOf(base, secret, path string) string {
	for _, p := range []string{path, path[:strings.LastIndex(path, "/")]} {
		request, err := http.NewRequest(http.MethodGet, base+p, nil)
		if err != nil {
			return ""
		}
		request.Header.Set("Authorization", "Bearer "+secret)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return ""
		}
		answer.Body.Close()
		if tag := answer.Header.Get("ETag"); tag != "" && answer.StatusCode == http.StatusOK {
			return tag
		}
	}
	return ""
}

// restBody makes a JSON object of fields, or takes a file as it is.
func restBody(ts *testscript.TestScript, fields []string) ([]byte, string, error) {
	object := map[string]any{}
	for _, f := range fields {
		if file, ok := strings.CutPrefix(f, "@"); ok {
			text, err := os.ReadFile(ts.MkAbs(file))
			if media, known := map[string]string{".json": "application/json", ".csv": "text/csv"}[filepath.Ext(file)]; known {
				return text, media, err
			}
			return text, http.DetectContentType(text), err
		}
		if name, raw, ok := strings.Cut(f, ":="); ok {
			object[name] = json.RawMessage(raw)
			continue
		}
		name, value, _ := strings.Cut(f, "=")
		object[name] = value
	}
	if len(object) == 0 {
		return nil, "", nil
	}
	text, err := json.Marshal(object)
	return text, "application/json", err
}
