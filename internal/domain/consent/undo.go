package consent

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// An answer that was recorded by mistake is taken back as long as nobody has relied on it. It is not a withdrawal: the owner has not
// said anything. After that an owner's word is changed by a new word.

// Why an answer cannot be taken back. Codes are stable.
var (
	ErrUndoNothing = problem.New(problem.Conflict, "consent-undo-nothing", "Det finns inget svar att ångra.", "There is no answer to undo.")
	ErrUndoLate    = problem.New(problem.Conflict, "consent-undo-late",
		"Ett svar kan ångras inom ett dygn. Registrera det rätta svaret som ett nytt, eller återkalla samtycket.",
		"An answer can be undone within a day. Record the right answer as a new one, or withdraw the consent.")
	ErrUndoFiled = problem.New(problem.Conflict, "consent-undo-filed",
		"Svaret är lämnat till diariet och kan inte ångras. Registrera det rätta svaret som ett nytt.",
		"The answer has gone to the diary and cannot be undone. Record the right answer as a new one.")
	ErrUndoMounted = problem.New(problem.Conflict, "consent-undo-mounted",
		"Ett lås är monterat med stöd av svaret, så det kan inte ångras. Återkalla samtycket om ägaren inte har sagt ja.",
		"A lock has been mounted that rests on the answer, so it cannot be undone. Withdraw the consent if the owner has not agreed.")
	ErrUndoReason = problem.New(problem.Invalid, "consent-undo-reason",
		"Skriv vad som blev fel, högst 200 byte.", "Say what was wrong, in at most 200 bytes.")
)

// Undoable says why an answer cannot be taken back at an instant, or nil. Whether a lock rests on it is [Undo]'s to find out.
func (c Consent) Undoable(now time.Time) error {
	switch {
	case c.Answer == Unknown || c.Answer == Requested:
		return ErrUndoNothing
	case c.Recorded.IsZero() || now.Sub(c.Recorded) > routine.UndoWithin:
		return ErrUndoLate
	case c.Diary != "" || c.HandoverID != "":
		return ErrUndoFiled
	}
	return nil
}

// Undo takes back an answer that was recorded by mistake: a letter waits for its answer again, and is followed up after remindDays;
// anything else is as if nothing had been said. It returns the answer as it was. Whoever composes must look at the doors of
// [Consent.Touches] again.
func Undo(ctx context.Context, tx Tx, zone *time.Location, remindDays int, actor, id, reason string) (was Consent, err error) {
	if reason = strings.TrimSpace(reason); reason == "" || checkTexts(map[string]string{"reason": reason}) != nil {
		return was, ErrUndoReason.On("reason")
	}
	if was, err = consentByID(ctx, tx, id); err != nil {
		return was, err
	}
	if err := was.Undoable(tx.Now()); err != nil {
		return was, err
	}
	if mounted, err := tx.MountedOn(ctx, id); err != nil || mounted {
		if err == nil {
			err = ErrUndoMounted
		}
		return was, err
	}
	letters, err := tx.LettersOfConsent(ctx, id, "", MaxLetters)
	if err != nil {
		return was, err
	}
	c := Consent{ID: was.ID, OwnerID: was.OwnerID, Properties: was.Properties, Answer: Unknown, Blanket: was.Blanket, Date: was.Date,
		From: was.Date, Until: routine.Forever, Recorded: tx.Now()}
	if n := len(letters); n > 0 {
		c.Answer, c.Blanket, c.Date, c.From = Requested, false, letters[0].Made, letters[0].Made
		if remindDays > 0 {
			if err := tx.SetReminder(ctx, letters[n-1].ID, letters[n-1].Made.In(zone).AddDate(0, 0, remindDays).UTC()); err != nil {
				return was, err
			}
		}
	}
	if err := tx.PutConsents(ctx, []Consent{c}); err != nil {
		return was, err
	}
	if was.FileHash != "" {
		if err := tx.DropFile(ctx, was.FileHash); err != nil {
			return was, err
		}
	}
	e := c.entry(actor)
	e.Fields = append(e.Fields, journal.Field{Name: "was", Value: string(was.Answer)}, journal.Field{Name: "reason", Value: reason})
	return was, journal.Append(ctx, tx, e)
}
