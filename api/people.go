package api

import "time"

// Station is a sync station.
type Station struct {
	Name       string     `json:"name" sv:"Station" en:"Station"`
	Street     string     `json:"street,omitempty" sv:"Gata" en:"Street"`
	PostalCode string     `json:"postal_code,omitempty" sv:"Postnummer" en:"Postal code"`
	Town       string     `json:"town,omitempty" sv:"Ort" en:"Town"`
	Works      bool       `json:"works" doc:"In use, neither out nor blocked." sv:"Fungerar" en:"Works"`
	OutSince   *time.Time `json:"out_since,omitempty" sv:"Ur funktion sedan" en:"Out since"`
	Reason     string     `json:"reason,omitempty" sv:"Skäl" en:"Reason"`
	LastSeen   *time.Time `json:"last_seen,omitempty" sv:"Senast hörd" en:"Last seen"`
	Faults     string     `json:"faults" doc:"Where to read its faults." sv:"Felanmälningar" en:"Faults"`
}

// StationDetails is a station and where else to go.
type StationDetails struct {
	Station
	Nearest []Station `json:"nearest" nullable:"false" doc:"Working stations, the nearest first: any key syncs at any of them (V2.5-b, V2.5-c)."`
}

// StationPlace is where a station stands.
type StationPlace struct {
	Street     string `json:"street" maxLength:"100"`
	PostalCode string `json:"postal_code" maxLength:"10"`
	Town       string `json:"town" maxLength:"100"`
}

// NewMember is somebody who begins in a group.
type NewMember struct {
	EmployeeNumber string `json:"employee_number" maxLength:"40"`
	GivenName      string `json:"given_name" maxLength:"100"`
	FamilyName     string `json:"family_name" maxLength:"100"`
	Email          string `json:"email,omitempty" maxLength:"100"`
	Phone          string `json:"phone,omitempty" maxLength:"100"`
	Group          string `json:"group,omitempty" maxLength:"100" doc:"The group's code. Left out for a technician of the lock manager's, who works in no group."`
	From           string `json:"from" format:"date"`
	Until          string `json:"until,omitempty" format:"date" doc:"The first day on which the person is not in the group any more; none: until further notice."`
}

// Member is a person in a group.
type Member struct {
	EmployeeNumber string     `json:"employee_number" sv:"Anställningsnummer" en:"Employee number"`
	GivenName      string     `json:"given_name" sv:"Förnamn" en:"Given name"`
	FamilyName     string     `json:"family_name" sv:"Efternamn" en:"Family name"`
	Group          string     `json:"group" sv:"Grupp" en:"Group"`
	From           time.Time  `json:"from" sv:"Från" en:"From"`
	Until          *time.Time `json:"until,omitempty" sv:"Till" en:"Until"`
	HasBadge       bool       `json:"has_badge" sv:"Bricka" en:"Badge"`
}

// StaffEnd is that somebody has left.
type StaffEnd struct {
	EmployeeNumber string `json:"employee_number" maxLength:"40"`
	Reason         string `json:"reason" maxLength:"500"`
}

// StaffOrder is a private provider's order of permissions for one of its staff (S-l).
type StaffOrder struct {
	ID             string     `json:"id" sv:"Id" en:"Id"`
	Organisation   string     `json:"organisation" sv:"Utförare" en:"Provider"`
	Group          string     `json:"group" sv:"Grupp" en:"Group"`
	EmployeeNumber string     `json:"employee_number" sv:"Anställningsnummer" en:"Employee number"`
	GivenName      string     `json:"given_name" sv:"Förnamn" en:"Given name"`
	FamilyName     string     `json:"family_name" sv:"Efternamn" en:"Family name"`
	From           time.Time  `json:"from" sv:"Från" en:"From"`
	Until          *time.Time `json:"until,omitempty" sv:"Till" en:"Until"`
	State          string     `json:"state" enum:"ordered,granted,refused,withdrawn" sv:"Läge" en:"State"`
	Reason         string     `json:"reason,omitempty" sv:"Skäl" en:"Reason"`
	Ordered        time.Time  `json:"ordered" sv:"Beställd" en:"Ordered"`
	Decided        *time.Time `json:"decided,omitempty" sv:"Avgjord" en:"Decided"`
}

// StaffDecision is the system owner's answer.
type StaffDecision struct {
	Grant  bool   `json:"grant"`
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Needed to refuse."`
}

// ProviderStatus is a provider and what is expected of it.
type ProviderStatus struct {
	Organisation   string     `json:"organisation" doc:"Organisation number." sv:"Organisationsnummer" en:"Organisation number"`
	Name           string     `json:"name" sv:"Namn" en:"Name"`
	Private        bool       `json:"private" sv:"Privat" en:"Private"`
	Staff          int        `json:"staff" doc:"People in its groups now." sv:"Medarbetare" en:"Staff"`
	RoutineUntil   *time.Time `json:"routine_until,omitempty" doc:"Its own routine is valid until then." sv:"Rutin gäller till" en:"Routine until"`
	RoutineDue     bool       `json:"routine_due" doc:"A routine is expected and none is valid (S-f)." sv:"Rutin saknas" en:"Routine missing"`
	PhoneList      int        `json:"phone_list" doc:"Version of its list of phones; 0: none." sv:"Telefonlista, version" en:"Phone list, version"`
	OrdersAwaiting int        `json:"orders_awaiting" doc:"Permissions that wait for the system owner." sv:"Väntande behörigheter" en:"Waiting permissions"`
}

// NewPhones is a private provider's whole list of phone subscriptions (S-k).
type NewPhones struct {
	Numbers []string `json:"numbers" nullable:"false" maxItems:"2000"`
}

// Phones is a version of such a list.
type Phones struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Numbers []string  `json:"numbers" nullable:"false" doc:"E.164."`
	Added   []string  `json:"added,omitempty" doc:"Since the version before, in the answer to a new list."`
	Removed []string  `json:"removed,omitempty"`
	Same    bool      `json:"same,omitempty" doc:"Nothing had changed; there is no new version."`
}

// NewRoutine is a provider's own routine, to be kept on file (S-f).
type NewRoutine struct {
	Title      string `json:"title" maxLength:"200"`
	Reference  string `json:"reference" maxLength:"100" doc:"Where it is kept: diary number."`
	Received   string `json:"received" format:"date"`
	ValidUntil string `json:"valid_until,omitempty" format:"date" doc:"None: as long as the profile says."`
}

// FiledRoutine is a provider's own routine on file.
type FiledRoutine struct {
	Title      string    `json:"title"`
	Reference  string    `json:"reference"`
	Received   time.Time `json:"received"`
	ValidUntil time.Time `json:"valid_until"`
}

// FiledRoutines are what a provider has on file, the newest first.
type FiledRoutines struct {
	Routines []FiledRoutine `json:"routines" nullable:"false"`
}
