// Package municipality opens one municipality: its database, its keys and the services over them, ready to be used by a
// server, a command or a demonstration.
//
// It owns the keys' first making and the list of which service needs what. It owns no behaviour: that is in the services.
// Its neighbours are internal/program/server, which puts front doors before a municipality, and internal/program/cli.
//
// Promise: keys are made once, in the transaction that first opens a municipality, and never replaced here. They lie in the
// municipality's own database until key files and hardware modules come (issue 03); whoever can read the database can sign.
package municipality

import (
	"context"
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
	"hemnyckel/internal/storage"
)

// Options of Open.
type Options struct {
	Create bool // make the municipality if it is not there
	// Profile is the text of a profile that the municipality shall have from now on; "" keeps the one it has. Where it changes
	// who may open what, [Municipality.FinishProfile] must follow.
	Profile string
	Clock   func() time.Time // nil: time.Now
	Logger  *slog.Logger     // nil: silent
}

// Municipality is one opened municipality.
type Municipality struct {
	DB        *storage.DB
	Name      string // settings: what people call it
	Profile   routine.Profile
	Authority *credential.Authority
	Log       *journal.Log
	Verifier  string // the log's public key, as trust files carry it
	Casework  *casework.Service
	Consents  *casework.Consents
	Register  *consent.Service // of owners and their consents
	Tokens    *identity.Tokens
	Staff     *identity.Staff
	Keys      *fleet.Keys
	Stations  *fleet.Stations
	Fleet     Fleet // stock, keys' lives, cabinets, sites, people
	Sync      *keysync.Service
	Faults    *casework.Faults
	Support   *support.Service

	Disclosures *disclosure.Service
	Retention   *retention.Service

	clock func() time.Time
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
	secretLog      = "journal"
	secretDevices  = "authority"
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
	if err := m.load(ctx, o.Profile); err != nil {
		db.Close()
		return nil, err
	}
	return m, nil
}

// Close releases the database.
func (m *Municipality) Close() error { return m.DB.Close() }

func (m *Municipality) load(ctx context.Context, profile string) error {
	var stored kept
	if err := m.DB.View(ctx, func(tx *storage.Tx) (err error) {
		stored, err = read(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	if !stored.complete() {
		if err := m.DB.Update(ctx, func(tx *storage.Tx) (err error) {
			stored, err = found(ctx, tx)
			return err
		}); err != nil {
			return err
		}
	}
	if profile != "" && profile != stored.profile {
		if err := m.DB.Update(ctx, func(tx *storage.Tx) error { return keepProfile(ctx, tx, profile) }); err != nil {
			return err
		}
		stored.profile = profile
	}
	return m.wire(ctx, stored)
}

// kept is what a municipality keeps about itself.
type kept struct {
	id, name, profile, verifier string
	logKey, devices             []byte
}

func (k kept) complete() bool { return k.id != "" && k.logKey != nil && k.devices != nil }

func read(ctx context.Context, tx *storage.Tx) (k kept, err error) {
	for name, to := range map[string]*string{settingID: &k.id, settingName: &k.name, settingProfile: &k.profile, settingLogKey: &k.verifier} {
		if *to, err = tx.Setting(ctx, name); err != nil {
			return k, err
		}
	}
	if k.logKey, err = tx.Secret(ctx, secretLog); err != nil {
		return k, err
	}
	k.devices, err = tx.Secret(ctx, secretDevices)
	return k, err
}

// found makes what a new municipality needs, unless somebody else has just done it.
func found(ctx context.Context, tx *storage.Tx) (kept, error) {
	k, err := read(ctx, tx)
	if err != nil || k.complete() {
		return k, err
	}
	k.id = uuid.Must(uuid.NewV7()).String()
	k.name = "Kommunen"
	skey, vkey, err := journal.GenerateKey("hemnyckel.invalid/" + k.id)
	if err != nil {
		return k, err
	}
	k.verifier, k.logKey = vkey, []byte(skey)
	_, material, err := credential.NewMaterial(tx.Now())
	if err != nil {
		return k, err
	}
	if k.devices, err = packAuthority(material); err != nil {
		return k, err
	}
	for name, value := range map[string]string{settingID: k.id, settingName: k.name, settingLogKey: k.verifier} {
		if err := tx.SetSetting(ctx, name, value); err != nil {
			return k, err
		}
	}
	for name, value := range map[string][]byte{secretLog: k.logKey, secretDevices: k.devices} {
		if err := tx.AddSecret(ctx, name, value); err != nil {
			return k, err
		}
	}
	return k, journal.Append(ctx, tx, journal.Entry{Kind: journal.KeysChanged, Fields: []journal.Field{
		{Name: journal.FieldActor, Value: "system"},
		{Name: "keys", Value: "journal and device authority made"},
		{Name: "verifier", Value: vkey},
	}})
}

func (m *Municipality) wire(ctx context.Context, k kept) error {
	m.Name, m.Verifier = k.name, k.verifier
	var err error
	if m.Profile, err = readProfile(k.profile); err != nil {
		return err
	}
	signer, err := note.NewSigner(string(k.logKey))
	if err != nil {
		return fmt.Errorf("municipality: the log's key: %w", err)
	}
	verifier, err := note.NewVerifier(k.verifier)
	if err != nil {
		return fmt.Errorf("municipality: the log's public key: %w", err)
	}
	if m.Log, err = journal.NewLog(txn.Narrow(m.DB, func(tx *storage.Tx) journal.Tx { return tx }), signer, verifier); err != nil {
		return err
	}
	if m.Authority, err = unpackAuthority(k.devices); err != nil {
		return fmt.Errorf("municipality: the devices' authority: %w", err)
	}
	zone, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		return fmt.Errorf("municipality: local time: %w", err)
	}
	m.Casework = casework.NewService(txn.Narrow(m.DB, func(tx *storage.Tx) casework.Tx { return tx }), m.Profile).In(zone)
	m.Tokens = identity.NewTokens(txn.Narrow(m.DB, func(tx *storage.Tx) identity.TokenTx { return tx }))
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
	m.Sync, err = keysync.Open(ctx, txn.Narrow(m.DB, func(tx *storage.Tx) keysync.Tx { return tx }), m.Authority, keysync.DefaultProfile())
	return err
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
