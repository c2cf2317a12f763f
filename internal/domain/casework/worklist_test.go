package casework_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// visit completes a booking: Anna comes in two days.
func (n town) visit(t failer, b casework.NewBooking) casework.NewBooking {
	t.Helper()
	if b.Employee == "" {
		b.Employee = anna
	}
	if b.From.IsZero() {
		b.From = n.now(t).Add(48 * time.Hour)
	}
	if b.Until.IsZero() {
		b.Until = b.From.Add(time.Hour)
	}
	return b
}

func (n town) book(t failer, id string, b casework.NewBooking) casework.Task {
	t.Helper()
	booked, err := n.Book(t.Context(), keeper, id, n.visit(t, b))
	if err != nil {
		t.Fatalf("book: %v", err)
	}
	return booked
}

// proves V5.5-b, V2.3-b
func TestBookingWithTheClient(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		id := n.toMount(t, alma)
		from := n.now(t).Add(48 * time.Hour)
		booked := n.book(t, id, casework.NewBooking{From: from, Attend: "H1", Told: "relative", How: "phone"})
		if booked.State != casework.TaskBooked || booked.StaffID == "" {
			t.Errorf("got %+v, want it booked with Anna", booked)
		}
		other, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.ServiceLock, Serial: "PT1"})
		if err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			id   string
			b    casework.NewBooking
			want string
		}{
			"Anna is there already":         {other.ID, casework.NewBooking{From: from.Add(59 * time.Minute)}, "booking-clash"},
			"she is there then":             {other.ID, casework.NewBooking{From: from.Add(-30 * time.Minute)}, "booking-clash"},
			"a group that serves others":    {id, casework.NewBooking{Attend: "H2"}, "booking-attend"},
			"a group that does not exist":   {id, casework.NewBooking{Attend: "H9"}, "booking-attend"},
			"nobody of that number":         {id, casework.NewBooking{Employee: "0"}, "task-staff-unknown"},
			"told, but not how":             {id, casework.NewBooking{Told: "client"}, "booking-told"},
			"yesterday":                     {id, casework.NewBooking{From: from.Add(-72 * time.Hour)}, "booking-past"},
			"in two years":                  {id, casework.NewBooking{From: from.Add(800 * 24 * time.Hour)}, "booking-far"},
			"for a minute":                  {id, casework.NewBooking{From: from, Until: from.Add(time.Minute)}, "booking-period"},
			"a lock for a visit of service": {other.ID, casework.NewBooking{From: from.Add(5 * time.Hour), Serial: "DC2"}, "booking-kind"},
		} {
			if _, err := n.Book(t.Context(), keeper, c.id, n.visit(t, c.b)); codeOf(err) != c.want {
				t.Errorf("%s: got %v, want %s", name, err, c.want)
			}
		}
		n.book(t, other.ID, casework.NewBooking{From: from.Add(time.Hour)}) // one visit ends when the other begins
		n.book(t, id, casework.NewBooking{From: from.Add(24 * time.Hour), Reason: "kunden var sjuk"})
		if _, err := n.TellBooking(t.Context(), keeper, id, "client", "letter"); err != nil {
			t.Fatal(err)
		}
		w, err := n.Task(t.Context(), keeper, id)
		if err != nil || len(w.Bookings) != 2 || w.Bookings[0].Told != "client" || w.Bookings[1].EndedHow != "moved" || w.Bookings[1].Attend == "" {
			t.Errorf("the bookings: got %+v, %v, want a new one told of and one moved that asked staff to attend", w.Bookings, err)
		}
		back, err := n.CancelBooking(t.Context(), keeper, id, "teknikern är sjuk")
		if err != nil || back.State != casework.TaskAssigned {
			t.Errorf("called off: got %s, %v, want assigned", back.State, err)
		}
		if _, err := n.CancelBooking(t.Context(), keeper, id, "igen"); !errors.Is(err, casework.ErrBookingNone) {
			t.Errorf("called off twice: got %v, want booking-none", err)
		}
	})
}

func TestOfficeHoursAreThoseOfTheProfile(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	p := routine.DefaultProfile()
	p.Hours = routine.Hours{routine.OfficeHours: {Spans: []routine.Span{
		{Days: []routine.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: "07:30", To: "12:00"}, {Days: []routine.Weekday{"mon", "tue", "wed", "thu", "fri"}, From: "12:00", To: "16:00"}}}}
	now := time.Date(2026, 3, 20, 8, 0, 0, 0, zone) // a Friday, a week before summer time
	for name, c := range map[string]struct {
		from, until time.Time
		want        bool
	}{
		"a morning":               {time.Date(2026, 3, 23, 8, 0, 0, 0, zone), time.Date(2026, 3, 23, 9, 0, 0, 0, zone), true},
		"past noon":               {time.Date(2026, 3, 23, 11, 0, 0, 0, zone), time.Date(2026, 3, 23, 13, 0, 0, 0, zone), true},
		"to the minute":           {time.Date(2026, 3, 23, 15, 0, 0, 0, zone), time.Date(2026, 3, 23, 16, 0, 0, 0, zone), true},
		"a minute more":           {time.Date(2026, 3, 23, 15, 0, 0, 0, zone), time.Date(2026, 3, 23, 16, 1, 0, 0, zone), false},
		"before they come":        {time.Date(2026, 3, 23, 7, 29, 0, 0, zone), time.Date(2026, 3, 23, 9, 0, 0, 0, zone), false},
		"a Saturday":              {time.Date(2026, 3, 21, 9, 0, 0, 0, zone), time.Date(2026, 3, 21, 10, 0, 0, 0, zone), false},
		"Good Friday":             {time.Date(2026, 4, 3, 9, 0, 0, 0, zone), time.Date(2026, 4, 3, 10, 0, 0, 0, zone), false},
		"early, in summer time":   {time.Date(2026, 3, 30, 7, 30, 0, 0, zone), time.Date(2026, 3, 30, 8, 0, 0, 0, zone), true},
		"longer than the working": {time.Date(2026, 3, 23, 15, 0, 0, 0, zone), time.Date(2026, 3, 23, 22, 0, 0, 0, zone), false},
	} {
		if refusal := p.MayBook(c.from, c.until, now); (refusal == nil) != c.want {
			t.Errorf("%s: got %v, want %v", name, refusal, c.want)
		}
	}
}

// Whoever books a technician at the same time as somebody else is told so.
func TestOnePersonIsInOnePlace(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		var ids []string
		for i := range 6 {
			n.apply(t, casework.Import{}, casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: fmt.Sprint("p", i)}, Dwelling: care.Dwelling{AddressKey: fmt.Sprint("d", i)}}}})
			ids = append(ids, n.toMount(t, fmt.Sprint("p", i)))
		}
		visit := n.visit(t, casework.NewBooking{})
		var wait sync.WaitGroup
		booked := make([]bool, len(ids))
		for i, id := range ids {
			wait.Go(func() {
				_, err := n.Book(t.Context(), keeper, id, visit)
				booked[i] = err == nil
				if err != nil && !errors.Is(err, casework.ErrBookingClash) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if got := len(slices.DeleteFunc(booked, func(b bool) bool { return !b })); got != 1 {
			t.Errorf("got %d visits at one time, want 1", got)
		}
	})
}

func (n town) list(t failer, who routine.Who, f casework.WorkFilter) []casework.WorkLine {
	t.Helper()
	var all []casework.WorkLine
	for {
		page, err := n.Worklist(t.Context(), who, f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, page...)
		if f.Limit == 0 || len(page) < f.Limit {
			return all
		}
		f.After = page[len(page)-1].Cursor()
	}
}

// One list holds all that there is to do, whoever asked for it: what is urgent first, then what is due first.
//
// proves V5.1-a, V5.5-c, V5.6-b, S-h
func TestWorklist(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.RuralAreas = map[string][]string{"R1": {"43299"}}
		n := newTown(t, db).under(p)
		n.granted(t) // an order of the case officer's: mount, tell the client, attend
		for i, c := range []struct {
			kind   routine.TaskKind
			urgent bool
			code   string
		}{{routine.ServiceLock, false, "43299"}, {routine.ServiceLock, true, "11111"}, {routine.ExchangeLock, true, "11111"}, {routine.Judge, false, "11111"}} {
			who := fmt.Sprint("q", i)
			n.apply(t, casework.Import{}, casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: who, Protected: i == 0}, Dwelling: care.Dwelling{AddressKey: who, PostalCode: c.code, Town: "Orten"},
				Lock: &fleet.Lock{Serial: "L" + who, Kind: fleet.Door, State: fleet.Mounted}}}})
			if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: c.kind, PersonalNumber: who, Urgent: c.urgent, Due: day(10 - i)}); err != nil {
				t.Fatal(err)
			}
		}
		all := n.list(t, keeper, casework.WorkFilter{Limit: 2})
		if len(all) != 7 || !slices.IsSortedFunc(all, func(a, b casework.WorkLine) int {
			if a.Urgent != b.Urgent {
				if a.Urgent {
					return -1
				}
				return 1
			}
			return a.Due.Compare(b.Due)
		}) || !all[0].Urgent || all[0].Kind != routine.ExchangeLock {
			t.Errorf("the list, two lines at a time: got %v", all)
		}
		officerToo := routine.Who{Role: routine.CaseOfficer, Organisation: city}
		h1 := routine.Who{Role: routine.Provider, Organisation: city}
		for name, c := range map[string]struct {
			who  routine.Who
			f    casework.WorkFilter
			want int
		}{
			"for the case officer":  {officerToo, casework.WorkFilter{}, 7},
			"of a kind":             {keeper, casework.WorkFilter{Kind: routine.ServiceLock}, 2},
			"urgent":                {keeper, casework.WorkFilter{UrgentOnly: true}, 2},
			"due":                   {keeper, casework.WorkFilter{DueBefore: day(8)}, 4},
			"at a postal code":      {keeper, casework.WorkFilter{PostalCode: "432"}, 4},
			"in an area":            {keeper, casework.WorkFilter{Area: "R1"}, 4},
			"of a kind of order":    {keeper, casework.WorkFilter{OrderKind: routine.HomeCareGranted}, 3},
			"of another":            {keeper, casework.WorkFilter{OrderKind: routine.Died}, 0},
			"booked":                {keeper, casework.WorkFilter{State: casework.TaskBooked}, 0},
			"Anna's":                {keeper, casework.WorkFilter{Employee: anna}, 0},
			"done":                  {keeper, casework.WorkFilter{Closed: true}, 0},
			"a provider's own":      {h1, casework.WorkFilter{Group: "H1"}, len(ofGroup(all, "H1"))},
			"another provider's":    {routine.Who{Role: routine.Provider, Organisation: firm}, casework.WorkFilter{}, 0},
			"all of the provider's": {h1, casework.WorkFilter{}, len(ofGroup(all, "H1"))},
		} {
			if got := n.list(t, c.who, c.f); len(got) != c.want {
				t.Errorf("%s: got %d lines, want %d", name, len(got), c.want)
			}
		}
		if hidden := n.list(t, keeper, casework.WorkFilter{Kind: routine.ServiceLock, DueBefore: day(11), PostalCode: "432"}); len(hidden) != 1 || hidden[0].PostalCode != "" || hidden[0].Town != "" {
			t.Errorf("a protected identity: got %+v, want no place", hidden)
		}
		if _, err := n.Worklist(t.Context(), routine.Who{Role: routine.Auditor}, casework.WorkFilter{}); !errors.Is(err, casework.ErrTaskNotYours) {
			t.Errorf("an auditor: got %v, want task-not-yours", err)
		}
		counts, err := n.WorkCounts(t.Context(), keeper)
		total := int64(0)
		for _, c := range counts {
			total += c.Tasks
		}
		if err != nil || total != 7 {
			t.Errorf("counts: got %+v, %v, want 7 in all", counts, err)
		}
		// A client who moves takes the work along.
		n.apply(t, casework.Import{}, casework.RegisterBatch{Clients: []casework.RegisterClient{{Client: care.Client{PersonalNumber: "q3"}, Dwelling: care.Dwelling{AddressKey: "q3", PostalCode: "22222", Town: "Annanort"}}}})
		if got := n.list(t, keeper, casework.WorkFilter{PostalCode: "22222"}); len(got) != 1 {
			t.Errorf("after moving: got %d lines at the new code, want 1", len(got))
		}
	})
}

func ofGroup(lines []casework.WorkLine, code string) (out []casework.WorkLine) {
	for _, l := range lines {
		if l.Group == code {
			out = append(out, l)
		}
	}
	return out
}

// Providers do what they are asked: they tell their own clients, and cannot touch anything else.
//
// proves V2.1-c
func TestAProviderTellsItsClient(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, casework.NewOrder{Kind: routine.HomeCareGranted, PersonalNumber: alma, Group: "H2", Effective: n.now(t).Add(-48 * time.Hour).Truncate(24 * time.Hour), Channel: "test"})
		id, now := n.toMount(t, alma), n.now(t)
		theirs, others := routine.Who{Actor: "p", Role: routine.Provider, Organisation: firm}, routine.Who{Actor: "o", Role: routine.Provider, Organisation: other}
		told := mountSteps("DC2", now)[:1]
		if _, err := n.RecordSteps(t.Context(), others, id, told); !errors.Is(err, casework.ErrTaskUnknown) {
			t.Errorf("another provider: got %v, want task-unknown", err)
		}
		if _, err := n.RecordSteps(t.Context(), theirs, id, mountSteps("DC2", now)); !errors.Is(err, casework.ErrTaskNotYours) {
			t.Errorf("more than telling: got %v, want task-not-yours", err)
		}
		tell := n.list(t, keeper, casework.WorkFilter{Kind: routine.TellClient})
		if len(tell) != 1 {
			t.Fatalf("the task of telling: got %d", len(tell))
		}
		if _, err := n.RecordSteps(t.Context(), theirs, tell[0].ID, told); err != nil {
			t.Fatal(err)
		}
		w, err := n.Task(t.Context(), theirs, id)
		if err != nil || w.Checklist[0].Step != routine.StepInformed || w.Checklist[0].Said == nil || w.Checklist[0].Said.Actor != "p" {
			t.Errorf("the mounting knows that the client was told: got %+v, %v", w.Checklist[0], err)
		}
		if left := n.list(t, keeper, casework.WorkFilter{Kind: routine.TellClient}); len(left) != 0 {
			t.Errorf("the task of telling is done: got %d left", len(left))
		}
	})
}

func TestCancelAndUndo(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		order := n.granted(t)
		made, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.ServiceLock, PersonalNumber: alma})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.ServiceLock, PersonalNumber: bo}); !errors.Is(err, casework.ErrTaskTwice) {
			t.Errorf("two at one door: got %v, want task-exists", err)
		}
		if _, err := n.Undo(t.Context(), keeper, made.ID, "fel"); !errors.Is(err, casework.ErrTaskOpen) {
			t.Errorf("not done: got %v, want task-not-closed", err)
		}
		if _, err := n.Complete(t.Context(), keeper, made.ID, "smort"); err != nil {
			t.Fatal(err)
		}
		if back, err := n.Undo(t.Context(), keeper, made.ID, "fel"); err != nil || back.State != casework.TaskOpen {
			t.Errorf("undone: got %s, %v, want open", back.State, err)
		}
		mount := n.toMount(t, alma)
		if _, err := n.Cancel(t.Context(), keeper, mount, " "); !errors.Is(err, casework.ErrTaskNoReason) {
			t.Errorf("without a reason: got %v, want task-reason", err)
		}
		for _, l := range n.list(t, keeper, casework.WorkFilter{OrderKind: routine.HomeCareGranted}) {
			if _, err := n.Cancel(t.Context(), keeper, l.ID, "kunden öppnar själv"); err != nil {
				t.Fatal(err)
			}
		}
		if done, err := n.Order(t.Context(), officer, order.ID); err != nil || done.State != casework.Done {
			t.Errorf("an order whose work was cancelled: got %s, %v, want done", done.State, err)
		}
		if _, err := n.Undo(t.Context(), keeper, mount, "hon kan inte öppna"); err != nil {
			t.Fatal(err)
		}
		if open, err := n.Order(t.Context(), officer, order.ID); err != nil || open.State != casework.InProgress {
			t.Errorf("an order whose work was taken up again: got %s, %v, want in progress", open.State, err)
		}
		n.mount(t, "DC2", alma)
		if _, err := n.Undo(t.Context(), keeper, mount, "fel"); !errors.Is(err, casework.ErrTaskFinal) {
			t.Errorf("a lock that is up: got %v, want task-undo-final", err)
		}
	})
}

func TestCalendarTellsNoNames(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.granted(t)
		n.book(t, n.toMount(t, alma), casework.NewBooking{})
		f, secret, err := n.OpenFeed(t.Context(), keeper, anna)
		if err != nil || len(secret) < 32 {
			t.Fatalf("open: %v", err)
		}
		visits, err := n.Calendar(t.Context(), secret)
		if err != nil || len(visits) != 1 || visits[0].Town != "Provköping" || visits[0].Kind != routine.Mount || len(visits[0].Number) != 9 {
			t.Errorf("got %+v, %v, want one visit with its number and town", visits, err)
		}
		if text := fmt.Sprint(visits); strings.Contains(text, "Alma") || strings.Contains(text, "Provgatan") {
			t.Errorf("a name or a street in %s", text)
		}
		for name, s := range map[string]string{"another": strings.Repeat("A", len(secret)), "none": "", "its id": f.ID} {
			if _, err := n.Calendar(t.Context(), s); !errors.Is(err, casework.ErrFeedUnknown) {
				t.Errorf("%s: got %v, want calendar-unknown", name, err)
			}
		}
		if err := n.CloseFeed(t.Context(), keeper, f.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := n.Calendar(t.Context(), secret); !errors.Is(err, casework.ErrFeedUnknown) {
			t.Errorf("closed: got %v, want calendar-unknown", err)
		}
		for range 5 {
			_, _, err = n.OpenFeed(t.Context(), keeper, anna)
		}
		if _, _, err := n.OpenFeed(t.Context(), keeper, anna); !errors.Is(err, casework.ErrFeedMany) {
			t.Errorf("a sixth: got %v, want calendar-many", err)
		}
	})
}

// Who goes to a door may know whose it is, and that they asked is kept.
func TestVisitIsJournalled(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	n := newTown(t, db)
	n.granted(t)
	id := n.toMount(t, alma)
	if _, err := n.VisitTo(t.Context(), routine.Who{Role: routine.CaseOfficer}, id); !errors.Is(err, casework.ErrTaskNotYours) {
		t.Errorf("a case officer: got %v, want task-not-yours", err)
	}
	v, err := n.VisitTo(t.Context(), keeper, id)
	if err != nil || v.Client.GivenName != "Alma" || v.Dwelling.Street != "Provgatan 1" {
		t.Fatalf("got %+v, %v", v, err)
	}
	if err := db.View(t.Context(), func(tx *storage.Tx) error {
		pending, err := tx.PendingJournal(t.Context(), 1000)
		if !slices.ContainsFunc(pending, func(r journal.Row) bool { return r.Kind == journal.ClientRead }) {
			t.Error("the journal does not tell that it was read")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
