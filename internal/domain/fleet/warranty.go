package fleet

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// WarrantyAnswer is what a supplier has said about a return.
type WarrantyAnswer string

// The answers.
const (
	NoAnswer WarrantyAnswer = ""
	Repaired WarrantyAnswer = "repaired"
	Replaced WarrantyAnswer = "replaced"
	Credited WarrantyAnswer = "credited"
	Refused  WarrantyAnswer = "refused"
)

// WarrantyReturn is something that went back to the supplier, followed until it is settled (V5.4-d).
type WarrantyReturn struct {
	ID          string
	Thing       Thing
	ThingID     string
	Serial      string
	Fault       string
	Reference   string // the supplier's own number
	Sent        time.Time
	Remind      time.Time // when the supplier shall be asked, unless it has answered
	Reminders   int       // how often it has been
	Answer      WarrantyAnswer
	Answered    time.Time // zero while open
	Replacement string    // serial number of what came instead
}

// Late reports whether the supplier should be reminded.
func (w WarrantyReturn) Late(now time.Time) bool {
	return w.Answered.IsZero() && w.Remind.Before(now)
}

// NewReturn is a return as it is asked for. Acquired is when the thing came, needed where the system did not see it arrive.
type NewReturn struct {
	Thing     Thing
	Serial    string
	Fault     string
	Reference string
	Acquired  time.Time
}

// WarrantyFilter chooses returns: the open ones, those to be reminded of, or all.
type WarrantyFilter struct {
	Open     bool
	RemindBy time.Time // zero: whenever
}

// A supplier is asked first after firstReminder, then every nextReminder.
const (
	firstReminder = 30 * 24 * time.Hour
	nextReminder  = 14 * 24 * time.Hour
)

// Problems with warranty returns. Codes are stable.
var (
	ErrWarrantyUnknown = problem.New(problem.NotFound, "warranty-unknown",
		"Garantiärendet finns inte.", "There is no such warranty return.")
	ErrWarrantyAge = problem.New(problem.Invalid, "warranty-age-unknown",
		"Systemet vet inte när %s köptes. Ange inköpsdagen.", "The system does not know when %s was bought. Give the day.")
	ErrWarrantyOver = problem.New(problem.Conflict, "warranty-over",
		"Garantin för %s gick ut %s. Skrota den, eller laga den på egen bekostnad.",
		"The warranty of %s ended on %s. Scrap it, or have it repaired at your own cost.")
	ErrWarrantyState = problem.New(problem.Conflict, "warranty-state",
		"%s kan inte skickas till leverantören nu. Ta emot eller montera ned den först; är den redan skickad, följ det ärendet.",
		"%s cannot go to the supplier now. Receive or dismount it first; if it has been sent, follow that return.")
	ErrWarrantySettled = problem.New(problem.Conflict, "warranty-settled",
		"Garantiärendet är redan avgjort.", "The warranty return is settled already.")
	ErrWarrantyAnswer = problem.New(problem.Invalid, "warranty-answer",
		"Ange leverantörens svar: repaired, replaced (med den nya enhetens serienummer), credited eller refused.",
		"Give the supplier's answer: repaired, replaced (with the serial number of the new one), credited or refused.")
)

// Return sends a broken thing back to the supplier, if its warranty has not ended.
func (s *Stock) Return(ctx context.Context, who routine.Who, r NewReturn) (out WarrantyReturn, err error) {
	if r.Fault, err = text("fault", r.Fault); err != nil {
		return out, err
	}
	if r.Reference = strings.TrimSpace(r.Reference); len(r.Reference) > 100 {
		return out, ErrText.Fill(100).On("reference")
	}
	err = s.update(ctx, who, func(tx StockTx) error {
		if err := s.underWarranty(ctx, tx, r); err != nil {
			return err
		}
		id, err := sendBack(ctx, tx, r)
		if err != nil {
			return err
		}
		out = WarrantyReturn{ID: newID(), Thing: r.Thing, ThingID: id, Serial: r.Serial, Fault: r.Fault, Reference: r.Reference,
			Sent: tx.Now(), Remind: tx.Now().Add(firstReminder)}
		return putReturn(ctx, tx, who, out, "sent")
	})
	return out, err
}

func (s *Stock) underWarranty(ctx context.Context, tx StockTx, r NewReturn) error {
	from := r.Acquired
	if a, ok, err := tx.ArrivalOf(ctx, r.Thing, r.Serial); err != nil {
		return err
	} else if ok {
		from = a.At
	}
	if from.IsZero() {
		return ErrWarrantyAge.Fill(r.Serial).On("acquired")
	}
	if until := from.AddDate(0, s.profile.Stock.WarrantyMonths, 0); until.Before(tx.Now()) {
		return ErrWarrantyOver.Fill(r.Serial, until.Format(time.DateOnly))
	}
	return nil
}

// sendBack changes the state of the thing and returns its id.
func sendBack(ctx context.Context, tx StockTx, r NewReturn) (string, error) {
	if r.Thing == KeyThing {
		key, err := keyByNumber(ctx, tx, r.Serial)
		if err != nil {
			return "", err
		}
		if key.State != KeyBroken && (key.State != KeyInStock || key.GroupID != "") {
			return "", ErrWarrantyState.Fill(r.Serial)
		}
		if err := tx.CloseExchanges(ctx, key.ID); err != nil {
			return "", err
		}
		key.State, key.BlockReason = KeyWarranty, r.Fault
		return key.ID, tx.PutKeys(ctx, []Key{key})
	}
	lock, err := lockBySerial(ctx, tx, r.Serial)
	if err != nil {
		return "", err
	}
	if lock.State != Dismounted && lock.State != InStock {
		return "", ErrWarrantyState.Fill(r.Serial)
	}
	lock.State, lock.Reason = InWarranty, r.Fault
	return lock.ID, tx.PutLocks(ctx, []Lock{lock})
}

func putReturn(ctx context.Context, tx StockTx, who routine.Who, w WarrantyReturn, what string) error {
	if err := tx.PutWarrantyReturn(ctx, w); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entry(journal.WarrantyChanged, who, []string{w.ID, w.ThingID}, "what", what, "serial", w.Serial,
		"answer", string(w.Answer), "reference", w.Reference, "replacement", w.Replacement, journal.FieldGround, routine.RuleWarranty))
}

// Remind notes that the supplier has been asked, and asks again later.
func (s *Stock) Remind(ctx context.Context, who routine.Who, id string) (WarrantyReturn, error) {
	return s.changeReturn(ctx, who, id, "reminded", func(tx StockTx, w *WarrantyReturn) error {
		w.Reminders++
		w.Remind = tx.Now().Add(nextReminder)
		return nil
	})
}

// Settle notes the supplier's answer and what it means for the thing: a repaired one is in stock again, a replaced or credited
// one is scrapped, a refused one is ours as broken as it was. What came instead is received.
func (s *Stock) Settle(ctx context.Context, who routine.Who, id string, answer WarrantyAnswer, replacement string) (WarrantyReturn, error) {
	replacement = strings.TrimSpace(replacement)
	known := answer == Repaired || answer == Replaced || answer == Credited || answer == Refused
	if !known || (answer == Replaced) != (replacement != "") {
		return WarrantyReturn{}, ErrWarrantyAnswer.On("answer")
	}
	return s.changeReturn(ctx, who, id, "settled", func(tx StockTx, w *WarrantyReturn) error {
		if replacement == w.Serial {
			return ErrWarrantyAnswer.On("replacement") // it came back itself: repaired
		}
		w.Answer, w.Answered, w.Replacement = answer, tx.Now(), replacement
		product, err := comeBack(ctx, tx, *w)
		if err != nil || answer != Replaced {
			return err
		}
		_, err = s.arrive(ctx, tx, who, Arrival{Product: product, Serial: replacement})
		return err
	})
}

// comeBack gives a thing the state that the answer means, and says which product it is.
func comeBack(ctx context.Context, tx StockTx, w WarrantyReturn) (Product, error) {
	reason := saidCredited
	if w.Answer == Replaced {
		reason = saidReplaced
	}
	if w.Thing == KeyThing {
		key, err := keyByNumber(ctx, tx, w.Serial)
		if err != nil {
			return "", err
		}
		if key.State != KeyWarranty {
			return KeyProduct, nil // a register has said since what became of it
		}
		switch w.Answer {
		case Repaired:
			key.State, key.BlockReason, key.GroupID, key.Certificate = KeyInStock, "", "", nil
		case Refused:
			key.State, key.BlockReason = KeyBroken, w.Fault
		default:
			key.State, key.BlockReason = KeyScrapped, reason
		}
		return KeyProduct, tx.PutKeys(ctx, []Key{key})
	}
	lock, err := lockBySerial(ctx, tx, w.Serial)
	if err != nil {
		return "", err
	}
	if lock.State != InWarranty {
		return Product(lock.Kind), nil
	}
	switch w.Answer {
	case Repaired:
		lock.State, lock.Reason = InStock, ""
	case Refused:
		lock.State, lock.Reason = Dismounted, w.Fault
	default:
		lock.State, lock.Reason = Scrapped, reason
	}
	return Product(lock.Kind), tx.PutLocks(ctx, []Lock{lock})
}

func (s *Stock) changeReturn(ctx context.Context, who routine.Who, id, what string, change func(tx StockTx, w *WarrantyReturn) error) (out WarrantyReturn, err error) {
	err = s.update(ctx, who, func(tx StockTx) error {
		w, ok, err := tx.WarrantyReturn(ctx, id)
		switch {
		case err != nil:
			return err
		case !ok:
			return ErrWarrantyUnknown
		case !w.Answered.IsZero():
			return ErrWarrantySettled
		}
		if err := change(tx, &w); err != nil {
			return err
		}
		out = w
		return putReturn(ctx, tx, who, w, what)
	})
	return out, err
}

// Returns lists what went back to suppliers: the open ones by the day on which to ask, the settled ones after them.
func (s *Stock) Returns(ctx context.Context, who routine.Who, f WarrantyFilter, p Page) (out []WarrantyReturn, err error) {
	err = s.view(ctx, who, func(tx StockTx) (err error) {
		out, err = tx.WarrantyReturns(ctx, f, p.Bounded())
		return err
	})
	return out, err
}

// WarrantyReturn returns one.
func (s *Stock) WarrantyReturn(ctx context.Context, who routine.Who, id string) (out WarrantyReturn, err error) {
	err = s.view(ctx, who, func(tx StockTx) error {
		var ok bool
		if out, ok, err = tx.WarrantyReturn(ctx, id); err == nil && !ok {
			err = ErrWarrantyUnknown
		}
		return err
	})
	return out, err
}
