-- +goose Up

-- Requests of other systems that have been carried out, so that one sent twice is carried out once.
CREATE TABLE requests (
    owner     TEXT NOT NULL, -- the organisation of the token
    operation TEXT NOT NULL,
    key       TEXT NOT NULL, -- the caller's own
    digest    TEXT NOT NULL, -- of what was asked, so that a key is not reused for something else
    answer    TEXT NOT NULL, -- what was answered, once it has been
    at_us     BIGINT NOT NULL,
    PRIMARY KEY (owner, operation, key)
);
CREATE INDEX requests_by_time ON requests (at_us);

-- notify: who is told what. The secrets sign what is sent; the old one does too until its time is out.
CREATE TABLE webhooks (
    id           TEXT NOT NULL PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE,
    url          TEXT NOT NULL,
    events       TEXT NOT NULL, -- separated by blanks
    organisation TEXT NOT NULL, -- whose events, or "" for the municipality's
    target       TEXT NOT NULL, -- system of the profile that is told which lock a client has, or ""
    state        TEXT NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
    secret       BLOB NOT NULL,
    old_secret   BLOB NOT NULL,
    old_until_us BIGINT NOT NULL,
    created_us   BIGINT NOT NULL
);
CREATE TABLE outbox (
    id         TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id),
    event      TEXT NOT NULL,
    subject    TEXT NOT NULL, -- id of what it tells of
    body       TEXT NOT NULL, -- "" once it has arrived
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts   BIGINT NOT NULL,
    next_us    BIGINT NOT NULL, -- when to try; while a dispatcher has it, when its lease is out
    created_us BIGINT NOT NULL,
    done_us    BIGINT NOT NULL,
    failure    TEXT NOT NULL -- what the last attempt met, in words without addresses or contents
);
CREATE INDEX outbox_due ON outbox (state, next_us);
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_webhook ON outbox (webhook_id, state, id);
CREATE INDEX outbox_done ON outbox (state, done_us);

-- Which lock a client has, change by change, for the case system and the planning app (V5.2-a).
CREATE TABLE documentation (
    seq       BIGINT NOT NULL PRIMARY KEY, -- 1, 2, … in the order of the changes
    client_id TEXT NOT NULL REFERENCES clients (id),
    event     TEXT NOT NULL, -- mounted, dismounted, exchanged
    lock_kind TEXT NOT NULL, -- door, box; "" when the client has none now
    serial    TEXT NOT NULL, -- of the lock that the client has now, or ""
    at_us     BIGINT NOT NULL
);
CREATE INDEX documentation_by_client ON documentation (client_id, seq);
CREATE TABLE documentation_acks (
    seq    BIGINT NOT NULL REFERENCES documentation (seq),
    target TEXT NOT NULL, -- name in the profile
    actor  TEXT NOT NULL,
    at_us  BIGINT NOT NULL,
    PRIMARY KEY (seq, target)
);

-- Mass changes: one act for many clients, reviewed before it is applied and reversible until it takes effect.
CREATE TABLE mass_changes (
    id           TEXT NOT NULL PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    kind         TEXT NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('draft', 'reviewed', 'applying', 'applied', 'undoing', 'undone', 'cancelled', 'settled')),
    reason       TEXT NOT NULL,
    spec         TEXT NOT NULL, -- what was asked for
    effective_us BIGINT NOT NULL,
    created_by   TEXT NOT NULL,
    created_us   BIGINT NOT NULL,
    reviewed_by  TEXT NOT NULL,
    reviewed_us  BIGINT NOT NULL,
    done_us      BIGINT NOT NULL, -- applied, undone or cancelled; 0 before
    total        BIGINT NOT NULL,
    done         BIGINT NOT NULL, -- rows that have been applied, refused or undone
    place        TEXT NOT NULL -- how far the planning has come; "" when every row is there
);
CREATE INDEX mass_changes_by_state ON mass_changes (state, id);
CREATE TABLE mass_rows (
    mass_id    TEXT NOT NULL REFERENCES mass_changes (id),
    seq        BIGINT NOT NULL,
    client_id  TEXT REFERENCES clients (id), -- whom it is about; NULL where that is a property
    property_id TEXT REFERENCES properties (id),
    from_group TEXT REFERENCES care_groups (id),
    to_group   TEXT NOT NULL, -- id, or "" where nobody has said
    state      TEXT NOT NULL CHECK (state IN ('planned', 'applied', 'refused', 'undone', 'settled')),
    note       TEXT NOT NULL, -- code of the refusal, or ""
    services   BIGINT NOT NULL, -- how many change
    rights     BIGINT NOT NULL, -- how many are added or taken away
    receipts   BIGINT NOT NULL, -- how many physical keys change hands
    locks      BIGINT NOT NULL, -- how many dwellings of a property have one
    mountings  BIGINT NOT NULL, -- how many wait, or will, for what its owner says
    undo       TEXT NOT NULL, -- what was there before and after, once applied
    at_us      BIGINT NOT NULL, -- when it was applied; 0 before
    PRIMARY KEY (mass_id, seq),
    CONSTRAINT mass_rows_one CHECK ((client_id IS NULL) <> (property_id IS NULL))
);
CREATE INDEX mass_rows_by_state ON mass_rows (mass_id, state, seq);
CREATE INDEX mass_rows_by_client ON mass_rows (client_id);
CREATE INDEX mass_rows_by_property ON mass_rows (property_id);

-- +goose Down
DROP TABLE mass_rows;
DROP TABLE mass_changes;
DROP TABLE documentation_acks;
DROP TABLE documentation;
DROP TABLE outbox;
DROP TABLE webhooks;
DROP TABLE requests;
