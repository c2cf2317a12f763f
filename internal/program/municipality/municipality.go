// Package municipality opens one municipality: its database, its keys and the services over them, ready to be used by a
// server, a command or a demonstration.
//
// It owns the list of which service needs what. It owns no behaviour: that is in the services.
// Its neighbours are internal/program/server, which puts front doors before a municipality, and internal/program/cli.
//
// It also owns where the municipality's signing keys are and how they are replaced ([Custody]): what is public about them in the
// database, the secrets in a key folder beside it (internal/program/keystore), the root's in the same folder or, after a ceremony
// (internal/program/ceremony), with three custodians.
//
// Promise: no secret key that something is signed with lies in the database. Opening a municipality asks for no passphrase: keys are fetched
// when something is first signed, so that whoever only reads needs none.
package municipality

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/domain/retention"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/program/keystore"
	"hemnyckel/internal/storage"
)

// Options of Open.
type Options struct {
	Create bool // make the municipality if it is not there
	// Profile is the text of a profile that the municipality shall have from now on; "" keeps the one it has. Where it changes
	// who may open what, [Municipality.FinishProfile] must follow.
	Profile string
	Keys    string // folder of the keys; "": HEMNYCKEL_KEYS, or else the folder keys beside an SQLite database
	Ask     Ask    // for passphrases and PINs; nil: what the environment names, nobody at a terminal
	// Passphrase encrypts the key folder, if one is made; nil leaves it to its permissions.
	Passphrase []byte
	Work       int              // what trying that passphrase costs; 0: keystore.Work
	Fresh      bool             // refuse a municipality that is there already
	Clock      func() time.Time // nil: time.Now
	Logger     *slog.Logger     // nil: silent
}

// Ask asks for a passphrase or a PIN.
type Ask = keystore.Ask

// ErrThere says that a municipality was to be made that is there.
var ErrThere = problem.New(problem.Conflict, "ca-municipality-exists",
	"Kommunen finns redan, med sina nycklar. Inget har ändrats. Se dem med: hemnyckel ca status.",
	"The municipality is there already, with its keys. Nothing was changed. See them with: hemnyckel ca status.")

// Municipality is one opened municipality.
type Municipality struct {
	DB        *storage.DB
	Name      string // settings: what people call it
	Profile   routine.Profile
	profile   string // its text
	Authority *credential.Authority
	Custody   *Custody
	Log       *journal.Log
	Verifier  string // the log's public key, as trust files carry it
	Casework  *casework.Service
	Consents  *casework.Consents
	Register  *consent.Service // of owners and their consents
	Tokens    *identity.Tokens
	Accounts  *identity.Accounts
	Staff     *identity.Staff
	Keys      *fleet.Keys
	Stations  *fleet.Stations
	Fleet     Fleet // stock, keys' lives, cabinets, sites, people
	Sync      *keysync.Service
	Faults    *casework.Faults
	Support   *support.Service

	Emergencies *identity.Emergencies
	Disclosures *disclosure.Service
	Retention   *retention.Service

	clock func() time.Time
	store *keystore.Store
}

// ErrName says that a municipality cannot be called that.
var ErrName = problem.New(problem.Invalid, "municipality-name",
	"Kommunens namn ska vara 1–100 tecken på en rad.", "The municipality's name is 1 to 100 characters on one line.")

// Names of settings and secrets.
const (
	settingID      = "id"
	settingName    = "name"
	settingProfile = "profile"
	settingLogKey  = "journal.verifier"
)

// Open opens the municipality at target, a folder or a PostgreSQL URL.
func Open(ctx context.Context, target string, o Options) (*Municipality, error) {
	if _, err := readProfile(o.Profile); err != nil {
		return nil, err
	}
	db, err := storage.Open(ctx, target, storage.Options{Create: o.Create, Clock: o.Clock, Logger: o.Logger})
	if err != nil {
		return nil, err
	}
	m := &Municipality{DB: db, clock: o.Clock}
	if m.clock == nil {
		m.clock = time.Now
	}
	if o.Ask == nil {
		o.Ask = keystore.Environment().Ask
	}
	if err := m.load(ctx, o); err != nil {
		db.Close()
		return nil, err
	}
	return m, nil
}

// Close releases the database and the keys.
func (m *Municipality) Close() error { return errors.Join(m.DB.Close(), m.store.Close()) }

func (m *Municipality) load(ctx context.Context, o Options) error {
	var stored kept
	if err := m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		stored, err = read(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	if o.Fresh && stored.complete() {
		return ErrThere
	}
	folder := keyFolder(m.DB, o.Keys)
	m.store = keystore.Open(folder, o.Ask)
	if !stored.complete() {
		var err error
		if m.store, err = openStore(folder, o.Ask, o.Passphrase, cmp.Or(o.Work, keystore.Work)); err != nil {
			return err
		}
		if stored, err = m.found(ctx); err != nil {
			return err
		}
	}
	if o.Profile != "" && o.Profile != stored.profile {
		if err := m.DB.Update(ctx, func(tx *storage.Tx) error { return keepProfile(ctx, tx, o.Profile) }); err != nil {
			return err
		}
		stored.profile = o.Profile
	}
	return m.wire(ctx, stored)
}

// kept is what a municipality keeps about itself.
type kept struct {
	id, name, profile, verifier, authority string
}

func (k kept) complete() bool { return k.id != "" && k.verifier != "" && k.authority != "" }

func read(ctx context.Context, tx *storage.Tx) (k kept, err error) {
	for name, to := range map[string]*string{settingID: &k.id, settingName: &k.name, settingProfile: &k.profile, settingLogKey: &k.verifier,
		settingAuthority: &k.authority} {
		if *to, err = tx.Setting(ctx, name); err != nil {
			return k, err
		}
	}
	return k, nil
}

// found makes what a new municipality needs, unless somebody else does it at the same time and is quicker: then keys that nobody uses are
// left in the folder.
func (m *Municipality) found(ctx context.Context) (kept, error) {
	made := kept{id: uuid.Must(uuid.NewV7()).String(), name: "Kommunen"}
	state, verifier, err := foundKeys(m.store, made.id, m.clock())
	if err != nil {
		return made, err
	}
	made.verifier = verifier
	if made.authority, err = state.text(); err != nil {
		return made, err
	}
	k := made
	err = m.DB.Update(ctx, func(tx *storage.Tx) error {
		if k, err = read(ctx, tx); err != nil || k.complete() {
			return err
		}
		made.profile, k = k.profile, made
		for name, value := range map[string]string{settingID: k.id, settingName: k.name, settingLogKey: k.verifier, settingAuthority: k.authority} {
			if err := tx.SetSetting(ctx, name, value); err != nil {
				return err
			}
		}
		entry := keysEntry("system", "journal and device authority made", state)
		entry.Fields = append(entry.Fields, journal.Field{Name: "verifier", Value: k.verifier})
		return journal.Append(ctx, tx, entry)
	})
	return k, err
}

// Current reports whether the profile that this process was opened with is still the municipality's. Services have it from the
// beginning, so that no transaction goes by two: a process takes a new one by being started anew.
func (m *Municipality) Current(ctx context.Context) (bool, error) {
	now := ""
	err := m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		now, err = tx.Setting(ctx, settingProfile)
		return err
	})
	return now == m.profile, err
}

func (m *Municipality) wire(ctx context.Context, k kept) error {
	m.Name, m.Verifier, m.profile = k.name, k.verifier, k.profile
	var err error
	if m.Profile, err = readProfile(k.profile); err != nil {
		return err
	}
	verifier, err := note.NewVerifier(k.verifier)
	if err != nil {
		return fmt.Errorf("municipality: the log's public key: %w", err)
	}
	signer := &journalSigner{Verifier: verifier, store: m.store}
	if m.Log, err = journal.NewLog(txn.Narrow(m.DB, func(tx *storage.Tx) journal.Tx { return tx }), signer, verifier); err != nil {
		return err
	}
	m.Authority = &credential.Authority{}
	m.Custody = &Custody{db: m.DB, store: m.store, clock: m.clock, id: k.id, name: k.name, verifier: verifier, authority: m.Authority}
	if err := m.Custody.adopt(k.authority); err != nil {
		return err
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return fmt.Errorf("municipality: local time: %w", err)
	}
	m.Casework = casework.NewService(txn.Narrow(m.DB, func(tx *storage.Tx) casework.Tx { return tx }), m.Profile).In(zone)
	m.Tokens = identity.NewTokens(txn.Narrow(m.DB, func(tx *storage.Tx) identity.TokenTx { return tx }))
	m.Accounts = identity.NewAccounts(txn.Narrow(m.DB, func(tx *storage.Tx) identity.AccountTx { return tx }), m.Profile)
	m.Emergencies = identity.NewEmergencies(txn.Narrow(m.DB, func(tx *storage.Tx) identity.EmergencyTx { return tx }))
	m.Staff = identity.NewStaff(txn.Narrow(m.DB, func(tx *storage.Tx) identity.StaffTx { return tx }))
	m.Keys = fleet.NewKeys(txn.Narrow(m.DB, func(tx *storage.Tx) fleet.KeyTx { return tx }), m.Authority)
	m.Stations = fleet.NewStations(txn.Narrow(m.DB, func(tx *storage.Tx) fleet.StationTx { return tx }), m.Authority)
	m.Fleet = NewFleet(m.DB, m.Profile, m.Casework, m.Keys)
	m.Faults = casework.NewFaults(m.Casework, zone)
	m.Consents = casework.NewConsents(m.Casework, zone)
	m.Register = consent.NewService(txn.Narrow(m.DB, func(tx *storage.Tx) consent.Tx { return tx }), m.Profile, zone)
	m.Support = support.NewService(txn.Narrow(m.DB, func(tx *storage.Tx) support.Tx { return tx }), support.Desk{Profile: m.Profile, Zone: zone})
	m.Disclosures = disclosure.NewService(txn.Narrow(m.DB, func(tx *storage.Tx) disclosure.Tx { return tx }), m.Log, m.Profile.Log)
	m.Retention = retention.NewService(txn.Narrow(m.DB, func(tx *storage.Tx) retention.Tx { return tx }), m.Profile)
	m.Sync, err = keysync.Open(ctx, txn.Narrow(m.DB, func(tx *storage.Tx) keysync.Tx { return tx }), m.Authority, syncProfile(m.Profile, zone))
	return err
}

func syncProfile(p routine.Profile, zone *time.Location) keysync.Profile {
	out := keysync.DefaultProfile()
	out.Hours, out.Place = p.OpensIn, zone
	return out
}

// Rename sets what people call the municipality. A server that is running shows it after its next start.
func (m *Municipality) Rename(ctx context.Context, name string) error {
	if name == "" || len(name) > 100 || strings.ContainsFunc(name, unicode.IsControl) {
		return ErrName
	}
	err := m.DB.Update(ctx, func(tx *storage.Tx) error {
		if err := tx.SetSetting(ctx, settingName, name); err != nil {
			return err
		}
		return journal.Append(ctx, tx, journal.Entry{Kind: journal.ConfigChanged, Fields: []journal.Field{
			{Name: journal.FieldActor, Value: "system"}, {Name: "setting", Value: settingName}, {Name: "value", Value: name}}})
	})
	if err == nil {
		m.Name = name
	}
	return err
}

// Sessions returns the service of logging in, by a policy that is the server's to say.
func (m *Municipality) Sessions(p identity.Policy) *identity.Sessions {
	return identity.NewSessions(txn.Narrow(m.DB, func(tx *storage.Tx) identity.AccountTx { return tx }), p)
}

// Recompute computes everybody's grounds and rights anew and returns how many rows were not as they should be.
func (m *Municipality) Recompute(ctx context.Context) (changed int, err error) {
	return m.Casework.RefreshAll(ctx, "", func(ctx context.Context, f func(casework.RegisterTx) error) error {
		return m.DB.Update(ctx, func(tx *storage.Tx) error { return f(tx) })
	})
}

// Why gives the chains of grounds of a group's rights to a lock.
func (m *Municipality) Why(ctx context.Context, lockSerial, groupCode string) (chains []access.Chain, err error) {
	err = m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		chains, err = access.Why(ctx, tx, lockSerial, groupCode)
		return err
	})
	return chains, err
}
