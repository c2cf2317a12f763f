package receipt

import "hemnyckel/internal/domain/routine"

// Does reports whether the municipality keeps physical keys for a purpose: each is a switch of its profile.
func Does(p routine.ReceiptRules, purpose Purpose) bool {
	switch purpose {
	case InBox:
		return p.KeyBox
	case Waiting:
		return p.Waiting
	case Spare:
		return p.Spare || p.SpareHome
	}
	return false
}

// MayHold reports whether somebody of that kind may be given a key for the purpose: a spare key goes to the alarm unit where
// alarm clients leave one, and to a provider where others may agree to (S-e). The client may have any key back.
func MayHold(p routine.ReceiptRules, purpose Purpose, kind HolderKind) bool {
	switch {
	case kind == Client:
		return true
	case purpose == Spare && kind == Provider:
		return p.SpareHome
	case purpose == Spare:
		return p.Spare && (kind == AlarmUnit || kind == LockManager)
	}
	return Does(p, purpose)
}

// Rule is the line of the routine that a change of hands follows, when no order says it.
func Rule(purpose Purpose, from, to Holder) string {
	switch {
	case purpose == Spare:
		return "S-e"
	case purpose == Waiting:
		return "V5.3-c"
	case from.Kind == Provider && to.Kind == Provider:
		return "V2.6-c"
	case from.Kind == Client && to.Kind != Provider, to.Kind == Client && from.Kind != Provider:
		return "V2.6-e"
	case from.Kind == Client || to.Kind == Client:
		return "V2.6-a"
	}
	return "V2.6-b"
}

// Handles reports whether a role handles everybody's receipts; others handle those that they are a party to.
func Handles(r routine.Role) bool { return r == routine.LockManager || r == routine.AlarmTeam }

// takesPart reports whether a role holds keys on its organisation's behalf (V2.6-f: municipal and private alike).
func takesPart(r routine.Role) bool {
	return r == routine.Provider || r == routine.HealthUnit || r == routine.Delivery
}

// isParty reports whether who may handle a receipt between these two.
func isParty(w routine.Who, from, to Holder) bool {
	own := func(h Holder) bool { return h.Kind == Provider && h.ID == w.Organisation && w.Organisation != "" }
	return Handles(w.Role) || takesPart(w.Role) && (own(from) || own(to))
}
