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
// alarm clients leave one, and to a provider where others may agree to (S-e); the alarm unit keeps no other keys. The client may
// have any key back.
func MayHold(p routine.ReceiptRules, purpose Purpose, kind HolderKind) bool {
	switch {
	case kind == Client:
		return true
	case purpose == Spare && kind == Provider:
		return p.SpareHome
	case purpose == Spare:
		return p.Spare && (kind == AlarmUnit || kind == LockManager)
	case kind == AlarmUnit:
		return false
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

// Handles reports whether a role handles everybody's receipts: the lock manager, who keeps the register. Others handle those that
// they are a party to.
func Handles(r routine.Role) bool { return r == routine.LockManager }

// PartyOf is as whom somebody holds keys: providers, municipal and private alike, as their organisation (V2.6-f), and the alarm
// team as the alarm unit, which keeps the spare keys of alarm clients (S-e). Everybody else holds none.
func PartyOf(w routine.Who) (Holder, bool) {
	switch {
	case w.Organisation == "":
	case w.Role == routine.AlarmTeam:
		return Holder{Kind: AlarmUnit}, true
	case w.Is(routine.Provider, routine.HealthUnit, routine.Delivery):
		return Holder{Kind: Provider, ID: w.Organisation}, true
	}
	return Holder{}, false
}

// isParty reports whether who may handle a receipt between these two.
func isParty(w routine.Who, from, to Holder) bool {
	own, party := PartyOf(w)
	return Handles(w.Role) || party && (own == from || own == to)
}
