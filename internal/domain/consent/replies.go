package consent

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Reply is what an owner has written on the slip of a letter.
type Reply struct {
	Blanket bool // the owner's yes is for everything that is theirs, not only for what was asked about
	Answered
}

// Open returns the letter with a code, and the answer that it waits for, or has got.
func (s *Service) Open(ctx context.Context, who routine.Who, code string) (l Letter, c Consent, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		l, c, err = letterByCode(ctx, tx, code)
		return orHide(ctx, tx, err, &l)
	})
	return l, c, err
}

func letterByCode(ctx context.Context, tx Tx, code string) (Letter, Consent, error) {
	code, err := ParseCode(code)
	if err != nil {
		return Letter{}, Consent{}, err
	}
	l, found, err := tx.LetterByCode(ctx, code)
	if err != nil {
		return l, Consent{}, err
	}
	if !found {
		return l, Consent{}, ErrLetterUnknown
	}
	c, err := consentByID(ctx, tx, l.ConsentID)
	return l, c, err
}

// Answer stores the reply to a letter (V5.3-c) and returns the owner's answer. The same reply once more, by the code of the
// letter or of its reminder, changes nothing. Whoever composes must look at the doors of [Touches] again.
func (r Reply) Answer(ctx context.Context, tx Tx, zone *time.Location, actor, code string) (Consent, error) {
	l, c, err := letterByCode(ctx, tx, code)
	if err != nil {
		return c, err
	}
	if r.Answered.Answer == Withdrawn {
		return c, invalid("answer", "på ett brev svarar ägaren ja eller nej", "the answer to a letter is yes or no")
	}
	if c.Answer != Requested {
		if r.same(c) {
			return c, nil
		}
		return c, ErrAnswered
	}
	c.Blanket = r.Blanket && r.Answered.Answer == Given
	if err := tx.SetReminder(ctx, l.ID, time.Time{}); err != nil {
		return c, err
	}
	return c, c.take(ctx, tx, zone, actor, r.Answered)
}

func (r Reply) same(c Consent) bool {
	return c.Answer == r.Answered.Answer && c.Date.Equal(r.Date) && c.Blanket == (r.Blanket && r.Answered.Answer == Given) &&
		thingsOf(c.Things) == thingsOf(r.Things) && len(c.Places) == len(r.Places) && (r.File == nil || r.File.Hash == c.FileHash)
}

func thingsOf(things []Thing) string {
	out := ""
	for _, t := range things {
		out += string(t) + " "
	}
	return out
}

// Touches returns the ids of the properties whose doors a consent speaks of.
func (c Consent) Touches(ctx context.Context, tx Tx) ([]string, error) {
	if !c.Blanket {
		return c.Properties, nil
	}
	return tx.PropertiesOfOwner(ctx, c.OwnerID, MaxTouched)
}

// MaxTouched bounds how many properties one owner may have.
const MaxTouched = 20_000

// Letter returns a letter.
func (s *Service) Letter(ctx context.Context, who routine.Who, id string) (l Letter, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		var found bool
		if l, found, err = tx.LetterByID(ctx, id); err == nil && !found {
			err = ErrLetterUnknown
		}
		return orHide(ctx, tx, err, &l)
	})
	return l, err
}

// Job returns a job with its counts.
func (s *Service) Job(ctx context.Context, who routine.Who, id string) (j LetterJob, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		var found bool
		if j, found, err = tx.LetterJobByID(ctx, id); err == nil && !found {
			err = ErrJobUnknown
		}
		return err
	})
	return j, err
}

// LettersOfJob and LettersOfConsent return pages of letters, the oldest first.
func (s *Service) LettersOfJob(ctx context.Context, who routine.Who, jobID, after string, limit int) (out []Letter, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		out, err = tx.LettersOfJob(ctx, jobID, after, limit)
		return orHideAll(ctx, tx, err, out)
	})
	return out, err
}

// LettersOfConsent returns a page of the letters that asked for a consent.
func (s *Service) LettersOfConsent(ctx context.Context, who routine.Who, consentID, after string, limit int) (out []Letter, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		out, err = tx.LettersOfConsent(ctx, consentID, after, limit)
		return orHideAll(ctx, tx, err, out)
	})
	return out, err
}

// LettersDue returns letters that should have been answered by now, at most limit.
func (s *Service) LettersDue(ctx context.Context, who routine.Who, limit int) (out []Letter, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = tx.LettersDue(ctx, tx.Now(), limit); return err })
	return out, err
}

// Attach puts a scanned paper to an answer. A paper that is there is not replaced: it is the document that was handed in.
func (s *Service) Attach(ctx context.Context, who routine.Who, consentID string, f File) (c Consent, err error) {
	err = s.update(ctx, who, func(tx Tx) error {
		if c, err = consentByID(ctx, tx, consentID); err != nil || c.FileHash == f.Hash {
			return err
		}
		switch {
		case c.FileHash != "":
			return ErrHasFile
		case c.Answer == Requested || c.Answer == Unknown:
			return ErrDiaryNotWanted
		}
		f.Made, c.FileHash = tx.Now(), f.Hash
		if err := tx.PutFile(ctx, f); err != nil {
			return err
		}
		if err := tx.PutConsents(ctx, []Consent{c}); err != nil {
			return err
		}
		return journal.Append(ctx, tx, c.entry(who.Actor))
	})
	return c, err
}

// FileOf returns the scanned paper of a consent; that somebody has read it is in the journal.
func (s *Service) FileOf(ctx context.Context, who routine.Who, consentID string) (f File, err error) {
	if !MayRead(who) {
		return f, ErrMayNot
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		c, err := consentByID(ctx, tx, consentID)
		if err != nil {
			return err
		}
		var found bool
		if f, found, err = tx.FileByHash(ctx, c.FileHash); err != nil || !found {
			if err == nil {
				err = ErrNoFile
			}
			return err
		}
		return journal.Append(ctx, tx, entry(journal.EntriesDisclosed, who.Actor, []string{c.ID}, "file", strings.ToLower(f.Hash)))
	})
	return f, err
}

// orHide and orHideAll take names and addresses out of letters to owners who have got protected identity since they were written, unless
// something else is wrong.
func orHide(ctx context.Context, tx Tx, err error, l *Letter) error {
	if err != nil {
		return err
	}
	one := []Letter{*l}
	err = orHideAll(ctx, tx, nil, one)
	*l = one[0]
	return err
}

func orHideAll(ctx context.Context, tx Tx, err error, letters []Letter) error {
	if err != nil {
		return err
	}
	ids := make([]string, len(letters))
	for i, l := range letters {
		ids[i] = l.OwnerID
	}
	owners, err := tx.OwnersByID(ctx, distinct(ids))
	for i := range letters {
		if o := owners[letters[i].OwnerID]; o.Protected {
			letters[i].Body = letters[i].Body.hiding(o)
		}
	}
	return err
}

// hiding is the letter with its owner's name and address taken out.
func (b LetterBody) hiding(o Owner) LetterBody {
	names := []string{o.Name}
	if len(b.To) > 0 {
		names = append(names, b.To[0])
	}
	out := b
	out.To, out.Text = o.lines(), make([]string, len(b.Text))
	for i, line := range b.Text {
		for _, name := range names {
			if name != "" {
				line = strings.ReplaceAll(line, name, o.greeting(b.Language))
			}
		}
		out.Text[i] = line
	}
	return out
}
