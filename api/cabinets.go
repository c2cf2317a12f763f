package api

import "time"

// Cabinet is where a group's keys live.
type Cabinet struct {
	Group    string    `json:"group" doc:"The group's code." sv:"Grupp" en:"Group"`
	Name     string    `json:"name" sv:"Gruppens namn" en:"Group's name"`
	Place    string    `json:"place" sv:"Plats" en:"Place"`
	Keepers  []string  `json:"keepers" nullable:"false" doc:"Employee numbers of those who answer for it." sv:"Ansvariga" en:"Keepers"`
	Counted  time.Time `json:"counted" doc:"Last; when it was set up, until it has been." sv:"Räknat" en:"Counted"`
	CountDue time.Time `json:"count_due" sv:"Räknas senast" en:"Count due"`
}

// NewCabinet gives a group its cabinet.
type NewCabinet struct {
	Group string `json:"group" maxLength:"100"`
	Place string `json:"place" maxLength:"500"`
}

// CabinetMove is a cabinet's new place.
type CabinetMove struct {
	Place  string `json:"place" maxLength:"500"`
	Reason string `json:"reason,omitempty" maxLength:"500"`
}

// KeeperChange names somebody for a duty, or ends that.
type KeeperChange struct {
	Duty           string `json:"duty" enum:"cabinet,instruction"`
	EmployeeNumber string `json:"employee_number" maxLength:"40"`
	Ends           bool   `json:"ends,omitempty" doc:"The person no longer has the duty."`
}

// NewCount is the numbers of the keys that were found in a cabinet.
type NewCount struct {
	Found []string `json:"found" nullable:"false" maxItems:"500"`
}

// Count is one counting of a cabinet.
type Count struct {
	ID          string       `json:"id" sv:"Id" en:"Id"`
	At          time.Time    `json:"at" sv:"Tid" en:"Time"`
	Actor       string       `json:"actor" sv:"Räknat av" en:"Counted by"`
	Expected    int          `json:"expected" sv:"Väntade" en:"Expected"`
	Found       int          `json:"found" sv:"Hittade" en:"Found"`
	Away        int          `json:"away" doc:"Activated by somebody at that time." sv:"Ute" en:"Away"`
	Differences []Difference `json:"differences" nullable:"false"`
}

// Difference is a key that did not tally.
type Difference struct {
	CountID     string     `json:"count_id" sv:"Räkning" en:"Count"`
	Number      string     `json:"number" sv:"Nyckel" en:"Key"`
	Group       string     `json:"group" sv:"Grupp" en:"Group"`
	Kind        string     `json:"kind" enum:"missing,foreign,wrong-state" sv:"Avvikelse" en:"Difference"`
	State       string     `json:"state" enum:"open,explained,blocked" sv:"Läge" en:"State"`
	At          time.Time  `json:"at" sv:"Räknat" en:"Counted"`
	Explanation string     `json:"explanation,omitempty" sv:"Förklaring" en:"Explanation"`
	Settled     *time.Time `json:"settled,omitempty" sv:"Utrett" en:"Settled"`
}

// Explanation settles a difference.
type Explanation struct {
	CountID     string `json:"count_id" maxLength:"36"`
	Number      string `json:"number" maxLength:"60"`
	Explanation string `json:"explanation" maxLength:"500"`
}

// NewInstruction is a new version of an instruction.
type NewInstruction struct {
	Subject string `json:"subject" enum:"station,cabinet,battery,key"`
	Group   string `json:"group,omitempty" maxLength:"100" doc:"For this group alone; else for every group without one of its own."`
	Title   string `json:"title" maxLength:"200"`
	Body    string `json:"body" maxLength:"20000" doc:"Plain text."`
	Review  string `json:"review,omitempty" format:"date" doc:"When somebody must look at it again."`
}

// Instruction is a version of an instruction.
type Instruction struct {
	ID        string     `json:"id" sv:"Id" en:"Id"`
	Subject   string     `json:"subject" sv:"Gäller" en:"Subject"`
	Version   int        `json:"version" sv:"Version" en:"Version"`
	Title     string     `json:"title" sv:"Rubrik" en:"Title"`
	Body      string     `json:"body" sv:"Text" en:"Text"`
	Published time.Time  `json:"published" sv:"Publicerad" en:"Published"`
	Review    *time.Time `json:"review,omitempty" sv:"Ses över" en:"Review"`
}

// GroupInstructions is what holds in a group now.
type GroupInstructions struct {
	Instructions []GroupInstruction `json:"instructions" nullable:"false"`
}

// GroupInstruction is an instruction that holds in a group, and whether it is kept current.
type GroupInstruction struct {
	Instruction
	Current   bool     `json:"current" doc:"Nothing has to be done."`
	Waiting   []string `json:"waiting" nullable:"false" doc:"Employee numbers of named people who have not read it."`
	NoKeeper  bool     `json:"no_keeper" doc:"Nobody is named to keep it current."`
	ReviewDue bool     `json:"review_due"`
}

// InstructionRead is that somebody has read an instruction and hung it up.
type InstructionRead struct {
	InstructionID  string `json:"instruction_id" maxLength:"36"`
	EmployeeNumber string `json:"employee_number" maxLength:"40"`
}

// Equipment is what a group has beside its basic equipment.
type Equipment struct {
	Group       string `json:"group" sv:"Grupp" en:"Group"`
	Name        string `json:"name" sv:"Gruppens namn" en:"Group's name"`
	Rule        string `json:"rule,omitempty" doc:"None: the municipality has no basic equipment." sv:"Regel" en:"Rule"`
	Keys        int    `json:"keys" sv:"Nycklar" en:"Keys"`
	KeysBasic   int    `json:"keys_basic" sv:"Nycklar, grund" en:"Keys, basic"`
	Differences string `json:"differences,omitempty" doc:"Part and how many too many or too few, such as keys -2." sv:"Avvikelser" en:"Differences"`
}

// EquipmentItem is how many a group has of what has no serial number.
type EquipmentItem struct {
	Item     string `json:"item" enum:"power-cable,network-cable"`
	Quantity int    `json:"quantity" minimum:"0" maximum:"100"`
}
