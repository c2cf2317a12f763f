package municipality_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/program/ceremony"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// office makes a root with three custodians and answers a request with two of them.
func office(h *house) (transcript string, sign func(ceremony.Request, time.Time) (ceremony.Answer, error)) {
	dir := h.TempDir()
	transcript = filepath.Join(dir, "protokoll")
	var people []ceremony.Custodian
	for _, name := range []string{"Anna", "Bo", "Cilla"} {
		people = append(people, ceremony.Custodian{Name: name, File: filepath.Join(dir, name), Passphrase: []byte("lösenfras för " + name)})
	}
	_, err := ceremony.Create(transcript, "Lindvik", people, h.now, quickPassphrase)
	h.must(err)
	return transcript, func(r ceremony.Request, now time.Time) (ceremony.Answer, error) {
		var shares []ceremony.Share
		for _, p := range people[1:] {
			s, err := ceremony.ReadShare(p.File, p.Passphrase)
			h.must(err)
			shares = append(shares, s)
		}
		text, _, err := ceremony.Sign(transcript, shares, r, now)
		h.must(err)
		file := filepath.Join(h.TempDir(), "svar")
		h.must(os.WriteFile(file, text, 0o600))
		return ceremony.ReadAnswer(file)
	}
}

func TestACustodiansRootTakesOver(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		_, sign := office(h)
		roles := credential.AuthorityRoles()
		r, err := h.Custody.Request(ctx, roles, "")
		h.must(err)
		late, err := sign(r, h.now.AddDate(2, 0, 0))
		h.must(err)
		print := ceremony.Fingerprint(late.Trust.Root)
		if err := h.Custody.Install(ctx, "test", late, ""); !errors.Is(err, municipality.ErrFingerprint) {
			h.Errorf("without its fingerprint: got %v, want %v", err, municipality.ErrFingerprint)
		}
		if err := h.Custody.Install(ctx, "test", late, print); !errors.Is(err, municipality.ErrClock) {
			h.Errorf("by a clock two years ahead: got %v, want %v", err, municipality.ErrClock)
		}
		r, err = h.Custody.Request(ctx, roles, "")
		h.must(err)
		_, sign = office(h)
		good, err := sign(r, h.now)
		h.must(err)
		print = ceremony.Fingerprint(good.Trust.Root)
		if err := h.open(filepath.Join(h.TempDir(), "other")).Custody.Install(ctx, "test", good, print); !errors.Is(err, municipality.ErrKeysElsewhere) {
			h.Errorf("where the keys are not: got %v, want %v", err, municipality.ErrKeysElsewhere)
		}
		h.must(h.Custody.Install(ctx, "test", good, print))
		if err := h.Custody.Install(ctx, "test", good, print); !errors.Is(err, municipality.ErrInstalled) {
			h.Errorf("twice: got %v, want %v", err, municipality.ErrInstalled)
		}
		if err := h.Custody.Rotate(ctx, "test", roles, ""); !errors.Is(err, municipality.ErrCustodians) {
			h.Errorf("rotating without custodians: got %v, want %v", err, municipality.ErrCustodians)
		}
		if err := h.Custody.RotateRoot(ctx, "test", false); !errors.Is(err, municipality.ErrCustodians) {
			h.Errorf("changing the root without custodians: got %v, want %v", err, municipality.ErrCustodians)
		}
		if s := h.status(); s.Single || s.State != municipality.KeyGood || s.Root != print {
			h.Errorf("status %+v", s)
		}
		r, err = h.Custody.Request(ctx, roles[:1], "")
		h.must(err)
		second, err := sign(r, h.now.Add(time.Hour))
		h.must(err)
		h.must(h.Custody.Install(ctx, "test", second, ""))
		if got := h.Authority.InUse(roles[0]).Key; got != r.Keys[0].Key {
			h.Errorf("in use: %v, want %v", got, r.Keys[0].Key)
		}
		if err := h.Custody.Install(ctx, "test", good, print); !errors.Is(err, municipality.ErrStale) {
			h.Errorf("an older answer: got %v, want %v", err, municipality.ErrStale)
		}
	})
}

// A ceremony by a wrong clock is refused, and the one that is held again by a right clock is not in its way, with the same root.
func TestAWrongClockIsMendedBySigningAgain(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx := h.Context()
		_, sign := office(h)
		ceremonyAt := func(at time.Time, roles ...credential.Role) (ceremony.Request, error) {
			r, err := h.Custody.Request(ctx, roles, "")
			h.must(err)
			a, err := sign(r, at)
			h.must(err)
			return r, h.Custody.Install(ctx, "test", a, ceremony.Fingerprint(a.Trust.Root))
		}
		_, err := ceremonyAt(h.now, credential.AuthorityRoles()...)
		h.must(err)
		for _, role := range []credential.Role{credential.RoleGrantIssuer, credential.RoleRevocation} {
			for _, off := range []int{1, -6} { // years; the latter is a clock that has lost its battery
				if _, err := ceremonyAt(h.now.AddDate(off, 1, 0), role); !errors.Is(err, municipality.ErrClock) {
					h.Errorf("%s, %d years off: got %v, want %v", ceremony.RoleName(role), off, err, municipality.ErrClock)
				}
				h.now = h.now.Add(time.Hour)
				r, err := ceremonyAt(h.now, role)
				h.must(err)
				if got := h.Authority.InUse(role).Key; got != r.Keys[0].Key {
					h.Errorf("%s, %d years off: in use %v, want %v", ceremony.RoleName(role), off, got, r.Keys[0].Key)
				}
			}
		}
		h.now = h.now.AddDate(2, 0, 0)
		if _, err := ceremonyAt(h.now, credential.RoleConfig); err != nil {
			h.Errorf("one role of five that have ended: %v", err)
		}
		if s := h.status(); s.State != municipality.KeyEnded {
			h.Errorf("four roles have ended: %s", s.State)
		}
	})
}

// An ingest key whose announcement may have been stored is not thrown away.
func TestAnIngestKeyOutlivesAnError(t *testing.T) {
	eachHouse(t, func(h *house) {
		ctx, stop := context.WithCancel(h.Context())
		stop()
		if _, err := h.Custody.RotateIngest(ctx, "test"); err == nil {
			h.Fatal("no error")
		}
		if keys, err := filepath.Glob(filepath.Join(h.keys, "ingest-*")); err != nil || len(keys) != 2 {
			h.Errorf("got %v, %v; want two keys", keys, err)
		}
	})
}

// Once a device trusts a root, another one that it does not lead to is refused, fingerprint or not.
func TestAnotherRootIsRefusedOnceDevicesTrustOne(t *testing.T) {
	eachHouse(t, func(h *house) {
		_, sign := office(h)
		r, err := h.Custody.Request(h.Context(), credential.AuthorityRoles(), "")
		h.must(err)
		a, err := sign(r, h.now)
		h.must(err)
		h.must(h.DB.Update(h.Context(), func(tx *storage.Tx) error {
			return tx.PutStation(h.Context(), fleet.Station{ID: "s1", Device: 9, Name: "Norr", Certificate: []byte{1}}, "hash")
		}))
		if err := h.Custody.Install(h.Context(), "test", a, ceremony.Fingerprint(a.Trust.Root)); !errors.Is(err, municipality.ErrRootInUse) {
			h.Errorf("got %v, want %v", err, municipality.ErrRootInUse)
		}
	})
}

// A database from before two changes of keys knows them again from the key folder, and the next change goes on from there.
func TestARestoredDatabaseKnowsLaterChangesOfKeys(t *testing.T) {
	eachHouse(t, func(h *house) {
		backup, restored := filepath.Join(h.TempDir(), "backup"), filepath.Join(h.TempDir(), "restored")
		h.must(h.DB.Backup(h.Context(), backup))
		h.must(h.Custody.Rotate(h.Context(), "operator", []credential.Role{credential.RoleRevocation}, ""))
		h.must(h.Custody.RotateRoot(h.Context(), "operator", false))
		want := h.Authority

		if h.DB.Folder() == "" {
			restored = storagetest.BlankPostgres(h.T)
		}
		h.must(storage.Restore(h.Context(), backup, restored))
		h.must(municipality.MarkRestored(h.Context(), restored))
		h.target = restored
		m := h.open(h.keys)
		if m.Authority.Root() == want.Root() {
			h.Fatal("the backup is not from before the change")
		}
		h.must(m.FinishRestore(h.Context()))
		if m.Authority.Root() != want.Root() || m.Authority.NextRoot() != want.NextRoot() {
			h.Error("the restored database has another root than the locks")
		}
		if got := string(m.Authority.Certificate(credential.RoleRevocation)); got != string(want.Certificate(credential.RoleRevocation)) {
			h.Error("the restored database has another certificate for block lists")
		}
		h.must(m.Custody.RotateRoot(h.Context(), "operator", false))
		if got := len(m.Authority.RootStatements()); got != 2 {
			h.Errorf("%d changes of root, want 2", got)
		}
	})
}
