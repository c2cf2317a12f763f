package storage

import (
	"context"
	"strconv"
	"strings"

	"hemnyckel/internal/domain/receipt"
)

var _ receipt.Tx = (*Tx)(nil)

const (
	physicalKeyColumns = `id, client_id, purpose, door, label, copies, created_us, closed_us`
	receiptColumns     = `id, number, key_id, client_id, previous_id, from_kind, from_id, to_kind, to_id, rule, order_id, state,
		due_us, created_us, shown_us, signed_us, signed_how, signed_from, signed_to, file_id, ended_us`
	receiptLineColumns = `r.id, r.number, r.key_id, r.client_id, r.previous_id, r.from_kind, r.from_id, r.to_kind, r.to_id, r.rule, r.order_id,
		r.state, r.due_us, r.created_us, r.shown_us, r.signed_us, r.signed_how, r.signed_from, r.signed_to, r.file_id, r.ended_us,
		k.label, k.purpose, k.door, k.copies`
)

// PutPhysicalKey implements receipt.Tx.
func (tx *Tx) PutPhysicalKey(ctx context.Context, k receipt.Key) error {
	columns := strings.Split(physicalKeyColumns, ", ")
	return put(ctx, tx, "physical_keys", columns, 1, []receipt.Key{k}, func(k receipt.Key) []any {
		return []any{k.ID, k.ClientID, string(k.Purpose), string(k.Door), k.Label, int64(k.Copies), us(k.Created), usOrZero(k.Closed)}
	})
}

func scanPhysicalKey(r row) (receipt.Key, error) {
	var k receipt.Key
	var created, closed int64
	err := r.Scan(&k.ID, &k.ClientID, &k.Purpose, &k.Door, &k.Label, &k.Copies, &created, &closed)
	k.Created, k.Closed = fromUS(created), fromZeroUS(closed)
	return k, err
}

// PhysicalKey implements receipt.Tx.
func (tx *Tx) PhysicalKey(ctx context.Context, id string) (receipt.Key, bool, error) {
	return one(ctx, tx, scanPhysicalKey, `SELECT `+physicalKeyColumns+` FROM physical_keys WHERE id = $1`, id)
}

// OpenKeysOf implements receipt.Tx. A client has at most one of a purpose and door.
func (tx *Tx) OpenKeysOf(ctx context.Context, clientIDs []string) ([]receipt.Key, error) {
	return collectIn(ctx, tx, scanPhysicalKey, `SELECT `+physicalKeyColumns+` FROM physical_keys
		WHERE closed_us = 0 AND client_id IN %s ORDER BY id`, clientIDs)
}

func receiptRow(r receipt.Receipt) []any {
	return []any{r.ID, r.Number, r.KeyID, r.ClientID, orNull(r.Previous), string(r.From.Kind), r.From.ID, string(r.To.Kind), r.To.ID,
		r.Rule, r.OrderID, string(r.State), us(r.Due), us(r.Created), usOrZero(r.Shown), usOrZero(r.Signed), string(r.How),
		r.SignedFrom, r.SignedTo, orNull(r.FileID), usOrZero(r.Ended)}
}

// InsertReceipt implements receipt.Tx. A second hand-over under way, or a second successor, is a violation.
func (tx *Tx) InsertReceipt(ctx context.Context, r receipt.Receipt) error {
	return tx.later(ctx, `INSERT INTO receipts (`+receiptColumns+`) VALUES `+in(1, 21), receiptRow(r)...)
}

// UpdateReceipt implements receipt.Tx. What has ended is not changed any more.
func (tx *Tx) UpdateReceipt(ctx context.Context, r receipt.Receipt) error {
	n, err := tx.exec(ctx, `UPDATE receipts SET state = $1, shown_us = $2, signed_us = $3, signed_how = $4, signed_from = $5, signed_to = $6,
		file_id = $7, ended_us = $8 WHERE id = $9 AND ended_us = 0`,
		string(r.State), usOrZero(r.Shown), usOrZero(r.Signed), string(r.How), r.SignedFrom, r.SignedTo, orNull(r.FileID), usOrZero(r.Ended), r.ID)
	if err == nil && n == 0 {
		err = receipt.ErrState
	}
	return err
}

func scanReceipt(r row) (receipt.Receipt, error) {
	var line receipt.Line
	err := r.Scan(receiptInto(&line.Receipt)...)
	return line.Receipt, err
}

// receiptInto is where the columns of a receipt go.
func receiptInto(r *receipt.Receipt) []any {
	return []any{&r.ID, &r.Number, &r.KeyID, &r.ClientID, (*nullText)(&r.Previous), &r.From.Kind, &r.From.ID, &r.To.Kind, &r.To.ID,
		&r.Rule, &r.OrderID, &r.State, (*zeroTime)(&r.Due), (*zeroTime)(&r.Created), (*zeroTime)(&r.Shown), (*zeroTime)(&r.Signed),
		&r.How, &r.SignedFrom, &r.SignedTo, (*nullText)(&r.FileID), (*zeroTime)(&r.Ended)}
}

// ReceiptByID implements receipt.Tx.
func (tx *Tx) ReceiptByID(ctx context.Context, id string) (receipt.Receipt, bool, error) {
	return one(ctx, tx, scanReceipt, `SELECT `+receiptColumns+` FROM receipts WHERE id = $1`, id)
}

// ReceiptsOfKey implements receipt.Tx: a key changes hands a few times, and 500 would be a fault.
func (tx *Tx) ReceiptsOfKey(ctx context.Context, keyID string) ([]receipt.Receipt, error) {
	return collect(ctx, tx, scanReceipt, `SELECT `+receiptColumns+` FROM receipts WHERE key_id = $1 ORDER BY id LIMIT 500`, keyID)
}

// CloseReceipts implements receipt.Tx.
func (tx *Tx) CloseReceipts(ctx context.Context, keyID string) error {
	return tx.later(ctx, `UPDATE receipts SET state = 'closed', ended_us = $1 WHERE key_id = $2 AND state <> 'cancelled'`, us(tx.Now()), keyID)
}

// InsertReceiptFile implements receipt.Tx.
func (tx *Tx) InsertReceiptFile(ctx context.Context, f receipt.File) error {
	return tx.later(ctx, `INSERT INTO receipt_files (id, media, digest, body, created_us) VALUES ($1, $2, $3, $4, $5)`,
		f.ID, f.Media, f.Digest, f.Body, us(f.Created))
}

// ReceiptFile implements receipt.Tx.
func (tx *Tx) ReceiptFile(ctx context.Context, id string) (receipt.File, bool, error) {
	return one(ctx, tx, func(r row) (receipt.File, error) {
		var f receipt.File
		err := r.Scan(&f.ID, &f.Media, &f.Digest, &f.Body, (*zeroTime)(&f.Created))
		return f, err
	}, `SELECT id, media, digest, body, created_us FROM receipt_files WHERE id = $1`, id)
}

// ProviderKnown implements receipt.Tx.
func (tx *Tx) ProviderKnown(ctx context.Context, orgNumber string) (bool, error) {
	_, ok, err := one(ctx, tx, column[string], `SELECT id FROM providers WHERE org_number = $1`, orgNumber)
	return ok, err
}

// ProviderNames implements receipt.Tx.
func (tx *Tx) ProviderNames(ctx context.Context, orgNumbers []string) (map[string]string, error) {
	names := make(map[string]string, len(orgNumbers))
	_, err := collectIn(ctx, tx, func(r row) (struct{}, error) {
		var number, name string
		err := r.Scan(&number, &name)
		names[number] = name
		return struct{}{}, err
	}, `SELECT org_number, name FROM providers WHERE org_number IN %s`, orgNumbers)
	return names, err
}

// Receipts implements receipt.Tx. What is written depends on the filter, so that an index answers each.
func (tx *Tx) Receipts(ctx context.Context, f receipt.Filter, after receipt.Cursor, limit int) ([]receipt.Line, error) {
	q, order := &where{text: " WHERE 1 = 1"}, "r.id DESC"
	q.equal("r.client_id", f.ClientID)
	q.equal("r.key_id", f.KeyID)
	q.equal("r.state", string(f.State))
	switch {
	case f.Due:
		order = "r.due_us, r.id"
		q.text += " AND r.state IN ('drafted', 'shown')"
		if after.ID != "" {
			q.beyond("r.due_us", "r.id", us(after.Due), after.ID)
		}
		if !f.Before.IsZero() {
			q.and("r.due_us < ", us(f.Before))
		}
	case after.ID != "":
		q.and("r.id < ", after.ID)
	}
	return tx.receiptLines(ctx, q, f.Party, " ORDER BY "+order, limit)
}

// receiptLines reads a page; of a party, the page of what it gives and that of what it gets, each from its own index.
func (tx *Tx) receiptLines(ctx context.Context, q *where, party receipt.Holder, order string, limit int) ([]receipt.Line, error) {
	page := `SELECT r.id AS found FROM receipts r` + q.text
	end := order + q.limit(limit)
	ids := page + end
	if party.Kind != "" {
		q.args = append(q.args, string(party.Kind), party.ID)
		kind, id := "$"+strconv.Itoa(len(q.args)-1), "$"+strconv.Itoa(len(q.args))
		ids = `SELECT found FROM (` + page + ` AND r.from_kind = ` + kind + ` AND r.from_id = ` + id + end + `) AS gives
			UNION SELECT found FROM (` + page + ` AND r.to_kind = ` + kind + ` AND r.to_id = ` + id + end + `) AS gets`
	}
	text := `SELECT ` + receiptLineColumns + ` FROM receipts r JOIN physical_keys k ON k.id = r.key_id WHERE r.id IN (` + ids + `)` + end
	return collect(ctx, tx, func(r row) (receipt.Line, error) {
		var l receipt.Line
		err := r.Scan(append(receiptInto(&l.Receipt), &l.Label, &l.Purpose, &l.Door, &l.Copies)...)
		return l, err
	}, text, q.args...)
}
