-- +goose Up

-- support: what does not work, who was called, who pays.
CREATE TABLE faults (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number       TEXT COLLATE "C" NOT NULL UNIQUE, -- what people say on the phone
    thing        TEXT COLLATE "C" NOT NULL, -- lock, key, station, cabinet
    thing_id     TEXT COLLATE "C" NOT NULL,
    label        TEXT COLLATE "C" NOT NULL, -- what is written on the thing
    place        TEXT COLLATE "C" NOT NULL, -- of a lock: door, box, entrance; else ''
    client_id    TEXT COLLATE "C" REFERENCES clients (id),
    urgent       BIGINT NOT NULL, -- 1: a door that will not open with the client inside
    description  TEXT COLLATE "C" NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('reported', 'assigned', 'worked', 'remedied', 'closed')),
    organisation TEXT COLLATE "C" NOT NULL, -- that reported it first
    reporter     TEXT COLLATE "C" NOT NULL, -- actor
    reported_us  BIGINT NOT NULL,
    advice       TEXT COLLATE "C" NOT NULL, -- the steps that were shown, by rule, separated by blanks
    assignee     TEXT COLLATE "C" NOT NULL,
    assigned_us  BIGINT NOT NULL,
    task_id      TEXT COLLATE "C" NOT NULL, -- work in the field, or ''
    cause        TEXT COLLATE "C" NOT NULL,
    done         TEXT COLLATE "C" NOT NULL, -- what was done, or why it was closed
    closed_by    TEXT COLLATE "C" NOT NULL,
    closed_us    BIGINT NOT NULL, -- 0 while it is open
    rule         TEXT COLLATE "C" NOT NULL, -- by which somebody bears the cost, or ''
    reports      BIGINT NOT NULL,
    CHECK ((closed_us = 0) = (state IN ('reported', 'assigned', 'worked'))),
    CHECK (closed_us = 0 OR (cause <> '' AND closed_by <> ''))
);
-- Later reports join the open fault, whoever writes.
CREATE UNIQUE INDEX faults_one_open ON faults (thing, thing_id) WHERE closed_us = 0;
CREATE INDEX faults_by_thing ON faults (thing, thing_id, id);
CREATE INDEX faults_by_client ON faults (client_id, id);
CREATE INDEX faults_by_state ON faults (state, id);
CREATE INDEX faults_open ON faults (id) WHERE closed_us = 0;
CREATE INDEX faults_urgent ON faults (id) WHERE urgent = 1;
CREATE INDEX faults_by_kind ON faults (thing, id);
CREATE INDEX faults_closed ON faults (closed_us, id);
CREATE TABLE fault_reports (
    id            TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    fault_id      TEXT COLLATE "C" NOT NULL REFERENCES faults (id),
    organisation  TEXT COLLATE "C" NOT NULL,
    reporter      TEXT COLLATE "C" NOT NULL,
    description   TEXT COLLATE "C" NOT NULL,
    client_inside BIGINT NOT NULL,
    at_us         BIGINT NOT NULL
);
CREATE INDEX fault_reports_by_fault ON fault_reports (fault_id, id);
CREATE TABLE fault_reporters ( -- which organisations have reported a fault: they may read it
    organisation TEXT COLLATE "C" NOT NULL,
    fault_id     TEXT COLLATE "C" NOT NULL REFERENCES faults (id),
    PRIMARY KEY (organisation, fault_id)
);
CREATE TABLE on_call (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number       TEXT COLLATE "C" NOT NULL UNIQUE,
    organisation TEXT COLLATE "C" NOT NULL, -- that called
    actor        TEXT COLLATE "C" NOT NULL, -- who recorded the call
    called_us    BIGINT NOT NULL,
    reason       TEXT COLLATE "C" NOT NULL, -- what was extraordinary
    hours        TEXT COLLATE "C" NOT NULL, -- which hours it was: phone, visit, office, nobody
    visit        BIGINT NOT NULL, -- 1: a technician came
    visit_why    TEXT COLLATE "C" NOT NULL, -- why the phone did not help
    fault_id     TEXT COLLATE "C" REFERENCES faults (id),
    phone_cost   BIGINT NOT NULL, -- kronor, by the prices of the day when it was recorded
    visit_cost   BIGINT NOT NULL,
    cause        TEXT COLLATE "C" NOT NULL, -- '' while it has not been established
    note         TEXT COLLATE "C" NOT NULL,
    settled_by   TEXT COLLATE "C" NOT NULL,
    settled_us   BIGINT NOT NULL, -- 0 while the cause is open
    CHECK ((settled_us = 0) = (cause = ''))
);
CREATE INDEX on_call_by_organisation ON on_call (organisation, id);
CREATE INDEX on_call_by_fault ON on_call (fault_id);
CREATE INDEX on_call_open ON on_call (id) WHERE settled_us = 0;
CREATE TABLE charge_exports (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number       TEXT COLLATE "C" NOT NULL UNIQUE,
    organisation TEXT COLLATE "C" NOT NULL,
    key          TEXT COLLATE "C" NOT NULL, -- the caller's own, so that a run is made once
    actor        TEXT COLLATE "C" NOT NULL,
    at_us        BIGINT NOT NULL,
    charges      BIGINT NOT NULL,
    total        BIGINT NOT NULL, -- kronor
    UNIQUE (organisation, key)
);
CREATE TABLE charges (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number      TEXT COLLATE "C" NOT NULL UNIQUE,
    source      TEXT COLLATE "C" NOT NULL UNIQUE, -- what it comes of: one thing is charged once
    kind        TEXT COLLATE "C" NOT NULL, -- routine.CostKind, or credit
    payer       TEXT COLLATE "C" NOT NULL, -- provider, alarm-team
    payer_org   TEXT COLLATE "C" NOT NULL, -- organisation number, '' until a person has named it
    units       BIGINT NOT NULL CHECK (units > 0),
    proposed    BIGINT NOT NULL, -- kronor in all, 0 where a person must say
    amount      BIGINT NOT NULL, -- as decided; negative for a credit
    rule        TEXT COLLATE "C" NOT NULL CHECK (rule <> ''),
    facts       TEXT COLLATE "C" NOT NULL, -- JSON: what the rule was applied to, and its words on that day
    client_id   TEXT COLLATE "C" REFERENCES clients (id),
    fault_id    TEXT COLLATE "C" REFERENCES faults (id),
    credits     TEXT COLLATE "C" REFERENCES charges (id),
    state       TEXT COLLATE "C" NOT NULL CHECK (state IN ('proposed', 'approved', 'waived', 'exported')),
    proposed_by TEXT COLLATE "C" NOT NULL,
    proposed_us BIGINT NOT NULL,
    decided_by  TEXT COLLATE "C" NOT NULL,
    decided_us  BIGINT NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    export_id   TEXT COLLATE "C" REFERENCES charge_exports (id),
    -- V6-e: nothing is charged that nobody has decided.
    CHECK ((state = 'proposed') = (decided_by = '')),
    CHECK ((state = 'exported') = (export_id IS NOT NULL)),
    CHECK (state IN ('proposed', 'waived') OR (payer_org <> '' AND amount <> 0))
);
CREATE INDEX charges_by_state ON charges (state, id);
CREATE INDEX charges_by_payer ON charges (payer_org, id);
CREATE INDEX charges_by_export ON charges (export_id, id);
CREATE INDEX charges_by_fault ON charges (fault_id);
CREATE INDEX charges_by_credited ON charges (credits);
CREATE INDEX charges_by_client ON charges (client_id);

-- +goose Down
DROP TABLE charges;
DROP TABLE charge_exports;
DROP TABLE on_call;
DROP TABLE fault_reporters;
DROP TABLE fault_reports;
DROP TABLE faults;
