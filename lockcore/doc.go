// Package lockcore is the lock: what firmware runs, and the other ends of its conversations.
//
// It owns the session (Noise NX_25519_AESGCM_SHA256, messages, their order), the decision whether a door opens, the
// lock's log ring, its sense of time, its block list and configuration, and claiming. It owns the channel between a key and
// a station too, which is the same Noise pattern with longer messages. It imports package credential only: no network, no
// files, no clock. A [Lock] gets a [Store], a clock and a bolt handed in; a [Session] takes bytes and gives bytes.
//
//	key                                      lock
//	 ── m1 (NX e) ─────────────────────────►
//	 ◄──────────── m2 (NX e, ee, s, es) {Greeting} ──   the key checks the lock's certificate before it goes on
//	 ── Present ───────────────────────────►            proof over the handshake, grant, leaf, path, activation, certificates
//	 ◄──────────────────────────── Verdict ──
//	 ── Open (single use) ─────────────────►            record and clock floor are stored, then the bolt moves
//	 ◄───────────────────────────── Opened ──
//	 ── Down (mail to the lock) ───────────►
//	 ◄───────────────────────────────── Up ──           mail from the lock
//
// Promises. The decision follows one stated order ([Lock.decide]) and fails closed: no error, no half-read state opens
// a door; what time or another visitor can change is judged again when the bolt is asked for. A record of an opening and the clock's floor are in the Store before the bolt is told to move. What a lock
// remembers about signatures is never about time, blocking or possession. Memory is bounded: ring, remembered signatures, key
// counters, one session's mail. A refusal is logged only for a genuine grant, and for one without its key only while
// there is room, so that strangers cannot flood the ring.
//
// Time. A lock never trusts its clock alone: it keeps a floor that only signed times raise. Times in a server's
// signature raise it without bound; times in grants and activations by at most [MaxRaiseVisit] per visit and
// [MaxRaiseDay] per day, and only while the clock runs. What has expired before the floor is refused, whatever the clock says.
//
// Left for issue 03: tokens for the lock's own nonce (an upper bound, and the repair of a lost clock without a new one),
// announcing certificates by hash, factory reset and the installer's credential and button at claiming, the root's rotation,
// weekly windows, withholding noticed when a key sends no mail at all, advertisement, and the recovery of versions.
package lockcore
