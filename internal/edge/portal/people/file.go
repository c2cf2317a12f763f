package people

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Bounds of a file of staff.
const (
	maxFile     = 1 << 20 // bytes, with its form
	maxUnpacked = 16 << 20
	maxCell     = 200 // bytes
)

// columns are what a file may hold, as the register of staff names them; the first row says in which order.
func columns() []string {
	return []string{"anst_nr", "förnamn", "efternamn", "e-post", "telefon", "grupp", "från", "till"}
}

var (
	errFile = problem.New(problem.Invalid, "staff-file",
		"Filen går inte att läsa. Spara den som .csv eller .xlsx, utan lösenord, och försök igen.",
		"The file cannot be read. Save it as .csv or .xlsx, without a password, and try again.")
	errFileColumns = problem.New(problem.Invalid, "staff-file-columns",
		"Kolumnen %s saknas. Första raden ska ha kolumnernas namn.", "The column %s is missing. The first row names the columns.")
	errFileMissing = problem.New(problem.Invalid, "staff-file-missing", "Välj en fil.", "Choose a file.")
)

// fileRow is a row of a file: what stood there, and the person that it gives.
type fileRow struct {
	line  int // as spreadsheets count
	cells [8]string
	text  problem.Text // what is wrong; empty: nothing
	identity.Hiring
}

// readFile takes a file apart. An error is about the whole file; what is wrong with a row stands in it.
func readFile(content []byte, zone *time.Location) ([]fileRow, error) {
	read := readCSV
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		read = readWorkbook
	}
	lines, err := read(content)
	if err != nil {
		return nil, errFile.On("fil").With(err)
	}
	if len(lines) == 0 {
		return nil, identity.ErrImportSize.Fill(identity.MaxImport).On("fil")
	}
	places, err := placesOf(lines[0])
	if err != nil {
		return nil, err
	}
	var out []fileRow
	for i, line := range lines[1:] {
		row := fileRow{line: i + 2}
		for c, at := range places {
			if at >= 0 && at < len(line) {
				row.cells[c] = strings.TrimSpace(line[at])
			}
		}
		if row.cells == [8]string{} {
			continue
		}
		row.read(zone)
		out = append(out, row)
	}
	if len(out) == 0 || len(out) > identity.MaxImport {
		return nil, identity.ErrImportSize.Fill(identity.MaxImport).On("fil")
	}
	return out, nil
}

// placesOf finds the columns; the mail address, the phone and the end may be left out.
func placesOf(heading []string) (places [8]int, err error) {
	for i, h := range heading {
		heading[i] = strings.ToLower(strings.TrimSpace(h))
	}
	for c, name := range columns() {
		places[c] = slices.Index(heading, name)
		if places[c] < 0 && !slices.Contains([]string{"e-post", "telefon", "till"}, name) {
			return places, errFileColumns.Fill(name).On("fil")
		}
	}
	return places, nil
}

func (r *fileRow) read(zone *time.Location) {
	for _, c := range r.cells {
		if len(c) > maxCell || !utf8.ValidString(c) || strings.ContainsAny(c, "\x00\n\r\t") {
			r.text = tCellWrong
			return
		}
	}
	c := r.cells
	r.Hiring = identity.Hiring{Person: identity.Person{EmployeeNumber: c[0], GivenName: c[1], FamilyName: c[2], Email: c[3], Phone: c[4]}, Group: c[5]}
	from, ok := day(zone, c[6])
	until, also := day(zone, c[7])
	if !ok || !also || from.IsZero() {
		r.text = tRowDays
		return
	}
	r.From, r.Until = from, routine.Forever
	if !until.IsZero() {
		r.Until = until.AddDate(0, 0, 1)
	}
}

func readCSV(content []byte) ([][]string, error) {
	content = bytes.TrimPrefix(content, []byte("\ufeff"))
	if !utf8.Valid(content) {
		return nil, errors.New("not UTF-8")
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord, r.Comma = -1, ';'
	for _, other := range []string{",", "\t"} {
		if bytes.Count(first, []byte(other)) > bytes.Count(first, []byte{byte(r.Comma)}) {
			r.Comma = rune(other[0])
		}
	}
	var out [][]string
	for len(out) <= identity.MaxImport+1 {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, nil
}

// readWorkbook reads the first sheet. The library is made for honest files: a damaged one must not take the page down.
func readWorkbook(content []byte) (out [][]string, err error) {
	defer func() {
		if r := recover(); r != nil {
			out, err = nil, fmt.Errorf("panic: %v", r)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() && len(out) <= identity.MaxImport+1 {
		line, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, err
		}
		out = append(out, dated(line))
	}
	return out, rows.Error()
}

// dated turns the numbers by which workbooks say days into days: columns of days hold nothing else that is five digits long.
func dated(line []string) []string {
	for i := 6; i < len(line) && i < 8; i++ {
		var n float64
		if _, err := fmt.Sscanf(line[i], "%f", &n); err == nil && n > 36526 && n < 109575 && !strings.Contains(line[i], "-") {
			if t, err := excelize.ExcelDateToTime(n, false); err == nil {
				line[i] = t.Format(time.DateOnly)
			}
		}
	}
	return line
}

func (a *Area) filePage(p *page.Request) error {
	groups, err := a.people.Workplace(p.Context(), asking(p))
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, filePage(p.View, groups, nil, nil))
}

// checkFile reads a file and rehearses it: nobody is added, and everything that is wrong is shown.
func (a *Area) checkFile(p *page.Request) error {
	groups, err := a.people.Workplace(p.Context(), asking(p))
	if err != nil {
		return err
	}
	content, _, err := p.File("fil")
	if err == nil && len(content) == 0 {
		err = errFileMissing.On("fil")
	}
	var rows []fileRow
	if err == nil {
		rows, err = readFile(content, p.Zone)
	}
	if err == nil {
		err = a.rehearse(p, rows)
	}
	if faults, ok := page.Faults(err); ok {
		return p.Render(http.StatusUnprocessableEntity, filePage(p.View, groups, rows, faults))
	}
	if err != nil {
		return err
	}
	return p.Render(http.StatusOK, fileCheck(p.View, groups, rows))
}

// rehearse notes in each row what is wrong with it.
func (a *Area) rehearse(p *page.Request, rows []fileRow) error {
	var all []identity.Hiring
	var places []int
	wrong := false
	for i, r := range rows {
		if r.text.SV != "" {
			wrong = true
			continue
		}
		all, places = append(all, r.Hiring), append(places, i)
	}
	if len(all) > 0 {
		faults, err := a.people.AddAll(p.Context(), asking(p), all, true)
		for _, f := range faults {
			rows[places[f.Row]].text = told(f.Err)
		}
		if err != nil {
			return onFile(err)
		}
	}
	if wrong {
		return identity.ErrImportRows.On("fil")
	}
	return nil
}

func onFile(err error) error {
	if errors.Is(err, identity.ErrImportRows) {
		return identity.ErrImportRows.On("fil")
	}
	return err
}

func told(err error) problem.Text {
	if known, ok := errors.AsType[*problem.Error](err); ok {
		return known.Text
	}
	return problem.Text{}
}

// saveFile adds those whom the check has shown: its form carries the rows.
func (a *Area) saveFile(p *page.Request) error {
	var b strings.Builder
	b.WriteString(strings.Join(columns(), "\t") + "\n")
	for _, row := range p.Forms("rad") {
		b.WriteString(row + "\n")
	}
	rows, err := readFile([]byte(b.String()), p.Zone)
	if err != nil {
		return err
	}
	all := make([]identity.Hiring, len(rows))
	for i, r := range rows {
		if r.text.SV != "" {
			return identity.ErrImportRows
		}
		all[i] = r.Hiring
	}
	groups, err := a.people.Workplace(p.Context(), asking(p))
	if err != nil {
		return err
	}
	faults, err := a.people.AddAll(p.Once(), asking(p), all, false)
	for _, f := range faults {
		rows[f.Row].text = told(f.Err)
	}
	if len(faults) > 0 { // somebody else has changed something since the check
		return p.Render(http.StatusUnprocessableEntity, filePage(p.View, groups, rows, ui.Faults{{Field: "fil", Text: identity.ErrImportRows.Text}}))
	}
	if err = page.Again(err); err != nil {
		return err
	}
	if groups.Orders {
		return p.Redirect("/personalbestallningar", ui.Flash{Text: tManyOrdered})
	}
	return p.Redirect("/personal", ui.Flash{Text: tManyAdded})
}

// carried is a row as the check's form carries it.
func (r fileRow) carried() string {
	quoted := make([]string, len(r.cells))
	for i, c := range r.cells {
		quoted[i] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
	}
	return strings.Join(quoted, "\t")
}
