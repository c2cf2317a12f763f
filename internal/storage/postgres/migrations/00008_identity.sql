-- +goose Up

-- identity: people who log in. Secrets are here only as far as they can be checked.
CREATE TABLE accounts (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    staff_id    TEXT COLLATE "C" REFERENCES staff (id), -- NULL: not in the register of staff
    name        TEXT COLLATE "C" NOT NULL,
    email       TEXT COLLATE "C" NOT NULL, -- for notices, or ""
    phone       TEXT COLLATE "C" NOT NULL, -- for notices, E.164 or ""
    login_name  TEXT COLLATE "C" UNIQUE, -- small letters; NULL: no local login
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('active', 'closed')),
    demo        BIGINT NOT NULL, -- 1: one of the made-up people that anybody may be in a demonstration
    password    TEXT COLLATE "C" NOT NULL, -- Argon2id verifier, or ""
    totp_secret TEXT COLLATE "C" NOT NULL, -- base32, or ""
    totp_step   BIGINT NOT NULL, -- the newest time step whose code has been used
    created_us  BIGINT NOT NULL,
    closed_us   BIGINT NOT NULL, -- 0 while it is active
    login_us    BIGINT NOT NULL, -- the newest login, or 0
    former_us   BIGINT NOT NULL -- the one before that, which people are shown
);
CREATE INDEX accounts_by_staff ON accounts (staff_id);

-- What providers of identity call a person. A personal identity number is here as a slow hash only.
CREATE TABLE account_identifiers (
    issuer     TEXT COLLATE "C" NOT NULL,
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('affiliation', 'hsa', 'number', 'sub')),
    value      TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    at_us      BIGINT NOT NULL,
    PRIMARY KEY (issuer, kind, value)
);
CREATE INDEX account_identifiers_by_account ON account_identifiers (account_id);

-- As what somebody works: role, organisation, area, time.
CREATE TABLE assignments (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    account_id   TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    role         TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL, -- organisation number
    areas        TEXT COLLATE "C" NOT NULL, -- postal codes or their first digits, separated by blanks; "": everywhere
    lead         BIGINT NOT NULL, -- 1: gives and ends the others' of the same role and organisation, and reviews them
    from_us      BIGINT NOT NULL,
    until_us     BIGINT NOT NULL,
    given_by     TEXT COLLATE "C" NOT NULL,
    given_us     BIGINT NOT NULL,
    ended_by     TEXT COLLATE "C" NOT NULL -- "" while nobody has ended it before its time
);
CREATE INDEX assignments_by_account ON assignments (account_id, from_us);
CREATE INDEX assignments_by_organisation ON assignments (organisation, role, until_us);

CREATE TABLE sessions (
    hash          TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- SHA-256 of the secret, hexadecimal
    id            TEXT COLLATE "C" NOT NULL UNIQUE, -- what people end it by
    account_id    TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    assignment_id TEXT COLLATE "C" REFERENCES assignments (id), -- NULL until one is chosen
    method        TEXT COLLATE "C" NOT NULL, -- password, passkey, oidc, code, demo
    issuer        TEXT COLLATE "C" NOT NULL, -- of who vouched for it, or ""
    level         TEXT COLLATE "C" NOT NULL, -- of assurance, as the issuer calls it, or ""
    device        TEXT COLLATE "C" NOT NULL, -- browser and system in a few words
    created_us    BIGINT NOT NULL,
    seen_us       BIGINT NOT NULL, -- to the minute
    ends_us       BIGINT NOT NULL, -- at the latest
    strong_us     BIGINT NOT NULL -- when a second factor was last shown
);
CREATE INDEX sessions_by_account ON sessions (account_id, created_us);
CREATE INDEX sessions_by_end ON sessions (ends_us);

CREATE TABLE passkeys (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- the credential's, base64url
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    name       TEXT COLLATE "C" NOT NULL, -- what its owner calls it
    record     TEXT COLLATE "C" NOT NULL, -- public key and counters, as internal/edge keeps them
    created_us BIGINT NOT NULL,
    used_us    BIGINT NOT NULL
);
CREATE INDEX passkeys_by_account ON passkeys (account_id);

-- Codes that work once: the first, given on paper, and those for a lost second factor.
CREATE TABLE login_codes (
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- SHA-256, hexadecimal
    account_id TEXT COLLATE "C" NOT NULL REFERENCES accounts (id),
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('first', 'recovery')),
    until_us   BIGINT NOT NULL
);
CREATE INDEX login_codes_by_account ON login_codes (account_id, kind);

-- How often somebody has tried in vain: what is tried is here as a hash only.
CREATE TABLE login_attempts (
    subject  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    at_us    BIGINT NOT NULL,
    until_us BIGINT NOT NULL -- no further attempt before
);
CREATE INDEX login_attempts_by_time ON login_attempts (at_us);

-- What a front door must remember between two steps of a login, once.
CREATE TABLE login_states (
    hash     TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- SHA-256 of the secret that the browser has, hexadecimal
    body     TEXT COLLATE "C" NOT NULL,
    until_us BIGINT NOT NULL
);
CREATE INDEX login_states_by_end ON login_states (until_us);

-- Access to a client whom one does not serve, for a reason and a time, reviewed afterwards.
CREATE TABLE emergencies (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    actor        TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL,
    organisation TEXT COLLATE "C" NOT NULL,
    client_id    TEXT COLLATE "C" NOT NULL REFERENCES clients (id),
    reason       TEXT COLLATE "C" NOT NULL,
    from_us      BIGINT NOT NULL,
    until_us     BIGINT NOT NULL,
    review_us    BIGINT NOT NULL, -- to be reviewed before
    escalated_us BIGINT NOT NULL, -- when it was found that nobody had; 0 before
    reviewed_us  BIGINT NOT NULL, -- 0 while nobody has
    reviewed_by  TEXT COLLATE "C" NOT NULL,
    verdict      TEXT COLLATE "C" NOT NULL CHECK (verdict IN ('', 'justified', 'unjustified')),
    note         TEXT COLLATE "C" NOT NULL
);
CREATE INDEX emergencies_by_review ON emergencies (reviewed_us, review_us);
CREATE INDEX emergencies_by_client ON emergencies (client_id, actor, until_us);

-- notify: what people are told, and how they are reached besides. It names nobody but who is told.
CREATE TABLE notices (
    id         TEXT NOT NULL PRIMARY KEY, -- of what happened, and the account: nobody is told twice
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind       TEXT NOT NULL,
    number     TEXT NOT NULL, -- by which people speak of it, or ""
    path       TEXT NOT NULL, -- of the page where it is seen to
    at_us      BIGINT NOT NULL,
    read_us    BIGINT NOT NULL, -- 0 until it has been
    posted     BIGINT NOT NULL -- 1: it has been decided how it is sent
);
CREATE INDEX notices_by_account ON notices (account_id, at_us, id);
CREATE INDEX notices_unread ON notices (account_id) WHERE read_us = 0;
CREATE INDEX notices_unposted ON notices (at_us, id) WHERE posted = 0;
CREATE INDEX notices_by_time ON notices (at_us, id);
CREATE TABLE notice_choices (
    account_id   TEXT NOT NULL PRIMARY KEY REFERENCES accounts (id),
    lang         TEXT NOT NULL,
    mail         TEXT NOT NULL, -- kinds, separated by blanks; *: the usual ones
    sms          TEXT NOT NULL,
    quiet_from   BIGINT NOT NULL, -- minutes of the day
    quiet_until  BIGINT NOT NULL,
    digest       BIGINT NOT NULL, -- 1: mail is collected
    mail_bounces BIGINT NOT NULL, -- in a row
    sms_bounces  BIGINT NOT NULL
);
CREATE TABLE postings (
    id         TEXT NOT NULL PRIMARY KEY,
    notice_id  TEXT NOT NULL REFERENCES notices (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    channel    TEXT NOT NULL CHECK (channel IN ('mail', 'sms')),
    state      TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dead', 'dropped')),
    attempts   BIGINT NOT NULL,
    next_us    BIGINT NOT NULL, -- when to try; while a dispatcher has it, when its lease is out
    created_us BIGINT NOT NULL,
    done_us    BIGINT NOT NULL,
    failure    TEXT NOT NULL, -- what the last attempt met, in words without addresses
    letter     TEXT NOT NULL -- that it goes with since it was first tried, or ""
);
CREATE INDEX postings_due ON postings (channel, state, next_us, letter, id);
CREATE INDEX postings_by_state ON postings (state, id);
CREATE INDEX postings_by_notice ON postings (notice_id);
CREATE INDEX postings_sent ON postings (account_id, channel, state, done_us);

-- +goose Down
DROP TABLE postings;
DROP TABLE notice_choices;
DROP TABLE notices;
DROP TABLE emergencies;
DROP TABLE login_states;
DROP TABLE login_attempts;
DROP TABLE login_codes;
DROP TABLE passkeys;
DROP TABLE sessions;
DROP TABLE assignments;
DROP TABLE account_identifiers;
DROP TABLE accounts;
