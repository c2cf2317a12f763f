-- +goose Up

-- What the municipality is, and its keys. One row per name.
CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE secrets (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
);

-- care: who is served, by whom, where.
CREATE TABLE providers (
    id         TEXT NOT NULL PRIMARY KEY,
    org_number TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    kind       TEXT NOT NULL, -- municipal, private
    routine_until_us BIGINT NOT NULL DEFAULT 0 -- its own routine for staff is valid until then; 0: none is on file
);
CREATE TABLE care_groups (
    id          TEXT NOT NULL PRIMARY KEY,
    number      BIGINT NOT NULL UNIQUE, -- what grants and certificates call it
    code        TEXT NOT NULL UNIQUE,
    name        TEXT NOT NULL,
    provider_id TEXT NOT NULL REFERENCES providers (id),
    kind        TEXT NOT NULL, -- homecare, rural, alarm, health, shopping
    max_staff   BIGINT NOT NULL
);
CREATE INDEX care_groups_by_kind ON care_groups (kind, code);
CREATE INDEX care_groups_by_provider ON care_groups (provider_id, kind);
CREATE TABLE staff (
    id              TEXT NOT NULL PRIMARY KEY,
    employee_number TEXT NOT NULL UNIQUE,
    pseudonym       BIGINT NOT NULL UNIQUE, -- what stations, keys and locks know a person by
    given_name      TEXT NOT NULL,
    family_name     TEXT NOT NULL,
    email           TEXT NOT NULL,
    phone           TEXT NOT NULL,
    badge_hash      TEXT UNIQUE,
    pin_verifier    TEXT
);
CREATE TABLE staff_groups (
    staff_id TEXT NOT NULL REFERENCES staff (id),
    group_id TEXT NOT NULL REFERENCES care_groups (id),
    from_us  BIGINT NOT NULL,
    until_us BIGINT NOT NULL,
    PRIMARY KEY (staff_id, group_id, from_us)
);
CREATE INDEX staff_groups_by_group ON staff_groups (group_id);
CREATE TABLE entrances (
    id   TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE
);
CREATE TABLE dwellings (
    id          TEXT NOT NULL PRIMARY KEY,
    address_key TEXT NOT NULL UNIQUE, -- shared by a couple; a lone client's own otherwise
    street      TEXT NOT NULL,
    apartment   TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    town        TEXT NOT NULL,
    place_key   TEXT NOT NULL, -- street and town in one spelling: which house it is in
    entrance_id TEXT REFERENCES entrances (id)
);
CREATE INDEX dwellings_by_place ON dwellings (place_key);
CREATE INDEX dwellings_by_entrance ON dwellings (entrance_id);
CREATE TABLE clients (
    id              TEXT NOT NULL PRIMARY KEY,
    personal_number TEXT NOT NULL UNIQUE,
    given_name      TEXT NOT NULL,
    family_name     TEXT NOT NULL,
    phone           TEXT NOT NULL,
    protected       BIGINT NOT NULL, -- 1: protected identity
    dwelling_id     TEXT NOT NULL REFERENCES dwellings (id),
    relative_name   TEXT NOT NULL,
    relative_phone  TEXT NOT NULL,
    ended_us        BIGINT NOT NULL  -- died or moved; the year 9999 while it has not happened
);
CREATE INDEX clients_by_dwelling ON clients (dwelling_id);
CREATE INDEX clients_by_name ON clients (family_name, given_name);
CREATE INDEX clients_by_given ON clients (given_name, family_name);

-- casework: what was asked for, and what it led to.
CREATE TABLE orders (
    id           TEXT NOT NULL PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE, -- what people say on the phone, such as 7K3M-9QX2
    kind         TEXT NOT NULL,
    client_id    TEXT NOT NULL REFERENCES clients (id),
    group_id     TEXT REFERENCES care_groups (id),
    to_group_id  TEXT REFERENCES care_groups (id),
    effective_us BIGINT NOT NULL,
    reason       TEXT NOT NULL,
    channel      TEXT NOT NULL, -- api, fhir, portal, demo
    orderer      TEXT NOT NULL, -- the organisation of the token
    reference    TEXT NOT NULL, -- the orderer's own number, or ""
    state        TEXT NOT NULL, -- in-progress, done, returned, withdrawn
    received_us  BIGINT NOT NULL,
    rules        TEXT NOT NULL, -- the lines of the routine that were applied, separated by blanks
    answer       TEXT NOT NULL, -- why it was returned or withdrawn, or ""
    placed_by    TEXT NOT NULL -- the account of the person who wrote it, or "" where a system sent it
);
CREATE INDEX orders_by_client ON orders (client_id, received_us);
CREATE INDEX orders_by_orderer ON orders (orderer, received_us, id);
CREATE INDEX orders_by_state ON orders (state, received_us, id);
CREATE INDEX orders_by_kind ON orders (kind, received_us, id);
CREATE INDEX orders_by_time ON orders (received_us, id);
CREATE INDEX orders_by_person ON orders (placed_by, received_us, id) WHERE placed_by <> '';
CREATE TABLE idempotency_keys (
    orderer  TEXT NOT NULL,
    key      TEXT NOT NULL,
    digest   TEXT NOT NULL, -- of the request, so that a key is not reused for another one
    order_id TEXT NOT NULL REFERENCES orders (id),
    at_us    BIGINT NOT NULL,
    PRIMARY KEY (orderer, key)
);

-- A service is a decision in force: granted by an order, or found in the registers.
CREATE TABLE services (
    id         TEXT NOT NULL PRIMARY KEY,
    client_id  TEXT NOT NULL REFERENCES clients (id),
    kind       TEXT NOT NULL, -- alarm, homecare, health, shopping
    group_id   TEXT NOT NULL REFERENCES care_groups (id),
    from_us    BIGINT NOT NULL,
    until_us   BIGINT NOT NULL,
    in_effect  BIGINT NOT NULL,
    opens_self BIGINT NOT NULL,
    origin     TEXT NOT NULL, -- order:ID or register:insatser:ROW
    ended_by   TEXT NOT NULL  -- what ended it, in the same form, or ""
);
CREATE INDEX services_by_client ON services (client_id);
CREATE INDEX services_by_group ON services (group_id, client_id);

-- access: grounds and the rights that rest on them.
CREATE TABLE grounds (
    id         TEXT NOT NULL PRIMARY KEY,
    client_id  TEXT NOT NULL, -- its service's
    service_id TEXT NOT NULL REFERENCES services (id),
    kind       TEXT NOT NULL,
    group_id   TEXT NOT NULL, -- computed: its service's, or a rural group's
    from_us    BIGINT NOT NULL,
    until_us   BIGINT NOT NULL,
    rule       TEXT NOT NULL
);
CREATE INDEX grounds_by_client ON grounds (client_id);

-- fleet: the things.
CREATE TABLE locks (
    id          TEXT NOT NULL PRIMARY KEY,
    serial      TEXT NOT NULL UNIQUE,
    number      BIGINT NOT NULL UNIQUE, -- what grants call it
    kind        TEXT NOT NULL CONSTRAINT locks_kind CHECK (kind IN ('door', 'box', 'entrance')),
    state       TEXT NOT NULL CONSTRAINT locks_state CHECK (state IN ('stock', 'booked', 'mounted', 'dismounted', 'warranty', 'scrapped')),
    dwelling_id TEXT REFERENCES dwellings (id),
    entrance_id TEXT REFERENCES entrances (id),
    mounted_us  BIGINT NOT NULL,
    epoch       BIGINT NOT NULL,
    certificate BLOB, -- the device's, once it has been claimed
    reason      TEXT NOT NULL, -- why it was scrapped, or what is wrong with it
    CONSTRAINT locks_place CHECK ((state = 'mounted') = (dwelling_id IS NOT NULL OR entrance_id IS NOT NULL)),
    CONSTRAINT locks_scrapped CHECK (state <> 'scrapped' OR reason <> '')
);
-- V2.1-b: at most one door lock or key box per dwelling, whoever writes.
CREATE UNIQUE INDEX locks_one_per_dwelling ON locks (dwelling_id) WHERE state = 'mounted' AND kind <> 'entrance';
CREATE INDEX locks_by_entrance ON locks (entrance_id);
CREATE TABLE door_times ( -- when a client has been behind the lock on their own door; kept by whoever writes clients and locks
    client_id TEXT NOT NULL REFERENCES clients (id),
    lock_id   TEXT NOT NULL REFERENCES locks (id),
    from_us   BIGINT NOT NULL,
    until_us  BIGINT NOT NULL, -- the year 9999 while it lasts
    PRIMARY KEY (client_id, lock_id, from_us)
);
CREATE INDEX door_times_by_lock ON door_times (lock_id);
CREATE TABLE rights (
    ground_id TEXT NOT NULL REFERENCES grounds (id),
    lock_id   TEXT NOT NULL, -- a mounted lock; locks are never deleted
    group_id  TEXT NOT NULL, -- its ground's, and so checked there
    client_id TEXT NOT NULL, -- likewise
    from_us   BIGINT NOT NULL,
    until_us  BIGINT NOT NULL,
    PRIMARY KEY (ground_id, lock_id)
);
CREATE INDEX rights_by_lock ON rights (lock_id, group_id);
CREATE INDEX rights_by_group ON rights (group_id, until_us);
CREATE TABLE keys (
    id              TEXT NOT NULL PRIMARY KEY,
    device          BIGINT NOT NULL UNIQUE, -- what grants and logs call it
    number          TEXT NOT NULL UNIQUE,
    group_id        TEXT REFERENCES care_groups (id), -- NULL in stock without a group
    state           TEXT NOT NULL CONSTRAINT keys_state CHECK (state IN ('stock', 'issued', 'suspect', 'blocked', 'broken', 'warranty', 'scrapped')),
    battery_us      BIGINT NOT NULL,
    certificate     BLOB,
    public_key      BLOB,
    counter         BIGINT NOT NULL, -- the highest that a sync has shown
    visit           BLOB, -- digest of the sync request that showed it, to know a repetition
    mail_until_us   BIGINT NOT NULL DEFAULT 0, -- until when what it has brought counts against its quota
    synced_us       BIGINT NOT NULL,
    synced_until_us BIGINT NOT NULL,
    blocked_us      BIGINT NOT NULL,
    block_reason    TEXT NOT NULL
);
CREATE INDEX keys_by_group ON keys (group_id);
CREATE TABLE stations (
    id           TEXT NOT NULL PRIMARY KEY,
    device       BIGINT NOT NULL UNIQUE, -- what activations call it
    name         TEXT NOT NULL UNIQUE,
    group_id     TEXT REFERENCES care_groups (id),
    token_hash   TEXT NOT NULL UNIQUE,
    certificate  BLOB,
    enrolled_us  BIGINT NOT NULL,
    last_seen_us BIGINT NOT NULL,
    street       TEXT NOT NULL,
    postal_code  TEXT NOT NULL, -- five digits, or "": what finds the nearest other one
    town         TEXT NOT NULL,
    out_us       BIGINT NOT NULL, -- since when it does not work; 0 while it does
    out_reason   TEXT NOT NULL,
    blocked_us   BIGINT NOT NULL, -- 0 unless blocked
    reported     BIGINT NOT NULL DEFAULT 0 -- counter of the newest activation that it has reported itself
);

-- keysync: what went out to keys and what came home with them.
CREATE TABLE grants (
    serial     BIGINT NOT NULL PRIMARY KEY,
    key_id     TEXT NOT NULL REFERENCES keys (id),
    group_id   TEXT NOT NULL REFERENCES care_groups (id),
    station_id TEXT NOT NULL REFERENCES stations (id),
    from_us    BIGINT NOT NULL,
    until_us   BIGINT NOT NULL,
    locks      BIGINT NOT NULL
);
CREATE INDEX grants_by_key ON grants (key_id, until_us);
CREATE TABLE activations (
    serial     BIGINT NOT NULL PRIMARY KEY,
    key_id     TEXT NOT NULL REFERENCES keys (id),
    staff_id   TEXT NOT NULL REFERENCES staff (id),
    station_id TEXT NOT NULL REFERENCES stations (id),
    from_us    BIGINT NOT NULL,
    until_us   BIGINT NOT NULL,
    offline    BIGINT NOT NULL,
    body       BLOB NOT NULL
);
CREATE INDEX activations_by_key ON activations (key_id, until_us);
CREATE INDEX activations_by_staff ON activations (staff_id, until_us);
CREATE TABLE blocks (
    kind       BIGINT NOT NULL, -- credential.BlockKind
    subject    BIGINT NOT NULL, -- the number that the block list names
    listed     BIGINT NOT NULL, -- number of the first block list that names it
    expires_us BIGINT NOT NULL,
    at_us      BIGINT NOT NULL,
    reason     TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE TABLE block_lists ( -- the newest signed snapshot, one row
    one     BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    version BIGINT NOT NULL,
    body    BLOB NOT NULL
);
CREATE TABLE lock_records ( -- a run of at most 32 records to a row
    lock_id BIGINT NOT NULL, -- the lock's number
    epoch   BIGINT NOT NULL,
    seq     BIGINT NOT NULL, -- of the first one
    body    BLOB NOT NULL,
    PRIMARY KEY (lock_id, epoch, seq)
);
CREATE TABLE lock_heads (
    lock_id     BIGINT NOT NULL PRIMARY KEY,
    epoch       BIGINT NOT NULL, -- of the lock when the identity began: what lock_records go under
    identity    BLOB NOT NULL, -- hash of the signing key that the chain belongs to
    seq         BIGINT NOT NULL,
    head        BLOB NOT NULL,
    block_list  BIGINT NOT NULL, -- the version that the lock last reported
    config      BIGINT NOT NULL, -- likewise of its configuration
    battery     BIGINT NOT NULL, -- per cent, likewise
    seen_us     BIGINT NOT NULL,
    shown       BIGINT NOT NULL, -- the newest epoch that the lock has shown
    oldest      BIGINT NOT NULL, -- the oldest record that the lock still kept when it last told: what it has not been acknowledged
    ack         BLOB NOT NULL -- signed acknowledgement through seq
);
CREATE TABLE lock_evidence ( -- signed batches that contradict what came before
    id      BIGINT NOT NULL PRIMARY KEY,
    lock_id BIGINT NOT NULL, -- the lock's number
    epoch   BIGINT NOT NULL,
    through BIGINT NOT NULL, -- number of the newest record in it
    at_us   BIGINT NOT NULL,
    class   TEXT NOT NULL,
    body    BLOB NOT NULL
);
CREATE INDEX lock_evidence_by_lock ON lock_evidence (lock_id, epoch, through);
CREATE TABLE orphans ( -- activations that records name and nobody has reported yet
    serial    BIGINT NOT NULL PRIMARY KEY,
    lock_id   BIGINT NOT NULL, -- number of the lock that named it first
    since_us  BIGINT NOT NULL,
    told      BIGINT NOT NULL -- 1 when it has become an anomaly
);
CREATE INDEX orphans_untold ON orphans (since_us) WHERE told = 0;
CREATE TABLE inbox ( -- what keys have carried home, until it has been taken over; one row per visit, only added at the end
    id          INTEGER NOT NULL PRIMARY KEY, -- the order in which it is taken over
    received_us BIGINT NOT NULL,
    key_id      TEXT NOT NULL,
    station_id  TEXT NOT NULL,
    mail        BLOB NOT NULL -- credential.Mail
);
CREATE TABLE inbox_aside ( -- what could not be taken over
    id          BIGINT NOT NULL PRIMARY KEY, -- as in inbox
    received_us BIGINT NOT NULL,
    key_id      TEXT NOT NULL,
    station_id  TEXT NOT NULL,
    mail        BLOB NOT NULL,
    reason      TEXT NOT NULL
);
CREATE TABLE anomalies ( -- what somebody must look at
    id         TEXT NOT NULL PRIMARY KEY,
    at_us      BIGINT NOT NULL,
    class      TEXT NOT NULL,
    subject    TEXT NOT NULL, -- the lock or key, '' where there is none
    detail     TEXT NOT NULL,
    settled_us BIGINT NOT NULL, -- 0 while it is open
    settled_by TEXT NOT NULL,
    note       TEXT NOT NULL
);
CREATE INDEX anomalies_open ON anomalies (id) WHERE settled_us = 0;
CREATE INDEX anomalies_by_subject ON anomalies (subject, id);
CREATE TABLE rights_versions ( -- goes up with every change of what a group may open
    group_id TEXT NOT NULL PRIMARY KEY,
    version  BIGINT NOT NULL
);
CREATE TABLE generations ( -- how a group's grants are numbered, so that all older ones can be refused at once
    group_id   TEXT NOT NULL PRIMARY KEY REFERENCES care_groups (id),
    generation BIGINT NOT NULL, -- of the grants that are made now
    minimum    BIGINT NOT NULL, -- locks refuse grants below it; 0: none
    until_us   BIGINT NOT NULL -- as long as the block list says so
);

-- identity: who may speak to us.
CREATE TABLE api_tokens (
    id           TEXT NOT NULL PRIMARY KEY,
    token_hash   TEXT NOT NULL UNIQUE,
    organisation TEXT NOT NULL,
    scopes       TEXT NOT NULL, -- separated by blanks
    created_us   BIGINT NOT NULL,
    expires_us   BIGINT NOT NULL,
    revoked_us   BIGINT NOT NULL
);

-- registers: what the last import saw of each row, and what waits to be applied.
CREATE TABLE register_rows (
    file   TEXT NOT NULL,
    key    TEXT NOT NULL,
    digest TEXT NOT NULL,
    said   TEXT NOT NULL, -- of a state that the system may change too, or ""
    PRIMARY KEY (file, key)
);
CREATE TABLE register_runs (
    id          TEXT NOT NULL PRIMARY KEY,
    digest      TEXT NOT NULL,
    started_us  BIGINT NOT NULL,
    finished_us BIGINT NOT NULL,
    units       BIGINT NOT NULL
);
CREATE TABLE register_staging (
    run_id TEXT NOT NULL REFERENCES register_runs (id),
    seq    BIGINT NOT NULL,
    body   TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
);

-- journal: the log that proves itself. An entry gets the next number when it is written, which touches the right edge of
-- one tree: INTEGER, not BIGINT, makes it SQLite's own row number. What finds entries by subject (the timelines) and by kind
-- is filled when they are signed. Erasing leaves number and kind,
-- and bare commitments in the body.
CREATE TABLE journal_entries (
    idx  INTEGER NOT NULL PRIMARY KEY, -- place in the Merkle tree, from 0, without gaps
    kind TEXT NOT NULL,
    body BLOB NOT NULL -- fields with salts, or the bare commitments when erased; and a seal
);
CREATE TABLE journal_subjects (
    subject TEXT NOT NULL,
    at_us   BIGINT NOT NULL,
    idx     BIGINT NOT NULL,
    PRIMARY KEY (subject, at_us, idx)
) WITHOUT ROWID;
CREATE TABLE journal_kinds (
    kind TEXT NOT NULL,
    idx  BIGINT NOT NULL,
    PRIMARY KEY (kind, idx)
) WITHOUT ROWID;
CREATE TABLE journal_tiles ( -- C2SP tlog-tiles, height 8
    level BIGINT NOT NULL,
    n     BIGINT NOT NULL,
    data  BLOB NOT NULL, -- 32 to 8192 bytes, only ever extended
    PRIMARY KEY (level, n)
);
CREATE TABLE journal_head (
    one        BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    size       BIGINT NOT NULL,
    root       BLOB NOT NULL,
    checkpoint TEXT NOT NULL -- signed note, C2SP checkpoint
);

-- +goose Down
DROP TABLE journal_head;
DROP TABLE journal_tiles;
DROP TABLE journal_kinds;
DROP TABLE journal_subjects;
DROP TABLE journal_entries;
DROP TABLE register_staging;
DROP TABLE register_runs;
DROP TABLE register_rows;
DROP TABLE api_tokens;
DROP TABLE generations;
DROP TABLE rights_versions;
DROP TABLE anomalies;
DROP TABLE inbox_aside;
DROP TABLE inbox;
DROP TABLE orphans;
DROP TABLE lock_evidence;
DROP TABLE lock_heads;
DROP TABLE lock_records;
DROP TABLE block_lists;
DROP TABLE blocks;
DROP TABLE activations;
DROP TABLE grants;
DROP TABLE stations;
DROP TABLE keys;
DROP TABLE rights;
DROP TABLE door_times;
DROP TABLE locks;
DROP TABLE grounds;
DROP TABLE services;
DROP TABLE idempotency_keys;
DROP TABLE orders;
DROP TABLE clients;
DROP TABLE dwellings;
DROP TABLE entrances;
DROP TABLE staff_groups;
DROP TABLE staff;
DROP TABLE care_groups;
DROP TABLE providers;
DROP TABLE secrets;
DROP TABLE settings;
