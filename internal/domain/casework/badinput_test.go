package casework_test

import (
	"slices"
	"testing"
	"time"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// with is the same town under another profile.
func (n town) with(p routine.Profile) town {
	n.Service = casework.NewService(txn.Narrow(n.db, func(tx *storage.Tx) casework.Tx { return tx }), p)
	return n
}

// Each of these has one outcome, which docs/orders.md tells orderers of.
//
// proves V1.1-d, V2.1-h, V2.1-g
func TestContradictoryOrders(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		_, err := n.Place(t.Context(), officer, order(routine.AlarmRenounced, alma, ahead(1)))
		wantCode(t, err, "service-not-found") // renounced before granted
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-9), "H2"))
		n.place(t, omsorgen, order(routine.ProviderChanged, alma, ahead(3), "H2", "H3"))
		_, err = n.Place(t.Context(), omsorgen, order(routine.ProviderChanged, alma, ahead(3), "H2", "H1"))
		wantCode(t, err, "provider-changed-already") // two changes on one day
		n.wantMay(t, "PT1", ahead(3), "H3")

		first := n.place(t, omsorgen, order(routine.Died, alma, ahead(2)))
		second := n.place(t, officer, order(routine.Died, alma, ahead(1))) // the same death, a day earlier
		third := n.place(t, omsorgen, order(routine.Moved, alma, ahead(2)))
		if len(first.Rules) == 0 || len(second.Rules) == 0 || len(third.Rules) != 0 {
			t.Errorf("one death, reported three times: got rules %v, %v, %v", first.Rules, second.Rules, third.Rules)
		}
		n.wantMay(t, "PT1", ahead(1))
		_, err = n.Place(t.Context(), officer, order(routine.AlarmGranted, alma, ahead(4)))
		wantCode(t, err, "client-has-ended") // death, then alarm
		n.wantRecomputed(t)
	})
}

func TestOrdersDatedFarAway(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		now := n.now(t)
		for at, code := range map[time.Time]string{now.AddDate(-5, 0, -1): "order-day-far", now.AddDate(3, 0, 1): "order-day-far",
			now.AddDate(-5, 0, 1): "", now.AddDate(3, 0, -1): "", {}: "order-invalid"} {
			_, err := n.Place(t.Context(), officer, order(routine.AlarmGranted, alma, at))
			if code == "" && err != nil {
				t.Errorf("%s: %v", at, err)
			}
			if code != "" {
				wantCode(t, err, code)
			}
		}
	})
}

// A day begins at local midnight, an hour earlier or later by the sun on the nights when the clocks change.
//
// proves V2.1-g
func TestChangeOfProviderOnNightsWhenClocksChange(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		for i, night := range clockChanges(n.now(t).In(zone)) {
			who := []string{alma, bo}[i]
			n.place(t, officer, order(routine.HomeCareGranted, who, night.AddDate(0, 0, -40), "H1"))
			n.place(t, officer, order(routine.ProviderChanged, who, night, "H1", "H2"))
			n.place(t, officer, order(routine.ProviderChanged, who, night.AddDate(0, 0, 1), "H2", "H3"))
			all := n.services(t, who)
			slices.SortFunc(all, func(a, b care.Service) int { return a.From.Compare(b.From) })
			if len(all) != 3 || !all[0].Until.Equal(all[1].From) || !all[1].Until.Equal(all[2].From) {
				t.Fatalf("%s: got %+v, want three in a row", night, all)
			}
			if hours := all[1].Until.Sub(all[1].From).Hours(); hours != []float64{23, 25}[i] && hours != []float64{25, 23}[i] {
				t.Errorf("%s lasts %v hours, want 23 or 25", night, hours)
			}
			for h := -2; h < 28; h++ { // at every hour somebody, and only one
				at := night.Add(time.Duration(h) * time.Hour)
				if in := slices.DeleteFunc(slices.Clone(all), func(v care.Service) bool { return !v.During(at) }); len(in) != 1 {
					t.Errorf("%s: got %+v, want one provider", at, in)
				}
			}
		}
		n.wantRecomputed(t)
	})
}

// clockChanges are the next two local midnights of days that do not have 24 hours.
func clockChanges(now time.Time) (nights []time.Time) {
	for d := 1; len(nights) < 2; d++ {
		day := time.Date(now.Year(), now.Month(), now.Day()+d, 0, 0, 0, 0, now.Location())
		if next := time.Date(now.Year(), now.Month(), now.Day()+d+1, 0, 0, 0, 0, now.Location()); next.Sub(day) != 24*time.Hour {
			nights = append(nights, day)
		}
	}
	return nights
}

const nextNumber = "189001039800" // not checked here: edges do

func TestAClientWhoChangesIdentityNumber(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-9), "H2"))
		who := routine.Who{Actor: "token:officer", Organisation: city, Role: routine.CaseOfficer}
		wantCode(t, n.Renumber(t.Context(), routine.Who{Role: routine.Provider}, alma, nextNumber), "client-number-role")
		wantCode(t, n.Renumber(t.Context(), who, "189001039818", nextNumber), "order-client-unknown")
		wantCode(t, n.Renumber(t.Context(), who, alma, bo), "client-number-taken")
		for range 2 { // twice is once
			if err := n.Renumber(t.Context(), who, alma, nextNumber); err != nil {
				t.Fatal(err)
			}
		}
		if got := n.last(t, journal.ClientChanged); got.Value("from") != alma || got.Value("to") != nextNumber {
			t.Errorf("the journal: got %+v", got)
		}
		a := n.place(t, officer, order(routine.AlarmGranted, nextNumber, ahead(1)))
		b := n.place(t, omsorgen, order(routine.HomeCareEnded, alma, ahead(1), "H2")) // who has not heard of the new number
		if a.ClientID != b.ClientID {
			t.Error("the old and the new number are two clients")
		}
		here := care.Dwelling{AddressKey: "a", Street: "Provgatan 1", Apartment: "1101", PostalCode: "43299", Town: "Provköping"}
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := n.ApplyRegisters(t.Context(), tx, casework.Import{ID: "later"}, casework.RegisterBatch{Clients: []casework.RegisterClient{
				{Client: care.Client{PersonalNumber: alma, GivenName: "Alma"}, Dwelling: here, Entrance: "P1"}}})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		c := n.place(t, officer, order(routine.AlarmRenounced, nextNumber, ahead(2))) // a register that has not heard made no second client
		if c.ClientID != a.ClientID {
			t.Error("an import with the old number made another client")
		}
		n.wantRecomputed(t)
	})
}

// proves V5.1-f
func TestMergedGroups(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		who := routine.Who{Actor: "token:manager", Organisation: city, Role: routine.LockManager}
		var clients []string
		for i := range 45 { // more than a batch
			pair, _ := n.couple(t, "m"+string(rune('a'+i/26))+string(rune('a'+i%26)))
			clients = append(clients, pair[0])
			n.place(t, officer, order(routine.HomeCareGranted, pair[0], ahead(-5), "H1"))
		}
		n.place(t, officer, order(routine.HomeCareGranted, clients[0], ahead(3), "H3")) // is served by both for a while
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-5), "H1"))
		_, err := n.MergeGroups(t.Context(), routine.Who{Role: routine.Provider}, "H1", "H3", ahead(10))
		wantCode(t, err, "groups-merge-role")
		_, err = n.MergeGroups(t.Context(), who, "H1", "N1", ahead(10))
		wantCode(t, err, "group-wrong-kind")
		for range 2 { // interrupted and begun again
			if _, err := n.MergeGroups(t.Context(), who, "H1", "H3", ahead(10)); err != nil {
				t.Fatal(err)
			}
		}
		n.wantMay(t, "PT1", ahead(10).Add(-time.Microsecond), "H1")
		n.wantMay(t, "PT1", ahead(10), "H3")
		for _, c := range clients {
			for _, v := range n.services(t, c) {
				if v.During(ahead(10)) && v.EndedBy != "" || v.Until.After(ahead(10)) && v.From.Before(ahead(10)) && v.Origin == "" {
					t.Fatalf("%s: got %+v", c, v)
				}
			}
			if got := n.services(t, c); !slices.ContainsFunc(got, func(v care.Service) bool { return v.During(ahead(20)) }) {
				t.Fatalf("%s is served by nobody: %+v", c, got)
			}
		}
		n.wantRecomputed(t)
	})
}

// proves S-f
func TestAProvidersRoutineHoldsBackNewAccess(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		p := routine.DefaultProfile()
		p.Staff.RoutineGatesAccess = true
		n := newTown(t, db).with(p)
		owner := routine.Who{Actor: "token:owner", Organisation: city, Role: routine.SystemOwner}
		valid := func(until time.Time) {
			t.Helper()
			if err := n.SetProviderRoutine(t.Context(), owner, firm, until); err != nil {
				t.Fatal(err)
			}
		}
		wantCode(t, n.SetProviderRoutine(t.Context(), routine.Who{Role: routine.Provider}, firm, ahead(9)), "provider-routine-role")
		wantCode(t, n.SetProviderRoutine(t.Context(), owner, "2120000000", ahead(9)), "provider-unknown")
		granted := n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-3), "H2"))
		n.wantMay(t, "PT1", ahead(0)) // none on file
		n.wantState(t, casework.InProgress, granted)
		if !slices.ContainsFunc(granted.Tasks, func(k casework.Task) bool { return k.Kind == routine.Judge && k.Rule == "S-f" }) {
			t.Errorf("nobody is told that access waits: %+v", granted.Tasks)
		}
		valid(ahead(5))
		n.wantMay(t, "PT1", ahead(0), "H2")
		n.wantMay(t, "PT1", ahead(30), "H2") // it runs out meanwhile: who is served is not locked in
		n.place(t, officer, order(routine.HomeCareGranted, bo, ahead(7), "H2"))
		n.place(t, officer, order(routine.HomeCareEnded, alma, ahead(6), "H2"))
		n.wantMay(t, "PT1", ahead(8)) // what begins later waits
		valid(ahead(40))
		n.wantMay(t, "PT1", ahead(8), "H2")
		n.wantRecomputed(t)
		valid(time.Time{})
		n.wantMay(t, "PT1", ahead(8))
		n.wantRecomputed(t)
	})
}

// proves S-a, V2.1-b
func TestExceptionsFromLocks(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		who := routine.Who{Actor: "token:manager", Organisation: city, Role: routine.LockManager}
		alarmed := n.place(t, officer, order(routine.AlarmGranted, alma, ahead(1)))
		_, err := n.RecordException(t.Context(), routine.Who{Role: routine.Provider}, alma, casework.TechnicalObstacle, "smalt karmspel")
		wantCode(t, err, "lock-exception-role")
		_, err = n.RecordException(t.Context(), who, alma, "whim", "nej")
		wantCode(t, err, "lock-exception-invalid")
		if _, err := n.RecordException(t.Context(), who, alma, casework.TechnicalObstacle, "Karmen är för smal."); err != nil {
			t.Fatal(err)
		}
		n.wantOpen(t)
		n.wantState(t, casework.Done, alarmed)
		cared := n.place(t, officer, order(routine.HomeCareGranted, bo, ahead(1), "H1")) // the same door
		if !slices.Contains(cared.Rules, routine.RuleException) || len(cared.Tasks) != 0 {
			t.Errorf("home care where no lock can be: got %+v", cared)
		}
		if got := n.last(t, journal.ExceptionRecorded); got.Value("reason") != "Karmen är för smal." || len(got.Subjects) != 2 {
			t.Errorf("the journal: got %+v", got)
		}
		n.place(t, officer, order(routine.MountOrder, bo, ahead(2)))
		n.wantOpen(t, "decide@2")
		if err := n.LiftException(t.Context(), who, alma); err != nil {
			t.Fatal(err)
		}
		n.place(t, officer, order(routine.MountOrder, bo, ahead(2)))
		n.wantOpen(t, "decide@2", "mount@2")
		n.mount(t, "DC2", bo)
		_, err = n.Place(t.Context(), officer, order(routine.MountOrder, alma, ahead(2)))
		wantCode(t, err, "lock-second")
		_, err = n.RecordException(t.Context(), who, alma, casework.OtherException, "vill inte")
		wantCode(t, err, "lock-second-for-dwelling")
	})
}

// A register that has not heard of an order does not undo what it said of a service.
//
// proves V2.1-d, V2.1-a
func TestRegistersDoNotTakeBackWhoOpens(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		here := care.Dwelling{AddressKey: "a", Street: "Provgatan 1", Apartment: "1101", PostalCode: "43299", Town: "Provköping"}
		read := func(name string) {
			t.Helper()
			err := db.Update(t.Context(), func(tx *storage.Tx) error {
				_, err := n.ApplyRegisters(t.Context(), tx, casework.Import{ID: "run-" + name}, casework.RegisterBatch{Clients: []casework.RegisterClient{
					{Client: care.Client{PersonalNumber: alma, GivenName: name}, Dwelling: here, Entrance: "P1", Services: []casework.RegisterService{
						{Kind: routine.HomeCare, Group: "H2", From: ahead(-30), Until: routine.Forever, Row: 2}}}}})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		read("Alma")
		n.wantMay(t, "PT1", ahead(-20), "H2")
		n.place(t, omsorgen, order(routine.OpensSelf, alma, ahead(-30), "H2"))
		n.wantMay(t, "PT1", ahead(0))
		read("Alma Maria")
		n.wantMay(t, "PT1", ahead(0))
		lock := order(routine.NeedsLock, alma, ahead(2), "H2")
		_, err := n.Place(t.Context(), omsorgen, lock)
		wantCode(t, err, "order-invalid") // why?
		lock.Need = routine.OtherNeed
		_, err = n.Place(t.Context(), omsorgen, lock)
		wantCode(t, err, "order-invalid") // in which words?
		lock.Reason = "Ligger till sängs."
		n.place(t, omsorgen, lock)
		read("Alma")
		n.wantMay(t, "PT1", ahead(1))
		n.wantMay(t, "PT1", ahead(2), "H2")
		n.wantRecomputed(t)
	})
}
