package municipality

import (
	"context"
	"crypto/ecdh"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/ceremony"
	"hemnyckel/internal/program/keystore"
	"hemnyckel/internal/storage"
)

// Custody is where a municipality's keys are and how they are replaced. What is public about them lies in the database, for every
// server to see; the secrets lie in a key folder or a hardware module, and are fetched when something is first signed. It is safe for
// concurrent use.
type Custody struct {
	db        *storage.DB
	store     *keystore.Store
	clock     func() time.Time
	id, name  string
	verifier  note.Verifier // the journal's
	authority *credential.Authority

	mu   sync.Mutex
	seen string // the state that authority works by, as it is stored; guarded by mu
}

// Names of keys in the folder, beside the roles' names.
const (
	keyRoot    = "root"
	keyNext    = "next-root"
	keyIngest  = "ingest"
	keyJournal = "journal"
)

// settingAuthority is the public state, in base64.
const settingAuthority = "authority"

// authorityState is what is public about a municipality's keys.
type authorityState struct {
	Trust     ceremony.Trust           `cbor:"1,keyasint"`
	Ingest    []credential.ExchangeKey `cbor:"2,keyasint"` // the one in use, the announced next one if any, former ones
	Announced bool                     `cbor:"3,keyasint,omitempty"`
	Config    uint32                   `cbor:"6,keyasint,omitempty"` // version of the locks' configurations
	Single    bool                     `cbor:"4,keyasint,omitempty"` // root and next root lie in the key folder
	Change    uint32                   `cbor:"5,keyasint,omitempty"` // how many times it has been changed
}

const maxState = 256 << 10

func (s authorityState) text() (string, error) {
	b, err := credential.Encode(s)
	return base64.StdEncoding.EncodeToString(b), err
}

func parseState(text string) (authorityState, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return authorityState{}, fmt.Errorf("municipality: the authority's state: %w", err)
	}
	s, err := credential.Decode[authorityState](b, maxState)
	if err != nil {
		return s, fmt.Errorf("municipality: the authority's state: %w", err)
	}
	return s, nil
}

// keyFolder is where keys lie: where somebody says, or beside an SQLite database.
func keyFolder(db *storage.DB, named string) string {
	switch {
	case named != "":
		return named
	case os.Getenv("HEMNYCKEL_KEYS") != "":
		return os.Getenv("HEMNYCKEL_KEYS")
	case db.Folder() != "":
		return filepath.Join(db.Folder(), "keys")
	}
	return ""
}

// openStore opens the key folder for a new municipality, and makes one if there is none.
func openStore(dir string, ask keystore.Ask, passphrase []byte, work int) (*keystore.Store, error) {
	store := keystore.Open(dir, ask)
	err := store.Exists()
	if err == nil || !errors.Is(err, keystore.ErrNone) {
		return store, err
	}
	made, err := keystore.Create(dir, passphrase, work, ask)
	if errors.Is(err, keystore.ErrExists) { // somebody else was quicker
		return store, nil
	}
	return made, err
}

// foundKeys makes everything that a new municipality signs with, root and all, in the folder. Nothing of it counts before its public half
// has been committed to the database.
func foundKeys(store *keystore.Store, id string, now time.Time) (s authorityState, verifier string, err error) {
	skey, vkey, err := journal.GenerateKey("hemnyckel.invalid/" + id)
	if err != nil {
		return s, "", err
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return s, "", err
	}
	if err := store.Add(journalKeyName(v), []byte(skey)); err != nil {
		return s, "", err
	}
	root, next, err := newRoot(store)
	if err != nil {
		return s, "", err
	}
	secrets := credential.RootSecrets{Root: root, Next: next}
	if s.Trust, err = ceremony.NewTrust(secrets); err != nil {
		return s, "", err
	}
	keys, err := newKeys(store, id, credential.AuthorityRoles(), "")
	if err != nil {
		return s, "", err
	}
	if s.Trust, err = s.Trust.Certify(secrets, keys, now); err != nil {
		return s, "", err
	}
	ingest, err := store.NewExchanger(keyIngest)
	s.Ingest, s.Single = []credential.ExchangeKey{ingest}, true
	return s, vkey, err
}

// newKeys makes a key for each of the roles, in a file or in the hardware module at hsm.
func newKeys(store *keystore.Store, id string, roles []credential.Role, hsm string) ([]ceremony.Key, error) {
	var keys []ceremony.Key
	for _, role := range roles {
		name, signer, err := store.NewSigner(ceremony.RoleName(role), hsm)
		if err != nil {
			return nil, err
		}
		k, err := ceremony.NewKey(id, role, signer, store.Place(name))
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

func journalKeyName(v note.Verifier) string { return fmt.Sprintf("%s-%08x", keyJournal, v.KeyHash()) }

// journalSigner signs the log with a key that is fetched when it is first needed.
type journalSigner struct {
	note.Verifier
	store *keystore.Store

	mu     sync.Mutex
	signer note.Signer // guarded by mu
}

// Sign signs a checkpoint.
func (j *journalSigner) Sign(msg []byte) ([]byte, error) {
	if err := j.load(); err != nil {
		return nil, err
	}
	return j.signer.Sign(msg)
}

func (j *journalSigner) load() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.signer != nil {
		return nil
	}
	skey, err := j.store.Secret(journalKeyName(j.Verifier))
	if err != nil {
		return err
	}
	signer, err := note.NewSigner(string(skey))
	if err != nil || signer.KeyHash() != j.KeyHash() {
		return keystore.ErrDamaged.Fill(journalKeyName(j.Verifier)).With(err)
	}
	j.signer = signer
	return nil
}

// material is what an Authority works with. Nothing secret is fetched for it.
func (c *Custody) material(s authorityState) (credential.Material, error) {
	m := credential.Material{Root: s.Trust.Root, Next: s.Trust.Next, Statements: s.Trust.Statements, Announced: s.Announced, Config: s.Config,
		Roles: map[credential.Role]credential.RoleSigner{}}
	for _, role := range credential.AuthorityRoles() {
		raw, certs := s.Trust.Of(role)
		if len(raw) == 0 {
			return m, fmt.Errorf("municipality: no certificate for %s", ceremony.RoleName(role))
		}
		use := c.usable(role, certs)
		signer, err := c.store.Signer(ceremony.RoleName(role), certs[use].Key)
		if err != nil {
			return m, err
		}
		raw[0], raw[use] = raw[use], raw[0]
		m.Roles[role] = credential.RoleSigner{Signer: signer, Certificates: raw}
	}
	for _, pub := range s.Ingest {
		k, err := c.store.Exchanger(keyIngest, pub)
		if err != nil {
			return m, err
		}
		m.Ingest = append(m.Ingest, ecdh.KeyExchanger(k))
	}
	return m, nil
}

// usable is the newest of a role's certificates whose key is here and that is valid now, else the newest whose key is here, else the newest. One that
// was signed by a clock that was ahead does not stand in the way of the one that was signed after it.
func (c *Custody) usable(role credential.Role, certs []credential.Certificate) int {
	now := credential.At(c.clock())
	valid := slices.IndexFunc(certs, func(cert credential.Certificate) bool { return cert.ValidAt(now) && c.has(role, cert) })
	here := slices.IndexFunc(certs, func(cert credential.Certificate) bool { return c.has(role, cert) })
	if valid >= 0 {
		return valid
	}
	return max(here, 0)
}

// has reports whether the key that a certificate names lies here.
func (c *Custody) has(role credential.Role, cert credential.Certificate) bool {
	return c.store.Place(keystore.SignerName(ceremony.RoleName(role), cert.Key)) != ""
}

// adopt makes the authority work by a stored state.
func (c *Custody) adopt(text string) error {
	s, err := parseState(text)
	if err != nil {
		return err
	}
	m, err := c.material(s)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.authority.Replace(m); err != nil {
		return fmt.Errorf("municipality: the devices' authority: %w", err)
	}
	c.seen = text
	return nil
}

// Unlock fetches every key that the server signs with, so that one that is missing or locked shows when it starts and not at somebody's
// door.
func (c *Custody) Unlock(ctx context.Context) error {
	s, err := c.state(ctx)
	if err != nil {
		return err
	}
	m, err := c.material(s)
	if err != nil {
		return err
	}
	for _, role := range credential.AuthorityRoles() {
		if k, ok := m.Roles[role].Signer.(*keystore.Signer); ok {
			if _, err := k.Load(); err != nil {
				return err
			}
		}
	}
	for _, k := range m.Ingest[:1] {
		if _, err := k.(*keystore.Exchanger).Load(); err != nil {
			return err
		}
	}
	return (&journalSigner{Verifier: c.verifier, store: c.store}).load()
}

func (c *Custody) state(ctx context.Context) (s authorityState, err error) {
	err = c.db.View(ctx, func(tx *storage.Tx) error {
		text, err := tx.Setting(ctx, settingAuthority)
		if err == nil {
			s, err = parseState(text)
		}
		return err
	})
	return s, err
}

// change replaces the public state by what f makes of it, with an entry in the journal, and then works by it.
func (c *Custody) change(ctx context.Context, actor, what string, f func(tx *storage.Tx, s authorityState) (authorityState, error)) error {
	text := ""
	err := c.db.Update(ctx, func(tx *storage.Tx) error {
		old, err := tx.Setting(ctx, settingAuthority)
		if err != nil {
			return err
		}
		s, err := parseState(old)
		if err != nil {
			return err
		}
		if s, err = c.newest(s); err != nil {
			return err
		}
		if s, err = f(tx, s); err != nil {
			return err
		}
		s.Change++
		if _, err := c.material(s); err != nil {
			return err
		}
		if text, err = s.text(); err != nil {
			return err
		}
		if err := tx.SetSetting(ctx, settingAuthority, text); err != nil {
			return err
		}
		return journal.Append(ctx, tx, keysEntry(actor, what, s))
	})
	if err != nil {
		return err
	}
	return errors.Join(c.adopt(text), c.keepCopy(text))
}

// keysEntry tells the journal which keys are in use from now on.
func keysEntry(actor, what string, s authorityState) journal.Entry {
	fields := []journal.Field{{Name: journal.FieldActor, Value: actor}, {Name: "keys", Value: what}, {Name: "root", Value: s.Trust.Root.String()}}
	for _, role := range credential.AuthorityRoles() {
		if _, certs := s.Trust.Of(role); len(certs) > 0 {
			fields = append(fields, journal.Field{Name: ceremony.RoleName(role), Value: certs[0].Key.String()})
		}
	}
	fields = append(fields, journal.Field{Name: keyIngest, Value: s.Ingest[0].String()})
	return journal.Entry{Kind: journal.KeysChanged, Fields: fields}
}

// watchEvery is how often a server looks whether its keys have been replaced.
const watchEvery = 5 * time.Second

// warnEvery is how often a server's log says that a certificate is about to end.
const warnEvery = 12 * time.Hour

// Watch follows changes of keys that other processes make, and warns of what is about to end, until ctx does.
func (c *Custody) Watch(ctx context.Context, logger *slog.Logger) {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	var warned time.Time
	for {
		if err := c.Refresh(ctx); err != nil && ctx.Err() == nil {
			logger.Error("the keys that somebody has put in place cannot be used; the server goes on with those that it has", "error", err)
		}
		if now := c.clock(); now.Sub(warned) >= warnEvery {
			warned = now
			c.warn(ctx, logger)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// Refresh works by the newest state that is stored.
func (c *Custody) Refresh(ctx context.Context) error {
	text := ""
	if err := c.db.View(ctx, func(tx *storage.Tx) (err error) {
		text, err = tx.Setting(ctx, settingAuthority)
		return err
	}); err != nil {
		return err
	}
	c.mu.Lock()
	known := text == c.seen
	c.mu.Unlock()
	if known {
		return nil
	}
	return c.adopt(text)
}

func (c *Custody) warn(ctx context.Context, logger *slog.Logger) {
	s, err := c.Status(ctx, DefaultWarning)
	if err != nil {
		return
	}
	for _, r := range s.Roles {
		if r.State != KeyGood {
			logger.Warn("a role's certificate needs attention: hemnyckel ca status", "role", r.Role, "state", r.State, "until", r.Until, "days", r.Days)
		}
	}
	if s.Single {
		logger.Info("the root lies on this machine (single): see docs/ceremony.md")
	}
}

// ErrCustodians says that the root is not on this machine.
var ErrCustodians = problem.New(problem.Conflict, "ca-root-elsewhere",
	"Roten finns hos förvaltarna, inte på den här datorn. Gör en begäran (hemnyckel ca request), låt två förvaltare skriva under den (ca sign) och installera svaret (ca install). Roten själv byts med ca rotate root --transcript på förvaltarnas dator.",
	"The root is with the custodians, not on this machine. Make a request (hemnyckel ca request), have two custodians sign it (ca sign) and install the answer (ca install). The root itself is changed with ca rotate root --transcript on the custodians' machine.")
