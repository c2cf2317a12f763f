package vectors

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"hemnyckel/credential"
)

// Vector is one question and its answer. Bytes are in hexadecimal.
type Vector struct {
	Name    string          `json:"name"`
	About   string          `json:"about"`
	Op      string          `json:"op"` // what is to be done: docs/protocol.md, section 15
	In      map[string]any  `json:"in"`
	Code    credential.Code `json:"code"` // 0 is accepted
	Refusal string          `json:"refusal"`
	Out     map[string]any  `json:"out,omitempty"` // what else has to come out
}

// Set is one file.
type Set struct {
	Format  int      `json:"format"` // of these files, not of the protocol
	About   string   `json:"about"`
	Vectors []Vector `json:"vectors"`
}

// h is bytes as they stand in a vector.
type h []byte

// MarshalJSON writes hexadecimal.
func (b h) MarshalJSON() ([]byte, error) { return json.Marshal(hex.EncodeToString(b)) }

type args = map[string]any

func (s *Set) add(code credential.Code, op, name, about string, in args, out args) {
	s.Vectors = append(s.Vectors, Vector{Name: name, About: about, Op: op, In: in, Code: code, Refusal: code.String(), Out: out})
}

// Sets are all vectors, by file name. kept are the files that there are: what is random in them is kept.
func Sets(kept fs.FS) map[string]*Set {
	return map[string]*Set{
		"keys.json":       keySet(),
		"codes.json":      codeSet(),
		"primitives.json": primitiveSet(),
		"objects.json":    objectSet(),
		"sealed.json":     sealedSet(kept),
		"messages.json":   messageSet(),
		"decisions.json":  decisionSet(),
		"dialogues.json":  dialogueSet(),
	}
}

// Files are the files of all vectors: one of JSON per set, and the main input of each vector as bare bytes.
func Files(kept fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, set := range Sets(kept) {
		set.Format = 1
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		if err := e.Encode(set); err != nil {
			return nil, err
		}
		files[name] = b.Bytes()
		for _, v := range set.Vectors {
			raw, ok := v.In["bytes"].(h)
			if !ok {
				continue
			}
			path := filepath.ToSlash(filepath.Join("binary", v.Name+".cbor"))
			if files[path] != nil {
				return nil, fmt.Errorf("two vectors are called %s", v.Name)
			}
			files[path] = raw
		}
	}
	return files, nil
}

// Main runs the command and returns its exit code: 0 written, 1 something failed, 2 the command line is wrong.
func Main(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("hemnyckel-vectors", flag.ContinueOnError)
	flags.SetOutput(stderr)
	grow := flags.Bool("grow", false, "write sets that have got new vectors anew")
	if err := flags.Parse(args); err != nil || flags.NArg() != 1 {
		fmt.Fprintln(stderr, "usage: hemnyckel-vectors [-grow] FOLDER, such as credential/testdata/vectors")
		return 2
	}
	written, err := Write(flags.Arg(0), *grow)
	for _, name := range written {
		fmt.Fprintln(stdout, name)
	}
	if err != nil {
		fmt.Fprintln(stderr, "hemnyckel-vectors:", err)
		return 1
	}
	return 0
}

// Write adds to a folder what is missing there. A file that is there and has other bytes is an error and stays: published
// vectors do not change. New vectors in a set that is there are the one reason to write a set anew; grow permits it.
func Write(dir string, grow bool) (written []string, err error) {
	files, err := Files(os.DirFS(dir))
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		switch there, err := os.ReadFile(path); {
		case err == nil && bytes.Equal(there, files[name]):
			continue
		case err == nil && !grow:
			return written, fmt.Errorf("%s is there with other bytes: published vectors do not change; -grow writes sets with new vectors anew", name)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return written, err
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return written, err
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return written, err
		}
		written = append(written, name)
	}
	return written, nil
}
