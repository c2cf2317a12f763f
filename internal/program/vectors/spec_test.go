package vectors

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"hemnyckel/credential"
)

func specification(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Every test that the table of threats names is there.
func TestThreatTableNamesTests(t *testing.T) {
	declared := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	err := filepath.WalkDir("../../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, m := range function.FindAllStringSubmatch(string(b), -1) {
			declared[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(specification(t), "\n## 19.")
	if !found {
		t.Fatal("the specification has no section 19")
	}
	rows := 0
	for row := range strings.Lines(table) {
		cells := strings.Split(row, "|")
		if len(cells) != 5 || strings.HasPrefix(cells[1], " Attack") || strings.HasPrefix(cells[1], "---") {
			continue
		}
		rows++
		names := regexp.MustCompile(`\b(?:Test|Fuzz)\w+`).FindAllString(cells[3], -1)
		if len(names) == 0 {
			t.Errorf("no test shows what is done about:%s", cells[1])
		}
		for _, n := range names {
			if !declared[n] {
				t.Errorf("there is no %s, which is to show what is done about:%s", n, cells[1])
			}
		}
	}
	if rows < 30 {
		t.Errorf("the table has %d rows", rows)
	}
}

// The specification has every code, kind, bound and operation of the vectors.
func TestSpecificationIsComplete(t *testing.T) {
	text := specification(t)
	for _, c := range credential.Codes() {
		_, en := c.Text()
		if row := fmt.Sprintf("| %d | `%s` | %s |", c, c, en); !strings.Contains(text, row) {
			t.Errorf("section 14 lacks %s", row)
		}
	}
	for _, k := range []credential.Kind{
		credential.KindCertificate, credential.KindGrant, credential.KindActivation, credential.KindBlockList, credential.KindConfig,
		credential.KindTimeToken, credential.KindAck, credential.KindBatch, credential.KindSyncRequest, credential.KindRootStatement,
		credential.KindRootNext, credential.KindMandate, credential.KindPossession,
	} {
		if !strings.Contains(text, string(k)) {
			t.Errorf("the kind %s is nowhere", k)
		}
	}
	for file, set := range Sets(os.DirFS(published)) {
		for _, v := range set.Vectors {
			if !strings.Contains(text, "`"+v.Op+"`") {
				t.Errorf("%s: section 15 does not say what %s is", file, v.Op)
			}
		}
	}
}

// A verifier in another language, which was written from the specification, agrees with every vector.
func TestIndependentVerifier(t *testing.T) {
	python := ""
	for _, p := range []string{"python3", "/usr/bin/python3"} { // Debian's package is for Debian's own Python
		if python == "" && exec.Command(p, "-c", "import cryptography").Run() == nil {
			python = p
		}
	}
	if python == "" {
		t.Fatal("no python3 has the package cryptography: run make prerequisites")
	}
	out, err := exec.Command(python, "../../../docs/protocol/verify.py", published).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "all vectors hold") {
		t.Errorf("%v\n%s", err, out)
	}
}
