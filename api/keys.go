package api

import "time"

// Key is a battery key with its group.
type Key struct {
	Number         string     `json:"number" doc:"What is printed on it." sv:"Nummer" en:"Number"`
	State          string     `json:"state" enum:"stock,issued,suspect,blocked,broken,warranty,scrapped" sv:"Läge" en:"State"`
	Group          string     `json:"group,omitempty" doc:"The group's code." sv:"Grupp" en:"Group"`
	GroupName      string     `json:"group_name,omitempty" sv:"Gruppens namn" en:"Group's name"`
	Reason         string     `json:"reason,omitempty" doc:"Why it is missed, blocked or broken." sv:"Skäl" en:"Reason"`
	BatteryChanged *time.Time `json:"battery_changed,omitempty" sv:"Batteri bytt" en:"Battery changed"`
	Synced         *time.Time `json:"synced,omitempty" sv:"Synkad" en:"Synced"`
	SyncedUntil    *time.Time `json:"synced_until,omitempty" doc:"Its newest grant ends then." sv:"Synkad till" en:"Synced until"`
	Blocked        *time.Time `json:"blocked,omitempty" sv:"Spärrad" en:"Blocked"`
}

// KeyGroup names a group.
type KeyGroup struct {
	Group string `json:"group" maxLength:"100" doc:"The group's code."`
}

// IssuedKey is a key that has been handed out.
type IssuedKey struct {
	Number string `json:"number"`
	Group  string `json:"group"`
	Extra  bool   `json:"extra" doc:"It goes beyond the group's basic equipment: a charge is proposed (V6-b)."`
}

// KeyReason is why something is done with a key, a station or a person.
type KeyReason struct {
	Reason string `json:"reason" maxLength:"500"`
}

// Replacement names the key that is handed out instead.
type Replacement struct {
	Replacement string `json:"replacement" maxLength:"60" doc:"Number of a key in the group's reserve or the lock manager's stock."`
}

// Exposure is what a blocked key could still open.
type Exposure struct {
	Number string        `json:"number"`
	Listed bool          `json:"listed" doc:"Locks are told of the block."`
	Doors  []ExposedDoor `json:"doors" nullable:"false" doc:"None: it opens nothing more."`
}

// ExposedDoor is a door that a blocked key could still open, at the worst.
type ExposedDoor struct {
	LockID string    `json:"lock_id"`
	Serial string    `json:"serial"`
	Until  time.Time `json:"until"`
}

// NewBattery is a change of battery.
type NewBattery struct {
	At *time.Time `json:"at,omitempty" doc:"Now, if it is left out."`
}

// BatteryDue is when a key needs a new battery.
type BatteryDue struct {
	Number string     `json:"number" sv:"Nummer" en:"Number"`
	Group  string     `json:"group,omitempty" sv:"Grupp" en:"Group"`
	Due    *time.Time `json:"due,omitempty" doc:"None: nothing is known of its battery; at once." sv:"Batteribyte senast" en:"Battery due"`
}

// NewExchange reports a key that must be exchanged.
type NewExchange struct {
	Number      string     `json:"number" maxLength:"60"`
	Cause       string     `json:"cause" enum:"damaged,fails" doc:"fails: despite a new battery, which must have been noted."`
	Description string     `json:"description" maxLength:"500"`
	Appointment *time.Time `json:"appointment,omitempty" doc:"When to come to the lock manager; may be agreed on later."`
}

// Exchange is a broken key on its way to being another.
type Exchange struct {
	ID          string     `json:"id" sv:"Id" en:"Id"`
	Number      string     `json:"number" sv:"Nyckel" en:"Key"`
	Group       string     `json:"group" sv:"Grupp" en:"Group"`
	Cause       string     `json:"cause" enum:"damaged,fails" sv:"Orsak" en:"Cause"`
	Description string     `json:"description" sv:"Beskrivning" en:"Description"`
	Reported    time.Time  `json:"reported" sv:"Anmäld" en:"Reported"`
	Appointment *time.Time `json:"appointment,omitempty" sv:"Avtalad tid" en:"Appointment"`
	State       string     `json:"state" enum:"booked,done,cancelled" sv:"Läge" en:"State"`
	Replacement string     `json:"replacement,omitempty" sv:"Ersättningsnyckel" en:"Replacement"`
	Negligence  string     `json:"negligence" enum:"undecided,no,yes" sv:"Uppenbar oaktsamhet" en:"Obvious negligence"`
	Decision    string     `json:"decision,omitempty" doc:"The reason." sv:"Motivering" en:"Decision's reason"`
}

// Appointment is a time to come.
type Appointment struct {
	At time.Time `json:"at"`
}

// NegligenceDecision is a person's decision about a damaged key.
type NegligenceDecision struct {
	Negligence bool   `json:"negligence" doc:"Obvious negligence: a charge is proposed."`
	Reason     string `json:"reason" maxLength:"500"`
}
