package station_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/station"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// proves S-d: every opening comes home and leads, through its activation, to a person.
func TestOpeningComesHomeOnce(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := newTown(t, target)
		s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
		r := w.visit(k, s, true)
		if !r.Synced || r.Activated == 0 {
			t.Fatalf("got %+v, want synced and activated", r)
		}
		w.open(k, credential.OK)
		w.open(k, credential.OK)
		w.lose.Store(true) // the answer to the first visit is lost after its commit; the station asks again
		if r := w.visit(k, s, false); !r.Synced {
			t.Fatalf("second visit: %+v", r)
		}
		w.count(journal.DoorOpened, 2)
		w.count(journal.KeySynced, 3)
		w.open(k, credential.CodeActivationMissing) // the new grant has ended the activation
		w.visit(k, s, true)
		w.open(k, credential.OK)
		w.visit(k, s, false)
		w.count(journal.DoorOpened, 3)
		w.count(journal.RecordsAnomalous, 0)
		w.must(s.ReportNow(t.Context()))
		w.count(journal.KeyActivated, 2)
		w.traceable()
	})
}

// traceable follows an opening's activation to a person.
func (w *town) traceable() {
	w.t.Helper()
	var person string
	for _, e := range w.entries(journal.DoorOpened) {
		if !strings.HasPrefix(e.Value(journal.FieldActor), "activation:") || strings.Contains(fmt.Sprint(e.Fields), "Alva") {
			w.t.Fatalf("an opening without activation, or with a name: %v", e.Fields)
		}
	}
	w.must(w.db.View(w.t.Context(), func(tx *storage.Tx) error {
		rows, err := tx.StaffByPseudonym(w.t.Context(), []uint64{501})
		person = rows[501]
		return err
	}))
	found := false
	for _, e := range w.entries(journal.KeyActivated) {
		found = found || e.Value(journal.FieldActor) == "staff:"+person
	}
	if !found || person == "" {
		w.t.Fatal("no activation leads to the person")
	}
}

// proves V2.5-a: a key synced four days ago is activated without network, one synced six days ago is not.
func TestActivationOffline(t *testing.T) {
	w := newTown(t, t.TempDir())
	s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
	w.visit(k, s, false)
	w.down.Store(true)
	w.clock.add(4 * 24 * time.Hour)
	r := w.visit(k, s, true)
	if r.Synced || r.Activated == 0 {
		t.Fatalf("after four days: got %+v, want activated", r)
	}
	w.open(k, credential.OK)
	if got := s.State().Pending; got != 1 {
		t.Errorf("activations to report: got %d, want 1", got)
	}
	w.clock.add(28 * time.Hour)
	r = w.visit(k, s, true)
	if r.Activated != 0 || r.Code != credential.CodeGrantExpired {
		t.Fatalf("after five days and four hours: got %+v, want grant-expired", r)
	}
	if got := s.State().Screen; got.Code != "station-synced-long-ago" || !strings.Contains(got.SV, "Synka") {
		t.Errorf("screen: got %+v, want the reason and the remedy", got)
	}
	w.clock.add(24 * time.Hour)
	if err := s.Identify(badge, pin); !errors.Is(err, station.ErrVerifiersOld) {
		t.Errorf("verifiers of six days: got %v, want verifiers-old", err)
	}
	w.down.Store(false)
	w.must(s.RefreshNow(t.Context()))
	w.must(s.ReportNow(t.Context()))
	w.count(journal.KeyActivated, 1)
}

// proves V2.2-e: a blocked key gets no grant, reaches the lock by other keys, and is replaced only after the block.
func TestBlockedKey(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := newTown(t, target)
		ctx := t.Context()
		s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
		reserve := w.key("N00002")
		w.visit(k, s, true)
		if r := w.visit(reserve, s, false); r.Synced {
			t.Fatal("a key in stock got a grant")
		}
		if err := w.keys.Replace(ctx, "account:demo", "N00001", "N00002"); !errors.Is(err, fleet.ErrNotYetBlocked) {
			t.Fatalf("replacing a key that is not blocked: got %v", err)
		}
		w.must(w.keys.Block(ctx, "account:demo", "N00001", "tappad på bussen"))
		exposed, err := w.keys.Exposure(ctx, "N00001")
		w.must(err)
		if len(exposed.Doors) != 1 || exposed.Doors[0].Serial != "L0007" {
			t.Fatalf("exposure: got %+v, want the one door", exposed)
		}
		r, err := k.Station(ctx, s.Addr())
		w.must(err)
		if r.Code != credential.CodeBlockedKey {
			t.Fatalf("blocked key at the station: got %+v", r)
		}
		w.open(k, credential.OK) // the lock has not heard yet: the exposure said so
		w.must(w.keys.Replace(ctx, "account:demo", "N00001", "N00002"))
		w.visit(reserve, s, true)
		w.open(reserve, credential.OK) // and leaves the block list behind
		w.open(k, credential.CodeBlockedKey)
		w.visit(reserve, s, true)
		w.open(reserve, credential.OK)
		w.visit(reserve, s, false)
		if exposed, err = w.keys.Exposure(ctx, "N00001"); err != nil || len(exposed.Doors) != 0 {
			t.Fatalf("exposure after the lock has heard: got %+v, %v", exposed, err)
		}
		w.count(journal.KeyBlocked, 1)
		w.must(w.keys.Block(ctx, "account:demo", "N00001", "igen"))
		if err := w.keys.Block(ctx, "account:demo", "N00001", " "); !errors.Is(err, fleet.ErrReason) {
			t.Errorf("a block without reason: got %v", err)
		}
	})
}

// proves V2.5-b, V4-b: any key, here that of a delivery group, syncs at any station, here a home-care group's, and is activated there by
// whoever is in its group.
func TestAnyKeyAnyStation(t *testing.T) {
	w := newTown(t, t.TempDir())
	s := w.startStation("Norr 1", "G001")
	foreign := w.key("N00003")
	r := w.visit(foreign, s, true)
	if !r.Synced || r.Activated != 0 || r.Code != credential.CodeStationRefuse {
		t.Fatalf("by somebody of another group: got %+v, want synced, not activated", r)
	}
	if got := s.State().Screen.Code; got != "station-not-member" {
		t.Errorf("screen: got %q", got)
	}
	w.must(w.db.Update(t.Context(), func(tx *storage.Tx) error {
		return tx.PutMemberships(t.Context(), []care.Membership{{StaffID: "a1", GroupID: "g2", From: w.clock.now(), Until: w.clock.now().Add(3 * time.Hour)}})
	}))
	w.must(s.RefreshNow(t.Context()))
	r = w.visit(foreign, s, true)
	if want := credential.At(w.clock.now().Add(3 * time.Hour)); r.Activated != want {
		t.Fatalf("by somebody of its group: got %+v, want activated until %v, when the membership ends", r, want)
	}
}

// A right that ends at midnight within the grant's life ends at the lock too, and one that begins then begins.
func TestRightEndsWithinTheGrant(t *testing.T) {
	w := newTown(t, t.TempDir())
	s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
	midnight := w.clock.now().Truncate(time.Hour).Add(7 * time.Hour)
	right := func(from, until time.Time) {
		w.must(w.db.Update(t.Context(), func(tx *storage.Tx) error { return w.setRight(t.Context(), tx, from, until) }))
	}
	right(w.clock.now().Add(-time.Hour), midnight)
	w.visit(k, s, true)
	w.open(k, credential.OK)
	w.clock.add(midnight.Sub(w.clock.now()))
	w.open(k, credential.CodeRightEnded)

	next := w.clock.now().Truncate(time.Hour).Add(5 * time.Hour)
	right(next, routine.Forever)
	w.visit(k, s, true)
	w.open(k, credential.CodeRightEarly)
	w.clock.add(next.Sub(w.clock.now()))
	w.open(k, credential.OK)
}

func TestIdentification(t *testing.T) {
	w := newTown(t, t.TempDir())
	s := w.startStation("Norr 1", "G001")
	if err := s.Identify("FFFF9999", pin); !errors.Is(err, station.ErrWho) {
		t.Errorf("unknown badge: got %v", err)
	}
	w.must(s.Identify("04a1b2c3", pin)) // the same badge, read by another reader
	w.clock.add(31 * time.Second)
	if s.State().Armed {
		t.Error("still armed after 31 s")
	}
	for range 5 {
		if err := s.Identify(badge, "0000"); !errors.Is(err, station.ErrWho) {
			t.Errorf("wrong PIN: got %v", err)
		}
	}
	if err := s.Identify(badge, pin); !errors.Is(err, station.ErrLockedOut) {
		t.Errorf("right PIN after five wrong: got %v, want locked out", err)
	}
	w.clock.add(16 * time.Minute)
	w.must(s.Identify(badge, pin))
}

// One identification activates one key.
func TestOneIdentificationOneKey(t *testing.T) {
	w := newTown(t, t.TempDir())
	s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
	if r := w.visit(k, s, true); r.Activated == 0 {
		t.Fatalf("got %+v", r)
	}
	if r := w.visit(k, s, false); r.Activated != 0 {
		t.Fatal("activated twice with one identification")
	}
}

// A station whose enrolment was interrupted, or that is started again, goes on.
func TestStationStartsAgain(t *testing.T) {
	w := newTown(t, t.TempDir())
	cfg := w.config("Norr 1", "G001")
	k := w.key("N00001")
	for round := range 3 {
		s, err := station.New(cfg)
		w.must(err)
		ctx, cancel := context.WithCancel(t.Context())
		w.must(s.Start(ctx))
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		if r := w.visit(k, s, true); r.Activated == 0 {
			t.Fatalf("round %d: %+v", round, r)
		}
		cancel()
		w.must(<-done)
		if round == 1 {
			w.down.Store(true) // the third start has no server
		}
	}
	cfg.Token, cfg.Dir = "hns_"+strings.Repeat("0", 64), t.TempDir()
	w.down.Store(false)
	s, err := station.New(cfg)
	w.must(err)
	defer s.Close()
	if err := s.Start(t.Context()); !errors.Is(err, station.ErrNotEnrolled) {
		t.Errorf("a wrong token: got %v", err)
	}
}

// proves V2.4-b: the station shows the instruction that holds for its group, in its newest version, also while the server is away.
func TestTheStationShowsItsInstruction(t *testing.T) {
	w := newTown(t, t.TempDir())
	s := w.startStation("Norr 1", "G001")
	cabinets := fleet.NewCabinets(txn.Narrow(w.db, func(tx *storage.Tx) fleet.CabinetTx { return tx }), routine.DefaultProfile(), nil)
	publish := func(subject fleet.Subject, title, body, group string) {
		t.Helper()
		_, err := cabinets.Publish(t.Context(), routine.Who{Actor: "eva", Role: routine.LockManager}, fleet.Instruction{Subject: subject, Title: title, Body: body}, group)
		w.must(err)
		w.must(s.RefreshNow(t.Context()))
	}
	page := func() string {
		t.Helper()
		resp, err := http.Get("http://" + s.PanelAddr() + "/")
		w.must(err)
		defer resp.Body.Close()
		text, err := io.ReadAll(resp.Body)
		w.must(err)
		return string(text)
	}
	if s.State().Instruction != nil || strings.Contains(page(), "Instruktion") {
		t.Error("an instruction is shown where there is none")
	}
	publish(fleet.BatterySubject, "Batteri", "Öppna luckan.", "")
	publish(fleet.StationSubject, "Vid stationen", "Sätt i nyckeln.\nVänta <två> minuter.", "")
	w.down.Store(true)
	for _, want := range []string{"<h2>Vid stationen</h2>", "<p>Sätt i nyckeln.</p>", "<p>Vänta &lt;två&gt; minuter.</p>", "version 1"} {
		if got := page(); !strings.Contains(got, want) || strings.Contains(got, "Batteri") {
			t.Errorf("without the server: got %s, want %q", got, want)
		}
	}
	w.down.Store(false)
	publish(fleet.StationSubject, "Vid stationen", "Sätt i nyckeln och håll upp brickan.", "")
	if got := s.State().Instruction; got == nil || got.Version != 2 || got.Body != "Sätt i nyckeln och håll upp brickan." {
		t.Errorf("a new version: got %+v", got)
	}
	publish(fleet.StationSubject, "Hos oss", "Ring först.", "G001")
	if got := s.State().Instruction; got == nil || got.Title != "Hos oss" || got.Version != 1 {
		t.Errorf("the group's own: got %+v", got)
	}
}
