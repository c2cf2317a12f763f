package station_test

import (
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/storage"
)

// A profile lets a service open doors from one to three at night only. That follows from the service to the ground, the right, the grant and the
// lock, which knows no time zones: in the night when summer time ends the hour from two comes twice, and it opens in both.
func TestHoursOfTheWeekReachTheLock(t *testing.T) {
	stockholm, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		t.Fatal(err)
	}
	var p routine.Profile
	p.Hours = routine.Hours{"night": {Holidays: routine.HolidaysAsUsual, Spans: []routine.Span{{Days: routine.Weekdays(), From: "01:00", To: "03:00"}}}}
	p.AccessHours = map[routine.ServiceKind]string{routine.HomeCare: "night"}
	profile := keysync.DefaultProfile()
	profile.Hours, profile.Place = p.OpensIn, stockholm
	utc := func(day, hour, minute int) time.Time { return time.Date(2026, 10, day, hour, minute, 0, 0, time.UTC) }

	t.Run("town", func(t *testing.T) { // both engines read such rights in the suite of internal/edge/deviceapi
		w := newTownAt(t, t.TempDir(), utc(24, 19, 0), profile)
		w.must(w.db.Update(t.Context(), func(tx *storage.Tx) error { // as an order does
			service := routine.Service{ID: "s1", Kind: routine.HomeCare, Group: routine.Group{ID: "g1", Kind: "homecare"}, From: utc(24, 0, 0), Until: routine.Forever, InEffect: true}
			var grounds []access.Ground
			for _, g := range routine.Grounds(p, routine.Situation{Services: []routine.Service{service}}) {
				grounds = append(grounds, access.Ground{ID: "y1", ClientID: "c1", ServiceID: g.Service, Kind: g.Kind, GroupID: g.Group, From: g.From, Until: g.Until, Rule: g.Rule})
			}
			_, err := access.Materialise(t.Context(), tx, []string{"c1"}, grounds)
			return err
		}))
		s, k := w.startStation("Norr 1", "G001"), w.key("N00001")
		for _, c := range []struct {
			at   time.Time
			want credential.Code
		}{
			{utc(24, 22, 59), credential.CodeOutsideHours}, // 00:59, summer time
			{utc(24, 23, 0), credential.OK},                // 01:00
			{utc(25, 0, 30), credential.OK},                // 02:30
			{utc(25, 1, 30), credential.OK},                // 02:30 again
			{utc(25, 2, 0), credential.CodeOutsideHours},   // 03:00, winter time
			{utc(25, 23, 30), credential.CodeOutsideHours}, // 00:30
			{utc(26, 0, 0), credential.OK},                 // 01:00
		} {
			if w.clock.now().Equal(utc(24, 19, 0)) || c.at.Equal(utc(25, 23, 30)) {
				w.clock.add(c.at.Add(-time.Hour).Sub(w.clock.now()))
				if r := w.visit(k, s, true); r.Activated == 0 {
					t.Fatalf("not activated: %+v", r)
				}
			}
			w.clock.add(c.at.Sub(w.clock.now()))
			t.Log(c.at.In(stockholm))
			w.open(k, c.want)
		}
	})
}
