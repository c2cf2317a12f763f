package consent

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// MakeLetters makes the next letters of an unfinished job, and reports whether there are more to make. Killed at any point and
// called again, it goes on where the last committed transaction ended.
func (s *Service) MakeLetters(ctx context.Context) (more bool, err error) {
	idle := false // a look costs no write while there is nothing to do
	err = s.db.View(ctx, func(tx Tx) error {
		_, found, err := tx.UnfinishedLetterJob(ctx)
		idle = !found
		return err
	})
	if err != nil || idle {
		return false, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		job, found, err := tx.UnfinishedLetterJob(ctx)
		more = found
		if err != nil || !found {
			return err
		}
		parts, err := tx.LetterParts(ctx, job.ID, lettersAtime)
		if err != nil {
			return err
		}
		through := -1
		for _, p := range parts {
			made, err := s.makeLetter(ctx, tx, job, p)
			if err != nil {
				return err
			}
			if made {
				job.Done++
			} else {
				job.Skipped++
			}
			through = p.Seq
		}
		if len(parts) == 0 { // cannot be; never loop for it
			job.Skipped = job.Wanted - job.Done
		}
		return tx.AdvanceLetterJob(ctx, job, through)
	})
	return more, err
}

// makeLetter makes one letter, unless it is no longer needed.
func (s *Service) makeLetter(ctx context.Context, tx Tx, job LetterJob, p LetterPart) (bool, error) {
	if p.LetterID != "" {
		return s.remind(ctx, tx, job, p.LetterID)
	}
	owner, err := ownerByID(ctx, tx, p.OwnerID)
	if err != nil {
		return false, skip(err, ErrOwnerUnknown)
	}
	parts, err := toAsk(ctx, tx, p.Properties, p.OwnerID) // somebody may have answered since
	if err != nil || len(parts) == 0 {
		return false, err
	}
	c := Consent{ID: newID(), OwnerID: owner.ID, Properties: parts[0].Properties, Answer: Requested, Date: tx.Now(), From: tx.Now(),
		Until: routine.Forever, Recorded: tx.Now()}
	if err := tx.PutConsents(ctx, []Consent{c}); err != nil {
		return false, err
	}
	return true, s.write(ctx, tx, job, owner, c, routine.ConsentRequest, job.Language, time.Time{})
}

// remind follows a letter up, if its answer is still waited for.
func (s *Service) remind(ctx context.Context, tx Tx, job LetterJob, id string) (bool, error) {
	l, _, err := tx.LetterByID(ctx, id)
	if err != nil || l.Remind.IsZero() {
		return false, err
	}
	if err := tx.SetReminder(ctx, l.ID, time.Time{}); err != nil {
		return false, err
	}
	c, err := consentByID(ctx, tx, l.ConsentID)
	if err != nil || c.Answer != Requested {
		return false, err
	}
	if c.Properties, err = stillOwned(ctx, tx, c); err != nil || len(c.Properties) == 0 {
		return false, err // sold since: what the old owner says does not count
	}
	owner, err := ownerByID(ctx, tx, l.OwnerID)
	if err != nil {
		return false, err
	}
	return true, s.write(ctx, tx, job, owner, c, routine.ConsentReminder, l.Body.Language, c.Date)
}

// stillOwned are those of a consent's properties that are its owner's now.
func stillOwned(ctx context.Context, tx Tx, c Consent) ([]string, error) {
	known, err := tx.PropertiesByID(ctx, c.Properties)
	return slices.DeleteFunc(slices.Clone(c.Properties), func(id string) bool { return !slices.Contains(known[id].Owners, c.OwnerID) }), err
}

func skip(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// write stores a letter with the words of the profile and tells the journal.
func (s *Service) write(ctx context.Context, tx Tx, job LetterJob, owner Owner, c Consent, kind, lang string, sent time.Time) error {
	properties, err := tx.PropertiesByID(ctx, c.Properties)
	if err != nil {
		return err
	}
	l := Letter{ID: newID(), Code: newCode(), Kind: kind, OwnerID: owner.ID, ConsentID: c.ID, JobID: job.ID, Made: tx.Now()}
	if days := s.profile.Consent.RemindDays; days > 0 {
		l.Remind = tx.Now().In(s.zone).AddDate(0, 0, days).UTC()
	}
	l.Body = s.body(owner, c.Properties, properties, kind, lang, l.Code, sent)
	if err := tx.InsertLetter(ctx, l); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.LetterMade, job.Actor, []string{owner.ID, c.ID},
		"letter", l.ID, "code", l.Code, "kind", kind, "properties", strings.Join(c.Properties, " "), "rule", "V5.3-b"))
}

func (s *Service) body(owner Owner, ids []string, properties map[string]Property, kind, lang, code string, sent time.Time) LetterBody {
	var about []string
	for _, id := range ids {
		for _, a := range properties[id].Addresses {
			line := a.Street + ", " + a.Town
			if d := properties[id].Designation; d != "" {
				line += " (" + d + ")"
			}
			about = append(about, line)
		}
	}
	slices.Sort(about)
	subject := about[0]
	if len(about) > 1 {
		subject = problem.Text{SV: "%s och %d till", EN: "%s and %d more"}.Sprintf(about[0], len(about)-1).In(lang)
	}
	day := ""
	if !sent.IsZero() {
		day = sent.In(s.zone).Format(time.DateOnly)
	}
	text, _ := s.profile.Letter(kind, lang, map[string]string{"owner": owner.greeting(lang), "property": subject, "case": ShowCode(code), "sent": day})
	return LetterBody{Language: text.Language, Title: text.Title, To: owner.lines(), From: s.sender(), About: about, Text: text.Text, Reply: text.Reply}
}

func (o Owner) greeting(lang string) string {
	if o.Protected {
		return problem.Text{SV: "fastighetens ägare", EN: "the property's owner"}.In(lang)
	}
	return o.Name
}

// lines is where the letter goes. One to somebody with protected identity goes by way of the tax agency, which alone knows
// the address; whoever sends it writes the envelope by hand.
func (o Owner) lines() []string {
	if o.Protected {
		return []string{"Skyddade personuppgifter", "Förmedlas av Skatteverket", "Ägare " + o.ID[len(o.ID)-8:]}
	}
	lines := []string{o.Name}
	if o.Contact != "" {
		lines = append(lines, o.Contact)
	}
	if o.Street != "" {
		lines = append(lines, o.Street)
	}
	if town := strings.TrimSpace(o.PostalCode + " " + o.Town); town != "" {
		lines = append(lines, town)
	}
	return lines
}

func (s *Service) sender() []string {
	lines := []string{s.profile.Name}
	u, ok := s.profile.Unit(routine.UnitLockManager)
	if !ok {
		return lines
	}
	for _, v := range []string{u.Name, u.Address, u.Postal, u.Phone, u.Mail} {
		if v != "" {
			lines = append(lines, v)
		}
	}
	return lines
}
