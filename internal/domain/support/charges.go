package support

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// ChargeState is how far a charge has come.
type ChargeState string

// The states of a charge. Until it is exported a person may decide anew; after that only a credit corrects it.
const (
	Proposed ChargeState = "proposed"
	Approved ChargeState = "approved"
	Waived   ChargeState = "waived"
	Exported ChargeState = "exported"
)

// Credit is the kind of a charge that takes another one back, wholly or in part.
const Credit routine.CostKind = "credit"

// maxKronor bounds an amount: a slip of the finger is caught, a moved cabinet is not.
const maxKronor = 1_000_000

// Charge is what somebody else than the municipality is to pay: proposed by a rule, decided by a person.
type Charge struct {
	ID         string
	Number     string
	Source     string // what it comes of; one thing is charged once
	Kind       routine.CostKind
	Payer      routine.Payer
	PayerOrg   string // organisation number; "" until a person has named it
	Units      int
	Proposed   int    // kronor in all, as the rule says; 0 where only a person knows what it cost
	Amount     int    // kronor in all, as decided; negative for a credit
	Rule       string // requirement ID
	Facts      []Fact // what the rule was applied to, and its words on that day
	ClientID   string
	FaultID    string
	Credits    string // id of the charge that it takes back, or ""
	State      ChargeState
	ProposedBy string
	ProposedAt time.Time
	DecidedBy  string // "" until a person has
	DecidedAt  time.Time
	Reason     string
	ExportID   string
}

// Fact is one thing that a rule was applied to.
type Fact struct{ Name, Value string }

// Payers are the organisations that may have to pay, by number; "" where nobody can tell.
type Payers struct {
	Provider  string // home care's, or the one that holds the thing
	AlarmTeam string
}

// of returns the organisation that plays a payer's part.
func (p Payers) of(who routine.Payer) string {
	if who == routine.AlarmTeamPays {
		return p.AlarmTeam
	}
	return p.Provider
}

// Proposal is something that has cost money, for a rule to say who bears it.
type Proposal struct {
	Source   string // names what happened; the same one again proposes nothing new
	Kind     routine.CostKind
	Cause    Cause
	HomeCare bool // the client has home care
	Units    int  // 0 means 1
	Each     int  // kronor, where there is no fixed price, or it was another that day; 0 unknown
	Payers   Payers
	ClientID string
	FaultID  string
	Facts    []Fact
	KeyID    string    // of a broken key: what the fault and the exchange of one damage have in common
	Since    time.Time // when the damage was reported
}

// sameDamage is how far apart a key's fault and its exchange may be and still be about one damage.
const sameDamage = 30 * 24 * time.Hour

// charged finds the charge that a cost has given already: by its source, or, of a broken key, by the damage, which is told of
// once as a fault and once as an exchange.
func (p Proposal) charged(ctx context.Context, tx ChargeTx) (Charge, bool, error) {
	c, found, err := tx.ChargeBySource(ctx, p.Source)
	if err != nil || found || p.Kind != routine.CostBrokenKey || p.KeyID == "" {
		return c, found, err
	}
	return tx.KeyCharge(ctx, p.KeyID, p.Since.Add(-sameDamage))
}

// Charges filters a list; empty fields choose all.
type Charges struct {
	Page
	State    ChargeState
	PayerOrg string
	ExportID string
}

// ChargeTx is what charges need of a database transaction.
type ChargeTx interface {
	ChargeBySource(ctx context.Context, source string) (Charge, bool, error)
	ChargeByID(ctx context.Context, id string) (Charge, bool, error)
	// KeyCharge returns the latest charge for a broken key that was proposed since a time, of a fault or of an exchange.
	KeyCharge(ctx context.Context, keyID string, since time.Time) (Charge, bool, error)
	InsertCharge(ctx context.Context, c Charge) error
	// DecideCharge stores a decision unless the charge has been exported, and reports whether it did.
	DecideCharge(ctx context.Context, c Charge) (bool, error)
	// Credited is the sum of a charge's credits that are not waived, as a positive number, and how many there have been, beside
	// one of them ("" for all).
	Credited(ctx context.Context, chargeID, beside string) (kronor, count int, err error)
	ListCharges(ctx context.Context, f Charges) ([]Charge, error)
	ExportByKey(ctx context.Context, organisation, key string) (Export, bool, error)
	ExportByID(ctx context.Context, id string) (Export, bool, error)
	// InsertExport stores a run and gives it the oldest approved charges, at most limit. It returns how many, and their sum.
	InsertExport(ctx context.Context, e Export, limit int) (charges, kronor int, err error)
	ListExports(ctx context.Context, p Page) ([]Export, error)
}

// Problems with charges. Codes are stable.
var (
	ErrChargeUnknown = problem.New(problem.NotFound, "charge-unknown", "Debiteringen finns inte.", "There is no such charge.")
	ErrExported      = problem.New(problem.Conflict, "charge-exported",
		"Debiteringen har lämnats till fakturering och är låst. Rätta den med en kreditering.",
		"The charge has been handed over for invoicing and is locked. Correct it by a credit.")
	ErrNotExported = problem.New(problem.Conflict, "charge-not-exported",
		"Debiteringen har inte lämnats till fakturering. Ändra beslutet i stället.",
		"The charge has not been handed over for invoicing. Change the decision instead.")
	ErrAmount = problem.New(problem.Invalid, "charge-amount",
		"Ange ett belopp mellan 1 och %s kronor.", "Give an amount between 1 and %s kronor.")
	ErrCredited = problem.New(problem.Conflict, "charge-credited",
		"Av debiteringen återstår bara %s kronor att kreditera: andra krediteringar har gjorts sedan dess.",
		"Only %s kronor of the charge are left to credit: other credits have been made since.")
	ErrCreditPayer = problem.New(problem.Invalid, "charge-credit-payer",
		"En kreditering går till den som debiterades. Ta bort betalaren.", "A credit goes to the one who was charged. Take the payer away.")
	ErrPayer = problem.New(problem.Invalid, "charge-payer",
		"Ange organisationsnumret för den som ska betala.", "Give the organisation number of the one who is to pay.")
	ErrMunicipalityBears = problem.New(problem.Conflict, "charge-municipality-bears",
		"Kommunen bär den kostnaden (%s); ingen debitering föreslås.", "The municipality bears that cost (%s); no charge is proposed.")
	ErrDecision = problem.New(problem.Invalid, "charge-decision",
		"Beslutet är approved eller waived.", "The decision is approved or waived.")
	ErrChargeReason = problem.New(problem.Invalid, "charge-reason",
		"Ange skälet till beslutet, med högst 2000 tecken.", "Give the reason for the decision, in at most 2000 characters.")
)

// Propose lets the routine say who bears a cost. Where that is the municipality no charge is made, and the rule is returned
// alone; else a charge that waits for a person's decision. The same source again returns the charge that it gave.
func (d Desk) Propose(ctx context.Context, tx Tx, who routine.Who, p Proposal) (rule string, c Charge, err error) {
	c, found, err := p.charged(ctx, tx)
	if err != nil || found {
		return c.Rule, c, err
	}
	if p.Each < 0 || p.Each > maxKronor || p.Units < 0 || p.Units > 1000 {
		return "", Charge{}, ErrAmount.Fill(kronor(maxKronor)).On("cost")
	}
	cost := routine.Charge(d.Profile, routine.CostFacts{Kind: p.Kind, Cause: p.Cause.forRoutine(), HomeCare: p.HomeCare})
	if cost.Payer == routine.MunicipalityPays {
		return cost.Rule, Charge{}, nil
	}
	each, units := cost.Amount, max(p.Units, 1)
	if p.Each > 0 {
		each = p.Each
	}
	words := routine.Sentence(cost.Rule)
	c = Charge{ID: newID(), Number: newNumber("D"), Source: p.Source, Kind: p.Kind, Payer: cost.Payer, PayerOrg: p.Payers.of(cost.Payer),
		Units: units, Proposed: each * units, Amount: each * units, Rule: cost.Rule, ClientID: p.ClientID, FaultID: p.FaultID,
		State: Proposed, ProposedBy: who.Actor, ProposedAt: tx.Now(),
		Facts: append([]Fact{{"cause", string(p.Cause)}, {"home-care", yes(p.HomeCare)}, {"each", kronor(each)},
			{"rule-sv", words.SV}, {"rule-en", words.EN}}, p.Facts...)}
	if err := tx.InsertCharge(ctx, c); err != nil {
		return "", Charge{}, err
	}
	return c.Rule, c, c.note(ctx, tx, journal.ChargeProposed, who)
}

// callOut ends the source of the charge for an urgent call-out.
const callOut = ":call-out"

// chargeOfFault is the source of the charge that a fault leads to.
func chargeOfFault(id string) string { return "fault:" + id }

// ChargeFault lets the routine say who bears what an ended fault has cost, by its cause, and notes the rule with the fault. A
// damaged thing and an urgent call-out are different costs (V6-a..c).
func (d Desk) ChargeFault(ctx context.Context, tx Tx, who routine.Who, f Fault, e End) (Fault, error) {
	payers, homeCare, err := d.payersOf(ctx, tx, f)
	if err != nil {
		return f, err
	}
	p := Proposal{Source: chargeOfFault(f.ID), Kind: f.Thing.cost(), Cause: f.Cause, HomeCare: homeCare, Each: e.Cost, Payers: payers,
		ClientID: f.ClientID, FaultID: f.ID, Facts: []Fact{{"fault", f.Number}, {"thing", string(f.Thing)}, {"label", f.Label},
			{"reported", f.Reported.Format(time.RFC3339)}, {"done", f.Done}}}
	if p.Kind == routine.CostBrokenKey {
		p.Each, p.KeyID, p.Since = 0, f.ThingID, f.Reported // it has a fixed price
	}
	rule, c, err := d.Propose(ctx, tx, who, p)
	if err != nil {
		return f, err
	}
	f.Rule = rule
	if e.CallOut {
		p.Source, p.Kind, p.Each = p.Source+callOut, routine.CostCallOut, 0
		rule, _, err := d.Propose(ctx, tx, who, p)
		if err != nil {
			return f, err
		}
		if c.ID == "" {
			f.Rule = rule
		}
	}
	return f, tx.PutFault(ctx, f)
}

// cost is what a damaged thing costs.
func (k ThingKind) cost() routine.CostKind {
	switch k {
	case Lock:
		return routine.CostBrokenLock
	case Key:
		return routine.CostBrokenKey
	}
	return routine.CostBrokenEquipment
}

// payersOf finds who may have to pay for a fault: the provider that has the thing, or those that served behind the door when it
// was reported, whoever does now. Of several that did, the one that reported the fault; else a person must say.
func (d Desk) payersOf(ctx context.Context, tx Tx, f Fault) (p Payers, homeCare bool, err error) {
	if f.Thing != Lock {
		t, _, err := tx.FindThing(ctx, f.Thing, f.Label)
		return Payers{Provider: t.Holder}, false, err
	}
	if f.ClientID == "" {
		return p, false, nil
	}
	care, alarm, err := tx.FaultPayers(ctx, f.ClientID, f.Reported)
	return Payers{Provider: oneOf(care, f.Organisation), AlarmTeam: oneOf(alarm, f.Organisation)}, len(care) > 0, err
}

func oneOf(all []string, first string) string {
	switch {
	case known(all, first):
		return first
	case len(all) == 1:
		return all[0]
	}
	return ""
}

// Decision is what a person says about a charge.
type Decision struct {
	State    ChargeState // Approved or Waived
	Amount   int         // kronor in all; 0 keeps what was proposed
	PayerOrg string      // "" keeps the one that was proposed
	Reason   string      // needed to waive, and to approve anything else than was proposed
}

// Decide records a person's decision about a charge: approved, perhaps with another amount or payer, or waived. Until it is
// exported the decision may be changed, with a reason.
func (d Desk) Decide(ctx context.Context, tx Tx, who routine.Who, id string, in Decision) (Charge, error) {
	if !who.Is(routine.LockManager) {
		return Charge{}, ErrMayNot
	}
	c, ok, err := tx.ChargeByID(ctx, id)
	if err != nil || !ok {
		return Charge{}, orElse(err, ErrChargeUnknown)
	}
	again := c.State != Proposed
	if c.State == Exported {
		return Charge{}, ErrExported
	}
	if c, err = c.decided(in, again); err != nil {
		return Charge{}, err
	}
	if c.Kind == Credit && again && c.State == Approved {
		if err := withinCharge(ctx, tx, c); err != nil {
			return Charge{}, err
		}
	}
	c.DecidedBy, c.DecidedAt = who.Actor, tx.Now()
	stored, err := tx.DecideCharge(ctx, c)
	if err != nil || !stored {
		return Charge{}, orElse(err, ErrExported)
	}
	return c, c.note(ctx, tx, journal.ChargeDecided, who)
}

// withinCharge refuses a credit that was waived, and that others have taken the place of since.
func withinCharge(ctx context.Context, tx Tx, credit Charge) error {
	of, ok, err := tx.ChargeByID(ctx, credit.Credits)
	if err != nil || !ok {
		return orElse(err, ErrChargeUnknown)
	}
	others, _, err := tx.Credited(ctx, of.ID, credit.ID)
	if err == nil && others-credit.Amount > of.Amount {
		err = ErrCredited.Fill(kronor(of.Amount - others))
	}
	return err
}

// decided applies a decision to a charge that may be decided.
func (c Charge) decided(in Decision, again bool) (Charge, error) {
	reason, noReason := text("reason", in.Reason)
	if noReason != nil && in.Reason != "" {
		return c, ErrChargeReason.On("reason")
	}
	changed := again || in.State == Waived || (in.PayerOrg != "" && in.PayerOrg != c.PayerOrg) ||
		(in.Amount != 0 && in.Amount != c.Proposed && c.Proposed != 0)
	switch {
	case in.State != Approved && in.State != Waived:
		return c, ErrDecision.On("state")
	case c.Kind == Credit && in.PayerOrg != "" && in.PayerOrg != c.PayerOrg:
		return c, ErrCreditPayer.On("payer")
	case in.Amount < 0 || in.Amount > maxKronor || (c.Kind == Credit && in.Amount != 0):
		return c, ErrAmount.Fill(kronor(maxKronor)).On("amount")
	case changed && reason == "":
		return c, ErrChargeReason.On("reason")
	}
	c.State, c.Reason = in.State, reason
	if c.State == Waived {
		return c, nil
	}
	if in.Amount != 0 {
		c.Amount = in.Amount
	}
	if in.PayerOrg != "" {
		org, err := swedish.ParseOrgNumber(in.PayerOrg)
		if err != nil {
			return c, ErrPayer.With(err).On("payer")
		}
		c.PayerOrg = org.String()
	}
	switch {
	case c.Amount == 0:
		return c, ErrAmount.Fill(kronor(maxKronor)).On("amount")
	case c.PayerOrg == "":
		return c, ErrPayer.On("payer")
	}
	return c, nil
}

// CreditCharge takes an exported charge back, wholly or in part, by a new charge with a negative amount: the decision of the one
// who does so, with a reason. Credits never exceed the charge.
func (d Desk) CreditCharge(ctx context.Context, tx Tx, who routine.Who, id string, amount int, reason string) (Charge, error) {
	if !who.Is(routine.LockManager) {
		return Charge{}, ErrMayNot
	}
	reason, err := text("reason", reason)
	if err != nil {
		return Charge{}, ErrChargeReason.On("reason")
	}
	c, ok, err := tx.ChargeByID(ctx, id)
	if err != nil || !ok {
		return Charge{}, orElse(err, ErrChargeUnknown)
	}
	if c.State != Exported || c.Kind == Credit {
		return Charge{}, ErrNotExported
	}
	before, count, err := tx.Credited(ctx, id, "")
	if err != nil {
		return Charge{}, err
	}
	if amount < 1 || amount > c.Amount-before {
		return Charge{}, ErrAmount.Fill(kronor(c.Amount - before)).On("amount")
	}
	credit := Charge{ID: newID(), Number: newNumber("D"), Source: "credit:" + c.ID + ":" + strconv.Itoa(count+1), Kind: Credit, Payer: c.Payer,
		PayerOrg: c.PayerOrg, Units: 1, Proposed: -amount, Amount: -amount, Rule: c.Rule, Facts: []Fact{{"credits", c.Number}},
		ClientID: c.ClientID, FaultID: c.FaultID, Credits: c.ID, State: Approved, ProposedBy: who.Actor, ProposedAt: tx.Now(),
		DecidedBy: who.Actor, DecidedAt: tx.Now(), Reason: reason}
	if err := tx.InsertCharge(ctx, credit); err != nil {
		return Charge{}, err
	}
	return credit, credit.note(ctx, tx, journal.ChargeDecided, who)
}

// Charge returns a charge: those who manage see all, others what their own organisation is to pay once that is decided.
func (d Desk) Charge(ctx context.Context, tx Tx, who routine.Who, id string) (Charge, error) {
	c, ok, err := tx.ChargeByID(ctx, id)
	if err != nil || !ok || (!manages(who) && !c.shownTo(who)) {
		return Charge{}, orElse(err, ErrChargeUnknown)
	}
	return c, nil
}

func (c Charge) shownTo(who routine.Who) bool {
	return pays(who) && c.PayerOrg == who.Organisation && (c.State == Approved || c.State == Exported)
}

// pays are the roles of organisations that may be charged.
func pays(who routine.Who) bool {
	return who.Is(routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam)
}

// ListCharges returns charges, newest first: those who manage see all, others what their organisation has been charged.
func (d Desk) ListCharges(ctx context.Context, tx Tx, who routine.Who, f Charges) ([]Charge, error) {
	switch {
	case manages(who):
	case pays(who):
		f.PayerOrg = who.Organisation
		if f.State != Approved {
			f.State = Exported
		}
	default:
		return nil, ErrMayNot
	}
	return tx.ListCharges(ctx, f)
}

func (c Charge) note(ctx context.Context, tx Tx, kind journal.Kind, who routine.Who) error {
	facts, err := json.Marshal(c.Facts)
	if err != nil {
		return err
	}
	return note(ctx, tx, kind, who, []string{c.ID, c.FaultID, c.ClientID}, journal.Field{Name: "number", Value: c.Number},
		journal.Field{Name: "kind", Value: string(c.Kind)}, journal.Field{Name: "state", Value: string(c.State)},
		journal.Field{Name: "payer", Value: c.PayerOrg}, journal.Field{Name: "amount", Value: kronor(c.Amount)},
		journal.Field{Name: "rule", Value: c.Rule}, journal.Field{Name: "reason", Value: c.Reason},
		journal.Field{Name: "facts", Value: string(facts)})
}

func kronor(n int) string { return strconv.Itoa(n) }
