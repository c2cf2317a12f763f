package lockcore_test

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// elsewhere are the codes that the decision does not give, and the tests that provoke them where they belong.
func elsewhere() map[credential.Code][2]string {
	return map[credential.Code][2]string{
		credential.CodeNotThisLock:   {".", "TestNeighboursLeafIsRefused"},
		credential.CodeBusy:          {"../internal/program/locksim", "TestAdverts"},
		credential.CodeVersion:       {".", "TestDowngradeIsRefused"},
		credential.CodeUnclaimed:     {".", "TestUnclaimedLock"},
		credential.CodeClaimed:       {".", "TestClaimNeedsTheCode"},
		credential.CodeClaimCode:     {".", "TestClaimNeedsTheCode"},
		credential.CodeOpenUsed:      {".", "TestOpenIsSingleUse"},
		credential.CodeStorage:       {".", "TestPowerCutAtEveryWrite"},
		credential.CodeLockIdentity:  {".", "TestRogueLockIsShownNothing"},
		credential.CodeSignature:     {"../credential", "TestBatchForgeries"},
		credential.CodeChain:         {"../credential", "TestChainsThatDoNotHold"},
		credential.CodeStale:         {"../credential", "TestBatchForAnotherServer"},
		credential.CodeNoLeaf:        {".", "TestKeyWithoutALeaf"},
		credential.CodeNotEnrolled:   {"../internal/program/locksim", "TestKeyRefusesAnotherKeysEnrolment"},
		credential.CodeStationRefuse: {"../internal/program/station", "TestAnyKeyAnyStation"},
		credential.CodeProtocol:      {".", "TestReplayedSessionOpensNothing"},
		credential.CodeGrantMissing:  {"../internal/program/locksim", "TestADayOverSockets"},
		credential.CodeRoot:          {"../credential", "TestRootStatementRefusesWhatNoDeviceWouldFollow"},
		credential.CodeButton:        {".", "TestResetIsPermitted"},
		credential.CodeInstaller:     {".", "TestResetIsPermitted"},
	}
}

// Every code there is can be provoked: by the decision, or where else it belongs.
func TestEveryCodeIsProvoked(t *testing.T) {
	decision := map[credential.Code]bool{}
	for _, r := range refusals() {
		decision[r.code] = true
	}
	others := elsewhere()
	for _, c := range credential.Codes() {
		at, other := others[c]
		if decision[c] == other {
			t.Errorf("%v: by the decision %v, elsewhere %v; one of the two", c, decision[c], other)
		}
		if other && !defined(t, at[0], at[1]) {
			t.Errorf("%v: no test %s in %s", c, at[1], at[0])
		}
	}
}

// defined reports whether a package has a test, whose name is part of the one that is asked for.
func defined(t *testing.T, dir, name string) bool {
	t.Helper()
	files := must(filepath.Glob(filepath.Join(dir, "*_test.go")))(t)
	for _, f := range files {
		if regexp.MustCompile(`(?m)^func ` + name + `\(`).Match(must(os.ReadFile(f))(t)) {
			return true
		}
	}
	return false
}

// The steps of the decision come in the order of the codes' numbers: what has been published as the order is what is done.
func TestDecisionsOrderIsThePublished(t *testing.T) {
	var last credential.Code
	for _, r := range refusals() {
		c := r.code
		if c == credential.OK || c == credential.CodeMalformed || c == credential.CodeOutsideHours || c == credential.CodeNoRight {
			continue
		}
		if c < last && c != credential.CodeCaps { // caps of grant, activation and certificate
			t.Errorf("%v is listed after %v", c, last)
		}
		last = max(last, c)
	}
}

// Of two faults the one that is decided first is told, for every pair of neighbours that can be had at once.
func TestFirstFaultDecides(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*world)
		want credential.Code
	}{
		{"role before caps", func(w *world) { w.wrongIssuer(); w.rawA = nil }, credential.CodeIssuerRole},
		{"activation missing before the station", func(w *world) { w.rawA = nil; w.stCert[9] ^= 1 }, credential.CodeActivationMissing},
		{"station before activation", func(w *world) {
			w.stCert[len(w.stCert)-1] ^= 1
			w.rawA[len(w.rawA)-1] ^= 1
		}, credential.CodeStationCert},
		{"activation before holder", func(w *world) {
			w.rawA[len(w.rawA)-1] ^= 1
			w.key = must(credential.NewSigningKey())(w.t)
		}, credential.CodeActivationSig},
		{"holder before epoch", func(w *world) {
			w.resync(credential.Leaf{Lock: lockNo, Rights: 1, Epoch: 0})
			w.key = must(credential.NewSigningKey())(w.t)
		}, credential.CodeNotHolder},
		{"epoch before right", func(w *world) { w.resync(credential.Leaf{Lock: lockNo, Rights: 2, Epoch: 0}) }, credential.CodeEpochOld},
		{"right before time", func(w *world) {
			w.resync(credential.Leaf{Lock: lockNo, Rights: 2, Epoch: 1})
			w.now = w.now.Add(6 * 24 * hour)
		}, credential.CodeNoRight},
		{"grant before activation in time", func(w *world) { w.now = w.now.Add(6 * 24 * hour) }, credential.CodeGrantExpired},
		{"time before blocks", func(w *world) {
			w.bring(credential.BlockList{Entries: []credential.BlockEntry{{Kind: credential.BlockKey, ID: keyID}}})
			w.now = w.now.Add(13 * hour)
		}, credential.CodeActivationExpired},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.do(w)
			w.wantCode(c.want)
		})
	}
}

func TestUnclaimedLock(t *testing.T) {
	w := newWorld(t)
	w.store = &memStore{}
	w.start()
	err := w.pipe(func(c net.Conn) error {
		_, err := lockcore.Meet(c, w.trust())
		return err
	})
	if got := credential.CodeOf(err); got != credential.CodeUnclaimed {
		t.Errorf("the key: got %v, want %v", err, credential.CodeUnclaimed)
	}
	if got := w.lock.Judge(w.key, w.present(nil)); got != credential.CodeUnclaimed {
		t.Errorf("the lock: got %v, want %v", got, credential.CodeUnclaimed)
	}
}

func TestKeyWithoutALeaf(t *testing.T) {
	w := newWorld(t)
	w.sync(credential.Leaf{Lock: lockNo + 1, Rights: credential.RightOpen, Epoch: 1})
	err := w.pipe(func(c net.Conn) error {
		v, err := lockcore.Meet(c, w.trust())
		if err != nil {
			return err
		}
		_, err = v.Present(w.pass())
		return err
	})
	if got := credential.CodeOf(err); got != credential.CodeNoLeaf {
		t.Errorf("got %v, want %v: the key shows nothing", err, credential.CodeNoLeaf)
	}
}

// Each end speaks one version. Whoever stands between them and writes another number somewhere gets neither to talk an
// older one, nor to say anything at all.
func TestDowngradeIsRefused(t *testing.T) {
	w := newWorld(t)
	advert := w.lock.Advertise().Bytes()
	advert[0]--
	if _, err := lockcore.ParseAdvert(advert); credential.CodeOf(err) != credential.CodeVersion {
		t.Errorf("an advert of an older version: got %v, want %v", err, credential.CodeVersion)
	}
	advert = append([]byte{lockcore.Version + 1}, make([]byte, 40)...)
	if _, err := lockcore.ParseAdvert(advert); credential.CodeOf(err) != credential.CodeVersion {
		t.Errorf("an advert of a newer version, longer: got %v, want %v", err, credential.CodeVersion)
	}
	for name, number := range map[string]byte{"older": lockcore.Version - 1, "newer": lockcore.Version + 1} {
		m1 := append(make([]byte, 32), number, 0)
		m1[0] = 9 // a point
		if _, err := w.lock.NewSession().Step(m1); credential.CodeOf(err) != credential.CodeVersion {
			t.Errorf("a first message of an %s version: got %v, want %v", name, err, credential.CodeVersion)
		}
	}
	// A lock of another version, whoever has told the key that it is of this one: the prologues differ.
	a, b := net.Pipe()
	go func() {
		_, _ = lockcore.Respond(b, "hemnyckel/door/0", must(credential.NewIdentity())(t).Exchange, nil, 4096)
	}()
	if _, err := lockcore.Meet(a, w.trust()); credential.CodeOf(err) != credential.CodeProtocol {
		t.Errorf("another version's prologue: got %v, want %v", err, credential.CodeProtocol)
	}
}

// A lock's adverts are recognised by whoever has met it, look new every time, and are bound to their own version.
func TestAdvertsAreKnownByTheirLockOnly(t *testing.T) {
	w := newWorld(t)
	mine := must(credential.ParseCertificate(w.install(lockcore.Candidate{Key: w.lock.Key(), Exchange: credential.ExchangeKey{9}}).Certificate))(t)
	first, second := w.lock.Advertise(), w.lock.Advertise()
	if first == second || first.Mark == second.Mark {
		t.Error("two adverts are alike: the lock can be followed")
	}
	if first.Is(mine.Exchange) {
		t.Error("another lock's advert is taken for this one's")
	}
	w.bytesToVerdict()
	own := must(credential.ParseCertificate(w.met))(t).Exchange
	for _, a := range []lockcore.Advert{first, second} {
		read, err := lockcore.ParseAdvert(a.Bytes())
		if err != nil || read != a || !read.Is(own) {
			t.Errorf("got %v, %v: the lock's own advert is not recognised", read, err)
		}
		read.Nonce[0] ^= 1
		if read.Is(own) {
			t.Error("an altered advert is recognised")
		}
	}
}
