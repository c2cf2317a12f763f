package cli

import (
	"bytes"
	"io"
	"testing"

	"github.com/alecthomas/kong"
)

// proves UX: what a user reads is there in Swedish, and in English on demand
func TestEveryHelpTextIsInBothLanguages(t *testing.T) {
	var table commands
	parser, err := newParser(&table, &program{lang: "en", stdout: io.Discard, stderr: io.Discard}, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	swedish := swedishHelp()
	var look func(n *kong.Node)
	look = func(n *kong.Node) {
		texts := []string{n.Help, n.Detail}
		for _, f := range n.Flags {
			texts = append(texts, f.Help)
		}
		for _, a := range n.Positional {
			texts = append(texts, a.Help)
		}
		for _, text := range texts {
			if text != "" && swedish[text] == "" {
				t.Errorf("%s: no Swedish for %q", n.Path(), text)
			}
		}
		for _, c := range n.Children {
			look(c)
		}
	}
	look(parser.Model.Node)
}

func TestUnexpectedErrorsAreNotShownUnlessAskedFor(t *testing.T) {
	var out bytes.Buffer
	p := &program{lang: "sv", stderr: &out}
	if got := p.report(io.ErrUnexpectedEOF); got != 1 || bytes.Contains(out.Bytes(), []byte("EOF")) {
		t.Errorf("got code %d, %q; want 1 and no program's words", got, out.String())
	}
	p.debug = true
	if p.report(io.ErrUnexpectedEOF); !bytes.Contains(out.Bytes(), []byte("unexpected EOF")) {
		t.Errorf("with --debug: got %q, want the cause", out.String())
	}
}
