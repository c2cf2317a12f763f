package words

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
)

// Whoever adds a reason for a refusal must say it in words here too.
func TestEveryCodeHasWords(t *testing.T) {
	words := func(k journal.Kind, field, value string) {
		t.Helper()
		got := fieldText(k, journal.Field{Name: field, Value: value})
		if got.SV == value || got.EN == value || got.SV == "" || got.SV == got.EN {
			t.Errorf("%s %s: got %q and %q, want words in both languages", field, value, got.SV, got.EN)
		}
	}
	for _, p := range []*problem.Error{casework.ErrClientUnknown, casework.ErrGroupUnknown, casework.ErrGroupAmbiguous, casework.ErrMayNot,
		casework.ErrKeyReused, casework.ErrOrderInvalid} {
		words(journal.OrderRefused, "code", p.Code)
	}
	rules, err := os.ReadFile("../../../domain/routine/refusals.go")
	if err != nil {
		t.Fatal(err)
	}
	refusals := regexp.MustCompile(`&Refusal\{"([a-z-]+)"`).FindAllStringSubmatch(string(rules), -1)
	if len(refusals) < 6 {
		t.Fatalf("refusals of the routine: found %d, want at least 6", len(refusals))
	}
	for _, m := range refusals {
		words(journal.OrderRefused, "code", m[1])
	}
	for _, p := range []*problem.Error{keysync.ErrNotEnrolled, keysync.ErrBlocked, keysync.ErrBroken, keysync.ErrInStock, keysync.ErrNonce,
		keysync.ErrProof, keysync.ErrCounter} {
		words(journal.KeyRefused, "code", p.Code)
	}
	for _, c := range credential.Codes() {
		words(journal.DoorRefused, "code", c.String())
	}
	for _, class := range AnomalyClasses() {
		if short := AnomalyShort(class); short.SV == class {
			t.Errorf("short name of the class %s: there is none", class)
		}
		words(journal.RecordsAnomalous, "class", class)
	}
	for _, change := range []string{"proposed", "joined", "moved", "withdrawn"} {
		words(journal.TaskChanged, "change", change)
		if got, want := taskTitle(change), taskTitle("?"); got == want {
			t.Errorf("title of a task that was %s: got %q, want its own", change, got.SV)
		}
	}
	for _, k := range []routine.TaskKind{routine.Mount, routine.Dismount, routine.ExchangeLock, routine.ServiceLock, routine.ReturnKeys, routine.AskConsent,
		routine.AskClient, routine.TakeReceipt, routine.TakeSpare, routine.TellClient, routine.Document, routine.Attend, routine.Judge} {
		words(journal.TaskChanged, "task", string(k))
	}
	for _, k := range routine.OrderKinds() {
		words(journal.OrderReceived, "order", string(k))
	}
	for _, state := range casework.TaskStates() {
		words(journal.TaskChanged, "change", state)
	}
	for _, r := range routine.Rules() {
		words(journal.TaskChanged, "rule", r.ID)
	}
	for _, register := range strings.Fields("utforare grupper kunder insatser las medarbetare nycklar samtycken port") {
		words(journal.RegisterApplied, "files", register)
	}
	words(journal.ConfigChanged, "setting", "name")
}

func TestValuesInWords(t *testing.T) {
	for _, c := range []struct {
		field, value, want string
	}{
		{"detail", "records 5 to 7 did not come with the later ones", "Rad 5 till 7"},
		{"detail", "records 5 to 7 are missing", "Rad 5 till 7"},
		{"detail", "lock number 42", "Låset kallar sig nummer 42"},
		{"detail", "records to", "records to"},
		{"flags", "0", "Ingen"},
		{"flags", "3", "Låset hade tappat tiden. Nyckelns räkneverk låg efter. Den kan vara kopierad."},
		{"flags", "64", "64"},
		{"flags", "x", "x"},
		{"sequence", "1/7", "Start 1, rad 7"},
		{"organisation", "2120009002", "212000-9002"},
		{"organisation", "Å120009002", "Å120009002"},
		{"files", "kunder insatser", "Kundregistret, Insatsregistret"},
		{"ground", "recomputation", "Omräkning av alla behörigheter"},
		{"value", "kunder", "kunder"},
	} {
		if got := fieldText(journal.RecordsAnomalous, journal.Field{Name: c.field, Value: c.value}).SV; got != c.want {
			t.Errorf("%s %q: got %q, want %q", c.field, c.value, got, c.want)
		}
	}
	for in, want := range map[string]string{"": "", "Ökning": "ökning", "Montera lås": "montera lås"} {
		if got := lowerFirst(in); got != want {
			t.Errorf("lowerFirst(%q): got %q, want %q", in, got, want)
		}
	}
}
