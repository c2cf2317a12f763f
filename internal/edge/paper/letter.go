package paper

import (
	"fmt"
	"io"
	"time"
)

// Letter is a letter with a reply slip.
type Letter struct {
	Lang  string
	Made  time.Time
	Title string
	From  []string // who writes
	To    []string // lines of the address, for a window envelope
	Case  string   // what the letter's case is called, such as 7K3M9-QX2TC
	Code  string   // what the slip's QR code says; "" without
	About []string // what it concerns, such as addresses
	Text  []string // paragraphs
	Reply []string // the slip's choices; none: a letter without a slip
}

// Letters writes letters, each on pages of its own. zone is for their dates.
func Letters(w io.Writer, title string, made time.Time, zone *time.Location, letters ...Letter) error {
	lang := "sv"
	if len(letters) > 0 {
		lang = letters[0].Lang
	}
	c := newCanvas(lang, title, made, false)
	for _, l := range letters {
		c.lang = l.Lang
		c.letter(l, zone)
	}
	c.lang = lang
	return c.write(w)
}

func (c *canvas) letter(l Letter, zone *time.Location) {
	c.AddPage()
	c.plain(9)
	if len(l.From) > 0 {
		c.strong(11)
		c.lines(margin, 15, 85, 5, "L", l.From[:1])
		c.plain(9)
		c.lines(margin, 20.5, 85, 4.2, "L", l.From[1:])
	}
	c.lines(115, 15, 75, 4.2, "L", []string{Style{Zone: zone}.plain(Day, l.Made), c.say("Ärende: ", "Case: ") + l.Case})
	c.plain(11)
	c.lines(115, 45, 75, 5, "L", l.To) // where the window of a C5 or C4 envelope is
	c.SetXY(margin, 88)
	c.strong(14)
	c.MultiCell(0, 6.5, ink(l.Title), "", "L", false)
	c.Ln(3)
	c.plain(10.5)
	c.paragraphs(5.2, l.Text)
	c.about(l)
	if len(l.Reply) > 0 {
		c.slip(l)
	}
}

func (c *canvas) about(l Letter) {
	if len(l.About) == 0 {
		return
	}
	c.room(14)
	c.strong(10.5)
	c.MultiCell(0, 5.2, c.say("Det gäller", "It concerns"), "", "L", false)
	c.plain(10.5)
	for _, a := range l.About {
		c.MultiCell(0, 5.2, ink(a), "", "L", false)
	}
	c.Ln(3)
}

// slipLines is how many addresses the slip repeats; the letter has them all.
const slipLines = 4

// slip is what comes back: at the foot of a page, whole.
func (c *canvas) slip(l Letter) {
	about := l.About
	if len(about) > slipLines {
		more := fmt.Sprintf(c.say("… och %d till, se brevet", "… and %d more, see the letter"), len(about)-slipLines+1)
		about = append(append([]string(nil), about[:slipLines-1]...), more)
	}
	c.plain(10)
	high := 60 + 4.6*float64(len(about))
	for _, r := range l.Reply {
		high += 6 * float64(len(c.SplitText(ink(r), textWidth-50)))
	}
	c.room(high)
	y := pageHeight - bottom - high
	c.cut(y)
	c.strong(12)
	c.lines(margin, y+5, textWidth-45, 5.5, "L", []string{c.say("Svarstalong", "Reply slip")})
	if l.Code != "" {
		c.qr(l.Code, pageWidth-margin-38, y+3, 38)
		c.plain(9)
		c.lines(pageWidth-margin-38, y+41, 38, 4.5, "C", []string{l.Case})
	}
	c.plain(10)
	at := c.lines(margin, y+12, textWidth-45, 4.6, "L", about) + 3
	for _, r := range l.Reply {
		c.Rect(margin, at+1, 4, 4, "D")
		at = c.lines(margin+7, at+0.7, textWidth-50, 5.2, "L", []string{r}) + 1
	}
	c.blanks(at+9, []string{c.say("Ort och datum", "Place and date"), c.say("Underskrift", "Signature")})
	c.blanks(at+21, []string{c.say("Namnförtydligande", "Name in print"), c.say("Telefon", "Phone")})
	if len(l.From) > 0 {
		c.plain(9)
		c.lines(margin, pageHeight-bottom-5, textWidth, 4.2, "L", []string{c.say("Svaret skickas till: ", "Send the reply to: ") + joined(l.From)})
	}
}

// blanks draws lines to write on side by side, each with what is to be written beneath it.
func (c *canvas) blanks(y float64, labels []string) {
	width := (textWidth - 6*float64(len(labels)-1)) / float64(len(labels))
	c.plain(8)
	for i, label := range labels {
		x := margin + float64(i)*(width+6)
		c.Line(x, y, x+width, y)
		c.lines(x, y+0.5, width, 4, "L", []string{label})
	}
}

func joined(lines []string) string {
	out := ""
	for i, l := range lines {
		if i > 0 {
			out += ", "
		}
		out += l
	}
	return out
}
