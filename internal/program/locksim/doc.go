// Package locksim is the hardware that we do not have: a lock and a key (the fob that is carried between cabinet and
// doors) as programs that talk over TCP in place of radio.
//
// It owns the sockets, deadlines and state files around lockcore's lock, the key's memory, and the installer's tool that
// claims a lock. It decides nothing about doors: lockcore does. It knows credential, lockcore and the file helper only,
// which shows that the protocol is enough; stations and servers are strangers that it meets on a socket.
//
// Promises: what a lock or key has acted on is in its file first, also after a power cut; a visitor who says nothing, or
// nonsense, costs a lock at most [FirstByte] of waiting without a turn and [SessionTime] with one.
//
// On disk: one file per device, canonical CBOR, readable by its owner alone, replaced as a whole. Two processes on the
// same file are the operator's mistake: the second one's changes win.
//
// Not simulated here: radio, batteries that run down, clocks that drift (internal/program/simulate has them), and the phone.
package locksim
