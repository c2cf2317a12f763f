package login

import (
	"hemnyckel/internal/base/problem"
)

// The texts of this area, Swedish first.
var (
	tLogin       = problem.Text{SV: "Logga in", EN: "Log in"}
	tLoginLead   = problem.Text{SV: "Välj vem du är i demonstrationen. Varje roll ser det som den behöver, och inloggningen skrivs i loggen.", EN: "Choose who you are in the demonstration. Each role sees what it needs, and the login is written in the journal."}
	tLoginWho    = problem.Text{SV: "Vem är du?", EN: "Who are you?"}
	tLoginGone   = problem.Text{SV: "Välj en av personerna i listan.", EN: "Choose one of the persons in the list."}
	tNoLogin     = problem.Text{SV: "Ingen inloggning är inställd", EN: "No login is configured"}
	tNoLoginLead = problem.Text{SV: "Portalen kan inte öppnas förrän det finns en inloggning. Starta servern med demoinloggning för att prova med påhittade uppgifter. Riktig inloggning med kommunens identitetstjänst finns inte ännu.", EN: "The portal cannot be opened until there is a login. Start the server with the demo login to try it with made-up data. Real login with the municipality's identity provider does not exist yet."}
	tBusy        = problem.Text{SV: "För många är inloggade just nu. Försök igen om en stund.", EN: "Too many people are logged in right now. Try again in a moment."}
	tKept        = problem.Text{SV: "Du har blivit utloggad. Det du fyllde i finns kvar, och du kan skicka det när du har loggat in.", EN: "You have been logged out. What you filled in is kept, and you can send it once you have logged in."}
	tResume      = problem.Text{SV: "Det du fyllde i finns kvar", EN: "What you filled in is kept"}
	tResumeLead  = problem.Text{SV: "Du är inloggad igen som %s. Inget har skickats ännu.", EN: "You are logged in again as %s. Nothing has been sent yet."}
	tResumeSend  = problem.Text{SV: "Skicka det nu", EN: "Send it now"}
	tResumeDrop  = problem.Text{SV: "Skicka det inte", EN: "Do not send it"}
)
