package station

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/edge/deviceapi"
)

// RefreshNow asks the server for certificate, verifiers and block list, and keeps them.
func (s *Station) RefreshNow(ctx context.Context) error {
	before := s.cfg.Clock()
	r, err := s.server.refresh(ctx)
	s.setOnline(err == nil)
	if err != nil {
		return err
	}
	s.mu.Lock()
	roots, moved := s.pinned.Follow(r.Changes)
	s.mu.Unlock()
	now := s.cfg.Clock()
	if err := checkRefresh(r, roots, credential.At(now), s.store.identity); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if moved {
		if err := s.store.pin(roots); err != nil {
			return err
		}
		s.pinned = roots
	}
	keepNewer(&r, s.cache.Refresh)                        // under the lock: a key may just have brought a newer one
	fresh := cache{Refresh: r, At: credential.At(before)} // what it says was true no later than when we asked
	if err := s.store.saveCache(fresh); err != nil {
		return err
	}
	s.cache = fresh
	s.skew = r.Now.Time().Sub(before.Add(now.Sub(before) / 2)).Round(time.Second)
	return nil
}

// checkRefresh believes nothing that the root has not signed.
func checkRefresh(r deviceapi.Refresh, roots credential.Roots, now credential.Instant, id *credential.Identity) error {
	var v credential.Verifier
	if r.Roots.Root != roots.Root {
		return ErrUnreachable.With(credential.Refuse(credential.CodeChain, "the server names another root"))
	}
	cert, _, err := v.Chain(roots.For(r.StationCA, now), credential.RoleStation, r.Certificate, r.StationCA)
	if err != nil {
		return ErrUnreachable.With(err)
	}
	if cert.Key != id.PublicKey() || cert.Exchange != id.ExchangeKey() {
		return ErrUnreachable.With(credential.Refuse(credential.CodeNotHolder, "the certificate is for another station"))
	}
	if _, err := v.BlockListChain(roots.For(r.Revocation, now), r.Blocks, r.Revocation); err != nil {
		return ErrUnreachable.With(err)
	}
	return nil
}

// keepNewer keeps the block list that the station has if it is the newer one.
func keepNewer(r *deviceapi.Refresh, old deviceapi.Refresh) {
	have, err := credential.ParseBlockList(old.Blocks)
	if err != nil {
		return // none yet
	}
	if list, err := credential.ParseBlockList(r.Blocks); err != nil || have.Version.Newer(list.Version) {
		r.Blocks, r.Revocation = old.Blocks, old.Revocation
	}
}

// newBlocks takes a block list that came by with a key's sync, also for the time after a restart without the server.
func (s *Station) newBlocks(raw, revocation []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	have, unknown := credential.ParseBlockList(s.cache.Refresh.Blocks)
	if unknown != nil {
		have = credential.BlockList{}
	}
	root := s.pinned.For(revocation, credential.At(s.cfg.Clock()))
	if _, err := (credential.Verifier{}).NewerBlockList(have, root, raw, revocation); err == nil {
		s.cache.Refresh.Blocks, s.cache.Refresh.Revocation = raw, revocation
		if err := s.store.saveCache(s.cache); err != nil {
			s.cfg.Logger.Error("block list not stored", "cause", err) // it counts until the station stops
		}
	}
}

func (s *Station) setOnline(online bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.online = online
}

// refreshing keeps the station fresh until ctx ends. While the server is away it asks more often than when it is there.
func (s *Station) refreshing(ctx context.Context) {
	failed := 0
	for ctx.Err() == nil {
		if err := s.RefreshNow(ctx); err != nil {
			s.cfg.Logger.Warn("no refresh", "cause", err)
			_ = pause(ctx, failed, time.Second, min(5*time.Minute, s.cfg.Refresh)) // ctx is looked at above
			failed++
			continue
		}
		failed = 0
		_ = pause(ctx, 0, s.cfg.Refresh, s.cfg.Refresh)
	}
}

func (s *Station) wakeReporter() {
	select {
	case s.wake <- struct{}{}:
	default: // it is awake already
	}
}

// reporting tells the server of activations, as soon as there are any and as long as it takes.
func (s *Station) reporting(ctx context.Context) {
	failed := 0
	for ctx.Err() == nil {
		if err := s.ReportNow(ctx); err != nil {
			s.cfg.Logger.Warn("activations not reported", "cause", err)
			_ = pause(ctx, failed, time.Second, min(5*time.Minute, s.cfg.Refresh)) // ctx is looked at above
			failed++
			continue
		}
		failed = 0
		select {
		case <-s.wake:
		case <-ctx.Done():
		}
	}
}

// ReportNow tells the server of every activation that it has not settled. One is forgotten only after the server has answered. One that
// cannot be read stays, and is told of when the others have been reported.
func (s *Station) ReportNow(ctx context.Context) error {
	s.report.Lock() // what one report has settled another would miss
	defer s.report.Unlock()
	all, err := s.store.pendingNames()
	var damaged error
	for names := range slices.Chunk(all, deviceapi.MaxReports) {
		var reports []deviceapi.Report
		names = slices.DeleteFunc(names, func(name string) bool {
			r, err := s.store.pending(name)
			if err != nil {
				damaged = ErrDamaged.Fill(name).With(err)
				return true
			}
			reports = append(reports, r)
			return false
		})
		if len(reports) == 0 {
			continue
		}
		settled, err := s.server.report(ctx, reports)
		if err != nil {
			return err
		}
		if len(settled.Rejected) > 0 {
			s.cfg.Logger.Error("activations that the server could make no sense of", "count", len(settled.Rejected))
		}
		for _, name := range names {
			if err := s.store.files.Remove(name); err != nil {
				return err
			}
		}
	}
	return errors.Join(err, damaged)
}

// State is what the panel shows.
type State struct {
	Name       string     `json:"name"`
	Online     bool       `json:"online"`
	Refreshed  time.Time  `json:"refreshed"`
	Until      time.Time  `json:"certificate_until"`
	SkewSecs   int64      `json:"clock_skew_seconds"`
	Staff      int        `json:"staff"`
	Pending    int        `json:"activations_to_report"`
	Armed      bool       `json:"armed"`
	Due        []DueKey   `json:"keys_due"`
	Screen     ScreenText `json:"screen"`
	BlockedIDs int        `json:"blocked"`
	// Instruction is what the station tells people to do; nil: the municipality has written none.
	Instruction *Instruction `json:"instruction,omitempty"`
}

// Instruction is the version that held when the station last asked (V2.4-b).
type Instruction struct {
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Version   uint64    `json:"version"`
	Published time.Time `json:"published"`
}

// Lines are the lines of the text.
func (i Instruction) Lines() []string { return strings.Split(i.Body, "\n") }

// DueKey is a key that should be put in soon.
type DueKey struct {
	Number string    `json:"number"`
	Until  time.Time `json:"until,omitzero"`
}

// ScreenText is the screen's sentence in both languages.
type ScreenText struct {
	At   time.Time `json:"at,omitzero"`
	Code string    `json:"code"`
	SV   string    `json:"sv"`
	EN   string    `json:"en"`
}

// State reads the station.
func (s *Station) State() State {
	pending, err := s.store.pendingNames()
	if err != nil {
		s.cfg.Logger.Error("state folder", "cause", err)
	}
	_, armed := s.people.present(s.cfg.Clock())
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.cache.Refresh
	out := State{Name: r.Name, Online: s.online, Refreshed: s.cache.At.Time(), SkewSecs: int64(s.skew / time.Second), Pending: len(pending),
		Armed: armed, Screen: ScreenText{s.screen.At, s.screen.Code, s.screen.Text.SV, s.screen.Text.EN}, Due: []DueKey{}}
	for _, chunk := range r.Staff {
		out.Staff += len(chunk)
	}
	if c, err := credential.ParseCertificate(r.Certificate); err == nil {
		out.Until = c.Expires.Time()
	}
	if b, err := credential.ParseBlockList(r.Blocks); err == nil {
		out.BlockedIDs = len(b.Entries)
	}
	if i := r.Instruction; i != nil {
		out.Instruction = &Instruction{i.Title, i.Body, i.Version, i.Published.Time()}
	}
	for _, d := range r.Due {
		due := DueKey{Number: d.Number}
		if d.Until != 0 {
			due.Until = d.Until.Time()
		}
		out.Due = append(out.Due, due)
	}
	return out
}
