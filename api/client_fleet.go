package api

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// made sends something new, once however often it is sent with the same key.
func made[Out any](ctx context.Context, c *Client, path, key string, in any) (Out, error) {
	var out Out
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/"+path, key, "", in, &out)
	return out, err
}

// acted changes something that was seen.
func acted[Out any](ctx context.Context, c *Client, path string, seen ETag, in any) (Out, error) {
	var out Out
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/"+path, "", seen, in, &out)
	return out, err
}

// seen reads one thing.
func seen[Out any](ctx context.Context, c *Client, path string) (Out, ETag, error) {
	var out Out
	tag, err := c.get(ctx, "/api/v1/"+path, &out)
	return out, tag, err
}

// StockLevels says how much there is, and what runs low.
func (c *Client) StockLevels(ctx context.Context) (StockLevels, error) {
	out, _, err := seen[StockLevels](ctx, c, "stock-levels")
	return out, err
}

// Stock lists what is not in use; thing and state may be "".
func (c *Client) Stock(ctx context.Context, thing, state string) iter.Seq2[StockThing, error] {
	return pages[StockThing](ctx, c, "/api/v1/stock", "thing", thing, "state", state)
}

// Receive receives one thing from a supplier.
func (c *Client) Receive(ctx context.Context, key string, in NewArrival) (Received, error) {
	return made[Received](ctx, c, "stock", key, in)
}

// OrderSupply drafts an order to a supplier.
func (c *Client) OrderSupply(ctx context.Context, key string, in NewSupply) (Supply, error) {
	return made[Supply](ctx, c, "supplies", key, in)
}

// Supply reads an order to a supplier.
func (c *Client) Supply(ctx context.Context, id string) (Supply, ETag, error) {
	return seen[Supply](ctx, c, "supplies/"+url.PathEscape(id))
}

// SendSupply notes that an order has been sent.
func (c *Client) SendSupply(ctx context.Context, id string, tag ETag, in SupplySent) (Supply, error) {
	return acted[Supply](ctx, c, "supplies/"+url.PathEscape(id)+"/send", tag, in)
}

// ReturnThing sends a broken thing back to its supplier.
func (c *Client) ReturnThing(ctx context.Context, key string, in NewWarrantyReturn) (WarrantyReturn, error) {
	return made[WarrantyReturn](ctx, c, "warranty-returns", key, in)
}

// WarrantyReturns lists what went back, only what the supplier must be asked about now if late.
func (c *Client) WarrantyReturns(ctx context.Context, late bool) iter.Seq2[WarrantyReturn, error] {
	return pages[WarrantyReturn](ctx, c, "/api/v1/warranty-returns", "late", flag(late))
}

// Keys lists keys; state and group may be "".
func (c *Client) Keys(ctx context.Context, state, group string) iter.Seq2[Key, error] {
	return pages[Key](ctx, c, "/api/v1/keys", "state", state, "group", group)
}

// Key reads a key.
func (c *Client) Key(ctx context.Context, number string) (Key, ETag, error) {
	return seen[Key](ctx, c, "keys/"+url.PathEscape(number))
}

// KeyExposure says which doors a blocked key could still open.
func (c *Client) KeyExposure(ctx context.Context, number string) (Exposure, error) {
	out, _, err := seen[Exposure](ctx, c, "keys/"+url.PathEscape(number)+"/exposure")
	return out, err
}

// IssueKey hands out a key from stock to a group.
func (c *Client) IssueKey(ctx context.Context, number string, tag ETag, group string) (IssuedKey, error) {
	return acted[IssuedKey](ctx, c, "keys/"+url.PathEscape(number)+"/issue", tag, KeyGroup{group})
}

// LoseKey blocks a lost key, whatever has become of it since it was read: a block does not wait.
func (c *Client) LoseKey(ctx context.Context, number, reason string) (Exposure, error) {
	return acted[Exposure](ctx, c, "keys/"+url.PathEscape(number)+"/lose", "*", KeyReason{reason})
}

// ReplaceKey hands out a key in place of a blocked one.
func (c *Client) ReplaceKey(ctx context.Context, number string, tag ETag, replacement string) error {
	_, _, err := c.send(ctx, http.MethodPost, "/api/v1/keys/"+url.PathEscape(number)+"/replace", "", tag, Replacement{replacement}, nil)
	return err
}

// ReportBrokenKey reports a damaged or failing key.
func (c *Client) ReportBrokenKey(ctx context.Context, key string, in NewExchange) (Exchange, error) {
	return made[Exchange](ctx, c, "exchanges", key, in)
}

// CountCabinet tells which keys were found in a group's cabinet.
func (c *Client) CountCabinet(ctx context.Context, key, group string, found []string) (Count, error) {
	return made[Count](ctx, c, "cabinets/"+url.PathEscape(group)+"/counts", key, NewCount{found})
}

// Cabinets lists cabinets, only those that must be counted now if due.
func (c *Client) Cabinets(ctx context.Context, due bool) iter.Seq2[Cabinet, error] {
	return pages[Cabinet](ctx, c, "/api/v1/cabinets", "due", flag(due))
}

// Differences lists what did not tally; state may be "".
func (c *Client) Differences(ctx context.Context, state string) iter.Seq2[Difference, error] {
	return pages[Difference](ctx, c, "/api/v1/differences", "state", state)
}

// Equipment compares groups' equipment with the basic equipment.
func (c *Client) Equipment(ctx context.Context) iter.Seq2[Equipment, error] {
	return pages[Equipment](ctx, c, "/api/v1/equipment")
}

// Station reads a station, and which working ones are nearest.
func (c *Client) Station(ctx context.Context, name string) (StationDetails, ETag, error) {
	return seen[StationDetails](ctx, c, "stations/"+url.PathEscape(name))
}

// StationOut says that a station does not work; the answer says where to go instead.
func (c *Client) StationOut(ctx context.Context, name string, tag ETag, reason string) (StationDetails, error) {
	return acted[StationDetails](ctx, c, "stations/"+url.PathEscape(name)+"/out", tag, KeyReason{reason})
}

// Staff lists people in their groups; group may be "".
func (c *Client) Staff(ctx context.Context, group string) iter.Seq2[Member, error] {
	return pages[Member](ctx, c, "/api/v1/staff", "group", group)
}

// AddStaff lets somebody work in a group.
func (c *Client) AddStaff(ctx context.Context, key string, in NewMember) error {
	_, err := made[NewMember](ctx, c, "staff", key, in)
	return err
}

// EndStaff takes everything from somebody who has left, at once.
func (c *Client) EndStaff(ctx context.Context, key string, in StaffEnd) error {
	_, err := made[StaffEnd](ctx, c, "staff/ended", key, in)
	return err
}

// OrderStaff orders permissions for somebody from the system owner.
func (c *Client) OrderStaff(ctx context.Context, key string, in NewMember) (StaffOrder, error) {
	return made[StaffOrder](ctx, c, "staff-orders", key, in)
}

// SubmitPhones hands in a provider's whole list of phone subscriptions.
func (c *Client) SubmitPhones(ctx context.Context, key, organisation string, numbers []string) (Phones, error) {
	return made[Phones](ctx, c, "providers/"+url.PathEscape(organisation)+"/phones", key, NewPhones{numbers})
}

// Phones reads a version of that list; 0 is the newest.
func (c *Client) Phones(ctx context.Context, organisation string, version int) (Phones, error) {
	out, _, err := seen[Phones](ctx, c, "providers/"+url.PathEscape(organisation)+"/phones/"+strconv.Itoa(version))
	return out, err
}

// FileRoutine keeps a provider's own routine on file.
func (c *Client) FileRoutine(ctx context.Context, key, organisation string, in NewRoutine) (FiledRoutine, error) {
	return made[FiledRoutine](ctx, c, "providers/"+url.PathEscape(organisation)+"/routines", key, in)
}
