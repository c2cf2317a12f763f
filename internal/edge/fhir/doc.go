// Package fhir is the front door for systems that speak HL7 FHIR R4 (4.0.1) with the identifiers of the Swedish base
// profiles (hl7se.fhir.base): orders in, as a Bundle of ServiceRequests.
//
// It owns the reading of bundles, the mapping below, and answers as Bundle and OperationOutcome. It decides nothing about
// orders: internal/domain/casework does, as for internal/edge/restapi. It is not a FHIR store: nothing can be searched or
// read here, and an accepted order is read at the address given in its answer, /api/v1/orders/{id}.
//
//	POST /fhir/r4           a Bundle of type batch or transaction, at most 100 entries and 1 MiB
//	GET  /fhir/r4/metadata  the CapabilityStatement
//
// # Mapping
//
//	ServiceRequest.identifier         exactly one, with system and value: together with the kind of order and the caller's
//	                                  organisation it makes the order idempotent, so a bundle can be sent again. Without it
//	                                  the header Idempotency-Key is needed, which then counts with the entry's place
//	.status, .intent                  active; revoked or completed for what ends. intent is order
//	.code                             coding of CodeSystem [SystemService]: alarm, homecare, shopping, health, in-effect, died or moved. Without one, a
//	                                  text or display that is Trygghetslarm or Hemtjänst, if no other contradicts it
//	.subject                          Patient with [SystemPersonalNumber] or [SystemCoordinationNumber]
//	.performer                        at most one Organization: group code [SystemGroup] or [SystemOrganisation]
//	.requester                        if an Organization: it must be the one that the token belongs to
//	.occurrenceDateTime               the day from which it holds, midnight in Sweden, or that instant itself. Or
//	.occurrencePeriod                 with start; for what ends, with end (the day at whose midnight it ends) or start
//	.reasonCode.text                  why
//	extension [ExtensionFrom]         homecare, active: the group that leaves, as valueIdentifier. Makes it a change of provider
//	extension [ExtensionOpensSelf]    homecare, active: valueBoolean, the client opens the door
//	extension [ExtensionInEffect]     homecare, active: valueBoolean, set in effect by the case officer
//
//	active + alarm, homecare          alarm-granted, homecare-granted; homecare with ExtensionFrom: provider-changed
//	revoked or completed + the same   alarm-renounced, homecare-ended
//	shopping, health                  shopping-granted, health-started; revoked or completed: shopping-ended, health-ended
//	active + in-effect                in-effect: the case officer has set the client in effect on the performer
//	active + died, moved              died, moved
//
// A reference is logical (identifier only), to a contained resource (#id), or to another entry of the bundle by its
// fullUrl. Patient and Organization entries serve only to be referred to; nothing of them is stored, and of their content
// only the identifiers are read.
//
// # Promises and limits
//
// In a batch each request succeeds or fails alone. A transaction must be all or nothing, and the order service places one
// order per database transaction, so a transaction may hold one ServiceRequest; several are refused with the advice to send
// a batch. What would change the meaning of a request and is not understood here (modifierExtension, implicitRules,
// doNotPerform, an end of something granted, unknown elements) is refused, never ignored. The rest of FHIR, such as Task for
// what an order leads to and AuditEvent for openings, comes with later issues.
package fhir

// The systems and extensions of the mapping. Those of FHIR and of the Swedish base profile are theirs; the others are ours.
const (
	SystemPersonalNumber     = "http://electronichealth.se/identifier/personnummer"
	SystemCoordinationNumber = "http://electronichealth.se/identifier/samordningsnummer"
	SystemOrganisation       = "urn:oid:2.5.4.97"

	SystemService = "urn:hemnyckel:codesystem:service"
	SystemProblem = "urn:hemnyckel:codesystem:problem"
	SystemGroup   = "urn:hemnyckel:identifier:group"

	ExtensionFrom      = "urn:hemnyckel:extension:from-group"
	ExtensionOpensSelf = "urn:hemnyckel:extension:opens-self"
	ExtensionInEffect  = "urn:hemnyckel:extension:in-effect"
)
