package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portaltest"
)

// A form that is sent twice, by a double click or the back button, changes once and is answered as it was.
func TestADoubleClickChangesOnce(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	id := technicians(w)
	technician, alarm, manager := w.Visitor(portaltest.Technician), w.Visitor(portaltest.Alarm), w.Visitor(portaltest.Manager)
	work, client := "/arbete/"+id, "/kunder/"+w.ID("clients", portaltest.Ulla)
	reason := url.Values{"reason": {"Kunden svarar inte på larmet"}}
	for _, c := range []struct {
		what, page, path string
		v                *portaltest.Visitor
		typed            url.Values
		changes, found   int
	}{
		{"contact", work, work + "/kontakt", technician, url.Values{"outcome": {"no-answer"}, "note": {"Ringde"}}, 1, 200},
		{"booking", work + "/tid", work + "/tid", technician, url.Values{"dag": {"2026-06-04"}, "fran": {"9"}, "till": {"10"}, "employee_number": {"T1"}}, 1, 200},
		{"told", work, work + "/besked", technician, url.Values{"told": {"client"}, "how": {"phone"}}, 1, 200},
		{"call-off", work + "/avboka", work + "/avboka", technician, reason, 1, 200},
		{"cancel", work + "/avbryt", work + "/avbryt", technician, reason, 1, 200},
		{"undo", work, work + "/angra", technician, nil, 1, 200},
		{"emergency access", client, client + "/nodatkomst", manager, reason, 1, 404},
		{"a fault", "/fel/anmal", "/fel/anmal", alarm, url.Values{"what": {"Låset surrar"}}, 0, 200},
	} {
		sent := form(c.v.Get(c.page, c.found), c.typed)
		before := changes(w)
		status := 0
		for range 2 {
			status = sendTo(t, w, c.v, c.path, sent)
		}
		if n := changes(w) - before; c.changes > 0 && n != c.changes || status >= 500 {
			t.Errorf("%s: %d changes, want %d; the second was answered with %d", c.what, n, c.changes, status)
		}
		if c.changes > 0 && status != http.StatusSeeOther && status != http.StatusConflict {
			t.Errorf("%s: the second was answered with %d", c.what, status)
		}
	}
}

// sendTo posts a form and tells how it was answered.
func sendTo(t *testing.T, w *portaltest.Town, v *portaltest.Visitor, path string, sent url.Values) int {
	t.Helper()
	a := &attacker{T: t, w: w, people: map[string]*portaltest.Visitor{"": v}}
	status, _ := a.send(sheet{action: path}, sent.Encode(), "sv")
	return status
}

// What is dangerous is asked for anew of somebody who has been logged in for a while, whoever they are; what was asked for is kept.
func TestDangerousActsAskAnew(t *testing.T) {
	a := newAttacker(t)
	n := 0
	a.w.Clock.Time = a.w.Clock.Time.Add(6 * time.Minute)
	for _, r := range a.routes {
		if !r.StepUp {
			continue
		}
		for _, who := range a.names {
			v := a.people[who]
			if !r.May(roleOf(who)) {
				continue
			}
			n++
			path := variable.ReplaceAllString(r.Path, "1")
			if r.Method == http.MethodGet {
				portaltest.Says(t, v.Get(path, http.StatusUnauthorized), "Bekräfta att det är du")
				continue
			}
			page := v.Post(path, url.Values{"reason": {"vald text"}, "pin": {"4711"}, "_once": {"o"}}, http.StatusUnauthorized)
			portaltest.Says(t, page, "Bekräfta att det är du")
			portaltest.Hides(t, page, "4711")
			if kept := v.Post("/bekrafta", url.Values{"_till": {path}, "_kvar.reason": {"vald text"}, "_kvar._once": {"o"}}, http.StatusOK); !strings.Contains(kept, `value="vald text"`) || !strings.Contains(kept, `name="_once" value="o"`) {
				t.Errorf("%s: what was typed is not kept", r.Name)
			}
			a.w.Clock.Time = a.w.Clock.Time.Add(6 * time.Minute)
		}
	}
	if n < 3 {
		t.Errorf("%d dangerous acts, want three at least", n)
	}
}

// roleOf is a person's of the demonstration.
func roleOf(who string) routine.Role {
	return map[string]routine.Role{portaltest.Officer: routine.CaseOfficer, portaltest.Technician: routine.LockManager, portaltest.Manager: routine.Provider,
		portaltest.Nurse: routine.HealthUnit, portaltest.Alarm: routine.AlarmTeam, portaltest.Owner: routine.SystemOwner}[who]
}
