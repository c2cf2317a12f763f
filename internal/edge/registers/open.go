package registers

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"hemnyckel/internal/base/problem"
)

// maxEntries is how many files a folder of registers may hold. Ten are expected; thousands mean the wrong folder.
const maxEntries = 1000

// What makes a whole folder impossible to read.
var (
	errPath = problem.New(problem.NotFound, "registers-path",
		"Det går inte att läsa %[1]s. Kontrollera sökvägen och att du har rätt att läsa den.",
		"%[1]s cannot be read. Check the path and that you may read it.")
	errNotFolder = problem.New(problem.Invalid, "registers-path",
		"%[1]s är varken en mapp eller en .xlsx-fil. Ange mappen som registren ligger i.",
		"%[1]s is neither a folder nor an .xlsx file. Give the folder that holds the registers.")
	errFolderLarge = problem.New(problem.TooLarge, "registers-folder-too-large",
		"Mappen %[1]s har fler än 1000 filer. Är det rätt mapp? Lägg registren i en egen mapp.",
		"The folder %[1]s has more than 1000 files. Is it the right one? Put the registers in a folder of their own.")
	errFolderEmpty = problem.New(problem.Invalid, "registers-folder-empty",
		"Mappen %[1]s har inga register. Lägg kunder.csv, insatser.csv, utforare.csv, grupper.csv och las.csv där, eller en .xlsx med samma blad.",
		"The folder %[1]s has no registers. Put kunder.csv, insatser.csv, utforare.csv, grupper.csv and las.csv there, or one .xlsx with the same sheets.")
	errAmbiguous = problem.New(problem.Invalid, "registers-ambiguous",
		"Det finns två källor till samma register: %[1]s. Ta bort den som inte gäller.",
		"There are two sources of the same register: %[1]s. Remove the one that does not apply.")
	errMissing = problem.New(problem.Invalid, "register-missing",
		"Register saknas: %[1]s. Exportera det och lägg det tillsammans med de andra.",
		"A register is missing: %[1]s. Export it and put it with the others.")
	errUnreadable = problem.New(problem.Invalid, "register-unreadable",
		"Registret %[1]s går inte att läsa. Kontrollera rättigheterna och att filen är hel.",
		"The register %[1]s cannot be read. Check the permissions and that the file is whole.")
	errUTF16 = problem.New(problem.Invalid, "register-encoding",
		"Registret är sparat som UTF-16. Spara det som CSV UTF-8 eller i windows-1252.",
		"The register is saved as UTF-16. Save it as CSV UTF-8 or in windows-1252.")
)

// rows gives the rows of one table. Blank rows are counted but not returned. A rowError concerns the row only; io.EOF ends
// the table; any other error ends the reading.
type rows interface {
	next() (cells []string, row int, err error)
	strict() bool // whether a row with too few cells is damaged; a spreadsheet leaves out empty ones at the end
	close()
}

// source is where the tables come from. rows returns nil if the table is not there.
type source interface {
	rows(ctx context.Context, t *table) (rows, error)
	notes() []Note
	close()
}

func open(path string) (source, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, errPath.Fill(path).With(err)
	case info.IsDir():
		return openFolder(path)
	case info.Mode().IsRegular() && strings.EqualFold(filepath.Ext(path), ".xlsx"):
		return openWorkbook(path)
	}
	return nil, errNotFolder.Fill(path)
}

// folder is a folder with one delimited text file per table.
type folder struct {
	files map[string]string // by folded table name
	extra []Note
}

func openFolder(dir string) (source, error) {
	names, err := list(dir)
	if err != nil {
		return nil, err
	}
	f := &folder{files: map[string]string{}}
	var workbooks []string
	for _, name := range names {
		ext := filepath.Ext(name)
		switch {
		case strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~"): // also the lock files of office programs
		case strings.EqualFold(ext, ".xlsx"):
			workbooks = append(workbooks, filepath.Join(dir, name))
		case strings.EqualFold(ext, ".csv"):
			if err := f.add(filepath.Join(dir, name), strings.TrimSuffix(name, ext)); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case len(workbooks) > 1 || len(workbooks) == 1 && len(f.files) > 0:
		return nil, errAmbiguous.Fill(filepath.Base(workbooks[0]))
	case len(workbooks) == 1:
		return openWorkbook(workbooks[0])
	case len(f.files) == 0:
		return nil, errFolderEmpty.Fill(dir)
	}
	return f, nil
}

// list returns the names in dir, sorted, or says that there are too many.
func list(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, errPath.Fill(dir).With(err)
	}
	defer d.Close()
	names, err := d.Readdirnames(maxEntries + 1)
	if err != nil && err != io.EOF {
		return nil, errPath.Fill(dir).With(err)
	}
	if len(names) > maxEntries {
		return nil, errFolderLarge.Fill(dir)
	}
	slices.Sort(names)
	return names, nil
}

func (f *folder) add(path, name string) error {
	key := fold(name)
	if !isTable(key) {
		f.extra = append(f.extra, Note{File: name, Message: noteTable})
		return nil
	}
	if _, twice := f.files[key]; twice {
		return errAmbiguous.Fill(filepath.Base(path))
	}
	f.files[key] = path
	return nil
}

func isTable(folded string) bool {
	return slices.ContainsFunc(tables(), func(t *table) bool { return t.name == folded })
}

func (f *folder) notes() []Note { return f.extra }

func (f *folder) close() {}

func (f *folder) rows(ctx context.Context, t *table) (rows, error) {
	path, ok := f.files[t.name]
	if !ok {
		return nil, nil
	}
	// A pipe or a device in the folder could block for ever.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, errUnreadable.Fill(t.name).With(fs.ErrInvalid)
	}
	c, err := openCSV(ctx, path)
	switch {
	case errors.Is(err, errUTF16):
		return nil, errUTF16.On(t.name)
	case err != nil:
		return nil, errUnreadable.Fill(t.name).With(err)
	}
	return c, nil
}
