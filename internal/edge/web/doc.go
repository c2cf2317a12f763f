// Package web is what every front door shares: the router, what is done around each request, strict reading of what comes
// in, and the one place where an error becomes an answer.
//
// It owns the [Router], request ids, the access log, limits of size and time, security headers, protection against
// forged requests from other sites, bearer tokens as they stand in a header, limits on how often, compression, strict JSON, languages, and the mapping of
// problem.Kind to HTTP statuses. It owns no page and no address: the front doors (internal/edge/restapi, fhir, portal,
// deviceapi) mount theirs, and those do not know each other.
//
// Promises:
//   - Every error is answered by one writer, [Fail], in the language of the request: RFC 9457 problem+json, unless a front
//     door has said with [Errors] that its addresses answer in another form. The cause of an internal error is logged and
//     never sent.
//   - The log has the route, not the address, and neither headers, bodies nor network addresses: no personal data.
//   - A body is at most 1 MiB unless a handler says otherwise with [AllowBody]; a request has a deadline.
//   - A [Limiter] bounds how often a caller may do something, in bounded memory, and a caller is known by an address that only
//     a proxy on this machine can say for somebody else.
package web
