package locksim

import (
	"bytes"
	"context"
	"crypto/sha256"
	"net"
	"time"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// StationTime bounds a key's stay in a station: a person types a PIN meanwhile.
const StationTime = 5 * time.Minute

// StationResult is what happened while the key was in the station.
type StationResult struct {
	Synced    bool
	Activated credential.Instant // end of the new activation, 0 if none was given
	Erased    bool
	Code      credential.Code // the station's last word; credential.OK when it was content
	SV, EN    string          // the code's sentence
}

// Station puts the key into the station at addr and answers it until it lets the key go.
func (k *Key) Station(ctx context.Context, addr string) (StationResult, error) {
	return k.stay(func() (net.Conn, func(), error) { return dial(ctx, addr, StationTime) })
}

// StationOver is [Key.Station] over a connection that the caller has made.
func (k *Key) StationOver(conn net.Conn) (StationResult, error) {
	return k.stay(func() (net.Conn, func(), error) { return conn, func() {}, nil })
}

func (k *Key) stay(connect func() (net.Conn, func(), error)) (StationResult, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	var r StationResult
	e, _, err := k.enrolment()
	if err != nil {
		return r, err
	}
	conn, done, err := connect()
	if err != nil {
		return r, err
	}
	defer done()
	conn.SetDeadline(time.Now().Add(SessionTime)) // a station answers at once; only people take their time
	ch, roots, err := lockcore.ReachStation(conn, k.st.Roots, k.begun(), k.known)
	if err != nil {
		return r, err
	}
	k.follow(roots)
	conn.SetDeadline(time.Now().Add(StationTime)) // a person types a PIN meanwhile
	if err := k.hello(ch, e); err != nil {
		return r, err
	}
	return r, k.answer(ch, &r)
}

func (k *Key) hello(ch lockcore.StationChannel, e credential.Enrolment) error {
	count, err := k.use()
	if err != nil {
		return err
	}
	mail, err := credential.Encode(k.mail())
	if err != nil {
		return err
	}
	h := credential.Hello{
		Certificate: e.Certificate, DeviceCA: k.deviceCA(e), Counter: count,
		Grant: k.st.Out.Grant, Issuer: k.st.Out.Issuer, Blocks: k.blocks().Version, Mail: uint32(len(mail)),
	}
	if a, err := credential.ParseActivation(k.st.Shift.Activation); err == nil {
		h.Activated = a.Expires
	}
	return ch.SayHello(k.signer, h)
}

// deviceCA is the newest certificate of the authority that has certified the key.
func (k *Key) deviceCA(e credential.Enrolment) []byte {
	for _, raw := range k.st.Out.DeviceCAs {
		ca, err := credential.ParseCertificate(raw)
		if err == nil && k.ready.enrolled.cert.Issuer == ca.Key.Hash() {
			return raw
		}
	}
	return e.DeviceCA
}

func (k *Key) mail() credential.Mail {
	m := credential.Mail{Activations: k.st.Used, Nonces: k.unanswered()}
	for _, l := range k.st.Home {
		m.Batches = append(m.Batches, l.Batches...)
	}
	return m
}

// answer does what the station asks, one message at a time, until it says bye.
func (k *Key) answer(ch lockcore.StationChannel, r *StationResult) error {
	var sent credential.Hash
	for {
		m, err := ch.Receive()
		if err != nil {
			return err
		}
		var reply credential.StationMessage
		switch {
		case m.SyncBegin != nil:
			reply, sent, err = k.upload(ch, m.SyncBegin.Nonce)
		case m.SyncResult != nil:
			err = k.takeOut(m.SyncResult.Response, sent)
			r.Synced = r.Synced || err == nil
			reply.Done = &credential.Done{Code: credential.CodeOf(err)}
		case m.Activate != nil:
			r.Activated, err = k.takeShift(*m.Activate)
			reply.Done = &credential.Done{Code: credential.CodeOf(err)}
		case m.Erase != nil:
			k.st.Shift = credential.Activate{}
			err = k.save()
			r.Erased = r.Erased || err == nil
			reply.Done = &credential.Done{Code: credential.CodeOf(err)}
		case m.Bye != nil:
			r.Code = m.Bye.Code
			r.SV, r.EN = r.Code.Text()
			return nil
		default:
			return credential.Refuse(credential.CodeProtocol, "the station sent what only a key sends")
		}
		// What the key refuses the station is told, and then the key leaves with the reason.
		if reply.Done != nil || reply.SyncUpload != nil {
			if sendErr := ch.Send(reply); err == nil {
				err = sendErr
			}
		}
		if err != nil {
			return err
		}
	}
}

// upload signs for the server's nonce, this channel and the mail.
func (k *Key) upload(ch lockcore.StationChannel, nonce [16]byte) (credential.StationMessage, credential.Hash, error) {
	var none credential.StationMessage
	_, cert, err := k.enrolment()
	if err != nil {
		return none, credential.Hash{}, err
	}
	count, err := k.use()
	if err != nil {
		return none, credential.Hash{}, err
	}
	mail, err := credential.Encode(k.mail())
	if err != nil {
		return none, credential.Hash{}, err
	}
	sum := credential.Hash(sha256.Sum256(mail))
	req, err := credential.SignSyncRequest(k.signer, credential.SyncRequest{
		Key: cert.Subject, Counter: count, Nonce: nonce, Handshake: ch.Handshake(), Blocks: k.blocks().Version, Mail: sum,
	})
	if err != nil {
		return none, credential.Hash{}, err
	}
	return credential.StationMessage{SyncUpload: &credential.SyncUpload{Request: req, Mail: mail}}, sum, nil
}

// takeOut keeps a sync response after it has verified every part that the key relies on. A new grant ends the activation of
// the old one. sent is what the key uploaded in this visit.
func (k *Key) takeOut(raw []byte, sent credential.Hash) error {
	out, err := credential.DecodeSyncResponse(raw)
	if err != nil {
		return err
	}
	before := k.st.Roots
	roots, _ := before.Follow(out.Roots)
	k.follow(roots)
	tree, err := k.checkOut(out)
	if err != nil {
		k.follow(before)
		return err
	}
	old := k.st.Out
	if bytes.Equal(out.Config, old.Config) { // else they are by an authority that locks may not hear any more
		out.Times = k.answers(append(old.Times[:len(old.Times):len(old.Times)], out.Times...))
	}
	v := k.verifier()
	if _, err := v.NewerBlockList(k.blocks(), k.root(out.Revocation), out.Blocks, out.Revocation); err != nil {
		out.Blocks, out.Revocation = old.Blocks, old.Revocation
	}
	if out.MailReceived == sent && sent != (credential.Hash{}) {
		k.st.Home, k.st.Used = nil, nil
	}
	k.st.Out, k.st.Shift = out, credential.Activate{}
	k.ready.grant, k.ready.tree, k.ready.blocks, k.ready.acks = nil, tree, nil, nil
	return k.save()
}

// checkOut returns the tree over a response's leaves if the response is good.
func (k *Key) checkOut(out credential.SyncResponse) (*credential.Tree, error) {
	v := k.verifier()
	g, _, err := v.GrantChain(k.root(out.Issuer), out.Grant, out.Issuer)
	if err != nil {
		return nil, err
	}
	if g.Holder != k.PublicKey() {
		return nil, credential.Refuse(credential.CodeNotHolder, "the grant is for another key")
	}
	tree, err := credential.NewTree(out.Leaves)
	if err != nil {
		return nil, err
	}
	if tree.Root() != g.Root || tree.Size() != g.Size {
		return nil, credential.Refuse(credential.CodeMalformed, "the leaves are not the grant's")
	}
	for _, ca := range out.DeviceCAs {
		if _, _, err := v.Chain(k.root(ca), credential.RoleDeviceCA, ca, nil); err != nil {
			return nil, err
		}
	}
	if len(out.DeviceCAs) == 0 {
		return nil, credential.Refuse(credential.CodeMalformed, "no authority to recognise locks by")
	}
	_, _, err = v.Chain(k.root(out.Config), credential.RoleConfig, out.Config, nil)
	return tree, err
}

// takeShift keeps an activation for the grant that the key has. The activation goes home too, so that the log's records can be
// matched to it.
func (k *Key) takeShift(s credential.Activate) (credential.Instant, error) {
	v := k.verifier()
	station, _, err := v.Chain(k.root(s.StationCA), credential.RoleStation, s.Station, s.StationCA)
	if err != nil {
		return 0, err
	}
	a, err := v.Activation(s.Activation, station.Key)
	if err != nil {
		return 0, err
	}
	if a.Grant != credential.HashGrant(k.st.Out.Grant) {
		return 0, credential.Refuse(credential.CodeOtherGrant, "")
	}
	k.st.Shift = s
	k.st.Used = append(k.st.Used, s.Activation)
	if n := len(k.st.Used); n > credential.MaxMailActivations {
		k.st.Used = k.st.Used[n-credential.MaxMailActivations:] // stations report them too
	}
	return a.Expires, k.save()
}
