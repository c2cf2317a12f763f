package fieldwork

import (
	"fmt"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/ui"
)

func stepTitle(v ui.View, s stepsView) string {
	if s.Now.Step == "" {
		return v.T(tFinishAsk)
	}
	return v.T(stepAsk(s.Now.Step))
}

// stepAsk is the question of a step, stepHelp what to do and stepDo its button.
func stepAsk(s routine.WorkStep) problem.Text { return stepTexts[s][0] }

func stepHelp(s routine.WorkStep) problem.Text { return stepTexts[s][1] }

func stepDo(s routine.WorkStep) problem.Text { return stepTexts[s][2] }

var stepTexts = map[routine.WorkStep][3]problem.Text{
	routine.StepInformed: {{SV: "Vet kunden att låset kommer?", EN: "Does the client know that the lock is coming?"},
		{SV: "Berätta vad låset gör och vilka som kan öppna med det.", EN: "Tell what the lock does and who can open with it."}, {SV: "Spara att kunden vet", EN: "Save that the client knows"}},
	routine.StepTaken: {{SV: "Vilket lås tog du ned?", EN: "Which lock did you take down?"},
		{SV: "Läs av numret på låset som du har i handen.", EN: "Read the number of the lock in your hand."}, {SV: "Spara låset som är nedtaget", EN: "Save the lock that came down"}},
	routine.StepRestored: {{SV: "Är dörren som den var?", EN: "Is the door as it was?"},
		{SV: "Sätt tillbaka dörrens egen del. Öppna och lås dörren en gång med kundens egen nyckel.", EN: "Put the door's own part back. Open and lock the door once with the client's own key."}, {SV: "Spara att dörren är återställd", EN: "Save that the door is restored"}},
	routine.StepKeys: {{SV: "Har kundens nycklar gått tillbaka?", EN: "Have the client's keys gone back?"},
		{SV: "Skriv 0 om det inte fanns några.", EN: "Write 0 if there were none."}, {SV: "Spara nycklarna", EN: "Save the keys"}},
	routine.StepSerial: {{SV: "Vilket lås monterar du?", EN: "Which lock are you mounting?"},
		{SV: "Kontrollera att du är vid rätt dörr. Läs av numret på själva låset, inte på kartongen.", EN: "Check that you are at the right door. Read the number on the lock itself, not on the box."}, {SV: "Spara låsets nummer", EN: "Save the lock's number"}},
	routine.StepWhyBox: {{SV: "Varför en nyckelgömma?", EN: "Why a key box?"},
		{SV: "En nyckelgömma monteras bara där ett lås på dörren inte går.", EN: "A key box is mounted only where a lock on the door is not possible."}, {SV: "Spara skälet", EN: "Save the reason"}},
	routine.StepSecond: {{SV: "Har en annan person kontrollerat?", EN: "Has another person checked?"},
		{SV: "Den andra personen läser själv av numret på låset och ser att det är rätt dörr.", EN: "The other person reads the number of the lock and sees that it is the right door."}, {SV: "Spara kontrollen", EN: "Save the check"}},
	routine.StepTest: {{SV: "Öppnade låset?", EN: "Did the lock open?"},
		{SV: "Öppna med en nyckel, stäng dörren och öppna en gång till. Gå inte vidare förrän det har gått.", EN: "Open with a key, close the door and open once more. Do not go on until it works."}, {SV: "Ja, låset öppnade", EN: "Yes, the lock opened"}},
	routine.StepOriginal: {{SV: "Var förvaras det som satt på dörren?", EN: "Where is what sat on the door kept?"},
		{SV: "Det ska tillbaka när låset tas ned. Gäller det en nyckelgömma: skriv vilken nyckel som ligger i den.", EN: "It goes back when the lock comes down. For a key box: write which key is in it."}, {SV: "Spara platsen", EN: "Save the place"}},
}

func whoLabel(s routine.WorkStep) problem.Text {
	if s == routine.StepSecond {
		return problem.Text{SV: "Vem kontrollerade", EN: "Who checked"}
	}
	return problem.Text{SV: "Vem gjorde det", EN: "Who did it"}
}

func goesTo() []pair {
	return []pair{{string(fleet.InStock), problem.Text{SV: "Till lagret, helt", EN: "To stock, in order"}}, {string(fleet.Dismounted), problem.Text{SV: "Undan tills vidare", EN: "Put aside for now"}},
		{string(fleet.InWarranty), problem.Text{SV: "På garanti till leverantören", EN: "To the supplier under warranty"}}, {string(fleet.Scrapped), problem.Text{SV: "Kasseras", EN: "Scrapped"}}}
}

// saidAnswers is what has been said of each step, with a way to change it while the work is open.
func saidAnswers(v ui.View, w casework.WorkFile) []ui.Answer {
	var out []ui.Answer
	for _, i := range w.Checklist {
		a := ui.Answer{Question: problem.Text{SV: i.SV, EN: i.EN}.In(v.Lang), Answer: v.T(tNotSaid)}
		if i.Said != nil {
			a.Answer = saidWords(v, w, *i.Said)
		}
		if w.Task.Open() {
			a.Change = "/arbete/" + w.Task.ID + "/steg?steg=" + string(i.Step)
		}
		out = append(out, a)
	}
	return out
}

func saidWords(v ui.View, w casework.WorkFile, s casework.Step) string {
	var out []string
	f := s.Found
	if f.Serial != "" {
		out = append(out, f.Serial)
	}
	if s.Step == routine.StepKeys {
		out = append(out, fmt.Sprint(f.Keys))
	}
	if f.Told == "estate" {
		out = append(out, v.T(tEstate))
	} else if f.Told != "" {
		out = append(out, v.T(wordOf(toldWhom(), f.Told)))
	}
	if f.How != "" {
		out = append(out, strings.ToLower(v.T(wordOf(toldWays(), f.How))))
	}
	if f.Next != "" {
		out = append(out, v.T(wordOf(goesTo(), string(f.Next))))
	}
	for _, text := range []string{f.Place, f.Reason} {
		if text != "" {
			out = append(out, text)
		}
	}
	if n := w.Staff[s.StaffID]; n != "" {
		out = append(out, v.F(tEmployee, n))
	}
	return strings.Join(append(out, v.When(s.At)), ", ")
}

// stepList is the steps with how far each has come.
func stepList(v ui.View, w casework.WorkFile) []ui.Step {
	var out []ui.Step
	for _, i := range w.Checklist {
		s := ui.Step{Text: problem.Text{SV: i.SV, EN: i.EN}.In(v.Lang), State: ui.NotBegun}
		if i.Said != nil {
			s.State, s.Hint = ui.Done, saidWords(v, w, *i.Said)
		}
		if w.Task.State == casework.TaskInProgress {
			s.Href = "/arbete/" + w.Task.ID + "/steg?steg=" + string(i.Step)
		} else if i.Said == nil {
			s.State = ui.CannotYet
		}
		out = append(out, s)
	}
	return out
}

func putsUp(k routine.TaskKind) bool {
	return k == routine.Mount || k == routine.MountEntrance || k.Exchanges()
}

func takesDown(k routine.TaskKind) bool {
	return k == routine.Dismount || k == routine.DismountEntrance
}

func finishHelp(k routine.TaskKind) problem.Text {
	switch {
	case putsUp(k):
		return problem.Text{SV: "När du sparar gäller låset: de som har rätt till dörren får öppna när nyckeln har hämtat sina behörigheter.", EN: "When you save, the lock counts: those who have a right to the door may open once their key has fetched its rights."}
	case takesDown(k):
		return problem.Text{SV: "När du sparar upphör alla behörigheter till låset.", EN: "When you save, all rights to the lock end."}
	}
	return problem.Text{SV: "När du sparar är uppgiften klar.", EN: "When you save, the task is done."}
}

func finishDo(k routine.TaskKind) problem.Text {
	switch {
	case putsUp(k):
		return problem.Text{SV: "Lämna över låset", EN: "Hand the lock over"}
	case takesDown(k):
		return problem.Text{SV: "Avsluta nedmonteringen", EN: "Finish the dismounting"}
	}
	return problem.Text{SV: "Markera som utförd", EN: "Mark as done"}
}

func doneTitle(k routine.TaskKind) problem.Text {
	switch {
	case putsUp(k):
		return problem.Text{SV: "Låset är monterat", EN: "The lock is mounted"}
	case takesDown(k):
		return problem.Text{SV: "Låset är nedtaget", EN: "The lock is down"}
	}
	return problem.Text{SV: "Uppgiften är utförd", EN: "The task is done"}
}

// afterwards is what happens now, and what the technician does before leaving.
func afterwards(v ui.View, w casework.WorkFile) []string {
	var out []string
	switch {
	case putsUp(w.Task.Kind):
		out = append(out, v.F(tDoneMounted, w.Mounted), v.T(tDoneShow))
	case takesDown(w.Task.Kind):
		out = append(out, v.T(tDoneDown))
	}
	for _, o := range w.Orders {
		out = append(out, v.F(tDoneOrder, o.Number))
	}
	return out
}

var (
	tKeptLock       = problem.Text{SV: "För besöket är lås %s undanlagt.", EN: "Lock %s is kept for the visit."}
	tComesDown      = problem.Text{SV: "På dörren ska lås %s sitta.", EN: "Lock %s should sit on the door."}
	tStepTold       = problem.Text{SV: "Välj vem som vet.", EN: "Choose who knows."}
	tStepHow        = problem.Text{SV: "Välj hur de fick veta.", EN: "Choose how they were told."}
	tStepSerial     = problem.Text{SV: "Läs av eller skriv låsets nummer.", EN: "Read or type the lock's number."}
	tStepNext       = problem.Text{SV: "Välj vart låset ska.", EN: "Choose where the lock goes."}
	tStepScrap      = problem.Text{SV: "Skriv varför låset kasseras.", EN: "Write why the lock is scrapped."}
	tStepBox        = problem.Text{SV: "Skriv varför ett lås på dörren inte går.", EN: "Write why a lock on the door is not possible."}
	tStepPlace      = problem.Text{SV: "Skriv var delen förvaras.", EN: "Write where the part is kept."}
	tStepKeys       = problem.Text{SV: "Skriv hur många nycklar, 0 till 20.", EN: "Write how many keys, 0 to 20."}
	tStepGot        = problem.Text{SV: "Välj vem som fick nycklarna.", EN: "Choose who got the keys."}
	tStepWho        = problem.Text{SV: "Skriv anställningsnumret för den som gjorde det.", EN: "Write the employee number of who did it."}
	tStepAgain      = problem.Text{SV: "Steget är redan sparat med andra uppgifter. Spara en gång till om det här är en rättelse.", EN: "The step is saved already with other details. Save once more if this is a correction."}
	tWaiting        = problem.Text{SV: "Offline sedan %s. Steg som väntar: %d. De är sparade i telefonen och skickas när nätet är tillbaka.", EN: "Offline since %s. Steps waiting: %d. They are kept in the phone and are sent when the network is back."}
	tWaitingNone    = problem.Text{SV: "Offline sedan %s. Fortsätt: stegen sparas i telefonen.", EN: "Offline since %s. Go on: the steps are kept in the phone."}
	tWaitingLogin   = problem.Text{SV: "Steg som väntar: %d. Logga in igen för att skicka dem.", EN: "Steps waiting: %d. Log in again to send them."}
	tWaitingRefused = problem.Text{SV: "Ett steg togs inte emot. Tryck för att se varför och rätta det.", EN: "A step was not accepted. Press to see why and correct it."}
	tKeptHere       = problem.Text{SV: "Sidan är en kopia som telefonen har sparat.", EN: "The page is a copy that the phone has kept."}
	tSendNow        = problem.Text{SV: "Skicka nu", EN: "Send now"}
	tAllSaid        = problem.Text{SV: "Allt är sagt", EN: "Everything is said"}
	tAllSaidD       = problem.Text{SV: "Stegen väntar i telefonen. Uppgiften är klar först när de har skickats. Låt sidan vara öppen tills nätet är tillbaka.", EN: "The steps wait in the phone. The task is done only when they have been sent. Keep the page open until the network is back."}
	tWhoKnows       = problem.Text{SV: "Vem vet", EN: "Who knows"}
	tSerial         = problem.Text{SV: "Låsets nummer", EN: "The lock's number"}
	tSerialHint     = problem.Text{SV: "Läs koden med kameran eller en handläsare, eller skriv numret.", EN: "Read the code with the camera or a hand scanner, or type the number."}
	tGoesWhere      = problem.Text{SV: "Vart ska låset?", EN: "Where does the lock go?"}
	tScrapWhy       = problem.Text{SV: "Varför, om det kasseras", EN: "Why, if it is scrapped"}
	tBoxWhy         = problem.Text{SV: "Varför ett lås på dörren inte går", EN: "Why a lock on the door is not possible"}
	tPlace          = problem.Text{SV: "Plats", EN: "Place"}
	tPlaceHint      = problem.Text{SV: "Till exempel: kundens hallskåp, eller nyckelförrådet hylla 4.", EN: "For example: the client's hall cupboard, or the key store, shelf 4."}
	tKeysBack       = problem.Text{SV: "Antal nycklar", EN: "Number of keys"}
	tKeysTo         = problem.Text{SV: "Vem fick dem", EN: "Who got them"}
	tEstate         = problem.Text{SV: "Dödsboet", EN: "The estate"}
	tEmployee       = problem.Text{SV: "anställningsnummer %s", EN: "employee number %s"}
	tNotSaid        = problem.Text{SV: "Inte gjort", EN: "Not done"}
	tFinishAsk      = problem.Text{SV: "Stämmer allt?", EN: "Is everything right?"}
	tFinishNote     = problem.Text{SV: "Något att tillägga", EN: "Anything to add"}
	tWasSaid        = problem.Text{SV: "Det här gjordes", EN: "What was done"}
	tDoneMounted    = problem.Text{SV: "Lås %s sitter på dörren.", EN: "Lock %s sits on the door."}
	tDoneShow       = problem.Text{SV: "Visa kunden hur låset öppnas inifrån innan du går.", EN: "Show the client how the lock opens from inside before you leave."}
	tDoneDown       = problem.Text{SV: "Ingen kan längre öppna med låset.", EN: "Nobody can open with the lock any longer."}
	tDoneOrder      = problem.Text{SV: "Den som lade beställning %s ser att arbetet är gjort.", EN: "Whoever placed order %s sees that the work is done."}
)
