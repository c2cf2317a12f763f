package routine_test

import (
	"testing"

	"hemnyckel/internal/domain/routine"
)

// Health units, those who deliver and the alarm team tend their own keys and cabinets as home care does, and nobody else's.
//
// proves V3-a, V4-a
func TestWhoTendsTheirOwnThings(t *testing.T) {
	p := routine.DefaultProfile()
	for _, d := range []routine.Duty{routine.BlockLostKey, routine.ReportKey, routine.ChangeBattery, routine.KeepCabinet, routine.ReadInstruction, routine.StationOut} {
		for _, r := range allRoles {
			own := r == routine.Provider || r == routine.HealthUnit || r == routine.Delivery || r == routine.AlarmTeam
			everybodys := r == routine.LockManager || r == routine.SystemOwner && d == routine.StationOut
			if got, want := p.MayTend(r, d, true, false) != "", own || everybodys; got != want {
				t.Errorf("%s, %s of its own: got %v, want %v", r, d, got, want)
			}
			if got := p.MayTend(r, d, false, false) != ""; got != everybodys {
				t.Errorf("%s, %s of another's: got %v, want %v", r, d, got, everybodys)
			}
		}
	}
	p.SelfServiceBlock = false
	if got := p.MayTend(routine.HealthUnit, routine.BlockLostKey, true, false); got != "" {
		t.Errorf("blocking where the profile does not let staff do so: got %q, want nothing", got)
	}
}
