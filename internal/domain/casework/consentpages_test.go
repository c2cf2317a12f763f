package casework_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// looker looks in the register of consents and does not keep it.
var looker = routine.Who{Actor: "token:test", Role: routine.CaseOfficer, Organisation: city}

// proves V5.3-c: the houses where mountings wait are on one list; what a withdrawal would do is what it does, and looking does nothing.
func TestAWithdrawalDoesWhatWasForeseen(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.alarm(t, alma)
		wait, err := c.Waiting(t.Context(), looker)
		if err != nil || len(wait.Houses) != 1 || wait.Houses[0].PropertyID != c.property || wait.Houses[0].Tasks != 1 || wait.Houses[0].Answer != consent.Unknown {
			t.Fatalf("got %+v, %v; want the one house", wait, err)
		}
		yes := c.say(t, consent.Given)
		if wait, err := c.Waiting(t.Context(), keeper); err != nil || len(wait.Houses) != 0 {
			t.Errorf("after a yes: got %+v, %v", wait, err)
		}
		port := 0 // the entrance's lock is asked about anyway
		for range 2 {
			got, err := c.WithdrawalEffect(t.Context(), keeper, yes.ID)
			if err != nil || len(got.Stops) != 1 || got.Stops[0].Kind != routine.Mount {
				t.Fatalf("got %+v, %v; want one mounting that stops", got, err)
			}
			port = got.Asks
		}
		c.wantMount(t, "after it was only foreseen", casework.TaskOpen)
		if _, err := c.WithdrawalEffect(t.Context(), looker, yes.ID); !errors.Is(err, consent.ErrMayNot) {
			t.Errorf("the case officer: got %v, want %v", err, consent.ErrMayNot)
		}
		if _, err := c.Asked(t.Context(), keeper, casework.ClientAnswer{PersonalNumber: alma, Agrees: true, AskedBy: "Eva"}); err != nil {
			t.Fatal(err)
		}
		c.mount(t, "DC2", alma)
		got, err := c.WithdrawalEffect(t.Context(), keeper, yes.ID)
		if err != nil || len(got.Stops) != 0 || got.Asks != port+1 {
			t.Fatalf("with a lock on the door: got %+v, %v; want a question about it", got, err)
		}
		if err := c.UndoAnswer(t.Context(), keeper, yes.ID, "fel hus"); !errors.Is(err, consent.ErrUndoMounted) {
			t.Errorf("with a lock on the door: got %v, want %v", err, consent.ErrUndoMounted)
		}
		if _, err := c.Withdraw(t.Context(), keeper, yes.ID, consent.Answered{How: consent.Written, Date: c.now(t)}); err != nil {
			t.Fatal(err)
		}
		if n := len(c.tasks(t, alma, routine.Judge)) + len(c.tasks(t, bo, routine.Judge)); n != got.Asks-port {
			t.Errorf("got %d questions, want the %d that were foreseen", n, got.Asks-port)
		}
	})
}

// proves V5.3-c: undoing a mistaken yes lets the mounting wait again.
func TestAnUndoneYesStopsTheMounting(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.alarm(t, alma)
		yes := c.say(t, consent.Given)
		c.wantMount(t, "after a yes", casework.TaskOpen)
		if err := c.UndoAnswer(t.Context(), looker, yes.ID, "fel hus"); !errors.Is(err, consent.ErrMayNot) {
			t.Errorf("the case officer: got %v, want %v", err, consent.ErrMayNot)
		}
		if err := c.UndoAnswer(t.Context(), keeper, yes.ID, "fel hus"); err != nil {
			t.Fatal(err)
		}
		c.wantMount(t, "after it was undone", casework.TaskWaiting)
		no := c.say(t, consent.Refused)
		if got := c.tasks(t, alma, routine.Mount); len(got) != 0 {
			t.Errorf("after a no: got %+v, want no mounting", got)
		}
		if err := c.UndoAnswer(t.Context(), keeper, no.ID, "fel hus"); err != nil {
			t.Fatal(err)
		}
		c.wantMount(t, "after the no was undone", casework.TaskWaiting)
		if got := c.tasks(t, alma, routine.AskConsent); len(got) != 1 {
			t.Errorf("got %d tasks of asking the owner, want 1", len(got))
		}
	})
}

// proves V8-b: a client's answer is noted by those who may read about the client, and not over one that they have not read.
func TestAnAnswerIsNotOverwrittenUnread(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.alarm(t, alma)
		id := c.tasks(t, alma, routine.Mount)[0].ClientID
		reader := func(role routine.Role) casework.Reader {
			return casework.Reader{Actor: "account:prov", Role: string(role), Organisation: "5560003468"}
		}
		say := casework.ClientAnswer{Agrees: true, AskedBy: "Eva"}
		if err := c.AskedOf(t.Context(), reader(routine.Provider), id, time.Time{}, say); !errors.Is(err, consent.ErrMayNot) {
			t.Errorf("a provider: got %v, want %v", err, consent.ErrMayNot)
		}
		if err := c.AskedOf(t.Context(), reader(routine.AlarmTeam), id, time.Time{}, say); !errors.Is(err, casework.ErrNoClient) {
			t.Errorf("somebody else's alarm team: got %v, want %v", err, casework.ErrNoClient)
		}
		if err := c.AskedOf(t.Context(), reader(routine.CaseOfficer), id, time.Time{}, say); err != nil {
			t.Fatal(err)
		}
		say.Agrees = false
		if err := c.AskedOf(t.Context(), reader(routine.CaseOfficer), id, time.Time{}, say); !errors.Is(err, casework.ErrAgreementChanged) {
			t.Errorf("unread: got %v, want %v", err, casework.ErrAgreementChanged)
		}
		got, err := c.Agreement(t.Context(), reader(routine.CaseOfficer), id)
		if err != nil || !got.Agreement.Agrees || got.Person.ID != id {
			t.Fatalf("got %+v, %v", got, err)
		}
		if err := c.AskedOf(t.Context(), reader(routine.CaseOfficer), id, got.Agreement.At, say); err != nil {
			t.Error(err)
		}
	})
}
