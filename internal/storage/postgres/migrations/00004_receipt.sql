-- +goose Up

-- receipt: physical keys, and who answers for them. Not to be mixed with keys, which are the digital ones.
CREATE TABLE physical_keys (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    client_id  TEXT COLLATE "C" NOT NULL REFERENCES clients (id),
    purpose    TEXT COLLATE "C" NOT NULL, -- box, waiting, spare
    door       TEXT COLLATE "C" NOT NULL, -- own, entrance, other
    label      TEXT COLLATE "C" NOT NULL UNIQUE, -- on the tag; names nobody
    copies     BIGINT NOT NULL CHECK (copies BETWEEN 1 AND 20),
    created_us BIGINT NOT NULL,
    closed_us  BIGINT NOT NULL -- when it was back with the client or the estate; 0 while it is not
);
CREATE UNIQUE INDEX physical_keys_one_open ON physical_keys (client_id, purpose, door) WHERE closed_us = 0;
CREATE INDEX physical_keys_closed ON physical_keys (closed_us, id);
CREATE TABLE receipt_files (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    media      TEXT COLLATE "C" NOT NULL, -- application/pdf, image/jpeg, image/png
    digest     TEXT COLLATE "C" NOT NULL, -- SHA-256 of the body, hexadecimal
    body       BYTEA NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE TABLE receipts (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number        TEXT COLLATE "C" NOT NULL UNIQUE, -- on the paper
    key_id        TEXT COLLATE "C" NOT NULL REFERENCES physical_keys (id),
    client_id     TEXT COLLATE "C" NOT NULL, -- the key's
    previous_id   TEXT COLLATE "C" REFERENCES receipts (id), -- by which the giver has the key; NULL when the client gives
    from_kind     TEXT COLLATE "C" NOT NULL, -- client, provider, lock-manager, alarm-unit
    from_id       TEXT COLLATE "C" NOT NULL, -- organisation number of a provider, or ''
    to_kind       TEXT COLLATE "C" NOT NULL,
    to_id         TEXT COLLATE "C" NOT NULL,
    rule          TEXT COLLATE "C" NOT NULL,
    order_id      TEXT COLLATE "C" NOT NULL, -- that it follows from, or ''
    state         TEXT COLLATE "C" NOT NULL, -- drafted, shown, signed, handed-over, closed, cancelled
    due_us        BIGINT NOT NULL,
    created_us    BIGINT NOT NULL,
    shown_us      BIGINT NOT NULL,
    signed_us     BIGINT NOT NULL,
    signed_how    TEXT COLLATE "C" NOT NULL, -- paper, screen
    signed_from   TEXT COLLATE "C" NOT NULL, -- who signed for the giver
    signed_to     TEXT COLLATE "C" NOT NULL, -- and for the receiver
    file_id       TEXT COLLATE "C" REFERENCES receipt_files (id),
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
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    state         TEXT COLLATE "C" NOT NULL, -- requested, assessed, granted, partly, refused, disclosed
    requester     TEXT COLLATE "C" NOT NULL, -- who the extract is for
    function      TEXT COLLATE "C" NOT NULL, -- as what, such as unit manager
    organisation  TEXT COLLATE "C" NOT NULL, -- organisation number
    purpose       TEXT COLLATE "C" NOT NULL, -- incident, own-request, follow-up, technical
    reason        TEXT COLLATE "C" NOT NULL,
    scope_kind    TEXT COLLATE "C" NOT NULL, -- client, lock, key, staff
    scope_id      TEXT COLLATE "C" NOT NULL,
    from_us       BIGINT NOT NULL,
    until_us      BIGINT NOT NULL,
    requested_by  TEXT COLLATE "C" NOT NULL, -- actor
    requested_us  BIGINT NOT NULL,
    doubt         BIGINT NOT NULL, -- 1: not to be decided without a harm assessment
    assessment    TEXT COLLATE "C" NOT NULL,
    harm          TEXT COLLATE "C" NOT NULL, -- none, some, serious, or '' while it has not been assessed
    assessed_by   TEXT COLLATE "C" NOT NULL,
    assessed_us   BIGINT NOT NULL,
    decision      TEXT COLLATE "C" NOT NULL, -- its reasons
    masks         TEXT COLLATE "C" NOT NULL, -- what a partial grant leaves out, separated by blanks
    decided_by    TEXT COLLATE "C" NOT NULL,
    decided_us    BIGINT NOT NULL,
    entries       BIGINT NOT NULL,
    digest        TEXT COLLATE "C" NOT NULL, -- SHA-256 of the newest extract, hexadecimal
    disclosed_us  BIGINT NOT NULL
);
CREATE INDEX disclosures_by_state ON disclosures (state, id);
CREATE INDEX disclosures_by_requester ON disclosures (requested_by, id);
CREATE INDEX disclosures_by_scope ON disclosures (scope_id, state);
CREATE INDEX disclosures_by_end ON disclosures (requested_us, id);

-- retention: what may not be erased although it is time, and what was passed over because of that.
CREATE TABLE holds (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    subject  TEXT COLLATE "C" NOT NULL, -- id of a client, lock, key or staff member; '' holds everything
    reason   TEXT COLLATE "C" NOT NULL,
    by_actor TEXT COLLATE "C" NOT NULL,
    from_us  BIGINT NOT NULL,
    ended_us BIGINT NOT NULL, -- 0 while it holds
    ended_by TEXT COLLATE "C" NOT NULL
);
CREATE INDEX holds_open ON holds (ended_us, subject);
-- What a dwelling's address was before somebody corrected it (V5.7-b).
CREATE TABLE address_changes (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    dwelling_id TEXT COLLATE "C" NOT NULL REFERENCES dwellings (id),
    at_us       BIGINT NOT NULL,
    actor       TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    street      TEXT COLLATE "C" NOT NULL,
    apartment   TEXT COLLATE "C" NOT NULL,
    postal_code TEXT COLLATE "C" NOT NULL,
    town        TEXT COLLATE "C" NOT NULL
);
CREATE INDEX address_changes_by_dwelling ON address_changes (dwelling_id, id);
-- Those who have died or moved: the far end of time is 253402214400000000.
CREATE INDEX clients_ended ON clients (id, ended_us) WHERE ended_us < 253402214400000000;
CREATE TABLE retention_cursors ( -- how far each kind of entry has been looked through
    kind TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    idx  BIGINT NOT NULL
);
CREATE TABLE retention_kept ( -- entries that a hold kept when it was their time
    idx  BIGINT NOT NULL PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL
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
