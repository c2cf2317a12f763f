package importer_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	people "hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

func eachTown(t *testing.T, test func(t *testing.T, m town)) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		m := town{open(t, target)}
		test(t, m)
		wantConsistent(t, m.Municipality)
	})
}

// What a folder says and whose rights follow.
type says struct {
	what   string
	rows   rows
	rights []string
}

func (m town) follows(t *testing.T, steps []says) {
	t.Helper()
	for _, s := range steps {
		m.reads(t, here.with(s.rows))
		m.wantRights(t, s.what, s.rights...)
		if again := m.reads(t, here.with(s.rows)); sum(again.Accepted) != 0 {
			t.Errorf("%s: the same folder again: accepted %v", s.what, again.Accepted)
		}
		wantConsistent(t, m.Municipality)
	}
}

// proves V5.7-c: a right ends with its ground, also when it is the lock that goes
func TestLocksThatMoveTakeTheirRightsWithThem(t *testing.T) {
	apart := []string{client(alma, "Gatan 1", "", "P1"), client(bo, "Gatan 2", "", "P2"), client(cilla, "Gatan 3", "", "")}
	cared := []string{care(alma, "G1", "2025-01-01", ""), care(bo, "G2", "2025-01-01", ""), care(cilla, "GL", "2025-01-01", "")}
	las := func(locks ...string) rows { return rows{"kunder": apart, "insatser": cared, "las": locks} }
	eachTown(t, func(t *testing.T, m town) {
		m.follows(t, []says{
			{"mounted", las(door("L1", alma)), []string{"alma L1 G1"}},
			{"moved", las(door("L1", bo)), []string{"bo L1 G2"}},
			{"taken down", las("L1;duo;demonterad;;;"), nil},
			{"two", las(door("L1", alma), door("L2", bo)), []string{"alma L1 G1", "bo L2 G2"}},
			{"changed places", las(door("L1", bo), door("L2", alma)), []string{"alma L2 G1", "bo L1 G2"}},
			{"moved on one after the other", las(door("L1", cilla), door("L2", bo)), []string{"bo L2 G2", "cilla L1 GL"}},
			{"an entrance's", las("E1;port;monterad;;P1;2025-01-01"), []string{"alma E1 G1", "bo L2 G2", "cilla L1 GL"}},
			{"another entrance's", las("E1;port;monterad;;P2;2025-01-01"), []string{"bo E1 G2", "bo L2 G2", "cilla L1 GL"}},
		})
		if got := m.told(t, journal.RightsChanged, alma); got < 5 {
			t.Errorf("alma's timeline: got %d entries of changed rights, want one for each time a lock came or went", got)
		}
	})
}

func TestHouseholdsThatChange(t *testing.T) {
	cared := []string{care(alma, "G1", "2025-01-01", ""), care(bo, "G2", "2025-01-01", "")}
	port := "E1;port;monterad;;P1;2025-01-01"
	eachTown(t, func(t *testing.T, m town) {
		together := []string{client(alma, "Gatan 1", "1101", "P1"), client(bo, "gatan  1", "1101", "")}
		m.follows(t, []says{
			{"a couple", rows{"kunder": together, "insatser": cared, "las": {port}}, []string{"alma E1 G1", "bo E1 G2"}},
			{"the partner's row changes", rows{"kunder": {together[0], strings.Replace(together[1], ";A;B;", ";A;C;", 1)}, "insatser": cared, "las": {port}},
				[]string{"alma E1 G1", "bo E1 G2"}},
			{"a lock on one's row", rows{"kunder": together, "insatser": cared, "las": {port, door("L1", alma)}},
				[]string{"alma E1 G1", "alma L1 G1", "bo E1 G2", "bo L1 G2"}},
			{"that one moves with it", rows{"kunder": {client(alma, "Gatan 9", "", ""), together[1]}, "insatser": cared, "las": {door("L1", alma)}},
				[]string{"alma L1 G1"}},
		})
		if got := m.told(t, journal.RightsChanged, bo); got != 2 {
			t.Errorf("the partner's timeline: got %d entries of changed rights, want 2", got)
		}
		m.follows(t, []says{{"a corrected number, with the lock", rows{"kunder": {client(cilla, "Gatan 9", "", "")}, "las": {door("L1", cilla)},
			"insatser": {care(cilla, "G1", "2025-01-01", "")}}, []string{"cilla L1 G1"}}})
	})
}

// What has been done in the system is not undone by a register that has not heard of it.
func TestRegistersThatAreBehind(t *testing.T) {
	base := here.with(rows{"kunder": {client(alma, "Gatan 1", "", "")}, "insatser": {care(alma, "G1", "2025-01-01", "")},
		"las": {"L1;duo;lager;;;"}, "nycklar": {"N1;G1;i drift;", "N2;G1;lager;"}})
	eachTown(t, func(t *testing.T, m town) {
		m.reads(t, base)
		mount(t, m, "L1", alma)
		if err := m.Keys.Block(t.Context(), "test", "N1", "borta"); err != nil {
			t.Fatal(err)
		}
		if err := m.Keys.Replace(t.Context(), "test", "N1", "N2"); err != nil {
			t.Fatal(err)
		}
		m.reads(t, base.with(rows{"las": {"L1;duo;bokad;;;"}, "nycklar": {"N1;G1;i drift;", "N2;G1;lager;2026-02-01"}}))
		m.wantRights(t, "still booked, it says", "alma L1 G1")
		m.wantKeys(t, "still in stock, it says", map[string]fleet.KeyState{"N1": fleet.KeyBlocked, "N2": fleet.KeyIssued})

		m.reads(t, base.with(rows{"kunder": {client(alma, "GATAN 1", "1101", "")}, "las": {"L1;duo;bokad;;;"}}))
		m.wantRights(t, "an apartment number was missing", "alma L1 G1")
		m.reads(t, base.with(rows{"kunder": {client(alma, "Gatan 1", "1101", "")}, "las": {door("L1", alma)}}))
		m.wantRights(t, "the register has heard", "alma L1 G1")
		m.reads(t, base.with(rows{"kunder": {client(alma, "Gatan 1", "1101", "")}, "las": {"L1;duo;demonterad;;;"}}))
		m.wantRights(t, "and says that it is down")
	})
}

func (m town) wantKeys(t *testing.T, what string, want map[string]fleet.KeyState) {
	t.Helper()
	got := map[string]fleet.KeyState{}
	m.view(t, func(ctx context.Context, tx *storage.Tx) error {
		keys, err := tx.KeysByNumber(ctx, []string{"N1", "N2"})
		for n, k := range keys {
			got[n] = k.State
		}
		return err
	})
	if !maps.Equal(got, want) {
		t.Errorf("%s: keys: got %v, want %v", what, got, want)
	}
}

// proves V5.4-d, V2.2-a: what has become of a key in the system, and a battery that was changed since, no register takes back;
// that a missing key is lost it may say.
func TestRegistersDoNotTakeBackWhatBecameOfAKey(t *testing.T) {
	base := func(one, two string) rows { return here.with(rows{"nycklar": {one, two}}) }
	eachTown(t, func(t *testing.T, m town) {
		m.reads(t, base("N1;G1;lager;2026-01-01", "N2;G1;i drift;"))
		changed := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
		become := func(one, two fleet.KeyState) {
			if err := m.DB.Update(t.Context(), func(tx *storage.Tx) error {
				keys, err := tx.KeysByNumber(t.Context(), []string{"N1", "N2"})
				a, b := keys["N1"], keys["N2"]
				a.State, a.BatteryChanged, b.State = one, changed, two
				return errors.Join(err, tx.PutKeys(t.Context(), []fleet.Key{a, b}))
			}); err != nil {
				t.Fatal(err)
			}
		}
		become(fleet.KeyScrapped, fleet.KeySuspect)
		m.reads(t, base("N1;G1;i drift;2026-01-02", "N2;G1;trasig;"))
		m.wantKeys(t, "scrapped, and looked for", map[string]fleet.KeyState{"N1": fleet.KeyScrapped, "N2": fleet.KeySuspect})
		m.view(t, func(ctx context.Context, tx *storage.Tx) error {
			keys, err := tx.KeysByNumber(ctx, []string{"N1"})
			if got := keys["N1"].BatteryChanged; !got.Equal(changed) {
				t.Errorf("battery: got %v, want %v", got, changed)
			}
			return err
		})
		become(fleet.KeyWarranty, fleet.KeySuspect)
		m.reads(t, base("N1;G1;lager;2026-01-03", "N2;G1;spärrad;"))
		m.wantKeys(t, "with the supplier, and lost", map[string]fleet.KeyState{"N1": fleet.KeyWarranty, "N2": fleet.KeyBlocked})
	})
}

// proves V2.2-e: a key that is blocked in the register is blocked at the doors, and only then replaced
func TestAKeyBlockedInTheRegisterIsBlockedAtTheDoors(t *testing.T) {
	eachTown(t, func(t *testing.T, m town) {
		m.reads(t, here.with(rows{"nycklar": {"N1;G1;i drift;", "N2;G1;lager;"}}))
		if err := m.DB.Update(t.Context(), func(tx *storage.Tx) error { // as if it had been enrolled
			keys, err := tx.KeysByNumber(t.Context(), []string{"N1"})
			if err != nil {
				return err
			}
			k := keys["N1"]
			k.Certificate = []byte("certificate")
			return tx.PutKeys(t.Context(), []fleet.Key{k})
		}); err != nil {
			t.Fatal(err)
		}
		m.reads(t, here.with(rows{"nycklar": {"N1;G1;spärrad;", "N2;G1;lager;"}}))
		e, err := m.Keys.Exposure(t.Context(), "N1")
		if err != nil || e.Listed == 0 || e.Key.BlockedAt.IsZero() || e.Key.BlockReason == "" {
			t.Errorf("got %+v, %v; want a key that the block list names, with when and why", e, err)
		}
		if err := m.Keys.Replace(t.Context(), "test", "N1", "N2"); err != nil {
			t.Errorf("replacing it: %v", err)
		}
	})
}

func TestWhatMayComeTwiceOrBeEmpty(t *testing.T) {
	base := here.with(rows{"samtycken": {"Gatan 1;Orten;Brf X;ja;2026-01-01;a", "Gatan 1;Orten;AB Y;nej;2026-01-01;b"},
		"nycklar":     {"N1;G1;i drift;", "N2;;lager;"},
		"medarbetare": {"1;X;Y;;;G1;2024-01-01;2024-12-31", "1;X;Y;;;G1;2026-01-01;", "2;Z;Y;;;G1;2026-01-01;", "3;Q;Y;;;;2026-01-01;"}})
	eachTown(t, func(t *testing.T, m town) {
		if r := m.reads(t, base); r.Accepted["samtycken"] != 2 || r.Accepted["nycklar"] != 2 || r.Accepted["medarbetare"] != 4 {
			t.Errorf("accepted %v", r.Accepted)
		}
		m.reads(t, base.with(rows{"samtycken": {"GATAN 1;orten;brf x;nej;2026-02-01;a"}}))
		r := m.reads(t, base.with(rows{"medarbetare": {"1;X;Y;;;G1;2024-01-01;2024-12-31", "1;X;Y;;;G1;2026-02-01;", "3;Q;Y;;;;2026-01-01;"}}))
		if len(r.Vanished) != 1 || !strings.HasPrefix(r.Vanished[0].Key, "2/") {
			t.Errorf("a corrected day: vanished %v, want only the other person", r.Vanished)
		}
		m.view(t, func(ctx context.Context, tx *storage.Tx) error {
			found, err := tx.StaffByNumber(ctx, []string{"1", "3"})
			if err != nil {
				return err
			}
			if none, err := tx.MembershipsOf(ctx, []string{found["3"].ID}); found["3"].ID == "" || err != nil || len(none) != 0 {
				t.Errorf("a technician: got %+v in %v, %v, want somebody who is known and in no group", found["3"], none, err)
			}
			times, err := tx.MembershipsOf(ctx, []string{found["1"].ID})
			if len(times) != 2 || times[1].From.Month() != 1 { // 31 January in UTC
				t.Errorf("times in the group: got %v, want two, the second from February", times)
			}
			return err
		})
	})
}

// Rural groups answer everybody's alarms: those that are so no longer lose what they had.
func TestGroupsThatChange(t *testing.T) {
	base := rows{"kunder": {client(alma, "Gatan 1", "", "")}, "insatser": {alma + ";larm;GT;2025-01-01;;ja;nej"}, "las": {door("L1", alma)}}
	groups := func(from, to string) []string {
		all := slices.Clone(here["grupper"])
		for i := range all {
			all[i] = strings.Replace(all[i], from, to, 1)
		}
		return all
	}
	eachTown(t, func(t *testing.T, m town) {
		m.follows(t, []says{
			{"first", base, []string{"alma L1 GL", "alma L1 GT"}},
			{"not rural any more", base.with(rows{"grupper": groups("landsbygd", "hemtjänst")}), []string{"alma L1 GT"}},
			{"another is", base.with(rows{"grupper": groups("G2;Hem 2;556522-5629;hemtjänst", "G2;Hem 2;556522-5629;landsbygd")}), []string{"alma L1 G2", "alma L1 GL", "alma L1 GT"}},
		})
	})
}

// A dry run tells the faults that the import then finds.
func TestDryRunFindsWhatTheImportFinds(t *testing.T) {
	base := here.with(rows{"kunder": {client(alma, "Gatan 1", "", "")}, "insatser": {care(alma, "G1", "2025-01-01", "")}, "las": {door("L1", alma)}})
	eachTown(t, func(t *testing.T, m town) {
		m.reads(t, base)
		officer := casework.Orderer{Organisation: "2120009002", Role: routine.CaseOfficer, Actor: "test"}
		if _, err := m.Casework.Place(t.Context(), officer, casework.NewOrder{Kind: routine.Died, PersonalNumber: alma,
			Effective: today.Start(options(t).Location), Channel: "test"}); err != nil {
			t.Fatal(err)
		}
		dir := base.with(rows{"las": {door("L2", alma)}, "insatser": {care(alma, "G1", "2025-01-01", ""), care(alma, "G2", "2026-12-01", "")}}).write(t)
		dry := options(t)
		dry.DryRun = true
		want := run(t, m.Municipality, dir, dry)
		got := run(t, m.Municipality, dir, options(t))
		if !slices.Equal(want.Rejected, got.Rejected) || len(got.Rejected) != 2 || !maps.Equal(want.Accepted, got.Accepted) {
			t.Errorf("got %+v and %v, the dry run said %+v and %v", got.Rejected, got.Accepted, want.Rejected, want.Accepted)
		}
		if codes := codes(got); codes["lock-second-for-dwelling"] != 1 || codes["service-client-ended"] != 1 {
			t.Errorf("got %v, want a second lock and a service of somebody who has died", codes)
		}
	})
}

// A row that is still there but wrong has not vanished, and every register that was read has a count.
func TestRejectedRowsHaveNotVanished(t *testing.T) {
	base := here.with(rows{"kunder": {client(alma, "Gatan 1", "", "")}, "insatser": {care(alma, "G1", "2025-01-01", "")},
		"las": {door("L1", alma)}, "nycklar": {"N1;G1;i drift;"}})
	m := town{open(t, t.TempDir())}
	m.reads(t, base)
	r := run(t, m.Municipality, base.with(rows{"insatser": {care(alma, "G1", "2025-02-30", "")}, "las": {}, "nycklar": {"N1;G9;i drift;"}}).write(t), options(t))
	if want := []importer.Vanished{{File: "las", Key: "L1"}}; !slices.Equal(r.Vanished, want) {
		t.Errorf("vanished: got %v, want %v", r.Vanished, want)
	}
	for _, file := range []string{"utforare", "grupper", "kunder", "insatser", "las", "medarbetare", "nycklar", "samtycken"} {
		_, accepted := r.Accepted[file]
		if _, unchanged := r.Unchanged[file]; !accepted || !unchanged {
			t.Errorf("%s has no count: %v, %v", file, r.Accepted, r.Unchanged)
		}
	}
}

// A row that the database refuses, for a reason that nobody had thought of, is left out alone.
func TestARowThatTheDatabaseRefusesStopsNothing(t *testing.T) {
	base := here.with(rows{"samtycken": {"Gatan 1;Orten;X;ja;;d1", "Gatan 2;Orten;Y;ja;;d1", "Gatan 3;Orten;Z;ja;;d3"},
		"kunder": {client(alma, "Gatan 1", "", "")}})
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		m := town{open(t, target)}
		driver, source := "pgx", target
		if !strings.HasPrefix(target, "postgres") {
			driver, source = "sqlite", filepath.Join(target, "hemnyckel.db")
		}
		raw, err := sql.Open(driver, source)
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		if _, err := raw.ExecContext(t.Context(), `CREATE UNIQUE INDEX one_diary ON consents (diary)`); err != nil {
			t.Fatal(err)
		}
		for range 2 { // it is tried again each time
			r := run(t, m.Municipality, base.write(t), options(t))
			if len(r.Rejected) != 1 || r.Rejected[0].Code != "row-conflicts" || r.Rejected[0].Row != 3 || r.Rejected[0].File != "samtycken" {
				t.Errorf("rejected: got %+v, want row 3 of samtycken", r.Rejected)
			}
			if got := r.Accepted["samtycken"] + r.Unchanged["samtycken"]; got != 2 {
				t.Errorf("consents: got %d, want the 2 others", got)
			}
		}
		wantConsistent(t, m.Municipality)
	})
}

// mount does all that a lock on a door demands.
func mount(t *testing.T, m town, serial, who string) {
	t.Helper()
	keeper := routine.Who{Actor: "test", Role: routine.LockManager}
	if err := m.DB.Update(t.Context(), func(tx *storage.Tx) error {
		return tx.PutStaff(t.Context(), []people.Staff{{ID: "t1", EmployeeNumber: "T1", Pseudonym: 901}, {ID: "t2", EmployeeNumber: "T2", Pseudonym: 902}})
	}); err != nil {
		t.Fatal(err)
	}
	task, err := m.Casework.AddTask(t.Context(), keeper, casework.NewTask{Kind: routine.Mount, PersonalNumber: who})
	if err != nil {
		t.Fatal(err)
	}
	var steps []casework.Step
	for i, s := range []casework.Step{{Step: routine.StepInformed, Found: casework.Found{Told: "client", How: "phone"}},
		{Step: routine.StepSerial, Employee: "T1", Found: casework.Found{Serial: serial}}, {Step: routine.StepSecond, Employee: "T2", Found: casework.Found{Serial: serial}},
		{Step: routine.StepTest, Employee: "T1", Found: casework.Found{Serial: serial}}, {Step: routine.StepOriginal, Employee: "T1", Found: casework.Found{Place: "Hylla 4"}}} {
		s.ID, s.At = fmt.Sprintf("00000000-0000-4000-8000-%012d", i), task.Created
		steps = append(steps, s)
	}
	if _, err := m.Casework.RecordSteps(t.Context(), keeper, task.ID, steps); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Casework.Complete(t.Context(), keeper, task.ID, ""); err != nil {
		t.Fatal(err)
	}
}
