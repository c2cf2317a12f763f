package words

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/edge/portal/ui"
)

// KeyPurpose is what somebody has a physical key for.
func KeyPurpose(p receipt.Purpose) problem.Text {
	switch p {
	case receipt.InBox:
		return problem.Text{SV: "Nyckel i nyckelgömman", EN: "Key in the key box"}
	case receipt.Waiting:
		return problem.Text{SV: "Nyckel tills ett lås är monterat", EN: "Key until a lock is mounted"}
	case receipt.Spare:
		return problem.Text{SV: "Reservnyckel", EN: "Spare key"}
	}
	return problem.Text{SV: string(p), EN: string(p)}
}

// KeyDoor is which of the client's doors a physical key opens.
func KeyDoor(d receipt.Door) problem.Text {
	switch d {
	case receipt.OwnDoor:
		return problem.Text{SV: "Bostadens dörr", EN: "The dwelling's door"}
	case receipt.EntranceDoor:
		return problem.Text{SV: "Porten", EN: "The entrance"}
	case receipt.OtherDoor:
		return problem.Text{SV: "En annan dörr", EN: "Another door"}
	}
	return problem.Text{SV: string(d), EN: string(d)}
}

// Party is who gives, gets or has a physical key; name is a provider's.
func Party(v ui.View, h receipt.Holder, name string) string {
	switch h.Kind {
	case receipt.Client:
		return v.T(problem.Text{SV: "Kunden", EN: "The client"})
	case receipt.LockManager:
		return v.T(problem.Text{SV: "Låsansvarig", EN: "The lock manager"})
	case receipt.AlarmUnit:
		return v.T(problem.Text{SV: "Larmenheten", EN: "The alarm unit"})
	}
	return name
}

// ReceiptState is how far the hand-over of a physical key has come.
func ReceiptState(s receipt.State, late bool) ui.State {
	switch {
	case s.Open() && late:
		return ui.State{Text: problem.Text{SV: "Väntar sedan länge på underskrift", EN: "Has waited long for signatures"}, Icon: "warn", Tone: "warn"}
	case s == receipt.Drafted:
		return ui.State{Text: problem.Text{SV: "Ska skrivas ut och skrivas under", EN: "To be printed and signed"}, Icon: "edit", Tone: "info"}
	case s == receipt.Shown:
		return ui.State{Text: problem.Text{SV: "Utskriven, väntar på underskrift", EN: "Printed, waits for signatures"}, Icon: "clock", Tone: "info"}
	case s == receipt.Signed:
		return ui.State{Text: problem.Text{SV: "Underskriven, gäller nu", EN: "Signed, in force"}, Icon: "check", Tone: "good"}
	case s == receipt.HandedOver:
		return ui.State{Text: problem.Text{SV: "Nyckeln har lämnats vidare", EN: "The key has been passed on"}, Icon: "next", Tone: "calm"}
	case s == receipt.Closed:
		return ui.State{Text: problem.Text{SV: "Nyckeln är tillbaka hos kunden", EN: "The key is back with the client"}, Icon: "ended", Tone: "calm"}
	}
	return ui.State{Text: problem.Text{SV: "Makulerad", EN: "Cancelled"}, Icon: "remove", Tone: "calm"}
}
