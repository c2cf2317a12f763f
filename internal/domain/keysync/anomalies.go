package keysync

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// Classes of anomalies in what keys bring home, as the journal's field "class" says them.
const (
	ClassUnreadable = "unreadable" // a batch that does not open, or is not genuine
	ClassStranger   = "stranger"   // from a lock that we do not know, or have not claimed
	ClassGap        = "gap"        // records are missing between what we had and what came
	ClassFork       = "fork"       // the same place in the log told twice, differently
	ClassRollback   = "rollback"   // a lock that has gone back and told its past anew
	ClassLost       = "lost"       // records that the lock itself says it has overwritten
	ClassActivation = "activation" // an activation that is not genuine, of an unknown key or person, or told twice differently
	ClassOrphan     = "orphan"     // records that name an activation that no station has reported and none will
	ClassLeftOut    = "left-out"   // records that the lock still has were left out by whoever carried the later ones
	ClassSetAside   = "set-aside"  // a mail that could not be taken over, and is kept
	ClassQuota      = "quota"      // a key that has brought more in a day than any honest one; the rest stays with it
	ClassAhead      = fleet.ClassAhead
)

// anomaly is one thing to tell the journal, and whoever looks after locks.
type anomaly struct {
	class    string
	subjects []string
	detail   string
}

func (a anomaly) entry() journal.Entry {
	return journal.Entry{Kind: journal.RecordsAnomalous, Subjects: a.subjects, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"}, {Name: "class", Value: a.class}, {Name: "detail", Value: a.detail}}}
}

// Anomaly is an anomaly as those who look after locks see it.
type Anomaly struct {
	ID        string
	At        time.Time
	Class     string
	Subject   string // id of the lock or key; "" where there is none
	Label     string // what people call it
	Detail    string
	SettledAt time.Time // zero while it is open
	SettledBy string
	Note      string
}

// AnomalyFilter narrows a list of anomalies. The zero value is all of them.
type AnomalyFilter struct {
	ID    string    // that one
	Open  bool      // only those that nobody has dealt with
	Class string    // one of the classes
	Label string    // of a lock or key, as people call it
	Since time.Time // told at this instant or later
}

// AnomalyTx is what anomalies need of a database transaction.
type AnomalyTx interface {
	InsertAnomalies(ctx context.Context, a []Anomaly) error
	// Anomalies returns at most limit of them, the newest first, below an id ("" for the newest).
	Anomalies(ctx context.Context, f AnomalyFilter, below string, limit int) ([]Anomaly, error)
	// SettleAnomaly reports whether an open one was settled.
	SettleAnomaly(ctx context.Context, a Anomaly) (bool, error)
}

// Problems with anomalies. Codes are stable.
var (
	ErrMayNot = problem.New(problem.Denied, "anomalies-not-yours",
		"Bara låsansvarig och systemansvarig ser avvikelser från lås.", "Only the lock manager and the system owner see anomalies of locks.")
	ErrAnomalyUnknown = problem.New(problem.NotFound, "anomaly-unknown",
		"Avvikelsen finns inte, eller är redan avklarad.", "There is no such anomaly, or it has been settled already.")
	ErrNote = problem.New(problem.Invalid, "anomaly-note",
		"Skriv vad som gjordes åt avvikelsen, med högst 500 tecken.", "Say what was done about the anomaly, in at most 500 characters.")
)

// tell appends entries and anomalies to the journal, and anomalies to the list that people work through.
func tell(ctx context.Context, tx Tx, entries []journal.Entry, anomalies []anomaly) error {
	rows := make([]Anomaly, len(anomalies))
	for i, a := range anomalies {
		entries = append(entries, a.entry())
		rows[i] = Anomaly{ID: uuid.Must(uuid.NewV7()).String(), At: tx.Now(), Class: a.class, Detail: a.detail}
		if len(a.subjects) > 0 {
			rows[i].Subject = a.subjects[0]
		}
	}
	if err := tx.InsertAnomalies(ctx, rows); err != nil {
		return err
	}
	return journal.Append(ctx, tx, entries...)
}

func mayTend(who routine.Who) bool {
	return who.Role == routine.LockManager || who.Role == routine.SystemOwner
}

// MaxAnomalies bounds what is listed at once.
const MaxAnomalies = 1000

// Anomalies lists anomalies, the newest first, below an id. At most limit of them, no more than [MaxAnomalies].
func (s *Service) Anomalies(ctx context.Context, who routine.Who, f AnomalyFilter, below string, limit int) (all []Anomaly, err error) {
	if !mayTend(who) {
		return nil, ErrMayNot
	}
	err = s.db.View(ctx, func(tx Tx) (err error) {
		all, err = tx.Anomalies(ctx, f, below, min(max(limit, 1), MaxAnomalies))
		return err
	})
	return all, err
}

// Settle notes what was done about an anomaly.
func (s *Service) Settle(ctx context.Context, who routine.Who, id, note string) error {
	note = strings.TrimSpace(note)
	switch {
	case !mayTend(who):
		return ErrMayNot
	case note == "" || len(note) > fleet.MaxReason:
		return ErrNote
	}
	return s.db.Update(ctx, func(tx Tx) error {
		settled, err := tx.SettleAnomaly(ctx, Anomaly{ID: id, SettledAt: tx.Now(), SettledBy: who.Actor, Note: note})
		if err == nil && !settled {
			err = ErrAnomalyUnknown
		}
		if err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.ConfigChanged, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: who.Actor}, {Name: "setting", Value: "anomaly"}, {Name: "value", Value: id}, {Name: "note", Value: note}}})
	})
}

// OrphanAfter is how long a record's activation may keep coming.
const OrphanAfter = 10 * 24 * time.Hour

// maxOrphans bounds the orphans of one transaction.
const maxOrphans = 200

// SettleOrphans makes an anomaly of each activation that records name and that can no longer come: its station has reported
// later ones, or ten days have gone. Until then it is pending.
func (s *Service) SettleOrphans(ctx context.Context) error {
	for more := true; more; {
		var orphans []Orphan
		find := func(tx Tx) (err error) {
			orphans, err = tx.Orphans(ctx, tx.Now().Add(-OrphanAfter), maxOrphans)
			return err
		}
		if err := s.db.View(ctx, find); err != nil || len(orphans) == 0 {
			return err
		}
		more = len(orphans) == maxOrphans
		err := s.db.Update(ctx, func(tx Tx) error {
			if err := find(tx); err != nil {
				return err
			}
			var told []uint64
			var anomalies []anomaly
			for _, o := range orphans {
				told = append(told, o.Serial)
				anomalies = append(anomalies, orphaned(o))
			}
			if err := tx.TellOrphans(ctx, told); err != nil {
				return err
			}
			return tell(ctx, tx, nil, anomalies)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func orphaned(o Orphan) anomaly {
	a := anomaly{class: ClassOrphan, detail: "activation " + strconv.FormatUint(o.Serial, 10) + " of station " +
		strconv.FormatUint(o.Serial>>32, 10) + " was used at the door and has never been reported"}
	if o.LockID != "" {
		a.subjects = []string{o.LockID}
	}
	return a
}
