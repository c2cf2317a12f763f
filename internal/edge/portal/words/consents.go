package words

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/edge/portal/ui"
)

// ConsentState is where a place stands with its owners.
func ConsentState(a consent.Answer) ui.State {
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
