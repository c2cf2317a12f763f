package notices

import "hemnyckel/internal/base/problem"

var (
	tLatest      = problem.Text{SV: "Senaste", EN: "Latest"}
	tUnread      = problem.Text{SV: "Oläst", EN: "Unread"}
	tRead        = problem.Text{SV: "Läst", EN: "Read"}
	tUnreadNone  = problem.Text{SV: "Du har läst alla.", EN: "You have read them all."}
	tUnreadOne   = problem.Text{SV: "1 oläst", EN: "1 unread"}
	tUnreadMany  = problem.Text{SV: "%s olästa", EN: "%s unread"}
	tMark        = problem.Text{SV: "Markera alla som lästa", EN: "Mark all as read"}
	tMarked      = problem.Text{SV: "Aviseringarna är markerade som lästa.", EN: "The notices are marked as read."}
	tNone        = problem.Text{SV: "Inga aviseringar", EN: "No notices"}
	tNoneD       = problem.Text{SV: "Här ser du när något har hänt som rör dig, till exempel att du har fått en uppgift. De finns kvar i 90 dagar.", EN: "Here you see when something has happened that concerns you, such as being given a task. They are kept for 90 days."}
	tOlder       = problem.Text{SV: "Äldre", EN: "Older"}
	tFirst       = problem.Text{SV: "Till de senaste", EN: "To the latest"}
	tChoices     = problem.Text{SV: "Välj aviseringar", EN: "Choose notices"}
	tChoicesLead = problem.Text{SV: "Allt visas alltid här i portalen. Välj vad du dessutom vill få som mejl och sms. De innehåller bara nummer och länk, aldrig namn.", EN: "Everything is always shown here in the portal. Choose what you want by mail and text message besides. They hold only a number and a link, never a name."}
	tChoicesNone = problem.Text{SV: "Du har inget att välja: ditt uppdrag får inga aviseringar.", EN: "You have nothing to choose: your assignment is told of nothing."}
	tByMail      = problem.Text{SV: "Mejla mig när", EN: "Send me mail when"}
	tBySMS       = problem.Text{SV: "Skicka sms när", EN: "Send a text message when"}
	tDigest      = problem.Text{SV: "Samla mejlen", EN: "Collect the mail"}
	tDigestYes   = problem.Text{SV: "Ett mejl om dagen, kl. 07.00", EN: "One mail a day, at 07:00"}
	tQuietFrom   = problem.Text{SV: "Skicka inget från klockan", EN: "Send nothing from"}
	tQuietHint   = problem.Text{SV: "Till exempel 20:00. Samma tid i båda fälten betyder inga tysta timmar.", EN: "Such as 20:00. The same time in both fields means no quiet hours."}
	tQuietUntil  = problem.Text{SV: "Skicka igen från klockan", EN: "Send again from"}
	tLang        = problem.Text{SV: "Språk i mejl och sms", EN: "Language of mail and text messages"}
	tSave        = problem.Text{SV: "Spara valen", EN: "Save the choices"}
	tChosen      = problem.Text{SV: "Dina val är sparade.", EN: "Your choices are saved."}
	tBadClock    = problem.Text{SV: "Skriv klockslaget som 20:00.", EN: "Write the time of day as 20:00."}
	tBadLang     = problem.Text{SV: "Välj svenska eller engelska.", EN: "Choose Swedish or English."}
	tGoesTo      = problem.Text{SV: "Skickas till %s.", EN: "Sent to %s."}
	tMailUnused  = problem.Text{SV: "Kommunen skickar inga mejl härifrån än. Dina val sparas till dess.", EN: "The municipality sends no mail from here yet. Your choices are kept until then."}
	tMailMissing = problem.Text{SV: "Vi har ingen e-postadress till dig. Be systemansvarig lägga in den.", EN: "We have no e-mail address for you. Ask the system owner to add it."}
	tSMSUnused   = problem.Text{SV: "Kommunen skickar inga sms härifrån än. Dina val sparas till dess.", EN: "The municipality sends no text messages from here yet. Your choices are kept until then."}
	tSMSMissing  = problem.Text{SV: "Vi har inget mobilnummer till dig. Be systemansvarig lägga in det.", EN: "We have no mobile number for you. Ask the system owner to add it."}
	tMailBounced = problem.Text{SV: "Din e-postadress tar inte emot mejl, så vi har slutat skicka dit. Be systemansvarig rätta adressen och spara sedan dina val.", EN: "Your e-mail address does not take mail, so we have stopped sending there. Ask the system owner to correct it, and then save your choices."}
	tSMSBounced  = problem.Text{SV: "Ditt telefonnummer tar inte emot sms, så vi har slutat skicka dit. Be systemansvarig rätta numret och spara sedan dina val.", EN: "Your phone number does not take text messages, so we have stopped sending there. Ask the system owner to correct it, and then save your choices."}
	tDead        = problem.Text{SV: "Utskick som inte kom fram", EN: "Letters that did not arrive"}
	tDeadLead    = problem.Text{SV: "Mejl och sms som vi har slutat försöka skicka. Aviseringen finns ändå i personens portal.", EN: "Mail and text messages that we have stopped trying to send. The notice is in the person's portal all the same."}
	tDeadNone    = problem.Text{SV: "Allt har kommit fram", EN: "Everything has arrived"}
	tDeadNoneD   = problem.Text{SV: "Utskick som stoppas visas här. Du kan skicka dem igen när felet är åtgärdat.", EN: "Letters that are stopped are shown here. You can send them again when the fault is remedied."}
	tWhat        = problem.Text{SV: "Avisering", EN: "Notice"}
	tWho         = problem.Text{SV: "Till", EN: "To"}
	tHow         = problem.Text{SV: "Sätt", EN: "By"}
	tWhen        = problem.Text{SV: "Stoppat", EN: "Stopped"}
	tWhy         = problem.Text{SV: "Orsak", EN: "Cause"}
	tDo          = problem.Text{SV: "Åtgärd", EN: "Action"}
	tAttempts    = problem.Text{SV: "Försök: %d.", EN: "Attempts: %d."}
	tResend      = problem.Text{SV: "Skicka igen", EN: "Send again"}
	tResent      = problem.Text{SV: "Utskicket skickas igen.", EN: "The letter is sent again."}
	tMail        = problem.Text{SV: "Mejl", EN: "Mail"}
	tSMS         = problem.Text{SV: "Sms", EN: "Text message"}
)

// causes are what failures begin with, the most particular first.
var causes = []struct {
	begins string
	text   problem.Text
}{
	{"the receiver's mail server does not know", problem.Text{SV: "Mejlservern känner inte till adressen.", EN: "The mail server does not know the address."}},
	{"the address cannot be used", problem.Text{SV: "Adressen är inte en e-postadress.", EN: "The address is no e-mail address."}},
	{"the gateway does not take the number", problem.Text{SV: "Sms-tjänsten tar inte emot numret.", EN: "The gateway does not take the number."}},
	{"the gateway", problem.Text{SV: "Sms-tjänsten tog inte emot meddelandet.", EN: "The gateway did not take the message."}},
	{"the mail server", problem.Text{SV: "Mejlservern tog inte emot mejlet.", EN: "The mail server did not take the mail."}},
	{"no answer in time", problem.Text{SV: "Fick inget svar i tid.", EN: "There was no answer in time."}},
	{"it had waited", problem.Text{SV: "Det hade väntat för länge och är inte nytt längre.", EN: "It had waited for too long and is no news any more."}},
}

var tCauseOther = problem.Text{SV: "Det gick inte att nå mejlservern eller sms-tjänsten.", EN: "The mail server or the gateway could not be reached."}
