package disclosure

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Extract is what is handed out.
type Extract struct {
	Disclosure Disclosure
	Proof      []byte // a file for journal.Verify; nil when nothing happened in the period
	Rows       []Row  // the same in words, newest first
}

// Extract makes the extract that a decision allows, for those who decide and for the organisation that asked. That it is
// handed out is in the journal before anybody has it, each time.
func (s *Service) Extract(ctx context.Context, who routine.Who, id string) (Extract, error) {
	if _, err := s.log.Integrate(ctx); err != nil { // what has just come home belongs to it
		return Extract{}, err
	}
	var out Extract
	var show shows
	var places []journal.Place
	err := s.db.View(ctx, func(tx Tx) (err error) {
		if out.Disclosure, err = find(ctx, tx, who, id); err != nil {
			return err
		}
		if !out.Disclosure.decided() {
			return ErrNotGranted
		}
		out.Rows, places, show, err = collect(ctx, tx, out.Disclosure)
		return err
	})
	if err != nil {
		return Extract{}, err
	}
	if len(places) > 0 {
		if out.Proof, err = s.log.Prove(ctx, places, show.field); err != nil {
			return Extract{}, err
		}
	}
	out.Disclosure, err = s.handOut(ctx, who, id, len(places), out.Proof)
	if err != nil {
		return Extract{}, err
	}
	return out, nil
}

// collect finds what a request is about, and what of it is shown.
func collect(ctx context.Context, tx Tx, d Disclosure) ([]Row, []journal.Place, shows, error) {
	show := showsFor(d)
	of, err := sources(ctx, tx, d.Scope, d.From, d.Until)
	if err != nil {
		return nil, nil, show, err
	}
	found, err := gather(ctx, tx, of, "", journal.MaxExtractEntries+1)
	if err != nil {
		return nil, nil, show, err
	}
	if len(found) > journal.MaxExtractEntries {
		return nil, nil, show, ErrTooMuch
	}
	people, err := behind(ctx, tx, found)
	if err != nil {
		return nil, nil, show, err
	}
	for _, m := range d.Masks {
		for actor, p := range people {
			if id := m.person(); id != "" && id == p.StaffID {
				show.hidden[actor], show.hidden[strings.TrimPrefix(actor, activation)] = true, true
			}
		}
	}
	places := make([]journal.Place, len(found))
	for i, r := range found {
		places[i] = r.Place()
	}
	lines, err := rows(ctx, tx, found, show)
	return lines, places, show, err
}

// handOut notes that an extract leaves the house.
func (s *Service) handOut(ctx context.Context, who routine.Who, id string, entries int, proof []byte) (d Disclosure, err error) {
	sum := sha256.Sum256(proof)
	err = s.db.Update(ctx, func(tx Tx) error {
		if d, err = find(ctx, tx, who, id); err != nil {
			return err
		}
		if !d.decided() {
			return ErrNotGranted
		}
		d.State, d.Entries, d.Digest, d.DisclosedAt = Disclosed, entries, hex.EncodeToString(sum[:]), tx.Now()
		if err := tx.PutDisclosure(ctx, d); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.EntriesDisclosed, Subjects: []string{d.Scope.ID, d.ID}, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: who.Actor},
			{Name: journal.FieldGround, Value: "disclosure:" + d.ID},
			{Name: "purpose", Value: string(d.Purpose)},
			{Name: "entries", Value: strconv.Itoa(entries)},
			{Name: "digest", Value: d.Digest},
		}})
	})
	return d, err
}

// Query is what somebody reads directly.
type Query struct {
	Purpose     Purpose
	Reason      string // at most 500 characters
	Scope       ScopeKind
	Name        string
	From, Until time.Time
	After       journal.Cursor
	Limit       int // at most MaxPage
}

// Page is one page of it. Next is "" on the last one.
type Page struct {
	Rows []Row
	Next journal.Cursor
}

// Look reads the log directly, where the municipality's routine lets named roles do so (S-g). Every page is noted in the
// journal, with who, why and about what, in the transaction that reads it.
func (s *Service) Look(ctx context.Context, who routine.Who, q Query) (Page, error) {
	switch {
	case s.rules.Mode != routine.LogByRole:
		return Page{}, ErrByDisclosure
	case !who.Is(s.rules.Readers...):
		return Page{}, ErrReader
	}
	reason, err := text("reason", q.Reason, 500)
	if err != nil {
		return Page{}, err
	}
	if err := bound(q.Purpose, q.Scope); err != nil {
		return Page{}, err
	}
	q.Reason, q.Limit = reason, min(max(q.Limit, 1), MaxPage)
	var out Page
	err = s.db.Update(ctx, func(tx Tx) (err error) {
		out, err = s.look(ctx, tx, who, q)
		return err
	})
	return out, err
}

func (s *Service) look(ctx context.Context, tx Tx, who routine.Who, q Query) (Page, error) {
	target, err := s.target(ctx, tx, Request{Scope: q.Scope, Name: q.Name, From: q.From, Until: q.Until})
	if err != nil {
		return Page{}, err
	}
	scope := Scope{q.Scope, target.ID}
	of, err := sources(ctx, tx, scope, q.From, q.Until)
	if err != nil {
		return Page{}, err
	}
	found, err := gather(ctx, tx, of, q.After, q.Limit+1)
	if err != nil {
		return Page{}, err
	}
	var out Page
	if len(found) > q.Limit {
		found = found[:q.Limit]
		out.Next = found[q.Limit-1].Cursor()
	}
	if out.Rows, err = rows(ctx, tx, found, showsFor(Disclosure{Purpose: q.Purpose, Scope: scope})); err != nil {
		return Page{}, err
	}
	return out, journal.Append(ctx, tx, journal.Entry{Kind: journal.LogRead, Subjects: []string{target.ID}, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: who.Actor},
		{Name: "role", Value: string(who.Role)},
		{Name: "purpose", Value: string(q.Purpose)},
		{Name: "reason", Value: q.Reason},
		{Name: "scope", Value: string(q.Scope)},
		{Name: "entries", Value: strconv.Itoa(len(found))},
	}})
}
