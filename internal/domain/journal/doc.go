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
// An entry is a kind and a set of named fields. Each field is committed alone: HMAC-SHA-256 under a 16-byte salt of its
// own over the length-prefixed name and value. The leaf is the version, the kind and the sorted commitments, hashed as
// in RFC 6962 §2.1. Times, time quality and subjects are fields too, so nothing but the kind can be read from the tree.
//
// An entry is first pending (written with the state that it tells of) and then integrated: it gets an index, its leaf
// hash goes into the tiles (C2SP tlog-tiles, height 8) and a checkpoint (C2SP tlog-checkpoint, a signed note) covers
// it.
//
// # Promises
//
//   - A change and its entry commit together, or neither does.
//   - An index is never given twice and never changed; a tile is only extended; a checkpoint is only replaced by one
//     that extends it.
//   - Unsure means stopped: if the stored head, its signature and the stored tiles do not agree, [Log.Integrate] writes
//     nothing and returns [ErrStopped], which names the repair.
//   - Erasing an entry takes its values, salts, times and subjects; its commitments stay, so it still proves that an
//     entry of its kind stood at its place, and every other proof stays valid.
//
// # Not here yet
//
// Witnesses that cosign checkpoints, and so notice a database restored from an old copy, come with issue 03; until then
// [Log.Extends] tells whether the log still contains a checkpoint that somebody kept. The retention engine that decides
// what [Erase] takes comes with issue 04. An erased entry keeps its id, which is a UUIDv7 and so tells when it was
// written.
package journal
