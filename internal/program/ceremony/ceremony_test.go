package ceremony_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/program/ceremony"
	"hemnyckel/internal/program/keystore"
)

// quick is the cost of a passphrase in tests.
const quick = 4

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// office is an offline machine with three custodians' sticks.
type office struct {
	*testing.T
	dir        string
	transcript string
	people     []ceremony.Custodian
}

func newOffice(t *testing.T) *office {
	o := &office{T: t, dir: t.TempDir()}
	o.transcript = filepath.Join(o.dir, "protokoll.txt")
	o.people = o.custodians("1")
	if _, err := ceremony.Create(o.transcript, "Lindviks kommun", o.people, noon, quick); err != nil {
		t.Fatal(err)
	}
	return o
}

// custodians are three people with places for shares that are not there yet.
func (o *office) custodians(generation string) []ceremony.Custodian {
	var all []ceremony.Custodian
	for _, name := range []string{"Anna Berg", "Bo Dahl", "Cilla Ek"} {
		all = append(all, ceremony.Custodian{Name: name, File: filepath.Join(o.dir, name+generation+".del"), Passphrase: []byte("lösenfras för " + name)})
	}
	return all
}

func (o *office) share(i int) ceremony.Share {
	o.Helper()
	s, err := ceremony.ReadShare(o.people[i].File, o.people[i].Passphrase)
	if err != nil {
		o.Fatal(err)
	}
	return s
}

func (o *office) shares(i, j int) []ceremony.Share { return []ceremony.Share{o.share(i), o.share(j)} }

func (o *office) write(name string, b []byte) string {
	o.Helper()
	path := filepath.Join(o.dir, name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		o.Fatal(err)
	}
	return path
}

// request is one that has travelled as a file.
func (o *office) request(keys ...ceremony.Key) ceremony.Request {
	o.Helper()
	text, err := ceremony.Request{Municipality: "m1", Name: "Lindviks kommun", At: credential.At(noon), Keys: keys}.Text()
	if err != nil {
		o.Fatal(err)
	}
	r, err := ceremony.ReadRequest(o.write("begaran", text))
	if err != nil {
		o.Fatal(err)
	}
	return r
}

func (o *office) key(role credential.Role) ceremony.Key {
	o.Helper()
	secret, err := credential.NewSigningKey()
	if err != nil {
		o.Fatal(err)
	}
	k, err := ceremony.NewKey("m1", role, secret, "fil")
	if err != nil {
		o.Fatal(err)
	}
	return k
}

func (o *office) allRoles() (keys []ceremony.Key) {
	for _, role := range credential.AuthorityRoles() {
		keys = append(keys, o.key(role))
	}
	return keys
}

func (o *office) answer(text []byte, err error) ceremony.Answer {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
	a, err := ceremony.ReadAnswer(o.write("svar", text))
	if err != nil {
		o.Fatal(err)
	}
	return a
}

func (o *office) sign(i, j int, keys ...ceremony.Key) ceremony.Answer {
	o.Helper()
	text, _, err := ceremony.Sign(o.transcript, o.shares(i, j), o.request(keys...), noon)
	return o.answer(text, err)
}

// Any two custodians can have the root sign; what it signed leads to it.
func TestAnyTwoOfThree(t *testing.T) {
	o := newOffice(t)
	first := o.sign(0, 1, o.allRoles()...)
	for _, pair := range [][2]int{{0, 2}, {2, 1}, {1, 0}} {
		again := o.sign(pair[0], pair[1], o.key(credential.RoleGrantIssuer))
		if again.Trust.Root != first.Trust.Root {
			t.Errorf("%v: another root", pair)
		}
	}
	last := o.answer(ceremony.LastAnswer(o.transcript, o.shares(1, 2), noon))
	if _, certs := last.Trust.Of(credential.RoleGrantIssuer); len(certs) != 4 {
		t.Errorf("got %d certificates of the grant issuer, want 4", len(certs))
	}
	for _, role := range credential.AuthorityRoles() {
		raw, certs := last.Trust.Of(role)
		if len(raw) == 0 {
			t.Fatalf("no certificate of %s", ceremony.RoleName(role))
		}
		if _, _, err := (credential.Verifier{}).Chain(last.Trust.Root, role, raw[0], nil); err != nil {
			t.Errorf("%s: %v", ceremony.RoleName(role), err)
		}
		if life := certs[0].Expires.Sub(certs[0].NotBefore); life != credential.AuthorityLife+credential.ClockSkew {
			t.Errorf("%s lives %v", ceremony.RoleName(role), life)
		}
	}
	tr, err := ceremony.Read(o.transcript)
	if err != nil || len(tr.Entries) != 5 || tr.Head() != last.Entry {
		t.Errorf("transcript: %v", err)
	}
	text := string(tr.Text())
	for _, want := range []string{"Närvarande förvaltare: Cilla Ek, Bo Dahl", "Custodians present: Cilla Ek, Bo Dahl", "Lindviks kommun",
		"2026-11-23T12:00:00Z", ceremony.Fingerprint(last.Trust.Root), "revocation: certifikat"} {
		if !strings.Contains(text, want) {
			t.Errorf("the transcript does not say %q", want)
		}
	}
}

// A revocation key that replaces another one gets a higher epoch, so that the old one's lists count no more.
func TestRevocationGetsTheNextEpoch(t *testing.T) {
	o := newOffice(t)
	for want := uint32(1); want <= 3; want++ {
		_, certs := o.sign(0, 1, o.key(credential.RoleRevocation)).Trust.Of(credential.RoleRevocation)
		if certs[0].Epoch != want {
			t.Errorf("got epoch %d, want %d", certs[0].Epoch, want)
		}
	}
}

// A role's last certificate is remembered after its end, so that the next one's epoch is higher whatever was signed between.
func TestAnEndedRoleKeepsItsEpoch(t *testing.T) {
	o := newOffice(t)
	o.sign(0, 1, o.allRoles()...)
	o.sign(0, 1, o.key(credential.RoleRevocation))
	later := noon.AddDate(2, 0, 0)
	for _, role := range []credential.Role{credential.RoleConfig, credential.RoleRevocation} {
		text, _, err := ceremony.Sign(o.transcript, o.shares(0, 1), o.request(o.key(role)), later)
		trust := o.answer(text, err).Trust
		want := uint32(2)
		if role == credential.RoleRevocation {
			want = 3
		}
		if _, certs := trust.Of(credential.RoleRevocation); len(certs) != int(want) || certs[0].Epoch != want {
			t.Errorf("after %s: revocation %+v, want epoch %d", ceremony.RoleName(role), certs, want)
		}
	}
}

// One request for two keys of a role gets two certificates that differ in age.
func TestTwoKeysOfARoleInOneRequest(t *testing.T) {
	o := newOffice(t)
	_, certs := o.sign(0, 1, o.key(credential.RoleRevocation), o.key(credential.RoleRevocation)).Trust.Of(credential.RoleRevocation)
	if len(certs) != 2 || certs[0].Epoch != 2 || certs[1].Epoch != 1 {
		t.Errorf("got %+v, want epochs 2 and 1", certs)
	}
	k := o.key(credential.RoleConfig)
	if _, _, err := ceremony.Sign(o.transcript, o.shares(0, 1), o.request(k, k), noon); !errors.Is(err, ceremony.ErrDuplicate) {
		t.Errorf("one key twice: got %v, want %v", err, ceremony.ErrDuplicate)
	}
}

// A custodian who writes another's name into the own share is not noted as that person.
func TestAShareUnderAnothersName(t *testing.T) {
	o := newOffice(t)
	s := o.share(0)
	s.Custodian = "Bo Dahl"
	_, _, err := ceremony.Sign(o.transcript, []ceremony.Share{s, o.share(2)}, o.request(o.key(credential.RoleConfig)), noon)
	if !errors.Is(err, ceremony.ErrShare) {
		t.Errorf("got %v, want %v", err, ceremony.ErrShare)
	}
}

func TestWhatTheRootDoesNotSign(t *testing.T) {
	o := newOffice(t)
	before, err := os.ReadFile(o.transcript)
	if err != nil {
		t.Fatal(err)
	}
	other := newOffice(t)
	r := o.request(o.key(credential.RoleConfig))
	for name, c := range map[string]struct {
		shares []ceremony.Share
		want   error
	}{
		"no share":             {nil, ceremony.ErrTooFew},
		"one share":            {[]ceremony.Share{o.share(0)}, ceremony.ErrTooFew},
		"one share twice":      {o.shares(1, 1), ceremony.ErrSameShare},
		"another office's":     {[]ceremony.Share{o.share(0), other.share(1)}, ceremony.ErrOtherRoot},
		"only another's":       {other.shares(0, 1), ceremony.ErrOtherRoot},
		"one that was altered": {[]ceremony.Share{o.share(0), altered(o.share(1))}, ceremony.ErrShare},
		"one with no part":     {[]ceremony.Share{o.share(0), {Root: o.share(0).Root, Next: o.share(0).Next}}, ceremony.ErrShare},
	} {
		if _, _, err := ceremony.Sign(o.transcript, c.shares, r, noon); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if after, err := os.ReadFile(o.transcript); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the transcript has changed, though nothing was done (%v)", err)
	}
	o.sign(0, 1, r.Keys...)
	if _, _, err := ceremony.Sign(o.transcript, o.shares(0, 1), r, noon); !errors.Is(err, ceremony.ErrDuplicate) {
		t.Errorf("the same request again: got %v, want %v", err, ceremony.ErrDuplicate)
	}
}

func altered(s ceremony.Share) ceremony.Share {
	s.NextPart = bytes.Clone(s.NextPart)
	s.NextPart[31] ^= 1
	return s
}

func TestSharesThatDoNotOpen(t *testing.T) {
	o := newOffice(t)
	file, good := o.people[0].File, o.people[0].Passphrase
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)-1] ^= 1
	for name, c := range map[string]struct {
		file       string
		passphrase []byte
		want       error
	}{
		"another's passphrase": {file, o.people[1].Passphrase, keystore.ErrPassphrase},
		"cut":                  {o.write("cut", whole[:len(whole)/2]), good, keystore.ErrDamaged},
		"flipped":              {o.write("flipped", flipped), good, keystore.ErrDamaged},
		"empty":                {o.write("empty", nil), good, keystore.ErrDamaged},
		"no file":              {filepath.Join(o.dir, "none"), good, ceremony.ErrFile},
		"a whole disk":         {o.write("long", make([]byte, 1<<20)), good, ceremony.ErrFile},
	} {
		if _, err := ceremony.ReadShare(c.file, c.passphrase); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	sealed, err := keystore.Seal([]byte("something else"), good, quick)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ceremony.ReadShare(o.write("other", sealed), good); !errors.Is(err, ceremony.ErrShare) {
		t.Errorf("something else under the passphrase: got %v, want %v", err, ceremony.ErrShare)
	}
}

// A ceremony that stops half-way leaves no root and no shares, or says what is left of it.
func TestAnInterruptedBeginning(t *testing.T) {
	o := &office{T: t, dir: t.TempDir()}
	o.transcript = filepath.Join(o.dir, "protokoll.txt")
	people := o.custodians("1")
	create := func() error {
		_, err := ceremony.Create(o.transcript, "Lindviks kommun", people, noon, quick)
		return err
	}
	people[2].File = filepath.Join(o.dir, "no such stick", "del")
	if err := create(); !errors.Is(err, ceremony.ErrFile) {
		t.Errorf("a stick that is gone: got %v, want %v", err, ceremony.ErrFile)
	}
	if files, err := os.ReadDir(o.dir); err != nil || len(files) != 0 {
		t.Errorf("left behind: %v, %v; want nothing", files, err)
	}
	people = o.custodians("1")
	o.write("Bo Dahl1.del", []byte("the power went before the transcript was written"))
	if err := create(); !errors.Is(err, ceremony.ErrShareExists) {
		t.Errorf("a share of a dead ceremony: got %v, want %v", err, ceremony.ErrShareExists)
	}
	if b, err := os.ReadFile(people[1].File); err != nil || !strings.Contains(string(b), "power") {
		t.Errorf("the old share was replaced: %q, %v", b, err)
	}
	os.Remove(people[1].File)
	if err := create(); err != nil {
		t.Fatal(err)
	}
	people = o.custodians("2")
	if err := create(); !errors.Is(err, ceremony.ErrTranscriptExists) {
		t.Errorf("a second root: got %v, want %v", err, ceremony.ErrTranscriptExists)
	}
	for _, p := range people {
		if _, err := os.Stat(p.File); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s was written: %v", p.File, err)
		}
	}
	os.Remove(o.transcript)
	people[1].File = people[0].File
	if err := create(); !errors.Is(err, ceremony.ErrCustodians) {
		t.Errorf("two on one stick: got %v, want %v", err, ceremony.ErrCustodians)
	}
	people = o.custodians("3")
	people[1].Name = "Bo\nRoten: godkänd"
	if err := create(); !errors.Is(err, ceremony.ErrName) {
		t.Errorf("a name of two lines: got %v, want %v", err, ceremony.ErrName)
	}
}

// Whatever one byte of a transcript says, changing or dropping it is found.
func TestAlteredTranscripts(t *testing.T) {
	o := newOffice(t)
	o.sign(0, 1, o.key(credential.RoleConfig))
	whole, err := os.ReadFile(o.transcript)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(whole); i += 7 {
		b := bytes.Clone(whole)
		b[i] ^= 1
		if _, err := ceremony.Read(o.write("altered", b)); !errors.Is(err, ceremony.ErrTranscript) {
			t.Fatalf("byte %d altered (%q): got %v, want %v", i, whole[i], err, ceremony.ErrTranscript)
		}
		if _, err := ceremony.Read(o.write("cut", append(bytes.Clone(whole[:i]), whole[i+1:]...))); !errors.Is(err, ceremony.ErrTranscript) {
			t.Fatalf("byte %d dropped (%q): got %v, want %v", i, whole[i], err, ceremony.ErrTranscript)
		}
	}
	second := bytes.Index(whole[10:], []byte("=====\nPost 2")) - 57
	if _, err := ceremony.Read(o.write("first missing", whole[second:])); !errors.Is(err, ceremony.ErrTranscript) {
		t.Errorf("without its first entry: got %v, want %v", err, ceremony.ErrTranscript)
	}
	if _, err := ceremony.Read(o.write("doubled", append(bytes.Clone(whole), whole...))); !errors.Is(err, ceremony.ErrTranscript) {
		t.Errorf("twice: got %v, want %v", err, ceremony.ErrTranscript)
	}
}

// The root is changed to the one that locks have a commitment to; what roles have signed lives on, and only new shares count.
func TestChangeOfRoot(t *testing.T) {
	for name, leaked := range map[string]bool{"planned": false, "leaked": true} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			before := o.sign(0, 1, o.allRoles()...).Trust
			old := o.shares(0, 1)
			next := o.custodians("2")
			text, _, err := ceremony.ChangeRoot(o.transcript, old, next, leaked, noon, quick)
			after := o.answer(text, err).Trust
			if err := after.Follows(before); err != nil {
				t.Fatal(err)
			}
			roots, moved := credential.Roots{Root: before.Root, Next: before.Next}.Follow(after.Statements)
			if !moved || roots.Root != after.Root || roots.Next != after.Next || (roots.Until == 0) != leaked {
				t.Errorf("a lock follows to %+v, want root %v", roots, after.Root)
			}
			for _, role := range credential.AuthorityRoles() {
				_, was := before.Of(role)
				_, is := after.Of(role)
				if len(is) != 1 || is[0].Key != was[0].Key || is[0].Serial != was[0].Serial || is[0].Expires != was[0].Expires || is[0].Issuer != after.Root.Hash() {
					t.Errorf("%s: got %+v, was %+v", ceremony.RoleName(role), is, was)
				}
			}
			r := o.request(o.key(credential.RoleConfig))
			if _, _, err := ceremony.Sign(o.transcript, old, r, noon); !errors.Is(err, ceremony.ErrOtherRoot) {
				t.Errorf("with the old shares: got %v, want %v", err, ceremony.ErrOtherRoot)
			}
			o.people = next
			o.sign(1, 2, r.Keys...)
			o.people = o.custodians("2")
			text, _, err = ceremony.ChangeRoot(o.transcript, o.shares(0, 2), o.custodians("3"), false, noon, quick)
			third := o.answer(text, err).Trust
			if err := third.Follows(before); err != nil {
				t.Errorf("two changes at once: %v", err)
			}
			if err := before.Follows(third); err == nil {
				t.Error("back to an earlier root")
			}
			stranger := newOffice(t).sign(0, 1, o.key(credential.RoleConfig)).Trust
			if err := stranger.Follows(third); err == nil {
				t.Error("to a root that nobody has committed to")
			}
		})
	}
}

func TestRequestsAndAnswersThatAreNot(t *testing.T) {
	o := newOffice(t)
	k := o.key(credential.RoleConfig)
	good, err := ceremony.Request{Municipality: "m1", Name: "Lindvik", Keys: []ceremony.Key{k}}.Text()
	if err != nil {
		t.Fatal(err)
	}
	stolen := k
	stolen.Key = o.key(credential.RoleConfig).Key
	moved := k
	moved.Role = credential.RoleGrantIssuer
	for name, c := range map[string]struct {
		keys []ceremony.Key
		want error
	}{
		"somebody else's key": {[]ceremony.Key{stolen}, ceremony.ErrProof},
		"another role":        {[]ceremony.Key{moved}, ceremony.ErrProof},
		"no keys":             {[]ceremony.Key{}, ceremony.ErrRequest},
	} {
		text, err := ceremony.Request{Municipality: "m1", Name: "Lindvik", Keys: c.keys}.Text()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ceremony.ReadRequest(o.write("r", text)); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
	if _, err := ceremony.ReadAnswer(o.write("r", good)); !errors.Is(err, ceremony.ErrAnswer) {
		t.Errorf("a request as an answer: got %v, want %v", err, ceremony.ErrAnswer)
	}
	if _, err := ceremony.ReadRequest(o.write("r", append(good, good...))); !errors.Is(err, ceremony.ErrRequest) {
		t.Errorf("two requests: got %v, want %v", err, ceremony.ErrRequest)
	}
	text, _, err := ceremony.Sign(o.transcript, o.shares(0, 1), o.request(k), noon)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(text); i += 5 {
		b := bytes.Clone(text)
		b[i] ^= 1
		if _, err := ceremony.ReadAnswer(o.write("a", b)); err == nil {
			t.Fatalf("byte %d altered and accepted", i)
		}
	}
}

func TestFingerprints(t *testing.T) {
	o := newOffice(t)
	root := o.share(0).Root
	f := ceremony.Fingerprint(root)
	if len(f) != 39 || !ceremony.SameFingerprint(f, root) || !ceremony.SameFingerprint(strings.ToUpper(strings.ReplaceAll(f, " ", "")), root) {
		t.Errorf("got %q", f)
	}
	if ceremony.SameFingerprint(f[:38], root) || ceremony.SameFingerprint("", root) {
		t.Error("a part of a fingerprint is none")
	}
}

func FuzzRequest(f *testing.F) {
	f.Add([]byte("-----BEGIN HEMNYCKEL CA REQUEST-----\nAA==\n-----END HEMNYCKEL CA REQUEST-----\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "r")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ceremony.ReadRequest(path); err != nil && !errors.Is(err, ceremony.ErrRequest) && !errors.Is(err, ceremony.ErrProof) {
			t.Error(err)
		}
		if _, err := ceremony.ReadAnswer(path); err == nil || !errors.Is(err, ceremony.ErrAnswer) {
			t.Errorf("as an answer: %v", err)
		}
		if _, err := ceremony.Read(path); err == nil || !errors.Is(err, ceremony.ErrTranscript) {
			t.Errorf("as a transcript: %v", err)
		}
	})
}
