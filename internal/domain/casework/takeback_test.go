package casework_test

import (
	"errors"
	"testing"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

var (
	returner = casework.Orderer{Organisation: city, Role: routine.LockManager, Actor: "token:manager"}
	omsorgen = casework.Orderer{Organisation: firm, Role: routine.Provider, Actor: "token:firm"}
)

// wantCode wants a problem with a code, in both languages.
func wantCode(t testing.TB, err error, code string) {
	t.Helper()
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || p.Code != code || p.Text.SV == "" || p.Text.EN == "" {
		t.Errorf("got %v, want %s in both languages", err, code)
	}
}

// services are a client's, without those that never were.
func (n town) services(t failer, number string) (out []care.Service) {
	t.Helper()
	err := n.db.View(t.Context(), func(tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(t.Context(), []string{number})
		if err != nil {
			return err
		}
		all, err := tx.ServicesOf(t.Context(), []string{clients[number].ID})
		out = nil
		for _, v := range all[clients[number].ID] {
			if v.From.Before(v.Until) {
				out = append(out, v)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func wantServices(t failer, got, want []care.Service) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("services: got %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("service %d: got %+v, want %+v", i, got[i], want[i])
		}
	}
}

// proves V5.1-a
func TestAnOrderIsReturnedWithTheReason(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-9), "H2"))
		before := n.services(t, alma)
		ended := n.place(t, omsorgen, order(routine.HomeCareEnded, alma, ahead(5), "H2"))
		n.wantMay(t, "PT1", ahead(6))
		for _, c := range []struct {
			who    casework.Orderer
			reason string
			code   string
		}{{officer, "fel", "order-return-role"}, {omsorgen, "fel", "order-return-role"}, {returner, " ", "order-reason"}} {
			_, err := n.Return(t.Context(), c.who, ended.ID, c.reason)
			wantCode(t, err, c.code)
		}
		back, err := n.Return(t.Context(), returner, ended.ID, "Fel grupp: kunden har H1.")
		if err != nil || back.State != casework.Returned || back.Answer != "Fel grupp: kunden har H1." {
			t.Fatalf("returned: got %+v, %v", back, err)
		}
		seen, err := n.Order(t.Context(), omsorgen, ended.ID)
		if err != nil || seen.Answer != back.Answer || seen.State != casework.Returned {
			t.Errorf("what the orderer sees: got %+v, %v", seen, err)
		}
		wantServices(t, n.services(t, alma), before)
		n.wantMay(t, "PT1", ahead(6), "H2")
		n.wantRecomputed(t)
		if e := n.last(t, journal.OrderReturned); e.Value("reason") != back.Answer || e.Value("actor") != returner.Actor {
			t.Errorf("the journal: got %+v", e)
		}
		_, err = n.Return(t.Context(), returner, ended.ID, "igen")
		wantCode(t, err, "order-over")
	})
}

func TestAnOrderIsWithdrawnUntilItTakesEffect(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		granted := n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-9), "H2"))
		n.wantOpen(t, "mount@-9")
		changed := n.place(t, omsorgen, order(routine.ProviderChanged, alma, ahead(4), "H2", "H3"))
		_, err := n.Withdraw(t.Context(), returner, changed.ID, "") // not an order form of hers
		wantCode(t, err, "order-withdraw-role")
		_, err = n.Withdraw(t.Context(), casework.Orderer{Organisation: other, Role: routine.Provider}, changed.ID, "")
		wantCode(t, err, "order-unknown")
		_, err = n.Withdraw(t.Context(), casework.Orderer{Organisation: firm, Role: routine.Auditor}, changed.ID, "")
		wantCode(t, err, "order-withdraw-role")
		_, err = n.Withdraw(t.Context(), officer, granted.ID, "") // has begun
		wantCode(t, err, "order-in-force")

		died := n.place(t, officer, order(routine.Died, alma, ahead(3)))
		_, err = n.Withdraw(t.Context(), omsorgen, changed.ID, "") // the death came later
		wantCode(t, err, "order-later-change")
		n.wantOpen(t, "dismount-entrance@3", "return-keys@3")
		if _, err := n.Withdraw(t.Context(), officer, died.ID, "Fel person."); err != nil {
			t.Fatal(err)
		}
		n.wantOpen(t, "mount@-9") // what death had withdrawn is to be done again
		n.wantState(t, casework.InProgress, granted)
		n.wantState(t, casework.Withdrawn, died)
		n.wantMay(t, "PT1", ahead(4), "H3")
		if o, err := n.Withdraw(t.Context(), omsorgen, changed.ID, ""); err != nil || o.State != casework.Withdrawn {
			t.Fatalf("withdrawn: got %+v, %v", o, err)
		}
		n.wantMay(t, "PT1", ahead(4), "H2")
		n.wantRecomputed(t)
		if got := n.entries(t, journal.OrderWithdrawn); got != 2 {
			t.Errorf("the journal tells of %d withdrawals, want 2", got)
		}
	})
}

// proves S-h
func TestWorkThatIsDoneIsNotTakenBack(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-9), "H2"))
		asked := n.place(t, omsorgen, order(routine.MountOrder, alma, ahead(2)))
		n.wantOpen(t, "mount@-9")
		if _, err := n.Withdraw(t.Context(), omsorgen, asked.ID, "Behövs inte."); err != nil { // changes nobody's access
			t.Fatal(err)
		}
		n.wantOpen(t, "mount@-9") // the first order waits for it still
		again := n.place(t, omsorgen, order(routine.MountOrder, alma, ahead(2)))
		n.mount(t, "DC2", alma)
		_, err := n.Return(t.Context(), returner, again.ID, "Fel.")
		wantCode(t, err, "order-work-done")
	})
}

// proves S-h, V5.1-a
func TestTheLockManagerWritesInAnOrderForm(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-9), "H2"))
		n.place(t, omsorgen, order(routine.ShoppingGranted, alma, ahead(-9), "S1"))
		form := order(routine.MountOrder, alma, ahead(2))
		_, err := n.Place(t.Context(), returner, form) // for whom?
		wantCode(t, err, "order-on-behalf")
		form.OnBehalfOf, form.OnBehalfRole = shop, routine.Delivery
		_, err = n.Place(t.Context(), omsorgen, form)
		wantCode(t, err, "order-not-on-behalf")
		written := n.place(t, returner, form)
		if written.Orderer != shop || written.Channel != casework.ChannelForm {
			t.Errorf("written in: got %+v, want the delivery firm's order by form", written)
		}
		if o, err := n.Order(t.Context(), casework.Orderer{Organisation: shop, Role: routine.Delivery}, written.ID); err != nil || o.ID != written.ID {
			t.Errorf("the delivery firm's own order: got %v", err)
		}
		form.OnBehalfOf, form.OnBehalfRole = other, routine.Provider // does not serve Alma
		_, err = n.Place(t.Context(), returner, form)
		wantCode(t, err, "order-not-yours")
		form.Kind, form.OnBehalfOf = routine.AlarmRenounced, firm // nothing that a provider may order, on paper or not
		_, err = n.Place(t.Context(), returner, form)
		wantCode(t, err, "order-role")
		if _, err := n.Withdraw(t.Context(), returner, written.ID, ""); err != nil {
			t.Errorf("a form is withdrawn by who wrote it in: %v", err)
		}
	})
}

// proves V5.1-a
func TestTheAlarmTeamOrdersMountingForItsOwnClients(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		n := newTown(t, db)
		team := casework.Orderer{Organisation: city, Role: routine.AlarmTeam, Actor: "token:team"}
		n.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-9), "H1")) // the city's, but no alarm
		_, err := n.Place(t.Context(), team, order(routine.MountOrder, alma, ahead(1)))
		wantCode(t, err, "order-not-yours")
		n.place(t, officer, order(routine.AlarmGranted, alma, ahead(1)))
		n.place(t, team, order(routine.MountOrder, alma, ahead(0)))
		_, err = n.Place(t.Context(), team, order(routine.HomeCareEnded, alma, ahead(1), "H1"))
		wantCode(t, err, "order-role")
	})
}
