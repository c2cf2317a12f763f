package casework

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
)

// What the program itself says of a task, as the question that it asks or why it waits, is kept as a code and read in the reader's
// language. What people write is kept as they wrote it. Work is found again by some of the codes, so none is a word that somebody
// could have written as a reason.

const (
	// Questions that a person must answer.
	noteNoLock              = "task:no-lock"
	noteNoEntrance          = "task:no-entrance-lock"
	reasonNoConsent         = "task:no-consent"
	reasonNoConsentEntrance = "task:no-entrance-consent"

	// Why work is there, waits, has ended or is open again.
	noteMoved       = "task:client-moved"
	reasonWaits     = "task:waits-for-owner"
	reasonOwnerNo   = "task:owner-refused" // why mountings end without a lock
	reasonClientNo  = "task:client-refused"
	reasonWithdrawn = "task:not-needed" // no order asks for it any longer
	reasonSits      = "task:lock-registered"
	reasonYes       = "task:consent"
	reasonYesAgain  = "task:consent-again"
)

// InWords is what a task's note or reason says, or a key's. What people have written is the same in both languages.
func InWords(text string) problem.Text {
	switch text {
	case noteNoLock:
		return problem.Text{SV: "Det blir inget lås: hur ska dörren öppnas?", EN: "There will be no lock: how is the door to be opened?"}
	case noteNoEntrance:
		return problem.Text{SV: "Portens lås tas ned: hur ska porten öppnas?", EN: "The entrance's lock comes down: how is the entrance to be opened?"}
	case reasonNoConsent:
		return problem.Text{SV: "Fastighetsägaren vill inte ha låset. Ska det sitta kvar?", EN: "The owner of the house does not want the lock. Shall it stay?"}
	case reasonNoConsentEntrance:
		return problem.Text{SV: "Fastighetsägaren vill inte ha låset i porten. Ska det sitta kvar?", EN: "The owner of the house does not want the lock in the entrance. Shall it stay?"}
	case noteMoved:
		return problem.Text{SV: "Kunden har flyttat enligt kundregistret och låset sitter kvar. Ta ned det, eller stryk uppgiften om det ska sitta kvar.",
			EN: "The client has moved by the client register, and the lock is still up. Take it down, or cancel the task if it is to stay."}
	case reasonWaits:
		return problem.Text{SV: "Fastighetsägarens samtycke saknas", EN: "The owner of the house has not consented"}
	case reasonOwnerNo:
		return problem.Text{SV: "Fastighetsägaren har sagt nej", EN: "The owner of the house has said no"}
	case reasonClientNo:
		return problem.Text{SV: "Kunden har sagt nej till ett lås", EN: "The client has said no to a lock"}
	case reasonWithdrawn:
		return problem.Text{SV: "Behövs inte längre", EN: "No longer needed"}
	case reasonSits:
		return problem.Text{SV: "Ett lås sitter där enligt låsregistret", EN: "There is a lock by the lock register"}
	case reasonYes:
		return problem.Text{SV: "Samtycke finns", EN: "There is consent"}
	case reasonYesAgain:
		return problem.Text{SV: "Samtycke finns igen", EN: "There is consent again"}
	}
	return fleet.InWords(text)
}
