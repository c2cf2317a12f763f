package fieldwork

import (
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// taskLine is a task as the words of tasks know it.
func taskLine(w casework.VisitPage) casework.TaskLine {
	return casework.TaskLine{Task: w.Task, Serial: w.Serial}
}

func aboutVisit(v ui.View, w casework.VisitPage) string {
	out := []string{v.F(tDueThen, v.Day(w.Task.Due))}
	if about := words.About(v, taskLine(w)); about != "" {
		out = append(out, about)
	}
	if w.Mounted != "" && w.Mounted != w.Serial {
		out = append(out, v.F(tSitsNow, w.Mounted))
	}
	return strings.Join(out, " · ")
}

func ruleOf(v ui.View, w casework.VisitPage) string {
	return problem.Text{SV: w.Rule.SV, EN: w.Rule.EN}.In(v.Lang)
}

// ruleLines are the other lines of the routine that the steps rest on.
func ruleLines(v ui.View, w casework.WorkFile) []string {
	var out []string
	seen := map[string]bool{w.Task.Rule: true}
	for _, i := range w.Checklist {
		if !seen[i.Rule] {
			seen[i.Rule] = true
			r := routine.Sentence(i.Rule)
			out = append(out, v.F(tRuleOf, i.Rule)+" "+problem.Text{SV: r.SV, EN: r.EN}.In(v.Lang))
		}
	}
	return out
}

// homeFacts are what somebody who goes there must know.
func homeFacts(v ui.View, w casework.VisitPage) []ui.Answer {
	out := []ui.Answer{{Question: v.T(tName), Answer: w.Home.Name}, {Question: v.T(tAddress), Answer: words.AddressOf(v, w.Home)}}
	if w.Home.Phone != "" {
		out = append(out, ui.Answer{Question: v.T(tPhone), Answer: w.Home.Phone})
	}
	if w.Relative != "" {
		out = append(out, ui.Answer{Question: v.T(tRelative), Answer: w.Relative})
	}
	return out
}

func bookingFacts(v ui.View, w casework.VisitPage, b casework.Booking) []ui.Answer {
	told := v.T(tToldNobody)
	if b.Told != "" {
		told = v.T(wordOf(toldWhom(), b.Told)) + ", " + strings.ToLower(v.T(wordOf(toldWays(), b.How))) + ", " + v.When(b.ToldAt)
	}
	return []ui.Answer{{Question: v.T(tBookedFor), Answer: v.When(b.From) + "–" + v.Clock(b.Until)}, {Question: v.T(tComes), Answer: w.Names[b.StaffID]}, {Question: v.T(tToldWho), Answer: told}}
}

// liveTime is the time that holds.
func liveTime(v ui.View, w casework.VisitPage) string {
	b := w.Live()
	if b == nil {
		return v.T(tNoTime)
	}
	return v.When(b.From) + "–" + v.Clock(b.Until) + ", " + w.Names[b.StaffID]
}

func wordOf(all []pair, value string) problem.Text {
	for _, o := range all {
		if o.value == value {
			return o.text
		}
	}
	return problem.Text{SV: value, EN: value}
}

func toldWhom() []pair {
	return []pair{{"", tToldNobody}, {"client", tClient}, {"relative", tRelative}, {"provider", tProvider}}
}

func toldWays() []pair {
	return []pair{{"", tChoose}, {"phone", tByPhone}, {"visit", tByVisit}, {"letter", tByLetter}, {"message", tByMessage}}
}

func contactOutcomes() []pair {
	return []pair{{casework.ContactNoAnswer, tNoAnswer}, {casework.ContactCallBack, tCallBack}, {casework.ContactNotHome, tNotHome}, {casework.ContactDeclined, tDeclined}}
}

func reasonOptions(v ui.View) []ui.Option {
	all := []pair{{"", tChoose}}
	for _, r := range words.Reasons {
		all = append(all, pair{r.Code, r.Text})
	}
	return options(v, all)
}

var (
	tWhyReveal     = problem.Text{SV: "Välj varför du behöver uppgifterna.", EN: "Choose why you need the details."}
	tWhyMoved      = problem.Text{SV: "Skriv varför tiden flyttas.", EN: "Write why the time is moved."}
	tBooked        = problem.Text{SV: "Tiden är bokad.", EN: "The time is booked."}
	tWhichDay      = problem.Text{SV: "Välj dag för besöket.", EN: "Choose a day for the visit."}
	tFromWhen      = problem.Text{SV: "Skriv när besöket börjar, till exempel 9.30.", EN: "Write when the visit begins, for example 9:30."}
	tUntilWhen     = problem.Text{SV: "Skriv när besöket slutar, till exempel 10.30.", EN: "Write when the visit ends, for example 10:30."}
	tWhoComes      = problem.Text{SV: "Skriv anställningsnumret för den som kommer.", EN: "Write the employee number of who comes."}
	tToldHow       = problem.Text{SV: "Välj både vem som har fått veta och hur, eller ingetdera.", EN: "Choose both who was told and how, or neither."}
	tContactNoted  = problem.Text{SV: "Försöket är antecknat.", EN: "The attempt is written down."}
	tToldNoted     = problem.Text{SV: "Det är antecknat vem som har fått veta tiden.", EN: "It is written down who was told of the time."}
	tUnbookAsk     = problem.Text{SV: "Vill du avboka tiden?", EN: "Do you want to cancel the time?"}
	tUnbookThen    = problem.Text{SV: "Uppgiften finns kvar i arbetskön utan tid.", EN: "The task stays in the work queue without a time."}
	tUnbookTell    = problem.Text{SV: "Ingen meddelas av sig själv. Ring den som väntar på besöket.", EN: "Nobody is told by itself. Call whoever waits for the visit."}
	tUnbook        = problem.Text{SV: "Avboka tiden", EN: "Cancel the time"}
	tUnbooked      = problem.Text{SV: "Tiden är avbokad. Uppgiften finns kvar.", EN: "The time is cancelled. The task stays."}
	tWhy           = problem.Text{SV: "Varför?", EN: "Why?"}
	tCancelAsk     = problem.Text{SV: "Vill du avbryta uppgiften?", EN: "Do you want to cancel the task?"}
	tCancelOrders  = problem.Text{SV: "Beställningar väntar inte längre på den.", EN: "Orders do not wait for it any longer."}
	tCancelBooking = problem.Text{SV: "En bokad tid avbokas, och ett undanlagt lås går tillbaka till lagret.", EN: "A booked time is cancelled, and a lock that was kept goes back to stock."}
	tCancelUndo    = problem.Text{SV: "Du kan öppna uppgiften igen inom ett dygn.", EN: "You can open the task again within a day."}
	tCancelDo      = problem.Text{SV: "Avbryt uppgiften", EN: "Cancel the task"}
	tCancelLink    = problem.Text{SV: "Uppgiften ska inte göras", EN: "The task is not to be done"}
	tCancelled     = problem.Text{SV: "Uppgiften är avbruten.", EN: "The task is cancelled."}
	tUndoReason    = problem.Text{SV: "Avslutad av misstag", EN: "Closed by mistake"}
	tReopened      = problem.Text{SV: "Uppgiften är öppen igen.", EN: "The task is open again."}
	tReopen        = problem.Text{SV: "Öppna uppgiften igen", EN: "Open the task again"}
	tIsDone        = problem.Text{SV: "Utförd", EN: "Done"}
	tIsCancelled   = problem.Text{SV: "Avbruten", EN: "Cancelled"}
	tSitsNow       = problem.Text{SV: "på dörren sitter lås %s", EN: "lock %s sits on the door"}
	tAtTheDoor     = problem.Text{SV: "Steg vid dörren", EN: "Steps at the door"}
	tRoutineSays   = problem.Text{SV: "Så säger rutinen", EN: "What the routine says"}
	tRuleOf        = problem.Text{SV: "Punkt %s:", EN: "Point %s:"}
	tToQueue       = problem.Text{SV: "Till arbetskön", EN: "To the work queue"}
	tReceiptLink   = problem.Text{SV: "Visa kvittot", EN: "Show the receipt"}
	tToOwner       = problem.Text{SV: "Se vad ägaren har sagt och skicka brev", EN: "See what the owner has said, and write to them"}
	tToConsents    = problem.Text{SV: "Till samtycken", EN: "To consents"}
	tWaitsOwner    = problem.Text{SV: "Uppgiften väntar på fastighetsägarens samtycke. Den kan inte bokas eller göras förrän svaret har kommit.", EN: "The task waits for the consent of the property owner. It cannot be booked or done until the answer has come."}
	tByItself      = problem.Text{SV: "Uppgiften avslutas av sig själv när svaret eller kvittensen registreras.", EN: "The task ends by itself when the answer or the receipt is recorded."}
	tGoOn          = problem.Text{SV: "Fortsätt vid dörren", EN: "Go on at the door"}
	tBegin         = problem.Text{SV: "Jag är vid dörren – börja", EN: "I am at the door – begin"}
	tBookTime      = problem.Text{SV: "Boka tid", EN: "Book a time"}
	tRebook        = problem.Text{SV: "Boka om", EN: "Move the time"}
	tWhoseDoor     = problem.Text{SV: "Vems dörr", EN: "Whose door"}
	tNoHome        = problem.Text{SV: "Uppgiften gäller ingen kunds dörr.", EN: "The task concerns no client's door."}
	tProtectedWhy  = problem.Text{SV: "Namn och adress visas när du har sagt varför du behöver dem. Skälet skrivs i loggen. Skriv inte upp adressen.", EN: "Name and address are shown when you have said why you need them. The reason is written in the journal. Do not write the address down."}
	tRevealReason  = problem.Text{SV: "Varför behöver du uppgifterna?", EN: "Why do you need the details?"}
	tReveal        = problem.Text{SV: "Visa namn och adress", EN: "Show name and address"}
	tName          = problem.Text{SV: "Namn", EN: "Name"}
	tAddress       = problem.Text{SV: "Adress", EN: "Address"}
	tPhone         = problem.Text{SV: "Telefon", EN: "Phone"}
	tRelative      = problem.Text{SV: "Anhörig", EN: "Relative"}
	tClient        = problem.Text{SV: "Kunden", EN: "The client"}
	tProvider      = problem.Text{SV: "Utföraren", EN: "The provider"}
	tTime          = problem.Text{SV: "Bokad tid", EN: "Booked time"}
	tNoTime        = problem.Text{SV: "Ingen tid är bokad.", EN: "No time is booked."}
	tBookedFor     = problem.Text{SV: "Tid", EN: "Time"}
	tComes         = problem.Text{SV: "Vem kommer", EN: "Who comes"}
	tToldWho       = problem.Text{SV: "Vem har fått veta tiden", EN: "Who was told of the time"}
	tToldBy        = problem.Text{SV: "Hur", EN: "How"}
	tToldNobody    = problem.Text{SV: "Ingen än", EN: "Nobody yet"}
	tToldSave      = problem.Text{SV: "Anteckna beskedet", EN: "Write it down"}
	tChoose        = problem.Text{SV: "Välj", EN: "Choose"}
	tByPhone       = problem.Text{SV: "Telefon", EN: "Phone"}
	tByVisit       = problem.Text{SV: "Besök", EN: "Visit"}
	tByLetter      = problem.Text{SV: "Brev", EN: "Letter"}
	tByMessage     = problem.Text{SV: "Meddelande", EN: "Message"}
	tContactTitle  = problem.Text{SV: "Gick det inte att få tag i kunden?", EN: "Could the client not be reached?"}
	tContactHow    = problem.Text{SV: "Hur slutade försöket?", EN: "How did the attempt end?"}
	tContactNote   = problem.Text{SV: "Att tänka på nästa gång", EN: "To remember next time"}
	tContactSave   = problem.Text{SV: "Anteckna försöket", EN: "Write down the attempt"}
	tNoAnswer      = problem.Text{SV: "Inget svar", EN: "No answer"}
	tCallBack      = problem.Text{SV: "Kunden ringer tillbaka", EN: "The client will call back"}
	tNotHome       = problem.Text{SV: "Ingen hemma vid besöket", EN: "Nobody at home at the visit"}
	tDeclined      = problem.Text{SV: "Kunden vill inte", EN: "The client does not want it"}
	tBookWhen      = problem.Text{SV: "När kommer ni?", EN: "When do you come?"}
	tDay           = problem.Text{SV: "Dag", EN: "Day"}
	tFrom          = problem.Text{SV: "Från klockan", EN: "From"}
	tUntil         = problem.Text{SV: "Till klockan", EN: "Until"}
	tClockHint     = problem.Text{SV: "Till exempel 9.30. Besök bokas på kontorstid.", EN: "For example 9:30. Visits are booked in office hours."}
	tKeepLock      = problem.Text{SV: "Lås att lägga undan för besöket", EN: "A lock to keep for the visit"}
	tKeepLockHint  = problem.Text{SV: "Serienummer på ett lås i lagret.", EN: "Serial number of a lock in stock."}
	tMovedWhy      = problem.Text{SV: "Varför flyttas tiden?", EN: "Why is the time moved?"}
	tSaveTime      = problem.Text{SV: "Boka tiden", EN: "Book the time"}
)
