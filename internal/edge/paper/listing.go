package paper

import (
	"io"
	"time"
)

// maxListed is how many rows are printed: more is for a file.
const maxListed = 2000

// WriteListing writes a table as a list on paper, on its side, with its heading on every page: a worklist to take along, a list
// that is handed over. Cells are broken into lines; columns get the width that their texts need.
func WriteListing(w io.Writer, title, subtitle string, made time.Time, t Table, s Style) error {
	c := newCanvas(s.Lang, title, made, true)
	c.foot(title)
	c.plain(8.5)
	rows, err := t.printed(s)
	if err != nil {
		return err
	}
	widths := c.widths(t, s, rows)
	c.SetHeaderFunc(func() {
		if c.PageNo() > 1 {
			c.listHeading(t, s, widths)
		}
	})
	c.AddPage()
	c.strong(14)
	c.MultiCell(0, 6.5, ink(title), "", "L", false)
	c.plain(9.5)
	if subtitle != "" {
		c.MultiCell(0, 5, ink(subtitle), "", "L", false)
	}
	c.Ln(2)
	c.listHeading(t, s, widths)
	for _, row := range rows {
		c.listRow(t, widths, row)
	}
	return c.write(w)
}

// printed reads the rows as texts.
func (t Table) printed(s Style) ([][]string, error) {
	var out [][]string
	for row, err := range t.Rows {
		if err != nil {
			return nil, err
		}
		if err := t.check(row); err != nil {
			return nil, err
		}
		if len(out) == maxListed {
			return nil, ErrTooMuch
		}
		cells := make([]string, len(row))
		for i, column := range t.Columns {
			cells[i] = ink(s.plain(column.Kind, row[i]))
		}
		out = append(out, cells)
	}
	return out, nil
}

// widths divides the page between the columns: each gets what its longest text needs, up to a fair share, and those that need more
// divide what is left.
func (c *canvas) widths(t Table, s Style, rows [][]string) []float64 {
	width, _ := c.GetPageSize()
	width -= 2 * margin
	need := make([]float64, len(t.Columns))
	for i, column := range t.Columns {
		need[i] = c.GetStringWidth(s.title(column))*1.1 + 3
		for _, r := range rows {
			need[i] = max(need[i], min(c.GetStringWidth(r[i])+3, width/2))
		}
	}
	total := 0.0
	for _, n := range need {
		total += n
	}
	fair, left, wide := width/float64(len(need)), width, 0.0
	if total > width {
		for _, n := range need {
			if n <= fair {
				left -= n
			} else {
				wide += n
			}
		}
		for i, n := range need {
			if n > fair {
				need[i] = n * left / wide
			}
		}
	}
	return need
}

func (c *canvas) listHeading(t Table, s Style, widths []float64) {
	c.strong(8.5)
	c.SetFillColor(230, 236, 240)
	for i, column := range t.Columns {
		title := c.SplitText(ink(s.title(column)), widths[i])
		c.CellFormat(widths[i], 5.5, title[0], "B", 0, "L", true, 0, "")
	}
	c.Ln(-1)
	c.plain(8.5)
}

func (c *canvas) listRow(t Table, widths []float64, row []string) {
	parts, high := make([][]string, len(row)), 1
	for i, cell := range row {
		if cell != "" {
			parts[i] = c.SplitText(cell, widths[i])
		}
		high = max(high, len(parts[i]))
	}
	c.room(float64(high)*4.2 + 1.2)
	x, y := c.GetX(), c.GetY()
	for i := range row {
		align := "L"
		if k := t.Columns[i].Kind; k == Number || k == Kronor {
			align = "R"
		}
		c.lines(x, y+0.4, widths[i], 4.2, align, parts[i])
		x += widths[i]
	}
	bottomLine := y + float64(high)*4.2 + 1
	c.SetLineWidth(0.1)
	c.Line(margin, bottomLine, x, bottomLine)
	c.SetXY(margin, bottomLine+0.2)
}
