// Package journal is the log that proves itself and can still forget.
//
// It owns the entries, how they are committed to, the Merkle tree over them, the signed checkpoints, the extract that
// shows a part of the log to an outsider, and the check of that extract. It does not own what the entries say (each
// module writes its own), who may read them (the front doors and, later, the disclosure module), nor the schedule of
// erasure. Its neighbours: every domain module appends through [Append] inside its own transaction; internal/storage
// satisfies [Tx]; a background loop in the server calls [Log.Integrate].
//
// # How an entry is stored and proved
//
// An entry is a kind and a set of named fields. Each field is committed alone: SHA-256 over a 16-byte salt of its own and the
// length-prefixed name and value. The leaf is the version, the kind and the sorted commitments, hashed as in RFC 6962 §2.1.
// Times, time quality and subjects are fields too, so nothing but the kind can be read from the tree.
//
// An entry may have parts, for what comes many at a time (a lock's records): each has a kind and fields like an entry, and the
// entry's leaf holds the root of a small tree over them. So a part is found, proved and erased alone, and costs neither a row
// nor a place in the log of its own. Readers meet parts as [Record]s.
//
// An entry gets the next index when it is written, in the transaction of what it tells of: one row, with its fields and
// salts, under a seal (a checksum over index, kind and body). Until the signed head covers its index it is pending.
// [Log.Integrate] then computes its commitments, puts its leaf hash into the tiles (C2SP tlog-tiles, height 8), puts it
// on the timelines of its subjects and among those of its kind, and signs a checkpoint (C2SP tlog-checkpoint, a signed
// note). So whoever waits for the transaction pays for a row and not for the hashing.
//
// # Promises
//
//   - A change and its entry commit together, or neither does.
//   - Indexes have no gaps; one is never given twice and never changed; a tile is only extended; a checkpoint is only
//     replaced by one that extends it.
//   - What has changed by accident is found by its seal when it is read, and never put into the tree. What is changed on
//     purpose is found by [Log.Check] from the moment that a checkpoint covers it, and by nobody before.
//   - Unsure means stopped: if the stored head, its signature and the stored tiles do not agree, [Log.Integrate] writes
//     nothing and returns [ErrStopped], which names the repair.
//   - Erasing an entry takes its values, salts, times and subjects; its commitments stay, so it still proves that an
//     entry of its kind stood at its place, and every other proof stays valid. Erasing a part leaves nothing of it but its
//     leaf; erasing one field of a part leaves the field's commitment.
//
// # Not here yet
//
// Witnesses that cosign checkpoints, and so notice a database restored from an old copy; until then [Log.Extends] tells whether
// the log still contains a checkpoint that somebody kept. What an erased entry still tells is that it stood between its
// neighbours. internal/domain/retention decides what [Erase] takes.
package journal
