package journal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"hemnyckel/internal/base/problem"
)

// ErrOrigin means that a log cannot have the name given.
var ErrOrigin = problem.New(problem.Invalid, "journal-origin",
	"Loggens namn ska vara 1–100 tecken utan mellanslag och plustecken, till exempel kommun.example/hemnyckel.",
	"The name of the log must be 1–100 characters without spaces and plus signs, for example kommun.example/hemnyckel.")

// GenerateKey makes a new Ed25519 key for the log named origin (C2SP tlog-checkpoint: unique, by custom a name in DNS
// with a path and no scheme). skey is secret and goes to note.NewSigner; vkey is public and goes to whoever verifies.
func GenerateKey(origin string) (skey, vkey string, err error) {
	if origin == "" || len(origin) > 100 || strings.ContainsAny(origin, "+ \t\r\n") {
		return "", "", ErrOrigin
	}
	skey, vkey, err = note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", "", ErrOrigin.With(err)
	}
	return skey, vkey, nil
}

// checkpoint is the text of a C2SP tlog-checkpoint. Further lines that the format allows are neither written nor
// accepted by us.
type checkpoint struct {
	origin string
	size   int64
	root   tlog.Hash
}

func (c checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.origin, c.size, base64.StdEncoding.EncodeToString(c.root[:]))
}

func parseCheckpoint(text string) (checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return checkpoint{}, errors.New("a checkpoint has three lines: origin, size, root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 1 {
		return checkpoint{}, errors.New("the size of a checkpoint is a positive whole number")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return checkpoint{}, errors.New("the root of a checkpoint is 32 bytes in base64")
	}
	c := checkpoint{lines[0], size, tlog.Hash(root)}
	if c.text() != text {
		return checkpoint{}, errors.New("a checkpoint has one spelling only")
	}
	return c, nil
}

// sign returns the signed note over a tree of size entries with this root.
func sign(signer note.Signer, size int64, root tlog.Hash) (string, error) {
	text := checkpoint{signer.Name(), size, root}.text()
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	return string(signed), err
}

// openCheckpoint checks that a signed note carries a good signature of the log that it names, by one of the known keys.
// It returns also the names of every known key that signed.
func openCheckpoint(signed string, known note.Verifiers) (checkpoint, []string, error) {
	n, err := note.Open([]byte(signed), known)
	if err != nil {
		return checkpoint{}, nil, err
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return checkpoint{}, nil, err
	}
	var names []string
	own := false
	for _, s := range n.Sigs {
		if raw, err := base64.StdEncoding.DecodeString(s.Base64); err != nil || base64.StdEncoding.EncodeToString(raw) != s.Base64 {
			return checkpoint{}, nil, errors.New("a signature has one spelling only")
		}
		names = append(names, s.Name)
		own = own || s.Name == c.origin
	}
	if !own {
		return checkpoint{}, nil, &note.UnverifiedNoteError{Note: n}
	}
	return c, names, nil
}
