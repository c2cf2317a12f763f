package paper

import (
	"io"
	"time"

	"hemnyckel/internal/base/problem"
)

// Pair is a line of a form: what it is, and what it says. An empty value is a line to write on.
type Pair struct {
	Label, Value string
}

// Receipt is a form that two parties sign and keep one copy each of (V2.6-d).
type Receipt struct {
	Lang   string
	Made   time.Time
	Title  string
	Number string // what the receipt is called
	Code   string // what its QR code says; "" without
	Lines  []Pair
	Text   []string
	Copies [2]string // whose copies they are
	Signed []string  // who signs, such as "Utlämnat av", "Mottaget av"
}

// WriteReceipt writes both copies of a receipt on one page.
func WriteReceipt(w io.Writer, r Receipt) error {
	c := newCanvas(r.Lang, r.Title+" "+r.Number, r.Made, false)
	c.SetAutoPageBreak(false, 0)
	c.AddPage()
	for i, copy := range r.Copies {
		c.receipt(r, copy, float64(i)*pageHeight/2)
	}
	c.cut(pageHeight / 2)
	return c.write(w)
}

func (c *canvas) receipt(r Receipt, copy string, top float64) {
	c.strong(14)
	c.lines(margin, top+12, textWidth-35, 6.5, "L", []string{r.Title})
	c.plain(9)
	c.lines(margin, top+19, textWidth-35, 4.5, "L", []string{r.Number + "   " + copy})
	if r.Code != "" {
		c.qr(r.Code, pageWidth-margin-30, top+7, 30)
	}
	y := top + 38
	for _, l := range r.Lines {
		c.strong(9)
		c.lines(margin, y, 48, 5, "L", []string{l.Label})
		c.plain(10)
		if l.Value == "" {
			c.Line(margin+50, y+4.6, pageWidth-margin, y+4.6)
			y += 6.5
			continue
		}
		y = c.lines(margin+50, y, textWidth-50, 5, "L", []string{l.Value}) + 0.7
	}
	c.plain(9)
	y = c.lines(margin, y+2, textWidth, 4.4, "L", r.Text)
	if y > top+pageHeight/2-30 {
		c.SetError(ErrTooMuch)
	}
	labels := make([]string, len(r.Signed))
	for i, s := range r.Signed {
		labels[i] = s + " – " + c.say("ort, datum, underskrift, namnförtydligande", "place, date, signature, name in print")
	}
	if len(labels) > 0 {
		c.blanks(top+pageHeight/2-14, labels)
	}
}

// ErrTooMuch says that something does not fit where it has to.
var ErrTooMuch = problem.New(problem.Invalid, "paper-too-much",
	"Texten får inte plats på sidan. Korta den.", "The text does not fit on the page. Shorten it.")

// Section is a part of a sheet.
type Section struct {
	Title    string
	Lines    []string
	Numbered bool // the lines are steps, taken in order
}

// Sheet is something to put on a wall or in a folder: a crisis page, an instruction.
type Sheet struct {
	Lang     string
	Made     time.Time
	Title    string
	Subtitle string
	Sections []Section
	Footer   string
	OnePage  bool // it must fit on one page: the type gets smaller, down to what can be read at arm's length
}

// Sizes of type, in points, that a sheet on one page is tried with.
const (
	largestType  = 11.0
	smallestType = 7.0
)

// WriteSheet writes a sheet.
func WriteSheet(w io.Writer, s Sheet) error {
	for size := largestType; ; size -= 0.5 {
		c := newCanvas(s.Lang, s.Title, s.Made, false)
		c.foot(s.Footer)
		c.AddPage()
		c.sheet(s, size)
		if !s.OnePage || c.PageCount() == 1 {
			return c.write(w)
		}
		if size <= smallestType {
			return ErrTooMuch
		}
	}
}

func (c *canvas) sheet(s Sheet, size float64) {
	high := size * 0.48 // of a line, in millimetres
	c.strong(size * 1.7)
	c.MultiCell(0, high*1.7, ink(s.Title), "", "L", false)
	if s.Subtitle != "" {
		c.plain(size)
		c.MultiCell(0, high, ink(s.Subtitle), "", "L", false)
	}
	for _, v := range s.Sections {
		c.Ln(high * 0.6)
		c.room(high * 3)
		c.strong(size * 1.15)
		c.MultiCell(0, high*1.25, ink(v.Title), "B", "L", false)
		c.plain(size)
		for i, l := range v.Lines {
			mark := "–"
			if v.Numbered {
				mark = Style{}.plain(Number, i+1) + "."
			}
			c.CellFormat(7, high, mark, "", 0, "L", false, 0, "")
			c.SetLeftMargin(margin + 7)
			c.MultiCell(0, high, ink(l), "", "L", false)
			c.SetLeftMargin(margin)
			c.SetX(margin)
		}
	}
}

// Label is one of a sheet of labels: a QR code and a few lines.
type Label struct {
	Code  string
	Lines []string
}

// The sheet of labels: three columns of eight, 70 × 37 mm, a size that every office supplier has.
const (
	labelColumns = 3
	labelRows    = 8
	labelWidth   = pageWidth / labelColumns
	labelHeight  = pageHeight / labelRows
)

// WriteLabels writes labels for keys, locks and boxes.
func WriteLabels(w io.Writer, lang, title string, made time.Time, labels ...Label) error {
	c := newCanvas(lang, title, made, false)
	c.SetAutoPageBreak(false, 0)
	for i, l := range labels {
		place := i % (labelColumns * labelRows)
		if place == 0 {
			c.AddPage()
		}
		x, y := float64(place%labelColumns)*labelWidth, float64(place/labelColumns)*labelHeight
		c.qr(l.Code, x+4, y+5, 27)
		c.strong(10)
		next := c.lines(x+32, y+8, labelWidth-36, 4.5, "L", l.Lines[:min(1, len(l.Lines))])
		c.plain(8.5)
		if c.lines(x+32, next+0.5, labelWidth-36, 4, "L", l.Lines[min(1, len(l.Lines)):]) > y+labelHeight {
			c.SetError(ErrTooMuch)
		}
	}
	return c.write(w)
}
