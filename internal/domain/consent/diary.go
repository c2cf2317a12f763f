package consent

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// What the pages of the diary read and write (V5.3-e): answers that wait to go to the registrar, the lists by which they went, and
// their references as the registrar sends a list back.

// Diary is what waits to go to the registrar, and what has gone.
type Diary struct {
	Now     time.Time
	Used    bool       // the municipality files consents (consent.registrar in its profile)
	Waiting []Row      // answers that are on no list, the last recorded first: MaxShown, and one more if there are more
	Lists   []Handover // the last first
}

// Diary returns what waits for the diary, and a page of lists after one of them.
func (s *Service) Diary(ctx context.Context, who routine.Who, after string, limit int) (out Diary, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		out = Diary{Now: tx.Now(), Used: s.profile.Consent.Registrar}
		waiting, err := tx.ConsentPage(ctx, Filter{Unfiled: true}, "", MaxShown+1)
		if err != nil {
			return err
		}
		if out.Waiting, err = rows(ctx, tx, waiting); err != nil {
			return err
		}
		out.Lists, err = tx.HandoverPage(ctx, after, limit)
		return err
	})
	return out, err
}

// HandoverFile is a list that went to the registrar, with its answers.
type HandoverFile struct {
	Handover
	Now  time.Time
	Rows []Row // the last recorded first
}

// HandoverFile returns a list with its answers; owners with protected identity are masked.
func (s *Service) HandoverFile(ctx context.Context, who routine.Who, id string) (out HandoverFile, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = handoverFile(ctx, tx, id); return err })
	return out, err
}

func handoverFile(ctx context.Context, tx Tx, id string) (out HandoverFile, err error) {
	out.Now = tx.Now()
	var found bool
	if out.Handover, found, err = tx.HandoverByID(ctx, id); err != nil || !found {
		if err == nil {
			err = ErrHandoverNone
		}
		return out, err
	}
	all, err := tx.ConsentPage(ctx, Filter{Handover: id}, "", MaxHandover)
	if err != nil {
		return out, err
	}
	out.Rows, err = rows(ctx, tx, all)
	return out, err
}

// DiaryField is the field that a problem with the reference of an answer is about.
func DiaryField(consentID string) string { return "diary." + consentID }

// FileAnswers records the references of a list's answers in the diary, by the answers' ids, all or none (V5.3-e). One that is empty or as
// it was stays as it is; another corrects. It returns how many were recorded.
func (s *Service) FileAnswers(ctx context.Context, who routine.Who, id string, references map[string]string) (n int, err error) {
	if !mayFile(who) {
		return 0, ErrMayNot
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		f, err := handoverFile(ctx, tx, id)
		if err != nil {
			return err
		}
		var changed []Consent
		var entries []journal.Entry
		for _, r := range f.Rows {
			c, reference := r.Consent, strings.TrimSpace(references[r.ID])
			if reference == "" || reference == c.Diary {
				continue
			}
			if checkTexts(map[string]string{"": reference}) != nil {
				return invalid(DiaryField(c.ID), "ange diarienumret, högst 200 byte", "give the diary number, at most 200 bytes")
			}
			entries = append(entries, entry(journal.ConsentsFiled, who.Actor, []string{c.ID}, "diary", reference, "was", c.Diary, "rule", "V5.3-e"))
			c.Diary = reference
			changed = append(changed, c)
		}
		if n = len(changed); n == 0 {
			return nil
		}
		if err := tx.PutConsents(ctx, changed); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entries...)
	})
	return n, err
}
