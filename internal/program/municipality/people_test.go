package municipality_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

func narrowStations(db *storage.DB) txn.Runner[fleet.StationTx] {
	return txn.Narrow(db, func(tx *storage.Tx) fleet.StationTx { return tx })
}

func (w *world) hiring(number, group string) identity.Hiring {
	return identity.Hiring{Person: identity.Person{EmployeeNumber: number, GivenName: "Cia", FamilyName: "Prov"}, Group: group, From: w.now}
}

// members are who works where now, as "number group".
func (w *world) members(who routine.Who) (out []string) {
	w.t.Helper()
	after := ""
	for {
		page, err := w.People.Members(w.t.Context(), who, identity.MemberFilter{}, after, 1)
		w.must(err)
		if len(page) == 0 {
			slices.Sort(out)
			return out
		}
		for _, m := range page {
			out, after = append(out, m.EmployeeNumber+" "+m.GroupCode), m.Place()
		}
	}
}

// proves V2.7-a, V3-a: a provider adds and ends its own staff, and a health unit likewise; who has left loses everything at once.
func TestProvidersLookAfterTheirOwnStaff(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		staff := identity.NewStaff(txn.Narrow(w.db, func(tx *storage.Tx) identity.StaffTx { return tx }))
		cia, err := w.People.Add(ctx, homecare, w.hiring("1002", "H1"))
		w.must(err)
		_, err = w.People.Add(ctx, nurses, w.hiring("1003", "S1"))
		w.must(err)
		_, err = w.People.Add(ctx, homecare, w.hiring("1002", "S1")) // the same organisation's: she works in both
		w.must(err)
		if got := w.members(homecare); !slices.Equal(got, []string{"1001 H1", "1002 H1", "1002 S1", "1003 S1"}) {
			t.Errorf("the municipality's staff: %q", got)
		}
		if got := w.members(private); !slices.Equal(got, []string{"2001 H2"}) {
			t.Errorf("the private provider's: %q", got)
		}
		for _, c := range []struct {
			name string
			who  routine.Who
			h    identity.Hiring
			want error
		}{
			{"another's group", private, w.hiring("2002", "H1"), identity.ErrPeopleMayNot},
			{"a group that is not there", private, w.hiring("2002", "H9"), identity.ErrPeopleMayNot},
			{"another's number", private, w.hiring("1002", "H2"), identity.ErrNumberTaken},
			{"a case officer", officer, w.hiring("1009", "H1"), identity.ErrPeopleMayNot},
			{"the lock manager", manager, w.hiring("1009", "H1"), identity.ErrPeopleMayNot},
			{"no name", homecare, identity.Hiring{Person: identity.Person{EmployeeNumber: "1009"}, Group: "H1", From: w.now}, identity.ErrPersonInvalid},
			{"no number", homecare, w.hiring("", "H1"), identity.ErrPersonInvalid},
			{"ends before it begins", homecare, identity.Hiring{Person: w.hiring("1009", "").Person, Group: "H1", From: w.now, Until: w.now}, identity.ErrPersonInvalid},
		} {
			_, err := w.People.Add(ctx, c.who, c.h)
			w.wantErr(c.name, err, c.want)
		}
		w.must(staff.Enrol(ctx, "test", "1002", "04A1B2", "4719"))
		w.must(w.Cabinets.Name(ctx, homecare, "H1", fleet.CabinetKeeper, "1002"))
		verifiers := func() int {
			all, err := staff.Verifiers(ctx)
			w.must(err)
			return len(all)
		}
		if verifiers() != 1 {
			t.Fatal("the stations know one person with a badge")
		}
		w.wantErr("ended by another", w.People.End(ctx, private, "1002", "slutat"), identity.ErrPeopleMayNot)
		w.wantErr("ended without a reason", w.People.End(ctx, homecare, "1002", ""), identity.ErrStaffReason)
		w.must(w.People.End(ctx, homecare, "1002", "slutat"))
		if verifiers() != 0 || !w.blocked(credential.BlockStaff, uint64(cia.Pseudonym)) {
			t.Error("who has left is known to the stations, or not blocked at the locks")
		}
		if got := w.members(homecare); !slices.Equal(got, []string{"1001 H1", "1003 S1"}) {
			t.Errorf("after she left: %q", got)
		}
		w.update(func(ctx context.Context, tx *storage.Tx) error {
			keepers, err := tx.Keepers(ctx, []string{"g1"}, tx.Now())
			if len(keepers) != 0 {
				t.Errorf("who has left still answers for the cabinet: %+v", keepers)
			}
			return err
		})
		w.later(time.Hour)
		again, err := w.People.Add(ctx, homecare, w.hiring("1002", "H1"))
		if err != nil || again.Pseudonym != cia.Pseudonym || w.blocked(credential.BlockStaff, uint64(cia.Pseudonym)) {
			t.Errorf("back again: %+v, %v", again, err)
		}
		if verifiers() != 0 {
			t.Error("who has left and come back has the old badge and PIN")
		}
		w.must(w.People.End(ctx, owner, "1002", "avslutad av systemansvarig"))
		if n := w.entries(journal.StaffEnded); n != 2 {
			t.Errorf("journal: %d ended, want 2", n)
		}
	})
}

// proves S-l: where the profile says so, a private provider orders permissions and the system owner decides; ending does not wait.
func TestPrivateProvidersOrderPermissions(t *testing.T) {
	p := profile()
	p.Staff.PrivateBySystemOwner = true
	eachWorld(t, p, func(w *world) {
		ctx := t.Context()
		_, err := w.People.Add(ctx, private, w.hiring("2002", "H2"))
		w.wantErr("added by itself", err, identity.ErrOrderInstead)
		_, err = w.People.Order(ctx, homecare, w.hiring("1002", "H1"))
		w.wantErr("a municipal provider adds its own", err, identity.ErrStaffOrderNotNeeded)
		o, err := w.People.Order(ctx, private, w.hiring("2002", "H2"))
		w.must(err)
		_, err = w.People.Order(ctx, private, w.hiring("2002", "H2"))
		w.wantErr("twice", err, identity.ErrStaffOrderTwice)
		if got := w.members(private); !slices.Equal(got, []string{"2001 H2"}) {
			t.Errorf("before the decision: %q", got)
		}
		_, err = w.People.Decide(ctx, private, o.ID, true, "")
		w.wantErr("decided by itself", err, identity.ErrPeopleMayNot)
		o, err = w.People.Decide(ctx, owner, o.ID, true, "")
		if err != nil || o.State != identity.StaffGranted {
			t.Fatalf("granted: %+v, %v", o, err)
		}
		if got := w.members(private); !slices.Equal(got, []string{"2001 H2", "2002 H2"}) {
			t.Errorf("granted: %q", got)
		}
		_, err = w.People.Decide(ctx, owner, o.ID, false, "ändrat")
		w.wantErr("decided twice", err, identity.ErrStaffOrderDecided)
		second, err := w.People.Order(ctx, private, w.hiring("2003", "H2"))
		w.must(err)
		_, err = w.People.Decide(ctx, owner, second.ID, false, "")
		w.wantErr("refused without a reason", err, identity.ErrStaffReason)
		_, err = w.People.Decide(ctx, owner, second.ID, false, "fel grupp")
		w.must(err)
		third, err := w.People.Order(ctx, private, w.hiring("2004", "H2"))
		w.must(err)
		_, err = w.People.Withdraw(ctx, homecare, third.ID)
		w.wantErr("withdrawn by another", err, identity.ErrStaffOrderUnknown)
		_, err = w.People.Withdraw(ctx, private, third.ID)
		w.must(err)
		w.must(w.People.End(ctx, private, "2002", "slutat"))
		if got := w.members(private); !slices.Equal(got, []string{"2001 H2"}) {
			t.Errorf("in the end: %q", got)
		}
		states := map[identity.StaffOrderState]int{}
		all, err := w.People.StaffOrders(ctx, owner, identity.StaffOrderFilter{}, "", 0)
		w.must(err)
		for _, o := range all {
			states[o.State]++
		}
		if len(all) != 3 || states[identity.StaffGranted] != 1 || states[identity.StaffRefused] != 1 || states[identity.StaffWithdrawn] != 1 {
			t.Errorf("orders: %v", states)
		}
	})
}

// proves S-k: a private provider's list of phones is handed in whole, and each change is a version.
func TestPhoneLists(t *testing.T) {
	p := profile()
	p.Staff.PhoneList = true
	eachWorld(t, p, func(w *world) {
		ctx := t.Context()
		first, err := w.People.SubmitPhones(ctx, private, firm, []string{"070-123 45 67", "+46 70 765 43 21"})
		if err != nil || first.Version != 1 || len(first.Added) != 2 {
			t.Fatalf("first: %+v, %v", first, err)
		}
		same, err := w.People.SubmitPhones(ctx, private, firm, []string{"0707654321", "0046701234567"})
		if err != nil || !same.Same || same.Version != 1 {
			t.Errorf("the same list again: %+v, %v", same, err)
		}
		second, err := w.People.SubmitPhones(ctx, private, firm, []string{"0707654321", "0702222222"})
		if err != nil || second.Version != 2 || !slices.Equal(second.Added, []string{"+46702222222"}) || !slices.Equal(second.Removed, []string{"+46701234567"}) {
			t.Errorf("changed: %+v, %v", second, err)
		}
		old, err := w.People.Phones(ctx, owner, firm, 1)
		if err != nil || !slices.Equal(old.Numbers, []string{"+46701234567", "+46707654321"}) {
			t.Errorf("the first version: %+v, %v", old, err)
		}
		_, err = w.People.Phones(ctx, homecare, firm, 0)
		w.wantErr("read by another", err, identity.ErrPeopleMayNot)
		_, err = w.People.SubmitPhones(ctx, homecare, city, []string{"0702222222"})
		w.wantErr("from the municipality's own", err, identity.ErrPeopleMayNot)
		for _, c := range []struct {
			list []string
			want error
		}{{nil, identity.ErrPhones}, {[]string{"0702222222", "växeln"}, identity.ErrPhone}, {[]string{"0702222222", "+46702222222"}, identity.ErrPhoneTwice}} {
			_, err := w.People.SubmitPhones(ctx, private, firm, c.list)
			w.wantErr(fmt.Sprint(c.list), err, c.want)
		}
	})
}

// proves S-f: a provider's own routine is on file until it must be reviewed.
func TestProvidersRoutineIsOnFile(t *testing.T) {
	p := profile()
	p.Staff.RoutineOnFile, p.Staff.RoutineMonths, p.Staff.RoutineGatesAccess = true, 12, true
	eachWorld(t, p, func(w *world) {
		ctx := t.Context()
		due := func() bool {
			all, err := w.People.Organisations(ctx, private, "", 0)
			w.must(err)
			if len(all) != 1 || all[0].OrgNumber != firm || all[0].StaffInDuty != 1 {
				t.Fatalf("a provider sees itself: %+v", all)
			}
			return all[0].RoutineDue
		}
		if !due() {
			t.Error("none on file: it is due")
		}
		filed := identity.FiledRoutine{Title: "Rutin för mobila nycklar", Reference: "SN 2026/12", Received: w.now}
		_, err := w.People.FileRoutine(ctx, homecare, firm, filed)
		w.wantErr("filed by another", err, identity.ErrPeopleMayNot)
		r, err := w.People.FileRoutine(ctx, private, firm, filed)
		if err != nil || !r.ValidUntil.Equal(w.now.AddDate(1, 0, 0)) || due() {
			t.Errorf("on file: %+v, %v", r, err)
		}
		_, err = w.People.FileRoutine(ctx, private, firm, identity.FiledRoutine{Title: "x", Reference: "y", Received: w.now, ValidUntil: w.now})
		w.wantErr("valid for no time", err, identity.ErrFiledRoutine)
		w.later(366 * 24 * time.Hour)
		if !due() {
			t.Error("a year later it must be reviewed")
		}
		all, err := w.People.Routines(ctx, owner, firm)
		if err != nil || len(all) != 1 || all[0].Reference != "SN 2026/12" {
			t.Errorf("routines: %+v, %v", all, err)
		}
	})
}

// A phone number that is taken is E.164, and is itself when it is read again.
func FuzzParsePhone(f *testing.F) {
	for _, s := range []string{"070-123 45 67", "+46 70 123 45 67", "0046701234567", "(0)70", "", "+0", "٠٧٠"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := identity.ParsePhone(s)
		if !ok {
			return
		}
		if again, ok := identity.ParsePhone(n); !ok || again != n || !strings.HasPrefix(n, "+") || len(n) < 9 || len(n) > 16 {
			t.Errorf("%q became %q, which became %q", s, n, again)
		}
	})
}

// proves V5.5-b: the lock manager adds the technicians that it books; they work in no group and are given no group's keys.
func TestTechniciansWorkInNoGroup(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		for range 2 { // it repeats without harm
			tess, err := w.People.Add(ctx, manager, w.hiring("7001", ""))
			if err != nil || tess.ID == "" || tess.Pseudonym == 0 {
				t.Fatalf("a technician: got %+v, %v", tess, err)
			}
		}
		other := w.hiring("7001", "")
		other.GivenName = "Tor"
		for _, c := range []struct {
			name string
			who  routine.Who
			h    identity.Hiring
			want error
		}{
			{"a provider", homecare, w.hiring("7002", ""), identity.ErrPeopleMayNot},
			{"another person's number", manager, other, identity.ErrNumberTaken},
			{"into a group", manager, w.hiring("7002", "H1"), identity.ErrPeopleMayNot},
		} {
			_, err := w.People.Add(ctx, c.who, c.h)
			w.wantErr(c.name, err, c.want)
		}
		if slices.ContainsFunc(w.members(homecare), func(m string) bool { return strings.HasPrefix(m, "7001") }) {
			t.Error("the technician is a member of a group")
		}
		// The lock manager ends them too, and nobody else's; others learn nothing by asking.
		for _, c := range []struct {
			name   string
			who    routine.Who
			number string
			want   error
		}{
			{"a technician, by a provider", homecare, "7001", identity.ErrPeopleMayNot},
			{"a technician, by a case officer", officer, "7001", identity.ErrPeopleMayNot},
			{"a carer, by the lock manager", manager, "1001", identity.ErrPeopleMayNot},
			{"nobody, by the lock manager", manager, "7009", identity.ErrPeopleMayNot},
		} {
			w.wantErr(c.name, w.People.End(ctx, c.who, c.number, "slutat"), c.want)
		}
		w.must(w.People.End(ctx, manager, "7001", "slutat"))
		tess, err := w.People.Add(ctx, manager, w.hiring("7001", ""))
		w.must(err)
		if !w.blocked(credential.BlockStaff, uint64(tess.Pseudonym)) {
			t.Error("a technician who has left is not blocked at the locks")
		}
	})
}

// A card tells what ends with somebody, to their own organisation only; badges and files keep to it too.
func TestCardsBadgesAndFilesOfStaff(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		cia, err := w.People.Add(ctx, homecare, w.hiring("1002", "H1"))
		w.must(err)
		_, err = w.People.Card(ctx, private, cia.ID)
		w.wantErr("another's card", err, identity.ErrPersonUnknown)
		_, err = w.People.Card(ctx, officer, cia.ID)
		w.wantErr("a case officer", err, identity.ErrPeopleMayNot)
		w.wantErr("another's badge", w.People.EnrolOwn(ctx, private, cia.ID, "04A1B2", "4719"), identity.ErrPeopleMayNot)
		w.wantErr("a simple PIN", w.People.EnrolOwn(ctx, homecare, cia.ID, "04A1B2", "1234"), identity.ErrPINTrivial)
		w.must(w.People.EnrolOwn(ctx, homecare, cia.ID, "04A1B2", "4719"))
		card, err := w.People.Card(ctx, homecare, cia.ID)
		if err != nil || !card.HasBadge || !card.Working || card.Elsewhere || len(card.Memberships) != 1 {
			t.Errorf("the card: %+v, %v", card, err)
		}
		found, err := w.People.Find(ctx, homecare, " cia  PROV", identity.MemberFilter{})
		if err != nil || len(found) != 1 || found[0].ID != cia.ID {
			t.Errorf("found by name: %+v, %v", found, err)
		}
		found, err = w.People.Find(ctx, private, "cia", identity.MemberFilter{})
		if err != nil || len(found) != 0 {
			t.Errorf("found by another: %+v, %v", found, err)
		}
		without, err := w.People.Members(ctx, homecare, identity.MemberFilter{NoBadge: true}, "", 10)
		if err != nil || slices.ContainsFunc(without, func(m identity.Member) bool { return m.ID == cia.ID }) {
			t.Errorf("without a badge: %+v, %v", without, err)
		}
		place, err := w.People.Workplace(ctx, private)
		if err != nil || place.Orders || len(place.Groups) != 2 || place.Groups[1].Code != "H2" {
			t.Errorf("where a private provider may add: %+v, %v", place, err)
		}
		rows := []identity.Hiring{w.hiring("1010", "H1"), w.hiring("1011", "H2"), w.hiring("", "H1")}
		faults, err := w.People.AddAll(ctx, homecare, rows, false)
		w.wantErr("a file with faults", err, identity.ErrImportRows)
		if len(faults) != 2 || faults[0].Row != 1 || faults[1].Row != 2 {
			t.Errorf("the faults: %+v", faults)
		}
		if _, err = w.People.AddAll(ctx, homecare, rows[:1], true); err != nil || slices.Contains(w.members(homecare), "1010 H1") {
			t.Errorf("a rehearsal: %v, %q", err, w.members(homecare))
		}
		if _, err = w.People.AddAll(ctx, homecare, rows[:1], false); err != nil || !slices.Contains(w.members(homecare), "1010 H1") {
			t.Errorf("a file: %v, %q", err, w.members(homecare))
		}
		_, err = w.People.AddAll(ctx, homecare, nil, false)
		w.wantErr("an empty file", err, identity.ErrImportSize)
	})
}
