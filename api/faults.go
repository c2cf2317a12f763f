package api

import "time"

// NewFault reports something that does not work (V2.2-c, V2.3-a, V2.4-a).
type NewFault struct {
	Thing          string `json:"thing" enum:"lock,key,station,cabinet" doc:"What does not work; lock is also a key box."`
	Label          string `json:"label,omitempty" maxLength:"100" doc:"What is written on it: serial number, key number, the station's name, or of a cabinet its group's code. Leave it out for a client's lock." example:"N00017"`
	PersonalNumber string `json:"personal_number,omitempty" maxLength:"20" doc:"Of the client whose lock it is, where there is no label."`
	Description    string `json:"description" maxLength:"2000" doc:"What happens, in free text. No names."`
	ClientInside   bool   `json:"client_inside,omitempty" doc:"The client is inside and cannot open: urgent."`
}

// Fault is something that does not work.
type Fault struct {
	ID           string     `json:"id" doc:"Opaque. Use it in addresses." sv:"Id" en:"Id"`
	Number       string     `json:"number" doc:"The number to say on the phone." sv:"Nummer" en:"Number"`
	Thing        string     `json:"thing" enum:"lock,key,station,cabinet" sv:"Vad" en:"What"`
	Label        string     `json:"label" sv:"Märkning" en:"Label"`
	Place        string     `json:"place,omitempty" doc:"Of a lock: door, box or entrance." sv:"Plats" en:"Place"`
	ClientID     string     `json:"client_id,omitempty" sv:"Kundens id" en:"Client's id"`
	Urgent       bool       `json:"urgent" sv:"Akut" en:"Urgent"`
	Description  string     `json:"description" sv:"Beskrivning" en:"Description"`
	State        string     `json:"state" enum:"reported,assigned,worked,remedied,closed" sv:"Läge" en:"State"`
	Organisation string     `json:"organisation" doc:"That reported it first." sv:"Anmäld av" en:"Reported by"`
	Reported     time.Time  `json:"reported" sv:"Anmäld" en:"Reported"`
	Reports      int        `json:"reports" doc:"How many have reported it." sv:"Antal anmälningar" en:"Reports"`
	Assignee     string     `json:"assignee,omitempty" sv:"Tilldelad" en:"Assigned to"`
	TaskID       string     `json:"task_id,omitempty" doc:"The work in the field."`
	Cause        string     `json:"cause,omitempty" sv:"Orsak" en:"Cause"`
	Done         string     `json:"done,omitempty" doc:"What was done, or why it was closed." sv:"Åtgärd" en:"Done"`
	Closed       *time.Time `json:"closed,omitempty" sv:"Avslutad" en:"Ended"`
	Rule         string     `json:"rule,omitempty" doc:"The line of the routine that says who bears the cost." sv:"Regel för kostnaden" en:"Rule of the cost"`
}

// FaultAnswer is what the one who reports a fault is told: the fault, and what to do at this hour.
type FaultAnswer struct {
	Fault  Fault        `json:"fault"`
	Joined bool         `json:"joined" doc:"It had been reported already; this report is added to it."`
	Steps  []CrisisStep `json:"steps" nullable:"false"`
}

// FaultCase is a fault with its reports.
type FaultCase struct {
	Fault   Fault         `json:"fault"`
	Reports []FaultReport `json:"reports" nullable:"false"`
}

// FaultReport is one message about a fault.
type FaultReport struct {
	Organisation string    `json:"organisation"`
	Description  string    `json:"description"`
	ClientInside bool      `json:"client_inside"`
	At           time.Time `json:"at"`
}

// FaultAssignment says who looks after a fault.
type FaultAssignment struct {
	Assignee string `json:"assignee" maxLength:"2000" doc:"A person's or unit's name or number."`
}

// FaultEnd ends a fault.
type FaultEnd struct {
	State   string `json:"state" enum:"remedied,closed" doc:"closed: without remedy."`
	Cause   string `json:"cause" enum:"wear,battery,supplier,handling,negligence,unknown" doc:"It decides who bears the cost; what follows is only proposed."`
	Done    string `json:"done" maxLength:"2000" doc:"What was done, or why nothing can be."`
	CallOut bool   `json:"call_out,omitempty" doc:"The lock manager went there urgently."`
	Cost    int    `json:"cost,omitempty" minimum:"0" doc:"Kronor, where something was damaged that has no fixed price."`
}

// Triage is what to ask before a fault is reported, the first question first.
type Triage struct {
	Questions []TriageQuestion `json:"questions" nullable:"false"`
}

// TriageQuestion is one question.
type TriageQuestion struct {
	ID      string         `json:"id"`
	Text    string         `json:"text"`
	Answers []TriageAnswer `json:"answers" nullable:"false"`
}

// TriageAnswer leads to the question next, or else to what end says.
type TriageAnswer struct {
	ID   string     `json:"id"`
	Text string     `json:"text"`
	Next string     `json:"next,omitempty"`
	End  *TriageEnd `json:"end,omitempty"`
}

// TriageEnd is where the questions lead.
type TriageEnd struct {
	Do      string `json:"do" enum:"advice,report,block"`
	Text    string `json:"text"`
	Rule    string `json:"rule"`
	Urgent  bool   `json:"urgent"`
	Failure string `json:"failure" doc:"Whose crisis steps to follow."`
}

// NewOnCall records that the supplier's on-call was called.
type NewOnCall struct {
	Organisation string `json:"organisation,omitempty" maxLength:"20" doc:"Organisation number of the provider that called: for those who record others' calls. Left out, the fault tells, or a person when the charge is decided."`

	Called   time.Time `json:"called" doc:"When, within the last year."`
	Reason   string    `json:"reason" maxLength:"2000" doc:"What was extraordinary."`
	Visit    bool      `json:"visit,omitempty" doc:"A technician came."`
	VisitWhy string    `json:"visit_why,omitempty" maxLength:"2000" doc:"Why it could not be solved by phone; needed with visit."`
	FaultID  string    `json:"fault_id,omitempty" maxLength:"100"`
}

// OnCall is a case with the supplier's on-call.
type OnCall struct {
	ID           string     `json:"id" sv:"Id" en:"Id"`
	Number       string     `json:"number" sv:"Nummer" en:"Number"`
	Organisation string     `json:"organisation" sv:"Ringde" en:"Called by"`
	Called       time.Time  `json:"called" sv:"Tid" en:"Called"`
	Hours        string     `json:"hours" enum:"office,phone,visit,nobody" doc:"Which hours it was. office: the lock manager was there; visit and nobody: the phone is not answered by the contract." sv:"Timmar" en:"Hours"`
	Reason       string     `json:"reason" sv:"Händelse" en:"Event"`
	Visit        bool       `json:"visit" sv:"Utryckning" en:"Call-out"`
	VisitWhy     string     `json:"visit_why,omitempty" sv:"Skäl till utryckning" en:"Why a call-out"`
	FaultID      string     `json:"fault_id,omitempty"`
	PhoneCost    int        `json:"phone_cost" doc:"Kronor, by the prices of that day." sv:"Telefon, kr" en:"Phone, SEK" col:"kronor"`
	VisitCost    int        `json:"visit_cost" sv:"Utryckning, kr" en:"Call-out, SEK" col:"kronor"`
	Cause        string     `json:"cause,omitempty" sv:"Orsak" en:"Cause"`
	Note         string     `json:"note,omitempty" sv:"Anteckning" en:"Note"`
	Settled      *time.Time `json:"settled,omitempty" sv:"Avgjord" en:"Settled"`
}

// OnCallCause establishes why the on-call had to be called.
type OnCallCause struct {
	Cause string `json:"cause" enum:"wear,battery,supplier,handling,negligence,unknown"`
	Note  string `json:"note" maxLength:"2000" doc:"How it was established."`
}
