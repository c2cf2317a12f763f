package registers

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/xuri/excelize/v2"

	"hemnyckel/internal/base/problem"
)

// Bounds of a workbook. A municipality of 100 000 clients has one of 18 MiB that
// takes ten times as long to read as text does: very large municipalities are better off with text.
const (
	maxWorkbook  = 256 << 20 // the file as it lies on the disk: it is read into memory
	maxUnpacked  = 2 << 30   // everything unpacked: large parts go through temporary files
	maxSmallPart = 32 << 20  // everything else than sheets and shared strings, unpacked in memory
	spillPart    = 16 << 20  // a sheet larger than this goes through a temporary file
	maxParts     = 2000
	maxRatio     = 200       // honest sheets shrink ten to forty times, a zip bomb a thousand
	ratioFrom    = 8 << 20   // below this size the ratio says nothing and does no harm
	maxSheetRows = 1_048_576 // the file format's own limit
)

var (
	errWorkbook = problem.New(problem.Invalid, "xlsx-unreadable",
		"Kalkylarket %[1]s går inte att läsa. Öppna det i ditt kalkylprogram och spara det på nytt som .xlsx, utan lösenord.",
		"The workbook %[1]s cannot be read. Open it in your spreadsheet program and save it anew as .xlsx, without a password.")
	errWorkbookLarge = problem.New(problem.TooLarge, "xlsx-too-large",
		"Kalkylarket %[1]s packar upp till mer än vad ett register rimligen kan vara och läses därför inte. Exportera registren som .csv i stället.",
		"The workbook %[1]s unpacks to more than a register can reasonably be, and is therefore not read. Export the registers as .csv instead.")
	errWorkbook1904 = problem.New(problem.Invalid, "xlsx-dates-1904",
		"Kalkylarket %[1]s räknar dagar från 1904. Byt till datumsystem 1900 i kalkylprogrammets inställningar och spara på nytt.",
		"The workbook %[1]s counts days from 1904. Choose the 1900 date system in the spreadsheet program and save anew.")
)

// workbook is one .xlsx with a sheet per table.
type workbook struct {
	name   string
	file   *excelize.File
	sheets map[string]string // sheet by folded table name
	extra  []Note
}

func openWorkbook(path string) (w source, err error) {
	name := filepath.Base(path)
	// The library is made for honest files. A damaged one must not take the program down.
	defer func() {
		if r := recover(); r != nil {
			w, err = nil, errWorkbook.Fill(name).With(fmt.Errorf("panic: %v", r))
		}
	}()
	if err := weigh(path, name); err != nil {
		return nil, err
	}
	f, err := excelize.OpenFile(path, excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: spillPart, RawCellValue: true})
	if err != nil {
		return nil, errWorkbook.Fill(name).With(err)
	}
	book := &workbook{name: name, file: f, sheets: map[string]string{}}
	if err := book.index(); err != nil {
		book.close()
		return nil, err
	}
	return book, nil
}

// weigh refuses a zip whose directory says that it unpacks to too much, and one that is not whole.
func weigh(path, name string) error {
	info, err := os.Stat(path)
	if err != nil {
		return errPath.Fill(path).With(err)
	}
	if info.Size() > maxWorkbook {
		return errWorkbookLarge.Fill(name)
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return errWorkbook.Fill(name).With(err)
	}
	defer z.Close()
	if tooLarge(z.File) {
		return errWorkbookLarge.Fill(name)
	}
	for _, part := range z.File {
		if err := whole(part); err != nil {
			return errWorkbook.Fill(name).With(fmt.Errorf("%s: %w", part.Name, err))
		}
	}
	return nil
}

func tooLarge(parts []*zip.File) bool {
	var total, small, packed uint64
	for _, part := range parts {
		size := min(part.UncompressedSize64, maxUnpacked+1) // so that sums do not overflow
		total += size
		packed += min(part.CompressedSize64, maxUnpacked+1)
		if !isSheet(part) && !strings.EqualFold(part.Name, "xl/sharedStrings.xml") {
			small += size
		}
	}
	return total > maxUnpacked || small > maxSmallPart || len(parts) > maxParts || total > ratioFrom && total > maxRatio*packed
}

func isSheet(part *zip.File) bool {
	return strings.HasPrefix(strings.ToLower(part.Name), "xl/worksheets/sheet")
}

// whole unpacks a part to nowhere. The library that reads the workbook takes as much of a damaged part as it gets and says
// nothing; here archive/zip stops one that is larger than the directory says, and compares its checksum. A sheet must also
// come to its end: rows that are silently missing would look like clients that have vanished.
func whole(part *zip.File) error {
	r, err := part.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	var end tail
	if _, err := io.Copy(&end, r); err != nil {
		return err
	}
	if isSheet(part) && !strings.HasSuffix(strings.TrimSpace(string(end)), "worksheet>") {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// tail keeps the last bytes that were written to it.
type tail []byte

func (t *tail) Write(p []byte) (int, error) {
	const keep = 64
	*t = append((*t)[max(0, len(*t)-keep):], p[max(0, len(p)-keep):]...)
	*t = (*t)[max(0, len(*t)-keep):]
	return len(p), nil
}

func (b *workbook) index() error {
	if props, err := b.file.GetWorkbookProps(); err == nil && props.Date1904 != nil && *props.Date1904 {
		return errWorkbook1904.Fill(b.name)
	}
	for _, sheet := range b.file.GetSheetList() {
		key := fold(sheet)
		switch _, twice := b.sheets[key]; {
		case !isTable(key):
			b.extra = append(b.extra, Note{File: sheet, Message: noteTable})
		case twice:
			return errAmbiguous.Fill(sheet)
		default:
			b.sheets[key] = sheet
		}
	}
	return nil
}

func (b *workbook) notes() []Note { return b.extra }

func (b *workbook) close() { b.file.Close() }

func (b *workbook) rows(ctx context.Context, t *table) (rows, error) {
	sheet, ok := b.sheets[t.name]
	if !ok {
		return nil, nil
	}
	r, err := b.file.Rows(sheet)
	if err != nil {
		return nil, errWorkbook.Fill(b.name).With(err)
	}
	return &sheetRows{ctx: ctx, book: b.name, r: r}, nil
}

// sheetRows reads a sheet row by row.
type sheetRows struct {
	ctx  context.Context
	book string
	r    *excelize.Rows
	row  int
}

func (s *sheetRows) strict() bool { return false }

func (s *sheetRows) close() { s.r.Close() }

func (s *sheetRows) next() (cells []string, row int, err error) {
	defer func() {
		if r := recover(); r != nil { // as in openWorkbook
			cells, err = nil, errWorkbook.Fill(s.book).With(fmt.Errorf("panic: %v", r))
		}
	}()
	for s.r.Next() {
		if s.row&1023 == 0 && s.ctx.Err() != nil {
			return nil, s.row, s.ctx.Err()
		}
		if s.row++; s.row > maxSheetRows {
			return nil, s.row, errWorkbookLarge.Fill(s.book)
		}
		cells, err := s.r.Columns()
		if err != nil {
			return nil, s.row, errWorkbook.Fill(s.book).With(err)
		}
		if n := size(cells); n > maxRow {
			return nil, s.row, errRowTooLong
		} else if n > 0 {
			return cells, s.row, nil
		}
	}
	if err := s.r.Error(); err != nil {
		return nil, s.row, errWorkbook.Fill(s.book).With(err)
	}
	return nil, s.row, io.EOF
}

func size(cells []string) int {
	n := 0
	for _, c := range cells {
		n += len(c)
	}
	return n
}
