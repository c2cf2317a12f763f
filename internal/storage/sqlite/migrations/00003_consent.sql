-- +goose Up

-- Whose the houses are, and whether the owners agree to locks on the doors. consent.Address.Key is place_key here and in dwellings.
CREATE TABLE owners (
    id          TEXT NOT NULL PRIMARY KEY,
    kind        TEXT NOT NULL CONSTRAINT owners_kind CHECK (kind IN ('person', 'company', 'association')),
    name        TEXT NOT NULL,
    name_key    TEXT NOT NULL, -- in one spelling, to search by
    org_number  TEXT NOT NULL,
    contact     TEXT NOT NULL,
    phone       TEXT NOT NULL,
    email       TEXT NOT NULL,
    street      TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    town        TEXT NOT NULL,
    protected   BIGINT NOT NULL, -- 1: protected identity
    import_key  TEXT UNIQUE      -- what rows of the registers name it by
);
CREATE INDEX owners_by_name ON owners (name_key, id);
CREATE TABLE properties (
    id              TEXT NOT NULL PRIMARY KEY,
    designation     TEXT NOT NULL,
    designation_key TEXT UNIQUE -- in one spelling; NULL without a designation
);
CREATE TABLE property_addresses (
    place_key   TEXT NOT NULL PRIMARY KEY, -- a house belongs to one property
    property_id TEXT NOT NULL REFERENCES properties (id),
    street      TEXT NOT NULL,
    town        TEXT NOT NULL,
    town_key    TEXT NOT NULL
);
CREATE INDEX property_addresses_by_town ON property_addresses (town_key, place_key);
CREATE INDEX property_addresses_by_property ON property_addresses (property_id);
CREATE TABLE property_owners (
    property_id TEXT NOT NULL REFERENCES properties (id),
    owner_id    TEXT NOT NULL REFERENCES owners (id),
    place       BIGINT NOT NULL, -- letters go to the lowest
    from_us     BIGINT NOT NULL, -- whose it is from a day on may be known before
    until_us    BIGINT NOT NULL,
    PRIMARY KEY (property_id, owner_id, from_us)
);
CREATE INDEX property_owners_by_owner ON property_owners (owner_id, property_id);
CREATE TABLE consent_files (
    hash    TEXT NOT NULL PRIMARY KEY, -- SHA-256 of the body, in hex
    media   TEXT NOT NULL,
    made_us BIGINT NOT NULL,
    body    BLOB NOT NULL
);
CREATE TABLE consent_handovers (
    id      TEXT NOT NULL PRIMARY KEY,
    number  TEXT NOT NULL UNIQUE,
    made_us BIGINT NOT NULL,
    actor   TEXT NOT NULL
);
CREATE TABLE consents (
    id          TEXT NOT NULL PRIMARY KEY,
    owner_id    TEXT NOT NULL REFERENCES owners (id),
    blanket     BIGINT NOT NULL, -- 1: everything that the owner owns
    answer      TEXT NOT NULL CONSTRAINT consents_answer CHECK (answer IN ('unknown', 'requested', 'given', 'refused', 'withdrawn')),
    how         TEXT NOT NULL, -- written, oral, or '' where that is not known
    heard_by    TEXT NOT NULL,
    date_us     BIGINT NOT NULL,
    from_us     BIGINT NOT NULL,
    until_us    BIGINT NOT NULL,
    things      TEXT NOT NULL, -- the only ones that a yes is about, separated by blanks
    places      TEXT NOT NULL, -- the only ones that it speaks of, as JSON, or ''
    note        TEXT NOT NULL,
    diary       TEXT NOT NULL,
    handover_id TEXT REFERENCES consent_handovers (id),
    file_hash   TEXT REFERENCES consent_files (hash),
    recorded_us BIGINT NOT NULL,
    import_key  TEXT UNIQUE -- property, town and owner in one spelling, of one that came with the registers
);
CREATE INDEX consents_by_owner ON consents (owner_id, id);
CREATE INDEX consents_blanket ON consents (owner_id) WHERE blanket = 1;
CREATE INDEX consents_by_answer ON consents (answer, id);
CREATE INDEX consents_ending ON consents (until_us, id) WHERE answer = 'given';
CREATE INDEX consents_unfiled ON consents (id) WHERE diary = '' AND handover_id IS NULL AND recorded_us > 0 AND answer IN ('given', 'refused', 'withdrawn');
CREATE INDEX consents_by_handover ON consents (handover_id, id);
CREATE TABLE consent_properties (
    consent_id  TEXT NOT NULL REFERENCES consents (id),
    property_id TEXT NOT NULL REFERENCES properties (id),
    PRIMARY KEY (consent_id, property_id)
);
CREATE INDEX consent_properties_by_property ON consent_properties (property_id, consent_id);
CREATE TABLE letter_jobs (
    id        TEXT NOT NULL PRIMARY KEY,
    kind      TEXT NOT NULL, -- consent-request, consent-reminder
    language  TEXT NOT NULL,
    actor     TEXT NOT NULL,
    made_us   BIGINT NOT NULL,
    wanted    BIGINT NOT NULL, -- letters
    made      BIGINT NOT NULL,
    skipped   BIGINT NOT NULL  -- no longer needed when their turn came
);
CREATE INDEX letter_jobs_unfinished ON letter_jobs (id) WHERE made + skipped < wanted;
CREATE TABLE letter_job_parts (
    job_id TEXT NOT NULL REFERENCES letter_jobs (id),
    seq    BIGINT NOT NULL,
    body   TEXT NOT NULL, -- owner and properties, or the letter that is followed up
    PRIMARY KEY (job_id, seq)
);
CREATE TABLE letters (
    id         TEXT NOT NULL PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE, -- on the letter and its reply slip
    kind       TEXT NOT NULL,
    owner_id   TEXT NOT NULL REFERENCES owners (id),
    consent_id TEXT NOT NULL REFERENCES consents (id),
    job_id     TEXT NOT NULL REFERENCES letter_jobs (id),
    made_us    BIGINT NOT NULL,
    remind_us  BIGINT NOT NULL, -- when it is to be followed up, if there is no answer; 0 = never
    body       TEXT NOT NULL    -- what stands in it, as JSON
);
CREATE INDEX letters_by_job ON letters (job_id, id);
CREATE INDEX letters_by_consent ON letters (consent_id, id);
CREATE INDEX letters_to_remind ON letters (remind_us, id) WHERE remind_us > 0;

-- What clients themselves have agreed to: not consent to processing of personal data, but to a lock on the door.
CREATE TABLE client_agreements (
    client_id TEXT NOT NULL PRIMARY KEY REFERENCES clients (id),
    basis     TEXT NOT NULL CONSTRAINT client_agreements_basis CHECK (basis IN ('application', 'asked')),
    agrees    BIGINT NOT NULL,
    asked_by  TEXT NOT NULL,
    ground    TEXT NOT NULL, -- order:ID, or a note
    at_us     BIGINT NOT NULL
);

-- +goose Down
DROP TABLE client_agreements;
DROP TABLE letters;
DROP TABLE letter_job_parts;
DROP TABLE letter_jobs;
DROP TABLE consent_properties;
DROP TABLE consents;
DROP TABLE consent_handovers;
DROP TABLE consent_files;
DROP TABLE property_owners;
DROP TABLE property_addresses;
DROP TABLE properties;
DROP TABLE owners;
