package keys

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

func keyState(v ui.View, k casework.Key) ui.State { return look(k.State(v.Now)) }

// stateOf is the state of a key as the domain stores it.
func stateOf(t tended) ui.State {
	return look(casework.Key{Stored: string(t.Key.State), SyncedUntil: t.Key.SyncedUntil}.State(t.Now))
}

func look(s casework.KeyState) ui.State {
	switch s {
	case casework.KeySynced:
		return ui.State{Text: words.KeyStateName(s), Icon: "check", Tone: "good"}
	case casework.KeyDue:
		return ui.State{Text: words.KeyStateName(s), Icon: "clock", Tone: "warn"}
	case casework.KeySuspect:
		return ui.State{Text: words.KeyStateName(s), Icon: "search", Tone: "warn"}
	case casework.KeyBlocked:
		return ui.State{Text: words.KeyStateName(s), Icon: "block", Tone: "bad"}
	case casework.KeyBroken:
		return ui.State{Text: words.KeyStateName(s), Icon: "warn", Tone: "calm"}
	}
	return ui.State{Text: words.KeyStateName(s), Icon: "box", Tone: "calm"}
}

// syncOf says how old a key's sync is and how long it holds. A blocked key's sync holds nowhere, whatever its date.
func syncOf(v ui.View, k casework.Key) string {
	switch {
	case !k.Blocked.IsZero() && k.Stored == "blocked":
		return v.F(tBlockedAt, v.Age(k.Blocked))
	case k.Synced.IsZero():
		return v.T(tSyncedNever)
	case v.Now.Before(k.SyncedUntil):
		return v.F(tSyncedSome, v.Age(k.Synced), v.When(k.SyncedUntil))
	}
	return v.F(tSyncedOver, v.Age(k.Synced), v.Age(k.SyncedUntil))
}

func activationOf(v ui.View, k casework.Key) string {
	switch {
	case k.ActivatedUntil.IsZero():
		return v.T(tNotActive)
	case k.Stored == "blocked" && v.Now.Before(k.ActivatedUntil):
		return v.F(tActiveBlocked, v.When(k.ActivatedUntil)) // what it was given it still has: the block must travel to the locks
	case v.Now.Before(k.ActivatedUntil):
		return v.F(tActiveUntil, v.When(k.ActivatedUntil))
	}
	return v.F(tActiveEnded, v.Age(k.ActivatedUntil))
}

// holderOf is who has the key: their own people for an organisation; for the municipality the organisation, and the person too once the
// key is missed or blocked.
func holderOf(v ui.View, k shown, own bool) string {
	h := k.reach.Holder
	switch {
	case k.Key.GroupID == "":
		return v.T(tHolderStock)
	case own && h.EmployeeNumber != "":
		return v.F(tHolderOwn, h.Name, h.EmployeeNumber, v.Age(h.From))
	case own:
		return v.T(tHolderNone)
	case h.EmployeeNumber != "" && (k.Key.Stored == string(fleet.KeyBlocked) || k.Key.Stored == string(fleet.KeySuspect)):
		return v.F(tHolderWas, h.EmployeeNumber, v.Age(h.From))
	}
	return v.F(tHolderFirm, k.Key.Provider)
}

// batteryDue says when the next battery is due.
func batteryDue(v ui.View, k shown) (ui.State, bool) {
	switch {
	case !k.tends || k.Key.Stored == string(fleet.KeyScrapped) || k.Key.Stored == string(fleet.KeyWarranty):
		return ui.State{}, false
	case k.due.After(v.Now):
		return ui.State{Text: tBatteryDue.Sprintf(v.Day(k.due)), Icon: "battery", Tone: "good"}, true
	}
	return ui.State{Text: tBatteryLate, Icon: "low", Tone: "warn"}, true
}

// tends reports what a reader may do with the key as it is now.
func (k shown) may(state ...fleet.KeyState) bool {
	for _, s := range state {
		if k.tends && k.Key.Stored == string(s) {
			return true
		}
	}
	return false
}

// inUse reports whether the key is one that a group has, so that it can be lost.
func (k shown) inUse() bool { return k.may(fleet.KeyIssued, fleet.KeySuspect) }

// waits reports whether the key waits to be exchanged, unjudged whether it is still to be judged.
func (k shown) waits() bool    { return tended{exchange: k.exchange}.waits() }
func (k shown) unjudged() bool { return tended{exchange: k.exchange}.unjudged() }

func causes(v ui.View) []ui.Option {
	return []ui.Option{{Value: string(fleet.Damaged), Label: v.T(tDamaged), Hint: v.T(tDamagedHint)}, {Value: string(fleet.Fails), Label: v.T(tFails), Hint: v.T(tFailsHint)}}
}

func answers(v ui.View) []ui.Option {
	return []ui.Option{{Value: "nej", Label: v.T(tJudgeNo)}, {Value: "ja", Label: v.T(tJudgeYes)}}
}

func states(v ui.View) []ui.Option {
	out := []ui.Option{{Label: v.T(tAllStates)}}
	for _, s := range casework.KeyStates() {
		out = append(out, ui.Option{Value: string(s), Label: v.T(words.KeyStateName(s))})
	}
	return out
}

func groups(v ui.View, l casework.KeyList) []ui.Option {
	out := []ui.Option{{Label: v.T(tAllGroups)}}
	for _, g := range l.Groups {
		out = append(out, ui.Option{Value: g.Code, Label: g.Name + " (" + g.Code + ")"})
	}
	return out
}

// typed is what is written in a field, or what it suggests.
func (t tended) value(field, otherwise string) string {
	if t.typed.Has(field) {
		return t.typed.Get(field)
	}
	return otherwise
}

// exchangeWords is what has become of a key that was to be exchanged.
func exchangeWords(v ui.View, e fleet.Exchange) []string {
	switch e.State {
	case fleet.ExchangeBooked:
		at := v.T(tExchNoTime)
		if !e.Appointment.IsZero() {
			at = v.F(tExchAt, v.When(e.Appointment))
		}
		return []string{v.F(tExchWaits, e.Description), at}
	case fleet.ExchangeDone:
		out := []string{v.F(tExchDone, v.Day(e.Closed), e.Replacement)}
		if text, ok := map[fleet.Negligence]problem.Text{fleet.Neglect: tExchNeglect, fleet.NotNeglect: tExchWear}[e.Negligence]; ok {
			out = append(out, v.F(text, e.Decision))
		}
		return out
	}
	return nil
}
