package storage

import (
	"context"
	"strings"
	"time"

	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
)

var _ notify.PostTx = (*Tx)(nil)

// works is a condition on an account a: it is active, and somebody works by it at an instant, which follows.
var works = `a.state = 'active' AND a.id IN (SELECT s.account_id FROM assignments s WHERE s.from_us <= $6 AND s.until_us > $6 AND ` + employed("s", "$6")

// InsertNotices implements notify.PeopleTx: in one statement, whose answer nobody waits for.
func (tx *Tx) InsertNotices(ctx context.Context, n notify.Notice, limit int) error {
	now := us(tx.Now())
	q := where{args: []any{n.Event, string(n.Kind), n.Number, n.Path, now, now}}
	q.is(works)
	if n.To.Role != "" {
		q.and("s.role = ", string(n.To.Role))
	}
	if n.To.Organisation != "" {
		q.and("s.organisation = ", n.To.Organisation)
	}
	if n.To.GroupID != "" {
		q.and("s.organisation = (SELECT p.org_number FROM care_groups g JOIN providers p ON p.id = g.provider_id WHERE g.id = ", n.To.GroupID)
		q.text += ") AND s.role IN ('provider', 'health-unit', 'delivery', 'alarm-team')"
	}
	if n.To.Lead {
		q.is("s.lead = 1")
	}
	q.text += ")"
	if n.To.AccountID != "" {
		q.and("a.id = ", n.To.AccountID)
	}
	if n.To.StaffID != "" {
		q.and("a.staff_id = ", n.To.StaffID)
	}
	q.and("a.id <> ", notify.AccountOf(n.But))
	return tx.later(ctx, `INSERT INTO notices (id, account_id, kind, number, path, at_us, read_us, posted)
		SELECT $1 || ':' || a.id, a.id, $2, $3, $4, CAST($5 AS BIGINT), 0, 0 FROM accounts a`+q.text+` ORDER BY a.id`+q.limit(limit)+` ON CONFLICT (id) DO NOTHING`, q.args...)
}

var receiver = `a.id, a.name, a.email, a.phone,
	CASE WHEN a.state = 'active' THEN COALESCE((SELECT string_agg(s.role, ' ') FROM assignments s
		WHERE s.account_id = a.id AND s.from_us <= $1 AND s.until_us > $1 AND ` + employed("s", "$1") + `), '') ELSE '' END,
	COALESCE(c.mail, '*'), COALESCE(c.sms, ''), COALESCE(c.quiet_from, -1), COALESCE(c.quiet_until, 0), COALESCE(c.digest, 0), COALESCE(c.lang, ''),
	COALESCE(c.mail_bounces, 0), COALESCE(c.sms_bounces, 0)`

const told = `n.id, n.account_id, n.kind, n.number, n.path, n.at_us, n.read_us`

var onItsWay = `SELECT p.id, p.notice_id, p.channel, p.state, p.attempts, p.next_us, p.created_us, p.done_us, p.failure, p.letter,
	COALESCE((SELECT MAX(l.done_us) FROM postings l WHERE l.account_id = p.account_id AND l.channel = p.channel AND l.state = 'sent'), 0),
	` + told + `, ` + receiver + ` FROM postings p JOIN notices n ON n.id = p.notice_id JOIN accounts a ON a.id = n.account_id
	LEFT JOIN notice_choices c ON c.account_id = a.id`

// receiverInto is where the columns of a receiver go, and what puts them together then; somebody who has chosen nothing has the usual
// choices.
func receiverInto(to *notify.Receiver) (finish func(), columns []any) {
	var roles, mail, sms string
	var digest int64
	c := &to.Choices
	finish = func() {
		for _, r := range strings.Fields(roles) {
			to.Roles = append(to.Roles, routine.Role(r))
		}
		if mail == "*" || c.QuietFrom < 0 {
			usual := notify.DefaultChoices(to.Roles...)
			usual.MailBounces, usual.SMSBounces = c.MailBounces, c.SMSBounces
			*c = usual
			return
		}
		c.Mail, c.SMS, c.Digest = kindsIn(mail), kindsIn(sms), digest != 0
	}
	return finish, []any{&to.AccountID, &to.Name, &to.Email, &to.Phone, &roles, &mail, &sms, &c.QuietFrom, &c.QuietUntil, &digest, &c.Lang, &c.MailBounces, &c.SMSBounces}
}

func kindsIn(text string) (out []notify.Kind) {
	for _, k := range strings.Fields(text) {
		out = append(out, notify.Kind(k))
	}
	return out
}

func kindsText(all []notify.Kind) string {
	out := make([]string, len(all))
	for i, k := range all {
		out[i] = string(k)
	}
	return strings.Join(out, " ")
}

// toldInto is where the columns of a notice go.
func toldInto(t *notify.Told) []any {
	return []any{&t.ID, &t.AccountID, &t.Kind, &t.Number, &t.Path, (*zeroTime)(&t.At), (*zeroTime)(&t.Read)}
}

// scanOnItsWay reads a notice with its receiver, after the columns of its posting, if there are any.
func scanOnItsWay(posting bool) func(r row) (notify.OnItsWay, error) {
	return func(r row) (notify.OnItsWay, error) {
		var o notify.OnItsWay
		var into []any
		finish, columns := receiverInto(&o.To)
		if posting {
			into = []any{&o.ID, &o.NoticeID, &o.By, &o.State, &o.Attempts, (*zeroTime)(&o.Next), (*zeroTime)(&o.Created), (*zeroTime)(&o.Done), &o.Failure, &o.Letter, (*zeroTime)(&o.Last)}
		}
		err := r.Scan(append(append(into, toldInto(&o.Told)...), columns...)...)
		finish()
		return o, err
	}
}

// Unposted implements notify.PostTx.
func (tx *Tx) Unposted(ctx context.Context, limit int) ([]notify.OnItsWay, error) {
	return collect(ctx, tx, scanOnItsWay(false), `SELECT `+told+`, `+receiver+` FROM notices n JOIN accounts a ON a.id = n.account_id
		LEFT JOIN notice_choices c ON c.account_id = a.id WHERE n.posted = 0 ORDER BY n.at_us, n.id LIMIT $2`, us(tx.Now()), int64(limit))
}

// SetPosted implements notify.PostTx.
func (tx *Tx) SetPosted(ctx context.Context, noticeID string) error {
	return tx.later(ctx, `UPDATE notices SET posted = 1 WHERE id = $1`, noticeID)
}

// InsertPosting implements notify.PostTx.
func (tx *Tx) InsertPosting(ctx context.Context, p notify.Posting) error {
	return tx.later(ctx, `INSERT INTO postings (id, notice_id, account_id, channel, state, attempts, next_us, created_us, done_us, failure, letter)
		SELECT $1, n.id, n.account_id, $3, $4, 0, CAST($5 AS BIGINT), CAST($6 AS BIGINT), 0, '', '' FROM notices n WHERE n.id = $2`,
		p.ID, p.NoticeID, string(p.By), string(p.State), us(p.Next), us(p.Created))
}

// DuePostings implements notify.PostTx.
func (tx *Tx) DuePostings(ctx context.Context, by notify.Channel, t time.Time, limit int) ([]notify.OnItsWay, error) {
	return collect(ctx, tx, scanOnItsWay(true), onItsWay+` WHERE p.channel = $2 AND p.state = 'waiting' AND p.next_us <= $1
		ORDER BY p.next_us, p.letter, p.id LIMIT $3`, us(t), string(by), int64(limit))
}

// PostingByID implements notify.PostTx.
func (tx *Tx) PostingByID(ctx context.Context, id string) (notify.OnItsWay, bool, error) {
	return one(ctx, tx, scanOnItsWay(true), onItsWay+` WHERE p.id = $2`, us(tx.Now()), id)
}

// DeadPostings implements notify.PostTx.
func (tx *Tx) DeadPostings(ctx context.Context, after string, limit int) ([]notify.OnItsWay, error) {
	return collect(ctx, tx, scanOnItsWay(true), onItsWay+` WHERE p.state = 'dead' AND ($2 = '' OR p.id < $2) ORDER BY p.id DESC LIMIT $3`, us(tx.Now()), after, int64(limit))
}

// PutPosting implements notify.PostTx.
func (tx *Tx) PutPosting(ctx context.Context, p notify.Posting) error {
	return tx.later(ctx, `UPDATE postings SET state = $2, attempts = $3, next_us = $4, created_us = $5, done_us = $6, failure = $7, letter = $8 WHERE id = $1`,
		p.ID, string(p.State), int64(p.Attempts), us(p.Next), us(p.Created), usOrZero(p.Done), p.Failure, p.Letter)
}

// SetBounces implements notify.PostTx. Somebody who has chosen nothing goes on having the usual choices.
func (tx *Tx) SetBounces(ctx context.Context, accountID string, by notify.Channel, n int) error {
	column := pick(by == notify.BySMS, "sms_bounces", "mail_bounces")
	return tx.later(ctx, `INSERT INTO notice_choices (account_id, lang, mail, sms, quiet_from, quiet_until, digest, mail_bounces, sms_bounces)
		VALUES ($1, '', '*', '', -1, 0, 0, CASE WHEN $2 = 'mail' THEN CAST($3 AS BIGINT) ELSE 0 END, CASE WHEN $2 = 'sms' THEN CAST($3 AS BIGINT) ELSE 0 END)
		ON CONFLICT (account_id) DO UPDATE SET `+column+` = excluded.`+column, accountID, string(by), int64(n))
}

// NoticesOf implements notify.PostTx. The newest are those with the greatest instants; ids of the same instant decide.
func (tx *Tx) NoticesOf(ctx context.Context, accountID, after string, limit int) ([]notify.Told, error) {
	scan := func(r row) (t notify.Told, err error) {
		err = r.Scan(toldInto(&t)...)
		return t, err
	}
	return collect(ctx, tx, scan, `SELECT `+told+` FROM notices n WHERE n.account_id = $1 AND ($2 = '' OR (n.at_us, n.id) <
		((SELECT l.at_us FROM notices l WHERE l.id = $2 AND l.account_id = $1), $2)) ORDER BY n.at_us DESC, n.id DESC LIMIT $3`, accountID, after, int64(limit))
}

// Unread implements notify.PostTx.
func (tx *Tx) Unread(ctx context.Context, accountID string) (int64, error) {
	n, _, err := one(ctx, tx, column[int64], `SELECT COUNT(*) FROM notices WHERE account_id = $1 AND read_us = 0`, accountID)
	return n, err
}

// MarkRead implements notify.PostTx.
func (tx *Tx) MarkRead(ctx context.Context, accountID, upTo string, t time.Time) error {
	return tx.later(ctx, `UPDATE notices SET read_us = $3 WHERE account_id = $1 AND read_us = 0 AND (at_us, id) <=
		((SELECT l.at_us FROM notices l WHERE l.id = $2 AND l.account_id = $1), $2)`, accountID, upTo, us(t))
}

// Receiver implements notify.PostTx.
func (tx *Tx) Receiver(ctx context.Context, accountID string) (notify.Receiver, error) {
	out, _, err := one(ctx, tx, func(r row) (out notify.Receiver, err error) {
		finish, columns := receiverInto(&out)
		err = r.Scan(columns...)
		finish()
		return out, err
	}, `SELECT `+receiver+` FROM accounts a LEFT JOIN notice_choices c ON c.account_id = a.id WHERE a.id = $2`, us(tx.Now()), accountID)
	return out, err
}

// PutNoticeChoices implements notify.PostTx.
func (tx *Tx) PutNoticeChoices(ctx context.Context, accountID string, c notify.Choices) error {
	return tx.later(ctx, `INSERT INTO notice_choices (account_id, lang, mail, sms, quiet_from, quiet_until, digest, mail_bounces, sms_bounces)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (account_id) DO UPDATE SET lang = excluded.lang, mail = excluded.mail, sms = excluded.sms,
		quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until, digest = excluded.digest, mail_bounces = excluded.mail_bounces, sms_bounces = excluded.sms_bounces`,
		accountID, c.Lang, kindsText(c.Mail), kindsText(c.SMS), int64(c.QuietFrom), int64(c.QuietUntil), bit(c.Digest), int64(c.MailBounces), int64(c.SMSBounces))
}

// NotifyDue implements notify.PostTx. A task is told of once for each instant that it is due, to technicians: nobody else has pages
// of work.
func (tx *Tx) NotifyDue(ctx context.Context, after, until time.Time, limit int) error {
	return tx.later(ctx, `INSERT INTO notices (id, account_id, kind, number, path, at_us, read_us, posted)
		SELECT DISTINCT 'task-due:' || t.id || ':' || t.due_us || ':' || a.id, a.id, 'task-due', t.number, '/arbete/' || t.id, CAST($1 AS BIGINT), 0, 0
		FROM tasks t JOIN accounts a ON a.staff_id = t.staff_id JOIN assignments s ON s.account_id = a.id AND s.from_us <= $1 AND s.until_us > $1
		WHERE a.state = 'active' AND s.role = 'lock-manager' AND t.done_us = 0 AND t.staff_id IS NOT NULL AND t.due_us > $2 AND t.due_us <= $3
		AND NOT EXISTS (SELECT 1 FROM notices o WHERE o.id = 'task-due:' || t.id || ':' || t.due_us || ':' || a.id)
		LIMIT $4 ON CONFLICT (id) DO NOTHING`, us(tx.Now()), us(after), us(until), int64(limit))
}

// DropNotices implements notify.PostTx.
func (tx *Tx) DropNotices(ctx context.Context, t time.Time, limit int) (int, error) {
	const old = `(SELECT id FROM notices WHERE at_us < $1 ORDER BY at_us, id LIMIT $2)`
	if _, err := tx.exec(ctx, `DELETE FROM postings WHERE notice_id IN `+old, us(t), int64(limit)); err != nil {
		return 0, err
	}
	n, err := tx.exec(ctx, `DELETE FROM notices WHERE id IN `+old, us(t), int64(limit))
	return int(n), err
}
