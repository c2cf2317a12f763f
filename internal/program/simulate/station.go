package simulate

import (
	"context"
	"errors"
	"net"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/edge/deviceapi"
	stations "hemnyckel/internal/program/station"
	"hemnyckel/lockcore"
)

// station is a sync station: the real decision and the real dialogue, without sockets.
type station struct {
	place    int
	name     string
	id       *credential.Identity
	row      fleet.Station
	fresh    deviceapi.Refresh
	at       credential.Instant // of the last refresh, by its own clock
	known    lockcore.Memory
	counter  uint32
	pending  []keysync.Report
	outages  []span
	lies     []lie
	lost     int64 // stolen
	reported int64 // blocked
	list     *uint64
}

// lie is a time during which a station's clock is wrong.
type lie struct {
	span
	off int64 // seconds ahead of true time
}

func (t *town) newStation(ctx context.Context, place int, name, group string) (*station, error) {
	id, err := credential.NewIdentity()
	if err != nil {
		return nil, err
	}
	s := &station{place: place, name: name, id: id, lost: never, reported: never, list: new(uint64)}
	if s.row, err = t.server.newStation(ctx, name, group, id); err != nil {
		return nil, err
	}
	t.stations = append(t.stations, s)
	return s, nil
}

// online reports whether the station reaches the server.
func (s *station) online(at int64) bool {
	return !anyHolds(s.outages, at) && (s.reported < 0 || at < s.reported)
}

// works reports whether anybody can use it.
func (s *station) works(at int64) bool { return s.lost < 0 || at < s.lost }

// off is how wrong its clock is.
func (s *station) off(at int64) int64 {
	for _, l := range s.lies {
		if l.holds(at) {
			return l.off
		}
	}
	return 0
}

func (s *station) shows(t *town, at int64) credential.Instant {
	return t.instant(at + s.off(at))
}

// stay is a key's stay in a station.
type stay struct {
	key     *key
	who     *person // who has identified, nil for nobody
	giveIn  bool    // the key is returned
	resting bool    // in a cabinet with contacts, and synced only if due
}

// outcome is what a stay gave.
type outcome struct {
	synced bool
	code   string // why there was no activation, though somebody wanted one
}

// refresh is the station's own visit to the server, with what it has to report.
func (t *town) refresh(ctx context.Context, s *station, at int64) error {
	if !s.online(at) {
		return nil
	}
	fresh, row, err := t.server.refresh(ctx, t.clock(at), s.row.Device)
	if err != nil {
		return err
	}
	s.fresh, s.row, s.at = fresh, row, s.shows(t, at)
	return t.report(ctx, s, at)
}

func (t *town) report(ctx context.Context, s *station, at int64) error {
	if len(s.pending) == 0 {
		return nil
	}
	err := t.server.report(ctx, t.clock(at), s.row, s.pending)
	s.pending = nil
	return err
}

// serve is both ends of a key's stay.
func (t *town) serve(ctx context.Context, s *station, v stay, at int64) (out outcome, err error) {
	online := s.online(at)
	if v.key.drops && online {
		v.key.fob.DropMail()
	}
	err = pair(func(c net.Conn) (err error) {
		out, err = t.host(ctx, s, v, at, online, c)
		return err
	}, func(c net.Conn) { _, _ = v.key.fob.StationOver(c) })
	if err != nil {
		return out, err
	}
	if out.synced {
		v.key.synced = at
		if !v.key.phone {
			v.key.grantEnd = at + int64(credential.GrantLife.Seconds())
		} else {
			v.key.grantEnd = at + int64(phoneLife.Seconds())
		}
	}
	if online {
		err = t.report(ctx, s, at)
	}
	return out, err
}

// host is the station's end.
func (t *town) host(ctx context.Context, s *station, v stay, at int64, online bool, c net.Conn) (out outcome, err error) {
	greeting := credential.StationGreeting{Certificate: s.fresh.Certificate, StationCA: s.fresh.StationCA, Roots: s.fresh.Changes}
	ch, hello, cert, err := lockcore.AcceptKey(c, s.id, greeting, lockcore.Host{Roots: s.fresh.Roots, DeviceCA: s.fresh.DeviceCA, Now: s.shows(t, at), Memory: &s.known})
	if err != nil {
		return out, err
	}
	grant, issuer := hello.Grant, hello.Issuer
	if online {
		response, refused, err := t.relay(ctx, s, v.key, at, ch)
		if err != nil {
			return out, err
		}
		if refused != "" {
			out.code = refused
			return out, bye(ch, credential.CodeStationRefuse)
		}
		out.synced, grant, issuer = true, response.Grant, response.Issuer
		v.key.activated, v.key.expires = never, never // a new grant ends the shift of the old one
		if len(response.Blocks) > 0 {
			s.fresh.Blocks = response.Blocks
		}
	}
	switch {
	case v.giveIn:
		err = tell(ch, credential.StationMessage{Erase: &credential.Erase{}})
		v.key.expires = min(v.key.expires, at)
	case v.who != nil:
		out.code, err = t.activate(s, v, at, ch, cert, grant, issuer, online)
	}
	if err != nil {
		return out, err
	}
	return out, bye(ch, credential.OK)
}

// relay carries a sync between key and server. refused is the server's code when it gives this key nothing.
func (t *town) relay(ctx context.Context, s *station, k *key, at int64, ch lockcore.StationChannel) (out credential.SyncResponse, refused string, err error) {
	nonce, err := t.server.nonce(ctx, t.clock(at), s.row)
	if err != nil {
		return out, "", err
	}
	if err := ch.Send(credential.StationMessage{SyncBegin: &credential.SyncBegin{Nonce: nonce}}); err != nil {
		return out, "", err
	}
	m, err := ch.Receive()
	if err != nil {
		return out, "", err
	}
	if m.SyncUpload == nil {
		return out, "", errors.New("simulate: the key did not upload")
	}
	ask := t.server.visit
	if k.phone {
		ask = t.server.phoneVisit
	}
	raw, err := ask(ctx, t.clock(at), s.row, keysync.Visit{Handshake: ch.Handshake(), Request: m.SyncUpload.Request, Mail: m.SyncUpload.Mail})
	if p, ok := errors.AsType[*problem.Error](err); ok && p.Kind == problem.Denied {
		return out, p.Code, nil
	}
	if err != nil {
		return out, "", err
	}
	if out, err = credential.DecodeSyncResponse(raw); err != nil {
		return out, "", err
	}
	return out, "", tell(ch, credential.StationMessage{SyncResult: &credential.SyncResult{Response: raw}})
}

// activate decides as stations do, and gives the key its shift. why is the code of a refusal.
func (t *town) activate(s *station, v stay, at int64, ch lockcore.StationChannel, cert credential.Certificate, grant, issuer []byte, online bool) (why string, err error) {
	a, g, err := stations.Decide(stations.Facts{Now: s.shows(t, at), Roots: s.fresh.Roots, Refresh: s.fresh, Refreshed: s.at, Key: cert,
		Grant: grant, Issuer: issuer, Staff: v.who.pseudonym, Groups: v.who.groups})
	if err != nil {
		return codeOf(err), nil
	}
	s.counter++
	a.Serial = credential.ActivationSerial(a.Station, s.counter)
	raw, err := credential.SignActivation(s.id, a, g)
	if err != nil {
		return codeOf(err), nil
	}
	s.pending = append(s.pending, keysync.Report{Body: raw, Offline: !online})
	shift := credential.Activate{Activation: raw, Station: s.fresh.Certificate, StationCA: s.fresh.StationCA}
	if err := tell(ch, credential.StationMessage{Activate: &shift}); err != nil {
		return "", err
	}
	v.key.activated, v.key.by, v.key.byOff = at, s, s.off(at)
	v.key.expires = int64(a.Expires - t.instant(0))
	return "", nil
}

func codeOf(err error) string {
	if p, ok := errors.AsType[*problem.Error](err); ok {
		return p.Code
	}
	return credential.CodeOf(err).String()
}

// tell sends and waits for the key to have stored it.
func tell(ch lockcore.StationChannel, m credential.StationMessage) error {
	if err := ch.Send(m); err != nil {
		return err
	}
	answer, err := ch.Receive()
	if err != nil {
		return err
	}
	if answer.Done == nil || answer.Done.Code != credential.OK {
		return errors.New("simulate: the key did not take what the station gave it")
	}
	return nil
}

func bye(ch lockcore.StationChannel, code credential.Code) error {
	return ch.Send(credential.StationMessage{Bye: &credential.Bye{Code: code}})
}
