package words

import (
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

// Reasons why personal details are looked up, as they are written in the journal.
var Reasons = []struct {
	Code string
	Text problem.Text
}{
	{"order", problem.Text{SV: "Beställning eller beslut", EN: "Order or decision"}},
	{"mounting", problem.Text{SV: "Montering eller service på plats", EN: "Mounting or service on site"}},
	{"fault", problem.Text{SV: "Felanmälan eller akut ärende", EN: "Fault report or emergency"}},
	{"client", problem.Text{SV: "Kunden själv har hört av sig", EN: "The client has been in touch"}},
	{"followup", problem.Text{SV: "Uppföljning av loggen", EN: "Follow-up of the journal"}},
}

// OrderName is what a kind of order is called.
func OrderName(k string) problem.Text {
	switch routine.OrderKind(k) {
	case routine.AlarmGranted:
		return problem.Text{SV: "Trygghetslarm beviljat", EN: "Safety alarm granted"}
	case routine.AlarmRenounced:
		return problem.Text{SV: "Trygghetslarm avsagt", EN: "Safety alarm renounced"}
	case routine.HomeCareGranted:
		return problem.Text{SV: "Hemtjänst beviljad", EN: "Home care granted"}
	case routine.HomeCareEnded:
		return problem.Text{SV: "Hemtjänst avslutad", EN: "Home care ended"}
	case routine.ProviderChanged:
		return problem.Text{SV: "Byte av utförare", EN: "Change of provider"}
	case routine.Died:
		return problem.Text{SV: "Kunden har avlidit", EN: "The client has died"}
	case routine.Moved:
		return problem.Text{SV: "Kunden flyttar", EN: "The client moves"}
	case routine.NeedsLock:
		return problem.Text{SV: "Kunden behöver lås", EN: "The client needs a lock"}
	case routine.OpensSelf:
		return problem.Text{SV: "Kunden öppnar själv", EN: "The client opens the door"}
	case routine.InEffect:
		return problem.Text{SV: "Verkställd hos utföraren", EN: "In effect with the provider"}
	case routine.ShoppingGranted:
		return problem.Text{SV: "Inköp beviljat", EN: "Shopping granted"}
	case routine.ShoppingEnded:
		return problem.Text{SV: "Inköp avslutat", EN: "Shopping ended"}
	case routine.HealthStarted:
		return problem.Text{SV: "Hälso- och sjukvård påbörjad", EN: "Health care started"}
	case routine.HealthEnded:
		return problem.Text{SV: "Hälso- och sjukvård avslutad", EN: "Health care ended"}
	case routine.LockEnds:
		return problem.Text{SV: "Låset ska upphöra", EN: "The lock shall end"}
	case routine.MountOrder:
		return problem.Text{SV: "Montering beställd", EN: "Mounting ordered"}
	case routine.DismountOrder:
		return problem.Text{SV: "Nedmontering beställd", EN: "Dismounting ordered"}
	case routine.ServiceOrder:
		return problem.Text{SV: "Service av lås beställd", EN: "Service of a lock ordered"}
	}
	return problem.Text{SV: k, EN: k}
}

func ServiceName(k routine.ServiceKind) problem.Text {
	switch k {
	case routine.Alarm:
		return problem.Text{SV: "Trygghetslarm", EN: "Safety alarm"}
	case routine.HomeCare:
		return problem.Text{SV: "Hemtjänst", EN: "Home care"}
	case routine.Health:
		return problem.Text{SV: "Hälso- och sjukvård", EN: "Health care"}
	case routine.Shopping:
		return problem.Text{SV: "Inköp", EN: "Shopping"}
	}
	return problem.Text{SV: string(k), EN: string(k)}
}

func LockName(kind string) problem.Text {
	switch kind {
	case "door":
		return problem.Text{SV: "Dörrlås", EN: "Door lock"}
	case "box":
		return problem.Text{SV: "Nyckelgömma", EN: "Key box"}
	case "entrance":
		return problem.Text{SV: "Port", EN: "Entrance"}
	}
	return problem.Text{SV: "Lås", EN: "Lock"}
}

// lockPhrase is the lock inside a sentence.
func lockPhrase(kind string) problem.Text {
	switch kind {
	case "door":
		return problem.Text{SV: "dörrlåset", EN: "the door lock"}
	case "box":
		return problem.Text{SV: "nyckelgömman", EN: "the key box"}
	case "entrance":
		return problem.Text{SV: "porten", EN: "the entrance"}
	}
	return problem.Text{SV: "låset", EN: "the lock"}
}

func TaskName(k routine.TaskKind) problem.Text {
	switch k {
	case routine.Mount:
		return problem.Text{SV: "Montera lås", EN: "Mount a lock"}
	case routine.Dismount:
		return problem.Text{SV: "Montera ned lås", EN: "Dismount the lock"}
	case routine.MountEntrance:
		return problem.Text{SV: "Montera lås i port", EN: "Mount a lock in an entrance"}
	case routine.DismountEntrance:
		return problem.Text{SV: "Montera ned lås i port", EN: "Dismount the lock in an entrance"}
	case routine.ReturnKeys:
		return problem.Text{SV: "Återlämna nycklar", EN: "Return keys"}
	case routine.ExchangeEntrance:
		return problem.Text{SV: "Byta lås i port", EN: "Exchange the lock in an entrance"}
	case routine.ExchangeLock:
		return problem.Text{SV: "Byta lås", EN: "Exchange the lock"}
	case routine.ServiceLock:
		return problem.Text{SV: "Service av lås", EN: "Service of the lock"}
	case routine.AskConsent:
		return problem.Text{SV: "Fråga fastighetsägaren", EN: "Ask the property owner"}
	case routine.AskClient:
		return problem.Text{SV: "Fråga kunden", EN: "Ask the client"}
	case routine.TakeReceipt:
		return problem.Text{SV: "Kvittera nyckel", EN: "Take a receipt for a key"}
	case routine.TakeSpare:
		return problem.Text{SV: "Ta emot reservnyckel", EN: "Take a spare key"}
	case routine.TellClient:
		return problem.Text{SV: "Berätta för kunden", EN: "Tell the client"}
	case routine.Document:
		return problem.Text{SV: "Dokumentera låset", EN: "Document the lock"}
	case routine.Attend:
		return problem.Text{SV: "Öppna för teknikern", EN: "Open for the technician"}
	case routine.Judge:
		return problem.Text{SV: "Ta ställning", EN: "Decide"}
	}
	return problem.Text{SV: string(k), EN: string(k)}
}

func KeyStateName(s casework.KeyState) problem.Text {
	switch s {
	case casework.KeySynced:
		return problem.Text{SV: "Synkad", EN: "Synced"}
	case casework.KeyDue:
		return problem.Text{SV: "Behöver synkas", EN: "Needs to sync"}
	case casework.KeyBlocked:
		return problem.Text{SV: "Spärrad", EN: "Blocked"}
	case casework.KeyBroken:
		return problem.Text{SV: "Trasig", EN: "Broken"}
	case casework.KeyStock:
		return problem.Text{SV: "I lager", EN: "In stock"}
	case casework.KeySuspect:
		return problem.Text{SV: "Saknad", EN: "Missing"}
	case casework.KeyAway:
		return problem.Text{SV: "Hos leverantören", EN: "With the supplier"}
	case casework.KeyGone:
		return problem.Text{SV: "Kasserad", EN: "Scrapped"}
	}
	return problem.Text{SV: string(s), EN: string(s)}
}

// LockStateName is where a lock is in its life.
func LockStateName(s fleet.LockState) problem.Text {
	switch s {
	case fleet.InStock:
		return problem.Text{SV: "I lager", EN: "In stock"}
	case fleet.Booked:
		return problem.Text{SV: "Bokat för montering", EN: "Set aside for a mounting"}
	case fleet.Mounted:
		return problem.Text{SV: "Monterat", EN: "Mounted"}
	case fleet.Dismounted:
		return problem.Text{SV: "Nedmonterat", EN: "Taken down"}
	case fleet.InWarranty:
		return problem.Text{SV: "Hos leverantören", EN: "With the supplier"}
	case fleet.Scrapped:
		return problem.Text{SV: "Kasserat", EN: "Scrapped"}
	}
	return problem.Text{SV: string(s), EN: string(s)}
}

// ChannelName is the way by which an order came, after its number.
func ChannelName(c string) problem.Text {
	switch c {
	case "api":
		return problem.Text{SV: "från verksamhetssystem", EN: "from a care system"}
	case "fhir":
		return problem.Text{SV: "från verksamhetssystem (FHIR)", EN: "from a care system (FHIR)"}
	case "portal":
		return problem.Text{SV: "från portalen", EN: "from the portal"}
	case "demo":
		return problem.Text{SV: "från demonstrationen", EN: "from the demonstration"}
	case "form":
		return problem.Text{SV: "på blankett, inskriven av låsansvarig", EN: "on a form, entered by the lock manager"}
	}
	return problem.Text{SV: c, EN: c}
}

func thingName(kind string) problem.Text {
	switch kind {
	case "client":
		return problem.Text{SV: "Kund", EN: "Client"}
	case "lock":
		return problem.Text{SV: "Lås", EN: "Lock"}
	case "key":
		return problem.Text{SV: "Nyckel", EN: "Key"}
	case "order":
		return problem.Text{SV: "Beställning", EN: "Order"}
	case "group":
		return problem.Text{SV: "Grupp", EN: "Group"}
	case "station":
		return problem.Text{SV: "Synkstation", EN: "Sync station"}
	case "staff":
		return problem.Text{SV: "Medarbetare", EN: "Staff member"}
	case "token":
		return problem.Text{SV: "Organisation", EN: "Organisation"}
	case "import":
		return problem.Text{SV: "Registerinläsning", EN: "Register import"}
	}
	return problem.Text{SV: kind, EN: kind}
}

func QualityName(q string) problem.Text {
	switch q {
	case "server":
		return problem.Text{SV: "serverns klocka", EN: "the server's clock"}
	case "device":
		return problem.Text{SV: "enhetens klocka", EN: "the device's clock"}
	case "unverified":
		return problem.Text{SV: "enheten hade tappat tiden, bara ordningen är säker", EN: "the device had lost its clock; only the order is certain"}
	}
	return problem.Text{SV: q, EN: q}
}
