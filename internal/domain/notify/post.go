package notify

import (
	"context"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Told is a notice as its receiver sees it.
type Told struct {
	ID        string
	AccountID string
	Kind      Kind
	Number    string
	Path      string
	At        time.Time
	Read      time.Time // zero: not yet
}

// Posting is a notice on its way to somebody by a channel.
type Posting struct {
	ID       string
	NoticeID string
	By       Channel
	State    PostingState
	Attempts int
	Next     time.Time // when it is tried next, or when its lease is out
	Created  time.Time
	Done     time.Time // zero while it waits
	Failure  string    // of the last attempt, without addresses
	Letter   string    // that it goes with since it was first tried; "": none yet
}

// PostingState is how far a posting has come: as a [MessageState], or dropped, because nobody is there to get it any more.
type PostingState = MessageState

// Dropped is the state of what is not sent after all: the person has left, does not want it any more, or has read it in the portal.
const Dropped PostingState = "dropped"

// tooOld is for how long something may wait to be sent: longer than every attempt takes, with the nights between them. What a
// channel that was away has kept for longer is no news.
const tooOld = 7 * 24 * time.Hour

// Receiver is who gets a notice, as it is at the moment.
type Receiver struct {
	AccountID    string
	Name         string
	Email, Phone string
	Roles        []routine.Role // of the assignments that hold; none if the account is closed
	Choices      Choices
}

func (r Receiver) address(by Channel) string {
	if by == BySMS {
		return r.Phone
	}
	return r.Email
}

// gets reports whether somebody is to be told of a kind on a channel now.
func (r Receiver) gets(k Kind, by Channel) bool {
	return len(r.Roles) > 0 && r.address(by) != "" && r.Choices.wants(k, by)
}

// OnItsWay is a posting with what it tells and whom.
type OnItsWay struct {
	Posting
	Told Told
	To   Receiver
	Last time.Time // when the receiver last got something by that channel; zero: never
}

// PostTx is what telling people needs of a database transaction.
type PostTx interface {
	txn.Clock
	journal.Tx
	PeopleTx

	// Unposted returns at most limit notices, the oldest first, of which nobody has decided how they are sent.
	Unposted(ctx context.Context, limit int) ([]OnItsWay, error)
	// SetPosted says that it has been decided.
	SetPosted(ctx context.Context, noticeID string) error
	InsertPosting(ctx context.Context, p Posting) error
	// DuePostings returns at most limit postings by a channel that are to be tried at t, the longest due first, and those of a
	// letter beside each other.
	DuePostings(ctx context.Context, by Channel, t time.Time, limit int) ([]OnItsWay, error)
	PostingByID(ctx context.Context, id string) (OnItsWay, bool, error)
	PutPosting(ctx context.Context, p Posting) error
	// DeadPostings returns at most limit that were given up, the newest first, with smaller ids than after ("": all).
	DeadPostings(ctx context.Context, after string, limit int) ([]OnItsWay, error)
	// SetBounces stores how many letters in a row nobody took in.
	SetBounces(ctx context.Context, accountID string, by Channel, n int) error

	// NoticesOf returns at most limit of somebody's notices, the newest first, with smaller ids than after ("": all).
	NoticesOf(ctx context.Context, accountID, after string, limit int) ([]Told, error)
	Unread(ctx context.Context, accountID string) (int64, error)
	// MarkRead says that somebody has read their notices up to and with one of them, at t.
	MarkRead(ctx context.Context, accountID, upTo string, t time.Time) error
	Receiver(ctx context.Context, accountID string) (Receiver, error)
	PutNoticeChoices(ctx context.Context, accountID string, c Choices) error

	// NotifyDue stores notices about open tasks that are due between two instants to those who shall do them.
	NotifyDue(ctx context.Context, after, until time.Time, limit int) error
	// DropNotices removes at most limit notices from before t with their postings.
	DropNotices(ctx context.Context, t time.Time, limit int) (int, error)
}

// keepNotices is for how long notices can be read.
const keepNotices = 90 * 24 * time.Hour

// ErrPostingUnknown says that there is no such letter.
var ErrPostingUnknown = problem.New(problem.NotFound, "posting-unknown", "Utskicket finns inte. Se listan.", "There is no such letter. See the list.")

// Post tells people.
type Post struct {
	db   txn.Runner[PostTx]
	zone *time.Location
	by   []Channel
}

// NewPost returns the post of one municipality, whose people's clocks show the time in zone, and who can be reached by some
// channels outside the portal.
func NewPost(db txn.Runner[PostTx], zone *time.Location, by ...Channel) *Post {
	return &Post{db, zone, by}
}

// Letter is what one person is told at one time by one channel. Tried again it is the same, with the same id, so that a receiver
// who gets it twice can tell; only what they are not to have any more is gone from it.
type Letter struct {
	ID    string
	By    Channel
	To    string // address or number
	Lang  string
	About []Told   // at most maxParts
	Parts []string // postings
}

// maxParts is how much a letter tells of at most.
const maxParts = 20

// Plan decides how new notices are sent, and reports whether it has done anything.
func (s *Post) Plan(ctx context.Context) (more bool, err error) {
	const few = 100
	if err := s.db.View(ctx, func(tx PostTx) error {
		found, err := tx.Unposted(ctx, 1)
		more = len(found) > 0
		return err
	}); err != nil || !more {
		return false, err
	}
	err = s.db.Update(ctx, func(tx PostTx) error {
		found, err := tx.Unposted(ctx, few)
		if err != nil {
			return err
		}
		for _, n := range found {
			if err := s.plan(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	return more, err
}

func (s *Post) plan(ctx context.Context, tx PostTx, n OnItsWay) error {
	for _, c := range s.by {
		if !n.To.gets(n.Told.Kind, c) {
			continue
		}
		p := Posting{ID: newID(), NoticeID: n.Told.ID, By: c, State: Waiting, Next: n.To.Choices.first(tx.Now(), c, s.zone), Created: tx.Now()}
		if err := tx.InsertPosting(ctx, p); err != nil {
			return err
		}
	}
	return tx.SetPosted(ctx, n.Told.ID)
}

// Take leases what is due by a channel, put together by person: at most limit letters, and one for each person. What its receiver
// is not to have any more is dropped; what would come at night, or too soon after the last letter, waits.
func (s *Post) Take(ctx context.Context, by Channel, limit int) (out []Letter, err error) {
	due := false
	if err := s.db.View(ctx, func(tx PostTx) error {
		found, err := tx.DuePostings(ctx, by, tx.Now(), 1)
		due = len(found) > 0
		return err
	}); err != nil || !due {
		return nil, err
	}
	err = s.db.Update(ctx, func(tx PostTx) error {
		found, err := tx.DuePostings(ctx, by, tx.Now(), limit*maxParts)
		if err != nil {
			return err
		}
		b := batch{now: tx.Now(), zone: s.zone, limit: limit, at: map[string]int{}}
		for _, p := range whole(found, limit*maxParts) {
			b.add(&p)
			if err := tx.PutPosting(ctx, p.Posting); err != nil {
				return err
			}
		}
		out = b.letters
		return nil
	})
	return out, err
}

// whole leaves out the last letter of a reading that was cut off by its limit, which may have cut the letter too.
func whole(found []OnItsWay, limit int) []OnItsWay {
	n := len(found)
	if n < limit || found[n-1].Letter == "" {
		return found
	}
	for n > 0 && found[n-1].Letter == found[len(found)-1].Letter {
		n--
	}
	return found[:n]
}

// batch is letters being put together.
type batch struct {
	now     time.Time
	zone    *time.Location
	limit   int
	letters []Letter
	before  []string       // the letters' ids as they were found: "" for new ones
	at      map[string]int // places among the letters, by account
}

// add decides what becomes of a due posting: with which letter it goes, or when it is looked at again.
func (b *batch) add(p *OnItsWay) {
	soonest := p.To.Choices.awake(later(b.now, p.Last.Add(p.By.apart())), b.zone)
	switch {
	case !p.To.gets(p.Told.Kind, p.By), p.Letter == "" && !p.Told.Read.IsZero():
		p.State, p.Done = Dropped, b.now
	case b.now.Sub(p.Created) > tooOld:
		p.State, p.Done, p.Failure = Dead, b.now, "it had waited for too long"
	case soonest.After(b.now):
		p.Next = soonest
	default:
		b.put(p)
	}
}

// put puts a posting into its receiver's letter, if there is room.
func (b *batch) put(p *OnItsWay) {
	i, ok := b.at[p.To.AccountID]
	switch {
	case !ok && len(b.letters) == b.limit:
		return // stays due
	case !ok:
		i = len(b.letters)
		l := Letter{ID: p.Letter, By: p.By, To: p.To.address(p.By), Lang: p.To.Choices.Lang}
		if l.ID == "" {
			l.ID = newID()
		}
		b.letters, b.before, b.at[p.To.AccountID] = append(b.letters, l), append(b.before, p.Letter), i
	case p.Letter != b.before[i] || len(b.letters[i].Parts) == maxParts:
		p.Next = b.now.Add(p.By.apart()) // with their next letter
		return
	}
	l := &b.letters[i]
	l.About, l.Parts = append(l.About, p.Told), append(l.Parts, p.ID)
	p.Letter, p.Next = l.ID, b.now.Add(Lease)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// Settle stores how an attempt with a letter went. Gone means that its address takes nothing in: it is not tried again, and counts
// as a bounce.
func (s *Post) Settle(ctx context.Context, l Letter, r Result) error {
	return s.db.Update(ctx, func(tx PostTx) error {
		counted := false
		for _, id := range l.Parts {
			p, ok, err := tx.PostingByID(ctx, id)
			if err != nil {
				return err
			}
			if !ok || p.State != Waiting {
				continue // settled by another, whose lease came after ours ran out
			}
			settle(&p.Posting, r, tx.Now())
			if err := tx.PutPosting(ctx, p.Posting); err != nil {
				return err
			}
			if bounces := bounced(p, r); !counted && bounces >= 0 {
				counted = true
				if err := tx.SetBounces(ctx, p.To.AccountID, p.By, bounces); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func settle(p *Posting, r Result, now time.Time) {
	p.Attempts++
	p.Failure = r.Failure
	pause, again := Pause(p.Attempts)
	switch {
	case r.Arrived:
		p.State, p.Done = Sent, now
	case r.Gone, !again:
		p.State, p.Done = Dead, now
	default:
		p.Next = now.Add(pause)
	}
}

// bounced is how many letters in a row nobody has taken in after this one; -1: as before.
func bounced(p OnItsWay, r Result) int {
	had := p.To.Choices.MailBounces
	if p.By == BySMS {
		had = p.To.Choices.SMSBounces
	}
	switch {
	case r.Gone:
		return had + 1
	case r.Arrived && had > 0:
		return 0
	}
	return -1
}

// Remind tells those who shall do it of what is due on this day or the next, and forgets what is old. A day is due until it ends.
func (s *Post) Remind(ctx context.Context) error {
	return s.db.Update(ctx, func(tx PostTx) error {
		now := tx.Now()
		if err := tx.NotifyDue(ctx, now.Add(-24*time.Hour), now.Add(24*time.Hour), 500); err != nil {
			return err
		}
		_, err := tx.DropNotices(ctx, now.Add(-keepNotices), 500)
		return err
	})
}

// Inbox is somebody's notices, the newest first, after the id after.
func (s *Post) Inbox(ctx context.Context, actor, after string, limit int) (all []Told, unread int64, next string, err error) {
	id := AccountOf(actor)
	err = s.db.View(ctx, func(tx PostTx) error {
		if all, err = tx.NoticesOf(ctx, id, after, limit+1); err != nil {
			return err
		}
		unread, err = tx.Unread(ctx, id)
		return err
	})
	if len(all) > limit {
		all, next = all[:limit], all[limit-1].ID
	}
	return all, unread, next, err
}

// Unread is how many notices somebody has not read.
func (s *Post) Unread(ctx context.Context, actor string) (n int64, err error) {
	err = s.db.View(ctx, func(tx PostTx) error {
		n, err = tx.Unread(ctx, AccountOf(actor))
		return err
	})
	return n, err
}

// MarkRead says that somebody has read their notices up to and with the one that upTo names: what has come since they looked is
// still unread.
func (s *Post) MarkRead(ctx context.Context, actor, upTo string) error {
	return s.db.Update(ctx, func(tx PostTx) error { return tx.MarkRead(ctx, AccountOf(actor), upTo, tx.Now()) })
}

// Receiver is somebody with how they want to be told.
func (s *Post) Receiver(ctx context.Context, actor string) (r Receiver, err error) {
	err = s.db.View(ctx, func(tx PostTx) error {
		r, err = tx.Receiver(ctx, AccountOf(actor))
		return err
	})
	return r, err
}

// By are the channels that this municipality uses.
func (s *Post) By() []Channel { return s.by }

// Choose stores how somebody wants to be told. Their addresses are tried anew.
func (s *Post) Choose(ctx context.Context, actor string, c Choices) error {
	if err := c.check(); err != nil {
		return err
	}
	c.MailBounces, c.SMSBounces = 0, 0
	return s.db.Update(ctx, func(tx PostTx) error {
		if err := tx.PutNoticeChoices(ctx, AccountOf(actor), c); err != nil {
			return err
		}
		return journal.Append(ctx, tx, c.entry(actor))
	})
}

// Dead are letters that were given up, for the system owner, after the id after.
func (s *Post) Dead(ctx context.Context, who routine.Who, after string, limit int) (all []OnItsWay, next string, err error) {
	if !who.Is(routine.SystemOwner) {
		return nil, "", ErrMayNot
	}
	err = s.db.View(ctx, func(tx PostTx) error {
		all, err = tx.DeadPostings(ctx, after, limit+1)
		return err
	})
	if len(all) > limit {
		all, next = all[:limit], all[limit-1].ID
	}
	return all, next, err
}

// Resend tries what was given up from the beginning, as a new letter.
func (s *Post) Resend(ctx context.Context, who routine.Who, id string) error {
	if !who.Is(routine.SystemOwner) {
		return ErrMayNot
	}
	return s.db.Update(ctx, func(tx PostTx) error {
		p, ok, err := tx.PostingByID(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			return ErrPostingUnknown
		}
		if p.State != Dead {
			return nil
		}
		p.State, p.Attempts, p.Next, p.Done, p.Created, p.Letter = Waiting, 0, tx.Now(), time.Time{}, tx.Now(), ""
		if err := tx.SetBounces(ctx, p.To.AccountID, p.By, 0); err != nil {
			return err
		}
		if err := tx.PutPosting(ctx, p.Posting); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(who.Actor, "letter resent", p.To.AccountID, "letter", p.ID, "channel", string(p.By)))
	})
}
