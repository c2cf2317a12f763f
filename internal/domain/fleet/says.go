package fleet

import "hemnyckel/internal/base/problem"

// What the program itself says of a thing is kept as a code and read in the reader's language; what people write is kept as they wrote it.

// BlockedInRegister is why a key is blocked when the key register says that it is.
const BlockedInRegister = "key:blocked-in-register"

// Why a count's difference is explained without anybody having to.
const (
	saidBroken     = "key:reported-broken"
	saidHandedBack = "key:handed-back"
	saidFound      = "count:found"
	saidAway       = "count:activated"
	saidAgain      = "count:missing-again"
)

// Why something is scrapped that the supplier has answered for.
const (
	saidReplaced = "warranty:replaced"
	saidCredited = "warranty:credited"
)

// InWords is what the reason of a key, a lock or a difference says. What people have written is the same in both languages.
func InWords(text string) problem.Text {
	switch text {
	case BlockedInRegister:
		return problem.Text{SV: "Spärrad i nyckelregistret", EN: "Blocked in the key register"}
	case saidBroken:
		return problem.Text{SV: "Anmäld som trasig", EN: "Reported broken"}
	case saidHandedBack:
		return problem.Text{SV: "Återlämnad till låsansvarig", EN: "Handed back to the lock manager"}
	case saidReplaced:
		return problem.Text{SV: "Ersatt på garanti", EN: "Replaced under warranty"}
	case saidCredited:
		return problem.Text{SV: "Betald tillbaka på garanti", EN: "Paid back under warranty"}
	case saidFound:
		return problem.Text{SV: "Hittad vid en räkning", EN: "Found in a count"}
	case saidAway:
		return problem.Text{SV: "Aktiverad av någon vid en räkning", EN: "Activated by somebody during a count"}
	case saidAgain:
		return problem.Text{SV: "Saknas också vid en senare räkning", EN: "Missing in a later count too"}
	}
	return problem.Text{SV: text, EN: text}
}
