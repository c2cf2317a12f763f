package consent

import (
	"context"
	"fmt"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/routine"
)

// Letter is one letter to an owner: a request, or a reminder of one.
type Letter struct {
	ID        string
	Code      string // brings the reply to its case; see [CodePayload]
	Kind      string // routine.ConsentRequest or routine.ConsentReminder
	OwnerID   string
	ConsentID string // the answer that it waits for
	JobID     string
	Made      time.Time
	Remind    time.Time // when it is followed up if there is no answer; zero = never, or done
	Body      LetterBody
}

// LetterBody is what stands in a letter, kept as it was sent whatever becomes of texts and addresses.
type LetterBody struct {
	Language string
	Title    string
	To       []string // lines of the address
	From     []string // who writes: unit, address, phone
	About    []string // the houses
	Text     []string
	Reply    []string // the slip's choices
}

// LetterJob is a number of letters that are made a few at a time.
type LetterJob struct {
	ID       string
	Kind     string
	Language string
	Actor    string
	Made     time.Time
	Wanted   int // letters to make
	Done     int // letters made
	Skipped  int // no longer needed when their turn came
}

// Finished reports whether all of a job has been done.
func (j LetterJob) Finished() bool { return j.Done+j.Skipped >= j.Wanted }

// LetterPart is one letter of a job that has not been made yet.
type LetterPart struct {
	Seq        int
	OwnerID    string
	Properties []string
	LetterID   string // the letter to remind of
}

// Bounds of a job.
const (
	MaxLetters   = 500  // letters of a job
	MaxAsked     = 2000 // properties of a job
	lettersAtime = 20   // letters in one transaction, so that stations need not wait
)

// LetterTx is what letters need of a transaction.
type LetterTx interface {
	PropertiesByID(ctx context.Context, ids []string) (map[string]Property, error)
	// PropertiesInStreet and PropertiesOfOwner return ids of at most limit properties.
	PropertiesInStreet(ctx context.Context, street Address, limit int) ([]string, error)
	PropertiesOfOwner(ctx context.Context, ownerID string, limit int) ([]string, error)

	InsertLetterJob(ctx context.Context, j LetterJob, parts []LetterPart) error
	LetterJobByID(ctx context.Context, id string) (LetterJob, bool, error)
	// LetterJobPage returns jobs, the latest first, after one of them.
	LetterJobPage(ctx context.Context, after string, limit int) ([]LetterJob, error)
	// UnfinishedLetterJob returns the oldest job with letters to make.
	UnfinishedLetterJob(ctx context.Context) (LetterJob, bool, error)
	LetterParts(ctx context.Context, jobID string, limit int) ([]LetterPart, error)
	// AdvanceLetterJob stores a job's counts and forgets its parts up to one.
	AdvanceLetterJob(ctx context.Context, j LetterJob, through int) error

	InsertLetter(ctx context.Context, l Letter) error
	LetterByID(ctx context.Context, id string) (Letter, bool, error)
	LetterByCode(ctx context.Context, code string) (Letter, bool, error)
	LettersOfJob(ctx context.Context, jobID, after string, limit int) ([]Letter, error)
	LettersOfConsent(ctx context.Context, consentID, after string, limit int) ([]Letter, error)
	// LettersDue returns letters to be followed up, whose answer is still waited for from an owner of one of the houses, the longest due first.
	LettersDue(ctx context.Context, at time.Time, limit int) ([]Letter, error)
	SetReminder(ctx context.Context, letterID string, at time.Time) error
}

// Ask says whom to write to: the owners of named properties, of a street, or one owner about all that is theirs.
type Ask struct {
	Properties []string
	Street     string // with Town: every house whose address begins so
	Town       string
	Owner      string
	Language   string // "" = sv
}

// Problems with letters. Codes are stable.
var (
	ErrNobodyToAsk = problem.New(problem.Conflict, "letters-none",
		"Det finns ingen att skriva till: alla fastigheter har redan samtycke eller ett obesvarat brev, eller så finns de inte i registret.",
		"There is nobody to write to: all properties have consent already or an unanswered letter, or are not in the register.")
	ErrTooManyLetters = problem.New(problem.Invalid, "letters-too-many",
		"Det blir fler än 500 brev. Dela upp utskicket, till exempel per gata.", "That is more than 500 letters. Divide them, by street for instance.")
	ErrNoText = problem.New(problem.Conflict, "letter-text-missing",
		"Profilen har ingen text för brevet. Lägg till den i profilen under letters.", "The profile has no text for the letter. Add it to the profile under letters.")
	ErrJobUnknown    = problem.New(problem.NotFound, "letters-unknown", "Utskicket finns inte.", "There are no such letters.")
	ErrLetterUnknown = problem.New(problem.NotFound, "letter-unknown",
		"Inget brev har den koden. Kontrollera att brevet kommer från den här kommunen.", "No letter has that code. Check that the letter comes from this municipality.")
	ErrAnswered = problem.New(problem.Conflict, "letter-answered",
		"Brevet är redan besvarat. Registrera ett nytt samtycke, eller återkalla det gamla, om ägaren har ändrat sig.",
		"The letter has been answered already. Record a new consent, or withdraw the old one, if the owner has changed their mind.")
)

// AskOwners begins to make letters to owners (V5.3-b). Properties that have consent already, and those for which a letter is
// out, are left out, so that asking again does no harm; an owner gets one letter about everything. [Service.MakeLetters] makes them.
func (s *Service) AskOwners(ctx context.Context, who routine.Who, a Ask) (job LetterJob, err error) {
	if _, ok := s.profile.Letter(routine.ConsentRequest, language(a.Language), nil); !ok {
		return job, ErrNoText
	}
	err = s.update(ctx, who, func(tx Tx) error {
		ids, err := a.properties(ctx, tx)
		if err != nil {
			return err
		}
		parts, err := toAsk(ctx, tx, ids, a.Owner)
		if err != nil {
			return err
		}
		job = LetterJob{ID: newID(), Kind: routine.ConsentRequest, Language: language(a.Language), Actor: who.Actor, Made: tx.Now(), Wanted: len(parts)}
		return begin(ctx, tx, job, parts)
	})
	return job, err
}

// AskAbout begins to make letters about properties whose owners are to be asked as a part of something else, such as a sale. It
// does nothing where the municipality asks no owners, has no text for the letter, or nobody is left to ask.
func AskAbout(ctx context.Context, tx Tx, p routine.Profile, actor string, properties []string) error {
	if _, ok := p.Letter(routine.ConsentRequest, language(""), nil); !ok || !p.Consent.Owner || len(properties) == 0 {
		return nil
	}
	parts, err := toAsk(ctx, tx, properties, "")
	if err != nil || len(parts) == 0 {
		return err
	}
	return begin(ctx, tx, LetterJob{ID: newID(), Kind: routine.ConsentRequest, Language: language(""), Actor: actor, Made: tx.Now(), Wanted: len(parts)}, parts)
}

// RemindOwners begins to make reminders of all letters that should have been answered by now.
func (s *Service) RemindOwners(ctx context.Context, who routine.Who) (job LetterJob, err error) {
	if _, ok := s.profile.Letter(routine.ConsentReminder, "sv", nil); !ok {
		return job, ErrNoText
	}
	err = s.update(ctx, who, func(tx Tx) error {
		due, err := tx.LettersDue(ctx, tx.Now(), MaxLetters)
		if err != nil {
			return err
		}
		var parts []LetterPart
		for _, l := range due {
			parts = append(parts, LetterPart{LetterID: l.ID})
		}
		job = LetterJob{ID: newID(), Kind: routine.ConsentReminder, Actor: who.Actor, Made: tx.Now(), Wanted: len(parts)}
		return begin(ctx, tx, job, parts)
	})
	return job, err
}

func begin(ctx context.Context, tx Tx, j LetterJob, parts []LetterPart) error {
	if err := fits(parts); err != nil {
		return err
	}
	for i := range parts {
		parts[i].Seq = i
	}
	return tx.InsertLetterJob(ctx, j, parts)
}

// fits says whether a job has letters, and not too many.
func fits(parts []LetterPart) error {
	switch {
	case len(parts) == 0:
		return ErrNobodyToAsk
	case len(parts) > MaxLetters:
		return ErrTooManyLetters
	}
	return nil
}

func language(l string) string {
	if l == "" {
		return "sv"
	}
	return l
}

func (a Ask) properties(ctx context.Context, tx Tx) (ids []string, err error) {
	switch {
	case len(a.Properties) > 0:
		if len(a.Properties) > MaxProperties {
			return nil, invalid("properties", "högst 1 000 fastigheter åt gången", "at most 1,000 properties at a time")
		}
		ids = distinct(a.Properties)
		known, err := tx.PropertiesByID(ctx, ids)
		if err == nil && len(known) < len(ids) {
			err = ErrPropertyUnknown
		}
		return ids, err
	case a.Owner != "":
		if _, err := ownerByID(ctx, tx, a.Owner); err != nil {
			return nil, err
		}
		return tx.PropertiesOfOwner(ctx, a.Owner, MaxAsked)
	case fold(a.Street) != "" && fold(a.Town) != "":
		return tx.PropertiesInStreet(ctx, Address{a.Street, a.Town}, MaxAsked)
	}
	return nil, invalid("street", "ange fastigheter, en ägare, eller gata och ort", "name properties, an owner, or street and town")
}

// toAsk is one part for each owner who is to be asked: of each property the one named, or the first.
func toAsk(ctx context.Context, tx Tx, ids []string, owner string) ([]LetterPart, error) {
	properties, err := tx.PropertiesByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	var places []Place
	for _, id := range ids {
		for i, a := range properties[id].Addresses {
			places = append(places, Place{ID: fmt.Sprint(id, "/", i), Street: a.Street, Town: a.Town})
		}
	}
	standing, err := For(ctx, tx, DoorLock, places...)
	if err != nil {
		return nil, err
	}
	settled := map[string]bool{} // every address of it has consent or waits for it
	for _, id := range ids {
		settled[id] = true
	}
	for _, s := range standing {
		if s.Answer != Given && s.Answer != Requested {
			settled[s.Property] = false
		}
	}
	at := map[string]int{}
	var parts []LetterPart
	for _, id := range ids {
		to := owner
		if owners := properties[id].Owners; to == "" && len(owners) > 0 {
			to = owners[0]
		}
		if settled[id] || to == "" {
			continue
		}
		i, ok := at[to]
		if !ok || len(parts[i].Properties) == MaxProperties {
			i, parts = len(parts), append(parts, LetterPart{OwnerID: to})
			at[to] = i
		}
		parts[i].Properties = append(parts[i].Properties, id)
	}
	return parts, nil
}
