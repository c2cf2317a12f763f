package consent

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Answered is an owner's answer as somebody records it.
type Answered struct {
	Answer  Answer // Given, Refused or Withdrawn
	How     How
	HeardBy string // of an oral answer: who heard it
	Date    time.Time
	From    time.Time // of a yes: holds from; zero = from the date
	Until   time.Time // of a yes: holds until; zero = without end
	Things  []Thing
	Places  []Place
	Note    string
	File    *File // the scanned paper, or nil
}

// NewConsent is an answer that came without a letter from us: an owner's for some properties, or for everything.
type NewConsent struct {
	OwnerID    string
	Blanket    bool
	Properties []string
	Answered
}

// File is a scanned paper.
type File struct {
	Hash  string // SHA-256 in hex
	Media string
	Body  []byte
	Made  time.Time
}

// MaxFile is how many bytes a scanned paper has at most: some pages at 300 dots to the inch.
const MaxFile = 10 << 20

// ErrFile says that a file is not a scanned paper.
var ErrFile = problem.New(problem.Invalid, "consent-file",
	"Filen ska vara en inskannad PDF eller JPEG på högst 10 MB. Spara om den och försök igen.",
	"The file must be a scanned PDF or JPEG of at most 10 MB. Save it anew and try again.")

// NewFile looks at a file's first bytes, since what a sender says that it is proves nothing.
func NewFile(body []byte) (File, error) {
	f := File{Body: body}
	switch {
	case len(body) > MaxFile:
		return f, ErrFile
	case bytes.HasPrefix(body, []byte("%PDF-")):
		f.Media = "application/pdf"
	case bytes.HasPrefix(body, []byte{0xff, 0xd8, 0xff}):
		f.Media = "image/jpeg"
	default:
		return f, ErrFile
	}
	sum := sha256.Sum256(body)
	f.Hash = hex.EncodeToString(sum[:])
	return f, nil
}

// ErrNotInForce says that there is nothing to withdraw.
var ErrNotInForce = problem.New(problem.Conflict, "consent-not-given",
	"Bara ett givet samtycke kan återkallas. Registrera ägarens svar som ett nytt samtycke i stället.",
	"Only a consent that was given can be withdrawn. Record what the owner says as a new consent instead.")

// Record stores an answer (V5.3-c) and returns it. Whoever composes must look at the doors of [Touches] again.
func Record(ctx context.Context, tx Tx, zone *time.Location, actor string, n NewConsent) (Consent, error) {
	if n.Blanket == (len(n.Properties) > 0) || len(n.Properties) > MaxProperties {
		return Consent{}, invalid("properties", "ange fastigheterna (högst 1 000), eller att svaret gäller allt som ägaren äger", "name the properties (at most 1,000), or say that it concerns everything that the owner owns")
	}
	owner, err := ownerByID(ctx, tx, n.OwnerID)
	if err != nil {
		return Consent{}, err
	}
	c := Consent{ID: newID(), OwnerID: owner.ID, Blanket: n.Blanket, Properties: distinct(n.Properties)}
	known, err := tx.PropertiesByID(ctx, c.Properties)
	if err != nil {
		return c, err
	}
	for _, id := range c.Properties {
		p, ok := known[id]
		if !ok {
			return c, ErrPropertyUnknown
		}
		if !slices.Contains(p.Owners, owner.ID) {
			return c, invalid("properties", "ägaren äger inte alla fastigheterna enligt registret; rätta registret först", "the register does not have the owner as owner of all the properties; correct it first")
		}
	}
	return c, c.take(ctx, tx, zone, actor, n.Answered)
}

// Withdraw records that an owner has taken a consent back. The consent stays in the register as it was; a word of its own, of
// the same reach, says that it does not hold any longer, and undoes nothing that another owner has said. From then on nothing
// new is mounted on it; a lock that sits there is for a person to decide about.
func Withdraw(ctx context.Context, tx Tx, zone *time.Location, actor, id string, a Answered) (Consent, error) {
	old, err := consentByID(ctx, tx, id)
	if err != nil {
		return old, err
	}
	if old.Answer != Given {
		return old, ErrNotInForce
	}
	c := Consent{ID: newID(), OwnerID: old.OwnerID, Blanket: old.Blanket, Properties: old.Properties}
	a.Answer, a.Things, a.Places = Withdrawn, nil, old.Places
	if a.Date.Before(old.Date) {
		return c, invalid("date", "återkallelsen kan inte vara äldre än samtycket", "the withdrawal cannot be older than the consent")
	}
	return c, c.take(ctx, tx, zone, actor, a)
}

// take puts an answer into the consent and stores it.
func (c *Consent) take(ctx context.Context, tx Tx, zone *time.Location, actor string, a Answered) error {
	if err := a.Check(tx.Now(), zone); err != nil {
		return err
	}
	c.Answer, c.How, c.HeardBy, c.Date, c.Note = a.Answer, a.How, a.HeardBy, a.Date, a.Note
	c.From, c.Until, c.Things, c.Places, c.Recorded = a.From, a.Until, a.Things, a.Places, tx.Now()
	if c.From.IsZero() {
		c.From = a.Date
	}
	if c.Until.IsZero() {
		c.Until = routine.Forever
	}
	if a.File != nil {
		f := *a.File
		f.Made, c.FileHash = tx.Now(), f.Hash
		if err := tx.PutFile(ctx, f); err != nil {
			return err
		}
	}
	if err := tx.PutConsents(ctx, []Consent{*c}); err != nil {
		return err
	}
	return journal.Append(ctx, tx, c.entry(actor))
}

func (c Consent) entry(actor string) journal.Entry {
	subjects := []string{c.ID, c.OwnerID} // the properties are in the field, however many
	if len(c.Properties) == 1 {
		subjects = append(subjects, c.Properties[0])
	}
	return entry(journal.ConsentChanged, actor, subjects, "answer", string(c.Answer), "how", string(c.How), "heard-by", c.HeardBy,
		"date", c.Date.UTC().Format(time.RFC3339), "blanket", fmt.Sprint(c.Blanket), "properties", strings.Join(c.Properties, " "),
		"partial", fmt.Sprint(c.Partial()), "file", c.FileHash, "rule", "V5.3-c")
}

// Check says what is wrong with an answer at an instant, in a municipality whose days begin in zone.
func (a Answered) Check(now time.Time, zone *time.Location) error {
	switch {
	case a.Answer != Given && a.Answer != Refused && a.Answer != Withdrawn:
		return invalid("answer", "svaret är given, refused eller withdrawn", "the answer is given, refused or withdrawn")
	case a.How != Written && a.How != Oral:
		return invalid("how", "ange om svaret är skriftligt (written) eller muntligt (oral)", "say whether the answer is written or oral")
	case a.How == Oral && strings.TrimSpace(a.HeardBy) == "":
		return invalid("heard_by", "vid muntligt svar anges vem som tog emot det", "of an oral answer, say who heard it")
	case a.Date.IsZero() || a.Date.After(now):
		return invalid("date", "ange svarets dag, som inte kan ligga framåt i tiden", "give the day of the answer, which cannot be ahead of us")
	case a.Date.In(zone).Year() < 1990:
		return invalid("date", "dagen är för långt tillbaka; kontrollera årtalet", "the day is too far back; check the year")
	case !a.Until.IsZero() && !a.Until.After(later(a.From, a.Date)):
		return invalid("until", "slutdagen måste ligga efter att samtycket börjar gälla", "the last day must be after the consent begins to hold")
	case len(a.Note) > MaxNote || !utf8.ValidString(a.Note):
		return invalid("note", "anteckningen är högst 1 000 byte", "the note is at most 1,000 bytes")
	case len(a.Places) > MaxPlaces:
		return invalid("places", "högst 200 dörrar", "at most 200 doors")
	case a.Answer != Given && len(a.Things) > 0:
		return invalid("things", "bara ett ja kan gälla vissa saker", "only a yes can be for some things")
	}
	for _, t := range a.Things {
		if !slices.Contains(Things(), t) {
			return invalid("things", "välj bland door, box och entrance", "choose among door, box and entrance")
		}
	}
	for _, p := range a.Places {
		if fold(p.Street) == "" || fold(p.Town) == "" {
			return invalid("places", "varje dörr har gata och ort", "every door has a street and a town")
		}
		if err := checkTexts(map[string]string{"places": p.Street + p.Town + p.Apartment}); err != nil {
			return err
		}
	}
	return checkTexts(map[string]string{"heard_by": a.HeardBy})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
