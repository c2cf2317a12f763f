package casework_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/retention"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// watched is a town where Anna and Bert, with one key each, have opened the couple's key box.
type watched struct {
	*disclosure.Service
	town
	keys       journaltest.Keys
	from       time.Time
	anna, bert string // staff ids
}

var (
	manager1 = routine.Who{Actor: "token:manager", Organisation: city, Role: routine.LockManager}
	chief    = routine.Who{Actor: "token:chief", Organisation: firm, Role: routine.Provider}
)

func newWatched(t *testing.T, db *storage.DB, now *time.Time, rules routine.LogRules) *watched {
	t.Helper()
	w := &watched{town: keyTown(t, db, nil), keys: journaltest.NewKeys(t), from: *now}
	log := w.keys.NewLog(t, txn.Narrow(db, func(tx *storage.Tx) journal.Tx { return tx }))
	w.Service = disclosure.NewService(txn.Narrow(db, func(tx *storage.Tx) disclosure.Tx { return tx }), log, rules)
	w.putBox(t)
	err := db.Update(t.Context(), func(tx *storage.Tx) error {
		staff, err := tx.StaffByNumber(t.Context(), []string{anna, bert})
		if err != nil {
			return err
		}
		w.anna, w.bert = staff[anna].ID, staff[bert].ID
		if err := w.firmServes(t, tx); err != nil {
			return err
		}
		station := fleet.Station{ID: "0190b000-0000-7000-8000-0000000000d0", Device: 1, Name: "Provstation"}
		if err := tx.PutStation(t.Context(), station, "hash"); err != nil {
			return err
		}
		var parts []journal.Part
		for i, who := range []string{w.anna, w.bert} {
			key := fleet.Key{ID: "0190b000-0000-7000-8000-0000000000e" + strconv.Itoa(i), Device: uint32(i + 1), Number: "N0000" + strconv.Itoa(i), State: fleet.KeyInStock}
			if err := tx.PutKeys(t.Context(), []fleet.Key{key}); err != nil {
				return err
			}
			use := keysync.Activation{Serial: uint64(i + 7), KeyID: key.ID, StaffID: who, StationID: station.ID, From: tx.Now().Add(-time.Hour), Until: tx.Now().Add(9 * time.Hour), Body: []byte{1}}
			if err := tx.InsertActivations(t.Context(), []keysync.Activation{use}); err != nil {
				return err
			}
			parts = append(parts, opened(use, key.Number))
		}
		return journal.Append(t.Context(), tx, journal.Entry{Kind: journal.LockRecords, Quality: journal.Device, Subjects: []string{"0190b000-0000-7000-8000-0000000000b0"},
			Fields: []journal.Field{{Name: "lock", Value: "NG1"}, {Name: "sequence", Value: "1/1"}}, Parts: parts})
	})
	if err != nil {
		t.Fatal(err)
	}
	*now = now.Add(48 * time.Hour)
	return w
}

// firmServes lets the chief's firm serve Alma, and Anna and Bert work for it: a provider asks about its own matters.
func (w *watched) firmServes(t *testing.T, tx *storage.Tx) error {
	t.Helper()
	groups, err := tx.GroupsByCode(t.Context(), []string{"H2"})
	if err != nil {
		return err
	}
	clients, err := tx.ClientsByNumber(t.Context(), []string{alma})
	if err != nil {
		return err
	}
	g, since := groups["H2"], tx.Now().AddDate(0, -1, 0)
	return errors.Join(
		tx.PutServices(t.Context(), []care.Service{{ClientID: clients[alma].ID, Origin: "register:insatser:1", Service: routine.Service{
			ID: "0190b000-0000-7000-8000-0000000000f0", Kind: routine.HomeCare, Group: g.ForRoutine(), From: since, Until: routine.Forever, InEffect: true}}}),
		tx.PutMemberships(t.Context(), []care.Membership{{StaffID: w.anna, GroupID: g.ID, From: since, Until: routine.Forever},
			{StaffID: w.bert, GroupID: g.ID, From: since, Until: routine.Forever}}))
}

func opened(use keysync.Activation, key string) journal.Part {
	return journal.Part{Kind: journal.DoorOpened, Subjects: []string{use.KeyID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "activation:" + strconv.FormatUint(use.Serial, 10)}, {Name: "key", Value: key}}}
}

func (w *watched) ask(change func(in *disclosure.Request)) disclosure.Request {
	in := disclosure.Request{Requester: "Vera Chef", Function: "enhetschef", Purpose: disclosure.Incident, Reason: "Kunden saknar en ring",
		Scope: disclosure.OfClient, Name: alma, From: w.from, Until: w.from.Add(24 * time.Hour)}
	if change != nil {
		change(&in)
	}
	return in
}

func (w *watched) request(t *testing.T, change func(in *disclosure.Request)) disclosure.Disclosure {
	t.Helper()
	d, err := w.Ask(t.Context(), chief, w.ask(change))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (w *watched) decide(t *testing.T, id string, in disclosure.Decision) {
	t.Helper()
	if _, err := w.Decide(t.Context(), manager1, id, in); err != nil {
		t.Fatal(err)
	}
}

var byRequest = routine.LogRules{Mode: routine.LogByDisclosure, Recipients: []string{"Enhetschef"}}

// proves V5.7-d, S-d
func TestAnExtractIsRequestedDecidedAndHandedOut(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		w := newWatched(t, db, now, byRequest)
		d := w.request(t, nil)
		if d.Doubt || d.State != disclosure.Requested {
			t.Errorf("a unit manager about an incident: got %+v, want no doubt", d)
		}
		if _, err := w.Extract(t.Context(), chief, d.ID); !errors.Is(err, disclosure.ErrNotGranted) {
			t.Errorf("before the decision: got %v, want disclosure-not-granted", err)
		}
		granted := disclosure.Decision{State: disclosure.Granted, Reasons: "Behövs för utredningen"}
		if _, err := w.Decide(t.Context(), chief, d.ID, granted); !errors.Is(err, disclosure.ErrMayNot) {
			t.Errorf("decided by the requester: got %v, want disclosure-not-yours", err)
		}
		w.decide(t, d.ID, granted)
		x, err := w.Extract(t.Context(), chief, d.ID)
		if err != nil || len(x.Rows) != 2 || x.Rows[0].Person != "Bert" || x.Rows[1].Employee != anna || x.Rows[1].Key != "N00000" {
			t.Fatalf("the extract: got %+v, %v, want Bert's opening and Anna's", x.Rows, err)
		}
		report, err := journal.Verify(w.keys.Trust, x.Proof)
		if err != nil || len(report.Entries) != 3 || report.Entries[0].Hidden != 0 || report.Entries[2].Hidden != 0 {
			t.Errorf("its proof: got %+v, %v", report, err)
		}
		early := w.request(t, func(in *disclosure.Request) { in.Until = in.From.Add(-time.Hour); in.From = in.Until.Add(-time.Hour) })
		w.decide(t, early.ID, granted)
		if x, err := w.Extract(t.Context(), chief, early.ID); err != nil || len(x.Rows) != 0 || x.Proof != nil {
			t.Errorf("a time before anything happened: got %+v, %v, want nothing", x.Rows, err)
		}
		if log := w.kinds(t, d.ID); !slices.Equal(log, []journal.Kind{journal.EntriesDisclosed, journal.DisclosureChanged, journal.DisclosureChanged}) {
			t.Errorf("the journal tells %v of it", log)
		}
		if _, err := w.Read(t.Context(), stranger, d.ID); !errors.Is(err, disclosure.ErrUnknown) {
			t.Errorf("read by another organisation: got %v, want disclosure-unknown", err)
		}
	})
}

func (w *watched) kinds(t *testing.T, subject string) (out []journal.Kind) {
	t.Helper()
	err := w.db.View(t.Context(), func(tx *storage.Tx) error {
		out = nil
		all, err := journal.Timeline(t.Context(), tx, subject, 50, "")
		for _, r := range all {
			out = append(out, r.Kind)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// field is a field of the newest entry about a subject that has it.
func (w *watched) field(t *testing.T, subject, name string) (value string) {
	t.Helper()
	err := w.db.View(t.Context(), func(tx *storage.Tx) error {
		all, err := journal.Timeline(t.Context(), tx, subject, 50, "")
		for _, r := range slices.Backward(all) {
			if v := r.Value(name); v != "" {
				value = v
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func (w *watched) protect(t *testing.T, number string) {
	t.Helper()
	err := w.db.Update(t.Context(), func(tx *storage.Tx) error {
		found, err := tx.ClientsByNumber(t.Context(), []string{number})
		if err != nil {
			return err
		}
		c := found[number]
		c.Protected = true
		return tx.PutClients(t.Context(), []care.Client{c})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// In doubt there is an assessment first, it binds the decision, and nobody decides what they asked for.
//
// proves V5.7-d
func TestDoubtDemandsAHarmAssessment(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		w := newWatched(t, db, now, byRequest)
		granted := disclosure.Decision{State: disclosure.Granted, Reasons: "Ja"}
		partly := disclosure.Decision{State: disclosure.Partly, Reasons: "Utan namn", Masks: []disclosure.Mask{disclosure.MaskStaff, disclosure.MaskKeys}}
		d := w.request(t, func(in *disclosure.Request) { in.Function = "journalist" })
		if _, err := w.Decide(t.Context(), manager1, d.ID, granted); !errors.Is(err, disclosure.ErrDoubt) {
			t.Errorf("granted without an assessment: got %v, want disclosure-doubt", err)
		}
		if _, err := w.Assess(t.Context(), manager1, d.ID, disclosure.Assessment{Harm: "?", Reasons: "x"}); !errors.Is(err, disclosure.ErrHarm) {
			t.Errorf("no such harm: got %v", err)
		}
		if _, err := w.Assess(t.Context(), manager1, d.ID, disclosure.Assessment{Harm: disclosure.SomeHarm, Reasons: "Personalens namn"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Decide(t.Context(), manager1, d.ID, granted); !errors.Is(err, disclosure.ErrHarmful) {
			t.Errorf("granted whole against the assessment: got %v, want disclosure-harmful", err)
		}
		w.decide(t, d.ID, partly)
		x, err := w.Extract(t.Context(), chief, d.ID)
		if err != nil || len(x.Rows) != 2 || x.Rows[0].Person != "" || x.Rows[0].Key != "" || x.Rows[0].Lock != "NG1" {
			t.Errorf("in part: got %+v, %v, want rows without names and keys", x.Rows, err)
		}
		report, err := journal.Verify(w.keys.Trust, x.Proof)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range report.Entries {
			for _, f := range e.Fields {
				if f.Name == journal.FieldActor || strings.HasPrefix(f.Name, "activation") || f.Name == "key" || strings.HasPrefix(f.Name, "subject") {
					t.Errorf("entry %d shows %s, which is left out", e.Index, f.Name)
				}
			}
		}

		if d, err := w.Read(t.Context(), manager1, d.ID); err != nil || d.Assessment != "Personalens namn" || d.Decision != partly.Reasons {
			t.Errorf("what is kept: got %q and %q, %v, want the assessment and the reasons", d.Assessment, d.Decision, err)
		}
		if noted := w.field(t, d.ID, "assessment"); noted != "Personalens namn" {
			t.Errorf("the journal keeps %q of the assessment", noted)
		}
		refused := disclosure.Decision{State: disclosure.Refused, Reasons: "Ändrade oss"}
		if _, err := w.Decide(t.Context(), manager1, d.ID, refused); !errors.Is(err, disclosure.ErrState) {
			t.Errorf("decided once more: got %v, want disclosure-state", err)
		}
		if _, err := w.Assess(t.Context(), manager1, d.ID, disclosure.Assessment{Harm: disclosure.NoHarm, Reasons: "Efteråt"}); !errors.Is(err, disclosure.ErrState) {
			t.Errorf("assessed after the decision: got %v, want disclosure-state", err)
		}
		if said := w.request(t, func(in *disclosure.Request) { in.Doubt = true }); !said.Doubt {
			t.Error("somebody finds it unclear: got no doubt")
		}

		own, err := w.Ask(t.Context(), manager1, w.ask(nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Decide(t.Context(), manager1, own.ID, granted); !errors.Is(err, disclosure.ErrOwn) {
			t.Errorf("one's own request: got %v, want disclosure-own", err)
		}
		person := w.request(t, func(in *disclosure.Request) { in.Scope, in.Name = disclosure.OfStaff, anna })
		if !person.Doubt {
			t.Error("a person's openings: got no doubt")
		}
		if _, err := w.Assess(t.Context(), manager1, person.ID, disclosure.Assessment{Harm: disclosure.NoHarm, Reasons: "Stöldanmälan"}); err != nil {
			t.Fatal(err)
		}
		w.decide(t, person.ID, granted)
		if x, err := w.Extract(t.Context(), chief, person.ID); err != nil || len(x.Rows) != 1 || x.Rows[0].Person != "Anna" {
			t.Errorf("Anna's openings: got %+v, %v, want one", x.Rows, err)
		} else if report, err := journal.Verify(w.keys.Trust, x.Proof); err != nil || len(report.Entries) != 2 || report.Entries[1].Part != 1 || strings.Contains(string(x.Proof), "activation:8") {
			t.Errorf("the proof of Anna's openings: got %+v, %v, want one of the lock's records, and nothing of Bert's", report.Entries, err)
		}
		one := w.request(t, nil)
		w.decide(t, one.ID, disclosure.Decision{State: disclosure.Partly, Reasons: "Bert berörs inte", Masks: []disclosure.Mask{disclosure.Mask("person:" + w.bert)}})
		if x, err := w.Extract(t.Context(), chief, one.ID); err != nil || x.Rows[0].Person != "" || x.Rows[1].Person != "Anna" {
			t.Errorf("without Bert: got %+v, %v", x.Rows, err)
		}
		w.protect(t, alma)
		if d := w.request(t, nil); !d.Doubt {
			t.Error("a client with protected identity: got no doubt")
		}
	})
}

// proves V5.7-d
func TestWhatCannotBeRequested(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		w := newWatched(t, db, now, byRequest)
		for name, c := range map[string]struct {
			change func(in *disclosure.Request)
			want   error
		}{
			"nobody":                      {func(in *disclosure.Request) { in.Requester = " " }, disclosure.ErrInvalid},
			"no reason":                   {func(in *disclosure.Request) { in.Reason = "" }, disclosure.ErrInvalid},
			"no such purpose":             {func(in *disclosure.Request) { in.Purpose = "ranking" }, disclosure.ErrPurpose},
			"no such scope":               {func(in *disclosure.Request) { in.Scope = "group" }, disclosure.ErrScope},
			"no such client":              {func(in *disclosure.Request) { in.Name = "x" }, disclosure.ErrScope},
			"a person to follow up":       {func(in *disclosure.Request) { in.Purpose, in.Scope = disclosure.FollowUp, disclosure.OfStaff }, disclosure.ErrUnbound},
			"a client for a technician":   {func(in *disclosure.Request) { in.Purpose = disclosure.Technical }, disclosure.ErrUnbound},
			"backwards":                   {func(in *disclosure.Request) { in.Until = in.From }, disclosure.ErrPeriod},
			"two years":                   {func(in *disclosure.Request) { in.From = in.From.AddDate(-2, 0, 0) }, disclosure.ErrPeriod},
			"what has not happened yet":   {func(in *disclosure.Request) { in.From, in.Until = in.From.AddDate(0, 1, 0), in.From.AddDate(0, 2, 0) }, disclosure.ErrPeriod},
			"directly, where it is asked": {nil, disclosure.ErrByDisclosure},
		} {
			_, err := w.Ask(t.Context(), chief, w.ask(c.change))
			if c.change == nil {
				_, err = w.Look(t.Context(), owner, disclosure.Query{})
			}
			if !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
		}
	})
}

// proves S-g, S-d
func TestNamedRolesReadTheLogAndAreSeen(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		w := newWatched(t, db, now, routine.LogRules{Mode: routine.LogByRole, Readers: []routine.Role{routine.AlarmTeam, routine.SystemOwner}})
		q := disclosure.Query{Purpose: disclosure.Incident, Reason: "Larm utan svar", Scope: disclosure.OfLock, Name: "NG1", From: w.from, Until: w.from.Add(24 * time.Hour), Limit: 1}
		if _, err := w.Look(t.Context(), manager1, q); !errors.Is(err, disclosure.ErrReader) {
			t.Errorf("a role that is not named: got %v, want log-reader", err)
		}
		team := routine.Who{Actor: "token:team", Organisation: city, Role: routine.AlarmTeam}
		first, err := w.Look(t.Context(), team, q)
		if err != nil || len(first.Rows) != 1 || first.Rows[0].Person != "Bert" || first.Next == "" {
			t.Fatalf("first page: got %+v, %v, want Bert's opening and more to come", first, err)
		}
		q.After = first.Next
		second, err := w.Look(t.Context(), team, q)
		if err != nil || len(second.Rows) != 1 || second.Rows[0].Person != "Anna" || second.Next != "" {
			t.Errorf("second page: got %+v, %v, want Anna's opening and no more", second, err)
		}
		q.Purpose, q.After = disclosure.Technical, ""
		if page, err := w.Look(t.Context(), team, q); err != nil || page.Rows[0].Person != "" || page.Rows[0].Lock != "NG1" {
			t.Errorf("for a technical fault: got %+v, %v, want nobody named", page, err)
		}
		reads := 0
		for _, k := range w.kinds(t, "0190b000-0000-7000-8000-0000000000b0") {
			if k == journal.LogRead {
				reads++
			}
		}
		if reads != 3 {
			t.Errorf("the journal knows of %d reads, want 3", reads)
		}
	})
}

// A lock that has come down belongs to the log of the door that it sat on, for that time: an extract has it, also where the registers had
// put it up, and a hold on the client keeps it from erasure. What it has told since is somebody else's.
//
// proves V5.7-d
func TestALockThatHasComeDownBelongsToItsDoorsLog(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		w := newWatched(t, db, now, byRequest)
		down := w.add(t, casework.NewTask{Kind: routine.Dismount, Serial: "NG1"})
		w.steps(t, down.ID, downSteps("NG1", fleet.InStock, *now)...)
		if _, err := w.town.Complete(t.Context(), keeper, down.ID, ""); err != nil {
			t.Fatal(err)
		}
		w.from = w.from.Add(-time.Hour)
		d := w.request(t, func(in *disclosure.Request) { in.Until = in.From.Add(4 * 24 * time.Hour) })
		*now = now.Add(24 * time.Hour)
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			return journal.Append(t.Context(), tx, journal.Entry{Kind: journal.LockRecords, Quality: journal.Device, Subjects: []string{"0190b000-0000-7000-8000-0000000000b0"},
				Fields: []journal.Field{{Name: "lock", Value: "NG1"}, {Name: "sequence", Value: "1/3"}}, Parts: []journal.Part{{Kind: journal.DoorOpened}}})
		}); err != nil {
			t.Fatal(err)
		}
		log := w.keys.NewLog(t, txn.Narrow(db, func(tx *storage.Tx) journal.Tx { return tx }))
		if _, err := log.Integrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		*now = now.AddDate(1, 0, 0)
		keep := retention.NewService(txn.Narrow(db, func(tx *storage.Tx) retention.Tx { return tx }), routine.DefaultProfile())
		if got, err := keep.Run(t.Context(), nil); err != nil || countOf(got, retention.DoorLog).Due != 1 || countOf(got, retention.DoorLog).Held != 2 {
			t.Errorf("a year later: got %+v, %v, want the two at her door held and the other erased", countOf(got, retention.DoorLog), err)
		}
		w.decide(t, d.ID, disclosure.Decision{State: disclosure.Granted, Reasons: "Behövs"})
		if x, err := w.Extract(t.Context(), chief, d.ID); err != nil || len(x.Rows) != 2 {
			t.Errorf("the extract: got %d rows, %v, want the two at her door", len(x.Rows), err)
		}
	})
}

// An open request keeps what it is about from erasure.
func TestAnOpenRequestHoldsTheLog(t *testing.T) {
	eachDay(t, func(t *testing.T, _ string, db *storage.DB, now *time.Time) {
		w := newWatched(t, db, now, byRequest)
		d := w.request(t, nil)
		*now = now.AddDate(1, 0, 0)
		log := w.keys.NewLog(t, txn.Narrow(db, func(tx *storage.Tx) journal.Tx { return tx }))
		if _, err := log.Integrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		keep := retention.NewService(txn.Narrow(db, func(tx *storage.Tx) retention.Tx { return tx }), routine.DefaultProfile())
		if _, err := keep.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		w.decide(t, d.ID, disclosure.Decision{State: disclosure.Granted, Reasons: "Sent, men rätt"})
		if x, err := w.Extract(t.Context(), chief, d.ID); err != nil || len(x.Rows) != 2 {
			t.Errorf("a year later: got %d rows, %v, want the 2 that were asked for", len(x.Rows), err)
		}
		if _, err := keep.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if x, err := w.Extract(t.Context(), chief, d.ID); err != nil || len(x.Rows) != 0 {
			t.Errorf("after it was handed out: got %d rows, %v, want them erased", len(x.Rows), err)
		}
	})
}
