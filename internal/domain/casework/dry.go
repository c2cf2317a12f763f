package casework

import (
	"context"

	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
)

// dryTx reads as the transaction beneath it does and writes nothing, so that what an import would find can be asked for
// without holding the database from those who write.
type dryTx struct{ RegisterTx }

func (dryTx) PutProviders(context.Context, []care.Provider) error        { return nil }
func (dryTx) PutGroups(context.Context, []care.Group) error              { return nil }
func (dryTx) PutStaff(context.Context, []care.Staff) error               { return nil }
func (dryTx) PutMemberships(context.Context, []care.Membership) error    { return nil }
func (dryTx) DeleteMemberships(context.Context, []care.Membership) error { return nil }
func (dryTx) PutEntrances(context.Context, []care.Entrance) error        { return nil }
func (dryTx) PutDwellings(context.Context, []care.Dwelling) error        { return nil }
func (dryTx) PutClients(context.Context, []care.Client) error            { return nil }
func (dryTx) PutServices(context.Context, []care.Service) error          { return nil }
func (dryTx) PlaceTasks(context.Context, []string) error                 { return nil }
func (dryTx) EndMounting(context.Context, string) error                  { return nil }
func (dryTx) PutLocks(context.Context, []fleet.Lock) error               { return nil }
func (dryTx) PutKeys(context.Context, []fleet.Key) error                 { return nil }
func (dryTx) PutBlock(context.Context, fleet.Block) error                { return nil }
func (dryTx) CloseExchanges(context.Context, string) error               { return nil }
func (dryTx) SettleDifferences(context.Context, string, fleet.DifferenceState, string, string) error {
	return nil
}
func (dryTx) SetBlockList(context.Context, uint64, []byte) error      { return nil }
func (dryTx) PutConsents(context.Context, []consent.Consent) error    { return nil }
func (dryTx) AddProperties(context.Context, []consent.Property) error { return nil }
func (dryTx) AddOwnership(context.Context, [][2]string) error         { return nil }
func (dryTx) PutImportedOwners(context.Context, map[string]consent.Owner) error {
	return nil
}
func (dryTx) PutGrounds(context.Context, []access.Ground) error         { return nil }
func (dryTx) DeleteGrounds(context.Context, []string) error             { return nil }
func (dryTx) PutRights(context.Context, []access.Right) error           { return nil }
func (dryTx) DeleteRights(context.Context, []access.Right) error        { return nil }
func (dryTx) PutRegisterRows(context.Context, []RegisterRow) error      { return nil }
func (dryTx) DropRegisterRows(context.Context, string, []string) error  { return nil }
func (dryTx) NextJournal(context.Context) (int64, error)                { return 0, nil }
func (dryTx) InsertJournalEntries(context.Context, []journal.Row) error { return nil }
