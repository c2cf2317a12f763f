package faults

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/edge/portal/ui"
)

var (
	tWhat        = problem.Text{SV: "Vad fungerar inte?", EN: "What does not work?"}
	tWhatLead    = problem.Text{SV: "Ofta går det att lösa på plats. Vi frågar först, sedan kan du anmäla.", EN: "Often it can be solved on site. We ask first, then you can report."}
	tNow         = problem.Text{SV: "Står du utanför och kommer inte in?", EN: "Are you outside and cannot get in?"}
	tNowLead     = problem.Text{SV: "Är någon i fara, ring 112 först.", EN: "If anybody is in danger, call 112 first."}
	tNowDo       = problem.Text{SV: "Jag kommer inte in nu", EN: "I cannot get in now"}
	tOther       = problem.Text{SV: "Något annat", EN: "Something else"}
	tLock        = problem.Text{SV: "Ett lås eller en nyckelgömma", EN: "A lock or a key box"}
	tLockHint    = problem.Text{SV: "Dörren öppnar inte, kärvar eller låter.", EN: "The door does not open, sticks or makes noise."}
	tKey         = problem.Text{SV: "En nyckel", EN: "A key"}
	tKeyHint     = problem.Text{SV: "Nyckeln är skadad, tom eller öppnar inte.", EN: "The key is damaged, empty or does not open."}
	tLost        = problem.Text{SV: "En nyckel är borta", EN: "A key is lost"}
	tLostHint    = problem.Text{SV: "Den spärras, så att den inte öppnar något.", EN: "It is blocked, so that it opens nothing."}
	tStation     = problem.Text{SV: "En synkstation", EN: "A sync station"}
	tStationHint = problem.Text{SV: "Det går inte att synka eller hämta nyckel.", EN: "Keys cannot be synced or fetched."}
	tCabinet     = problem.Text{SV: "Ett nyckelskåp", EN: "A key cabinet"}
	tCabinetHint = problem.Text{SV: "Skåpet går inte att öppna eller låsa.", EN: "The cabinet cannot be opened or locked."}
	tGoOn        = problem.Text{SV: "Fortsätt", EN: "Go on"}

	tAdvice     = problem.Text{SV: "Gör så här", EN: "Do this"}
	tStepsNow   = problem.Text{SV: "Stegen just nu", EN: "The steps just now"}
	tLater      = problem.Text{SV: "Går från %s", EN: "Possible from %s"}
	tNotNow     = problem.Text{SV: "Inte nu", EN: "Not now"}
	tDoNow      = problem.Text{SV: "Gör nu", EN: "Do now"}
	tCall       = problem.Text{SV: "Ring %s", EN: "Call %s"}
	tAskNumber  = problem.Text{SV: "Fråga %s efter numret", EN: "Ask %s for the number"}
	tWorks      = problem.Text{SV: "Det fungerar nu", EN: "It works now"}
	tAnyway     = problem.Text{SV: "Anmäl felet ändå", EN: "Report the fault all the same"}
	tBlock      = problem.Text{SV: "Spärra nyckeln", EN: "Block the key"}
	tCrisisPage = problem.Text{SV: "Krissidan", EN: "The crisis page"}

	tReport      = problem.Text{SV: "Anmäl felet", EN: "Report the fault"}
	tReportLead  = problem.Text{SV: "Låsansvarig får anmälan genast. Du får ett nummer att följa den med.", EN: "The lock manager gets the report at once. You get a number to follow it by."}
	tLabel       = problem.Text{SV: "Vad står det på saken?", EN: "What is written on it?"}
	tLabelLock   = problem.Text{SV: "Låsets serienummer, till exempel DC10002. Syns det inte: ange kunden nedanför i stället.", EN: "The lock's serial number, such as DC10002. If it cannot be seen: give the client below instead."}
	tLabelKey    = problem.Text{SV: "Nyckelns nummer, till exempel N00012.", EN: "The key's number, such as N00012."}
	tLabelStn    = problem.Text{SV: "Stationens namn, som det står på skylten.", EN: "The station's name, as on its sign."}
	tLabelCab    = problem.Text{SV: "Gruppens kod, till exempel G001.", EN: "The group's code, such as G001."}
	tClient      = problem.Text{SV: "Eller kundens personnummer", EN: "Or the client's personal identity number"}
	tClientHint  = problem.Text{SV: "Tolv siffror. Bara för egna kunder.", EN: "Twelve digits. Your own clients only."}
	tDescription = problem.Text{SV: "Vad händer?", EN: "What happens?"}
	tDescHint    = problem.Text{SV: "Skriv inga namn.", EN: "Write no names."}
	tInside      = problem.Text{SV: "Kunden", EN: "The client"}
	tInsideYes   = problem.Text{SV: "Kunden är inne och kan inte öppna", EN: "The client is inside and cannot open"}
	tInsideHint  = problem.Text{SV: "Då går felet före allt annat.", EN: "Then the fault goes before everything else."}
	tSend        = problem.Text{SV: "Skicka anmälan", EN: "Send the report"}
	tDoneTitle   = problem.Text{SV: "Felet är anmält", EN: "The fault is reported"}
	tDoneUrgent  = problem.Text{SV: "Det är markerat som akut och ligger först i teknikerns lista.", EN: "It is marked urgent and is first on the technician's list."}
	tDoneNext    = problem.Text{SV: "Låsansvarig tar hand om det. Följ stegen nedanför så länge.", EN: "The lock manager sees to it. Follow the steps below meanwhile."}
	tDoneJoined  = problem.Text{SV: "Felet var redan anmält; din anmälan är lagd till.", EN: "The fault had been reported already; your report has been added."}
	tFollow      = problem.Text{SV: "Följ felet", EN: "Follow the fault"}

	tListLead   = problem.Text{SV: "Det som inte fungerar, och hur långt det har kommit.", EN: "What does not work, and how far it has come."}
	tShow       = problem.Text{SV: "Läge", EN: "State"}
	tShowOpen   = problem.Text{SV: "Pågående", EN: "In progress"}
	tShowUrgent = problem.Text{SV: "Akuta", EN: "Urgent"}
	tShowAll    = problem.Text{SV: "Alla, även avslutade", EN: "All, also ended"}
	tThing      = problem.Text{SV: "Vad", EN: "What"}
	tThingAll   = problem.Text{SV: "Allt", EN: "Everything"}
	tNone       = problem.Text{SV: "Inga fel att visa", EN: "No faults to show"}
	tNoneD      = problem.Text{SV: "När någon anmäler ett fel står det här tills det är avhjälpt.", EN: "When somebody reports a fault it stands here until it is remedied."}
	tNumber     = problem.Text{SV: "Nummer", EN: "Number"}
	tReported   = problem.Text{SV: "Anmält", EN: "Reported"}
	tState      = problem.Text{SV: "Läge", EN: "State"}
	tAssignee   = problem.Text{SV: "Ansvarig", EN: "Responsible"}
	tNobody     = problem.Text{SV: "Ingen ännu", EN: "Nobody yet"}
	tTitle      = problem.Text{SV: "Fel %s", EN: "Fault %s"}
	tReports    = problem.Text{SV: "Anmälningar", EN: "Reports"}
	tFrom       = problem.Text{SV: "Organisation %s", EN: "Organisation %s"}
	tToClient   = problem.Text{SV: "Visa kunden", EN: "Show the client"}
	tTake       = problem.Text{SV: "Jag tar hand om felet", EN: "I look after the fault"}
	tGive       = problem.Text{SV: "Ge felet till någon annan", EN: "Give the fault to somebody else"}
	tGiveDo     = problem.Text{SV: "Spara ansvarig", EN: "Save"}
	tAssigned   = problem.Text{SV: "Felet har en ansvarig.", EN: "Somebody is responsible for the fault."}
	tEnd        = problem.Text{SV: "Avsluta felet", EN: "End the fault"}
	tEndLead    = problem.Text{SV: "Orsaken avgör vem som bär kostnaden. Ett avslutat fel kan inte öppnas igen; en ny anmälan blir ett nytt fel.", EN: "The cause decides who bears the cost. A fault that has ended cannot be opened again; a new report becomes a new fault."}
	tHow        = problem.Text{SV: "Hur slutade det?", EN: "How did it end?"}
	tRemedied   = problem.Text{SV: "Det fungerar igen", EN: "It works again"}
	tClosedW    = problem.Text{SV: "Avslutas utan åtgärd", EN: "Ends without remedy"}
	tCause      = problem.Text{SV: "Orsak", EN: "Cause"}
	tCauseNone  = problem.Text{SV: "Välj orsak", EN: "Choose the cause"}
	tDone       = problem.Text{SV: "Vad gjordes, eller varför gick det inte?", EN: "What was done, or why was it not possible?"}
	tCallOut    = problem.Text{SV: "Utryckning", EN: "Call-out"}
	tCallOutYes = problem.Text{SV: "Låsansvarig ryckte ut akut", EN: "The lock manager went there urgently"}
	tCost       = problem.Text{SV: "Kostnad, om profilen inte har ett pris", EN: "Cost, if the profile has no price"}
	tKronor     = problem.Text{SV: "kronor", EN: "kronor"}
	tEnded      = problem.Text{SV: "Felet är avslutat.", EN: "The fault has ended."}
	tWhoPays    = problem.Text{SV: "Vem betalar?", EN: "Who pays?"}
	tNoCharge   = problem.Text{SV: "Kommunen bär kostnaden. Ingen debitering föreslås.", EN: "The municipality bears the cost. No charge is proposed."}
	tCharge     = problem.Text{SV: "Debitering %s föreslås: %s kronor. En person beslutar.", EN: "Charge %s is proposed: %s kronor. A person decides."}
	tChargeOpen = problem.Text{SV: "Debitering %s föreslås. En person anger beloppet och beslutar.", EN: "Charge %s is proposed. A person gives the amount and decides."}
	tUrgent     = problem.Text{SV: "Akut", EN: "Urgent"}
)

func stateText(s support.State) problem.Text { return stateOf(s).Text }

func stateOf(s support.State) ui.State {
	switch s {
	case support.Assigned:
		return ui.State{Text: problem.Text{SV: "Någon har tagit det", EN: "Somebody has taken it"}, Icon: "person", Tone: "info"}
	case support.Worked:
		return ui.State{Text: problem.Text{SV: "Åtgärdat, orsak saknas", EN: "Worked on, cause missing"}, Icon: "task", Tone: "info"}
	case support.Remedied:
		return ui.State{Text: problem.Text{SV: "Avhjälpt", EN: "Remedied"}, Icon: "check", Tone: "good"}
	case support.Closed:
		return ui.State{Text: problem.Text{SV: "Avslutat utan åtgärd", EN: "Ended without remedy"}, Icon: "ended", Tone: "calm"}
	}
	return ui.State{Text: problem.Text{SV: "Anmält, ingen har tagit det", EN: "Reported, nobody has taken it"}, Icon: "warn", Tone: "warn"}
}

func thingText(k support.ThingKind) problem.Text {
	switch k {
	case support.Lock:
		return problem.Text{SV: "Lås", EN: "Lock"}
	case support.Key:
		return problem.Text{SV: "Nyckel", EN: "Key"}
	case support.Station:
		return problem.Text{SV: "Synkstation", EN: "Sync station"}
	}
	return problem.Text{SV: "Nyckelskåp", EN: "Key cabinet"}
}

func causeText(c support.Cause) problem.Text {
	switch c {
	case support.Wear:
		return problem.Text{SV: "Slitage", EN: "Wear"}
	case support.BatteryEmpty:
		return problem.Text{SV: "Tomt batteri", EN: "Empty battery"}
	case support.SupplierFault:
		return problem.Text{SV: "Fel från leverantören", EN: "The supplier's fault"}
	case support.HandlingError:
		return problem.Text{SV: "Handhavandefel", EN: "Handling error"}
	case support.Negligence:
		return problem.Text{SV: "Oaktsamhet", EN: "Negligence"}
	}
	return problem.Text{SV: "Ingen vet", EN: "Nobody knows"}
}
