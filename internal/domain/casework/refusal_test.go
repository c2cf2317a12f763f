package casework_test

import (
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// open1 counts Alma's open tasks of some kinds.
func (c consenting) open1(t *testing.T, kinds ...routine.TaskKind) (n int) {
	t.Helper()
	for _, k := range kinds {
		n += len(c.tasks(t, alma, k))
	}
	return n
}

var mounting = append([]routine.TaskKind{routine.Mount}, routine.BeforeMounting()...)

// An owner's no is an answer: nothing waits for a lock that will not come, the order is done, and a person is asked how the door
// is to be opened. A later yes takes the work up again.
//
// proves V5.3-c
func TestAnOwnersNoEndsTheMounting(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		granted := c.place(t, officer, order(routine.AlarmGranted, alma, ahead(-1)))
		before := c.open1(t, mounting...)
		c.say(t, consent.Refused)
		if got := c.open1(t, mounting...); got != 0 {
			t.Errorf("after a no: %d tasks of mounting and preparing it are open", got)
		}
		c.wantState(t, casework.Done, granted)
		if got := c.tasks(t, alma, routine.Judge); len(got) != 1 || got[0].Rule != routine.RuleWaits || !strings.HasPrefix(casework.InWords(got[0].Note).EN, "There will be no lock") {
			t.Errorf("how the door is to be opened: got %+v, want a question by V5.3-c, in the reader's language", got)
		}
		c.say(t, consent.Refused) // said again
		if got := c.open1(t, routine.Judge); got != 1 {
			t.Errorf("a no that is repeated: got %d questions, want one", got)
		}
		c.say(t, consent.Given)
		if got := c.open1(t, mounting...); got != before-1 || c.open1(t, routine.Judge) != 0 { // the owner need not be asked again
			t.Errorf("after a yes: got %d tasks and %d questions, want %d and none", got, c.open1(t, routine.Judge), before-1)
		}
		c.wantState(t, casework.InProgress, granted)
		if _, err := c.Asked(t.Context(), keeper, casework.ClientAnswer{PersonalNumber: alma, Agrees: true, AskedBy: "Eva", How: "telefon"}); err != nil {
			t.Fatal(err)
		}
		c.mount(t, "DC2", alma)
		c.wantState(t, casework.Done, granted)
	})
}

// While another owner is still to answer nothing has ended, and where keys are lent meanwhile there is no question: the rule
// says who has one.
//
// proves V5.3-c, V5.3-d
func TestANoIsAnAnswerWhenEverybodyHasAnswered(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		p := routine.DefaultProfile()
		p.Consent.Owner, p.Receipts = true, routine.ReceiptRules{Waiting: true, RemindDays: 14}
		c.Service = c.under(p).Service
		c.Consents = casework.NewConsents(c.Service, time.UTC)
		c.place(t, officer, order(routine.HomeCareGranted, alma, ahead(-1), "H1"))
		c.consents(t, consent.Requested)
		c.say(t, consent.Refused)
		c.wantMount(t, "while another owner has a letter", casework.TaskWaiting)
		c.consents(t, consent.Refused)
		if got := c.open1(t, mounting...); got != 0 || c.open1(t, routine.Judge) != 0 {
			t.Errorf("after both have said no: got %d tasks and %d questions, want none", got, c.open1(t, routine.Judge))
		}
		if c.open1(t, routine.TakeReceipt) != 1 {
			t.Error("the key that is used meanwhile is asked for no longer")
		}
	})
}

// A client with nothing but an alarm who says no gets no lock, and nothing waits; a yes takes it up.
//
// proves V8-b
func TestAClientsNoEndsTheMounting(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		c := newConsenting(t, db)
		c.say(t, consent.Given)
		granted := c.place(t, officer, order(routine.AlarmGranted, alma, ahead(-1)))
		answer := func(agrees bool) {
			t.Helper()
			if _, err := c.Asked(t.Context(), keeper, casework.ClientAnswer{PersonalNumber: alma, Agrees: agrees, AskedBy: "Eva", How: "telefon"}); err != nil {
				t.Fatal(err)
			}
		}
		answer(false)
		if got := c.open1(t, mounting...); got != 0 {
			t.Errorf("after a no: %d tasks are open", got)
		}
		c.wantState(t, casework.Done, granted)
		c.say(t, consent.Given) // the owner's yes is not the client's
		if got := c.open1(t, routine.Mount); got != 0 {
			t.Error("the owner's word has taken up what the client has refused")
		}
		answer(true)
		if got := c.open1(t, routine.Mount); got != 1 {
			t.Errorf("after a yes: got %d mountings, want one", got)
		}
		c.mount(t, "DC2", alma)
		c.wantState(t, casework.Done, granted)
	})
}
