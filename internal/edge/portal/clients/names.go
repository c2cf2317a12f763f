package clients

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/edge/portal/ui"
)

func purposeName(p receipt.Purpose) problem.Text {
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

func holderName(v ui.View, k casework.KeyOut) string {
	switch k.Holder.Kind {
	case receipt.Client:
		return v.T(problem.Text{SV: "kunden", EN: "the client"})
	case receipt.LockManager:
		return v.T(problem.Text{SV: "låsförvaltaren", EN: "the lock manager"})
	case receipt.AlarmUnit:
		return v.T(problem.Text{SV: "larmenheten", EN: "the alarm unit"})
	}
	return k.HolderName
}

// answerState is what owners have said.
func answerState(a consent.Answer) ui.State {
	switch a {
	case consent.Given:
		return ui.State{Text: problem.Text{SV: "Samtycke finns", EN: "Consent given"}, Icon: "check", Tone: "good"}
	case consent.Requested:
		return ui.State{Text: problem.Text{SV: "Brev skickat, inget svar än", EN: "Letter sent, no answer yet"}, Icon: "mail", Tone: "info"}
	case consent.Refused:
		return ui.State{Text: problem.Text{SV: "Nej", EN: "Refused"}, Icon: "block", Tone: "bad"}
	case consent.Withdrawn:
		return ui.State{Text: problem.Text{SV: "Återkallat", EN: "Withdrawn"}, Icon: "undo", Tone: "bad"}
	}
	return ui.State{Text: problem.Text{SV: "Inte tillfrågad", EN: "Not asked"}, Icon: "empty", Tone: "calm"}
}
