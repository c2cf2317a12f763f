// Package restapi is the front door for other systems: orders in, their state out, as JSON described by OpenAPI 3.1.
//
// It owns the addresses under /api/v1, what an order may look like on the wire, and the description of it all (committed as
// api/openapi.json, compared by a test). It decides nothing about orders: internal/domain/casework does. Its wire types are
// those of the public package api; errors, tokens in headers and strict JSON are internal/edge/web's. A case system that
// speaks FHIR uses internal/edge/fhir, which ends in the same service.
//
//	POST /api/v1/orders         place an order (header Idempotency-Key); 201, or 200 when it had been placed before
//	GET  /api/v1/orders/{id}    an order as it is now, with ETag
//	GET  /api/v1/health         can the server and its database work? 200 or 503
//	GET  /api/v1/health/live    does the process answer?
//	GET  /api/v1/openapi.json   the description, and /api/v1/docs the same as a page
//
// Promises: a personal identity number is taken in bodies only, and never sent back, logged or put into an address;
// unknown fields are refused; all that is wrong with an order is said at once, in Swedish or English; without a valid token
// nobody learns anything but this list.
//
// huma routes and describes. Reading bodies and writing errors are not left to it, because its messages are in English only
// and quote what was sent. Withdrawing an order, lists and webhooks come with the whole routine (issue 02).
package restapi
