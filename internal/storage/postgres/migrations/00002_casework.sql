-- +goose Up

-- casework: work that somebody has to do. It is open while done_us is 0, whatever its state says of how far it has come.
CREATE TABLE tasks (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number      TEXT COLLATE "C" NOT NULL UNIQUE, -- what people say on the phone, such as 7K3M-9QX2
    order_id    TEXT COLLATE "C" REFERENCES orders (id), -- the first that led to it; NULL for work that no order asked for
    order_kind  TEXT COLLATE "C", -- of the order that led to it, or of the first that waits for it; NULL without one
    client_id   TEXT COLLATE "C" REFERENCES clients (id), -- whose door it is, where it is a client's
    lock_id     TEXT COLLATE "C" REFERENCES locks (id), -- the lock that it concerns, or that is kept for it
    fault_id    TEXT COLLATE "C", -- the fault that it remedies
    kind        TEXT COLLATE "C" NOT NULL, -- mount, dismount, return-keys, ...
    rule        TEXT COLLATE "C" NOT NULL,
    state       TEXT COLLATE "C" NOT NULL CONSTRAINT tasks_state CHECK (state IN ('open', 'assigned', 'booked', 'in-progress', 'waiting', 'done', 'cancelled')),
    urgency     BIGINT NOT NULL, -- 0: urgent, comes first; 1: the others
    due_us      BIGINT NOT NULL,
    created_us  BIGINT NOT NULL,
    done_us     BIGINT NOT NULL,
    staff_id    TEXT COLLATE "C" REFERENCES staff (id), -- who shall do it
    group_id    TEXT COLLATE "C" REFERENCES care_groups (id), -- or whose staff
    unit        TEXT COLLATE "C" NOT NULL, -- or which unit: lock-manager, supplier, ...; or ""
    postal_code TEXT COLLATE "C" NOT NULL, -- of the door, so that the list can be narrowed to an area
    note        TEXT COLLATE "C" NOT NULL, -- what it is about, beyond its kind
    reason      TEXT COLLATE "C" NOT NULL, -- why it waits or was cancelled
    CONSTRAINT tasks_ended CHECK ((done_us = 0) = (state NOT IN ('done', 'cancelled'))),
    CONSTRAINT tasks_cancelled CHECK (state <> 'cancelled' OR reason <> '')
);
CREATE INDEX tasks_by_client ON tasks (client_id);
CREATE INDEX tasks_by_lock ON tasks (lock_id);
CREATE INDEX tasks_worklist ON tasks (urgency, due_us, id) WHERE done_us = 0;
CREATE INDEX tasks_worklist_staff ON tasks (staff_id, urgency, due_us, id) WHERE done_us = 0;
CREATE INDEX tasks_worklist_area ON tasks (postal_code, urgency, due_us, id) WHERE done_us = 0;
CREATE INDEX tasks_worklist_kind ON tasks (kind, urgency, due_us, id) WHERE done_us = 0;
CREATE INDEX tasks_worklist_order ON tasks (order_kind, urgency, due_us, id) WHERE done_us = 0;
CREATE INDEX tasks_worklist_state ON tasks (state, kind, urgency, due_us, id) WHERE done_us = 0;
CREATE INDEX tasks_finished ON tasks (done_us, id) WHERE done_us > 0;
CREATE TABLE order_tasks ( -- what each order waits for: a task may serve several orders about one door
    order_id TEXT COLLATE "C" NOT NULL REFERENCES orders (id),
    task_id  TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    PRIMARY KEY (order_id, task_id)
);
CREATE INDEX order_tasks_by_task ON order_tasks (task_id);

-- A time that is agreed with the client. It is live while ended_us is 0: after that it was kept, moved or called off.
CREATE TABLE bookings (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    task_id    TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    staff_id   TEXT COLLATE "C" NOT NULL REFERENCES staff (id), -- who comes
    from_us    BIGINT NOT NULL,
    until_us   BIGINT NOT NULL,
    attend     TEXT COLLATE "C" REFERENCES care_groups (id), -- whose staff are asked to open for the technician, or NULL
    told       TEXT COLLATE "C" NOT NULL, -- who was told of the time: client, relative, provider; "" nobody yet
    told_how   TEXT COLLATE "C" NOT NULL, -- phone, visit, letter, message, or ""
    told_by    TEXT COLLATE "C" NOT NULL, -- who told, as the journal names them
    told_us    BIGINT NOT NULL,
    actor      TEXT COLLATE "C" NOT NULL, -- who booked
    created_us BIGINT NOT NULL,
    ended_us   BIGINT NOT NULL,
    ended_how  TEXT COLLATE "C" NOT NULL, -- kept, moved, cancelled, or ""
    reason     TEXT COLLATE "C" NOT NULL, -- why it was moved or called off
    CONSTRAINT bookings_period CHECK (from_us < until_us),
    CONSTRAINT bookings_told CHECK ((told = '') = (told_us = 0))
);
CREATE UNIQUE INDEX bookings_one_per_task ON bookings (task_id) WHERE ended_us = 0;
CREATE INDEX bookings_by_staff ON bookings (staff_id, from_us);
CREATE INDEX bookings_by_task ON bookings (task_id);

-- A step of work at a door, as the one who did it said. A step may be said again to correct it; the one that was said last
-- counts. The id and the time are the technician's device's, so that a step sent twice is one step.
CREATE TABLE task_steps (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    task_id     TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    step        TEXT COLLATE "C" NOT NULL, -- client-informed, serial, second-check, ...
    at_us       BIGINT NOT NULL,
    received_us BIGINT NOT NULL,
    staff_id    TEXT COLLATE "C" REFERENCES staff (id), -- who did it, where it has to be a known person
    actor       TEXT COLLATE "C" NOT NULL, -- who said so
    body        TEXT COLLATE "C" NOT NULL -- what was found, as JSON
);
CREATE INDEX task_steps_by_task ON task_steps (task_id, step, at_us);

-- What is true of a lock while it sits somewhere, other than by the registers. It is live while ended_us is 0.
CREATE TABLE mountings (
    id             TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    lock_id        TEXT COLLATE "C" NOT NULL REFERENCES locks (id),
    kind           TEXT COLLATE "C" NOT NULL, -- door, box, entrance
    dwelling_id    TEXT COLLATE "C" REFERENCES dwellings (id),
    entrance_id    TEXT COLLATE "C" REFERENCES entrances (id), -- instead of a dwelling, for a lock in an entrance
    task_id        TEXT COLLATE "C" NOT NULL REFERENCES tasks (id),
    mounted_us     BIGINT NOT NULL,
    consent_needed BIGINT NOT NULL, -- 1: the municipality demands the owner's consent
    consent        TEXT COLLATE "C" NOT NULL, -- the consent that it rests on, or ""
    box_reason     TEXT COLLATE "C" NOT NULL, -- why a key box and no door lock
    original_part  TEXT COLLATE "C" NOT NULL, -- where the door's own cylinder or thumb turn lies
    ended_us       BIGINT NOT NULL,
    CONSTRAINT mountings_consent CHECK (consent_needed = 0 OR consent <> ''), -- V5.3-c
    CONSTRAINT mountings_box CHECK (kind <> 'box' OR box_reason <> '') -- V5.6-a
);
CREATE UNIQUE INDEX mountings_one_per_lock ON mountings (lock_id) WHERE ended_us = 0;
CREATE UNIQUE INDEX mountings_one_per_dwelling ON mountings (dwelling_id) WHERE ended_us = 0;
CREATE INDEX mountings_by_lock ON mountings (lock_id);
CREATE INDEX mountings_by_dwelling ON mountings (dwelling_id);
CREATE INDEX mountings_by_task ON mountings (task_id);
CREATE INDEX mountings_by_consent ON mountings (consent) WHERE consent <> '';

-- A person's bookings for a calendar, behind an address that is a secret: only its hash is kept.
CREATE TABLE calendar_feeds (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    staff_id   TEXT COLLATE "C" NOT NULL REFERENCES staff (id),
    token_hash TEXT COLLATE "C" NOT NULL UNIQUE,
    created_us BIGINT NOT NULL,
    revoked_us BIGINT NOT NULL
);
CREATE INDEX calendar_feeds_by_staff ON calendar_feeds (staff_id);

-- What an order changed, so that it can be taken back until it takes effect. It names nobody.
CREATE TABLE order_undo (
    order_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES orders (id),
    body     TEXT COLLATE "C" NOT NULL -- casework.Undo, as JSON
);
-- That there shall be no lock on a door although the routine would have one there (S-a).
CREATE TABLE lock_exceptions (
    dwelling_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES dwellings (id),
    kind        TEXT COLLATE "C" NOT NULL, -- technical, other
    reason      TEXT COLLATE "C" NOT NULL,
    actor       TEXT COLLATE "C" NOT NULL, -- who said so
    at_us       BIGINT NOT NULL
);
-- Identity numbers that clients had before: who still uses one shall find the client.
CREATE TABLE former_numbers (
    personal_number TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    client_id       TEXT COLLATE "C" NOT NULL REFERENCES clients (id)
);
CREATE INDEX former_numbers_by_client ON former_numbers (client_id);
-- Orders that somebody is writing, answer by answer. Once placed, one keeps nothing but which order it became, so that sending
-- it again does nothing.
CREATE TABLE order_drafts (
    id           TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    owner        TEXT COLLATE "C" NOT NULL, -- account
    organisation TEXT COLLATE "C" NOT NULL,
    role         TEXT COLLATE "C" NOT NULL,
    kind         TEXT COLLATE "C" NOT NULL,
    client_id    TEXT COLLATE "C" REFERENCES clients (id), -- NULL until somebody is chosen
    body         TEXT COLLATE "C" NOT NULL, -- casework.DraftAnswers, as JSON
    version      BIGINT NOT NULL,
    changed_us   BIGINT NOT NULL,
    order_id     TEXT COLLATE "C" REFERENCES orders (id) -- NULL until placed
);
CREATE INDEX order_drafts_by_owner ON order_drafts (owner, changed_us);
CREATE INDEX order_drafts_by_time ON order_drafts (changed_us);
CREATE INDEX order_drafts_by_client ON order_drafts (client_id);
CREATE INDEX order_drafts_by_order ON order_drafts (order_id);

-- +goose Down
DROP TABLE order_drafts;
DROP TABLE former_numbers;
DROP TABLE lock_exceptions;
DROP TABLE order_undo;
DROP TABLE calendar_feeds;
DROP TABLE mountings;
DROP TABLE task_steps;
DROP TABLE bookings;
DROP TABLE order_tasks;
DROP TABLE tasks;
