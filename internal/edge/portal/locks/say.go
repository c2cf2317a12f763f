package locks

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

func title(v ui.View, l casework.LockFacts) string {
	return v.T(words.LockName(l.Kind)) + " " + l.Serial
}

func stateOf(s fleet.LockState) ui.State {
	out := ui.State{Text: words.LockStateName(s), Icon: "box", Tone: "calm"}
	switch s {
	case fleet.Mounted:
		out.Icon, out.Tone = "check", "good"
	case fleet.Booked:
		out.Icon, out.Tone = "calendar", "info"
	case fleet.Dismounted:
		out.Icon, out.Tone = "warn", "warn"
	case fleet.Scrapped:
		out.Icon = "remove"
	}
	return out
}

// batteryOf is what a lock told of its battery. What is not known is not good.
func batteryOf(l casework.LockFacts) (s ui.State, known bool) {
	s = ui.State{Text: tBatteryNow.Sprintf(l.Battery), Icon: "battery", Tone: "good"}
	switch {
	case l.Battery == 0:
		return s, false
	case l.Battery < lowBattery:
		s.Icon, s.Tone = "low", "bad"
	case l.Battery < 2*lowBattery:
		s.Icon, s.Tone = "low", "warn"
	}
	return s, true
}

// lowBattery is how many per cent are too few to wait with.
const lowBattery = 20

func listOf(l casework.LockFacts) ui.State {
	switch {
	case l.BlockList >= l.Listed:
		return ui.State{Text: tListNew, Icon: "check", Tone: "good"}
	case l.BlockList == 0:
		return ui.State{Text: tListNone, Icon: "clock", Tone: "warn"}
	}
	return ui.State{Text: tListOld, Icon: "clock", Tone: "warn"}
}

// clockOf is how sure the lock's time was in the latest that it told on this page.
func clockOf(l casework.LockPage) ui.State {
	for _, r := range l.Events {
		switch r.Quality {
		case journal.Device:
			return ui.State{Text: tClockGood, Icon: "check", Tone: "good"}
		case journal.Unverified:
			return ui.State{Text: tClockLost, Icon: "warn", Tone: "warn"}
		}
	}
	return ui.State{Text: tClockDunno, Icon: "empty", Tone: "calm"}
}

func ownerSays(a consent.Answer) ui.State {
	switch a {
	case consent.Given:
		return ui.State{Text: tGiven, Icon: "check", Tone: "good"}
	case consent.Requested:
		return ui.State{Text: tAsked, Icon: "mail", Tone: "info"}
	case consent.Refused:
		return ui.State{Text: tRefused, Icon: "block", Tone: "bad"}
	case consent.Withdrawn:
		return ui.State{Text: tWithdrawn, Icon: "undo", Tone: "bad"}
	}
	return ui.State{Text: tNotAsked, Icon: "empty", Tone: "calm"}
}

// ownerAsked is what the owner was asked about.
func ownerAsked(l casework.LockPage) problem.Text {
	if l.Lock.OnDoor {
		return tOwner
	}
	return tOwnerEntrance
}

// ownerName is whose house it is; of somebody with protected identity not even the name.
func ownerName(v ui.View, o consent.Owner) string {
	if o.Protected {
		return v.T(ui.TProtTag)
	}
	return o.Name
}

func keysOf(v ui.View, g casework.LockGroup) string {
	switch g.Synced {
	case 0:
		return v.T(tKeysNone)
	case 1:
		return v.T(tKeyNow)
	}
	return v.F(tKeysNow, g.Synced)
}

func turn(what string) (problem.Text, string) {
	switch what {
	case "arrived":
		return tArrived, "stock"
	case "mounted":
		return tPutUp, "lock"
	case "dismounted":
		return tTakenDown, "remove"
	case "warranty":
		return tSentBack, "delivery"
	case "answered":
		return tAnswered, "mail"
	}
	return problem.Text{SV: what, EN: what}, "history"
}

func life(v ui.View, l casework.LockPage) (out []ui.Happening) {
	for _, turned := range l.Life {
		text, icon := turn(turned.What)
		out = append(out, ui.Happening{At: turned.At, Text: v.T(text), Icon: icon, Tone: "calm", Details: []string{v.Age(turned.At)}})
	}
	return out
}

// openFault is the open fault on the lock, "" if there is none that the reader sees.
func openFault(l casework.LockPage) (id string) {
	for _, f := range l.Faults {
		if !f.State.Ended() {
			return f.ID
		}
	}
	return ""
}

func kinds(v ui.View) []ui.Option {
	out := []ui.Option{{Label: v.T(tKindAll)}}
	for _, k := range []fleet.LockKind{fleet.Door, fleet.Entrance, fleet.Box} {
		out = append(out, ui.Option{Value: string(k), Label: v.T(words.LockName(string(k)))})
	}
	return out
}

func states(v ui.View) []ui.Option {
	out := []ui.Option{{Label: v.T(tStateAll)}}
	for _, s := range []fleet.LockState{fleet.Mounted, fleet.Booked, fleet.InStock, fleet.Dismounted, fleet.InWarranty, fleet.Scrapped} {
		out = append(out, ui.Option{Value: string(s), Label: v.T(words.LockStateName(s))})
	}
	return out
}
