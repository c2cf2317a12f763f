package api

import "time"

// NewWork is work that the lock manager lays up without an order.
type NewWork struct {
	Kind           string `json:"kind" enum:"mount,dismount,mount-entrance,dismount-entrance,exchange,exchange-entrance,service,document,decide" doc:"mount-entrance, dismount-entrance and exchange-entrance concern the entrance that the client lives behind, for everybody there."`
	PersonalNumber string `json:"personal_number,omitempty" maxLength:"20" doc:"Of the client whose door it is."`
	Serial         string `json:"serial,omitempty" maxLength:"100" doc:"Of the lock that it concerns; enough for a lock that sits on a door."`
	Due            string `json:"due,omitempty" format:"date" doc:"By which day; today when left out."`
	Urgent         bool   `json:"urgent,omitempty"`
	Note           string `json:"note,omitempty" maxLength:"500" doc:"What it is about. No names."`
}

// WorkTask is a line of the worklist.
type WorkTask struct {
	ID          string     `json:"id" doc:"Opaque. Use it in addresses." sv:"Id" en:"Id"`
	Number      string     `json:"number" doc:"The number to say on the phone." sv:"Nummer" en:"Number"`
	Kind        string     `json:"kind" sv:"Uppgift" en:"Task"`
	State       string     `json:"state" enum:"open,waiting,assigned,booked,in-progress,done,cancelled" doc:"waiting: for the house's owner." sv:"Läge" en:"State"`
	Urgent      bool       `json:"urgent" sv:"Akut" en:"Urgent"`
	Due         time.Time  `json:"due" sv:"Senast" en:"Due" col:"day"`
	Rule        string     `json:"rule" doc:"The line of the routine that it follows." sv:"Regel" en:"Rule"`
	Order       string     `json:"order,omitempty" doc:"Number of the first order that led to it." sv:"Beställning" en:"Order"`
	OrderKind   string     `json:"order_kind,omitempty" sv:"Beställningens slag" en:"Kind of order"`
	ClientID    string     `json:"client_id,omitempty" sv:"Kundens id" en:"Client's id"`
	PostalCode  string     `json:"postal_code,omitempty" doc:"Left out for a client with protected identity." sv:"Postnummer" en:"Postal code"`
	Town        string     `json:"town,omitempty" sv:"Ort" en:"Town"`
	Employee    string     `json:"employee_number,omitempty" doc:"Who shall do it." sv:"Anställningsnummer" en:"Employee number"`
	Unit        string     `json:"unit,omitempty" doc:"Or which unit." sv:"Enhet" en:"Unit"`
	Group       string     `json:"group,omitempty" doc:"Or whose staff." sv:"Grupp" en:"Group"`
	Serial      string     `json:"serial,omitempty" doc:"Of the lock that it concerns or that is kept for it." sv:"Serienummer" en:"Serial number"`
	BookedFrom  *time.Time `json:"booked_from,omitempty" sv:"Bokad från" en:"Booked from"`
	BookedUntil *time.Time `json:"booked_until,omitempty" sv:"Bokad till" en:"Booked until"`
	Told        string     `json:"told,omitempty" doc:"Who was told of the time: client, relative or provider." sv:"Informerad om tiden" en:"Told of the time"`
	FaultID     string     `json:"fault_id,omitempty" doc:"The fault that it remedies."`
	Note        string     `json:"note,omitempty" sv:"Anteckning" en:"Note"`
	Reason      string     `json:"reason,omitempty" doc:"Why it waits or was cancelled." sv:"Skäl" en:"Reason"`
	Created     time.Time  `json:"created" sv:"Upplagd" en:"Created"`
	Done        *time.Time `json:"done,omitempty" doc:"When it was done or cancelled." sv:"Avslutad" en:"Ended"`
}

// Work is a task with what has been agreed and done.
type Work struct {
	Task         WorkTask      `json:"task"`
	Why          string        `json:"why" doc:"The rule in words."`
	Orders       []WorkOrder   `json:"orders" nullable:"false" doc:"That wait or have waited for it."`
	Checklist    []WorkItem    `json:"checklist" nullable:"false" doc:"What has to be said before it counts as done."`
	Left         int           `json:"left" doc:"How many steps of the checklist are left."`
	Bookings     []WorkBooking `json:"bookings" nullable:"false" doc:"The newest first."`
	Mounted      string        `json:"mounted,omitempty" doc:"Serial number of the lock on the door now."`
	OriginalPart string        `json:"original_part,omitempty" doc:"Where the door's own part is kept."`
}

// WorkOrder is an order behind a task.
type WorkOrder struct {
	ID     string `json:"id"`
	Number string `json:"number"`
	Kind   string `json:"kind"`
	State  string `json:"state"`
}

// WorkItem is a line of a checklist.
type WorkItem struct {
	Step string    `json:"step" enum:"client-informed,taken-down,restored,keys-returned,serial,why-box,second-check,test-opening,original-part"`
	Rule string    `json:"rule"`
	Text string    `json:"text" doc:"What it asks for, in words."`
	Said *WorkStep `json:"said,omitempty" doc:"What was said. Left out while it is left to do, or when it no longer fits the other steps."`
}

// WorkStep is a step of work at a door, as whoever did it says. Send it again, with the same id, until it is answered; correct
// it by a new one.
type WorkStep struct {
	ID       string    `json:"id" format:"uuid" doc:"Made by the device, one for each step."`
	Step     string    `json:"step" enum:"client-informed,taken-down,restored,keys-returned,serial,why-box,second-check,test-opening,original-part"`
	At       time.Time `json:"at" doc:"When it was done, by the device's clock."`
	Employee string    `json:"employee_number,omitempty" maxLength:"50" doc:"Who did it. Needed by all but client-informed and keys-returned without keys."`
	Serial   string    `json:"serial,omitempty" maxLength:"100" doc:"taken-down, serial, second-check, test-opening: the lock's serial number, read from the lock."`
	Told     string    `json:"told,omitempty" enum:",client,relative,estate" doc:"client-informed: who was told. keys-returned: who got the keys."`
	How      string    `json:"how,omitempty" enum:",phone,visit,letter,message" doc:"client-informed."`
	Next     string    `json:"next,omitempty" enum:",stock,dismounted,warranty,scrapped" doc:"taken-down: where the lock goes; dismounted is to be looked at first."`
	Place    string    `json:"place,omitempty" maxLength:"500" doc:"original-part: where the door's own part is kept."`
	Reason   string    `json:"reason,omitempty" maxLength:"500" doc:"why-box: why no lock on the door. taken-down: why it is scrapped."`
	Keys     int       `json:"keys,omitempty" minimum:"0" maximum:"20" doc:"keys-returned: how many."`
	Record   uint32    `json:"record,omitempty" doc:"test-opening: number of the opening in the lock's own log. Left out, the person named says so."`
}

// WorkSteps are steps that are sent together: all are kept, or none.
type WorkSteps struct {
	Steps []WorkStep `json:"steps" minItems:"1" maxItems:"20" nullable:"false"`
}

// WorkBooking is a time agreed with the client.
type WorkBooking struct {
	From     time.Time  `json:"from"`
	Until    time.Time  `json:"until"`
	Employee string     `json:"employee_number" doc:"Who comes."`
	Attend   string     `json:"attend,omitempty" doc:"Id of the group whose staff are asked to open."`
	Told     string     `json:"told,omitempty"`
	How      string     `json:"how,omitempty"`
	ToldAt   *time.Time `json:"told_at,omitempty"`
	Ended    *time.Time `json:"ended,omitempty"`
	EndedHow string     `json:"ended_how,omitempty" enum:",kept,moved,cancelled"`
	Reason   string     `json:"reason,omitempty"`
}

// NewBooking books a time with the client, or moves it.
type NewBooking struct {
	From     time.Time `json:"from" doc:"Within the lock manager's office hours, to the end."`
	Until    time.Time `json:"until"`
	Employee string    `json:"employee_number" maxLength:"50" doc:"Who comes. Nobody has two visits at a time."`
	Attend   string    `json:"attend,omitempty" maxLength:"100" doc:"Code of the group whose staff are asked to open, where the client cannot and no relative does. It must serve the client."`
	Serial   string    `json:"serial,omitempty" maxLength:"100" doc:"Of the lock to keep for the visit."`
	Told     string    `json:"told,omitempty" enum:",client,relative,provider" doc:"Who has been told of the time."`
	How      string    `json:"how,omitempty" enum:",phone,visit,letter,message"`
	Reason   string    `json:"reason,omitempty" maxLength:"500" doc:"Why an earlier time was moved."`
}

// BookingTold says that somebody has been told of a booked time.
type BookingTold struct {
	Told string `json:"told" enum:"client,relative,provider"`
	How  string `json:"how" enum:"phone,visit,letter,message"`
}

// Assignment gives a task to a person or a unit; empty takes it back.
type Assignment struct {
	Employee string `json:"employee_number,omitempty" maxLength:"50"`
	Unit     string `json:"unit,omitempty" enum:",lock-manager,alarm,system-owner,registrar,delivery,supplier"`
}

// WorkReason is why something is cancelled or taken back.
type WorkReason struct {
	Reason string `json:"reason" maxLength:"500"`
}

// WorkDone ends a task.
type WorkDone struct {
	Note string `json:"note,omitempty" maxLength:"500" doc:"No names."`
}

// WorkCount is how much open work there is of a kind in a state.
type WorkCount struct {
	Kind   string `json:"kind"`
	State  string `json:"state"`
	Tasks  int64  `json:"tasks"`
	Urgent int64  `json:"urgent"`
	Late   int64  `json:"late" doc:"Was due before today."`
}

// WorkCounts is how much there is to do.
type WorkCounts struct {
	Counts []WorkCount `json:"counts" nullable:"false"`
}

// WorkVisit is what somebody who goes to a door needs to know.
type WorkVisit struct {
	Number        string `json:"number"`
	Name          string `json:"name"`
	Phone         string `json:"phone,omitempty"`
	Street        string `json:"street"`
	Apartment     string `json:"apartment,omitempty"`
	PostalCode    string `json:"postal_code"`
	Town          string `json:"town"`
	RelativeName  string `json:"relative_name,omitempty"`
	RelativePhone string `json:"relative_phone,omitempty"`
	Protected     bool   `json:"protected" doc:"Protected identity: keep all of this to yourself."`
}

// NewCalendar asks for a calendar address for a person.
type NewCalendar struct {
	Employee string `json:"employee_number" maxLength:"50"`
}

// Calendar is an address at which a person's calendar reads that person's visits: task number, kind and town, no names.
type Calendar struct {
	ID      string     `json:"id" sv:"Id" en:"Id"`
	Path    string     `json:"path,omitempty" doc:"The address, shown when it is made and never again: whoever knows it can read."`
	Created time.Time  `json:"created" sv:"Öppnad" en:"Opened"`
	Closed  *time.Time `json:"closed,omitempty" sv:"Stängd" en:"Closed"`
}
