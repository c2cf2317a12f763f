package home

import (
	"hemnyckel/internal/base/problem"
)

var (
	tStartTitle    = problem.Text{SV: "God dag, %s", EN: "Hello, %s"}
	tNowNeeds      = problem.Text{SV: "Det här väntar på dig", EN: "This waits for you"}
	tNothing       = problem.Text{SV: "Inget väntar på dig just nu", EN: "Nothing waits for you right now"}
	tNothingD      = problem.Text{SV: "Här visas det som behöver dig: arbete, frågor, nycklar och granskningar.", EN: "What needs you is shown here: work, questions, keys and reviews."}
	tNext          = problem.Text{SV: "Först i tur", EN: "First in line"}
	tOneTask       = problem.Text{SV: "öppen uppgift", EN: "open task"}
	tOneQuestion   = problem.Text{SV: "fråga att besluta", EN: "question to decide"}
	tManyQuestions = problem.Text{SV: "frågor att besluta", EN: "questions to decide"}
	tQuestionsD    = problem.Text{SV: "Arbetet väntar tills du har svarat", EN: "Work waits until you have answered"}
	tOneDue        = problem.Text{SV: "nyckel behöver synkas", EN: "key needs to sync"}
	tOneBlocked    = problem.Text{SV: "spärrad nyckel", EN: "blocked key"}
	tCountTasks    = problem.Text{SV: "öppna uppgifter", EN: "open tasks"}
	tCountLate     = problem.Text{SV: "varav försenade: %s", EN: "of them late: %s"}
	tUrgent        = problem.Text{SV: "akuta: %s", EN: "urgent: %s"}
	tCountNoLate   = problem.Text{SV: "Ingen är försenad", EN: "None is late"}
	tCountDue      = problem.Text{SV: "nycklar behöver synkas", EN: "keys need to sync"}
	tCountDueD     = problem.Text{SV: "Giltigheten är slut eller tar slut inom ett dygn", EN: "Validity has ended or ends within a day"}
	tCountBlocked  = problem.Text{SV: "spärrade nycklar", EN: "blocked keys"}
	tCountOfKeys   = problem.Text{SV: "av %s nycklar", EN: "of %s keys"}
	tOneFault      = problem.Text{SV: "öppet fel", EN: "open fault"}
	tManyFaults    = problem.Text{SV: "öppna fel", EN: "open faults"}
	tOneReturned   = problem.Text{SV: "beställning har kommit tillbaka", EN: "order has been returned"}
	tManyReturned  = problem.Text{SV: "beställningar har kommit tillbaka", EN: "orders have been returned"}
	tReturnedD     = problem.Text{SV: "De senaste två veckorna. Rätta och beställ igen", EN: "In the last two weeks. Correct and order again"}
	tOneUnderway   = problem.Text{SV: "beställning pågår", EN: "order is under way"}
	tManyUnderway  = problem.Text{SV: "beställningar pågår", EN: "orders are under way"}
	tUnderwayD     = problem.Text{SV: "Se hur långt de har kommit", EN: "See how far they have come"}
	tOneUnread     = problem.Text{SV: "oläst avisering", EN: "unread notice"}
	tManyUnread    = problem.Text{SV: "olästa aviseringar", EN: "unread notices"}
	tUnreadD       = problem.Text{SV: "Det som har hänt som rör dig", EN: "What has happened that concerns you"}
	tCheckpoint    = problem.Text{SV: "Loggens signerade huvud", EN: "The journal's signed checkpoint"}
	tToLog         = problem.Text{SV: "Öppna loggen", EN: "Open the journal"}
)

// The first day's help.
var (
	tHelp          = problem.Text{SV: "Tre saker att göra först", EN: "Three things to do first"}
	tHelpHide      = problem.Text{SV: "Dölj hjälpen", EN: "Hide the help"}
	tHelpShow      = problem.Text{SV: "Visa de tre sakerna att göra först", EN: "Show the three things to do first"}
	tFirstQueue    = problem.Text{SV: "Planera dagen i arbetskön", EN: "Plan the day in the work queue"}
	tFirstQueueD   = problem.Text{SV: "Akuta fel står överst, sedan det som ska vara klart först.", EN: "Urgent faults are at the top, then what is due first."}
	tFirstTasks    = problem.Text{SV: "Se vad som väntar i uppgifterna", EN: "See what waits among the tasks"}
	tFirstTasksD   = problem.Text{SV: "Frågor som du ska svara på står överst, sedan arbetet efter dag.", EN: "Questions for you are at the top, then work by day."}
	tFirstKeys     = problem.Text{SV: "Se vilka nycklar som behöver synkas", EN: "See which keys need to sync"}
	tFirstKeysD    = problem.Text{SV: "En nyckel som inte synkas slutar öppna.", EN: "A key that is not synced stops opening."}
	tFirstLog      = problem.Text{SV: "Titta i loggen", EN: "Look at the journal"}
	tFirstLogD     = problem.Text{SV: "Där står vem som har gjort vad, även vem som har läst.", EN: "It says who did what, also who read."}
	tFirstWords    = problem.Text{SV: "Lär dig orden", EN: "Learn the words"}
	tFirstWordsD   = problem.Text{SV: "Ordlistan säger vad grund, behörighet, synka och spärra betyder här.", EN: "The glossary says what ground, right, sync and block mean here."}
	tFirstCrisis   = problem.Text{SV: "Läs vad du gör när något inte fungerar", EN: "Read what to do when something fails"}
	tFirstCrisisD  = problem.Text{SV: "Sidan sparas och finns kvar när nätet är borta. Skriv gärna ut den.", EN: "The page is kept for when the network is gone. Do print it."}
	tFirstAccount  = problem.Text{SV: "Gå igenom ditt konto", EN: "Go through your account"}
	tFirstAccountD = problem.Text{SV: "Se hur du loggar in och var du är inloggad.", EN: "See how you log in and where you are logged in."}
)

// Reviews of emergency access.
var (
	tOneReview       = problem.Text{SV: "nödåtkomst att granska", EN: "emergency access to review"}
	tManyReviews     = problem.Text{SV: "nödåtkomster att granska", EN: "emergency accesses to review"}
	tReviewBy        = problem.Text{SV: "Granska senast %s", EN: "Review by %s"}
	tReviewLate      = problem.Text{SV: "Granskningen är försenad", EN: "The review is late"}
	tReviews         = problem.Text{SV: "Granska nödåtkomst", EN: "Review emergency access"}
	tReviewsLead     = problem.Text{SV: "Någon har öppnat en kund som deras organisation inte har hand om. Du avgör om det var befogat.", EN: "Somebody has opened a client whom their organisation does not serve. You judge whether it was justified."}
	tReviewsNone     = problem.Text{SV: "Ingen nödåtkomst att granska", EN: "No emergency access to review"}
	tReviewsNoneD    = problem.Text{SV: "När någon som du ansvarar för tar nödåtkomst visas det här.", EN: "When somebody you answer for takes emergency access, it is shown here."}
	tReviewOf        = problem.Text{SV: "%s, %s", EN: "%s, %s"}
	tReviewTitle     = problem.Text{SV: "Var nödåtkomsten befogad?", EN: "Was the emergency access justified?"}
	tReviewWho       = problem.Text{SV: "Vem", EN: "Who"}
	tReviewWhen      = problem.Text{SV: "När", EN: "When"}
	tReviewSpan      = problem.Text{SV: "%s till %s", EN: "%s to %s"}
	tReviewWhy       = problem.Text{SV: "Skäl som angavs", EN: "Reason that was given"}
	tReviewClient    = problem.Text{SV: "Visa kunden", EN: "Show the client"}
	tReviewAsk       = problem.Text{SV: "Din bedömning", EN: "Your judgement"}
	tJustified       = problem.Text{SV: "Ja, den var befogad", EN: "Yes, it was justified"}
	tUnjustified     = problem.Text{SV: "Nej, den var inte befogad", EN: "No, it was not justified"}
	tUnjustifiedHint = problem.Text{SV: "Skriv varför nedan.", EN: "Write why below."}
	tReviewNote      = problem.Text{SV: "Kommentar", EN: "Comment"}
	tReviewNoteHint  = problem.Text{SV: "Måste fyllas i om åtkomsten inte var befogad. Högst 500 tecken.", EN: "Required if the access was not justified. At most 500 characters."}
	tReviewSave      = problem.Text{SV: "Spara granskningen", EN: "Save the review"}
	tReviewed        = problem.Text{SV: "Granskningen är sparad.", EN: "The review is saved."}
)
