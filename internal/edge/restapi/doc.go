// Package restapi is the front door for other systems, as JSON described by OpenAPI 3.1.
//
// It owns the addresses under /api/v1, who may use each (by role, by default nobody), and the description of it all (committed
// as api/openapi.json, compared by a test). It decides nothing about care: the services of internal/domain do. Its wire types
// are those of the public package api; errors, tokens in headers and strict JSON are internal/edge/web's; files are
// internal/edge/paper's. A case system that speaks FHIR uses internal/edge/fhir, which ends in the same services.
//
// The parts: orders, taken back or withdrawn (orders, takeback); tasks, bookings and calendar feeds (tasks, calendars); consents,
// owners, properties and letters (consents, letters); receipts, spare keys and addresses (receipts, addresses); stock, keys,
// cabinets and stations (stock, keys, cabinets, stations); staff and providers (staff, providers); faults, charges, crisis steps
// and on-call (faults, charges, crisis); disclosures, holds and retention (disclosures); documentation and webhooks
// (documentation, webhooks); mass changes (mass); health.
//
// Each part is one file that declares its operations with list, read, create, change, file and upload (operations.go, lists.go);
// GET /api/v1/openapi.json tells all of them to programs, and /api/v1/docs to people.
//
// Promises: a personal identity number is taken in bodies only, and never sent back, logged or put into an address; unknown
// fields are refused; what is wrong is said at once, in Swedish or English; without a valid token nobody learns anything but
// the description. Every list has pages and can be handed over as CSV or XLSX. A request with an Idempotency-Key is carried
// out once; a change with If-Match only if nobody else has changed the thing, with nothing in between.
//
// huma describes and nothing more: routing, reading of bodies and writing of errors are ours, because its messages are in
// English only and quote what was sent.
package restapi
