package consent_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/storage"
)

// finish makes all letters of all jobs.
func (d desk) finish() {
	d.t.Helper()
	for range 100 {
		*d.now = d.now.Add(time.Second)
		more, err := d.MakeLetters(d.t.Context())
		if err != nil {
			d.t.Fatal(err)
		}
		if !more {
			return
		}
	}
	d.t.Fatal("the letters never end")
}

func (d desk) letters(job string) []consent.Letter {
	d.t.Helper()
	all, err := d.LettersOfJob(d.t.Context(), keeper, job, "", 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	return all
}

func (d desk) reply(code string, r consent.Reply) (c consent.Consent, err error) {
	err = d.update(func(tx *storage.Tx) error { c, err = r.Answer(d.t.Context(), tx, time.UTC, "test", code); return err })
	return c, err
}

// proves V5.3-b, V5.3-c
func TestAStreetIsAskedByOneLetterToEachOwner(t *testing.T) {
	each(t, func(d desk) {
		a, b := d.owner("Brf Bommen"), d.owner("Bostäder AB")
		for i := range 30 {
			d.property([]string{a}, fmt.Sprintf("Lotsgränd %d", i))
		}
		settled := d.property([]string{b}, "Lotsgränd 98")
		d.property([]string{b, a}, "Lotsgränd 99")
		d.property([]string{b}, "Lotsgränden 1") // another street
		d.yes(b, settled)

		job, err := d.AskOwners(t.Context(), keeper, consent.Ask{Street: "lotsgränd", Town: "Låsby"})
		if err != nil {
			t.Fatal(err)
		}
		if job.Wanted != 2 {
			t.Fatalf("got %d letters, want 2: one for each owner", job.Wanted)
		}
		d.finish()
		letters := d.letters(job.ID)
		about := 0
		for _, l := range letters {
			about += len(l.Body.About)
			text := strings.Join(l.Body.Text, " ")
			if !strings.Contains(text, consent.ShowCode(l.Code)) || l.Body.From[0] != "Nyckelhamns kommun" || len(l.Body.Reply) != 3 {
				t.Errorf("got the letter %+v", l.Body)
			}
		}
		if about != 31 {
			t.Errorf("got letters about %d houses, want 31: not the settled one, not the other street", about)
		}
		d.want("Lotsgränd 7", consent.Requested)
		if done, _ := d.Job(t.Context(), keeper, job.ID); !done.Finished() || done.Done != 2 {
			t.Errorf("got %+v, want a finished job", done)
		}
		// Asking again while letters are out asks nobody.
		if _, err := d.AskOwners(t.Context(), keeper, consent.Ask{Street: "lotsgränd", Town: "Låsby"}); !errors.Is(err, consent.ErrNobodyToAsk) {
			t.Errorf("asking twice: got %v, want %v", err, consent.ErrNobodyToAsk)
		}

		scan, err := consent.NewFile([]byte("%PDF-1.7 scanned"))
		if err != nil {
			t.Fatal(err)
		}
		r := consent.Reply{Answered: consent.Answered{Answer: consent.Given, How: consent.Written, Date: day.Add(time.Hour), File: &scan}}
		c, err := d.reply(consent.CodePayload(letters[0].Code), r)
		if err != nil {
			t.Fatal(err)
		}
		d.want("Lotsgränd 7", consent.Given)
		if again, err := d.reply(strings.ToLower(consent.ShowCode(letters[0].Code)), r); err != nil || again.ID != c.ID {
			t.Errorf("the same slip again: got %v, %v", again, err)
		}
		r.Answered.Answer = consent.Refused
		if _, err := d.reply(letters[0].Code, r); !errors.Is(err, consent.ErrAnswered) {
			t.Errorf("another answer on the same slip: got %v, want %v", err, consent.ErrAnswered)
		}
		if f, err := d.FileOf(t.Context(), registrar, c.ID); err != nil || string(f.Body) != "%PDF-1.7 scanned" {
			t.Errorf("got %q, %v; want the scanned paper", f.Body, err)
		}
	})
}

// proves V5.3-b
func TestUnansweredLettersAreFollowedUp(t *testing.T) {
	each(t, func(d desk) {
		a, b := d.owner("Brf Bommen"), d.owner("Bostäder AB")
		d.property([]string{a}, "Lotsgränd 1")
		d.property([]string{b}, "Lotsgränd 2")
		job, err := d.AskOwners(t.Context(), keeper, consent.Ask{Street: "Lotsgränd", Town: "Låsby"})
		if err != nil {
			t.Fatal(err)
		}
		d.finish()
		letters := d.letters(job.ID)
		if _, err := d.reply(letters[0].Code, consent.Reply{Answered: consent.Answered{Answer: consent.Refused, How: consent.Written, Date: day}}); err != nil {
			t.Fatal(err)
		}
		if _, err := d.RemindOwners(t.Context(), keeper); !errors.Is(err, consent.ErrNobodyToAsk) {
			t.Errorf("too early: got %v, want %v", err, consent.ErrNobodyToAsk)
		}
		*d.now = d.now.AddDate(0, 0, 22)
		reminders, err := d.RemindOwners(t.Context(), keeper)
		if err != nil {
			t.Fatal(err)
		}
		d.finish()
		got := d.letters(reminders.ID)
		if len(got) != 1 || got[0].ConsentID != letters[1].ConsentID || got[0].Code == letters[1].Code || got[0].Body.Text[0] != "Vi skrev 2026-06-01." {
			t.Fatalf("got %+v, want one reminder of the second letter", got)
		}
		if due, err := d.LettersDue(t.Context(), keeper, 10); err != nil || len(due) != 0 {
			t.Errorf("got %d letters due (%v), want none for another three weeks", len(due), err)
		}
		// Either letter's slip brings the answer.
		if _, err := d.reply(letters[1].Code, consent.Reply{Answered: consent.Answered{Answer: consent.Given, How: consent.Written, Date: day.AddDate(0, 0, 20)}}); err != nil {
			t.Fatal(err)
		}
		d.want(strings.TrimSuffix(letters[1].Body.About[0], ", Låsby"), consent.Given)
		*d.now = d.now.AddDate(0, 0, 60)
		if due, err := d.LettersDue(t.Context(), keeper, 10); err != nil || len(due) != 0 {
			t.Errorf("got %d letters due (%v), want none: both are answered", len(due), err)
		}
	})
}

// proves V5.3-e
func TestAnswersGoToTheDiary(t *testing.T) {
	each(t, func(d desk) {
		a := d.owner("Brf Bommen")
		first, second := d.property([]string{a}, "Lotsgränd 1"), d.property([]string{a}, "Lotsgränd 2")
		c1, c2 := d.yes(a, first), d.yes(a, second)
		if _, err := d.HandOver(t.Context(), provider); !errors.Is(err, consent.ErrMayNot) {
			t.Errorf("a provider: got %v, want %v", err, consent.ErrMayNot)
		}
		if _, err := d.SetDiary(t.Context(), registrar, c2.ID, "SN 2026/17"); err != nil {
			t.Fatal(err)
		}
		h, err := d.HandOver(t.Context(), keeper)
		if err != nil {
			t.Fatal(err)
		}
		list, err := d.Consents(t.Context(), registrar, consent.Filter{Handover: h.ID}, "", 10)
		if err != nil || len(list) != 1 || list[0].ID != c1.ID {
			t.Fatalf("got %+v, %v; want the one answer that is not in the diary", list, err)
		}
		if _, err := d.HandOver(t.Context(), keeper); !errors.Is(err, consent.ErrNothingToFile) {
			t.Errorf("again: got %v, want %v", err, consent.ErrNothingToFile)
		}
		if got, err := d.SetDiary(t.Context(), registrar, c1.ID, " SN 2026/18 "); err != nil || got.Diary != "SN 2026/18" || got.HandoverID != h.ID {
			t.Errorf("got %+v, %v; want the reference kept with the list", got, err)
		}
		if got, _ := d.Consent(t.Context(), keeper, c1.ID); got.Diary != "SN 2026/18" || !slices.Equal(got.Properties, []string{first}) {
			t.Errorf("got %+v, want the reference kept and nothing else changed", got)
		}
	})
}
