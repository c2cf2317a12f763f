package municipality_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// activate lets a person have a key until some time.
func (w *world) activate(number string, until time.Time) {
	w.t.Helper()
	k := w.key(number)
	w.update(func(ctx context.Context, tx *storage.Tx) error {
		return tx.InsertActivations(ctx, []keysync.Activation{{Serial: uint64(k.Device), KeyID: k.ID, StaffID: "a1", StationID: "t1", From: w.now.Add(-time.Hour), Until: until, Body: []byte{1}}})
	})
}

// station puts up a station that works, at a postal code.
func (w *world) station(id string, device uint32, name, group, postal string) {
	w.t.Helper()
	w.update(func(ctx context.Context, tx *storage.Tx) error {
		return tx.PutStation(ctx, fleet.Station{ID: id, Device: device, Name: name, GroupID: group, Certificate: []byte{1}, EnrolledAt: w.now, PostalCode: postal}, strings.Repeat(id, 32)[:64])
	})
}

// proves V2.2-b: named people count a cabinet when it is due; what differs is followed up until it is explained, found or blocked.
func TestCabinetIsCounted(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2,N3,N4", "H2:M1")
		w.station("t1", 3, "Norr 1", "g1", "43245")
		_, err := w.Cabinets.Count(ctx, homecare, "H1", nil)
		w.wantErr("no cabinet", err, fleet.ErrNoCabinet)
		_, err = w.Cabinets.SetUp(ctx, homecare, "H1", "Personalrummet")
		w.must(err)
		_, err = w.Cabinets.SetUp(ctx, homecare, "H1", "Köket")
		w.wantErr("a second cabinet", err, fleet.ErrCabinetExists)
		w.wantErr("a stranger answers for it", w.Cabinets.Name(ctx, homecare, "H1", fleet.CabinetKeeper, "2001"), fleet.ErrNotStaffOfGroup)
		w.must(w.Cabinets.Name(ctx, homecare, "H1", fleet.CabinetKeeper, "1001"))
		w.must(w.Cabinets.Name(ctx, homecare, "H1", fleet.CabinetKeeper, "1001"))

		due := func(who routine.Who) int {
			all, err := w.Cabinets.List(ctx, who, true, fleet.Page{})
			w.must(err)
			for _, c := range all {
				if len(c.Keepers) != 1 || c.Keepers[0].EmployeeNumber != "1001" {
					t.Errorf("who answers for %s: %+v", c.Group.Code, c.Keepers)
				}
			}
			return len(all)
		}
		if n := due(manager); n != 0 {
			t.Errorf("%d cabinets due on the first day", n)
		}
		w.later(8 * 24 * time.Hour)
		if due(manager) != 1 || due(homecare) != 1 || due(private) != 0 {
			t.Error("after a week: the group's cabinet is due, for those whom it concerns")
		}

		w.activate("N2", w.now.Add(time.Hour))
		_, err = w.Pool.Lose(ctx, homecare, "N4", "borta")
		w.must(err)
		c, err := w.Cabinets.Count(ctx, homecare, "H1", []string{"N1", "M1", "N4", "N404", " N1"})
		w.must(err)
		var got []string
		for _, d := range c.Differences {
			got = append(got, d.Number+" "+string(d.Kind))
		}
		if c.Expected != 3 || c.Found != 4 || c.Away != 1 || !slices.Equal(got, []string{"M1 foreign", "N3 missing", "N4 wrong-state", "N404 foreign"}) {
			t.Errorf("count: %+v", c)
		}
		if due(manager) != 0 {
			t.Error("a counted cabinet is due")
		}
		open := func() (out []string) {
			all, err := w.Cabinets.Differences(ctx, manager, fleet.DifferenceFilter{State: fleet.DifferenceOpen}, fleet.Page{})
			w.must(err)
			for _, d := range all {
				out = append(out, d.Number)
			}
			return out
		}
		first, err := w.Cabinets.Differences(ctx, homecare, fleet.DifferenceFilter{State: fleet.DifferenceOpen}, fleet.Page{Limit: 3})
		w.must(err)
		rest, err := w.Cabinets.Differences(ctx, homecare, fleet.DifferenceFilter{State: fleet.DifferenceOpen}, fleet.Page{After: fleet.Place(first[2].At, first[2].CountID+" "+first[2].Number)})
		if err != nil || len(rest) != 1 || rest[0].Number != "N404" {
			t.Errorf("the second page: %+v, %v", rest, err)
		}
		w.wantErr("explained by nobody of theirs", w.Cabinets.Explain(ctx, private, c.ID, "M1", "vår"), fleet.ErrMayNot)
		w.wantErr("without words", w.Cabinets.Explain(ctx, homecare, c.ID, "M1", ""), fleet.ErrText)
		w.must(w.Cabinets.Explain(ctx, homecare, c.ID, "M1", "lånad av Omsorg, återlämnad"))
		w.wantErr("explained twice", w.Cabinets.Explain(ctx, homecare, c.ID, "M1", "igen"), fleet.ErrDifference)
		w.must(w.Cabinets.Explain(ctx, homecare, c.ID, "N404", "feläst"))
		w.must(w.Cabinets.Explain(ctx, homecare, c.ID, "N4", "återfunnen, till låsansvarig"))
		if got := open(); !slices.Equal(got, []string{"N3"}) {
			t.Errorf("still open: %q", got)
		}
		_, err = w.Pool.Lose(ctx, homecare, "N3", "hittas inte")
		w.must(err)
		if got := open(); got != nil {
			t.Errorf("open after the block: %q", got)
		}
		w.later(24 * time.Hour)
		_, err = w.Cabinets.Count(ctx, homecare, "H1", []string{"N1"})
		w.must(err)
		if got := open(); !slices.Equal(got, []string{"N2"}) {
			t.Errorf("the next day, activated no longer: %q", got)
		}
		if _, err := w.Cabinets.SetUp(ctx, private, "H2", "Expeditionen"); err != nil {
			t.Fatal(err)
		}
		elsewhere, err := w.Cabinets.Count(ctx, private, "H2", []string{"M1", "N2"})
		w.must(err)
		if got := open(); !slices.Equal(got, []string{"N2", "N2"}) {
			t.Errorf("after another group has listed the key: %q, want it followed up by both", got)
		}
		w.must(w.Cabinets.Explain(ctx, private, elsewhere.ID, "N2", "återlämnad"))
		_, err = w.Cabinets.Count(ctx, homecare, "H1", []string{"N1", "N2"})
		w.must(err)
		counts, err := w.Cabinets.Counts(ctx, homecare, "H1", fleet.Page{})
		if err != nil || open() != nil || len(counts) != 3 || len(counts[0].Differences) != 0 || counts[1].Differences[0].State != fleet.DifferenceExplained {
			t.Errorf("found again: open %q, counts %+v, %v", open(), counts, err)
		}
		w.must(w.Cabinets.Dismiss(ctx, homecare, "H1", fleet.CabinetKeeper, "1001"))
		w.wantErr("dismissed twice", w.Cabinets.Dismiss(ctx, homecare, "H1", fleet.CabinetKeeper, "1001"), fleet.ErrNotKeeper)
	})
}

// proves V2.2-a: a change of battery is noted, and the next one is due by the profile; the list says which.
func TestBatteriesAreChanged(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2", "H2:M1", ":N9")
		due := func(who routine.Who, p fleet.Page) (out []string) {
			rows, err := w.Cabinets.Batteries(ctx, who, "", true, p)
			w.must(err)
			for _, k := range rows {
				out = append(out, k.Number)
			}
			return out
		}
		if got := due(manager, fleet.Page{}); !slices.Equal(got, []string{"M1", "N1", "N2"}) {
			t.Errorf("unknown batteries are due at once: got %q", got)
		}
		if got := due(manager, fleet.Page{After: fleet.Place(time.Time{}, "M1"), Limit: 1}); !slices.Equal(got, []string{"N1"}) {
			t.Errorf("the second page: %q", got)
		}
		next, err := w.Cabinets.ChangeBattery(ctx, homecare, "N1", time.Time{})
		if err != nil || !next.Equal(w.now.AddDate(0, 12, 0)) {
			t.Errorf("next due %v, %v; want in twelve months", next, err)
		}
		_, err = w.Cabinets.ChangeBattery(ctx, homecare, "N1", w.now)
		w.must(err)
		if n := w.entries(journal.BatteryChanged); n != 1 {
			t.Errorf("the same change noted twice: %d entries", n)
		}
		if got := due(homecare, fleet.Page{}); !slices.Equal(got, []string{"N2"}) {
			t.Errorf("after a change: %q", got)
		}
		_, err = w.Cabinets.ChangeBattery(ctx, homecare, "M1", time.Time{})
		w.wantErr("another's key", err, fleet.ErrMayNot)
		_, err = w.Cabinets.ChangeBattery(ctx, homecare, "N1", w.now.Add(time.Hour))
		w.wantErr("tomorrow's battery", err, fleet.ErrBatteryTime)
		w.later(366 * 24 * time.Hour)
		if got := due(homecare, fleet.Page{}); !slices.Equal(got, []string{"N2", "N1"}) {
			t.Errorf("a year later: %q", got)
		}
	})
}

// proves V2.2-a, V2.4-b: instructions have versions, a group's own goes before the common one, and named people read the one that holds.
func TestInstructionsAreKeptCurrent(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		publish := func(body, group string, review time.Time) fleet.Instruction {
			i, err := w.Cabinets.Publish(ctx, manager, fleet.Instruction{Subject: fleet.StationSubject, Title: "Vid stationen", Body: body, Review: review}, group)
			w.must(err)
			return i
		}
		status := func(group string) fleet.InstructionStatus {
			who := homecare
			if group == "H2" {
				who = private
			}
			all, err := w.Cabinets.Instructions(ctx, who, group)
			w.must(err)
			if len(all) != 1 {
				t.Fatalf("%s has %d instructions", group, len(all))
			}
			return all[0]
		}
		first := publish("Sätt i nyckeln.", "", time.Time{})
		if s := status("H1"); !s.NoKeeper || s.Version != 1 {
			t.Errorf("nobody is named: %+v", s)
		}
		w.must(w.Cabinets.Name(ctx, homecare, "H1", fleet.InstructionKeeper, "1001"))
		if s := status("H1"); len(s.Waiting) != 1 || s.Current() {
			t.Errorf("not read yet: %+v", s)
		}
		w.wantErr("read by a stranger", w.Cabinets.Acknowledge(ctx, homecare, first.ID, "H1", "2001"), fleet.ErrNotStaffOfGroup)
		w.must(w.Cabinets.Acknowledge(ctx, homecare, first.ID, "H1", "1001"))
		w.must(w.Cabinets.Acknowledge(ctx, homecare, first.ID, "H1", "1001"))
		if s := status("H1"); !s.Current() {
			t.Errorf("read: %+v", s)
		}
		second := publish("Sätt i nyckeln och vänta.", "", w.now.AddDate(1, 0, 0))
		if s := status("H1"); s.Version != 2 || len(s.Waiting) != 1 {
			t.Errorf("a new version: %+v", s)
		}
		w.wantErr("the old version", w.Cabinets.Acknowledge(ctx, homecare, first.ID, "H1", "1001"), fleet.ErrInstructionOld)
		own := publish("Hos oss: ring först.", "H1", time.Time{})
		if s := status("H1"); s.ID != own.ID || s.Version != 1 {
			t.Errorf("the group's own: %+v", s)
		}
		w.wantErr("another group's", w.Cabinets.Acknowledge(ctx, private, own.ID, "H2", "2001"), fleet.ErrInstructionUnknown)
		if s := status("H2"); s.ID != second.ID || s.ReviewDue {
			t.Errorf("the other group: %+v", s)
		}
		w.later(367 * 24 * time.Hour)
		if s := status("H2"); !s.ReviewDue || s.Current() {
			t.Errorf("a year later: %+v", s)
		}
		_, err := w.Cabinets.Publish(ctx, homecare, fleet.Instruction{Subject: fleet.StationSubject, Title: "x", Body: "y"}, "H1")
		w.wantErr("published by staff", err, fleet.ErrMayNot)
		versions, err := w.Cabinets.Versions(ctx, homecare, fleet.InstructionFilter{}, fleet.Page{})
		if err != nil || len(versions) != 2 || versions[0].ID != second.ID || versions[1].Body != "Sätt i nyckeln." {
			t.Errorf("versions: %+v, %v", versions, err)
		}
		for _, subject := range []fleet.Subject{fleet.BatterySubject, fleet.CabinetSubject} {
			_, err := w.Cabinets.Publish(ctx, manager, fleet.Instruction{Subject: subject, Title: "Batteri", Body: "Öppna luckan."}, "")
			w.must(err)
		}
		if all, err := w.Cabinets.Instructions(ctx, homecare, "H1"); err != nil || len(all) != 3 {
			t.Errorf("at hand for the group: %d, %v", len(all), err)
		}
	})
}

// proves V8-a, V4-a: each group's equipment is compared with what its basic equipment is.
func TestEquipmentIsCompared(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		w.have("H1:N1,N2,N3,N4,N5", "D1:D1,D2")
		w.station("t1", 3, "Norr 1", "g1", "")
		_, err := w.Cabinets.SetUp(ctx, manager, "H1", "Personalrummet")
		w.must(err)
		w.must(w.Cabinets.SetItem(ctx, manager, "H1", routine.PartPowerCable, 2))
		w.must(w.Cabinets.SetItem(ctx, manager, "H1", routine.PartPowerCable, 1))
		w.wantErr("keys by hand", w.Cabinets.SetItem(ctx, manager, "H1", routine.PartKeys, 9), fleet.ErrItem)
		all, err := w.Cabinets.Equipment(ctx, manager, fleet.Page{})
		w.must(err)
		got := map[string]string{}
		for _, e := range all {
			got[e.Group.Code] = fmt.Sprint(e.Basic.Parts[routine.PartKeys], " ", e.Difference)
		}
		for code, want := range map[string]string{"H1": "5 map[network-cable:-1]", "D1": "5 map[cabinet:-1 keys:-3]",
			"S1": "4 map[cabinet:-1 keys:-4 network-cable:-1 power-cable:-1 station:-1]"} {
			if got[code] != want {
				t.Errorf("%s: got %s, want %s", code, got[code], want)
			}
		}
		if own, err := w.Cabinets.Equipment(ctx, private, fleet.Page{}); err != nil || len(own) != 2 || own[0].Group.Code != "D1" {
			t.Errorf("a provider sees its own groups: %+v, %v", own, err)
		}
		_, err = w.Cabinets.Equipment(ctx, officer, fleet.Page{})
		w.wantErr("for a case officer", err, fleet.ErrMayNot)
	})
}

// proves V2.5-c, V2.4-a: a station that is out is shown as out, and the nearest working ones are listed.
func TestNearestStations(t *testing.T) {
	eachWorld(t, profile(), func(w *world) {
		ctx := t.Context()
		for i, s := range []struct{ name, group, postal string }{{"Norr 1", "g1", "43245"}, {"Norr 2", "g1", "43247"}, {"Syd", "g2", "43270"},
			{"Land", "g3", "43010"}, {"Okänd", "g3", ""}, {"Granne", "g2", "43246"}} {
			w.station("t"+fmt.Sprint(i), uint32(i+1), s.name, s.group, s.postal)
		}
		names := func(all []fleet.Station) (out []string) {
			for _, s := range all {
				out = append(out, s.Name)
			}
			return out
		}
		near, err := w.Sites.Out(ctx, homecare, "Norr 1", "ingen ström")
		if err != nil || !slices.Equal(names(near), []string{"Granne", "Norr 2", "Syd"}) {
			t.Errorf("near Norr 1: %q, %v", names(near), err)
		}
		_, err = w.Sites.Out(ctx, homecare, "Granne", "trasig")
		w.wantErr("another's station", err, fleet.ErrMayNot)
		_, err = w.Sites.Out(ctx, manager, "Granne", "trasig")
		w.must(err)
		w.must(w.Sites.Block(ctx, manager, "Norr 2", "stulen"))
		_, near, err = w.Sites.Station(ctx, "Norr 1")
		if err != nil || !slices.Equal(names(near), []string{"Syd", "Land", "Okänd"}) {
			t.Errorf("when more are out: %q, %v", names(near), err)
		}
		w.must(w.Sites.Back(ctx, homecare, "Norr 1"))
		w.must(w.Sites.Place(ctx, homecare, "Norr 1", "Torget 1", "430 11", "Staden"))
		w.wantErr("no postal code", w.Sites.Place(ctx, homecare, "Norr 1", "Torget 1", "x", "Staden"), fleet.ErrStationPlace)
		_, near, err = w.Sites.Station(ctx, "Syd")
		if err != nil || !slices.Equal(names(near), []string{"Norr 1", "Land", "Okänd"}) {
			t.Errorf("near Syd: %q, %v", names(near), err)
		}
		if !w.blocked(credential.BlockStation, 2) || w.blocked(credential.BlockStation, 1) {
			t.Error("the block list names the stolen station and no other")
		}
		w.wantErr("blocked by staff", w.Sites.Block(ctx, homecare, "Norr 1", "arg"), fleet.ErrMayNot)
		stations := fleet.NewStations(narrowStations(w.db), w.auth)
		_, err = stations.Renew(ctx, 2)
		w.wantErr("a blocked station is not served", err, fleet.ErrStationUnknown)
		all, err := w.Sites.List(ctx)
		if err != nil || len(all) != 6 || all[1].PostalCode != "43010" {
			t.Errorf("all stations: %+v, %v", all, err)
		}
	})
}
