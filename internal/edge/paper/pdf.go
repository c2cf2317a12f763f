package paper

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/phpdave11/gofpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"hemnyckel/internal/base/problem"
)

// The page, in millimetres.
const (
	pageWidth  = 210.0
	pageHeight = 297.0
	margin     = 20.0
	textWidth  = pageWidth - 2*margin
	bottom     = 18.0 // left free below the text, for the foot
)

// font is the Go fonts' family: free, readable, with every letter of Europe's languages, and embedded in each document, so that a
// name is printed right wherever it is printed. (The core fonts of PDF know western Europe only.)
const font = "Go"

// canvas is a document that is being written.
type canvas struct {
	*gofpdf.Fpdf
	lang string
}

// newCanvas begins a document. made is the instant that the document says that it was made.
func newCanvas(lang, title string, made time.Time, landscape bool) *canvas {
	c := &canvas{gofpdf.New(pick(landscape, "L", "P"), "mm", "A4", ""), lang}
	c.SetCatalogSort(true) // the same document is the same bytes
	c.SetCreationDate(made.UTC())
	c.SetModificationDate(made.UTC())
	c.SetTitle(ink(title), true)
	c.SetCreator("Hemnyckel", false)
	c.SetProducer("Hemnyckel", false)
	c.AddUTF8FontFromBytes(font, "", goregular.TTF)
	c.AddUTF8FontFromBytes(font, "B", gobold.TTF)
	c.SetMargins(margin, margin, margin)
	c.SetAutoPageBreak(true, bottom)
	c.AliasNbPages("{pages}")
	c.SetDrawColor(90, 104, 114)
	return c
}

// ink is a text that can be printed: beyond the basic plane, where no name is written, the fonts have nothing and the library
// would fall over.
func ink(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xffff {
			return '\u25a1'
		}
		return r
	}, tame(s))
}

func (c *canvas) say(sv, en string) string { return problem.Text{SV: sv, EN: en}.In(c.lang) }

func (c *canvas) plain(size float64)  { c.SetFont(font, "", size) }
func (c *canvas) strong(size float64) { c.SetFont(font, "B", size) }

// lines writes lines one beneath the other from a point.
func (c *canvas) lines(x, y, width, height float64, align string, lines []string) float64 {
	for _, l := range lines {
		for _, part := range c.SplitText(ink(l), width) {
			c.SetXY(x, y)
			c.CellFormat(width, height, part, "", 0, align, false, 0, "")
			y += height
		}
	}
	return y
}

// paragraphs writes flowing text from where the pen is, breaking pages.
func (c *canvas) paragraphs(height float64, texts []string) {
	for _, t := range texts {
		c.MultiCell(0, height, ink(t), "", "L", false)
		c.Ln(height / 2)
	}
}

// room begins a new page unless there are so many millimetres left on this one.
func (c *canvas) room(height float64) {
	_, high := c.GetPageSize()
	if c.GetY()+height > high-bottom {
		c.AddPage()
	}
}

// qr draws a QR code, its white margin included, in a square.
func (c *canvas) qr(text string, x, y, side float64) {
	code, err := modules(text)
	if err != nil {
		c.SetError(err)
		return
	}
	n := code.Bounds().Dx()
	m := side / float64(n+2*quiet)
	c.SetFillColor(0, 0, 0)
	for row := range n {
		for from := 0; from < n; from++ {
			until := from
			for until < n && dark(code, until, row) {
				until++
			}
			if until > from { // a run of modules is one rectangle, so that no printer leaves hairs between them
				c.Rect(x+float64(from+quiet)*m, y+float64(row+quiet)*m, float64(until-from)*m, m, "F")
				from = until
			}
		}
	}
}

// cut draws the line along which a slip is cut off.
func (c *canvas) cut(y float64) {
	c.SetDashPattern([]float64{2, 2}, 0)
	c.Line(margin/2, y, pageWidth-margin/2, y)
	c.SetDashPattern(nil, 0)
}

// foot writes a text and the page's number at the foot of every page.
func (c *canvas) foot(text string) {
	c.SetFooterFunc(func() {
		width, high := c.GetPageSize()
		c.plain(8)
		c.SetXY(margin, high-bottom+4)
		c.CellFormat(width-2*margin-25, 4, ink(text), "", 0, "L", false, 0, "")
		c.CellFormat(25, 4, fmt.Sprintf("%d (%s)", c.PageNo(), "{pages}"), "", 0, "R", false, 0, "")
	})
}

// write ends the document.
func (c *canvas) write(w io.Writer) error {
	var b bytes.Buffer
	if err := c.Output(&b); err != nil {
		return fmt.Errorf("paper: %w", err)
	}
	out, err := speaking(b.Bytes(), c.lang)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

var (
	rootOf = regexp.MustCompile(`/Root (\d+) 0 R`)
	infoOf = regexp.MustCompile(`/Info (\d+) 0 R`)
	sizeOf = regexp.MustCompile(`/Size (\d+)`)
	xrefAt = regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`)
)

// speaking adds to a document which language it is in, and that its title is shown instead of a file name: what a screen
// reader needs to know first, and the library cannot say. It is an incremental update (ISO 32000-1 §7.5.6): the document stays
// as it is, and a new catalogue follows it.
func speaking(pdf []byte, lang string) ([]byte, error) {
	root, info, size, at := rootOf.FindSubmatch(pdf), infoOf.FindSubmatch(pdf), sizeOf.FindSubmatch(lastTrailer(pdf)), xrefAt.FindSubmatch(pdf)
	if root == nil || info == nil || size == nil || at == nil {
		return nil, fmt.Errorf("paper: the document has no trailer that we know")
	}
	begin := []byte("\n" + string(root[1]) + " 0 obj\n")
	i := bytes.LastIndex(pdf, begin)
	if i < 0 {
		return nil, fmt.Errorf("paper: the document has no catalogue")
	}
	body := pdf[i+len(begin):]
	j := bytes.Index(body, []byte("endobj"))
	k := bytes.LastIndex(body[:max(j, 0)], []byte(">>"))
	if j < 0 || k < 0 {
		return nil, fmt.Errorf("paper: the document's catalogue does not end")
	}
	var out bytes.Buffer
	out.Write(pdf)
	start := out.Len()
	fmt.Fprintf(&out, "%s 0 obj\n%s/Lang (%s)\n/ViewerPreferences <</DisplayDocTitle true>>\n>>\nendobj\n", root[1], body[:k], pick(lang == "en", "en", "sv"))
	table := out.Len()
	fmt.Fprintf(&out, "xref\n%s 1\n%010d 00000 n \ntrailer\n<</Size %s /Root %s 0 R /Info %s 0 R /Prev %s>>\nstartxref\n%s\n%%%%EOF\n",
		root[1], start, size[1], root[1], info[1], at[1], strconv.Itoa(table))
	return out.Bytes(), nil
}

func lastTrailer(pdf []byte) []byte { return pdf[max(bytes.LastIndex(pdf, []byte("trailer")), 0):] }
