package api

import "time"

// Page is a part of a list.
type Page[Row any] struct {
	Items []Row  `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"Send it as after to get the next page; none on the last page."`
}

// OrderLine is an order in a list. The tags sv and en name its columns where a list is handed over as a file.
type OrderLine struct {
	ID           string    `json:"id" doc:"Opaque. Use it in addresses." sv:"Id" en:"Id"`
	Number       string    `json:"number" doc:"The number to say on the phone." sv:"Nummer" en:"Number"`
	Kind         string    `json:"kind" sv:"Slag" en:"Kind"`
	State        string    `json:"state" sv:"Läge" en:"State"`
	ClientID     string    `json:"client_id" doc:"Opaque; the identity number is never sent back." sv:"Kundens id" en:"Client's id"`
	GroupID      string    `json:"group_id,omitempty" sv:"Grupp" en:"Group"`
	ToGroupID    string    `json:"to_group_id,omitempty" sv:"Till grupp" en:"To group"`
	Effective    string    `json:"effective" format:"date" sv:"Gäller från" en:"Effective"`
	Organisation string    `json:"organisation" doc:"Who ordered." sv:"Beställare" en:"Ordered by"`
	Reference    string    `json:"reference,omitempty" sv:"Referens" en:"Reference"`
	Channel      string    `json:"channel" sv:"Väg" en:"Channel"`
	Received     time.Time `json:"received" sv:"Mottagen" en:"Received"`
	Rules        []string  `json:"rules,omitempty" sv:"Regler" en:"Rules"`
}
