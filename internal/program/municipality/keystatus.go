package municipality

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/program/ceremony"
	"hemnyckel/internal/program/keystore"
)

// KeyState says whether somebody has to do something about a key.
type KeyState string

// The states, from good to bad.
const (
	KeyGood    KeyState = "good"
	KeySoon    KeyState = "ends-soon"
	KeyEnded   KeyState = "ended"
	KeyMissing KeyState = "missing" // its secret is not here
)

// DefaultWarning is how long before its end a certificate is said to end soon: time for a ceremony with three people's calendars.
const DefaultWarning = 60 * 24 * time.Hour

// RoleStatus is one role's key.
type RoleStatus struct {
	Role   string    `json:"role"`
	Serial string    `json:"serial"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until"`
	Days   int       `json:"days_left"`
	Place  string    `json:"place"`
	State  KeyState  `json:"state"`
	Former int       `json:"former"` // certificates from before, still needed
}

// IngestStatus is one key that locks seal their logs to.
type IngestStatus struct {
	Key   string   `json:"key"`
	Use   string   `json:"use"` // in-use, announced or former
	Place string   `json:"place"`
	State KeyState `json:"state"`
}

// KeyStatus is what a municipality signs with.
type KeyStatus struct {
	Root      string         `json:"root"`       // fingerprint
	Next      string         `json:"next_root"`  // commitment
	Changes   int            `json:"changes"`    // of root
	Single    bool           `json:"single"`     // the root lies on this machine
	Folder    string         `json:"folder"`     // of the keys
	Encrypted bool           `json:"passphrase"` // guards the folder
	Roles     []RoleStatus   `json:"roles"`
	Ingest    []IngestStatus `json:"ingest"`
	Journal   string         `json:"journal"` // where the log's key lies
	State     KeyState       `json:"state"`   // the worst
}

// Status tells of every key, without opening any. Certificates that end within soon are said to.
func (c *Custody) Status(ctx context.Context, soon time.Duration) (KeyStatus, error) {
	s, err := c.state(ctx)
	if err != nil {
		return KeyStatus{}, err
	}
	if err := c.store.Exists(); err != nil && !errors.Is(err, keystore.ErrNone) && !errors.Is(err, keystore.ErrUnnamed) {
		return KeyStatus{}, err
	}
	k := KeyStatus{Root: ceremony.Fingerprint(s.Trust.Root), Next: hex.EncodeToString(s.Trust.Next[:]), Changes: len(s.Trust.Statements),
		Single: s.Single, Folder: c.store.Dir(), Encrypted: c.store.Encrypted(), State: KeyGood,
		Journal: c.store.Place(journalKeyName(c.verifier))}
	if k.Journal == "" {
		k.State = KeyMissing
	}
	for _, role := range credential.AuthorityRoles() {
		r := c.roleStatus(role, s.Trust, soon)
		k.Roles, k.State = append(k.Roles, r), worse(k.State, r.State)
	}
	for i, pub := range s.Ingest {
		in := c.ingestStatus(i, pub, s.Announced)
		k.Ingest, k.State = append(k.Ingest, in), worse(k.State, in.State)
	}
	return k, nil
}

func (c *Custody) roleStatus(role credential.Role, t ceremony.Trust, soon time.Duration) RoleStatus {
	_, certs := t.Of(role)
	r := RoleStatus{Role: ceremony.RoleName(role), State: KeyMissing}
	if len(certs) == 0 {
		return r
	}
	cert := certs[c.usable(role, certs)]
	left := cert.Expires.Sub(credential.At(c.clock()))
	r.Serial, r.From, r.Until = fmt.Sprintf("%016x", cert.Serial), cert.NotBefore.Time(), cert.Expires.Time()
	r.Days, r.Former = int(math.Ceil(left.Hours()/24)), len(certs)-1
	r.Place = c.store.Place(keystore.SignerName(r.Role, cert.Key))
	switch {
	case r.Place == "":
	case left <= 0:
		r.State = KeyEnded
	case left <= soon:
		r.State = KeySoon
	default:
		r.State = KeyGood
	}
	return r
}

func (c *Custody) ingestStatus(i int, pub credential.ExchangeKey, announced bool) IngestStatus {
	in := IngestStatus{Key: pub.String(), Use: "former", State: KeyGood, Place: c.store.Place(keystore.ExchangerName(keyIngest, pub))}
	switch {
	case i == 0:
		in.Use = "in-use"
	case i == 1 && announced:
		in.Use = "announced"
	}
	if in.Place == "" {
		in.State = KeyMissing
	}
	return in
}

// worse is the worse of two states.
func worse(a, b KeyState) KeyState {
	rank := map[KeyState]int{KeyGood: 0, KeySoon: 1, KeyEnded: 2, KeyMissing: 3}
	if rank[b] > rank[a] {
		return b
	}
	return a
}
