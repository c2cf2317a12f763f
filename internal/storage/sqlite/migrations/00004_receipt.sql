-- +goose Up

-- receipt: physical keys, and who answers for them. Not to be mixed with keys, which are the digital ones.
CREATE TABLE physical_keys (
    id         TEXT NOT NULL PRIMARY KEY,
    client_id  TEXT NOT NULL REFERENCES clients (id),
    purpose    TEXT NOT NULL, -- box, waiting, spare
    door       TEXT NOT NULL, -- own, entrance, other
    label      TEXT NOT NULL UNIQUE, -- on the tag; names nobody
    copies     BIGINT NOT NULL CHECK (copies BETWEEN 1 AND 20),
    created_us BIGINT NOT NULL,
    closed_us  BIGINT NOT NULL -- when it was back with the client or the estate; 0 while it is not
);
CREATE UNIQUE INDEX physical_keys_one_open ON physical_keys (client_id, purpose, door) WHERE closed_us = 0;
CREATE INDEX physical_keys_closed ON physical_keys (closed_us, id);
CREATE TABLE receipt_files (
    id         TEXT NOT NULL PRIMARY KEY,
    media      TEXT NOT NULL, -- application/pdf, image/jpeg, image/png
    digest     TEXT NOT NULL, -- SHA-256 of the body, hexadecimal
    body       BLOB NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE TABLE receipts (
    id            TEXT NOT NULL PRIMARY KEY,
    number        TEXT NOT NULL UNIQUE, -- on the paper
    key_id        TEXT NOT NULL REFERENCES physical_keys (id),
    client_id     TEXT NOT NULL, -- the key's
    previous_id   TEXT REFERENCES receipts (id), -- by which the giver has the key; NULL when the client gives
    from_kind     TEXT NOT NULL, -- client, provider, lock-manager, alarm-unit
    from_id       TEXT NOT NULL, -- organisation number of a provider, or ''
    to_kind       TEXT NOT NULL,
    to_id         TEXT NOT NULL,
    rule          TEXT NOT NULL,
    order_id      TEXT NOT NULL, -- that it follows from, or ''
    state         TEXT NOT NULL, -- drafted, shown, signed, handed-over, closed, cancelled
    due_us        BIGINT NOT NULL,
    created_us    BIGINT NOT NULL,
    shown_us      BIGINT NOT NULL,
    signed_us     BIGINT NOT NULL,
    signed_how    TEXT NOT NULL, -- paper, screen
    signed_from   TEXT NOT NULL, -- who signed for the giver
    signed_to     TEXT NOT NULL, -- and for the receiver
    file_id       TEXT REFERENCES receipt_files (id),
    ended_us      BIGINT NOT NULL -- handed over, closed or cancelled
);
-- V2.6: one holds a key, and at most one hand-over of it is under way, whoever writes.
CREATE UNIQUE INDEX receipts_one_holder ON receipts (key_id) WHERE state = 'signed';
CREATE UNIQUE INDEX receipts_one_draft ON receipts (key_id) WHERE state IN ('drafted', 'shown');
CREATE UNIQUE INDEX receipts_one_successor ON receipts (previous_id) WHERE state <> 'cancelled';
CREATE INDEX receipts_due ON receipts (due_us, id) WHERE state IN ('drafted', 'shown');
CREATE INDEX receipts_by_key ON receipts (key_id, id);
CREATE INDEX receipts_by_client ON receipts (client_id, id);
CREATE INDEX receipts_by_state ON receipts (state, id);
CREATE INDEX receipts_by_giver ON receipts (from_kind, from_id, id);
CREATE INDEX receipts_by_receiver ON receipts (to_kind, to_id, id);
CREATE INDEX receipts_by_file ON receipts (file_id);

-- disclosure: requests for the log, and what became of them.
CREATE TABLE disclosures (
    id            TEXT NOT NULL PRIMARY KEY,
    state         TEXT NOT NULL, -- requested, assessed, granted, partly, refused, disclosed
    requester     TEXT NOT NULL, -- who the extract is for
    function      TEXT NOT NULL, -- as what, such as unit manager
    organisation  TEXT NOT NULL, -- organisation number
    purpose       TEXT NOT NULL, -- incident, own-request, follow-up, technical
    reason        TEXT NOT NULL,
    scope_kind    TEXT NOT NULL, -- client, lock, key, staff
    scope_id      TEXT NOT NULL,
    from_us       BIGINT NOT NULL,
    until_us      BIGINT NOT NULL,
    requested_by  TEXT NOT NULL, -- actor
    requested_us  BIGINT NOT NULL,
    doubt         BIGINT NOT NULL, -- 1: not to be decided without a harm assessment
    assessment    TEXT NOT NULL,
    harm          TEXT NOT NULL, -- none, some, serious, or '' while it has not been assessed
    assessed_by   TEXT NOT NULL,
    assessed_us   BIGINT NOT NULL,
    decision      TEXT NOT NULL, -- its reasons
    masks         TEXT NOT NULL, -- what a partial grant leaves out, separated by blanks
    decided_by    TEXT NOT NULL,
    decided_us    BIGINT NOT NULL,
    entries       BIGINT NOT NULL,
    digest        TEXT NOT NULL, -- SHA-256 of the newest extract, hexadecimal
    disclosed_us  BIGINT NOT NULL
);
CREATE INDEX disclosures_by_state ON disclosures (state, id);
CREATE INDEX disclosures_by_requester ON disclosures (requested_by, id);
CREATE INDEX disclosures_by_scope ON disclosures (scope_id, state);
CREATE INDEX disclosures_by_end ON disclosures (requested_us, id);

-- retention: what may not be erased although it is time, and what was passed over because of that.
CREATE TABLE holds (
    id       TEXT NOT NULL PRIMARY KEY,
    subject  TEXT NOT NULL, -- id of a client, lock, key or staff member; '' holds everything
    reason   TEXT NOT NULL,
    by_actor TEXT NOT NULL,
    from_us  BIGINT NOT NULL,
    ended_us BIGINT NOT NULL, -- 0 while it holds
    ended_by TEXT NOT NULL
);
CREATE INDEX holds_open ON holds (ended_us, subject);
-- What a dwelling's address was before somebody corrected it (V5.7-b).
CREATE TABLE address_changes (
    id          TEXT NOT NULL PRIMARY KEY,
    dwelling_id TEXT NOT NULL REFERENCES dwellings (id),
    at_us       BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    street      TEXT NOT NULL,
    apartment   TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    town        TEXT NOT NULL
);
CREATE INDEX address_changes_by_dwelling ON address_changes (dwelling_id, id);
-- Those who have died or moved: the far end of time is 253402214400000000.
CREATE INDEX clients_ended ON clients (id, ended_us) WHERE ended_us < 253402214400000000;
CREATE TABLE retention_cursors ( -- how far each kind of entry has been looked through
    kind TEXT NOT NULL PRIMARY KEY,
    idx  BIGINT NOT NULL
);
CREATE TABLE retention_kept ( -- entries that a hold kept when it was their time
    idx  BIGINT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL
);

-- +goose Down
DROP TABLE address_changes;
DROP TABLE retention_kept;
DROP TABLE retention_cursors;
DROP INDEX clients_ended;
DROP TABLE holds;
DROP TABLE disclosures;
DROP TABLE receipts;
DROP TABLE receipt_files;
DROP TABLE physical_keys;
