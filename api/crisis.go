package api

import "time"

// CrisisPage is what to do when something fails (V7-a). Keep it: it holds the steps of all hours and the hours themselves, so
// that it is of use without a network.
type CrisisPage struct {
	Municipality string                 `json:"municipality"`
	Version      string                 `json:"version" doc:"Changes with what the page says."`
	Until        time.Time              `json:"until" doc:"now and the on-call are right until then; after that, work them out from the hours."`
	Sections     []CrisisSection        `json:"sections" nullable:"false"`
	Contacts     []Contact              `json:"contacts" nullable:"false"`
	OnCall       OnCallHours            `json:"on_call"`
	Hours        map[string]CrisisHours `json:"hours"`
	Source       string                 `json:"source" doc:"The document that it is taken from."`
}

// CrisisSection is one failure's steps, in order.
type CrisisSection struct {
	Failure string       `json:"failure" enum:"lock,key,lost-key,station,power,extraordinary"`
	Title   string       `json:"title"`
	Steps   []CrisisStep `json:"steps" nullable:"false"`
}

// CrisisStep is one thing to do.
type CrisisStep struct {
	Number int        `json:"number"`
	Text   string     `json:"text"`
	Now    bool       `json:"now" doc:"It is for this hour."`
	When   string     `json:"when,omitempty" doc:"Name in hours, not:NAME outside them; none at any hour."`
	From   *time.Time `json:"from,omitempty" doc:"When it is for the hour next, where that is not now."`
	Unit   string     `json:"unit,omitempty" doc:"Whom to call."`
	Phone  string     `json:"phone,omitempty"`
	Ask    string     `json:"ask,omitempty" doc:"Who gives out the number of this hour, which is not published."`
	Rule   string     `json:"rule"`
}

// Contact is a unit that can be turned to.
type Contact struct {
	Name    string   `json:"name"`
	Parts   []string `json:"parts" nullable:"false" doc:"What it does in the routine."`
	Phone   string   `json:"phone,omitempty"`
	Hours   string   `json:"hours,omitempty" doc:"In words."`
	Address string   `json:"address,omitempty"`
	Postal  string   `json:"postal,omitempty"`
	Mail    string   `json:"mail,omitempty"`
	Web     string   `json:"web,omitempty"`
	Form    string   `json:"form,omitempty"`
	Persons []string `json:"persons,omitempty" doc:"Contact persons, by name or function."`
}

// OnCallHours is how it stands with the supplier's on-call, which is for extraordinary events only.
type OnCallHours struct {
	Offered    bool       `json:"offered"`
	Phone      bool       `json:"phone" doc:"The phone is answered now."`
	Visit      bool       `json:"visit" doc:"A technician comes now, if the phone does not help."`
	PhonePrice int        `json:"phone_price" doc:"Kronor for each case."`
	VisitPrice int        `json:"visit_price" doc:"Kronor on top for each call-out."`
	PhoneNext  *time.Time `json:"phone_next,omitempty"`
	VisitNext  *time.Time `json:"visit_next,omitempty"`
	Nobody     []Gap      `json:"nobody" nullable:"false" doc:"When, today, nobody answers the phone: neither the lock manager nor the on-call."`
}

// Gap is a time, half-open.
type Gap struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// CrisisHours are when somebody is there, Swedish time.
type CrisisHours struct {
	Text     string       `json:"text" doc:"In words."`
	Spans    []CrisisSpan `json:"spans" nullable:"false"`
	Holidays string       `json:"holidays" enum:"closed,open,as-usual" doc:"What public holidays are."`
}

// CrisisSpan is a time of every week. One whose end is not after its beginning goes on into the next day.
type CrisisSpan struct {
	Days []string `json:"days" nullable:"false" doc:"mon to sun"`
	From string   `json:"from" example:"07:30"`
	To   string   `json:"to" example:"16:00"`
}
