package routine

import (
	"maps"
	"slices"
	"time"
)

// Profile is everything in which municipalities differ. profiles/*.toml holds those that are known; package profiles
// reads and checks them. The zero value of every field means: this municipality does not do that.
type Profile struct {
	Name       string `toml:"name"`   // of the municipality, as people call it
	Source     Source `toml:"source"` // which documents the profile is taken from (X-a)
	Words      Words  `toml:"words"`  // what users call things
	Units      []Unit `toml:"units"`  // who is who, and how to reach them (V7-g, S-p)
	Technology struct {
		Keys     bool `toml:"keys"`      // battery keys from a cabinet
		Phones   bool `toml:"phones"`    // personal phones as keys (S-c)
		KeyBoxes bool `toml:"key_boxes"` // key boxes where a door lock cannot be mounted (V5.6-a)
	} `toml:"technology"`
	Orders []OrderRule `toml:"orders"` // who may order what; none: see [DefaultOrders]

	// InEffectGate holds back private providers' access until the client is in effect on them (S-m).
	InEffectGate bool `toml:"in_effect_gate"`
	// RuralAreas maps a rural group's code to the postal codes (five digits) where it answers alarms. A rural group that
	// is not named here answers everywhere.
	RuralAreas map[string][]string `toml:"rural_areas"`
	// AccessHours are the hours of the week in which a service opens doors, by name in [Hours]: a delivery firm's by day only. A service
	// that is not named opens at any hour; alarms always do.
	AccessHours map[ServiceKind]string `toml:"access_hours"`
	// RuralAnswers says that rural groups answer alarms beside the alarm team (V1.1-a). Without it only the alarm unit does.
	RuralAnswers bool `toml:"rural_answers"`
	// AlarmImpliesLock proposes mounting when an alarm is granted to a client without a lock (V1.1-a, S-a).
	AlarmImpliesLock bool `toml:"alarm_implies_lock"`
	// LockLimit is how many locks a client may have; entrances do not count (V2.1-b). 0: the routine sets no limit.
	LockLimit int `toml:"lock_limit"`
	// EntrancesCount makes an entrance lock count against LockLimit too.
	EntrancesCount bool `toml:"entrances_count"`
	// LockEndsOnNotice says that a lock without alarm is taken down on the provider's notice (S-i), not by itself.
	LockEndsOnNotice bool `toml:"lock_ends_on_notice"`
	// SelfServiceBlock lets staff block a lost key at any hour (V7-c). Without it only the lock manager does.
	SelfServiceBlock bool `toml:"self_service_block"`

	Consent       ConsentRules  `toml:"consent"`
	Receipts      ReceiptRules  `toml:"receipts"`
	Staff         StaffRules    `toml:"staff"`
	Log           LogRules      `toml:"log"`
	Hours         Hours         `toml:"hours"`
	OnCall        OnCall        `toml:"on_call"`
	Prices        Prices        `toml:"prices"`
	Equipment     Equipment     `toml:"equipment"`
	Stock         StockRules    `toml:"stock"`
	Crisis        []CrisisStep  `toml:"crisis"`
	Documentation []Target      `toml:"documentation"` // systems that are told which lock a client has (V5.2-a)
	Retention     []Retention   `toml:"retention"`
	Letters       []LetterTexts `toml:"letters"`
}

// Source says which document a profile is taken from (X-a).
type Source struct {
	Title      string `toml:"title"`
	Decided    string `toml:"decided"`     // YYYY-MM-DD
	Revised    string `toml:"revised"`     // YYYY-MM-DD, or ""
	ReviseBy   string `toml:"revise_by"`   // YYYY-MM-DD, or ""
	Diary      string `toml:"diary"`       // diary number, or ""
	DecidedBy  string `toml:"decided_by"`  // board or administration
	Unit       string `toml:"unit"`        // responsible unit or person's function
	Replaces   string `toml:"replaces"`    // the document that it took the place of, or ""
	ValidFrom  string `toml:"valid_from"`  // YYYY-MM-DD, or ""
	ValidUntil string `toml:"valid_until"` // YYYY-MM-DD, or ""
}

// Words are what a municipality's users call things; "" takes the usual word.
type Words struct {
	DoorLock   string `toml:"door_lock"`   // digitalt lås, nyckelfritt lås
	LockBrand  string `toml:"lock_brand"`  // Duo City, CareLock
	KeyBox     string `toml:"key_box"`     // nyckelgömma
	Key        string `toml:"key"`         // digital nyckel, mobilnyckel
	System     string `toml:"system"`      // PRO, CareApp: what the system used to be called
	CaseSystem string `toml:"case_system"` // Procapita
	EService   string `toml:"e_service"`   // e-tjänsten, or the name of the order form
}

// UnitKind is a part that a unit plays in the routine.
type UnitKind string

// The parts. One unit may play several (Strängnäs: alarm unit and lock manager are the same).
const (
	UnitLockManager UnitKind = "lock-manager"
	UnitAlarm       UnitKind = "alarm"
	UnitSystemOwner UnitKind = "system-owner"
	UnitRegistrar   UnitKind = "registrar" // files consents in the diary (V5.3-e)
	UnitDelivery    UnitKind = "delivery"
	UnitSupplier    UnitKind = "supplier" // of locks and keys: support, on-call
)

// UnitKinds returns the parts in the order of the contact page.
func UnitKinds() []UnitKind {
	return []UnitKind{UnitLockManager, UnitAlarm, UnitSystemOwner, UnitRegistrar, UnitDelivery, UnitSupplier}
}

// Unit is who answers for a part, with what the contact page shows.
type Unit struct {
	Name     string     `toml:"name"`
	Kinds    []UnitKind `toml:"kinds"`
	Phone    string     `toml:"phone"`
	Hours    string     `toml:"hours"` // name of a schedule in [Hours], or ""
	Address  string     `toml:"address"`
	Postal   string     `toml:"postal"`
	Persons  []string   `toml:"persons"` // contact persons, by name or function
	Mail     string     `toml:"mail"`
	Web      string     `toml:"web"`      // its e-service or page
	Form     string     `toml:"form"`     // name of the form by which one turns to it (S-h, S-l), or ""
	NightBy  UnitKind   `toml:"night_by"` // who gives out the number for other hours (S-j); it is never published
	OrgNo    string     `toml:"organisation"`
	ShownFor []Role     `toml:"shown_for"` // whom the contact concerns; none: everybody
}

// OrderRule lets roles give orders of some kinds through some channels.
type OrderRule struct {
	Kinds     []OrderKind  `toml:"kinds"`
	By        []Role       `toml:"by"`
	Channels  []Channel    `toml:"channels"`
	Providers ProviderKind `toml:"providers"` // "" any
	Rule      string       `toml:"rule"`      // requirement ID
}

// ProviderKind divides providers.
type ProviderKind string

// The kinds of providers.
const (
	AnyProvider       ProviderKind = ""
	MunicipalProvider ProviderKind = "municipal"
	PrivateProvider   ProviderKind = "private"
)

// Channel is the way by which an order reaches the municipality.
type Channel string

// The channels.
const (
	CaseSystem Channel = "case-system" // by template, from the case system
	EService   Channel = "e-service"
	OrderForm  Channel = "order-form" // on paper or by mail; the lock manager writes it in
)

// ConsentRules says what mounting demands of the house's owner (V5.3).
type ConsentRules struct {
	Owner          bool   `toml:"owner"`            // no mounting without an owner's consent (V5.3-a)
	HomeCareAgrees bool   `toml:"home_care_agrees"` // applying for home care counts as the client's agreement (V8-b)
	RemindDays     int    `toml:"remind_days"`      // an unanswered letter is followed up after so many days
	Registrar      bool   `toml:"registrar"`        // received consents are handed over for the diary (V5.3-e)
	Retention      string `toml:"retention"`        // name in Retention, or ""
}

// ReceiptRules says what happens with physical keys (V2.6, S-e).
type ReceiptRules struct {
	KeyBox     bool `toml:"key_box"`     // receipts for the key in a key box
	Spare      bool `toml:"spare"`       // alarm clients leave a spare key with the alarm unit (S-e)
	SpareHome  bool `toml:"spare_home"`  // others may agree to leave one with home care (S-e)
	Waiting    bool `toml:"waiting"`     // a traditional key with receipt until consent and mounting (V5.3-c)
	RemindDays int  `toml:"remind_days"` // an unsigned receipt is followed up after so many days
}

// StaffRules says who looks after staff and what private providers must show.
type StaffRules struct {
	PrivateBySystemOwner bool `toml:"private_by_system_owner"` // S-l: else providers add and remove their own (V2.7-a)
	PhoneList            bool `toml:"phone_list"`              // S-k
	RoutineOnFile        bool `toml:"routine_on_file"`         // S-f: a provider's own routine is kept and reviewed
	RoutineGatesAccess   bool `toml:"routine_gates_access"`    // without a valid one no new access for private providers
	RoutineMonths        int  `toml:"routine_months"`          // how long one is valid
}

// LogMode is how the log of doors is read.
type LogMode string

// The modes.
const (
	LogByDisclosure LogMode = "disclosure" // extracts after request and, in doubt, harm assessment (V5.7-d)
	LogByRole       LogMode = "direct"     // named roles read it (S-g)
)

// LogRules says who may read the log of doors, and how.
type LogRules struct {
	Mode       LogMode  `toml:"mode"`
	Readers    []Role   `toml:"readers"`    // direct: these read
	Recipients []string `toml:"recipients"` // disclosure: functions that usually may have an extract, in words
}

// OnCall is the supplier's help outside office hours (V7-d). The zero value: there is none.
type OnCall struct {
	Phone string `toml:"phone"` // schedule in [Hours] when the phone is answered
	Visit string `toml:"visit"` // schedule in [Hours] when a technician comes, if the phone did not help
}

// Prices are in kronor; 0: this municipality does not charge for it (V6, S-n).
type Prices struct {
	// Extras makes providers bear what goes beyond the basic equipment, and moving it, at cost (V6-b).
	Extras          bool `toml:"extras"`
	KeyNegligence   int  `toml:"key_negligence"`    // V2.2-d
	HandlingCallOut int  `toml:"handling_call_out"` // V6-c
	OnCallPhone     int  `toml:"on_call_phone"`     // V6-d, per case
	OnCallVisit     int  `toml:"on_call_visit"`     // V6-d, on top, per call-out
}

// Equipment is a group's basic equipment (V8-a).
type Equipment struct {
	Computed    bool `toml:"computed"`
	ReserveKeys int  `toml:"reserve_keys"`
	// Allotments are groups' fixed numbers of keys by kind of group, instead of staff plus reserve (V4-a).
	Allotments map[GroupKind]int `toml:"allotments"`
}

// StockRules are the lock manager's levels.
type StockRules struct {
	MinimumLocks   int `toml:"minimum_locks"`
	MinimumBoxes   int `toml:"minimum_boxes"`
	MinimumKeys    int `toml:"minimum_keys"`
	WarrantyMonths int `toml:"warranty_months"`
	BatteryMonths  int `toml:"battery_months"` // of keys (V2.2-a)
	CountDays      int `toml:"count_days"`     // between counts of a cabinet (V2.2-b)
}

// Target is a system that is told which lock a client has (V5.2-a).
type Target struct {
	Name  string `toml:"name"`  // Procapita, Intra Phone
	Field string `toml:"field"` // where it is written there, such as Nyckel
}

// Retention says how long a kind of record is kept after it has ended.
type Retention struct {
	Kind string `toml:"kind"` // one of RetentionKinds
	Days int    `toml:"days"`
}

// RetentionKinds returns the kinds of records that a profile may give a time.
func RetentionKinds() []string {
	return []string{"receipts", "consents", "orders", "clients", "door-log", "disclosures", "charges", "faults"}
}

// KeptFor is how long a kind of record is kept after its end, and false if the profile does not say.
func (p Profile) KeptFor(kind string) (time.Duration, bool) {
	for _, r := range p.Retention {
		if r.Kind == kind {
			return time.Duration(r.Days) * 24 * time.Hour, true
		}
	}
	return 0, false
}

// Unit returns who plays a part in the routine.
func (p Profile) Unit(k UnitKind) (Unit, bool) {
	for _, u := range p.Units {
		if u.Is(k) {
			return u, true
		}
	}
	return Unit{}, false
}

// Is reports whether the unit plays a part.
func (u Unit) Is(k UnitKind) bool {
	for _, have := range u.Kinds {
		if have == k {
			return true
		}
	}
	return false
}

// MayAddLock reports whether a client with so many locks on own doors, behind so many locked entrances, may have one more on
// an own door (V2.1-b).
func (p Profile) MayAddLock(own, entrances int) bool {
	if p.EntrancesCount {
		own += entrances
	}
	return p.LockLimit == 0 || own < p.LockLimit
}

// DefaultProfile is the routine of a municipality that has not written down anything else.
func DefaultProfile() Profile {
	p := Profile{Name: "Kommunen", AlarmImpliesLock: true, RuralAnswers: true, SelfServiceBlock: true, LockLimit: 1}
	p.Technology.Keys, p.Technology.KeyBoxes = true, true
	p.Log.Mode = LogByDisclosure
	p.Equipment = Equipment{Computed: true, ReserveKeys: 3}
	p.Stock = StockRules{WarrantyMonths: 24, BatteryMonths: 12, CountDays: 7}
	return p
}

// SameGrounds reports whether two profiles give every client the same grounds, whatever the services: if not, everybody's
// rights have to be computed anew when one takes the other's place.
func (p Profile) SameGrounds(q Profile) bool {
	return p.InEffectGate == q.InEffectGate && p.Staff.RoutineGatesAccess == q.Staff.RoutineGatesAccess &&
		p.RuralAnswers == q.RuralAnswers && maps.EqualFunc(p.RuralAreas, q.RuralAreas, slices.Equal[[]string])
}

// OpensIn returns the hours of the week in which a service opens doors, and false if it does so at any hour.
func (p Profile) OpensIn(k ServiceKind) (Schedule, bool) {
	name, limited := p.AccessHours[k]
	return p.Hours[name], limited && k != Alarm
}

// Answers reports whether the rural group with this code answers alarms at a postal code.
func (p Profile) Answers(groupCode, postalCode string) bool {
	if !p.RuralAnswers {
		return false
	}
	codes, limited := p.RuralAreas[groupCode]
	if !limited {
		return true
	}
	for _, c := range codes {
		if c == postalCode {
			return true
		}
	}
	return false
}
