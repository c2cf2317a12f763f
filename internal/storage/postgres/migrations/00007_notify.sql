-- +goose Up

-- Requests of other systems that have been carried out, so that one sent twice is carried out once.
CREATE TABLE requests (
    owner     TEXT COLLATE "C" NOT NULL, -- the organisation of the token
    operation TEXT COLLATE "C" NOT NULL,
    key       TEXT COLLATE "C" NOT NULL, -- the caller's own
    digest    TEXT COLLATE "C" NOT NULL, -- of what was asked, so that a key is not reused for something else
    answer    TEXT COLLATE "C" NOT NULL, -- what was answered, once it has been
    at_us     BIGINT NOT NULL,
    PRIMARY KEY (owner, operation, key)
);
CREATE INDEX requests_by_time ON requests (at_us);

-- notify: who is told what. The secrets sign what is sent; the old one does too until its time is out.
CREATE TABLE webhooks (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL UNIQUE,
    url          TEXT COLLATE "C" NOT NULL,
    events       TEXT COLLATE "C" NOT NULL, -- separated by blanks
    organisation TEXT COLLATE "C" NOT NULL, -- whose events, or "" for the municipality's
    target       TEXT COLLATE "C" NOT NULL, -- system of the profile that is told which lock a client has, or ""
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'paused', 'removed')),
    secret       BYTEA NOT NULL,
    old_secret   BYTEA NOT NULL,
    old_until_us BIGINT NOT NULL,
    created_us   BIGINT NOT NULL
);
CREATE TABLE outbox (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    webhook_id TEXT COLLATE "C" NOT NULL REFERENCES webhooks (id),
    event      TEXT COLLATE "C" NOT NULL,
    subject    TEXT COLLATE "C" NOT NULL, -- id of what it tells of
    body       TEXT COLLATE "C" NOT NULL, -- "" once it has arrived
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts   BIGINT NOT NULL,
    next_us    BIGINT NOT NULL, -- when to try; while a dispatcher has it, when its lease is out
    created_us BIGINT NOT NULL,
    done_us    BIGINT NOT NULL,
    failure    TEXT COLLATE "C" NOT NULL -- what the last attempt met, in words without addresses or contents
);
CREATE INDEX outbox_due ON outbox (state, next_us);
CREATE INDEX outbox_by_state ON outbox (state, id);
CREATE INDEX outbox_by_webhook ON outbox (webhook_id, state, id);
CREATE INDEX outbox_done ON outbox (state, done_us);

-- Which lock a client has, change by change, for the case system and the planning app (V5.2-a).
CREATE TABLE documentation (
    seq       BIGINT NOT NULL PRIMARY KEY, -- 1, 2, … in the order of the changes
    client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id),
    event     TEXT COLLATE "C" NOT NULL, -- mounted, dismounted, exchanged
    lock_kind TEXT COLLATE "C" NOT NULL, -- door, box; "" when the client has none now
    serial    TEXT COLLATE "C" NOT NULL, -- of the lock that the client has now, or ""
    at_us     BIGINT NOT NULL
);
CREATE INDEX documentation_by_client ON documentation (client_id, seq);
CREATE TABLE documentation_acks (
    seq    BIGINT NOT NULL REFERENCES documentation (seq),
    target TEXT COLLATE "C" NOT NULL, -- name in the profile
    actor  TEXT COLLATE "C" NOT NULL,
    at_us  BIGINT NOT NULL,
    PRIMARY KEY (seq, target)
);

-- Mass changes: one act for many clients, reviewed before it is applied and reversible until it takes effect.
CREATE TABLE mass_changes (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number       TEXT COLLATE "C" NOT NULL UNIQUE,
    kind         TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'reviewed', 'applying', 'applied', 'undoing', 'undone', 'cancelled', 'settled')),
    reason       TEXT COLLATE "C" NOT NULL,
    spec         TEXT COLLATE "C" NOT NULL, -- what was asked for
    effective_us BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL,
    created_us   BIGINT NOT NULL,
    reviewed_by  TEXT COLLATE "C" NOT NULL,
    reviewed_us  BIGINT NOT NULL,
    done_us      BIGINT NOT NULL, -- applied, undone or cancelled; 0 before
    total        BIGINT NOT NULL,
    done         BIGINT NOT NULL, -- rows that have been applied, refused or undone
    place        TEXT COLLATE "C" NOT NULL -- how far the planning has come; "" when every row is there
);
CREATE INDEX mass_changes_by_state ON mass_changes (state, id);
CREATE TABLE mass_rows (
    mass_id    TEXT COLLATE "C" NOT NULL REFERENCES mass_changes (id),
    seq        BIGINT NOT NULL,
    client_id  TEXT COLLATE "C" REFERENCES clients (id), -- whom it is about; NULL where that is a property
    property_id TEXT COLLATE "C" REFERENCES properties (id),
    from_group TEXT COLLATE "C" REFERENCES care_groups (id),
    to_group   TEXT COLLATE "C" NOT NULL, -- id, or "" where nobody has said
    state      TEXT COLLATE "C" NOT NULL CHECK (state IN ('planned', 'applied', 'refused', 'undone', 'settled')),
    note       TEXT COLLATE "C" NOT NULL, -- code of the refusal, or ""
    services   BIGINT NOT NULL, -- how many change
    rights     BIGINT NOT NULL, -- how many are added or taken away
    receipts   BIGINT NOT NULL, -- how many physical keys change hands
    locks      BIGINT NOT NULL, -- how many dwellings of a property have one
    mountings  BIGINT NOT NULL, -- how many wait, or will, for what its owner says
    undo       TEXT COLLATE "C" NOT NULL, -- what was there before and after, once applied
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
