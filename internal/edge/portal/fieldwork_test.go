package portal_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// technicians gives the town two people who mount, and a lock in stock; it returns the task of mounting at Ulla's.
func technicians(w *portaltest.Town) string {
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		if err := tx.PutStaff(ctx, []care.Staff{{ID: "01a00000-0000-7000-8000-00000000a001", EmployeeNumber: "T1", Pseudonym: 901, GivenName: "Jonas", FamilyName: "Berg"},
			{ID: "01a00000-0000-7000-8000-00000000a002", EmployeeNumber: "T2", Pseudonym: 902, GivenName: "Nora", FamilyName: "Lind"}}); err != nil {
			return err
		}
		return tx.PutLocks(ctx, []fleet.Lock{{ID: "01a00000-0000-7000-8000-00000000b001", Serial: "DC20001", Kind: fleet.Door, State: fleet.InStock}})
	})
	return taskAt(w, portaltest.Ulla, routine.Mount)
}

func taskAt(w *portaltest.Town, number string, kind routine.TaskKind) (id string) {
	q, err := w.Orders.Queue(w.T.Context(), routine.Who{Actor: "test", Role: routine.LockManager}, casework.WorkFilter{Kind: kind}, casework.QueueShown)
	w.Must(err)
	client := w.ID("clients", number)
	for _, l := range q.All {
		if l.ClientID == client {
			id = l.ID
		}
	}
	if id == "" {
		w.T.Fatalf("no %s at %s", kind, number)
	}
	return id
}

var inForm = regexp.MustCompile(`name="(step|step_id|at|_version|_once)" value="([^"]*)"`)

// form is the inForm fields of a page's form, up to the templates for when the network is gone, with what is typed.
func form(page string, typed url.Values) url.Values {
	page, _, _ = strings.Cut(page, "<template")
	out := url.Values{}
	for _, m := range inForm.FindAllStringSubmatch(page, -1) {
		out.Set(m[1], m[2])
	}
	for name, value := range typed {
		out[name] = value
	}
	return out
}

// A lock is mounted step by step by plain forms, and by nothing less.
//
// proves V2.1-c, V5.5-b
func TestMountingAtThePage(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		id := technicians(w)
		v := w.Visitor(portaltest.Technician)
		at := "/arbete/" + id
		v.Post("/arbete/jag", url.Values{"mitt": {"T1"}}, http.StatusOK)
		portaltest.Says(t, v.Get("/arbete?vems=alla", http.StatusOK), "Nästa uppgift", "Ulla Öberg, Kvarngatan 4", "Montera lås")
		portaltest.Says(t, v.Get(at, http.StatusOK), "Ulla Öberg", "Boka tid", "Jag är vid dörren", "Så säger rutinen")
		page := v.Post(at+"/borja", nil, http.StatusOK)
		for _, s := range []struct {
			ask, fault string
			bad, good  url.Values
		}{
			{"Vet kunden", "Välj vem som vet.", url.Values{"how": {"visit"}}, url.Values{"told": {"client"}, "how": {"visit"}}},
			{"Vilket lås monterar du?", "Lås DC10002 är redan monterat någon annanstans", url.Values{"serial": {"DC10002"}, "employee_number": {"T1"}}, url.Values{"serial": {"DC20001"}, "employee_number": {"T1"}}},
			{"annan person", "Kontrollen ska göras av en annan person", url.Values{"serial": {"DC20001"}, "employee_number": {"T1"}}, url.Values{"serial": {"DC20001"}, "employee_number": {"T2"}}},
			{"Öppnade låset?", "är inte det som är undanlagt", url.Values{"serial": {"DC10002"}, "employee_number": {"T1"}}, url.Values{"serial": {"DC20001"}, "employee_number": {"T1"}}},
			{"Var förvaras", "Skriv var delen förvaras.", url.Values{"employee_number": {"T1"}}, url.Values{"place": {"Hallskåpet"}, "employee_number": {"T1"}}},
		} {
			portaltest.Says(t, page, s.ask)
			portaltest.Hides(t, page, "Ulla", "Kvarngatan", portaltest.Ulla) // the browser keeps this page
			page = v.Post(at+"/steg", form(page, s.bad), http.StatusUnprocessableEntity)
			portaltest.Says(t, page, "Fel:", s.fault, s.ask)
			sent := form(page, s.good)
			page = v.Post(at+"/steg", sent, http.StatusOK)
			page = v.Post(at+"/steg", sent, http.StatusOK) // double click
		}
		portaltest.Says(t, page, "Stämmer allt?", "Hallskåpet", "DC20001", "anställningsnummer T2")
		page = v.Post(at+"/klart", nil, http.StatusOK)
		portaltest.Says(t, page, "Låset är monterat", "DC20001", "Visa kunden")
		portaltest.Says(t, v.Post(at+"/klart", nil, http.StatusOK), "Låset är monterat") // the back button
		portaltest.Says(t, v.Get(at+"?lang=en", http.StatusOK), "Done")
	})
}

// A device whose clock was ahead is not held to what it said when the clock has been set right.
func TestAClockThatWasAhead(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	at := "/arbete/" + technicians(w)
	v := w.Visitor(portaltest.Technician)
	page := v.Post(at+"/borja", nil, http.StatusOK)
	told := url.Values{"told": {"client"}, "how": {"visit"}, "at": {"2037-01-01T12:00:00Z"}}
	page = v.Post(at+"/steg", form(page, told), http.StatusUnprocessableEntity)
	portaltest.Says(t, page, "Kontrollera enhetens klocka.")
	told.Del("at")
	portaltest.Says(t, v.Post(at+"/steg", form(page, told), http.StatusOK), "Vilket lås monterar du?")
}

// A time is booked once; somebody else's booking is never overwritten; what is wrong is said at its field.
//
// proves V5.5-b
func TestBookingAtThePage(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	id := technicians(w)
	v, other := w.Visitor(portaltest.Technician), w.Visitor(portaltest.Technician)
	at := "/arbete/" + id + "/tid"
	page, stale := v.Get(at, http.StatusOK), other.Get(at, http.StatusOK)
	good := url.Values{"dag": {"2026-06-04"}, "fran": {"9.30"}, "till": {"10:30"}, "employee_number": {"T1"}, "told": {"client"}, "how": {"phone"}}
	for name, c := range map[string]struct{ field, value, want string }{
		"no day":        {"dag", "", "Välj dag för besöket."},
		"no such day":   {"dag", "2026-02-31", "Välj dag för besöket."},
		"no time":       {"fran", "halv tio", "Skriv när besöket börjar"},
		"backwards":     {"till", "9", "sluttid"},
		"at night":      {"till", "23", "timmar"},
		"nobody":        {"employee_number", "", "Skriv anställningsnumret"},
		"a stranger":    {"employee_number", "X9", "Ingen medarbetare har anställningsnumret"},
		"hostile":       {"employee_number", "<script>alert(1)</script>", "Ingen medarbetare"},
		"told how":      {"how", "", "Välj både vem"},
		"yesterday":     {"dag", "2026-06-02", "Tiden har redan varit"},
		"no such lock":  {"serial", "ZZ1", "ZZ1"},
		"mounted alrdy": {"serial", "DC10002", "redan monterat"},
	} {
		typed := url.Values{}
		for k, x := range good {
			typed[k] = x
		}
		typed.Set(c.field, c.value)
		got := v.Post(at, form(page, typed), http.StatusUnprocessableEntity)
		portaltest.Says(t, got, "Fel:", c.want)
		if strings.Contains(got, "<script>alert") {
			t.Errorf("%s: what was typed became a script", name)
		}
	}
	portaltest.Says(t, v.Post(at, form(page, good), http.StatusOK), "Tiden är bokad.", "4 juni 2026 kl. 09.30–10.30", "Jonas Berg", "Kunden, telefon")
	good.Set("employee_number", "T2")
	good.Set("reason", "Passar inte")
	got := other.Post(at, form(stale, good), http.StatusConflict)
	portaltest.Says(t, got, "Någon annan har ändrat samtidigt", "4 juni 2026 kl. 09.30–10.30, Jonas Berg")
	portaltest.Says(t, other.Post(at, form(got, good), http.StatusOK), "Nora Lind")
	portaltest.Says(t, v.Post("/arbete/"+id+"/kontakt", url.Values{"outcome": {"no-answer"}}, http.StatusOK), "Försöket är antecknat.", "Sökt kunden", "Inget svar")
	v.Post("/arbete/"+id+"/kontakt", url.Values{"outcome": {"rich"}}, http.StatusUnprocessableEntity)
	portaltest.Says(t, v.Post("/arbete/"+id+"/avboka", form(v.Get("/arbete/"+id+"/avboka", 200), nil), http.StatusUnprocessableEntity), "Ange varför")
	portaltest.Says(t, v.Post("/arbete/"+id+"/avboka", form(v.Get("/arbete/"+id+"/avboka", 200), url.Values{"reason": {"Kunden är på sjukhus"}}), http.StatusOK), "Ingen tid är bokad.")
}

// The queue: what is urgent first, one's own, who gets what, on paper; protected identity is shown for a reason only.
//
// proves V5.1-a, V5.5-c
func TestWorkQueue(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	id := technicians(w)
	stuck(w, portaltest.MajBritt, w.At(6, 20, 0, 0))
	v := w.Visitor(portaltest.Technician)
	said := portaltest.Text(v.Get("/arbete", http.StatusOK))
	if i, j := strings.Index(said, "Maj-Britt Hansson"), strings.Index(said, "Ulla Öberg"); i < 0 || j < i || !strings.Contains(said, "Ditt anställningsnummer") {
		t.Fatalf("what is urgent does not come first in\n%s", said)
	}
	portaltest.Says(t, v.Post("/arbete/jag", url.Values{"mitt": {"nej"}}, http.StatusUnprocessableEntity), "Ingen medarbetare")
	portaltest.Says(t, v.Post("/arbete/fordela", url.Values{"employee_number": {"T1"}}, http.StatusUnprocessableEntity), "Välj minst en uppgift")
	portaltest.Says(t, v.Post("/arbete/fordela", url.Values{"rad": {id}}, http.StatusUnprocessableEntity), "Skriv anställningsnumret")
	v.Post("/arbete/jag", url.Values{"mitt": {"T1"}}, http.StatusOK)
	portaltest.Says(t, v.Post("/arbete/fordela", url.Values{"rad": {id}, "till": {"mig"}}, http.StatusOK), "1 uppgifter är fördelade.", "Ulla Öberg", "Jonas Berg")
	// Who chose the task while nobody had it does not take it from who has got it since; who has seen that may.
	rows := func(row string) url.Values { return url.Values{"rad": {row}, "employee_number": {"T2"}} }
	row := regexp.MustCompile(`name="rad" value="(` + id + `\.[^"]+)"`)
	taken := v.Post("/arbete/fordela", rows(id+"."), http.StatusConflict)
	portaltest.Says(t, taken, "Någon annan har nyss fördelat")
	seen := row.FindStringSubmatch(taken)
	if task, err := w.Orders.Task(t.Context(), routine.Who{Actor: "test", Role: routine.LockManager}, id); err != nil || task.Staff[task.Task.StaffID] != "T1" || seen == nil {
		t.Fatalf("an old list has given %+v to another, %v", task.Task, err)
	}
	portaltest.Says(t, v.Post("/arbete/fordela", rows(seen[1]), http.StatusOK), "1 uppgifter är fördelade.")
	v.Post("/arbete/fordela", url.Values{"rad": {id + ".01a00000-0000-7000-8000-00000000a002"}, "till": {"mig"}}, http.StatusOK)
	portaltest.Hides(t, v.Get("/arbete?vems=mina", http.StatusOK), "Maj-Britt")
	portaltest.Says(t, v.Get("/arbete?vems=alla&omrade=43245&ordning=vag", http.StatusOK), "Ulla Öberg")
	portaltest.Hides(t, v.Get("/arbete?vems=alla&omrade=99", http.StatusOK), "Ulla", "Maj-Britt")
	portaltest.Says(t, v.Get("/arbete?omrade=x%27--", http.StatusUnprocessableEntity), "Skriv ett postnummer")
	v.Get("/arbete?vems=alla&efter=1_x_y&slag=%3Cb%3E&klar=i+dag&ordning=%00x", http.StatusBadRequest)
	v.Get("/arbete?vems=alla&efter=1_x_y&slag=%3Cb%3E&klar=i+dag", http.StatusOK)
	if pdf := v.Get("/arbete/lista.pdf?vems=alla", http.StatusOK); !strings.HasPrefix(pdf, "%PDF-") {
		t.Error("the list is not a PDF")
	}
	printed := 0
	for _, r := range w.Reads(w.ID("clients", portaltest.Ulla)) {
		if r.Value("purpose") == casework.QueuePrinted {
			printed++
		}
	}
	if printed != 1 {
		t.Errorf("got %d prints in the journal, want 1", printed)
	}
	secret := regexp.MustCompile(`/calendar/[\w-]+\.ics`)
	if !secret.MatchString(v.Post("/arbete/kalender", nil, http.StatusOK)) || secret.MatchString(v.Get("/arbete/kalender", http.StatusOK)) {
		t.Error("a calendar's address is shown once")
	}
}

// Whoever lives with protected identity is masked in the queue and on the task's page until a reason is given.
func TestVisitToProtected(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	stuck(w, portaltest.Åke, w.At(6, 3, 0, 0))
	v := w.Visitor(portaltest.Technician)
	at := "/arbete/01a00000-0000-7000-8000-000000000001"
	for _, path := range []string{"/arbete", at, at + "/tid"} {
		page := v.Get(path, http.StatusOK)
		portaltest.Hides(t, page, "Brännström", "Åke", "Hemliga", "432 46", portaltest.Åke)
	}
	portaltest.Says(t, v.Get(at, http.StatusOK), "Skyddad identitet")
	portaltest.Says(t, v.Post(at, url.Values{"reason": {"nyfiken"}}, http.StatusUnprocessableEntity), "Välj varför")
	portaltest.Says(t, v.Post(at, url.Values{"reason": {"mounting"}}, http.StatusOK), "Åke Brännström", "Hemliga gatan 1")
	reads := w.Reads(w.ID("clients", portaltest.Åke))
	found := false
	for _, r := range reads {
		found = found || r.Value("purpose") == "visit" && r.Value("reason") == "mounting"
	}
	if !found {
		t.Errorf("the reason is not in the journal: %v", reads)
	}
}

// A task is cancelled with a reason, and opened again by a button.
func TestCancelAndUndo(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	id := technicians(w)
	v := w.Visitor(portaltest.Technician)
	at := "/arbete/" + id
	portaltest.Says(t, v.Get(at+"/avbryt", http.StatusOK), "Vill du avbryta uppgiften?")
	portaltest.Says(t, v.Post(at+"/avbryt", url.Values{"ja": {"ja"}}, http.StatusUnprocessableEntity), "Ange varför")
	portaltest.Says(t, v.Post(at+"/avbryt", url.Values{"ja": {"ja"}, "reason": {"Kunden har ångrat sig"}}, http.StatusOK), "Uppgiften är avbruten.", "Ångra")
	w.Clock.Time = w.Clock.Time.Add(10 * time.Minute)
	portaltest.Says(t, v.Post(at+"/angra", nil, http.StatusOK), "Uppgiften är öppen igen.")
}
