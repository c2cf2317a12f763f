package journal

import (
	"slices"

	"hemnyckel/internal/base/problem"
)

// Kind says what an entry tells of. It is the only part of an entry that is readable in the tree, so it never says who.
type Kind string

// The kinds. The strings are stable: they are hashed into the log.
const (
	OrderReceived     Kind = "order.received"      // an order came in, by any door
	OrderRefused      Kind = "order.refused"       // an order was turned away, with the reason
	OrderReturned     Kind = "order.returned"      // the lock manager gave an order back, with the reason
	OrderWithdrawn    Kind = "order.withdrawn"     // an orderer took an order back
	ExceptionRecorded Kind = "exception.recorded"  // that there shall be no lock on a door, or that this holds no longer
	TaskChanged       Kind = "task.changed"        // work that orders led to was proposed, joined, moved or withdrawn
	FeedChanged       Kind = "calendar.changed"    // a calendar address was opened or closed
	DecisionRecorded  Kind = "decision.recorded"   // a decision about a client: granted, renounced, ended
	ProviderChanged   Kind = "provider.changed"    // a client's service moved to another provider
	ClientChanged     Kind = "client.changed"      // a client's own facts changed: address, moved, died
	RightsChanged     Kind = "rights.changed"      // rights of groups to locks were added or taken away
	RegistersImported Kind = "registers.imported"  // one run of the import, with its counts
	RegisterApplied   Kind = "register.applied"    // one imported client or object was created or updated
	LockMounted       Kind = "lock.mounted"        // a lock was put on a door
	LockRemoved       Kind = "lock.removed"        // a lock was taken down
	LockConfigured    Kind = "lock.configured"     // a lock got a new configuration
	KeyIssued         Kind = "key.issued"          // a key entered the stock and got its identity
	KeySynced         Kind = "key.synced"          // a key visited a station: log taken home, grant given
	KeyActivated      Kind = "key.activated"       // a person activated a key for a shift
	KeyBlocked        Kind = "key.blocked"         // a key was blocked, lost or stolen
	KeyRefused        Kind = "key.refused"         // a key proved at a station what it is, and got nothing: blocked, broken, in stock, or copied
	KeyReturned       Kind = "key.returned"        // a key was laid back or unblocked
	DoorOpened        Kind = "door.opened"         // a lock opened, as the lock recorded it
	DoorRefused       Kind = "door.refused"        // a lock refused, as the lock recorded it
	LockReported      Kind = "lock.reported"       // anything else that a lock recorded: boot, battery, clock, records lost
	LockRecords       Kind = "lock.records"        // a run of a lock's records came home; each is a part, of one of the kinds above
	RecordsAnomalous  Kind = "records.anomalous"   // a lock's records have a gap, fork, rollback or orphan
	StationEnrolled   Kind = "station.enrolled"    // a sync station got its identity
	StationBlocked    Kind = "station.blocked"     // a sync station lost its trust
	StaffEnrolled     Kind = "staff.enrolled"      // a staff member was added, or got badge and PIN
	StaffEnded        Kind = "staff.ended"         // a staff member left
	StaffOrdered      Kind = "staff.ordered"       // a private provider asked for permissions, or got an answer
	ProviderFiled     Kind = "provider.filed"      // a provider's own routine or phone list was handed in
	StockChanged      Kind = "stock.changed"       // locks, boxes or keys arrived, were set aside or scrapped
	SupplyChanged     Kind = "supply.changed"      // an order to a supplier was made, sent or closed
	WarrantyChanged   Kind = "warranty.changed"    // something went back to the supplier, or was settled
	KeyReported       Kind = "key.reported"        // a key was missed, broken or exchanged
	BatteryChanged    Kind = "battery.changed"     // a key got a new battery
	CabinetChanged    Kind = "cabinet.changed"     // a group's cabinet, its equipment, or who answers for it
	CabinetCounted    Kind = "cabinet.counted"     // keys were counted, or a difference was settled
	InstructionChange Kind = "instruction.changed" // an instruction was published or read
	StationChanged    Kind = "station.changed"     // a station moved, went out or works again
	TokenCreated      Kind = "token.created"       // a token for a calling system was made
	TokenRevoked      Kind = "token.revoked"       // a token was revoked
	AccountChanged    Kind = "account.changed"     // an account or its roles changed
	LoginMade         Kind = "login.made"          // somebody logged in
	LoginRefused      Kind = "login.refused"       // somebody failed to log in
	FaultReported     Kind = "fault.reported"      // something does not work
	FaultChanged      Kind = "fault.changed"       // a fault was assigned, remedied or closed
	OnCallRecorded    Kind = "on-call.recorded"    // the supplier's on-call was called
	OnCallSettled     Kind = "on-call.settled"     // why it had to be called was established
	ChargeProposed    Kind = "charge.proposed"     // a rule says that somebody is to pay
	ChargeDecided     Kind = "charge.decided"      // a person decided about a charge
	ChargesExported   Kind = "charges.exported"    // charges were handed over for invoicing
	EmergencyChanged  Kind = "emergency.changed"   // somebody took access to a client whom they do not serve, or that was reviewed
	ClientRead        Kind = "client.read"         // a person read a client's page or log
	EntriesDisclosed  Kind = "entries.disclosed"   // an extract was handed out
	OwnerChanged      Kind = "owner.changed"       // a property owner was added to the register of consents, or changed
	PropertyChanged   Kind = "property.changed"    // a property's addresses or owners changed
	ConsentChanged    Kind = "consent.changed"     // a property owner's answer was recorded
	ConsentsFiled     Kind = "consents.filed"      // consents were handed over to the diary, or got their reference there
	LetterMade        Kind = "letter.made"         // a letter about consent was made
	ClientAgreed      Kind = "client.agreed"       // what a client has agreed to about a lock was recorded
	ReceiptChanged    Kind = "receipt.changed"     // a receipt for a physical key was drafted, shown, signed, handed over, closed or cancelled
	DisclosureChanged Kind = "disclosure.changed"  // a request for the log was made, assessed or decided
	LogRead           Kind = "log.read"            // a person read the log of doors directly
	HoldChanged       Kind = "hold.changed"        // what may not be erased was named, or let go
	RecordsErased     Kind = "records.erased"      // rows beside the journal were erased, by rule
	EntriesErased     Kind = "entries.erased"      // entries were erased, by rule or by decision
	ConfigChanged     Kind = "config.changed"      // the municipality's configuration changed
	KeysChanged       Kind = "keys.changed"        // a signing key was made, changed or retired
	LockDocumented    Kind = "lock.documented"     // a system has taken in which lock a client has
	WebhookChanged    Kind = "webhook.changed"     // a system that is told of changes was added, changed or removed
	MassChanged       Kind = "mass.changed"        // a mass change was drafted, reviewed, applied or undone
	CheckpointShown   Kind = "checkpoint.shown"    // a checkpoint was handed to a witness or kept outside
)

// Info is what people are shown about a kind, and for how long its entries are kept if nobody decides otherwise.
type Info struct {
	Kind     Kind
	Name     problem.Text
	KeepDays int // days after receipt; 0 = for ever. A municipality may decide otherwise.
}

// Default retention in days.
const (
	keepDoor    = 90        // landlords use 7–14 days; follow-up needs some weeks; each municipality must decide
	keepRights  = 2 * 365   // proof of who could open
	keepOrders  = 5*365 + 1 // the social services act's file rules
	keepReads   = 5*365 + 1 // access-control rules
	keepConfig  = 5*365 + 1
	keepCharges = 7*366 + 366 // the municipal bookkeeping act: seven years after the year
	keepForever = 0
)

// kinds is never changed; Kinds hands out copies.
var kinds = [...]Info{
	{OrderReceived, problem.Text{SV: "Beställning mottagen", EN: "Order received"}, keepOrders},
	{OrderRefused, problem.Text{SV: "Beställning avvisad", EN: "Order refused"}, keepOrders},
	{OrderReturned, problem.Text{SV: "Beställning returnerad", EN: "Order returned"}, keepOrders},
	{OrderWithdrawn, problem.Text{SV: "Beställning återtagen", EN: "Order withdrawn"}, keepOrders},
	{ExceptionRecorded, problem.Text{SV: "Undantag från lås antecknat", EN: "Exception from locks recorded"}, keepOrders},
	{TaskChanged, problem.Text{SV: "Uppgift ändrad", EN: "Task changed"}, keepOrders},
	{FeedChanged, problem.Text{SV: "Kalenderadress ändrad", EN: "Calendar address changed"}, keepConfig},
	{DecisionRecorded, problem.Text{SV: "Beslut registrerat", EN: "Decision recorded"}, keepOrders},
	{ProviderChanged, problem.Text{SV: "Utförare bytt", EN: "Provider changed"}, keepOrders},
	{ClientChanged, problem.Text{SV: "Kundens uppgifter ändrade", EN: "Client's details changed"}, keepOrders},
	{RightsChanged, problem.Text{SV: "Behörighet ändrad", EN: "Rights changed"}, keepRights},
	{RegistersImported, problem.Text{SV: "Register inlästa", EN: "Registers imported"}, keepConfig},
	{RegisterApplied, problem.Text{SV: "Registeruppgift införd", EN: "Register row applied"}, keepConfig},
	{LockMounted, problem.Text{SV: "Lås monterat", EN: "Lock mounted"}, keepRights},
	{LockRemoved, problem.Text{SV: "Lås nedmonterat", EN: "Lock removed"}, keepRights},
	{LockConfigured, problem.Text{SV: "Lås inställt", EN: "Lock configured"}, keepConfig},
	{KeyIssued, problem.Text{SV: "Nyckel utgiven", EN: "Key issued"}, keepRights},
	{KeySynced, problem.Text{SV: "Nyckel synkad", EN: "Key synced"}, keepRights},
	{KeyActivated, problem.Text{SV: "Nyckel aktiverad", EN: "Key activated"}, keepRights},
	{KeyBlocked, problem.Text{SV: "Nyckel spärrad", EN: "Key blocked"}, keepRights},
	{KeyRefused, problem.Text{SV: "Nyckel nekad vid station", EN: "Key refused at a station"}, keepRights},
	{KeyReturned, problem.Text{SV: "Nyckel återlämnad", EN: "Key returned"}, keepRights},
	{DoorOpened, problem.Text{SV: "Dörr öppnad", EN: "Door opened"}, keepDoor},
	{DoorRefused, problem.Text{SV: "Öppning nekad", EN: "Opening refused"}, keepDoor},
	{LockReported, problem.Text{SV: "Rapport från lås", EN: "Report from a lock"}, keepDoor},
	{LockRecords, problem.Text{SV: "Låsets logg hämtad", EN: "A lock's log taken home"}, keepDoor},
	{RecordsAnomalous, problem.Text{SV: "Avvikelse i låsets logg", EN: "Anomaly in a lock's records"}, keepConfig},
	{StationEnrolled, problem.Text{SV: "Synkstation ansluten", EN: "Sync station enrolled"}, keepConfig},
	{StationBlocked, problem.Text{SV: "Synkstation spärrad", EN: "Sync station blocked"}, keepConfig},
	{StaffEnrolled, problem.Text{SV: "Medarbetare tillagd", EN: "Staff member enrolled"}, keepConfig},
	{StaffEnded, problem.Text{SV: "Medarbetare avslutad", EN: "Staff member ended"}, keepConfig},
	{StaffOrdered, problem.Text{SV: "Behörighet beställd", EN: "Permission ordered"}, keepConfig},
	{ProviderFiled, problem.Text{SV: "Uppgift från utförare", EN: "Provider's document"}, keepConfig},
	{StockChanged, problem.Text{SV: "Lager ändrat", EN: "Stock changed"}, keepRights},
	{SupplyChanged, problem.Text{SV: "Inköp ändrat", EN: "Supply order changed"}, keepRights},
	{WarrantyChanged, problem.Text{SV: "Garantiärende ändrat", EN: "Warranty return changed"}, keepRights},
	{KeyReported, problem.Text{SV: "Nyckel anmäld", EN: "Key reported"}, keepRights},
	{BatteryChanged, problem.Text{SV: "Batteri bytt", EN: "Battery changed"}, keepRights},
	{CabinetChanged, problem.Text{SV: "Nyckelskåp ändrat", EN: "Cabinet changed"}, keepRights},
	{CabinetCounted, problem.Text{SV: "Nycklar räknade", EN: "Keys counted"}, keepRights},
	{InstructionChange, problem.Text{SV: "Instruktion ändrad eller läst", EN: "Instruction changed or read"}, keepRights},
	{StationChanged, problem.Text{SV: "Synkstation ändrad", EN: "Sync station changed"}, keepConfig},
	{TokenCreated, problem.Text{SV: "Åtkomstnyckel skapad", EN: "Access token created"}, keepConfig},
	{TokenRevoked, problem.Text{SV: "Åtkomstnyckel återkallad", EN: "Access token revoked"}, keepConfig},
	{AccountChanged, problem.Text{SV: "Konto ändrat", EN: "Account changed"}, keepConfig},
	{LoginMade, problem.Text{SV: "Inloggning", EN: "Login"}, keepReads},
	{LoginRefused, problem.Text{SV: "Inloggning nekad", EN: "Login refused"}, keepReads},
	{FaultReported, problem.Text{SV: "Fel anmält", EN: "Fault reported"}, keepOrders},
	{FaultChanged, problem.Text{SV: "Felanmälan ändrad", EN: "Fault changed"}, keepOrders},
	{OnCallRecorded, problem.Text{SV: "Jour ringd", EN: "On-call called"}, keepOrders},
	{OnCallSettled, problem.Text{SV: "Jourens orsak fastställd", EN: "On-call's cause established"}, keepOrders},
	{ChargeProposed, problem.Text{SV: "Debitering föreslagen", EN: "Charge proposed"}, keepCharges},
	{ChargeDecided, problem.Text{SV: "Debitering beslutad", EN: "Charge decided"}, keepCharges},
	{ChargesExported, problem.Text{SV: "Debiteringar lämnade till fakturering", EN: "Charges handed over for invoicing"}, keepCharges},
	{EmergencyChanged, problem.Text{SV: "Nödåtkomst", EN: "Emergency access"}, keepReads},
	{ClientRead, problem.Text{SV: "Kundens uppgifter lästa", EN: "Client's details read"}, keepReads},
	{EntriesDisclosed, problem.Text{SV: "Logg utlämnad", EN: "Log disclosed"}, keepReads},
	{OwnerChanged, problem.Text{SV: "Fastighetsägare ändrad", EN: "Property owner changed"}, keepOrders},
	{PropertyChanged, problem.Text{SV: "Fastighet ändrad", EN: "Property changed"}, keepOrders},
	{ConsentChanged, problem.Text{SV: "Samtycke registrerat", EN: "Consent recorded"}, keepOrders},
	{ConsentsFiled, problem.Text{SV: "Samtycken diarieförda", EN: "Consents filed"}, keepOrders},
	{LetterMade, problem.Text{SV: "Brev skapat", EN: "Letter made"}, keepOrders},
	{ClientAgreed, problem.Text{SV: "Kundens medgivande registrerat", EN: "Client's agreement recorded"}, keepOrders},
	{ReceiptChanged, problem.Text{SV: "Nyckelkvittens ändrad", EN: "Key receipt changed"}, keepOrders},
	{DisclosureChanged, problem.Text{SV: "Begäran om logg ändrad", EN: "Request for the log changed"}, keepReads},
	{LogRead, problem.Text{SV: "Låslogg läst", EN: "Log of doors read"}, keepReads},
	{HoldChanged, problem.Text{SV: "Gallringsstopp ändrat", EN: "Hold on erasure changed"}, keepConfig},
	{RecordsErased, problem.Text{SV: "Uppgifter gallrade", EN: "Records erased"}, keepConfig},
	{EntriesErased, problem.Text{SV: "Logg gallrad", EN: "Log entries erased"}, keepConfig},
	{ConfigChanged, problem.Text{SV: "Inställning ändrad", EN: "Configuration changed"}, keepConfig},
	{KeysChanged, problem.Text{SV: "Signeringsnyckel ändrad", EN: "Signing key changed"}, keepForever},
	{LockDocumented, problem.Text{SV: "Lås dokumenterat i annat system", EN: "Lock documented in another system"}, keepOrders},
	{WebhookChanged, problem.Text{SV: "Mottagande system ändrat", EN: "Receiving system changed"}, keepConfig},
	{MassChanged, problem.Text{SV: "Massändring", EN: "Mass change"}, keepOrders},
	{CheckpointShown, problem.Text{SV: "Loggens huvud visat utåt", EN: "Checkpoint shown outside"}, keepForever},
}

// Kinds returns every kind, in the order in which they are best shown.
func Kinds() []Info { return slices.Clone(kinds[:]) }

// Describe returns what is known of a kind, and false for a kind that does not exist.
func Describe(k Kind) (Info, bool) {
	for i := range kinds {
		if kinds[i].Kind == k {
			return kinds[i], true
		}
	}
	return Info{}, false
}
