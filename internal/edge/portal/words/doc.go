// Package words tells what the domain knows, in words and pictures that several parts of the portal show alike: what codes,
// roles, orders, tasks and journal entries are called, the timeline, and the chain from an order to a right.
//
// It does not own the routine's sentences (internal/domain/routine has them) or the names of journal kinds (the journal
// has). Its neighbours are ui, whose components it uses, and the parts of the portal, which use it.
//
// Promises: whatever the journal holds has words in both languages (a test goes through the domain's sources), and who lives
// with protected identity is named only where the reader has given a reason.
package words
