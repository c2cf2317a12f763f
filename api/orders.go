package api

import "time"

// OrderAnswer is why an order is returned or withdrawn.
type OrderAnswer struct {
	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Needed when an order is returned: what the orderer should change."`
}

// NewLockException says that there shall be no lock at a client's, although the routine would have one there (S-a).
type NewLockException struct {
	PersonalNumber string `json:"personal_number" maxLength:"20" doc:"The client's identity number."`
	Kind           string `json:"kind" enum:"technical,other"`
	Reason         string `json:"reason" maxLength:"500" doc:"Why, in words. No names."`
}

// LockException is an exception that has been recorded.
type LockException struct {
	DwellingID string    `json:"dwelling_id" doc:"Opaque. It holds for everybody who lives there."`
	Kind       string    `json:"kind"`
	Reason     string    `json:"reason"`
	At         time.Time `json:"at"`
}

// LiftedException says that an exception holds no longer.
type LiftedException struct {
	PersonalNumber string `json:"personal_number" maxLength:"20" doc:"The client's identity number."`
}

// Renumbering gives a client another identity number, as when a coordination number becomes a personal number.
type Renumbering struct {
	PersonalNumber string `json:"personal_number" maxLength:"20" doc:"The number that the client has had until now."`
	NewNumber      string `json:"new_number" maxLength:"20" doc:"The number from now on. Orders and registers with the old one still find the client."`
}
