package casework_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/journal/journaltest"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/retention"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// clara lives alone, and nobody else is called what she is.
const (
	clara      = "189001069807"
	claraWords = "Claradottir Klarasson Klaravägen Klarby 070-1740600 Klarafrände 48211 070-1740601"
)

var owner = routine.Who{Actor: "token:owner", Organisation: city, Role: routine.SystemOwner}

// erasing is a town in which Clara has lived, with what everybody has written about her.
type erasing struct {
	town
	target    string
	now       *time.Time
	profile   routine.Profile
	keys      journaltest.Keys
	log       *journal.Log
	retention *retention.Service
	client    string
	opened    uint32 // openings of the entrance so far
}

func newErasing(t *testing.T, target string, db *storage.DB, now *time.Time) *erasing {
	t.Helper()
	e := &erasing{target: target, now: now}
	e.town = keyTown(t, db, func(p *routine.Profile) {
		p.Retention = []routine.Retention{{Kind: "receipts", Days: 30}, {Kind: "orders", Days: 3 * 365}, {Kind: "clients", Days: 60}, {Kind: "door-log", Days: 20},
			{Kind: "consents", Days: 365}, {Kind: "disclosures", Days: 90}, {Kind: "charges", Days: 90}}
		e.profile = *p
	})
	e.keys = journaltest.NewKeys(t)
	e.log = e.keys.NewLog(t, txn.Narrow(db, func(tx *storage.Tx) journal.Tx { return tx }))
	e.retention = retention.NewService(txn.Narrow(db, func(tx *storage.Tx) retention.Tx { return tx }), e.profile)
	e.register(t)
	return e
}

// register imports Clara, with a house that she owns herself, under the rows that an import remembers.
func (e *erasing) register(t *testing.T) {
	t.Helper()
	w := strings.Fields(claraWords)
	agreed := consent.Imported{Property: w[2] + " 6", Town: w[3], Owner: w[0] + " " + w[1], Answer: "given"}
	err := e.db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := e.ApplyRegisters(t.Context(), tx, casework.Import{ID: "run"}, casework.RegisterBatch{
			Clients: []casework.RegisterClient{{
				Client:   care.Client{PersonalNumber: clara, GivenName: w[0], FamilyName: w[1], Phone: w[4], RelativeName: w[5], RelativePhone: w[7]},
				Dwelling: care.Dwelling{Street: w[2] + " 6", PostalCode: w[6], Town: w[3]}}},
			Consents: []consent.Imported{agreed},
			Rows:     []casework.RegisterRow{{File: "kunder", Row: 2, Key: clara, Digest: "a"}, {File: "insatser", Row: 2, Key: clara + "/homecare/H1/2026-01-01", Digest: "b"}, {File: "samtycken", Row: 2, Key: agreed.Key(), Digest: "c"}},
		})
		if err != nil {
			return err
		}
		clients, err := tx.ClientsByNumber(t.Context(), []string{clara})
		e.client = clients[clara].ID
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// live lets Clara have home care, a key with the provider, and a reason that says too much; then she dies.
func (e *erasing) live(t *testing.T) {
	t.Helper()
	in := order(routine.HomeCareGranted, clara, day(2), "H1")
	in.Reason, in.Reference = "Claradottir orkar inte till dörren på Klaravägen", "SOL-Klarasson"
	e.place(t, officer, in)
	e.hand(t, inhouse)
	if _, err := casework.NewPages(txn.Narrow(e.db, func(tx *storage.Tx) casework.PagesTx { return tx })).ClientPage(t.Context(),
		casework.Reader{Actor: "token:reader"}, e.client, casework.Look{Reveal: true, Reason: "Klarafrände ringde"}); err != nil {
		t.Fatal(err)
	}
	e.place(t, officer, order(routine.Died, clara, day(4)))
	e.hand(t, inhouse)
	e.finish(t)
}

// hand signs the receipt that is due, on a paper with her name on it.
func (e *erasing) hand(t *testing.T, who routine.Who) {
	t.Helper()
	due := e.line(t, who, casework.ReceiptFilter{Due: true})
	e.sign(t, who, due.ID, receipt.Signature{How: receipt.OnPaper, From: "Claradottir Klarasson", To: "Egon Test", Scan: []byte("%PDF-1.7 Claradottir")})
}

// finish closes what work is left.
func (e *erasing) finish(t *testing.T) {
	t.Helper()
	err := e.db.Update(t.Context(), func(tx *storage.Tx) error {
		open, err := tx.OpenTasks(t.Context(), []string{e.client})
		for _, task := range open {
			if _, err := tx.CloseTask(t.Context(), task.ID, casework.TaskDone, ""); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// found lists where a word about Clara stands.
func (e *erasing) found(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, c := range storagetest.Dump(t, e.target) {
		for _, word := range append(strings.Fields(claraWords), clara, clara[2:8]+"-"+clara[8:]) {
			if strings.Contains(strings.ToLower(c.Value), strings.ToLower(word)) {
				out = append(out, c.Table+"."+c.Column+": "+word)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (e *erasing) run(t *testing.T) retention.Report {
	t.Helper()
	if _, err := e.log.Integrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	report, err := e.retention.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func countOf(report retention.Report, c retention.Class) retention.Count {
	i := slices.IndexFunc(report, func(n retention.Count) bool { return n.Class == c })
	return report[i]
}

// From the first decision to the erasure: nothing says any longer who she was, and every proof still holds.
func TestAClientIsForgotten(t *testing.T) {
	eachDay(t, func(t *testing.T, target string, db *storage.DB, now *time.Time) {
		e := newErasing(t, target, db, now)
		e.live(t)
		if _, err := e.log.Integrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		before, err := e.log.Prove(t.Context(), journal.Whole(0, 5), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.found(t)) == 0 {
			t.Fatal("the test finds nothing about her while she is there")
		}
		if report := e.run(t); countOf(report, retention.Clients).Due != 0 {
			t.Errorf("on the day of her death: %+v, want nothing erased", report)
		}

		*now = now.AddDate(0, 0, 100)
		preview, err := e.retention.Preview(t.Context())
		if err != nil || countOf(preview, retention.Clients).Due != 1 || countOf(preview, retention.Receipts).Due != 1 {
			t.Errorf("preview: got %+v, %v, want a client and a key", preview, err)
		}
		report := e.run(t)
		if got := countOf(report, retention.Clients); got.Due != 1 {
			t.Errorf("after a hundred days: got %+v, want one client erased", got)
		}
		if left := e.found(t); len(left) > 0 {
			t.Errorf("still said of her: %v", left)
		}
		if again := e.run(t); countOf(again, retention.Clients).Due != 0 {
			t.Errorf("again: got %+v", again)
		}
		state, err := e.log.Check(t.Context())
		if err != nil || state.Erased == 0 {
			t.Errorf("the log after the erasure: %+v, %v, want it whole with erased entries", state, err)
		}
		if _, err := journal.Verify(e.keys.Trust, before); err != nil {
			t.Errorf("an extract from before: %v", err)
		}
		e.wantRecomputed(t)
		if got := e.open(t, alma, bo); len(got) != 0 {
			t.Errorf("others' tasks: %v", got)
		}
	})
}

// What is in use, or held, waits.
func TestWhatIsHeldIsNotErased(t *testing.T) {
	eachDay(t, func(t *testing.T, target string, db *storage.DB, now *time.Time) {
		e := newErasing(t, target, db, now)
		e.place(t, officer, order(routine.HomeCareGranted, clara, day(2), "H1"))
		e.hand(t, inhouse)
		e.place(t, officer, order(routine.Died, clara, day(4)))
		*now = now.AddDate(0, 0, 100)
		if got := countOf(e.run(t), retention.Clients); got.Waits != 1 || got.Due != 0 {
			t.Errorf("with a key out and work to do: got %+v, want the client to wait", got)
		}
		e.hand(t, inhouse)
		e.finish(t)
		if _, err := e.retention.Hold(t.Context(), keyKeeper, clara, "Polisen"); err == nil {
			t.Error("held by who may not: got no error")
		}
		hold, err := e.retention.Hold(t.Context(), owner, clara, "Polisanmälan 1")
		if err != nil {
			t.Fatal(err)
		}
		*now = now.AddDate(0, 0, 100)
		if got := countOf(e.run(t), retention.Clients); got.Held != 1 || got.Due != 0 {
			t.Errorf("held: got %+v, want nothing erased", got)
		}
		if _, err := e.retention.Release(t.Context(), owner, hold.ID); err != nil {
			t.Fatal(err)
		}
		if got := countOf(e.run(t), retention.Clients); got.Due != 1 {
			t.Errorf("let go: got %+v, want the client erased", got)
		}
		if left := e.found(t); len(left) > 0 {
			t.Errorf("still said of her: %v", left)
		}
	})
}

// A municipality that has decided nothing erases nothing.
func TestUndecidedIsKept(t *testing.T) {
	eachDay(t, func(t *testing.T, target string, db *storage.DB, now *time.Time) {
		e := newErasing(t, target, db, now)
		e.live(t)
		e.retention = retention.NewService(txn.Narrow(db, func(tx *storage.Tx) retention.Tx { return tx }), routine.DefaultProfile())
		*now = now.AddDate(50, 0, 0)
		if got := countOf(e.run(t), retention.Clients); !got.Undecided || got.Due != 0 {
			t.Errorf("got %+v, want undecided", got)
		}
		if len(e.found(t)) == 0 {
			t.Error("she was erased")
		}
	})
}

// The log of doors goes by its own age, what a hold keeps goes when it is let go, and a lock that tells erased records again
// tells nothing new.
func TestTheLogOfDoorsIsErasedByAge(t *testing.T) {
	eachDay(t, func(t *testing.T, target string, db *storage.DB, now *time.Time) {
		e := newErasing(t, target, db, now)
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			return tx.PutKeys(t.Context(), []fleet.Key{{ID: keyOne, Device: 1, Number: "N00001", State: fleet.KeyInStock}, {ID: keyTwo, Device: 2, Number: "N00002", State: fleet.KeyInStock}})
		})
		if err != nil {
			t.Fatal(err)
		}
		e.openDoor(t, keyOne, keyTwo, keyOne)
		*now = now.AddDate(0, 0, 15)
		e.openDoor(t, keyTwo, keyTwo)
		*now = now.AddDate(0, 0, 15)
		hold, err := e.retention.Hold(t.Context(), owner, "PT1", "Utredning")
		if err != nil {
			t.Fatal(err)
		}
		if got := countOf(e.run(t), retention.DoorLog); got.Due != 0 || got.Held != 3 {
			t.Errorf("held: got %+v, want 3 held", got)
		}
		onKey, err := e.retention.Hold(t.Context(), owner, "N00001", "Utredning")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.retention.Release(t.Context(), owner, hold.ID); err != nil {
			t.Fatal(err)
		}
		e.run(t)
		if erased, open := e.doors(t); erased != 1 || open != 4 {
			t.Errorf("one key held: got %d erased and %d kept, want 1 and 4", erased, open)
		}
		if state, err := e.log.Check(t.Context()); err != nil {
			t.Errorf("the log with an opening erased among others: %+v, %v", state, err)
		}
		if _, err := e.retention.Release(t.Context(), owner, onKey.ID); err != nil {
			t.Fatal(err)
		}
		e.run(t)
		if erased, open := e.doors(t); erased != 3 || open != 2 {
			t.Errorf("let go: got %d erased and %d kept, want 3 and 2", erased, open)
		}
		*now = now.AddDate(0, 0, 15)
		if got := countOf(e.run(t), retention.DoorLog); got.Due != 2 {
			t.Errorf("later: got %+v, want the other 2", got)
		}
		if state, err := e.log.Check(t.Context()); err != nil {
			t.Errorf("the log: %+v, %v", state, err)
		}
		records := 0
		for _, c := range storagetest.Dump(t, target) {
			if c.Table == "lock_records" && c.Column == "body" {
				records += len(c.Value)
				if strings.Contains(c.Value, "a record") {
					t.Errorf("a record of the lock is kept: %q", c.Value)
				}
			}
		}
		if records != 5 { // a length of nothing for each
			t.Errorf("places of records: got %d, want all 5", records)
		}
	})
}

// Keys that open doors.
const (
	keyOne = "0190b000-0000-7000-8000-0000000000e1"
	keyTwo = "0190b000-0000-7000-8000-0000000000e2"
)

// openDoor takes over a run of openings of the entrance, by these keys.
func (e *erasing) openDoor(t *testing.T, keys ...string) {
	t.Helper()
	err := e.db.Update(t.Context(), func(tx *storage.Tx) error {
		locks, err := tx.LocksBySerial(t.Context(), []string{"PT1"})
		if err != nil {
			return err
		}
		run := keysync.RecordRun{Lock: locks["PT1"].Number, Epoch: 1, First: e.opened + 1}
		entry := journal.Entry{Kind: journal.LockRecords, Quality: journal.Device, Subjects: []string{locks["PT1"].ID},
			Fields: []journal.Field{{Name: "lock", Value: "PT1"}, {Name: "sequence", Value: "1/" + strconv.Itoa(int(run.First))}}}
		for _, key := range keys {
			e.opened++
			run.Records = append(run.Records, []byte("a record"))
			entry.Parts = append(entry.Parts, journal.Part{Kind: journal.DoorOpened, At: tx.Now(), Subjects: []string{key}})
		}
		if err := tx.InsertLockRecords(t.Context(), []keysync.RecordRun{run}); err != nil {
			return err
		}
		return journal.Append(t.Context(), tx, entry)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// doors counts the openings that are erased, and those that are not.
func (e *erasing) doors(t *testing.T) (erased, open int) {
	t.Helper()
	err := e.db.View(t.Context(), func(tx *storage.Tx) error {
		entries, err := journal.List(t.Context(), tx, journal.Filter{Kinds: []journal.Kind{journal.LockRecords}}, 100, "")
		if err != nil {
			return err
		}
		openings, err := journal.List(t.Context(), tx, journal.Filter{Kinds: []journal.Kind{journal.DoorOpened}}, 100, "")
		for _, r := range entries {
			erased += r.Parts
		}
		open = len(openings)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return erased - open, open
}

// Every table that says whose something is says too what becomes of it: a new one must be named where clients are erased.
func TestEveryTableOfClientsIsErased(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		storagetest.Open(t, target, storage.Options{})
		named := storage.ErasedTables()
		for table, columns := range storagetest.Columns(t, target) {
			for _, c := range columns {
				if (c == "client_id" || c == "dwelling_id" || c == "order_id" || c == "task_id") && !slices.Contains(named, table) && !beside(table, c) {
					t.Errorf("%s.%s tells of a client, and internal/storage/erase.go does not say what becomes of it", table, c)
				}
			}
		}
	})
}

// beside are columns of these names that are about something else.
func beside(table, column string) bool {
	switch table {
	case "supply_lines", "arrivals": // orders to a supplier
		return column == "order_id"
	case "locks": // a lock on the door makes the client wait
		return true
	}
	return false
}
