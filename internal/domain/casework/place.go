package casework

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Place carries out an order: services, grounds, rights, tasks and journal entries in one transaction. Repeating the
// idempotency key with the same order returns the stored one with Repeated set; with another order it is ErrKeyReused. An
// order that is turned away is noted in the journal, in a transaction of its own.
func (s *Service) Place(ctx context.Context, who Orderer, in NewOrder) (Order, error) {
	var placed Order
	err := in.check(who)
	if err == nil {
		err = s.db.Update(ctx, func(tx Tx) (err error) {
			placed, err = s.place(ctx, tx, who, in)
			return err
		})
	}
	if err != nil {
		if failed := s.noteRefused(ctx, who, in, placed.ClientID, err); failed != nil {
			return Order{}, failed
		}
		return Order{}, err
	}
	return placed, nil
}

// Order returns a stored order with its tasks. Only the organisation that placed it, case officers and the lock manager may see it.
func (s *Service) Order(ctx context.Context, who Orderer, id string) (Order, error) {
	var out Order
	err := s.db.View(ctx, func(tx Tx) error {
		o, ok, err := tx.OrderByID(ctx, id)
		if err != nil {
			return err
		}
		if !ok || (!who.everything() && o.Orderer != who.Organisation) {
			return ErrOrderUnknown // the same answer for both: nobody learns what others ordered
		}
		out = o
		out.Tasks, err = tx.TasksOfOrder(ctx, id)
		return err
	})
	return out, err
}

func (in NewOrder) check(who Orderer) error {
	bad := func(field, sv, en string) error {
		return (&problem.Error{Kind: problem.Invalid, Code: "order-invalid", Text: problem.Text{SV: sv, EN: en}}).On(field)
	}
	group, to := in.Kind.NeedsGroup()
	switch {
	case !in.Kind.Known():
		return bad("kind", "Beställningens slag är okänt.", "The kind of the order is unknown.")
	case in.PersonalNumber == "":
		return bad("personal_number", "Ange kundens personnummer.", "Give the client's personal identity number.")
	case in.Effective.IsZero():
		return bad("effective", "Ange från vilken dag beställningen gäller.", "Give the day from which the order holds.")
	case group && in.Group == "" && in.Kind != routine.AlarmGranted:
		return bad("group", "Ange vilken grupp det gäller.", "Say which group it concerns.")
	case to && in.ToGroup == "":
		return bad("to_group", "Ange vilken grupp som tar över.", "Say which group takes over.")
	case in.Kind == routine.NeedsLock && !slices.Contains(routine.Needs(), in.Need):
		return bad("need", "Ange varför låset behövs: cannot-open, does-not-hear eller other.", "Say why the lock is needed: cannot-open, does-not-hear or other.")
	case in.Urgent && strings.TrimSpace(in.Reason) == "":
		return bad("reason", "Skriv varför det brådskar.", "Say why it is urgent.")
	case in.Need == routine.OtherNeed && strings.TrimSpace(in.Reason) == "":
		return bad("reason", "Skriv med egna ord varför låset behövs.", "Say in words of your own why the lock is needed.")
	case len(in.Reason) > 500 || len(in.Reference) > 100 || len(in.IdempotencyKey) > 200 || len(in.Group) > 100 || len(in.ToGroup) > 100:
		return bad("reason", "En text i beställningen är för lång. Korta den.", "A text in the order is too long. Shorten it.")
	}
	return nil
}

// The days that an order may hold from. Further back or ahead it is a slip of the pen, such as a wrong year.
const (
	yearsBack  = 5
	yearsAhead = 3
)

func (in NewOrder) checkDay(now time.Time) error {
	if in.Effective.Before(now.AddDate(-yearsBack, 0, 0)) || in.Effective.After(now.AddDate(yearsAhead, 0, 0)) {
		return ErrFarDay.Fill(yearsBack, yearsAhead).On("effective")
	}
	return nil
}

func (s *Service) place(ctx context.Context, tx Tx, sender Orderer, in NewOrder) (Order, error) {
	if err := foreseeNames(ctx, tx, sender, in); err != nil {
		return Order{}, err
	}
	if prior, ok, err := repeated(ctx, tx, sender, in); ok || err != nil {
		return prior, err
	}
	d, err := s.decide(ctx, tx, sender, in)
	if err != nil {
		return Order{ClientID: d.file.client.ID}, err // whom the journal shall name
	}
	o, err := s.carryOut(ctx, tx, sender, in, d)
	if err != nil || in.IdempotencyKey == "" {
		return o, err
	}
	return o, tx.PutIdempotencyKey(ctx, sender.Organisation, in.IdempotencyKey, in.digest(), o.ID)
}

// decision is what the routine says of an order: nothing of it is stored yet.
type decision struct {
	who     Orderer // whose order it is
	order   routine.Order
	file    file
	outcome routine.Outcome
}

// decide asks who may order what for whom, and then the routine.
func (s *Service) decide(ctx context.Context, tx Tx, sender Orderer, in NewOrder) (d decision, err error) {
	if d.who, err = in.speaker(sender); err != nil {
		return d, err
	}
	if err := s.mayOrder(ctx, tx, d.who, in); err != nil {
		return d, err
	}
	if err := in.checkDay(tx.Now()); err != nil {
		return d, err
	}
	// First: a provider's answer must not depend on whether the client exists.
	if d.order, err = s.resolve(ctx, tx, d.who, in); err != nil {
		return d, err
	}
	clients, err := tx.ClientsByNumber(ctx, []string{in.PersonalNumber})
	if err != nil {
		return d, err
	}
	client, ok := clients[in.PersonalNumber]
	switch {
	case !ok && d.who.Role == routine.CaseOfficer:
		return d, ErrClientUnknown.On("personal_number")
	case !ok:
		return d, ErrMayNot
	}
	d.file.client = client
	if err := s.foreseeClient(ctx, tx, client); err != nil {
		return d, err
	}
	f, err := s.open(ctx, tx, client)
	if err != nil {
		return d, err
	}
	d.file = f
	if err := mayConcern(ctx, tx, d.who, in.Kind, f); err != nil {
		return d, err
	}
	var refusal *routine.Refusal
	if d.outcome, refusal = routine.Decide(s.profile, f.situation, d.order); refusal != nil {
		return d, asProblem(problem.Conflict, refusal)
	}
	return d, nil
}

// repeated finds the order that the same key gave before.
func repeated(ctx context.Context, tx Tx, who Orderer, in NewOrder) (Order, bool, error) {
	if in.IdempotencyKey == "" {
		return Order{}, false, nil
	}
	id, digest, err := tx.IdempotentOrder(ctx, who.Organisation, in.IdempotencyKey)
	if err != nil || id == "" {
		return Order{}, false, err
	}
	if digest != in.digest() {
		return Order{}, false, ErrKeyReused
	}
	o, ok, err := tx.OrderByID(ctx, id)
	if err != nil || !ok {
		return Order{}, false, errors.Join(err, errMissing(ok, id))
	}
	o.Repeated = true
	o.Tasks, err = tx.TasksOfOrder(ctx, id)
	return o, true, err
}

func errMissing(ok bool, id string) error {
	if ok {
		return nil
	}
	return fmt.Errorf("casework: order %s of an idempotency key is missing", id)
}

// digest is of what is ordered, whatever key and channel it comes by.
func (in NewOrder) digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %d", []string{string(in.Kind), in.PersonalNumber, in.Group, in.ToGroup,
		in.Reason, in.Reference, fmt.Sprint(in.OpensSelf, in.InEffect, in.Urgent), string(in.Need), in.OnBehalfOf, string(in.OnBehalfRole)}, in.Effective.UnixMicro()))
	return hex.EncodeToString(sum[:])
}

// carryOut stores an outcome with everything that follows from it.
func (s *Service) carryOut(ctx context.Context, tx Tx, sender Orderer, in NewOrder, d decision) (Order, error) {
	who, order, f, out, now := d.who, d.order, d.file, d.outcome, tx.Now()
	if in.OnBehalfOf != "" {
		in.Channel = ChannelForm
	}
	var err error
	if out.Tasks, err = s.dueReturns(ctx, tx, f.home, out.Tasks); err != nil {
		return Order{}, err
	}
	o := Order{ID: newID(), Number: newNumber(), Kind: in.Kind, ClientID: f.client.ID, GroupID: order.Group.ID, ToGroupID: order.To.ID,
		Effective: in.Effective, Reason: in.Reason, Channel: in.Channel, Orderer: who.Organisation, Reference: in.Reference,
		State: Done, Received: now, Rules: out.Rules, urgent: in.Urgent}
	if in.Channel == ChannelPortal || in.Channel == ChannelForm {
		o.PlacedBy = sender.Actor
	}
	if len(out.Tasks) > 0 {
		o.State = InProgress
	}
	if err := tx.InsertOrder(ctx, o); err != nil {
		return o, err
	}
	tasks, err := s.settleTasks(ctx, tx, &o, f, out)
	if err != nil {
		return o, err
	}
	changed := f.after(out.Services, "order:"+o.ID)
	o.undo.remember(f, changed, out.Ended)
	if err := tx.PutUndo(ctx, o.ID, o.undo); err != nil {
		return o, err
	}
	if err := tx.PutServices(ctx, changed); err != nil {
		return o, err
	}
	if out.Ended.Before(f.client.Ended) {
		if err := tx.SetClientEnded(ctx, f.client.ID, out.Ended); err != nil {
			return o, err
		}
	}
	entries := append([]journal.Entry{orderEntry(who, o, order)}, tasks...)
	if len(changed) > 0 {
		change, err := s.refreshFile(ctx, tx, f, changed)
		if err != nil {
			return o, err
		}
		entries = append(entries, rightsEntry(o, change))
	}
	if err := errors.Join(journal.Append(ctx, tx, entries...), s.tellOrder(ctx, tx, o)); err != nil {
		return o, err
	}
	if in.Kind == routine.HomeCareGranted && s.profile.Consent.HomeCareAgrees { // V8-b
		if err := consent.NoteApplication(ctx, tx, who.Actor, f.client.ID, o.ID); err != nil {
			return o, err
		}
	}
	if len(changed) > 0 {
		if err := s.followCarer(ctx, tx, "system", f.client.ID); err != nil {
			return o, err
		}
		after := f.situation
		after.Services = out.Services
		if err := s.settleEntrance(ctx, tx, o.ID, f, f.situation.LockNeededUntil(), after.LockNeededUntil(), o.Effective); err != nil {
			return o, err
		}
	}
	return o, s.receiptsAfter(ctx, tx, who, o, f, out)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newNumber makes a number that is short enough to say and long enough not to be guessed or to collide: 40 bits, in
// Crockford's alphabet, which has no letters that look like digits.
func newNumber() string {
	var b [5]byte
	rand.Read(b[:])
	n := base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").EncodeToString(b[:])
	return n[:4] + "-" + n[4:]
}

func orderEntry(who Orderer, o Order, as routine.Order) journal.Entry {
	return journal.Entry{Kind: journal.OrderReceived, At: o.Received, Subjects: []string{o.ClientID, o.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor},
		{Name: "organisation", Value: who.Organisation},
		{Name: "number", Value: o.Number},
		{Name: "order", Value: string(o.Kind)},
		{Name: "group", Value: o.GroupID},
		{Name: "to-group", Value: o.ToGroupID},
		{Name: "effective", Value: o.Effective.UTC().Format(time.RFC3339)},
		{Name: "opens-self", Value: fmt.Sprint(as.OpensSelf)},
		{Name: "in-effect", Value: fmt.Sprint(as.InEffect)},
		{Name: "need", Value: string(as.Need)},
		{Name: "urgent", Value: fmt.Sprint(o.urgent)},
		{Name: "reason", Value: o.Reason},
		{Name: "reference", Value: o.Reference},
		{Name: "channel", Value: o.Channel},
		{Name: "rules", Value: strings.Join(o.Rules, " ")},
	}}
}
