package locksim_test

import (
	"path/filepath"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/lockcore"
)

// succeed changes the root of a municipality at once; the keys of its roles stay.
func succeed(t *testing.T, s *credential.RootSecrets, m *credential.Material) *credential.Authority {
	t.Helper()
	coming, err := credential.NewSigningKey()
	if err != nil {
		t.Fatal(err)
	}
	pub, err := credential.PublicKeyOf(coming)
	if err != nil {
		t.Fatal(err)
	}
	statement, err := credential.SignRootStatement(s.Root, s.Next, credential.RootStatement{
		IssuedAt: credential.At(time.Now()), Epoch: uint32(len(m.Statements)) + 1, After: credential.CommitRoot(pub),
	})
	if err != nil {
		t.Fatal(err)
	}
	*s = credential.RootSecrets{Root: s.Next, Next: coming}
	if m.Root, err = credential.PublicKeyOf(s.Root); err != nil {
		t.Fatal(err)
	}
	m.Next, m.Statements = credential.CommitRoot(pub), append(m.Statements, statement)
	for role, r := range m.Roles {
		anew, err := s.Recertify(r.Certificates[0])
		if err != nil {
			t.Fatal(err)
		}
		m.Roles[role] = credential.RoleSigner{Signer: r.Signer, Certificates: [][]byte{anew}}
	}
	a, err := credential.LoadAuthority(*m)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// The root changes twice while the key lies in a drawer. It follows at the station, and brings the changes to a lock that opens to it in
// the same visit.
func TestRootChangesReachTheLock(t *testing.T) {
	secrets, m, err := credential.NewMaterial(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	first, err := credential.LoadAuthority(m)
	if err != nil {
		t.Fatal(err)
	}
	w := newTownOf(t, first, nil)
	w.ready()
	w.open(credential.OK)
	succeed(t, &secrets, &m)
	w.auth = succeed(t, &secrets, &m)
	w.newStation()
	w.greet.Roots = w.auth.RootStatements()
	w.ready()
	w.open(credential.OK)
	if w.key, err = locksim.OpenKey(filepath.Join(w.dir, "key.state")); err != nil {
		t.Fatal(err)
	}
	w.open(credential.OK)
	w.ready()
	w.open(credential.OK)
}

// A lock without a clock asks for the time; the key takes its nonce home and brings the answer.
func TestKeyBringsTheTime(t *testing.T) {
	auth, err := credential.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w := newTownOf(t, auth, func() (time.Time, bool) { return time.Time{}, false })
	w.ready()
	w.open(credential.OK)
	w.ready() // takes the nonce home and gets the token
	if len(w.nonces) != 1 {
		t.Fatalf("got %d nonces home, want 1", len(w.nonces))
	}
	w.ready()
	if _, times := w.key.Carries(); len(w.nonces) != 0 || times != 1 {
		t.Errorf("%d nonces go home again, %d answers out; want one answer, asked for once", len(w.nonces), times)
	}
	w.open(credential.OK) // brings it
	w.open(credential.OK)
	w.ready()
	last := w.records[len(w.records)-1]
	if last.Quality != credential.TimeVerified || last.Event != credential.EventOpened {
		t.Errorf("got %+v, want an opening at a verified time", last)
	}
	w.ready()
	if acks, times := w.key.Carries(); len(w.nonces) != 0 || times != 0 || acks == 0 {
		t.Errorf("%d nonces go home, %d answers and %d acknowledgements out; want the time settled", len(w.nonces), times, acks)
	}
	w.open(credential.OK)
	if acks, _ := w.key.Carries(); acks != 0 {
		t.Errorf("%d acknowledgements are brought again", acks)
	}
}

// A key whose lock somebody else has told the time lets go of the nonce and its answer.
func TestKeyForgetsWhatNobodyAsksFor(t *testing.T) {
	auth, err := credential.NewAuthority(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w := newTownOf(t, auth, func() (time.Time, bool) { return time.Time{}, false })
	w.ready()
	w.open(credential.OK)
	w.ready()
	first := w.key
	if w.key, err = locksim.NewKey(); err != nil {
		t.Fatal(err)
	}
	w.enrol()
	w.ready()
	w.open(credential.OK)
	w.ready()
	w.open(credential.OK) // brings it
	w.key = first
	w.ready()
	if _, times := w.key.Carries(); times != 1 {
		t.Fatalf("got %d answers, want 1", times)
	}
	w.open(credential.OK)
	w.ready()
	if _, times := w.key.Carries(); times != 0 || len(w.nonces) != 0 {
		t.Errorf("%d answers out and %d nonces home, want none", times, len(w.nonces))
	}
}

func TestResetOverSockets(t *testing.T) {
	w := newTown(t)
	w.ready()
	w.open(credential.OK)
	former, code := w.lock.Key(), w.lock.ClaimCode()
	kept := 0
	r := lockcore.Resetter{Code: code, Keep: func(batches [][]byte) error { kept += len(batches); return nil }}
	if err := locksim.Reset(t.Context(), w.lock.Addr(), r); err != nil {
		t.Fatal(err)
	}
	if kept != 1 || w.lock.Key() == former || w.lock.Number() != 0 || w.lock.ClaimCode() != code {
		t.Errorf("got %d batches and number %d, want the log and a new lock", kept, w.lock.Number())
	}
	w.stop()
	w.startLock()
	w.open(credential.CodeUnclaimed)
	if err := locksim.Claim(t.Context(), w.lock.Addr(), code, w.certify); err != nil {
		t.Fatal(err)
	}
	w.open(credential.OK)
}
