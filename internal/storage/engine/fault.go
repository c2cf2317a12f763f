package engine

import (
	"errors"

	"hemnyckel/internal/base/problem"
)

// The problems a database may answer with. They are sentinels: errors.Is compares codes.
var (
	Busy = problem.New(problem.Unavailable, "database-busy",
		"Databasen är upptagen av ett annat arbete. Försök igen om en stund; pågår en inläsning, vänta tills den är klar.",
		"The database is busy with other work. Try again in a moment; if an import is running, wait for it to end.")
	DiskFull = problem.New(problem.Unavailable, "disk-full",
		"Disken är full: inget sparades. Frigör utrymme på databasens disk och försök igen.",
		"The disk is full: nothing was saved. Free some space on the database's disk and try again.")
	ReadOnly = problem.New(problem.Unavailable, "database-read-only",
		"Databasen går inte att skriva i. Kontrollera att disken inte är skrivskyddad och att programmet äger mappen.",
		"The database cannot be written. Check that the disk is not read-only and that the program owns the folder.")
	Corrupt = problem.New(problem.Internal, "database-corrupt",
		"Databasfilen är skadad. Stoppa programmet, spara en kopia av mappen och läs tillbaka den senaste säkerhetskopian i en ny mapp.",
		"The database file is damaged. Stop the program, keep a copy of the folder and restore the latest backup into a new one.")
	InputOutput = problem.New(problem.Unavailable, "database-disk-error",
		"Disken svarade med ett fel: inget sparades. Kontrollera disken.",
		"The disk answered with an error: nothing was saved. Check the disk.")
	Unreachable = problem.New(problem.Unavailable, "database-unreachable",
		"Databasen svarar inte. Kontrollera att databasservern är i gång och att adressen och lösenordet stämmer.",
		"The database does not answer. Check that the database server runs and that address and password are right.")
	Timeout = problem.New(problem.Unavailable, "database-timeout",
		"Databasen hann inte svara i tid. Försök igen om en stund.",
		"The database did not answer in time. Try again in a moment.")
	SchemaNewer = problem.New(problem.Conflict, "schema-newer",
		"Databasen har version %d men programmet känner bara till version %d. Starta ett nyare program.",
		"The database has version %d but this program knows only version %d. Start a newer program.")
	Claimed = problem.New(problem.Conflict, "work-claimed",
		"Ett annat program gör redan det arbetet i samma kommun. Vänta tills det är klart.",
		"Another program is already doing that work in the same municipality. Wait until it is done.")
	NotFolder = problem.New(problem.Invalid, "database-not-folder",
		"%s är en fil. Ange mappen som kommunens databas ligger i, eller en postgres://-adress.",
		"%s is a file. Give the folder that holds the municipality's database, or a postgres:// address.")
	NotOurs = problem.New(problem.Invalid, "database-foreign",
		"%s är inte en Hemnyckel-databas. Ange rätt mapp eller adress.",
		"%s is not a Hemnyckel database. Give the right folder or address.")
)

// ErrRetry marks an error after which the whole transaction was rolled back and may be run again.
var ErrRetry = errors.New("transaction must be run again")

// Kind is the sort of rule that a Violation broke.
type Kind string

// The kinds of rule.
const (
	Unique  Kind = "unique"
	Foreign Kind = "foreign"
	Check   Kind = "check"
	NotNull Kind = "not-null"
)

// Violation says that a statement broke a rule of the schema. The statement had no effect.
type Violation struct {
	Kind Kind
	// Constraint is the rule's name. Unique: the index's name, the same on both engines for CREATE UNIQUE INDEX;
	// "<table>_pkey" for a primary key. Check: the constraint's name. Foreign: "" on SQLite, which does not tell.
	Constraint string
	Cause      error
}

// Error is for the log.
func (v *Violation) Error() string {
	return "storage: " + string(v.Kind) + " constraint " + v.Constraint + " violated: " + v.Cause.Error()
}

// Unwrap returns the driver's error.
func (v *Violation) Unwrap() error { return v.Cause }

// IsViolation reports whether err says that a rule of this kind and name was broken; name "" fits every name.
func IsViolation(err error, kind Kind, name string) bool {
	v, ok := errors.AsType[*Violation](err)
	return ok && v.Kind == kind && (name == "" || v.Constraint == name)
}
