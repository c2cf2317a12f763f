package consent

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
)

// ErrMissing says that nobody who owns the house has agreed to what is to be mounted (V5.3-a, V5.3-c).
var ErrMissing = problem.New(problem.Conflict, "consent-missing",
	"Fastighetsägarens samtycke saknas för adressen. Skicka brev eller registrera svaret; tills dess kan en vanlig nyckel användas mot kvittens.",
	"The owner's consent is missing for the address. Send a letter, or record the answer; until then an ordinary key may be used against a receipt.")

// Standing is where a place stands.
type Standing struct {
	Answer   Answer    // Given, or the nearest to it that anybody has said
	Rests    string    // on which consent, when Given
	Against  []Consent // what other owners have said against it: shown, and undoes nothing (V5.3-d)
	Property string    // which property the place belongs to; "" when the register has none at the address
}

// Given reports whether mounting is agreed to.
func (s Standing) Given() bool { return s.Answer == Given }

// Reader is what [For] needs of a transaction.
type Reader interface {
	txn.Clock
	// ConsentWords returns, by address key, all that the present owners of the house there have said of it. It has at most a few
	// words for each owner: letters that wait, and answers.
	ConsentWords(ctx context.Context, addressKeys []string) (map[string][]Consent, error)
	// PropertiesAt returns the ids of properties by address key.
	PropertiesAt(ctx context.Context, addressKeys []string) (map[string]string, error)
}

// For says, by the places' own ids, whether a thing may be mounted there now, and on which consent that rests. It is the gate
// before every mounting where the profile demands the owner's consent (V5.3-a).
func For(ctx context.Context, tx Reader, thing Thing, places ...Place) (map[string]Standing, error) {
	keys := make([]string, 0, len(places))
	for _, p := range places {
		keys = append(keys, p.key())
	}
	keys = distinct(keys)
	properties, err := tx.PropertiesAt(ctx, keys)
	if err != nil {
		return nil, err
	}
	words, err := tx.ConsentWords(ctx, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Standing, len(places))
	for _, p := range places {
		s := Judge(tx.Now(), thing, p, words[p.key()])
		s.Property = properties[p.key()]
		out[p.ID] = s
	}
	return out, nil
}

// Judge weighs what the owners of a house have said of it (V5.3-d).
func Judge(at time.Time, thing Thing, place Place, words []Consent) Standing {
	latest := map[string]Consent{} // by owner
	s := Standing{Answer: Unknown}
	for _, w := range words {
		if !w.speaksOf(place) {
			continue
		}
		if w.Answer == Requested {
			s.Answer = nearer(s.Answer, Requested)
		}
		if before, said := latest[w.OwnerID]; w.isWord(at) && (!said || w.outweighs(before, thing)) {
			latest[w.OwnerID] = w
		}
	}
	for _, w := range latest {
		if w.allows(thing) {
			s.Answer = Given
			if s.Rests == "" || w.ID < s.Rests {
				s.Rests = w.ID
			}
			continue
		}
		s.Against = append(s.Against, w)
		s.Answer = nearer(s.Answer, w.denial())
	}
	sortConsents(s.Against)
	return s
}

// isWord reports whether the consent says something at an instant: yes or no.
func (c Consent) isWord(at time.Time) bool {
	switch c.Answer {
	case Refused, Withdrawn:
		return true
	case Given:
		return !at.Before(c.From) && at.Before(c.Until)
	}
	return false
}

// speaksOf reports whether the consent concerns a place: one that lists doors and houses concerns no others.
func (c Consent) speaksOf(p Place) bool {
	if len(c.Places) == 0 {
		return true
	}
	for _, own := range c.Places {
		if own.key() == p.key() && (own.Apartment == "" || fold(own.Apartment) == fold(p.Apartment)) {
			return true
		}
	}
	return false
}

func (c Consent) allows(thing Thing) bool {
	if c.Answer != Given {
		return false
	}
	if len(c.Things) == 0 {
		return true
	}
	for _, t := range c.Things {
		if t == thing {
			return true
		}
	}
	return false
}

// denial is what a word that does not allow something amounts to.
func (c Consent) denial() Answer {
	if c.Answer == Withdrawn {
		return Withdrawn
	}
	return Refused // a yes to other things is a no to this one
}

// outweighs reports whether c counts instead of another word of the same owner: the later does, of two of the same day the one
// that was recorded later, and where that is not known the stricter, since whoever is unsure does not mount.
func (c Consent) outweighs(other Consent, thing Thing) bool {
	if !c.Date.Equal(other.Date) {
		return c.Date.After(other.Date)
	}
	if !c.Recorded.IsZero() && !other.Recorded.IsZero() && !c.Recorded.Equal(other.Recorded) {
		return c.Recorded.After(other.Recorded)
	}
	if c.allows(thing) != other.allows(thing) {
		return !c.allows(thing)
	}
	return c.ID < other.ID
}

// nearer returns the answer that is nearer to a yes.
func nearer(a, b Answer) Answer {
	for _, v := range []Answer{Given, Requested, Refused, Withdrawn} {
		if a == v || b == v {
			return v
		}
	}
	return Unknown
}
