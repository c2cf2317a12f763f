-- +goose Up

-- supply: what was ordered from suppliers, how it came, and what went back.
CREATE TABLE supply_orders (
    id          TEXT NOT NULL PRIMARY KEY,
    supplier    TEXT NOT NULL,
    reference   TEXT NOT NULL, -- the supplier's own number, or ""
    state       TEXT NOT NULL CONSTRAINT supply_orders_state CHECK (state IN ('draft', 'sent', 'partly', 'arrived', 'cancelled')),
    created_us  BIGINT NOT NULL,
    sent_us     BIGINT NOT NULL,
    expected_us BIGINT NOT NULL,
    closed_us   BIGINT NOT NULL
);
CREATE INDEX supply_orders_by_state ON supply_orders (state, id);
CREATE TABLE supply_lines (
    order_id TEXT NOT NULL REFERENCES supply_orders (id),
    product  TEXT NOT NULL CONSTRAINT supply_lines_product CHECK (product IN ('door', 'box', 'entrance', 'key')),
    quantity BIGINT NOT NULL CONSTRAINT supply_lines_quantity CHECK (quantity > 0),
    arrived  BIGINT NOT NULL,
    CONSTRAINT supply_lines_arrived CHECK (arrived >= 0 AND arrived <= quantity),
    PRIMARY KEY (order_id, product)
);
CREATE TABLE arrivals (
    thing    TEXT NOT NULL, -- lock, key
    serial   TEXT NOT NULL, -- a key's number
    product  TEXT NOT NULL,
    order_id TEXT REFERENCES supply_orders (id), -- NULL: it came without an order of ours
    at_us    BIGINT NOT NULL,
    actor    TEXT NOT NULL,
    PRIMARY KEY (thing, serial)
);
CREATE INDEX arrivals_by_order ON arrivals (order_id);
CREATE INDEX locks_in_hand ON locks (state, kind, serial) WHERE state <> 'mounted';
CREATE INDEX keys_by_state ON keys (state, number);
CREATE TABLE warranty_returns (
    id          TEXT NOT NULL PRIMARY KEY,
    thing       TEXT NOT NULL, -- lock, key
    thing_id    TEXT NOT NULL,
    serial      TEXT NOT NULL,
    fault       TEXT NOT NULL,
    reference   TEXT NOT NULL, -- the supplier's own number, or ""
    sent_us     BIGINT NOT NULL,
    remind_us   BIGINT NOT NULL, -- when to ask the supplier next
    reminders   BIGINT NOT NULL,
    answer      TEXT NOT NULL CONSTRAINT warranty_returns_answer CHECK (answer IN ('', 'repaired', 'replaced', 'credited', 'refused')),
    answered_us BIGINT NOT NULL,
    replacement TEXT NOT NULL, -- serial of what came instead
    CONSTRAINT warranty_returns_settled CHECK ((answer = '') = (answered_us = 0))
);
CREATE UNIQUE INDEX warranty_returns_open ON warranty_returns (thing_id) WHERE answered_us = 0;
CREATE INDEX warranty_returns_by_thing ON warranty_returns (thing_id);
CREATE INDEX warranty_returns_by_answer ON warranty_returns (answered_us, remind_us, id);

-- keys: what happens to one between the cabinet and the scrap heap.
CREATE TABLE key_exchanges (
    id             TEXT NOT NULL PRIMARY KEY,
    key_id         TEXT NOT NULL REFERENCES keys (id),
    group_id       TEXT NOT NULL REFERENCES care_groups (id),
    cause          TEXT NOT NULL CONSTRAINT key_exchanges_cause CHECK (cause IN ('damaged', 'fails')),
    description    TEXT NOT NULL,
    was            TEXT NOT NULL CONSTRAINT key_exchanges_was CHECK (was IN ('issued', 'suspect', 'stock')), -- state of the key before
    reported_us    BIGINT NOT NULL,
    appointment_us BIGINT NOT NULL,
    state          TEXT NOT NULL CONSTRAINT key_exchanges_state CHECK (state IN ('booked', 'done', 'cancelled')),
    replacement_id TEXT REFERENCES keys (id),
    closed_us      BIGINT NOT NULL,
    negligence     TEXT NOT NULL CONSTRAINT key_exchanges_negligence CHECK (negligence IN ('undecided', 'no', 'yes')),
    decision       TEXT NOT NULL, -- the reason
    decided_us     BIGINT NOT NULL,
    decided_by     TEXT NOT NULL,
    CONSTRAINT key_exchanges_done CHECK ((state = 'done') = (replacement_id IS NOT NULL)),
    CONSTRAINT key_exchanges_decided CHECK (negligence = 'undecided' OR decision <> '')
);
CREATE UNIQUE INDEX key_exchanges_open ON key_exchanges (key_id) WHERE state = 'booked';
CREATE INDEX key_exchanges_by_key ON key_exchanges (key_id);
CREATE INDEX key_exchanges_by_state ON key_exchanges (state, appointment_us, id);
CREATE TABLE key_replacements ( -- V2.2-e: a loss is made good once
    lost_id        TEXT NOT NULL REFERENCES keys (id),
    blocked_us     BIGINT NOT NULL, -- when it was blocked; the same key may be found, and lost again
    replacement_id TEXT NOT NULL REFERENCES keys (id),
    PRIMARY KEY (lost_id, blocked_us)
);
CREATE TABLE battery_changes (
    key_id TEXT NOT NULL REFERENCES keys (id),
    at_us  BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    PRIMARY KEY (key_id, at_us)
);
CREATE INDEX keys_by_battery ON keys (battery_us, number);

-- cabinets: where a group's keys live, who looks after them, and whether they are all there.
CREATE TABLE cabinets (
    id         TEXT NOT NULL PRIMARY KEY,
    group_id   TEXT NOT NULL UNIQUE REFERENCES care_groups (id),
    place      TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    counted_us BIGINT NOT NULL -- last time; when it was set up, until then
);
CREATE INDEX cabinets_by_count ON cabinets (counted_us, id);
CREATE TABLE keepers (
    group_id TEXT NOT NULL REFERENCES care_groups (id),
    duty     TEXT NOT NULL CONSTRAINT keepers_duty CHECK (duty IN ('cabinet', 'instruction')),
    staff_id TEXT NOT NULL REFERENCES staff (id),
    from_us  BIGINT NOT NULL,
    until_us BIGINT NOT NULL,
    PRIMARY KEY (group_id, duty, staff_id, from_us)
);
CREATE INDEX keepers_by_staff ON keepers (staff_id);
CREATE TABLE cabinet_counts (
    id         TEXT NOT NULL PRIMARY KEY,
    cabinet_id TEXT NOT NULL REFERENCES cabinets (id),
    at_us      BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    expected   BIGINT NOT NULL,
    found      BIGINT NOT NULL,
    away       BIGINT NOT NULL -- activated by somebody at that time
);
CREATE INDEX cabinet_counts_by_cabinet ON cabinet_counts (cabinet_id, at_us);
CREATE TABLE count_differences (
    count_id    TEXT NOT NULL REFERENCES cabinet_counts (id),
    number      TEXT NOT NULL, -- of the key
    group_id    TEXT NOT NULL REFERENCES care_groups (id), -- whose cabinet it was
    kind        TEXT NOT NULL CONSTRAINT count_differences_kind CHECK (kind IN ('missing', 'foreign', 'wrong-state')),
    state       TEXT NOT NULL CONSTRAINT count_differences_state CHECK (state IN ('open', 'explained', 'blocked')),
    at_us       BIGINT NOT NULL,
    explanation TEXT NOT NULL,
    settled_us  BIGINT NOT NULL,
    settled_by  TEXT NOT NULL,
    CONSTRAINT count_differences_settled CHECK (state = 'open' OR explanation <> ''),
    PRIMARY KEY (count_id, number)
);
CREATE INDEX count_differences_by_state ON count_differences (state, at_us, count_id, number);
CREATE INDEX count_differences_by_number ON count_differences (number, state);

-- instructions: what hangs at stations and cabinets, and who has read it.
CREATE TABLE instructions (
    id           TEXT NOT NULL PRIMARY KEY,
    subject      TEXT NOT NULL CONSTRAINT instructions_subject CHECK (subject IN ('station', 'cabinet', 'battery', 'key')),
    scope        TEXT NOT NULL, -- a group's id, or "" for every group
    version      BIGINT NOT NULL,
    title        TEXT NOT NULL,
    body         TEXT NOT NULL,
    published_us BIGINT NOT NULL,
    actor        TEXT NOT NULL,
    review_us    BIGINT NOT NULL, -- when somebody must look at it again
    UNIQUE (subject, scope, version)
);
CREATE TABLE instruction_reads (
    instruction_id TEXT NOT NULL REFERENCES instructions (id),
    group_id       TEXT NOT NULL REFERENCES care_groups (id),
    staff_id       TEXT NOT NULL REFERENCES staff (id),
    at_us          BIGINT NOT NULL,
    PRIMARY KEY (instruction_id, group_id, staff_id)
);
CREATE TABLE group_items ( -- of the basic equipment, what has no serial number
    group_id TEXT NOT NULL REFERENCES care_groups (id),
    item     TEXT NOT NULL CONSTRAINT group_items_item CHECK (item IN ('power-cable', 'network-cable')),
    quantity BIGINT NOT NULL CONSTRAINT group_items_quantity CHECK (quantity >= 0),
    PRIMARY KEY (group_id, item)
);

-- providers: what they must show, and the permissions of their staff.
CREATE TABLE provider_routines (
    id             TEXT NOT NULL PRIMARY KEY,
    provider_id    TEXT NOT NULL REFERENCES providers (id),
    title          TEXT NOT NULL,
    reference      TEXT NOT NULL, -- where it is kept: diary number
    received_us    BIGINT NOT NULL,
    valid_until_us BIGINT NOT NULL,
    actor          TEXT NOT NULL
);
CREATE INDEX provider_routines_by_provider ON provider_routines (provider_id, received_us);
CREATE TABLE phone_lists (
    provider_id TEXT NOT NULL REFERENCES providers (id),
    version     BIGINT NOT NULL,
    at_us       BIGINT NOT NULL,
    actor       TEXT NOT NULL,
    PRIMARY KEY (provider_id, version)
);
CREATE TABLE phone_list_numbers (
    provider_id TEXT NOT NULL,
    version     BIGINT NOT NULL,
    phone       TEXT NOT NULL,
    FOREIGN KEY (provider_id, version) REFERENCES phone_lists (provider_id, version),
    PRIMARY KEY (provider_id, version, phone)
);
CREATE TABLE staff_orders (
    id              TEXT NOT NULL PRIMARY KEY,
    provider_id     TEXT NOT NULL REFERENCES providers (id),
    group_id        TEXT NOT NULL REFERENCES care_groups (id),
    employee_number TEXT NOT NULL,
    given_name      TEXT NOT NULL,
    family_name     TEXT NOT NULL,
    email           TEXT NOT NULL,
    phone           TEXT NOT NULL,
    from_us         BIGINT NOT NULL,
    until_us        BIGINT NOT NULL,
    state           TEXT NOT NULL CONSTRAINT staff_orders_state CHECK (state IN ('ordered', 'granted', 'refused', 'withdrawn')),
    reason          TEXT NOT NULL,
    ordered_us      BIGINT NOT NULL,
    ordered_by      TEXT NOT NULL,
    decided_us      BIGINT NOT NULL,
    decided_by      TEXT NOT NULL,
    CONSTRAINT staff_orders_refused CHECK (state <> 'refused' OR reason <> '')
);
CREATE UNIQUE INDEX staff_orders_open ON staff_orders (group_id, employee_number) WHERE state = 'ordered';
CREATE INDEX staff_orders_by_state ON staff_orders (state, id);
CREATE INDEX staff_orders_by_provider ON staff_orders (provider_id, id);

-- +goose Down
DROP TABLE staff_orders;
DROP TABLE phone_list_numbers;
DROP TABLE phone_lists;
DROP TABLE provider_routines;
DROP TABLE group_items;
DROP TABLE instruction_reads;
DROP TABLE instructions;
DROP TABLE count_differences;
DROP TABLE cabinet_counts;
DROP TABLE keepers;
DROP TABLE cabinets;
DROP INDEX keys_by_battery;
DROP TABLE battery_changes;
DROP TABLE key_replacements;
DROP TABLE key_exchanges;
DROP TABLE warranty_returns;
DROP INDEX keys_by_state;
DROP INDEX locks_in_hand;
DROP TABLE arrivals;
DROP TABLE supply_lines;
DROP TABLE supply_orders;
