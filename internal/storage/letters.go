package storage

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"hemnyckel/internal/domain/consent"
)

// PropertiesInStreet implements consent.LetterTx: the addresses that begin with the street, whole words only.
func (tx *Tx) PropertiesInStreet(ctx context.Context, street consent.Address, limit int) ([]string, error) {
	begins := street.StreetKey()
	found, err := collect(ctx, tx, scanPair, `SELECT place_key, property_id FROM property_addresses
		WHERE town_key = $1 AND place_key >= $2 AND place_key < $3 ORDER BY place_key LIMIT $4`, street.TownKey(), begins, after(begins), int64(limit))
	if err != nil {
		return nil, err
	}
	var ids []string
	seen := map[string]bool{}
	for _, h := range found {
		rest := h[0][len(begins):]
		if whole := strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "|"); whole && !seen[h[1]] {
			seen[h[1]] = true
			ids = append(ids, h[1])
		}
	}
	return ids, nil
}

// PropertiesOfOwner implements consent.LetterTx.
func (tx *Tx) PropertiesOfOwner(ctx context.Context, ownerID string, limit int) ([]string, error) {
	return collect(ctx, tx, column[string], `SELECT o.property_id FROM property_owners o WHERE `+owned+` AND o.owner_id = $2 ORDER BY o.property_id LIMIT $3`,
		us(tx.Now()), ownerID, int64(limit))
}

// InsertLetterJob implements consent.LetterTx.
func (tx *Tx) InsertLetterJob(ctx context.Context, j consent.LetterJob, parts []consent.LetterPart) error {
	err := tx.later(ctx, `INSERT INTO letter_jobs (id, kind, language, actor, made_us, wanted, made, skipped) VALUES ($1, $2, $3, $4, $5, $6, 0, 0)`,
		j.ID, j.Kind, j.Language, j.Actor, us(j.Made), int64(j.Wanted))
	if err != nil {
		return err
	}
	rows := make([][]any, len(parts))
	for i, p := range parts {
		body, err := json.Marshal(p)
		if err != nil {
			return err
		}
		rows[i] = []any{j.ID, int64(p.Seq), string(body)}
	}
	return tx.insert(ctx, "letter_job_parts", []string{"job_id", "seq", "body"}, rows, "")
}

const jobColumns = `SELECT id, kind, language, actor, made_us, wanted, made, skipped FROM letter_jobs `

func scanJob(r row) (j consent.LetterJob, err error) {
	var made int64
	err = r.Scan(&j.ID, &j.Kind, &j.Language, &j.Actor, &made, &j.Wanted, &j.Done, &j.Skipped)
	j.Made = fromUS(made)
	return j, err
}

// LetterJobByID implements consent.LetterTx.
func (tx *Tx) LetterJobByID(ctx context.Context, id string) (consent.LetterJob, bool, error) {
	return one(ctx, tx, scanJob, jobColumns+`WHERE id = $1`, id)
}

// LetterJobPage implements consent.LetterTx.
func (tx *Tx) LetterJobPage(ctx context.Context, last string, limit int) ([]consent.LetterJob, error) {
	var q where
	if last != "" {
		q.and("id < ", last)
	}
	return collect(ctx, tx, scanJob, jobColumns+q.text+` ORDER BY id DESC`+q.limit(limit), q.args...)
}

// UnfinishedLetterJob implements consent.LetterTx.
func (tx *Tx) UnfinishedLetterJob(ctx context.Context) (consent.LetterJob, bool, error) {
	return one(ctx, tx, scanJob, jobColumns+`WHERE made + skipped < wanted ORDER BY id LIMIT 1`)
}

// LetterParts implements consent.LetterTx.
func (tx *Tx) LetterParts(ctx context.Context, jobID string, limit int) ([]consent.LetterPart, error) {
	return collect(ctx, tx, func(r row) (p consent.LetterPart, err error) {
		var body string
		if err = r.Scan(&body); err == nil {
			err = json.Unmarshal([]byte(body), &p)
		}
		return p, err
	}, `SELECT body FROM letter_job_parts WHERE job_id = $1 ORDER BY seq LIMIT $2`, jobID, int64(limit))
}

// AdvanceLetterJob implements consent.LetterTx.
func (tx *Tx) AdvanceLetterJob(ctx context.Context, j consent.LetterJob, through int) error {
	if err := tx.later(ctx, `UPDATE letter_jobs SET made = $1, skipped = $2 WHERE id = $3`, int64(j.Done), int64(j.Skipped), j.ID); err != nil {
		return err
	}
	return tx.later(ctx, `DELETE FROM letter_job_parts WHERE job_id = $1 AND seq <= $2`, j.ID, int64(through))
}

const letterColumns = `SELECT l.id, l.code, l.kind, l.owner_id, l.consent_id, l.job_id, l.made_us, l.remind_us, l.body FROM letters l `

func scanLetter(r row) (l consent.Letter, err error) {
	var made, remind int64
	var body string
	if err = r.Scan(&l.ID, &l.Code, &l.Kind, &l.OwnerID, &l.ConsentID, &l.JobID, &made, &remind, &body); err != nil {
		return l, err
	}
	l.Made, l.Remind = fromUS(made), fromZeroUS(remind)
	return l, json.Unmarshal([]byte(body), &l.Body)
}

// InsertLetter implements consent.LetterTx.
func (tx *Tx) InsertLetter(ctx context.Context, l consent.Letter) error {
	body, err := json.Marshal(l.Body)
	if err != nil {
		return err
	}
	return tx.later(ctx, `INSERT INTO letters (id, code, kind, owner_id, consent_id, job_id, made_us, remind_us, body) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		l.ID, l.Code, l.Kind, l.OwnerID, l.ConsentID, l.JobID, us(l.Made), usOrZero(l.Remind), string(body))
}

// LetterByID implements consent.LetterTx.
func (tx *Tx) LetterByID(ctx context.Context, id string) (consent.Letter, bool, error) {
	return one(ctx, tx, scanLetter, letterColumns+`WHERE l.id = $1`, id)
}

// LetterByCode implements consent.LetterTx.
func (tx *Tx) LetterByCode(ctx context.Context, code string) (consent.Letter, bool, error) {
	return one(ctx, tx, scanLetter, letterColumns+`WHERE l.code = $1`, code)
}

// LettersOfJob implements consent.LetterTx.
func (tx *Tx) LettersOfJob(ctx context.Context, jobID, last string, limit int) ([]consent.Letter, error) {
	return collect(ctx, tx, scanLetter, letterColumns+`WHERE l.job_id = $1 AND l.id > $2 ORDER BY l.id LIMIT $3`, jobID, last, int64(limit))
}

// LettersOfConsent implements consent.LetterTx.
func (tx *Tx) LettersOfConsent(ctx context.Context, consentID, last string, limit int) ([]consent.Letter, error) {
	return collect(ctx, tx, scanLetter, letterColumns+`WHERE l.consent_id = $1 AND l.id > $2 ORDER BY l.id LIMIT $3`, consentID, last, int64(limit))
}

// LettersDue implements consent.LetterTx.
func (tx *Tx) LettersDue(ctx context.Context, at time.Time, limit int) ([]consent.Letter, error) {
	return collect(ctx, tx, scanLetter, letterColumns+`JOIN consents c ON c.id = l.consent_id
		WHERE l.remind_us > 0 AND l.remind_us <= $2 AND c.answer = 'requested' AND EXISTS (SELECT 1 FROM consent_properties p
			JOIN property_owners o ON o.property_id = p.property_id AND o.owner_id = c.owner_id WHERE p.consent_id = c.id AND `+owned+`)
		ORDER BY l.remind_us, l.id LIMIT $3`, us(tx.Now()), us(at), int64(limit))
}

// SetReminder implements consent.LetterTx.
func (tx *Tx) SetReminder(ctx context.Context, letterID string, at time.Time) error {
	return tx.later(ctx, `UPDATE letters SET remind_us = $1 WHERE id = $2`, usOrZero(at), letterID)
}
