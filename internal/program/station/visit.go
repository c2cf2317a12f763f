package station

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/deviceapi"
	"hemnyckel/lockcore"
)

// Reasons for which a key is not activated. Codes are stable.
var (
	errNeverSynced = problem.New(problem.Denied, "station-never-synced",
		"Nyckeln har ingen behörighet ännu. Synka den vid en station som har kontakt.",
		"The key has no grant yet. Sync it at a station that is online.")
	errSyncedLongAgo = problem.New(problem.Denied, "station-synced-long-ago",
		"Nyckeln synkades för mer än fem dagar sedan. Synka den vid en station som har kontakt.",
		"The key was synced more than five days ago. Sync it at a station that is online.")
	errNotMember = problem.New(problem.Denied, "station-not-member",
		"Du tillhör inte nyckelns grupp i dag. Ta en nyckel från din egen grupps skåp.",
		"You are not in the key's group today. Take a key from your own group's cabinet.")
	errOtherGroup = problem.New(problem.Denied, "station-other-group",
		"Nyckeln är synkad, men den hör till en annan grupp. Aktivera den vid den gruppens station.",
		"The key is synced, but it belongs to another group. Activate it at that group's station.")
	errKeyBlocked = problem.New(problem.Denied, "station-key-blocked",
		"Nyckeln är spärrad. Lämna den till låsansvarig.", "The key is blocked. Hand it to the lock manager.")
	errPersonBlocked = problem.New(problem.Denied, "station-person-blocked",
		"Din bricka är spärrad. Tala med din chef.", "Your badge is blocked. Talk to your manager.")
	errStationOld = problem.New(problem.Unavailable, "station-certificate-old",
		"Stationen har inte haft kontakt på sju dagar. Gå till en annan station och felanmäl den här.",
		"The station has been out of contact for seven days. Go to another station and report this one.")
	errClock = problem.New(problem.Unavailable, "station-clock",
		"Stationens klocka går efter. Gå till en annan station och felanmäl den här.",
		"The station's clock is slow. Go to another station and report this one.")
	errKeyData = problem.New(problem.Denied, "station-key-data",
		"Nyckelns uppgifter är inte äkta. Lämna den till låsansvarig.", "The key's data is not genuine. Hand it to the lock manager.")
)

// codes is what a key is told; everything else is credential.CodeStationRefuse.
var codes = map[string]credential.Code{
	"sync-key-blocked":        credential.CodeBlockedKey,
	"station-key-blocked":     credential.CodeBlockedKey,
	"sync-key-unknown":        credential.CodeNotEnrolled,
	"station-person-blocked":  credential.CodeBlockedStaff,
	"station-synced-long-ago": credential.CodeGrantExpired,
	"station-other-group":     credential.CodeStationGroup,
}

func codeFor(err error) credential.Code {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		if c, ok := codes[p.Code]; ok {
			return c
		}
		return credential.CodeStationRefuse
	}
	if c := credential.CodeOf(err); c != credential.CodeProtocol {
		return c
	}
	return credential.CodeStationRefuse
}

func (s *Station) showError(err error) {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		s.show(p.Code, p.Text)
		return
	}
	s.cfg.Logger.Error("station failed", "cause", err)
	s.show("internal", problem.Text{SV: "Något gick fel i stationen. Försök igen; felanmäl om det upprepas.",
		EN: "Something went wrong in the station. Try again; report a fault if it recurs."})
}

// visit is one key's stay.
type visit struct {
	s      *Station
	conn   net.Conn
	ch     lockcore.StationChannel
	cert   credential.Certificate // the key's
	grant  []byte
	issuer []byte
	synced bool // in this stay
}

// known remembers the certificates of keys that have been here, which come back every day. What it remembers names its signer.
type known struct {
	mu sync.Mutex
	m  lockcore.Memory
}

var _ credential.Memory = (*known)(nil)

// Known implements credential.Memory.
func (k *known) Known(digest [32]byte) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.m.Known(digest)
}

// Remember implements credential.Memory.
func (k *known) Remember(digest [32]byte) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.m.Remember(digest)
}

// serveKey speaks with one key until it leaves.
func (s *Station) serveKey(ctx context.Context, conn net.Conn) {
	// Bounds are for whole messages: a stranger who sends a byte at a time gets no more time than one who is silent.
	conn.SetDeadline(time.Now().Add(helloTime))
	s.mu.Lock()
	known, roots := s.cache.Refresh, s.pinned
	s.mu.Unlock()
	greeting := credential.StationGreeting{Certificate: known.Certificate, StationCA: known.StationCA, Roots: known.Changes}
	host := lockcore.Host{Roots: roots, DeviceCA: known.DeviceCA, Now: credential.At(s.cfg.Clock()), Memory: &s.known}
	ch, hello, cert, err := lockcore.AcceptKey(conn, s.store.identity, greeting, host)
	if err != nil {
		s.cfg.Logger.Info("no key let in", "cause", err)
		return
	}
	v := &visit{s: s, conn: conn, ch: ch, cert: cert, grant: hello.Grant, issuer: hello.Issuer}
	err = v.stay(ctx)
	if err != nil {
		s.showError(err)
	}
	conn.SetDeadline(time.Now().Add(messageTime))
	if sent := ch.Send(credential.StationMessage{Bye: &credential.Bye{Code: codeOrOK(err)}}); sent != nil {
		s.cfg.Logger.Info("key left early", "cause", sent)
	}
}

func codeOrOK(err error) credential.Code {
	if err == nil {
		return credential.OK
	}
	return codeFor(err)
}

// stay syncs when there is a server, and activates when a person has identified.
func (v *visit) stay(ctx context.Context) error {
	switch err := v.sync(ctx); {
	case err == nil:
		v.synced = true
		v.s.setOnline(true)
		v.s.show("synced", problem.Text{SV: "Nyckeln är synkad.", EN: "The key is synced."})
	case problem.KindOf(err) == problem.Unavailable:
		v.s.setOnline(false) // an activation needs no server
	default:
		return err
	}
	who, ok := v.waitForPerson(ctx)
	switch {
	case ok:
		return v.activate(who)
	case v.synced || v.left():
		return nil
	}
	return ErrUnreachable
}

// sync relays between key and server. The station understands what passes only as far as it needs the grant.
func (v *visit) sync(ctx context.Context) error {
	nonce, err := v.s.server.nonce(ctx)
	if err != nil {
		return err
	}
	answer, err := v.ask(credential.StationMessage{SyncBegin: &credential.SyncBegin{Nonce: nonce}})
	if err != nil {
		return err
	}
	if answer.SyncUpload == nil {
		return credential.Refuse(credential.CodeProtocol, "the key did not upload")
	}
	up := answer.SyncUpload
	raw, err := v.s.server.visit(ctx, deviceapi.Visit{Handshake: v.ch.Handshake(), Request: up.Request, Mail: up.Mail})
	if err != nil {
		return err
	}
	response, err := credential.DecodeSyncResponse(raw)
	if err != nil {
		return err
	}
	if err := v.tell(credential.StationMessage{SyncResult: &credential.SyncResult{Response: raw}}); err != nil {
		return err
	}
	v.grant, v.issuer = response.Grant, response.Issuer
	v.s.newBlocks(response.Blocks, response.Revocation)
	return nil
}

// ask sends one message and waits for the answer, messageTime for both.
func (v *visit) ask(m credential.StationMessage) (credential.StationMessage, error) {
	if err := v.conn.SetDeadline(time.Now().Add(messageTime)); err != nil {
		return credential.StationMessage{}, err
	}
	if err := v.ch.Send(m); err != nil {
		return credential.StationMessage{}, err
	}
	return v.ch.Receive()
}

// tell sends and waits for the key to say that it has stored it.
func (v *visit) tell(m credential.StationMessage) error {
	answer, err := v.ask(m)
	if err != nil {
		return err
	}
	if answer.Done == nil {
		return credential.Refuse(credential.CodeProtocol, "the key did not say whether it has stored it")
	}
	if answer.Done.Code != credential.OK {
		return credential.Refuse(answer.Done.Code, "the key refused")
	}
	return nil
}

// waitForPerson returns who has identified, waiting as long as the station lets a key rest. A key that has been taken out gets
// nobody: the identification is the next key's.
func (v *visit) waitForPerson(ctx context.Context) (person, bool) {
	s := v.s
	for waited := time.Duration(0); ; waited += 50 * time.Millisecond {
		if v.left() {
			return person{}, false
		}
		who, ok := s.people.present(s.cfg.Clock())
		if ok || waited >= s.cfg.Wait || ctx.Err() != nil {
			return who, ok
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// left reports whether the key has been taken out. A key that is in says nothing while it waits.
func (v *visit) left() bool {
	if v.conn.SetReadDeadline(time.Now().Add(time.Millisecond)) != nil {
		return true
	}
	_, err := v.conn.Read(make([]byte, 1))
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// activate signs for the person and gives the key its shift. The counter and the activation are on disk before the key has it.
func (v *visit) activate(who person) error {
	s := v.s
	s.mu.Lock()
	known, roots := s.cache, s.pinned
	s.mu.Unlock()
	now := credential.At(s.cfg.Clock())
	a, grant, err := decide(facts{now: now, roots: roots, known: known, key: v.cert, grant: v.grant, issuer: v.issuer, who: who})
	if err != nil {
		return err
	}
	if !s.people.take(who) {
		return nil // another key was quicker: one identification, one activation
	}
	counter, err := s.store.nextCounter()
	if err != nil {
		return err
	}
	a.Serial = credential.ActivationSerial(a.Station, counter)
	raw, err := credential.SignActivation(s.store.identity, a, grant)
	if err != nil {
		return err
	}
	if err := s.store.addPending(a.Serial, deviceapi.Report{Body: raw, Offline: !v.synced}); err != nil {
		return err
	}
	s.wakeReporter()
	shift := credential.Activate{Activation: raw, Station: known.Refresh.Certificate, StationCA: known.Refresh.StationCA}
	if err := v.tell(credential.StationMessage{Activate: &shift}); err != nil {
		return err
	}
	s.show("activated", problem.Text{SV: "Nyckeln är aktiverad till %s.", EN: "The key is activated until %s."}.
		Sprintf(a.Expires.Time().In(s.cfg.Clock().Location()).Format("15:04")))
	return nil
}

// facts are all that an activation depends on.
type facts struct {
	now    credential.Instant
	roots  credential.Roots
	known  cache
	key    credential.Certificate
	grant  []byte
	issuer []byte
	who    person
}

// decide says whether the person may have this key now, and for how long. It fails closed.
func decide(f facts) (credential.Activation, credential.Grant, error) {
	var none credential.Activation
	station, err := credential.ParseCertificate(f.known.Refresh.Certificate)
	if err != nil {
		return none, credential.Grant{}, err
	}
	blocks, err := credential.ParseBlockList(f.known.Refresh.Blocks)
	if err != nil {
		return none, credential.Grant{}, err
	}
	if len(f.grant) == 0 {
		return none, credential.Grant{}, errNeverSynced
	}
	grant, _, err := credential.Verifier{}.GrantChain(f.roots.For(f.issuer, f.now), f.grant, f.issuer)
	if err != nil {
		return none, grant, errKeyData.With(err)
	}
	until, member := f.who.memberOf(grant.Group, f.now)
	switch {
	case f.known.At.Add(VerifierLife) < f.now:
		return none, grant, ErrVerifiersOld
	case f.now < f.known.At.Add(-credential.ClockSkew):
		return none, grant, errClock // it was later when the server was last heard of
	case !station.ValidAt(f.now):
		return none, grant, errStationOld
	case grant.Key != f.key.Subject || grant.Holder != f.key.Key:
		return none, grant, errKeyData
	case blocks.BlockedAt(credential.BlockKey, uint64(grant.Key), f.now) || blocks.BlockedAt(credential.BlockGrant, grant.Serial, f.now):
		return none, grant, errKeyBlocked
	case blocks.BlockedAt(credential.BlockStaff, f.who.pseudonym, f.now):
		return none, grant, errPersonBlocked
	case f.now >= grant.Expires:
		return none, grant, errSyncedLongAgo
	case f.now < grant.NotBefore.Add(-credential.ClockSkew):
		return none, grant, errClock
	case station.Group != 0 && station.Group != grant.Group:
		return none, grant, errOtherGroup
	case !member:
		return none, grant, errNotMember
	}
	begin := max(f.now, grant.NotBefore)
	shift := min(time.Duration(grant.Shift)*time.Minute, credential.MaxActivationLife)
	end := min(grant.Expires, begin.Add(shift), until)
	return credential.Activation{Station: station.Subject, Key: grant.Key, NotBefore: begin, Expires: end,
		Grant: credential.HashGrant(f.grant), Staff: f.who.pseudonym}, grant, nil
}
