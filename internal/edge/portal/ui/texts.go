package ui

import (
	"hemnyckel/internal/base/problem"
)

// The texts that several parts of the portal use, Swedish first. A text that is misspelt where it is used does not compile.
var (
	TOptional     = problem.Text{SV: "(frivilligt)", EN: "(optional)"}
	TScan         = problem.Text{SV: "Läs med kameran", EN: "Read with the camera"}
	TNoCamera     = problem.Text{SV: "Kameran går inte att använda. Skriv koden i stället.", EN: "The camera cannot be used. Type the code instead."}
	TCrumbs       = problem.Text{SV: "Du är här", EN: "You are here"}
	TBackOne      = problem.Text{SV: "Tillbaka", EN: "Back"}
	TStateOf      = problem.Text{SV: "Läget %s", EN: "The state of %s"}
	TStepOf       = problem.Text{SV: "Steg %d av %d", EN: "Step %d of %d"}
	TChange       = problem.Text{SV: "Ändra", EN: "Change"}
	TCancel       = problem.Text{SV: "Avbryt", EN: "Cancel"}
	TYourNumber   = problem.Text{SV: "Ditt ärendenummer är", EN: "Your case number is"}
	TChooseRow    = problem.Text{SV: "Välj %s", EN: "Choose %s"}
	TChooseAll    = problem.Text{SV: "Välj alla", EN: "Choose all"}
	TChosen       = problem.Text{SV: "%d valda", EN: "%d chosen"}
	TExport       = problem.Text{SV: "Hämta listan:", EN: "Download the list:"}
	TConflict     = problem.Text{SV: "Någon annan har ändrat samtidigt", EN: "Somebody else has made changes at the same time"}
	TConflictLead = problem.Text{SV: "Det du skrev finns kvar i formuläret nedanför, och inget har sparats. Läs vad som har ändrats, rätta om det behövs och spara igen.", EN: "What you typed is kept in the form below, and nothing has been saved. Read what has changed, correct it if needed, and save again."}
	TWhat         = problem.Text{SV: "Uppgift", EN: "Field"}
	TWas          = problem.Text{SV: "När du började", EN: "When you began"}
	TIsNow        = problem.Text{SV: "Nu", EN: "Now"}
	TYours        = problem.Text{SV: "Det du skrev", EN: "What you typed"}
	TReadAt       = problem.Text{SV: "Läst %s", EN: "Read %s"}
	TEndsSoon     = problem.Text{SV: "Du loggas snart ut, eftersom du inte har gjort något på en stund.", EN: "You will soon be logged out, because you have not done anything for a while."}
	TStayIn       = problem.Text{SV: "Fortsätt vara inloggad", EN: "Stay logged in"}
	TShortcuts    = problem.Text{SV: "Kortkommandon", EN: "Keyboard shortcuts"}
	TTheme        = problem.Text{SV: "Utseende", EN: "Appearance"}
	TThemeDevice  = problem.Text{SV: "Som enheten", EN: "As the device"}
	TThemeLight   = problem.Text{SV: "Ljust", EN: "Light"}
	TThemeDark    = problem.Text{SV: "Mörkt", EN: "Dark"}
	TUndo         = problem.Text{SV: "Ångra", EN: "Undo"}
	TProduct      = problem.Text{SV: "Hemnyckel", EN: "Hemnyckel"}
	TSkip         = problem.Text{SV: "Hoppa till innehållet", EN: "Skip to content"}
	TUnreadOne    = problem.Text{SV: "oläst", EN: "unread"}
	TUnreadMany   = problem.Text{SV: "olästa", EN: "unread"}
	TMainMenu     = problem.Text{SV: "Huvudmeny", EN: "Main menu"}
	TLanguage     = problem.Text{SV: "Språk", EN: "Language"}
	TError        = problem.Text{SV: "Fel:", EN: "Error:"}
	TKept         = problem.Text{SV: "Det du skrev finns kvar på den här sidan. Vänta en stund och skicka det igen: det sparas bara en gång.", EN: "What you typed is kept on this page. Wait a while and send it again: it is saved only once."}
	TTryAgain     = problem.Text{SV: "Försök igen", EN: "Try again"}
	THelpAt       = problem.Text{SV: "Behöver du hjälp? Ring %s,", EN: "Do you need help? Call %s,"}
	TCrisisLink   = problem.Text{SV: "När något inte fungerar", EN: "When something does not work"}
	TGlossary     = problem.Text{SV: "Ordlista", EN: "Glossary"}
	TBack         = problem.Text{SV: "Till startsidan", EN: "To the first page"}
	TOlder        = problem.Text{SV: "Visa äldre", EN: "Show older"}
	TNewest       = problem.Text{SV: "Till de senaste", EN: "To the newest"}
	TNever        = problem.Text{SV: "aldrig", EN: "never"}
	TForever      = problem.Text{SV: "tills vidare", EN: "until further notice"}
	TPages        = problem.Text{SV: "Sidor", EN: "Pages"}
	TPrinted      = problem.Text{SV: "Utskrift av %s, %s. Förvara den inlåst och förstör den när den inte längre behövs.", EN: "Printed by %s, %s. Keep it locked up and shred it when it is no longer needed."}
	TFooter       = problem.Text{SV: "Sidan visar läget %s. Allt du ser om en person loggas och följs upp.", EN: "This page shows the state of %s. Everything that you see about a person is logged and followed up."}
	TDemoLabel    = problem.Text{SV: "Om demonstrationen", EN: "About the demonstration"}
	TDemoBanner   = problem.Text{SV: "Demoinloggning – ingen riktig inloggning. Använd bara påhittade uppgifter.", EN: "Demo login – not a real login. Use made-up data only."}
	TBlock        = problem.Text{SV: "Spärra", EN: "Block"}
	TLogout       = problem.Text{SV: "Logga ut", EN: "Log out"}
	TSearchTitle  = problem.Text{SV: "Sök", EN: "Search"}
	TSearchLabel  = problem.Text{SV: "Sök kund, lås, nyckel, person eller beställning", EN: "Find a client, lock, key, person or order"}
	TSearchHint   = problem.Text{SV: "Skriv eller skanna ett nummer, eller skriv början av ett namn. Den som har skyddad identitet hittas bara på hela personnumret.", EN: "Type or scan a number, or type the beginning of a name. Those with protected identity are found by the whole identity number only."}
	TSearch       = problem.Text{SV: "Sök", EN: "Search"}
	TProtTag      = problem.Text{SV: "Skyddad identitet", EN: "Protected identity"}
	TReadNote     = problem.Text{SV: "Att du läser den här sidan har skrivits i loggen, med ditt namn och tiden. Läsningar följs upp.", EN: "That you read this page has been written in the journal, with your name and the time. Reads are followed up."}
	TThereIsError = problem.Text{SV: "Något behöver rättas", EN: "Something needs to be corrected"}
	TGroup        = problem.Text{SV: "Grupp", EN: "Group"}
	TState        = problem.Text{SV: "Läge", EN: "State"}
	TRightsNone   = problem.Text{SV: "Ingen får öppna", EN: "Nobody may open"}
	TRightsNoneD  = problem.Text{SV: "Det finns ingen behörighet till kundens dörr. En behörighet uppstår när en insats beviljas och ett lås är monterat.", EN: "There is no right to the client's door. A right arises when a service is granted and a lock is mounted."}
	TFromOn       = problem.Text{SV: "från %s", EN: "from %s"}
	TToBefore     = problem.Text{SV: "till %s", EN: "until %s"}
	TThrough      = problem.Text{SV: "till och med %s", EN: "through %s"}
	TNotInForce   = problem.Text{SV: "hann aldrig gälla", EN: "never came into force"}
	TTimeline     = problem.Text{SV: "Vad som har hänt", EN: "What has happened"}
	TTasks        = problem.Text{SV: "Öppna uppgifter", EN: "Open tasks"}
	TWorkUrgent   = problem.Text{SV: "Akut", EN: "Urgent"}
	TFilter       = problem.Text{SV: "Visa", EN: "Show"}
	TFilterOff    = problem.Text{SV: "Ta bort urvalet", EN: "Clear the filter"}
	TFilterTitle  = problem.Text{SV: "Urval", EN: "Filter"}
	TAnd          = problem.Text{SV: "%s och %s", EN: "%s and %s"}
	TOn           = problem.Text{SV: "Gäller nu", EN: "In force"}
	TComing       = problem.Text{SV: "Kommande", EN: "To come"}
	TOver         = problem.Text{SV: "Avslutad", EN: "Ended"}
	TRequest      = problem.Text{SV: "Nummer:", EN: "Number:"}
	TJustNow      = problem.Text{SV: "nyss", EN: "just now"}
	TMinAgo       = problem.Text{SV: "för %d min sedan", EN: "%d min ago"}
	THourAgo      = problem.Text{SV: "för %d h sedan", EN: "%d h ago"}
	TDaysAgo      = problem.Text{SV: "för %d dygn sedan", EN: "%d days ago"}
	TInFuture     = problem.Text{SV: "i framtiden", EN: "in the future"}
)
