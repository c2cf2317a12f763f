package fleet

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/journal"
)

// stationPrefix lets programs that search for lost secrets find a station's.
const stationPrefix = "hns_"

// Problems with stations. Codes are stable.
var (
	// ErrStationUnknown answers every station secret that does not work, whatever the reason.
	ErrStationUnknown = problem.New(problem.Unauthenticated, "station-unknown",
		"Stationen är inte ansluten. Anslut den med en ny engångskod från låsansvarig.",
		"The station is not enrolled. Enrol it with a new one-time token from the lock manager.")
	ErrStationExists = problem.New(problem.Conflict, "station-exists",
		"Det finns redan en station med namnet %s. Välj ett annat namn.",
		"There is a station named %s already. Choose another name.")
	ErrStationName = problem.New(problem.Invalid, "station-name",
		"Ange stationens namn, med högst 80 tecken.",
		"Give the station's name, in at most 80 characters.")
	ErrStationGroup = problem.New(problem.Invalid, "station-group",
		"Gruppen %s finns inte. Ange koden för gruppen som stationen står hos, till exempel G001.",
		"There is no group %s. Give the code of the group that the station stands with, such as G001.")
	ErrStationKeys = problem.New(problem.Invalid, "station-keys",
		"Stationens publika nycklar går inte att läsa. Starta om stationen och försök igen.",
		"The station's public keys cannot be read. Restart the station and try again.")
)

// StationTx is what stations need of a database transaction.
type StationTx interface {
	journal.Tx
	instructionReader

	GroupNumber(ctx context.Context, groupID string) (uint32, error)
	// GroupByCode returns the id of a group, "" if there is none.
	GroupByCode(ctx context.Context, code string) (string, error)
	StationByName(ctx context.Context, name string) (Station, bool, error)
	StationByToken(ctx context.Context, hash string) (Station, bool, error)
	StationsByDevice(ctx context.Context, devices []uint32) (map[uint32]Station, error)
	Stations(ctx context.Context) ([]Station, error)
	MaxStationDevice(ctx context.Context) (uint32, error)
	// PutStation stores a station; an empty hash leaves the stored one.
	PutStation(ctx context.Context, s Station, tokenHash string) error
	// KeysDue returns at most limit issued keys of a group whose grant ends before t, the most urgent first.
	KeysDue(ctx context.Context, groupID string, t time.Time, limit int) ([]Key, error)
}

// Stations is the service of sync stations.
type Stations struct {
	db        txn.Runner[StationTx]
	authority *credential.Authority

	mu    sync.Mutex
	known map[string]Station // by the hash of their secret, as they were
}

// NewStations returns the stations of one municipality, whose certificates authority signs.
func NewStations(db txn.Runner[StationTx], authority *credential.Authority) *Stations {
	return &Stations{db: db, authority: authority}
}

// Enrol makes a station known and returns the token with which it fetches its certificate, once. The token is shown now and
// never again.
func (s *Stations) Enrol(ctx context.Context, actor, name, groupCode string) (token string, err error) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > 80 {
		return "", ErrStationName
	}
	token = NewStationSecret()
	err = s.db.Update(ctx, func(tx StationTx) error {
		group, err := tx.GroupByCode(ctx, groupCode)
		if err != nil {
			return err
		}
		if group == "" {
			return ErrStationGroup.Fill(groupCode)
		}
		if _, ok, err := tx.StationByName(ctx, name); err != nil || ok {
			return orErr(err, ErrStationExists.Fill(name))
		}
		device, err := tx.MaxStationDevice(ctx)
		if err != nil {
			return err
		}
		station := Station{ID: uuid.Must(uuid.NewV7()).String(), Device: device + 1, Name: name, GroupID: group}
		if err := tx.PutStation(ctx, station, HashStationSecret(token)); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.StationEnrolled, Subjects: []string{station.ID},
			Fields: []journal.Field{{Name: journal.FieldActor, Value: actor}, {Name: "name", Value: name}, {Name: "step", Value: "token"}}})
	})
	return token, err
}

func orErr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Connect is what a station does with its one-time token: it tells its public keys and the hash of a secret of its own, which
// replaces the token. If the answer is lost the token is spent, but the station can show its own secret.
func (s *Stations) Connect(ctx context.Context, token string, key credential.PublicKey, exchange credential.ExchangeKey, secretHash string) (Station, error) {
	if b, err := hex.DecodeString(secretHash); err != nil || len(b) != sha256.Size {
		return Station{}, ErrStationKeys
	}
	var out Station
	err := s.db.Update(ctx, func(tx StationTx) error {
		station, ok, err := tx.StationByToken(ctx, HashStationSecret(token))
		if err != nil || !ok {
			return orErr(err, ErrStationUnknown)
		}
		if station.Certificate != nil {
			return ErrStationUnknown // an enrolled station keeps its keys: this secret is not a one-time token
		}
		if err := s.certify(ctx, tx, &station, key, exchange); err != nil {
			return err
		}
		station.EnrolledAt, station.LastSeen = tx.Now(), tx.Now()
		if err := tx.PutStation(ctx, station, secretHash); err != nil {
			return err
		}
		out = station
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.StationEnrolled, Subjects: []string{station.ID},
			Fields: []journal.Field{{Name: journal.FieldActor, Value: "station:" + station.ID}, {Name: "name", Value: station.Name},
				{Name: "step", Value: "certificate"}, {Name: "public-key", Value: key.String()}}})
	})
	return out, err
}

// everyGroup certifies a station for the keys of all groups: any key syncs, and is activated, at any station (V2.5-b, V4-b).
// Who may activate is decided by who the person is, not by where the station stands.
const everyGroup = 0

func (s *Stations) certify(ctx context.Context, tx StationTx, station *Station, key credential.PublicKey, exchange credential.ExchangeKey) error {
	raw, err := s.authority.IssueStation(station.Device, everyGroup, key, exchange, tx.Now())
	if err != nil {
		return ErrStationKeys.With(err)
	}
	station.Certificate = raw
	return nil
}

// Authenticate tells whose secret this is.
func (s *Stations) Authenticate(ctx context.Context, secret string) (Station, error) {
	if !strings.HasPrefix(secret, stationPrefix) || len(secret) > 100 {
		return Station{}, ErrStationUnknown
	}
	var out Station
	err := s.db.View(ctx, func(tx StationTx) error {
		station, ok, err := tx.StationByToken(ctx, HashStationSecret(secret))
		if err != nil || !ok || station.Certificate == nil || !station.BlockedAt.IsZero() {
			return orErr(err, ErrStationUnknown)
		}
		out = station
		return nil
	})
	return out, err
}

// maxKnown bounds what Recognise remembers: more stations than any municipality has.
const maxKnown = 4096

// Recognise is Authenticate for whoever looks at the station again in a transaction of its own: a station that has shown its
// secret once is answered from memory, as it was then. Strangers are asked about each time.
func (s *Stations) Recognise(ctx context.Context, secret string) (Station, error) {
	hash := HashStationSecret(secret)
	s.mu.Lock()
	station, ok := s.known[hash]
	s.mu.Unlock()
	if ok {
		return station, nil
	}
	station, err := s.Authenticate(ctx, secret)
	if err != nil {
		return station, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= maxKnown {
		s.known = map[string]Station{}
	}
	s.known[hash] = station
	return station, nil
}

// renewAfter keeps certificates at least six days ahead of their end, whatever the rhythm of refreshing, which a station's verifiers of PINs
// do not outlive. With refreshes every six hours it is once a day: every lock and key verifies each of them once.
const renewAfter = 22 * time.Hour

// Renewed is what a station takes home from a refresh.
type Renewed struct {
	Station Station
	Due     []Key // keys of its group that must be synced soon
	// Instruction is the one that holds at the station now (V2.4-b); Version 0: there is none.
	Instruction Instruction
	Now         time.Time
}

// Renew gives a station a fresh certificate for its keys when the present one is nearly a day old, and notes that it was seen.
func (s *Stations) Renew(ctx context.Context, id uint32) (Renewed, error) {
	var out Renewed
	err := s.db.Update(ctx, func(tx StationTx) error {
		all, err := tx.StationsByDevice(ctx, []uint32{id})
		if err != nil {
			return err
		}
		station, ok := all[id]
		if !ok || station.Certificate == nil || !station.BlockedAt.IsZero() {
			return ErrStationUnknown
		}
		old, err := credential.ParseCertificate(station.Certificate)
		if err != nil {
			return err
		}
		if credential.At(tx.Now()).Sub(old.NotBefore) > renewAfter+credential.ClockSkew {
			if err := s.certify(ctx, tx, &station, old.Key, old.Exchange); err != nil {
				return err
			}
		}
		station.LastSeen = tx.Now()
		if err := tx.PutStation(ctx, station, ""); err != nil {
			return err
		}
		due, err := tx.KeysDue(ctx, station.GroupID, tx.Now().Add(DueWithin), MaxDue)
		if err != nil {
			return err
		}
		hangs, _, err := current(ctx, tx, StationSubject, station.GroupID)
		out = Renewed{Station: station, Due: due, Instruction: hangs, Now: tx.Now()}
		return err
	})
	return out, err
}

// A key is due for a sync when its grant ends within DueWithin; a station is told of at most MaxDue.
const (
	DueWithin = 2 * 24 * time.Hour
	MaxDue    = 100
)

// SilentAfter is how long a station may be unheard of before somebody should look at it: it asks for news every six hours, and every few
// minutes when it has got no answer.
const SilentAfter = 8 * time.Hour

// Silent reports whether a station that should be heard of has not been for that long.
func (s Station) Silent(now time.Time, after time.Duration) bool {
	return s.Works() && now.Sub(s.LastSeen) > after
}

// Contact is how the stations that should be heard of are heard of.
type Contact struct {
	Working, Silent int
	Since           time.Time // when the one that has been silent longest was last heard of
}

// Contact counts the stations that have been silent for longer than [SilentAfter].
func (s *Stations) Contact(ctx context.Context) (c Contact, err error) {
	err = s.db.View(ctx, func(tx StationTx) error {
		all, err := tx.Stations(ctx)
		for _, st := range all {
			if st.Works() {
				c.Working++
			}
			if st.Silent(tx.Now(), SilentAfter) {
				c.Silent++
				if c.Since.IsZero() || st.LastSeen.Before(c.Since) {
					c.Since = st.LastSeen
				}
			}
		}
		return err
	})
	return c, err
}

// NewStationSecret makes a secret of 32 random bytes.
func NewStationSecret() string {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return stationPrefix + hex.EncodeToString(b[:])
}

// HashStationSecret is what is stored of a station's secret: SHA-256 in hexadecimal. The secret is random, so that no
// slow hash is needed.
func HashStationSecret(secret string) string {
	d := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(d[:])
}
