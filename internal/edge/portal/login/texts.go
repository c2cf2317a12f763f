package login

import (
	"hemnyckel/internal/base/problem"
)

// The texts of this area, Swedish first.
var (
	tLogin      = problem.Text{SV: "Logga in", EN: "Log in"}
	tDemoLead   = problem.Text{SV: "Välj vem du är i demonstrationen. Varje roll ser det som den behöver, och inloggningen skrivs i loggen.", EN: "Choose who you are in the demonstration. Each role sees what it needs, and the login is written in the journal."}
	tDemoWho    = problem.Text{SV: "Vem är du?", EN: "Who are you?"}
	tLoginGone  = problem.Text{SV: "Välj en av personerna i listan.", EN: "Choose one of the persons in the list."}
	tKept       = problem.Text{SV: "Du har blivit utloggad. Det du fyllde i finns kvar, och du kan skicka det när du har loggat in.", EN: "You have been logged out. What you filled in is kept, and you can send it once you have logged in."}
	tKeptNot    = problem.Text{SV: "Du har blivit utloggad, och det du skickade gick inte att spara. Logga in och gör om det. Inget har ändrats.", EN: "You have been logged out, and what you sent could not be kept. Log in and do it again. Nothing was changed."}
	tKeptFile   = problem.Text{SV: "Du har blivit utloggad. Det du fyllde i finns kvar, men filen måste du välja igen när du har loggat in.", EN: "You have been logged out. What you filled in is kept, but you must choose the file again once you have logged in."}
	tResumeLost = problem.Text{SV: "Det du skickade gick inte att spara", EN: "What you sent could not be kept"}
	tResumeNot  = problem.Text{SV: "Du är inloggad igen som %s. Det du skickade var för stort för att sparas över inloggningen. Gå bakåt i webbläsaren till formuläret, eller börja om. Inget har ändrats.", EN: "You are logged in again as %s. What you sent was too large to be kept over the login. Go back in the browser to the form, or start again. Nothing was changed."}
	tResumeFile = problem.Text{SV: "Filen följer inte med: du får välja den igen i nästa steg.", EN: "The file is not kept: you choose it again in the next step."}
	tResume     = problem.Text{SV: "Det du fyllde i finns kvar", EN: "What you filled in is kept"}
	tResumeLead = problem.Text{SV: "Du är inloggad igen som %s. Inget har skickats ännu.", EN: "You are logged in again as %s. Nothing has been sent yet."}
	tResumeSend = problem.Text{SV: "Skicka det nu", EN: "Send it now"}
	tResumeDrop = problem.Text{SV: "Skicka det inte", EN: "Do not send it"}

	tVia          = problem.Text{SV: "Logga in med %s", EN: "Log in with %s"}
	tPasskeyLogin = problem.Text{SV: "Logga in med passkey", EN: "Log in with a passkey"}
	tLocal        = problem.Text{SV: "Användarnamn och lösenord", EN: "Login name and password"}
	tName         = problem.Text{SV: "Användarnamn", EN: "Login name"}
	tPassword     = problem.Text{SV: "Lösenord", EN: "Password"}
	tAppCode      = problem.Text{SV: "Kod från appen", EN: "Code from the app"}
	tAppCodeHint  = problem.Text{SV: "Sex siffror. Har du inte appen kan du skriva en av dina reservkoder.", EN: "Six digits. Without the app you can type one of your recovery codes."}
	tFirst        = problem.Text{SV: "Har du fått en kod för första gången?", EN: "Have you been given a code for the first time?"}
	tFirstLead    = problem.Text{SV: "Koden gäller en gång, i ett dygn. Med den väljer du själv hur du ska logga in.", EN: "The code works once, within a day. With it you choose how you will log in."}
	tFirstCode    = problem.Text{SV: "Engångskod", EN: "One-time code"}
	tGoOn         = problem.Text{SV: "Fortsätt", EN: "Continue"}
	tAway         = problem.Text{SV: "Du skickas till %s", EN: "You are being sent to %s"}
	tAwayLead     = problem.Text{SV: "Händer inget, fortsätt här:", EN: "If nothing happens, continue here:"}
	tPasskeyOff   = problem.Text{SV: "Passkeys går inte att använda här.", EN: "Passkeys cannot be used here."}
	tPasskeyFail  = problem.Text{SV: "Det gick inte att använda passkeyn. Försök igen, eller logga in på ett annat sätt.", EN: "The passkey could not be used. Try again, or log in another way."}

	tAssignments  = problem.Text{SV: "Vilket uppdrag arbetar du i nu?", EN: "In which assignment are you working now?"}
	tAssignNone   = problem.Text{SV: "Du har inget uppdrag", EN: "You have no assignment"}
	tAssignNoneD  = problem.Text{SV: "Ditt konto finns, men du har inget uppdrag som gäller nu. Be din chef eller systemansvarig.", EN: "Your account exists, but you have no assignment that holds now. Ask your manager or the system owner."}
	tAssignFault  = problem.Text{SV: "Välj ett av uppdragen i listan.", EN: "Choose one of the assignments in the list."}
	tAssignAll    = problem.Text{SV: "hela kommunen", EN: "the whole municipality"}
	tAssignArea   = problem.Text{SV: "postnummer %s", EN: "postal codes %s"}
	tAssignFor    = problem.Text{SV: "organisation %s", EN: "organisation %s"}
	tAssignChange = problem.Text{SV: "Byt uppdrag", EN: "Change assignment"}

	tConfirm      = problem.Text{SV: "Bekräfta att det är du", EN: "Confirm that it is you"}
	tConfirmLead  = problem.Text{SV: "Det du ska göra är svårt att ta tillbaka. Därför behöver du bekräfta att det är du som sitter här. Det gäller i fem minuter.", EN: "What you are about to do is hard to take back. So confirm that it is you who sit here. It holds for five minutes."}
	tConfirmDo    = problem.Text{SV: "Bekräfta", EN: "Confirm"}
	tConfirmKey   = problem.Text{SV: "Bekräfta med passkey", EN: "Confirm with a passkey"}
	tConfirmVia   = problem.Text{SV: "Bekräfta med %s", EN: "Confirm with %s"}
	tConfirmDemo  = problem.Text{SV: "I demonstrationen räcker det att trycka på knappen.", EN: "In the demonstration the button is enough."}
	tConfirmNone  = problem.Text{SV: "Logga ut och in igen för att bekräfta.", EN: "Log out and in again to confirm."}
	tConfirmLater = problem.Text{SV: "Avbryt", EN: "Cancel"}

	tAccount        = problem.Text{SV: "Mitt konto", EN: "My account"}
	tLastLogin      = problem.Text{SV: "Du loggade in %s. Förra gången var %s. Var det inte du, säg till systemansvarig.", EN: "You logged in %s. The time before was %s. If that was not you, tell the system owner."}
	tFirstLogin     = problem.Text{SV: "Du loggade in %s, för första gången.", EN: "You logged in %s, for the first time."}
	tLevel          = problem.Text{SV: "Tillitsnivå: %s", EN: "Level of assurance: %s"}
	tSetUp          = problem.Text{SV: "Välj hur du ska logga in: lägg till en passkey, eller ett lösenord med en app. Logga sedan in på det sättet.", EN: "Choose how you will log in: add a passkey, or a password with an app. Then log in that way."}
	tWays           = problem.Text{SV: "Så loggar du in", EN: "How you log in"}
	tNoPasskeys     = problem.Text{SV: "Du har ingen passkey ännu. Med en passkey loggar du in med telefonens eller datorns fingeravtryck, ansikte eller kod, utan lösenord.", EN: "You have no passkey yet. With a passkey you log in by your phone's or computer's fingerprint, face or code, without a password."}
	tPasskeyNew     = problem.Text{SV: "Lägg till en passkey", EN: "Add a passkey"}
	tPasskeyName    = problem.Text{SV: "Namn, till exempel Min telefon", EN: "Name, such as My phone"}
	tPasskeyUsed    = problem.Text{SV: "användes senast %s", EN: "last used %s"}
	tPasskeyAdded   = problem.Text{SV: "Passkeyn är tillagd.", EN: "The passkey is added."}
	tRemove         = problem.Text{SV: "Ta bort %s", EN: "Remove %s"}
	tPasskeyRemoved = problem.Text{SV: "Passkeyn är borttagen.", EN: "The passkey is removed."}
	tLocalOn        = problem.Text{SV: "Du har lösenord och app. %d reservkoder är kvar.", EN: "You have a password and an app. %d recovery codes are left."}
	tLocalOff       = problem.Text{SV: "Du har inget lösenord här.", EN: "You have no password here."}
	tLocalSet       = problem.Text{SV: "Välj lösenord och app", EN: "Choose a password and an app"}
	tSessions       = problem.Text{SV: "Här är du inloggad", EN: "Where you are logged in"}
	tThisOne        = problem.Text{SV: "den här", EN: "this one"}
	tUnknownKind    = problem.Text{SV: "Okänd webbläsare", EN: "Unknown browser"}
	tSession        = problem.Text{SV: "inloggad %s, senast sedd %s", EN: "logged in %s, last seen %s"}
	tEndOne         = problem.Text{SV: "Logga ut %s", EN: "Log out %s"}
	tEndAll         = problem.Text{SV: "Logga ut överallt utom här", EN: "Log out everywhere but here"}
	tSessionsEnded  = problem.Text{SV: "Utloggad där.", EN: "Logged out there."}

	tLocalLead    = problem.Text{SV: "Du loggar sedan in med användarnamnet %s, lösenordet och en kod från appen.", EN: "You then log in with the login name %s, the password and a code from the app."}
	tNewPassword  = problem.Text{SV: "Nytt lösenord", EN: "New password"}
	tNewPassHint  = problem.Text{SV: "Minst 12 tecken. Tre eller fyra ord efter varandra går bra.", EN: "At least 12 characters. Three or four words in a row are fine."}
	tScan         = problem.Text{SV: "Öppna en app för engångskoder i telefonen och läs av rutan, eller skriv in nyckeln: %s", EN: "Open an app for one-time codes on your phone and scan the square, or type the key: %s"}
	tScanAlt      = problem.Text{SV: "QR-kod med nyckeln som står i texten", EN: "QR code with the key that is in the text"}
	tSave         = problem.Text{SV: "Spara", EN: "Save"}
	tRecovery     = problem.Text{SV: "Skriv upp dina reservkoder", EN: "Write down your recovery codes"}
	tRecoveryLead = problem.Text{SV: "Varje kod fungerar en gång i stället för appen, om du tappar telefonen. De visas bara nu. Förvara dem inlåsta.", EN: "Each code works once in place of the app, if you lose your phone. They are shown only now. Keep them locked up."}
	tRecoveryDone = problem.Text{SV: "Jag har skrivit upp dem", EN: "I have written them down"}
)

// methodName is how somebody logged in, in words.
func methodName(m string) problem.Text {
	switch m {
	case "password":
		return problem.Text{SV: "lösenord och kod", EN: "password and code"}
	case "passkey":
		return problem.Text{SV: "passkey", EN: "passkey"}
	case "oidc":
		return problem.Text{SV: "identitetstjänst", EN: "provider of identity"}
	case "code":
		return problem.Text{SV: "engångskod", EN: "one-time code"}
	}
	return problem.Text{SV: "demoinloggning", EN: "demo login"}
}
