package api

import "time"

// Charge is what somebody else than the municipality is to pay: proposed by a rule, decided by a person (V6-e).
type Charge struct {
	ID         string            `json:"id" sv:"Id" en:"Id"`
	Number     string            `json:"number" sv:"Nummer" en:"Number"`
	State      string            `json:"state" enum:"proposed,approved,waived,exported" sv:"Läge" en:"State"`
	Kind       string            `json:"kind" doc:"What it is for; credit takes another charge back." sv:"Avser" en:"For"`
	Payer      string            `json:"payer" enum:"provider,alarm-team" sv:"Part" en:"Part"`
	PayerOrg   string            `json:"payer_organisation,omitempty" doc:"Organisation number; none until a person has named it." sv:"Betalare" en:"Payer"`
	Units      int               `json:"units" sv:"Antal" en:"Units"`
	Proposed   int               `json:"proposed" doc:"Kronor, as the rule says; 0 where only a person knows what it cost." sv:"Föreslaget, kr" en:"Proposed, SEK" col:"kronor"`
	Amount     int               `json:"amount" doc:"Kronor, as decided; negative for a credit." sv:"Belopp, kr" en:"Amount, SEK" col:"kronor"`
	Rule       string            `json:"rule" sv:"Regel" en:"Rule"`
	Facts      map[string]string `json:"facts" doc:"What the rule was applied to, and its words on that day."`
	FaultID    string            `json:"fault_id,omitempty"`
	Credits    string            `json:"credits,omitempty" doc:"The charge that it takes back." sv:"Krediterar" en:"Credits"`
	ProposedAt time.Time         `json:"proposed_at" sv:"Föreslagen" en:"Proposed at"`
	DecidedAt  *time.Time        `json:"decided_at,omitempty" sv:"Beslutad" en:"Decided at"`
	Reason     string            `json:"reason,omitempty" sv:"Skäl" en:"Reason"`
	ExportID   string            `json:"export_id,omitempty" sv:"Underlag" en:"Invoice basis"`
}

// NewCharge asks the routine who bears a cost that a person has noticed (V6-b).
type NewCharge struct {
	Kind  string `json:"kind" enum:"extra-key,move" doc:"Keys beyond the basic equipment, or equipment moved to other premises."`
	Payer string `json:"payer_organisation" maxLength:"20" doc:"The provider's organisation number."`
	Units int    `json:"units" minimum:"1" maximum:"1000"`
	Each  int    `json:"each,omitempty" minimum:"0" doc:"Kronor, if it is known what one cost."`
	Note  string `json:"note" maxLength:"2000" doc:"What has cost it."`
}

// ChargeDecision is a person's decision about a charge. It may be changed until the charge has been exported.
type ChargeDecision struct {
	State    string `json:"state" enum:"approved,waived"`
	Amount   int    `json:"amount,omitempty" minimum:"0" doc:"Kronor in all; none: as proposed."`
	PayerOrg string `json:"payer_organisation,omitempty" maxLength:"20" doc:"None: as proposed."`
	Reason   string `json:"reason,omitempty" maxLength:"2000" doc:"Needed to waive, to approve something else than was proposed, and to change a decision."`
}

// ChargeCredit takes an exported charge back, wholly or in part.
type ChargeCredit struct {
	Amount int    `json:"amount" minimum:"1" doc:"Kronor."`
	Reason string `json:"reason" maxLength:"2000"`
}

// NewChargeExport hands the approved charges over for invoicing and locks them.
type NewChargeExport struct {
	Name string `json:"name" maxLength:"200" doc:"Your own name of the run. The same name again gives the same run." example:"2026-11"`
}

// ChargeExport is one run of charges to invoicing. Its lines are the list of charges with its id as export, also as a file.
type ChargeExport struct {
	ID      string    `json:"id" sv:"Id" en:"Id"`
	Number  string    `json:"number" sv:"Nummer" en:"Number"`
	Name    string    `json:"name" sv:"Körning" en:"Run"`
	At      time.Time `json:"at" sv:"Tid" en:"At"`
	Charges int       `json:"charges" sv:"Antal" en:"Charges"`
	Total   int       `json:"total" doc:"Kronor." sv:"Summa, kr" en:"Total, SEK" col:"kronor"`
}
