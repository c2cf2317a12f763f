// Package vectors makes the golden vectors of the protocol: files that say what every implementation of a lock, a key or a
// station has to accept, and with which code it has to refuse the rest.
//
// It owns what the vectors are about and how their files look (credential/testdata/vectors, described in docs/protocol.md, section
// 15). It does not judge them: the tests of credential and lockcore do, and docs/protocol/verify.py does from the document alone. What it writes
// down as the expected answer is stated here by hand, never asked of the code under test.
//
// Promises. Everything is made from keys that are hashes of their names, with signatures by RFC 6979, so that the same
// source gives the same bytes; what is random nevertheless (sealing) is kept as it is once it has been written. A vector that
// has been published is not changed: it is part of the format's promise. The keys are public and guard nothing.
package vectors
