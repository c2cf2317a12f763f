package words

import (
	"hemnyckel/internal/base/problem"
)

var (
	tCheckpointN       = problem.Text{SV: "%s poster under signaturen", EN: "%s entries under the signature"}
	tCheckpoint0       = problem.Text{SV: "Loggen har ingen signerad post ännu.", EN: "The journal has no signed entry yet."}
	tNewestEntry       = problem.Text{SV: "Senaste signerade posten kom %s (%s).", EN: "The latest signed entry came %s (%s)."}
	tWaiting           = problem.Text{SV: "%s väntar på att signeras.", EN: "%s wait to be signed."}
	tWaitingNone       = problem.Text{SV: "Inget väntar på att signeras.", EN: "Nothing waits to be signed."}
	tWaitingMany       = problem.Text{SV: "minst %d", EN: "at least %d"}
	tApartment         = problem.Text{SV: "lgh %s", EN: "apt %s"}
	tProtected         = problem.Text{SV: "Skyddad uppgift", EN: "Protected information"}
	tRightsLead        = problem.Text{SV: "Varje behörighet vilar på ett beslut. Följ pilarna.", EN: "Every right rests on a decision. Follow the arrows."}
	tRightsOther       = problem.Text{SV: "Avslutade och kommande (%d)", EN: "Ended and to come (%d)"}
	tChainOf           = problem.Text{SV: "Kedjan från beslut till öppning", EN: "The chain from decision to opening"}
	tNodeOrder         = problem.Text{SV: "Beställning", EN: "Order"}
	tNodeReg           = problem.Text{SV: "Register", EN: "Register"}
	tNodeRegRow        = problem.Text{SV: "rad %s", EN: "row %s"}
	tNodeGround        = problem.Text{SV: "Grund", EN: "Ground"}
	tNodeRight         = problem.Text{SV: "Behörighet", EN: "Right"}
	tNodeLock          = problem.Text{SV: "Lås", EN: "Lock"}
	tRuleOf            = problem.Text{SV: "regel %s", EN: "rule %s"}
	tMayOpen           = problem.Text{SV: "%s får öppna %s %s.", EN: "%s may open %s %s."}
	tMightOpen         = problem.Text{SV: "%s fick öppna %s %s.", EN: "%s was allowed to open %s %s."}
	tWillOpen          = problem.Text{SV: "%s kommer att få öppna %s %s.", EN: "%s will be allowed to open %s %s."}
	tDecidedBy         = problem.Text{SV: "Beslutet kom i beställning %s den %s.", EN: "The decision came with order %s on %s."}
	tDecidedReg        = problem.Text{SV: "Beslutet lästes in ur %s, %s.", EN: "The decision was imported from the %s, %s."}
	tBecause           = problem.Text{SV: "Därför att:", EN: "Because:"}
	tTimelineNone      = problem.Text{SV: "Inget har hänt ännu", EN: "Nothing has happened yet"}
	tTimelineNoneD     = problem.Text{SV: "Beställningar, ändrade behörigheter och öppningar visas här.", EN: "Orders, changed rights and openings show here."}
	tEntryNo           = problem.Text{SV: "Post %d", EN: "Entry %d"}
	tReceivedLater     = problem.Text{SV: "hemkommet %s", EN: "came home %s"}
	tUnsureTime        = problem.Text{SV: "osäker tid", EN: "time not certain"}
	tEventRights       = problem.Text{SV: "tillkom: %s, togs bort: %s", EN: "added: %s, removed: %s"}
	tEventUntil        = problem.Text{SV: "gäller till %s", EN: "valid until %s"}
	tEventLocks        = problem.Text{SV: "behörighet till %s lås", EN: "grant for %s locks"}
	tEventOffline      = problem.Text{SV: "utan kontakt med servern", EN: "without contact with the server"}
	tEventReason       = problem.Text{SV: "skäl: %s", EN: "reason: %s"}
	tEventServices     = problem.Text{SV: "antal insatser: %s", EN: "services: %s"}
	tEventDue          = problem.Text{SV: "klar senast %s", EN: "due %s"}
	tEventOrganisation = problem.Text{SV: "från organisation %s", EN: "from organisation %s"}
	tRightsSame        = problem.Text{SV: "Behörigheter prövade", EN: "Rights gone through"}
	tRightsSameD       = problem.Text{SV: "inget lås berörs", EN: "no lock is concerned"}
	tTask              = problem.Text{SV: "Uppgift", EN: "Task"}
	tDue               = problem.Text{SV: "Klar senast", EN: "Due"}
	tLate              = problem.Text{SV: "Försenad", EN: "Late"}
	tDueOn             = problem.Text{SV: "klar senast %s", EN: "due %s"}
	tLockNo            = problem.Text{SV: "lås %s", EN: "lock %s"}
	tOrderNr           = problem.Text{SV: "beställning %s", EN: "order %s"}
	tInTime            = problem.Text{SV: "I tid", EN: "In time"}
	tOrderNo           = problem.Text{SV: "Beställning", EN: "Order"}
	tTaskWaits         = problem.Text{SV: "Väntar", EN: "Waits"}
	tTaskBooked        = problem.Text{SV: "Bokad", EN: "Booked"}
	tTaskBegun         = problem.Text{SV: "Påbörjad", EN: "Begun"}
)
