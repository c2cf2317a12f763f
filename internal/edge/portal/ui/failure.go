package ui

import "net/url"

// Failure is what the page of an error says, in the reader's language.
type Failure struct {
	Title, Text string
	Request     string // to say when asking for help; "" where that is of no use
	Retry       Retry
}

// Retry is the request that failed, to make once more as it was.
type Retry struct {
	Path   string     // "": it would fail again
	Fields url.Values // what had been typed; nil: nothing had
}

// Help is whom to call when something is not clear.
type Help struct{ Unit, Phone string }
