package consent

import (
	"context"
	"fmt"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Handover is a list of answers that went to the registrar as incoming documents (V5.3-e).
type Handover struct {
	ID     string
	Number string // what people call it, such as 7K3M9-QX2TC
	Made   time.Time
	Actor  string
}

// MaxHandover is how many answers one list has at most.
const MaxHandover = 500

// Problems with handing over. Codes are stable.
var (
	ErrNoFile         = problem.New(problem.NotFound, "consent-no-file", "Samtycket har ingen inskannad handling.", "The consent has no scanned paper.")
	ErrHasFile        = problem.New(problem.Conflict, "consent-has-file", "Samtycket har redan en inskannad handling, och den byts inte ut. Registrera ett nytt samtycke om svaret är ett annat.", "The consent has a scanned paper already, which is not replaced. Record a new consent if the answer is another.")
	ErrNothingToFile  = problem.New(problem.Conflict, "handover-empty", "Det finns inga nya svar att lämna till diariet.", "There are no new answers to hand over to the diary.")
	ErrNoRegistrar    = problem.New(problem.Conflict, "handover-not-used", "Kommunen diarieför inte samtycken enligt sin profil (consent.registrar).", "The municipality does not file consents, by its profile (consent.registrar).")
	ErrHandoverNone   = problem.New(problem.NotFound, "handover-unknown", "Listan finns inte.", "There is no such list.")
	ErrDiaryNotWanted = problem.New(problem.Conflict, "diary-not-answered",
		"Det finns inget svar än. Registrera svaret först.", "There is no answer yet. Record it first.")
)

// mayFile reports whether somebody hands over to the diary, or files there.
func mayFile(who routine.Who) bool { return MayKeep(who) || who.Is(routine.Registrar) }

// HandOver puts answers that are neither in the diary nor on a list on a new one, at most 500 at a time.
func (s *Service) HandOver(ctx context.Context, who routine.Who) (h Handover, err error) {
	if !mayFile(who) {
		return h, ErrMayNot
	}
	if !s.profile.Consent.Registrar {
		return h, ErrNoRegistrar
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		waiting, err := tx.ConsentPage(ctx, Filter{Unfiled: true}, "", MaxHandover)
		if err != nil {
			return err
		}
		if len(waiting) == 0 {
			return ErrNothingToFile
		}
		h = Handover{ID: newID(), Number: ShowCode(newCode()), Made: tx.Now(), Actor: who.Actor}
		if err := tx.PutHandover(ctx, h); err != nil {
			return err
		}
		for i := range waiting {
			waiting[i].HandoverID = h.ID
		}
		if err := tx.PutConsents(ctx, waiting); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.ConsentsFiled, who.Actor, []string{h.ID},
			"number", h.Number, "consents", fmt.Sprint(len(waiting)), "rule", "V5.3-e"))
	})
	return h, err
}

// SetDiary records under which reference an answer is in the diary (V5.3-e). Setting it anew corrects it.
func (s *Service) SetDiary(ctx context.Context, who routine.Who, consentID, diary string) (c Consent, err error) {
	if !mayFile(who) {
		return c, ErrMayNot
	}
	if strings.TrimSpace(diary) == "" || len(diary) > MaxText {
		return c, invalid("diary", "ange diarienumret, högst 200 byte", "give the diary number, at most 200 bytes")
	}
	if err := checkTexts(map[string]string{"diary": diary}); err != nil {
		return c, err
	}
	err = s.db.Update(ctx, func(tx Tx) error {
		if c, err = consentByID(ctx, tx, consentID); err != nil {
			return err
		}
		if c.Answer == Requested || c.Answer == Unknown {
			return ErrDiaryNotWanted
		}
		was := c.Diary
		c.Diary = strings.TrimSpace(diary)
		if err := tx.PutConsents(ctx, []Consent{c}); err != nil {
			return err
		}
		return journal.Append(ctx, tx, entry(journal.ConsentsFiled, who.Actor, []string{c.ID}, "diary", c.Diary, "was", was, "rule", "V5.3-e"))
	})
	return c, err
}

// Handover returns a list that was handed over; its answers are [Service.Consents] with the filter Handover.
func (s *Service) Handover(ctx context.Context, who routine.Who, id string) (h Handover, err error) {
	err = s.view(ctx, who, func(tx Tx) error {
		var found bool
		if h, found, err = tx.HandoverByID(ctx, id); err == nil && !found {
			err = ErrHandoverNone
		}
		return err
	})
	return h, err
}

// Handovers returns a page of lists, the last first.
func (s *Service) Handovers(ctx context.Context, who routine.Who, after string, limit int) (out []Handover, err error) {
	err = s.view(ctx, who, func(tx Tx) error { out, err = tx.HandoverPage(ctx, after, limit); return err })
	return out, err
}
