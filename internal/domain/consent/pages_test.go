package consent_test

import (
	"errors"
	"testing"
	"time"

	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/storage"
)

func (d desk) undo(id, reason string) error {
	return d.update(func(tx *storage.Tx) error {
		_, err := consent.Undo(d.t.Context(), tx, time.UTC, 21, "test", id, reason)
		return err
	})
}

// proves V5.3-c: an answer that was recorded by mistake counts for nothing, and a letter waits again.
func TestAnUndoneAnswerWasNeverSaid(t *testing.T) {
	each(t, func(d desk) {
		a := d.owner("Brf Bommen")
		one := d.property([]string{a}, "Lotsgränd 1")
		refused, err := d.record(consent.NewConsent{OwnerID: a, Properties: []string{one}, Answered: consent.Answered{Answer: consent.Refused, How: consent.Written, Date: day}})
		if err != nil {
			t.Fatal(err)
		}
		yes := d.yes(a)
		d.want("Lotsgränd 1", consent.Given)
		if err := d.undo(yes.ID, " "); !errors.Is(err, consent.ErrUndoReason) {
			t.Errorf("without a reason: got %v", err)
		}
		if err := d.undo(yes.ID, "fel ägare"); err != nil {
			t.Fatal(err)
		}
		d.want("Lotsgränd 1", consent.Refused) // what was said before speaks again
		if err := d.undo(yes.ID, "igen"); !errors.Is(err, consent.ErrUndoNothing) {
			t.Errorf("twice: got %v, want %v", err, consent.ErrUndoNothing)
		}
		if _, err := d.SetDiary(t.Context(), registrar, refused.ID, "SN 1"); err != nil {
			t.Fatal(err)
		}
		if err := d.undo(refused.ID, "fel"); !errors.Is(err, consent.ErrUndoFiled) {
			t.Errorf("in the diary: got %v, want %v", err, consent.ErrUndoFiled)
		}
		late := d.yes(a, one)
		*d.now = d.now.Add(25 * time.Hour)
		if err := d.undo(late.ID, "fel"); !errors.Is(err, consent.ErrUndoLate) {
			t.Errorf("late: got %v, want %v", err, consent.ErrUndoLate)
		}
		if err := d.undo("nobody", "fel"); !errors.Is(err, consent.ErrConsentUnknown) {
			t.Errorf("no such: got %v", err)
		}
	})
}

// proves V5.3-b
func TestAnUndoneReplyLetsTheLetterWait(t *testing.T) {
	each(t, func(d desk) {
		a := d.owner("Brf Bommen")
		d.property([]string{a}, "Lotsgränd 1")
		job, err := d.AskOwners(t.Context(), keeper, consent.Ask{Owner: a})
		if err != nil {
			t.Fatal(err)
		}
		d.finish()
		l := d.letters(job.ID)[0]
		scan, err := consent.NewFile([]byte("%PDF-1.7 någon annans"))
		if err != nil {
			t.Fatal(err)
		}
		r := consent.Reply{Blanket: true, Answered: consent.Answered{Answer: consent.Given, How: consent.Written, Date: day, File: &scan}}
		c, err := d.reply(l.Code, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.undo(c.ID, "fel talong"); err != nil {
			t.Fatal(err)
		}
		d.want("Lotsgränd 1", consent.Requested)
		err = d.db.View(t.Context(), func(tx *storage.Tx) error {
			if _, found, err := tx.FileByHash(t.Context(), scan.Hash); found || err != nil {
				t.Errorf("the wrong paper is still there (%v)", err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		*d.now = d.now.AddDate(0, 0, 22)
		if due, err := d.LettersDue(t.Context(), keeper, 10); err != nil || len(due) != 1 {
			t.Errorf("got %d letters due (%v), want the one", len(due), err)
		}
		r.Answered.Answer = consent.Refused
		if _, err := d.reply(l.Code, r); err != nil {
			t.Errorf("the right reply: %v", err)
		}
		d.want("Lotsgränd 1", consent.Refused)
	})
}

// What runs out soon is on the list until the owner has said something later of the same.
func TestWhatRunsOutIsSeen(t *testing.T) {
	each(t, func(d desk) {
		a, b := d.owner("Brf Bommen"), d.owner("Bostäder AB")
		one, two := d.property([]string{a, b}, "Lotsgränd 1"), d.property([]string{a}, "Lotsgränd 2")
		until := func(owner string, days int, properties ...string) {
			t.Helper()
			_, err := d.record(consent.NewConsent{OwnerID: owner, Blanket: len(properties) == 0, Properties: properties,
				Answered: consent.Answered{Answer: consent.Given, How: consent.Written, Date: day, Until: day.AddDate(0, 0, days)}})
			if err != nil {
				t.Fatal(err)
			}
		}
		want := func(when string, want int) {
			t.Helper()
			got, err := d.Ending(t.Context(), keeper)
			if err != nil || len(got) != want {
				t.Errorf("%s: got %d (%v), want %d", when, len(got), err, want)
			}
		}
		until(a, 90, one)
		want("not soon", 0)
		until(a, 30, two)
		until(b, 20, one)
		want("two of them", 2)
		d.yes(a, one)
		want("another house", 2)
		d.yes(a)
		want("one is renewed for everything", 1)
		*d.now = d.now.AddDate(0, 0, 31)
		want("run out", 0)
		if o, err := d.Overview(t.Context(), keeper); err != nil || len(o.Ending) != 0 || !o.Now.Equal(*d.now) {
			t.Errorf("got %+v, %v", o, err)
		}
		if _, err := d.Overview(t.Context(), provider); !errors.Is(err, consent.ErrMayNot) {
			t.Errorf("a provider: got %v, want %v", err, consent.ErrMayNot)
		}
	})
}

// A preview is what asking makes, and makes nothing itself.
func TestAPreviewIsWhatIsMade(t *testing.T) {
	each(t, func(d desk) {
		a, b := d.owner("Brf Bommen"), d.owner("Bostäder AB")
		one := d.property([]string{a}, "Lotsgränd 1")
		d.property([]string{b}, "Lotsgränd 2")
		ask := consent.Ask{Street: "Lotsgränd", Town: "Låsby"}
		if _, err := d.Preview(t.Context(), registrar, ask); !errors.Is(err, consent.ErrMayNot) {
			t.Errorf("the registrar: got %v, want %v", err, consent.ErrMayNot)
		}
		p, err := d.Preview(t.Context(), keeper, ask)
		if err != nil || len(p.Letters) != 2 || p.Body.Title == "" {
			t.Fatalf("got %+v, %v; want two letters", p, err)
		}
		d.want("Lotsgränd 1", consent.Unknown)
		job, err := d.AskOwners(t.Context(), keeper, ask)
		if err != nil || job.Wanted != len(p.Letters) {
			t.Fatalf("got %d letters (%v), want %d", job.Wanted, err, len(p.Letters))
		}
		d.finish()
		if _, err := d.Preview(t.Context(), keeper, ask); !errors.Is(err, consent.ErrNobodyToAsk) {
			t.Errorf("again: got %v, want %v", err, consent.ErrNobodyToAsk)
		}
		jobs, err := d.Jobs(t.Context(), registrar, "", 10)
		if err != nil || len(jobs) != 1 || !jobs[0].Finished() {
			t.Errorf("got %+v, %v; want the one run", jobs, err)
		}
		f, err := d.PropertyFile(t.Context(), registrar, one)
		if err != nil || len(f.Words) != 1 || f.Standings[0][consent.DoorLock].Answer != consent.Requested || f.Owners[0].Name != "Brf Bommen" {
			t.Errorf("got %+v, %v", f, err)
		}
	})
}
