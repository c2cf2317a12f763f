package cli

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"regexp"
	"strings"
	"syscall"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
)

// words is an error for a person: safe sentences in their language, what to do, and the operating system's reason where
// there is one. What programs say to each other (drivers, parsers) is only for those who ask, with --debug.
func (p *program) words(err error) string {
	out := p.sentence(err)
	if p.debug {
		out += "\n" + err.Error()
	}
	return out
}

func (p *program) sentence(err error) string {
	if e, ok := errors.AsType[*problem.Error](err); ok {
		return p.problem(e)
	}
	if r, ok := errors.AsType[*credential.Refusal](err); ok {
		sv, en := r.Code.Text()
		return problem.Text{SV: sv, EN: en}.In(p.lang) + " (" + r.Code.String() + ")"
	}
	if errors.Is(err, context.Canceled) {
		return problem.Text{SV: "Avbrutet.", EN: "Interrupted."}.In(p.lang)
	}
	reason := p.reason(err)
	if f, ok := errors.AsType[*fs.PathError](err); ok && reason != "" {
		return f.Path + ": " + reason + "."
	}
	if n, ok := errors.AsType[*net.OpError](err); ok && reason != "" && n.Addr != nil {
		return n.Addr.String() + ": " + reason + "."
	}
	if reason != "" {
		return reason + "."
	}
	return problem.Text{SV: "Något oväntat gick fel. Inget är halvgjort. Kör samma kommando med --debug och visa svaret för den som sköter programmet.",
		EN: "Something unexpected went wrong. Nothing is half-done. Run the same command with --debug and show the answer to whoever looks after the program."}.In(p.lang)
}

// problem is a problem's sentence, the field that it concerns before it, and what lies behind it if that can be said.
func (p *program) problem(e *problem.Error) string {
	out := e.Text.In(p.lang)
	if e.Field != "" {
		out = e.Field + ": " + out
	}
	switch {
	case e.Cause == nil:
	case isSayable(e.Cause):
		out += " " + p.sentence(e.Cause)
	default:
		if reason := p.reason(e.Cause); reason != "" {
			out += " (" + reason + ")"
		}
	}
	return out
}

func isSayable(err error) bool {
	_, ok := errors.AsType[*problem.Error](err)
	return ok || errors.Is(err, context.Canceled)
}

// reason is what the operating system says, or "".
func (p *program) reason(err error) string {
	for _, known := range []struct {
		is     error
		sv, en string
	}{
		{fs.ErrNotExist, "finns inte", "does not exist"},
		{fs.ErrPermission, "åtkomst nekad", "permission denied"},
		{fs.ErrExist, "finns redan", "exists already"},
		{syscall.EISDIR, "är en mapp, inte en fil", "is a folder, not a file"},
		{syscall.ENOTDIR, "en del av sökvägen är ingen mapp", "a part of the path is not a folder"},
		{syscall.ENOSPC, "disken är full", "the disk is full"},
		{syscall.EFBIG, "filen får inte bli större", "the file may not grow"},
		{syscall.EROFS, "disken är skrivskyddad", "the disk is read-only"},
		{syscall.ENAMETOOLONG, "namnet är för långt", "the name is too long"},
		{syscall.EADDRINUSE, "adressen är upptagen av ett annat program", "another program uses the address"},
		{syscall.EADDRNOTAVAIL, "datorn har inte den adressen", "this machine does not have the address"},
		{syscall.ECONNREFUSED, "ingen svarar där", "nobody answers there"},
		{os.ErrDeadlineExceeded, "inget svar i tid", "no answer in time"},
		{context.DeadlineExceeded, "inget svar i tid", "no answer in time"},
	} {
		if errors.Is(err, known.is) {
			return problem.Text{SV: known.sv, EN: known.en}.In(p.lang)
		}
	}
	if d, ok := errors.AsType[*net.DNSError](err); ok && d.IsNotFound {
		return problem.Text{SV: "det finns ingen värd med det namnet", EN: "there is no host of that name"}.In(p.lang)
	}
	if _, ok := errors.AsType[*net.AddrError](err); ok {
		return problem.Text{SV: "adressen går inte att förstå; skriv värd:port", EN: "the address cannot be understood; write host:port"}.In(p.lang)
	}
	return ""
}

// usage makes wrong input from the command line exit with 2; other errors stay as they are.
func usage(err error) error {
	if err != nil && problem.KindOf(err) == problem.Invalid {
		return exit{2, err}
	}
	return err
}

// usageWords says in Swedish what kong says about a command line that it does not understand.
func (p *program) usageWords(err error) string {
	text := err.Error()
	if p.lang == "en" {
		return text
	}
	for _, t := range []struct{ pattern, sv string }{
		{`^missing flags: (.*)$`, `det saknas: $1`},
		{`^unknown flag ([^,]*)`, `flaggan $1 finns inte`},
		{`^unexpected argument ([^,]*)`, `”$1” förstås inte här`},
		{`^expected one of (.*)$`, `ange ett av kommandona $1`},
		{`^expected "(.*)"$`, `det saknas: $1`},
		{`^missing positional arguments (.*)$`, `det saknas: $1`},
		{`^(\S+): expected a valid 64 bit u?int but got (.*)$`, `$1: $2 är inget heltal som går att använda`},
		{`^(\S+): expected \S+ value but got (\S+).*perhaps try (.*)\?$`, `$1: skriv $3`},
		{`^(\S+): missing value.*$`, `$1: värdet saknas`},
		{`^(\S+): expected \S+ value but got "?EOL"?.*$`, `$1: värdet saknas`},
		{`^(\S+) must be one of (.*) but got (.*)$`, `$1 ska vara något av $2, inte $3`},
		{`, did you mean (?:one of )?(.*)\?$`, `; menade du $1?`},
	} {
		text = regexp.MustCompile(t.pattern).ReplaceAllString(text, t.sv)
	}
	return text
}

// languageOf finds the language before the command line has been understood, so that what is wrong with it can be said.
func languageOf(args []string, environment string) string {
	lang := environment
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--lang="); ok {
			lang = v
		} else if a == "--lang" && i+1 < len(args) {
			lang = args[i+1]
		}
	}
	if lang != "en" {
		return "sv"
	}
	return lang
}
