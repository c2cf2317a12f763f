// Package credential is what a right to open looks like on the wire.
//
// It owns the signed objects of Hemnyckel (certificates, grants with their leaves, activations, block lists, lock
// configuration, time tokens, log batches, acknowledgements), their one canonical encoding, their bounds, the caps that
// no signature can lift, and the codes with which anything is refused. It owns the messages that a key exchanges with a
// station too, because their bytes pass through programs that must not understand them.
//
// It does not open doors (package lockcore decides), does no I/O, has no clock of its own and imports nothing of ours,
// so that firmware can use it. Every moment is an argument.
//
// Encoding: deterministic CBOR (RFC 8949 §4.2.1); what does not re-encode to the same bytes is refused. Signatures:
// COSE_Sign1 (RFC 9052 §4.2) with ES256 and a different external_aad per kind of object, so that a signature over one
// kind never passes for another. Claims reuse the numbers of RFC 8392 where it has one (1 issuer, 2 subject, 4 expiry,
// 5 not before, 6 issued at, 7 serial, 8 confirmation key); our own start at 10. Trees: RFC 6962 §2.1. Sealing: HPKE
// (RFC 9180) with X25519, HKDF-SHA256 and AES-128-GCM.
//
// Who signs what (a change of root is signed by the old one and by the one that every device has a commitment to):
//
//	root ─┬─ grant issuer ── grants
//	      ├─ station CA ──── station certificates (≤ 7 days) ── activations
//	      ├─ device CA ───── lock and key certificates ──────── log batches; sync requests
//	      │                  installers' mandates
//	      ├─ revocation ──── block lists
//	      └─ config ──────── lock configuration, time tokens, acknowledgements
//
// Identifying bytes: ECDSA signatures can be rewritten by anyone into a second valid form, so nothing is ever blocked or
// looked up by a hash over a signature. Blocking names serial numbers, which are signed.
//
// A role's key is replaced with overlap, as what it signed travels with its certificate; revocation alone is replaced at once,
// by a certificate of a higher epoch.
package credential
