package orders

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

var (
	tNavOrder   = problem.Text{SV: "Beställ", EN: "Order"}
	tNavOrders  = problem.Text{SV: "Beställningar", EN: "Orders"}
	tStart      = problem.Text{SV: "Vad vill du beställa?", EN: "What do you want to order?"}
	tStartLead  = problem.Text{SV: "Välj det som har hänt. Systemet räknar ut vilka som ska få öppna och vad som behöver göras.", EN: "Choose what has happened. The system works out who shall be able to open, and what needs doing."}
	tStartForm  = problem.Text{SV: "Du skriver in blanketter åt andra. Välj vad blanketten gäller.", EN: "You write in forms for others. Choose what the form is about."}
	tNothing    = problem.Text{SV: "Din roll beställer inget här", EN: "Your role orders nothing here"}
	tNothingD   = problem.Text{SV: "I den här kommunen lägger någon annan beställningarna, eller så skickar ni en blankett till låsansvarig.", EN: "In this municipality somebody else places the orders, or you send a form to the lock manager."}
	tBegins     = problem.Text{SV: "En insats börjar", EN: "A service begins"}
	tLocks      = problem.Text{SV: "Lås", EN: "Locks"}
	tChanges    = problem.Text{SV: "Ändra vem som får öppna", EN: "Change who may open"}
	tEnds       = problem.Text{SV: "Något upphör", EN: "Something ends"}
	tChooseKind = problem.Text{SV: "Välj vad du vill beställa.", EN: "Choose what you want to order."}
	tDrafts     = problem.Text{SV: "Påbörjade beställningar", EN: "Orders begun"}
	tDraftsLead = problem.Text{SV: "De sparas medan du skriver och slängs efter två veckor. Bara du ser dem.", EN: "They are saved as you write, and thrown away after two weeks. Only you see them."}
	tDraftSaved = problem.Text{SV: "Sparad %s", EN: "Saved %s"}
	tContinue   = problem.Text{SV: "Fortsätt", EN: "Continue"}
	tDrop       = problem.Text{SV: "Släng", EN: "Throw away"}
	tDropThis   = problem.Text{SV: "Släng utkastet", EN: "Throw the draft away"}
	tDropped    = problem.Text{SV: "Utkastet är slängt.", EN: "The draft is thrown away."}
	tNobodyYet  = problem.Text{SV: "Ingen kund vald ännu", EN: "No client chosen yet"}
	tNext       = problem.Text{SV: "Fortsätt", EN: "Continue"}
	tSavedNote  = problem.Text{SV: "Det du svarar sparas. Du kan fortsätta senare under Beställ.", EN: "Your answers are saved. You can continue later, under Order."}

	tAskClient   = problem.Text{SV: "Vem gäller det?", EN: "Whom is it about?"}
	tAskClientH  = problem.Text{SV: "Personnummer, eller början av förnamn och efternamn. Den som har skyddad identitet hittas bara på personnummer.", EN: "Identity number, or the beginning of first and last name. Who has a protected identity is found by number only."}
	tFind        = problem.Text{SV: "Sök kund", EN: "Find the client"}
	tWho         = problem.Text{SV: "Vilken kund menar du?", EN: "Which client do you mean?"}
	tChoose      = problem.Text{SV: "Välj", EN: "Choose"}
	tTooMany     = problem.Text{SV: "Fler än %d passar. Skriv mer av namnet, eller hela personnumret.", EN: "More than %d fit. Write more of the name, or the whole number."}
	tChosen      = problem.Text{SV: "Vald: %s", EN: "Chosen: %s"}
	tKeepClient  = problem.Text{SV: "Behåll %s", EN: "Keep %s"}
	tRead        = problem.Text{SV: "Vem du söker på och läser om skrivs i loggen och följs upp.", EN: "Whom you search for and read about is written in the journal, and followed up."}
	tAskForm     = problem.Text{SV: "Vems blankett är det?", EN: "Whose form is it?"}
	tAskRole     = problem.Text{SV: "Den som har skickat blanketten är", EN: "Whoever sent the form is"}
	tAskOrg      = problem.Text{SV: "Organisationsnummer", EN: "Organisation number"}
	tAskOrgHint  = problem.Text{SV: "Tio siffror, till exempel 556000-3468.", EN: "Ten digits, such as 556000-3468."}
	tAskGroup    = problem.Text{SV: "Vilken grupp ska utföra insatsen?", EN: "Which group shall carry out the service?"}
	tAskWhich    = problem.Text{SV: "Vilken grupp gäller det?", EN: "Which group does it concern?"}
	tAskFrom     = problem.Text{SV: "Vilken grupp slutar?", EN: "Which group stops?"}
	tAskTo       = problem.Text{SV: "Vilken grupp tar över?", EN: "Which group takes over?"}
	tTypeCode    = problem.Text{SV: "Skriv gruppens kod, till exempel G001.", EN: "Write the group's code, such as G001."}
	tNoGroup     = problem.Text{SV: "Kunden har ingen sådan insats", EN: "The client has no such service"}
	tNoGroupD    = problem.Text{SV: "Gå tillbaka och välj en annan kund eller en annan beställning.", EN: "Go back and choose another client, or another order."}
	tNoneServes  = problem.Text{SV: "Ingen grupp kan väljas", EN: "No group can be chosen"}
	tNoneServesD = problem.Text{SV: "Din organisation har ingen grupp som utför insatsen. Be omsorgshandläggaren beställa.", EN: "Your organisation has no group that carries out the service. Ask the case officer to order."}
	tAskNeed     = problem.Text{SV: "Varför behöver kunden ett lås?", EN: "Why does the client need a lock?"}
	tAskOpens    = problem.Text{SV: "Kan kunden öppna dörren själv?", EN: "Can the client open the door?"}
	tAskOpensH   = problem.Text{SV: "Den som öppnar själv behöver inget lås, och gruppen får inte tillträde förrän det ändras.", EN: "Who opens the door needs no lock, and the group gets no access until that changes."}
	tYes         = problem.Text{SV: "Ja, kunden öppnar själv", EN: "Yes, the client opens"}
	tNo          = problem.Text{SV: "Nej, personalen behöver kunna öppna", EN: "No, staff need to be able to open"}
	tAskDay      = problem.Text{SV: "Från vilken dag gäller det?", EN: "From which day does it hold?"}
	tAskDayH     = problem.Text{SV: "Från midnatt när dagen börjar.", EN: "From midnight when the day begins."}
	tDayLabel    = problem.Text{SV: "Första dagen", EN: "First day"}
	tMore        = problem.Text{SV: "Stämmer något av det här?", EN: "Does any of this hold?"}
	tUrgent      = problem.Text{SV: "Det brådskar", EN: "It is urgent"}
	tUrgentH     = problem.Text{SV: "Arbetet vid dörren läggs först i kön. Skriv varför.", EN: "The work at the door is put first in the queue. Say why."}
	tInEffect    = problem.Text{SV: "Kunden är redan verkställd hos utföraren", EN: "The client is already in effect with the provider"}
	tMessage     = problem.Text{SV: "Meddelande till den som utför", EN: "Message to whoever does the work"}
	tMessageH    = problem.Text{SV: "Till exempel att någon ska ringa först. Skriv inget om hälsa.", EN: "For instance that somebody should phone first. Write nothing about health."}
	tInWords     = problem.Text{SV: "Varför, med egna ord", EN: "Why, in your own words"}
	tInWordsH    = problem.Text{SV: "Behövs om du valde Annat skäl.", EN: "Needed if you chose Another reason."}
	tReference   = problem.Text{SV: "Er egen referens", EN: "Your own reference"}

	tChooseRole        = problem.Text{SV: "Välj vem som har skickat blanketten.", EN: "Choose who sent the form."}
	tWriteOrganisation = problem.Text{SV: "Skriv organisationsnumret med tio siffror.", EN: "Write the organisation number, ten digits."}
	tChooseGroup       = problem.Text{SV: "Välj grupp.", EN: "Choose a group."}
	tChooseTo          = problem.Text{SV: "Välj vilken grupp som tar över.", EN: "Choose which group takes over."}
	tSameGroup         = problem.Text{SV: "Välj en annan grupp än den som slutar.", EN: "Choose another group than the one that stops."}
	tChooseNeed        = problem.Text{SV: "Välj varför kunden behöver ett lås.", EN: "Choose why the client needs a lock."}
	tWriteNeed         = problem.Text{SV: "Skriv med egna ord varför låset behövs.", EN: "Say in your own words why the lock is needed."}
	tChooseOpens       = problem.Text{SV: "Välj om kunden kan öppna själv.", EN: "Choose whether the client can open."}
	tWriteDay          = problem.Text{SV: "Skriv vilken dag det gäller från.", EN: "Write from which day it holds."}
	tBadDay            = problem.Text{SV: "Dagen går inte att läsa eller finns inte. Skriv den som 2026-06-03.", EN: "The day cannot be read or does not exist. Write it as 2026-06-03."}
	tWriteUrgent       = problem.Text{SV: "Skriv varför det brådskar.", EN: "Say why it is urgent."}

	tCheck      = problem.Text{SV: "Kontrollera innan du beställer", EN: "Check before you order"}
	tQClient    = problem.Text{SV: "Kund", EN: "Client"}
	tQKind      = problem.Text{SV: "Beställning", EN: "Order"}
	tQForm      = problem.Text{SV: "Blankett från", EN: "Form from"}
	tQGroup     = problem.Text{SV: "Grupp", EN: "Group"}
	tQFrom      = problem.Text{SV: "Slutar", EN: "Stops"}
	tQTo        = problem.Text{SV: "Tar över", EN: "Takes over"}
	tQNeed      = problem.Text{SV: "Skäl", EN: "Reason"}
	tQOpens     = problem.Text{SV: "Kunden öppnar själv", EN: "The client opens"}
	tQDay       = problem.Text{SV: "Gäller från", EN: "Holds from"}
	tQUrgent    = problem.Text{SV: "Brådskar", EN: "Urgent"}
	tQEffect    = problem.Text{SV: "Verkställd", EN: "In effect"}
	tQMessage   = problem.Text{SV: "Meddelande", EN: "Message"}
	tQReference = problem.Text{SV: "Er referens", EN: "Your reference"}
	tQYes       = problem.Text{SV: "Ja", EN: "Yes"}
	tQNo        = problem.Text{SV: "Nej", EN: "No"}
	tThen       = problem.Text{SV: "Det här händer", EN: "This will happen"}
	tDoors      = problem.Text{SV: "Dörrar som berörs: %s.", EN: "Doors concerned: %s."}
	tDoorLock   = problem.Text{SV: "dörrlåset", EN: "the door lock"}
	tKeyBox     = problem.Text{SV: "nyckelgömman", EN: "the key box"}
	tEntrance   = problem.Text{SV: "porten", EN: "the entrance"}
	tNoLock     = problem.Text{SV: "Det finns inget lås vid kundens dörr ännu.", EN: "There is no lock at the client's door yet."}
	tGains      = problem.Text{SV: "%s får öppna %s.", EN: "%s may open %s."}
	tLoses      = problem.Text{SV: "%s får inte längre öppna, från %s.", EN: "%s may not open any longer, from %s."}
	tWillDo     = problem.Text{SV: "%s, klart senast %s.", EN: "%s, due %s."}
	tNoAccess   = problem.Text{SV: "Ingen får eller mister tillträde.", EN: "Nobody gains or loses access."}
	tSoAlready  = problem.Text{SV: "Det är så redan. Beställningen ändrar ingenting, men den sparas.", EN: "It is so already. The order changes nothing, but it is kept."}
	tSimilar    = problem.Text{SV: "Samma sak har beställts nyligen. Se efter så att det inte blir två.", EN: "The same has been ordered lately. See that there are not two."}
	tSimilarOne = problem.Text{SV: "Beställning %s kom %s", EN: "Order %s came %s"}
	tCannot     = problem.Text{SV: "Beställningen kan inte skickas", EN: "The order cannot be sent"}
	tUnknown    = problem.Text{SV: "Vad som händer visas när beställningen är skickad.", EN: "What happens is shown when the order has been sent."}
	tSend       = problem.Text{SV: "Skicka beställningen", EN: "Send the order"}

	tDone       = problem.Text{SV: "Beställningen är mottagen", EN: "The order is received"}
	tNextSteps  = problem.Text{SV: "Vad händer nu?", EN: "What happens now?"}
	tNoSteps    = problem.Text{SV: "Inget arbete behövs. Ändringen gäller från %s.", EN: "No work is needed. The change holds from %s."}
	tContact    = problem.Text{SV: "Frågor? Ring %s, %s, och säg numret.", EN: "Questions? Phone %s, %s, and say the number."}
	tFollow     = problem.Text{SV: "Följ beställningen", EN: "Follow the order"}
	tOrderMore  = problem.Text{SV: "Beställ något mer för samma kund", EN: "Order more for the same client"}
	tOrderOther = problem.Text{SV: "Beställ för en annan kund", EN: "Order for another client"}

	tList        = problem.Text{SV: "Beställningar", EN: "Orders"}
	tListLead    = problem.Text{SV: "Det senaste överst.", EN: "The latest first."}
	tMine        = problem.Text{SV: "Mina", EN: "Mine"}
	tAll         = problem.Text{SV: "Alla", EN: "All"}
	tWhose       = problem.Text{SV: "Vems beställningar", EN: "Whose orders"}
	tState       = problem.Text{SV: "Läge", EN: "State"}
	tAnyState    = problem.Text{SV: "Alla lägen", EN: "Any state"}
	tKind        = problem.Text{SV: "Beställning", EN: "Order"}
	tAnyKind     = problem.Text{SV: "Alla slag", EN: "Any kind"}
	tSince       = problem.Text{SV: "Inkommen från och med", EN: "Received from"}
	tReceived    = problem.Text{SV: "Kom in", EN: "Received"}
	tNone        = problem.Text{SV: "Inga beställningar att visa", EN: "No orders to show"}
	tNoneMine    = problem.Text{SV: "Det du beställer här i portalen syns under Mina. Det som kommer från verksamhetssystemet syns under Alla.", EN: "What you order here in the portal shows under Mine. What comes from the case system shows under All."}
	tNoneAll     = problem.Text{SV: "När någon beställer syns det här.", EN: "When somebody orders it shows here."}
	tNoneFilter  = problem.Text{SV: "Inget passar det du har valt. Visa fler genom att ändra urvalet.", EN: "Nothing fits your choice. Change it to see more."}
	tClearFilter = problem.Text{SV: "Ta bort urvalet", EN: "Clear the choice"}
	tOlderOrders = problem.Text{SV: "Äldre beställningar", EN: "Older orders"}
	tNewest      = problem.Text{SV: "De senaste", EN: "The latest"}
	tNotShown    = problem.Text{SV: "Kunden visas inte för er längre", EN: "The client is no longer shown to you"}
	tReadNote    = problem.Text{SV: "Vilka kunder du har fått se här har skrivits i loggen.", EN: "Which clients this page showed you has been written in the journal."}

	tOrderNo     = problem.Text{SV: "Ärende %s", EN: "Order %s"}
	tOrdered     = problem.Text{SV: "Det här beställdes", EN: "What was ordered"}
	tBy          = problem.Text{SV: "Beställd av", EN: "Ordered by"}
	tWay         = problem.Text{SV: "Kom in", EN: "Came"}
	tNextStep    = problem.Text{SV: "Nästa steg", EN: "Next step"}
	tNextDue     = problem.Text{SV: "%s ska vara klart %s.", EN: "%s is due %s."}
	tResponsible = problem.Text{SV: "Ansvarig: %s", EN: "Responsible: %s"}
	tLockManager = problem.Text{SV: "låsansvarig", EN: "the lock manager"}
	tNoNext      = problem.Text{SV: "Inget mer behöver göras.", EN: "Nothing more needs doing."}
	tToTasks     = problem.Text{SV: "Öppna uppgifterna", EN: "Open the tasks"}
	tWork        = problem.Text{SV: "Arbete", EN: "Work"}
	tNoWork      = problem.Text{SV: "Beställningen ledde inte till något arbete.", EN: "The order led to no work."}
	tTaskDone    = problem.Text{SV: "Klart", EN: "Done"}
	tTaskOff     = problem.Text{SV: "Struket", EN: "Called off"}
	tTaskOpen    = problem.Text{SV: "Kvar att göra", EN: "To do"}
	tTaskWaits   = problem.Text{SV: "Väntar", EN: "Waits"}
	tConsent     = problem.Text{SV: "Fastighetsägarens medgivande", EN: "The property owner's consent"}
	tSaid        = problem.Text{SV: "%s har sagt nej.", EN: "%s has said no."}
	tOwnerHidden = problem.Text{SV: "En ägare med skyddad identitet", EN: "An owner with a protected identity"}
	tBecause     = problem.Text{SV: "Varför blev det så?", EN: "Why was that?"}
	tNoRules     = problem.Text{SV: "Beställningen ändrade ingenting: det var så redan.", EN: "The order changed nothing: it was so already."}
	tHistory     = problem.Text{SV: "Vad har hänt?", EN: "What has happened?"}
	tAnswer      = problem.Text{SV: "Svar", EN: "Answer"}
	tCan         = problem.Text{SV: "Vad kan du göra?", EN: "What can you do?"}
	tAgain       = problem.Text{SV: "Beställ samma sak igen", EN: "Order the same again"}
	tWithdraw    = problem.Text{SV: "Ta tillbaka beställningen", EN: "Take the order back"}
	tReturn      = problem.Text{SV: "Returnera till beställaren", EN: "Return to the orderer"}
	tWithdrawQ   = problem.Text{SV: "Vill du ta tillbaka beställning %s?", EN: "Take back order %s?"}
	tReturnQ     = problem.Text{SV: "Vill du returnera beställning %s?", EN: "Return order %s?"}
	tBackEffect  = problem.Text{SV: "Insatser och behörigheter blir som om beställningen aldrig hade kommit.", EN: "Services and access become as if the order had never come."}
	tBackWork    = problem.Text{SV: "Arbete som bara den här beställningen har lett till stryks.", EN: "Work that only this order has led to is called off."}
	tBackNew     = problem.Text{SV: "Du kan inte ångra dig, men du kan beställa samma sak igen.", EN: "You cannot undo it, but you can order the same again."}
	tReturnTell  = problem.Text{SV: "Beställaren ser skälet och kan rätta och beställa på nytt.", EN: "The orderer sees the reason, and can correct it and order anew."}
	tWhy         = problem.Text{SV: "Varför?", EN: "Why?"}
	tWhyReturn   = problem.Text{SV: "Vad behöver beställaren rätta?", EN: "What does the orderer need to correct?"}

	tWithdrawnFlash = problem.Text{SV: "Beställningen är återtagen.", EN: "The order is taken back."}
	tReturnedFlash  = problem.Text{SV: "Beställningen är returnerad.", EN: "The order is returned."}
)

// sentence says what an order of a kind is for.
func sentence(k routine.OrderKind) problem.Text {
	switch k {
	case routine.AlarmGranted:
		return problem.Text{SV: "Kunden har fått trygghetslarm. Larmteamet får öppna, och lås monteras om det saknas.", EN: "The client has been granted a safety alarm. The alarm team may open, and a lock is mounted if there is none."}
	case routine.AlarmRenounced:
		return problem.Text{SV: "Kunden vill inte ha larmet kvar. Hemtjänsten behåller sitt tillträde.", EN: "The client does not want the alarm any longer. Home care keeps its access."}
	case routine.HomeCareGranted:
		return problem.Text{SV: "Kunden har fått hemtjänst och valt utförare.", EN: "The client has been granted home care and has chosen a provider."}
	case routine.HomeCareEnded:
		return problem.Text{SV: "En utförare slutar hos kunden och ska inte öppna längre.", EN: "A provider stops at the client's, and shall not open any longer."}
	case routine.ProviderChanged:
		return problem.Text{SV: "En grupp slutar och en annan tar över samma midnatt.", EN: "One group stops and another takes over at the same midnight."}
	case routine.NeedsLock:
		return problem.Text{SV: "Kunden kan inte längre öppna, eller hör inte när det knackar.", EN: "The client can no longer open, or does not hear the knock."}
	case routine.OpensSelf:
		return problem.Text{SV: "Kunden kan eller vill öppna själv. Gruppen behöver inte tillträde.", EN: "The client can or wants to open. The group needs no access."}
	case routine.InEffect:
		return problem.Text{SV: "Kunden är verkställd hos utföraren, som får sitt tillträde.", EN: "The client is in effect with the provider, which gets its access."}
	case routine.ShoppingGranted:
		return problem.Text{SV: "En leverantör ska lämna inköp eller mat hos kunden.", EN: "A firm shall deliver shopping or meals to the client."}
	case routine.ShoppingEnded:
		return problem.Text{SV: "Leveranserna till kunden upphör.", EN: "Deliveries to the client end."}
	case routine.HealthStarted:
		return problem.Text{SV: "Sjuksköterskor ska kunna komma in till kunden.", EN: "Nurses shall be able to get in to the client."}
	case routine.HealthEnded:
		return problem.Text{SV: "Hemsjukvården hos kunden är slut.", EN: "Home nursing at the client's is over."}
	case routine.Died:
		return problem.Text{SV: "Alla tillträden upphör. Lås och nycklar tas om hand.", EN: "All access ends. Lock and keys are taken care of."}
	case routine.Moved:
		return problem.Text{SV: "Kunden lämnar bostaden. Alla tillträden dit upphör den dagen.", EN: "The client leaves the dwelling. All access to it ends that day."}
	case routine.LockEnds:
		return problem.Text{SV: "Ingen behöver låset längre. Kunden har inget larm.", EN: "Nobody needs the lock any longer. The client has no alarm."}
	case routine.MountOrder:
		return problem.Text{SV: "Ett lås ska upp på kundens dörr.", EN: "A lock is to be put up on the client's door."}
	case routine.DismountOrder:
		return problem.Text{SV: "Låset ska ned från kundens dörr.", EN: "The lock is to be taken down from the client's door."}
	case routine.ServiceOrder:
		return problem.Text{SV: "Låset kärvar, har dåligt batteri eller behöver ses över.", EN: "The lock jams, has a weak battery or needs to be looked at."}
	}
	return problem.Text{}
}

func needName(n routine.Need) problem.Text {
	switch n {
	case routine.CannotOpen:
		return problem.Text{SV: "Kunden kan inte öppna dörren", EN: "The client cannot open the door"}
	case routine.DoesNotHear:
		return problem.Text{SV: "Kunden hör inte när det knackar", EN: "The client does not hear the knock"}
	}
	return problem.Text{SV: "Annat skäl", EN: "Another reason"}
}

func stateName(s casework.State) (text problem.Text, icon, tone string) {
	switch s {
	case casework.InProgress, casework.Accepted:
		return problem.Text{SV: "Pågår", EN: "In progress"}, "clock", "info"
	case casework.Done:
		return problem.Text{SV: "Klar", EN: "Done"}, "check", "good"
	case casework.Returned:
		return problem.Text{SV: "Returnerad", EN: "Returned"}, "undo", "warn"
	}
	return problem.Text{SV: "Återtagen", EN: "Taken back"}, "ended", "calm"
}

func consentName(a consent.Answer) (text problem.Text, icon, tone string) {
	switch a {
	case consent.Given:
		return problem.Text{SV: "Ägaren har sagt ja", EN: "The owner has agreed"}, "check", "good"
	case consent.Requested:
		return problem.Text{SV: "Brev är skickat, inget svar ännu", EN: "A letter is sent, no answer yet"}, "mail", "info"
	case consent.Refused:
		return problem.Text{SV: "Ägaren har sagt nej", EN: "The owner has refused"}, "block", "bad"
	case consent.Withdrawn:
		return problem.Text{SV: "Ägaren har tagit tillbaka sitt ja", EN: "The owner has withdrawn the consent"}, "block", "bad"
	}
	return problem.Text{SV: "Ägaren är inte tillfrågad", EN: "The owner has not been asked"}, "empty", "warn"
}

// ruleFor is the line of the routine that an order of a kind rests on.
func ruleFor(k routine.OrderKind) string {
	for _, r := range routine.DefaultOrders() {
		for _, kind := range r.Kinds {
			if kind == k && r.Rule != routine.RuleWhoOrders {
				return r.Rule
			}
		}
	}
	return routine.RuleWhoOrders
}
