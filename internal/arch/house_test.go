package arch

// house is every package that may exist, lowest floor first, with what it may import of ours. A package need not exist
// yet; one that is not here may not exist. "x/..." stands for x and everything below it.
//
// DO NOT EDIT THIS TABLE TO MAKE THE BUILD PASS. An arrow that is missing here was left out on purpose: move the code
// that needs it, or let the caller pass in what is needed. If the house really must change, change docs/architecture.md
// first, with a decision under docs/decisions/, and this table in the same commit.
var house = []room{
	// What everything may lean on.
	{"internal/base/problem", none, "nothing"},
	{"internal/base/durable", none, "nothing"},
	{"internal/base/txn", none, "nothing"},
	{"internal/base/swedish", allow("internal/base/problem"), "formats only"},

	// Public: what firmware and other systems may import.
	{"credential", none, "firmware takes this package and nothing else of ours"},
	{"lockcore", allow("credential"), "what runs in a lock fits in a lock"},
	{"api", allow("credential", "internal/base/..."), "wire types, used by both ends"},

	// Municipalities' own settings, as files.
	{"profiles", allow("internal/base/...", "internal/domain/routine"), "a profile is read into the routine's own words"},

	// What the municipality does. No SQL, no HTTP.
	{"internal/domain/routine", none, "the routine reads like the routine"},
	{"internal/domain/journal", beneathDomain, "all may write to it, so it can know none of them"},
	{"internal/domain/journal/journaltest", allow("internal/base/...", "internal/domain/journal"), "a suite for any store"},
	{"internal/domain/care", domain(), ""},
	{"internal/domain/access", domain("care"), ""},
	{"internal/domain/consent", domain(), ""},
	{"internal/domain/receipt", domain(), ""},
	{"internal/domain/fleet", domain("notify"), ""},
	{"internal/domain/support", domain("fleet"), ""},
	{"internal/domain/keysync", domain("access", "fleet"), "the hot path carries no passengers"},
	{"internal/domain/disclosure", domain(), ""},
	{"internal/domain/retention", domain(), ""},
	{"internal/domain/identity", domain("notify"), ""},
	{"internal/domain/notify", domain(), ""},
	{"internal/domain/casework", allow("internal/base/...", "credential", "lockcore", "api", "internal/domain/..."),
		"the one module that composes the others"},

	// Where it is kept.
	{"internal/storage", storage, "storage and edge never see each other"},
	{"internal/storage/engine", storage, "storage and edge never see each other"},
	{"internal/storage/sqlite", storage, "storage and edge never see each other"},
	{"internal/storage/postgres", storage, "storage and edge never see each other"},
	{"internal/storage/storagetest", storage, "storage and edge never see each other"},
	{"internal/storage/storagetest/pgcluster", allow("internal/storage/storagetest"), "it only starts a server"},

	// Where the world comes in and goes out. The front doors share web and paper, and nothing else.
	{"internal/edge/web", edge, "storage and edge never see each other"},
	{"internal/edge/portal", append(allow("internal/edge/portal/..."), edge...), "storage and edge never see each other"},
	{"internal/edge/portal/ui", edge, "the look knows no part of the portal"},
	{"internal/edge/portal/words", append(allow("internal/edge/portal/ui"), edge...), "words know no part of the portal"},
	{"internal/edge/portal/page", append(allow("internal/edge/portal/ui"), edge...), "what a screen is made of knows no screen"},
	{"internal/edge/portal/home", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/clients", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/orders", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/consents", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/fieldwork", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/block", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/locks", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/keys", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/receipts", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/faults", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/people", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/crisis", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/notices", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/log", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/anomalies", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/glossary", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/gallery", area, "the parts of the portal do not see each other"},
	{"internal/edge/portal/login", area, "the parts of the portal do not see each other"},
	{"internal/edge/portaltest", append(allow("internal/edge/portal", "internal/edge/portal/...", "internal/storage/..."), edge...), "a town for tests"},
	{"internal/edge/restapi", edge, "storage and edge never see each other"},
	{"internal/edge/deviceapi", edge, "storage and edge never see each other"},
	{"internal/edge/fhir", edge, "storage and edge never see each other"},
	{"internal/edge/scim", edge, "storage and edge never see each other"},
	{"internal/edge/phone", edge, "storage and edge never see each other"},
	{"internal/edge/sso", edge, "storage and edge never see each other"},
	{"internal/edge/sso/ssosim", none, "a stranger, for tests, knows nothing of us"},
	{"internal/edge/delivery", edge, "storage and edge never see each other"},
	{"internal/edge/registers", edge, "storage and edge never see each other"},
	{"internal/edge/paper", beneathDomain, "words and rows come from the caller: what is printed knows no module"},

	// What can be started.
	{"internal/program/config", program(), ""},
	{"internal/program/sample", program(), ""},
	{"internal/program/keystore", allow("credential", "internal/base/..."), "a secret knows nothing of what it is for"},
	{"internal/program/ceremony", allow("credential", "internal/base/...", "internal/program/keystore"), "an offline machine has no municipality"},
	{"internal/program/municipality", program("keystore", "ceremony"), "what every program opens opens no program but the one that keeps its keys"},
	{"internal/program/importer", program("municipality"), ""},
	{"internal/program/locksim", allow("credential", "lockcore", "internal/base/durable"),
		"a lock built from the public packages alone proves that they are enough"},
	{"internal/program/station", program("config", "keystore"), "a station knows the server through its interface"},
	{"internal/program/server", program("config", "municipality"), ""},
	{"internal/program/simulate", composing, ""},
	{"internal/program/demo", composing, ""},
	{"internal/program/vectors", allow("credential", "lockcore"), "what others implement is stated in the public packages' words"},
	{"internal/program/bench", append(composing, "internal/program/simulate"), ""},
	{"internal/program/cli", program("..."), ""},

	{"cmd/hemnyckel", allow("internal/program/..."), "main is three lines"},
	{"cmd/hemnyckel-bench", allow("internal/program/..."), "main is three lines"},
	{"cmd/hemnyckel-vectors", allow("internal/program/..."), "main is three lines"},

	{"internal/arch", none, "it only looks"},
}

// room is one package of the house.
type room struct {
	path string   // relative to the module
	may  []string // what it may import of ours
	why  string   // said to the one who breaks the rule
}

// The floors, as lists of what a package on that floor may lean on.
var (
	none          = []string{}
	beneathDomain = allow("internal/base/...", "credential", "lockcore", "api")
	storage       = append(allow("internal/domain/...", "internal/storage/..."), beneathDomain...)
	edge          = append(allow("internal/domain/...", "internal/edge/web", "internal/edge/paper"), beneathDomain...)
	area          = append(allow("internal/edge/portal/ui", "internal/edge/portal/words", "internal/edge/portal/page"), edge...)
	composing     = program("config", "municipality", "importer", "locksim", "station", "server", "sample")
)

func allow(paths ...string) []string { return paths }

// domain is the floor beneath the domain, the journal, the routine's words (orders, services, grounds), and the named
// modules.
func domain(modules ...string) []string {
	may := append(allow("internal/domain/journal", "internal/domain/routine"), beneathDomain...)
	for _, m := range modules {
		may = append(may, "internal/domain/"+m)
	}
	return may
}

// program is every floor beneath the programs, and the named programs.
func program(others ...string) []string {
	may := append(allow("profiles", "internal/domain/...", "internal/storage/...", "internal/edge/..."), beneathDomain...)
	for _, o := range others {
		may = append(may, "internal/program/"+o)
	}
	return may
}

// testsMay is what the tests of a floor may import beyond what its code may: a real database. A fake of one would prove
// only itself. Public packages and base are tested with what they are allowed to have.
var testsMay = map[string][]string{
	"internal/domain/":     allow("internal/storage/...", "internal/domain/journal/journaltest", "profiles"),
	"internal/storage":     allow("internal/domain/journal/journaltest", "internal/storage/..."),
	"internal/edge/":       allow("internal/storage/...", "profiles"),
	"internal/edge/portal": allow("internal/edge/portal", "internal/edge/portaltest"),
	"internal/program/":    allow("internal/program/...", "internal/storage/..."),
}

// testOnly are packages for tests; only the packages named may import them in code that is not a test itself.
var testOnly = map[string][]string{
	"internal/storage/storagetest":        allow("internal/storage/storagetest/pgcluster", "internal/program/bench", "internal/edge/portaltest"),
	"internal/edge/portaltest":            {},
	"internal/domain/journal/journaltest": allow("internal/storage/storagetest"),
}

// ban is something outside the house that some of its rooms may not use.
type ban struct {
	rooms   string   // prefix of the package path
	imports []string // "x/..." as above
	deep    bool     // also through other packages
	why     string
}

var bans = []ban{
	{"internal/domain/", []string{"database/sql", "net/http"}, true, "the domain knows neither tables nor requests"},
	{"internal/domain/", []string{"modernc.org/...", "github.com/jackc/...", "github.com/pressly/...",
		"github.com/danielgtaylor/...", "github.com/a-h/..."}, true, "drivers and front doors are for storage and edge"},
	{"internal/edge/", []string{"database/sql", "modernc.org/...", "github.com/jackc/..."}, false, "SQL is for storage"},
	{"internal/storage", []string{"net/http"}, false, "HTTP is for edge"},
	{"credential", []string{"os", "io/fs", "net", "net/http", "database/sql", "log", "log/slog"}, false, "no I/O: bytes in, bytes out"},
	{"lockcore", []string{"os", "io/fs", "net", "net/http", "database/sql", "log", "log/slog"}, false, "no I/O: bytes in, bytes out"},
	{"", []string{"github.com/stretchr/..."}, false, "tests are plain Go: got, want"},
}

// clockless are the packages that may not read the clock; time comes in as a value, so that a test can choose it and
// so that one transaction has one instant.
var clockless = []string{"credential", "lockcore", "internal/domain/", "internal/base/"}

// Habits that a machine can check.
const maxFileLines = 500

var (
	// vagueNames say nothing about what a package provides.
	vagueNames = []string{"util", "utils", "common", "helper", "helpers", "model", "models", "misc"}

	// longTests are test files that may pass maxFileLines, with the reason.
	longTests = map[string]string{}
)
