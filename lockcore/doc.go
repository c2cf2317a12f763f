// Package lockcore is the lock: what firmware runs, and the other ends of its conversations.
//
// It owns the session (Noise NX_25519_AESGCM_SHA256, messages, their order), the decision whether a door opens, the
// lock's log ring, its sense of time, its block list and configuration, the root that it follows, claiming and reset. It owns the channel between a key and
// a station too, which is the same Noise pattern with longer messages. It imports package credential only: no network, no
// files, no clock. A [Lock] gets a [Store], a clock, a counter of seconds, a button and a bolt handed in; a [Session] takes bytes and gives bytes.
//
//	key                                      lock
//	 ◄─────────────────────────── Advert ──             version, and a mark that only who has met the lock knows again
//	 ── m1 (NX e) {version, met} ──────────►
//	 ◄──────────── m2 (NX e, ee, s, es) {Greeting} ──   the key checks the lock's certificate before it goes on
//	 ── Present ───────────────────────────►            proof over the handshake, grant, leaf, path, activation, certificates
//	 ◄──────────────────────────── Verdict ──
//	 ── Open (single use) ─────────────────►            record and clock floor are stored, then the bolt moves
//	 ◄───────────────────────────── Opened ──
//	 ── Down (mail to the lock) ───────────►
//	 ◄───────────────────────────────── Up ──           mail from the lock; a refused visitor may Present once more
//
// What both have is not sent. A lock keeps the certificates behind its openings and names them in its greeting, by names that
// hold for one session and tell a stranger nothing; a key sends such a name instead. A key keeps the certificates of locks that
// it has met, and asks a lock that it has recognised to leave its own out. What is kept is bytes and no trust: it is judged
// as if it had been sent.
//
// Promises. The decision follows one stated order (proofs and circumstances in decide.go) and fails closed: no error, no half-read state opens
// a door; what time or another visitor can change is judged again when the bolt is asked for. A record of an opening and the
// clock's floor are in the Store before the bolt is told to move. What a lock remembers of signatures is never about time,
// blocking or possession. Memory is bounded: ring, remembered signatures, certificates and keys, key counters, one session's mail, nonces. A refusal
// is logged only for a genuine grant, and for one without its key only while there is room, so that strangers cannot flood
// the ring. Whoever has not proved to hold a genuine grant's key is told a code and nothing about the lock.
//
// Time. A lock never trusts its clock alone: it keeps a floor that only signed times raise. Times in a server's
// signature raise it without bound, until another certificate of the same role takes their place (see told); times in grants and activations by at
// most [MaxRaiseVisit] per visit and [MaxRaiseDay] per day, and only while the clock runs. What has expired before the floor is refused,
// whatever the clock says.
//
// A token for the lock's own nonce bounds the time from above too, and repairs a lost clock (see reading).
//
// Lives. A lock is claimed with the code and the button inside it and an installer's mandate; a reset makes it another lock under
// the same printed code.
package lockcore
