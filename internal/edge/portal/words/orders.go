package words

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/edge/portal/ui"
)

// OrderState is how far an order has come.
func OrderState(s casework.State) ui.State {
	switch s {
	case casework.Accepted:
		return ui.State{Text: problem.Text{SV: "Mottagen", EN: "Received"}, Icon: "clock", Tone: "info"}
	case casework.InProgress:
		return ui.State{Text: problem.Text{SV: "Pågår", EN: "In progress"}, Icon: "clock", Tone: "info"}
	case casework.Done:
		return ui.State{Text: problem.Text{SV: "Klar", EN: "Done"}, Icon: "check", Tone: "good"}
	case casework.Returned:
		return ui.State{Text: problem.Text{SV: "Återlämnad till beställaren", EN: "Returned to the orderer"}, Icon: "undo", Tone: "warn"}
	case casework.Withdrawn:
		return ui.State{Text: problem.Text{SV: "Återtagen", EN: "Withdrawn"}, Icon: "ended", Tone: "calm"}
	}
	return ui.State{Text: problem.Text{SV: string(s), EN: string(s)}, Icon: "info", Tone: "calm"}
}
