package ui

// Failure is what the page of an error says, in the reader's language.
type Failure struct {
	Title, Text string
	Request     string // to say when asking for help; "" where that is of no use
}
