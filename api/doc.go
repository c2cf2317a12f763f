// Package api is how other systems speak to Hemnyckel: the wire types of the REST API and a typed client for it.
//
// It owns the JSON forms of orders and problems, as the committed openapi.json describes them, and the [Client]. It does
// not own what an order leads to (internal/domain/casework) nor the server's side (internal/edge/restapi, which uses these
// same types). It imports nothing of ours and nothing but the standard library, so that a case system can take it as it is.
//
// Promises: a field is never renamed and never changes meaning under /api/v1; new fields may appear in answers, so readers
// must ignore what they do not know. Requests are the other way round: the server refuses fields that it does not know,
// because a misspelt field in an order would otherwise be an order for something else.
//
// What stations say to a server is not here but in internal/edge/deviceapi: it is bytes of the protocol, not JSON.
package api
