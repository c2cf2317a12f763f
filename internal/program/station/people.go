package station

import (
	"slices"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/deviceapi"
)

// How a person is let in, and how guessing is stopped.
const (
	VerifierLife = 6 * 24 * time.Hour // verifiers older than this identify nobody (V2.5-a)
	ArmedTime    = 30 * time.Second   // from identification to activation

	wrongPINs   = 5                // wrong PINs in a row that lock a badge out
	lockedOut   = 15 * time.Minute // for so long
	wrongInAll  = 30               // wrong identifications, whoever's, within wrongWindow that close the panel for its rest
	wrongWindow = 10 * time.Minute
)

// Problems of identification. Codes are stable.
var (
	ErrWho = problem.New(problem.Denied, "station-badge-or-pin",
		"Brickan eller koden stämmer inte. Försök igen; efter fem fel spärras brickan i 15 minuter.",
		"The badge or the PIN is not right. Try again; after five mistakes the badge is locked out for 15 minutes.")
	ErrLockedOut = problem.New(problem.Denied, "station-locked-out",
		"För många fel. Vänta 15 minuter, eller be chefen om en ny kod.",
		"Too many mistakes. Wait 15 minutes, or ask your manager for a new PIN.")
	ErrVerifiersOld = problem.New(problem.Unavailable, "station-verifiers-old",
		"Stationen har inte haft kontakt på sex dagar och kan inte känna igen någon. Gå till en annan station och felanmäl den här.",
		"The station has been out of contact for six days and cannot recognise anybody. Go to another station and report this one.")
)

// attempt counts a badge's wrong PINs. It is on disk, so that pulling the plug does not help a thief.
type attempt struct {
	_     struct{} `cbor:",toarray"`
	Badge string
	Wrong uint8
	Until credential.Instant // locked out until then; 0: not
}

// person is somebody who has been identified.
type person struct {
	pseudonym uint64
	groups    []deviceapi.Member
	until     time.Time // no activation after this
}

// memberOf returns until when the person is in the group at t, and false if they are not.
func (p person) memberOf(group uint32, t credential.Instant) (credential.Instant, bool) {
	var until credential.Instant
	for _, m := range p.groups {
		if m.Group == group && m.From <= t && t < m.Until {
			until = max(until, m.Until)
		}
	}
	return until, until != 0
}

// people is who has identified and who has tried. Its fields are guarded by mu; hashing is one at a time, which bounds
// memory and processor.
type people struct {
	hashing chan struct{}
	dummy   string // fits no PIN that can be typed: an unknown badge takes as long as a known one

	mu       sync.Mutex
	attempts []attempt
	wrong    []time.Time // in the last wrongWindow, oldest first
	armed    *person
}

func newPeople(attempts []attempt) people {
	return people{hashing: make(chan struct{}, 1), dummy: identity.NewVerifier("no PIN"), attempts: attempts}
}

// Identify arms the station for one activation by the person with that badge and PIN, within ArmedTime.
func (s *Station) Identify(badge, pin string) error {
	err := s.identify(badge, pin)
	if err == nil {
		s.show("identified", problem.Text{SV: "Sätt i nyckeln inom 30 sekunder.", EN: "Insert the key within 30 seconds."})
		return nil
	}
	s.showError(err)
	return err
}

func (s *Station) identify(badge, pin string) error {
	s.people.hashing <- struct{}{}
	defer func() { <-s.people.hashing }()
	s.mu.Lock()
	known := s.cache
	s.mu.Unlock()
	now := s.cfg.Clock()
	if age := now.Sub(known.At.Time()); age > VerifierLife || age < -credential.ClockSkew {
		return ErrVerifiersOld
	}
	normal, err := identity.NormalBadge(badge)
	if err != nil {
		return err
	}
	hash := identity.HashBadge(normal)
	if s.people.barred(hash, now) {
		return ErrLockedOut
	}
	v, found := find(known.Refresh.Staff, hash)
	verifier := v.PIN
	if !found {
		verifier = s.people.dummy
	}
	// The attempt is on disk as a wrong one before anybody learns whether it is: pulling the plug takes nothing back.
	if found {
		if err := s.store.saveAttempts(s.people.count(hash, now)); err != nil {
			return err
		}
	}
	if right := identity.VerifyPIN(verifier, pin); !right || !found {
		s.people.mistaken(now)
		return ErrWho
	}
	if err := s.store.saveAttempts(s.people.forgive(hash)); err != nil {
		return err
	}
	s.people.arm(&person{pseudonym: v.Pseudonym, groups: v.Groups, until: now.Add(ArmedTime)})
	return nil
}

// find looks a badge up. The hash is no secret that a comparison could leak.
func find(chunks [][]deviceapi.Verifier, hash string) (deviceapi.Verifier, bool) {
	for _, chunk := range chunks {
		for _, v := range chunk {
			if v.Badge == hash {
				return v, true
			}
		}
	}
	return deviceapi.Verifier{}, false
}

// barred reports whether this badge, or everybody, has to wait.
func (p *people) barred(badge string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong = slices.DeleteFunc(p.wrong, func(t time.Time) bool { return now.Sub(t) > wrongWindow })
	if len(p.wrong) >= wrongInAll {
		return true
	}
	i := slices.IndexFunc(p.attempts, func(a attempt) bool { return a.Badge == badge })
	return i >= 0 && now.Before(p.attempts[i].Until.Time())
}

// count counts an attempt as a wrong one and returns what must be saved. Only badges that exist are counted one by one, so
// that the list cannot grow beyond the staff.
func (p *people) count(badge string, now time.Time) []attempt {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.attempts, func(a attempt) bool { return a.Badge == badge })
	if i < 0 {
		i, p.attempts = len(p.attempts), append(p.attempts, attempt{Badge: badge})
	}
	p.attempts[i].Wrong++
	if p.attempts[i].Wrong >= wrongPINs {
		p.attempts[i].Wrong, p.attempts[i].Until = 0, credential.At(now.Add(lockedOut))
	}
	return slices.Clone(p.attempts)
}

// forgive forgets a badge's attempts after the right PIN and returns what must be saved.
func (p *people) forgive(badge string) []attempt {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.attempts = slices.DeleteFunc(p.attempts, func(a attempt) bool { return a.Badge == badge })
	return slices.Clone(p.attempts)
}

// mistaken counts against everybody.
func (p *people) mistaken(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong = append(p.wrong, now)
}

func (p *people) arm(who *person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = who
}

// present returns who has identified, if anybody.
func (p *people) present(now time.Time) (person, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed == nil || now.After(p.armed.until) {
		p.armed = nil
		return person{}, false
	}
	return *p.armed, true
}

// take uses up who has identified: one identification, one activation. It fails if another key was quicker.
func (p *people) take(who person) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.armed == nil || p.armed.pseudonym != who.pseudonym || !p.armed.until.Equal(who.until) {
		return false
	}
	p.armed = nil
	return true
}
