package engine

import (
	"errors"
	"io/fs"
	"syscall"

	"hemnyckel/internal/base/problem"
)

// The problems of backup and restore.
var (
	FileExists = problem.New(problem.Conflict, "backup-exists",
		"Filen %s finns redan och skrivs inte över. Välj ett annat namn.",
		"The file %s exists already and is not overwritten. Choose another name.")
	MunicipalityExists = problem.New(problem.Conflict, "municipality-exists",
		"Det finns redan en databas i %s och den skrivs inte över. Läs tillbaka i en tom mapp eller en tom databas.",
		"There is a database in %s already and it is not overwritten. Restore into an empty folder or an empty database.")
	BadBackup = problem.New(problem.Invalid, "backup-invalid",
		"Säkerhetskopian %s går inte att läsa tillbaka: den är skadad eller inte gjord av Hemnyckel för samma slags databas. Inget ändrades.",
		"The backup %s cannot be restored: it is damaged, or was not made by Hemnyckel for the same kind of database. Nothing was changed.")
	NoBackup = problem.New(problem.NotFound, "backup-missing",
		"Filen %s går inte att läsa. Kontrollera namnet och rättigheterna.",
		"The file %s cannot be read. Check its name and permissions.")
)

// FileFault maps the operating system's error of writing a file; others stay as they are.
func FileFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return DiskFull.With(err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.ENOTDIR):
		return ReadOnly.With(err)
	case errors.Is(err, syscall.EIO):
		return InputOutput.With(err)
	}
	return err
}
