package registers

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// maxRow is the longest row that is read, in bytes. The longest honest row is a few hundred.
const maxRow = 64 << 10

// A rowError says why one row could not be taken apart; reading goes on after it. Its value is the fault's code.
type rowError string

func (e rowError) Error() string { return "registers: " + string(e) }

const (
	errRowTooLong  rowError = "row-too-long"
	errRowNUL      rowError = "row-nul"
	errRowEncoding rowError = "row-encoding"
	errRowQuote    rowError = "row-quote-unclosed"
	errRowColumns  rowError = "row-columns"
)

// encoding is what a text file turns out to be written in.
type encoding int8

const (
	undecided encoding = iota // only ASCII seen so far
	utf8Text
	windows1252
)

// csvRows reads a delimited text file row by row through one window of maxRow bytes, so that its memory does not depend on
// what the file holds. The encoding is told by the byte order mark or by the first row that is not plain ASCII: text in
// windows-1252 is practically never valid UTF-8.
type csvRows struct {
	ctx   context.Context
	file  io.Closer
	win   *bufio.Reader
	taken int // bytes of the window that belong to the row last returned
	enc   encoding
	delim byte
	row   int
	buf   []byte
	cells []string
}

func openCSV(ctx context.Context, path string) (*csvRows, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	c, err := newCSV(ctx, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	c.file = f
	return c, nil
}

// newCSV looks at the beginning of r for its byte order mark and delimiter.
func newCSV(ctx context.Context, r io.Reader) (*csvRows, error) {
	c := &csvRows{ctx: ctx, win: bufio.NewReaderSize(r, maxRow), delim: ';'}
	start, err := c.win.Peek(maxRow)
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		c.enc = utf8Text
		start = start[3:]
		c.taken = 3
	case bytes.HasPrefix(start, []byte("\xff\xfe")), bytes.HasPrefix(start, []byte("\xfe\xff")):
		return nil, errUTF16
	}
	header, _, _ := bytes.Cut(start, []byte("\n"))
	for _, d := range []byte{',', '\t'} {
		if bytes.Count(header, []byte{d}) > bytes.Count(header, []byte{c.delim}) {
			c.delim = d
		}
	}
	return c, nil
}

func (c *csvRows) close() {
	if c.file != nil {
		c.file.Close()
	}
}

func (c *csvRows) strict() bool { return true }

// next returns the next row that is not blank. The cells are good until the following call.
func (c *csvRows) next() (cells []string, row int, err error) {
	for {
		if c.row&1023 == 0 && c.ctx.Err() != nil {
			return nil, c.row, c.ctx.Err()
		}
		raw, err := c.record()
		if err == io.EOF {
			return nil, c.row, err
		}
		c.row++
		if err != nil {
			return nil, c.row, err
		}
		if len(raw) == 0 {
			continue
		}
		text, err := c.decode(raw)
		if err != nil {
			return nil, c.row, err
		}
		if err := c.split(text); err != nil {
			return nil, c.row, err
		}
		return c.cells, c.row, nil
	}
}

// record returns the bytes of the next row without its line end. They lie in the window until the next call.
func (c *csvRows) record() ([]byte, error) {
	if _, err := c.win.Discard(c.taken); err != nil {
		return nil, err
	}
	c.taken = 0
	for {
		window, _ := c.win.Peek(c.win.Buffered())
		end, quoted := recordEnd(window, c.delim)
		if end >= 0 {
			c.taken = end
			return trimEOL(window[:end]), nil
		}
		_, err := c.win.Peek(len(window) + 1) // reads more; what the window held may have moved
		switch {
		case err == nil:
		case err == io.EOF && len(window) == 0:
			return nil, io.EOF
		case quoted && (err == io.EOF || errors.Is(err, bufio.ErrBufferFull)):
			return nil, c.skipOpenQuote()
		case err == io.EOF:
			last, _ := c.win.Peek(len(window))
			c.taken = len(last)
			return trimEOL(last), nil
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, c.skipLine()
		default:
			return nil, err
		}
	}
}

// recordEnd returns where the first row of b ends, after its newline, or -1 and whether b ends within quotes. A quote opens
// only at the start of a cell: elsewhere it is a character like others.
func recordEnd(b []byte, delim byte) (end int, quoted bool) {
	line := bytes.IndexByte(b, '\n')
	if line >= 0 && bytes.IndexByte(b[:line], '"') < 0 {
		return line + 1, false
	}
	start, closed := true, false // at the start of a cell; right after a quote that closed
	for i, ch := range b {
		switch {
		case quoted:
			closed = ch == '"'
			quoted = !closed
		case ch == '"' && (start || closed): // right after a closing quote it is a doubled one
			quoted, start, closed = true, false, false
		case ch == '\n':
			return i + 1, false
		default:
			start, closed = ch == delim, false
		}
	}
	return -1, quoted
}

// skipOpenQuote gives up the line that opens a quote which is not closed within a row's longest length, and only that line.
func (c *csvRows) skipOpenQuote() error {
	window, _ := c.win.Peek(c.win.Buffered())
	line := bytes.IndexByte(window, '\n')
	if line < 0 {
		return c.skipLine()
	}
	c.taken = line + 1
	return errRowQuote
}

// skipLine leaves the rest of the line without keeping it.
func (c *csvRows) skipLine() error {
	read := 0
	for {
		part, err := c.win.ReadSlice('\n')
		read += len(part)
		switch {
		case err == nil || err == io.EOF:
			if read < maxRow {
				return errRowQuote // an open quote on the last line
			}
			return errRowTooLong
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		case c.ctx.Err() != nil:
			return c.ctx.Err()
		}
	}
}

func trimEOL(b []byte) []byte { return bytes.TrimRight(b, "\r\n") }

// decode turns a row into UTF-8, settling the file's encoding on the first row that shows it.
func (c *csvRows) decode(raw []byte) (string, error) {
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", errRowNUL
	}
	if isASCII(raw) {
		return string(raw), nil
	}
	if c.enc == undecided {
		c.enc = windows1252
		if utf8.Valid(raw) {
			c.enc = utf8Text
		}
	}
	if c.enc == utf8Text {
		if !utf8.Valid(raw) {
			return "", errRowEncoding
		}
		return string(raw), nil
	}
	c.buf = c.buf[:0]
	for _, ch := range raw {
		r := charmap.Windows1252.DecodeByte(ch)
		if r == utf8.RuneError {
			return "", errRowEncoding
		}
		c.buf = utf8.AppendRune(c.buf, r)
	}
	return string(c.buf), nil
}

func isASCII(b []byte) bool {
	for _, ch := range b {
		if ch >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// split takes a decoded row apart into c.cells.
func (c *csvRows) split(s string) error {
	c.cells = c.cells[:0]
	for {
		cell, rest, more := s, "", false
		if strings.HasPrefix(s, `"`) {
			var ok bool
			if cell, rest, ok = unquote(s[1:]); !ok {
				return errRowQuote
			}
			if more = rest != ""; more {
				if rest[0] != c.delim {
					return errRowQuote
				}
				rest = rest[1:]
			}
		} else if i := strings.IndexByte(s, c.delim); i >= 0 {
			cell, rest, more = s[:i], s[i+1:], true
		}
		c.cells = append(c.cells, cell)
		if !more {
			return nil
		}
		s = rest
	}
}

// unquote returns what lies before the closing quote of s, with doubled quotes made single, and what follows it.
func unquote(s string) (cell, rest string, ok bool) {
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		return strings.ReplaceAll(s[:i], `""`, `"`), s[i+1:], true
	}
	return "", "", false
}
