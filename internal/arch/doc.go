// Package arch holds the house upright: its tests fail when a package leans on something that it must not lean on, and
// when code breaks one of the habits that a machine can check.
//
// It owns the table of packages ([house_test.go]) and the few exceptions, each with its reason. It has no code that any
// program runs. docs/architecture.md says the same to people; a test compares the two, so neither can change alone.
//
// What it cannot see, and people must: whether a name is right, whether a package should exist, whether state is
// mutated through a pointer's methods.
package arch
