// Package identity is who may speak to us: the tokens of other systems, and staff with their badges and PINs.
//
// It owns secrets as far as they can be checked (never as they can be shown), scopes, and the one answer that every secret
// that does not work gets. It does not own what a caller may do with an order (internal/domain/routine says, through the
// role) nor how a secret arrives (internal/edge/web reads the header). Its neighbours are the journal, which it writes to
// whenever the right to speak to us is given or taken, and internal/storage.
//
// Promises: only hashes are stored; nobody gets in by default, nor when the database cannot be asked; a revocation holds
// from its commit; giving and taking are in the journal in the same transaction.
package identity
