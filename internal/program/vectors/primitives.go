package vectors

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"github.com/flynn/noise"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

func keySet() *Set {
	s := &Set{About: "The test keys. A P-256 secret is SHA-256 of \"hemnyckel test key: NAME\", an X25519 secret that of NAME with \", exchange\" after it."}
	for _, name := range []string{
		"root", "next root", "root after", "another root", "grant issuer", "station CA", "device CA", "revocation", "next revocation", "config",
		"station", "another station", "lock", "another lock", "key", "another key", "installer",
	} {
		hash := public(name).Hash()
		s.add(ok, "signing-key", "key-"+slug(name), name, args{"secret": h(secret(name))}, args{"public": h(key(name)), "hash": h(hash[:])})
	}
	for _, name := range []string{"station", "lock", "another lock", "ingest", "next ingest"} {
		x := exchangePublic(name)
		hash := x.Hash()
		s.add(ok, "exchange-key", "exchange-key-"+slug(name), name, args{"secret": h(secret(name + ", exchange"))}, args{"public": h(x[:]), "hash": h(hash[:])})
	}
	return s
}

func codeSet() *Set {
	s := &Set{About: "Every code, its name and its sentences. The number is on the wire; the rest is for people."}
	for _, c := range credential.Codes() {
		sv, en := c.Text()
		s.add(c, "code", "code-"+c.String(), en, args{"number": c}, args{"name": c.String(), "sv": sv, "en": en})
	}
	return s
}

func primitiveSet() *Set {
	s := &Set{About: "Hashes, proofs, names, adverts, windows and one handshake."}
	s.hashes()
	s.proofs()
	s.adverts()
	s.windows()
	s.handshake()
	return s
}

func (s *Set) hashes() {
	first := credential.ChainStart(public("lock"))
	s.add(ok, "chain-start", "chain-start", "The head of an empty log.", args{"lock": h(key("lock"))}, args{"head": h(first[:])})
	head := first
	for i, r := range records() {
		next := must(r.Chain(head))
		name := []string{"chain-first", "chain-second", "chain-third"}[i]
		s.add(ok, "chain-record", name, "The head after a record.", args{"head": h(bytes.Clone(head[:])), "bytes": h(encode(r))}, args{"head": h(next[:])})
		head = next
	}
	commit := credential.CommitRoot(public("next root"))
	s.add(ok, "commit-root", "commit-root", "What devices are given of the next root.", args{"root": h(key("next root"))}, args{"next": h(commit[:])})
	code := "AAAA-BBBB-CCCC-DDDD"
	for _, end := range []string{"installer", "lock", "reset"} {
		p := codeProof("AAAABBBBCCCCDDDD", end)
		s.add(ok, "claim-proof", "claim-proof-"+end, "Knows the code inside the lock.", args{"code": code, "end": end, "handshake": h(handshakeHash[:])}, args{"proof": h(p)})
	}
	p := codeProof("OAAABBBBCCCCDDID", "lock")
	s.add(ok, "claim-proof", "claim-proof-sloppy", "A code as people copy it: OAAABBBBCCCCDDID.",
		args{"code": " 0aaa bbbb ccccdd1d", "end": "lock", "handshake": h(handshakeHash[:])}, args{"proof": h(p)})
	ephemeral := exchangePublic("lock")
	certificate := authority(credential.RoleGrantIssuer)
	name := sha256.Sum256(append(append([]byte("hemnyckel/name/1\x00"), ephemeral[:]...), certificate...))
	s.add(ok, "certificate-name", "certificate-name", "What a lock calls a certificate in one session.",
		args{"ephemeral": h(ephemeral[:]), "bytes": h(certificate)}, args{"name": h(name[:lockcore.NameBytes])})
}

// codeProof is the proof of a code that has been brought into its one form.
func codeProof(code, end string) []byte {
	return mac([]byte(code), append([]byte("hemnyckel/claim/1 "+end+"\x00"), handshakeHash[:]...))
}

func mac(key, message []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(message)
	return m.Sum(nil)
}

// handshakeHash is that of the vectors' sessions.
var handshakeHash = credential.Hash(sha256.Sum256([]byte("a handshake")))

func (s *Set) proofs() {
	proof := must(credential.SignPossession(signing("key"), handshakeHash, 41))
	one := func(code credential.Code, name, about string, proof credential.Proof, handshake credential.Hash, counter uint32, holder string) {
		s.add(code, "possession", name, about, args{"bytes": h(proof[:]), "handshake": h(handshake[:]), "counter": counter, "holder": h(key(holder))}, nil)
	}
	one(ok, "possession", "A key is there, in this session, for the 41st time.", proof, handshakeHash, 41, "key")
	no := credential.CodeNotHolder
	one(no, "possession-other-counter", "Another counter.", proof, handshakeHash, 42, "key")
	one(no, "possession-other-session", "Another session.", proof, credential.Hash{1}, 41, "key")
	one(no, "possession-other-holder", "Another key.", proof, handshakeHash, 41, "another key")
	one(no, "possession-flipped", "One bit is another.", credential.Proof(flip(proof[:], 7)), handshakeHash, 41, "key")
}

func (s *Set) adverts() {
	lock, other := exchangePublic("lock"), exchangePublic("another lock")
	a := lockcore.Advert{Version: 1, Nonce: [6]byte{1, 2, 3, 4, 5, 6}}
	a.Mark = [6]byte(mac(lock[:], []byte("hemnyckel/advert/1\x00\x01\x01\x02\x03\x04\x05\x06")))
	one := func(code credential.Code, name, about string, raw []byte, by credential.ExchangeKey, is bool) {
		var out args
		if code == ok {
			out = args{"is": is}
		}
		s.add(code, "advert", name, about, args{"bytes": h(raw), "lock": h(by[:])}, out)
	}
	one(ok, "advert", "A lock that the key has met.", a.Bytes(), lock, true)
	one(ok, "advert-stranger", "A lock that it has not met.", a.Bytes(), other, false)
	one(malformed, "advert-cut", "A byte is missing.", a.Bytes()[:12], lock, false)
	one(malformed, "advert-empty", "Nothing.", []byte{}, lock, false)
	one(credential.CodeVersion, "advert-version-2", "Another version, whatever follows.", []byte{2}, lock, false)
}

func (s *Set) windows() {
	weekdays := must(credential.NewWindow(credential.Span{Days: 0x1f, From: 7, Until: 19}))
	night := must(credential.NewWindow(credential.Span{Days: credential.AllDays, From: 22, Until: 24}, credential.Span{Days: credential.AllDays, From: 0, Until: 6}))
	nbf := start / hours * hours
	one := func(name, about string, w credential.Window, z credential.Zone, at credential.Instant, in bool) {
		s.add(ok, "window", name, about, args{"window": h(w), "zone": z, "not_before": nbf, "at": at}, args{"in": in})
	}
	one("window-always", "No window is always.", "", credential.Zone{}, start, true)
	one("window-monday", "Monday 07:20 UTC.", weekdays, credential.Zone{}, start, true)
	one("window-monday-local", "Monday 05:59 UTC is 06:59 on the wall.", weekdays, credential.Zone{4}, nbf-hours-60, false)
	one("window-monday-begins", "Monday 06:00 UTC is 07:00 on the wall.", weekdays, credential.Zone{4}, nbf-hours, true)
	one("window-monday-ends", "19:00 on the wall is outside.", weekdays, credential.Zone{4}, nbf+11*hours, false)
	one("window-saturday", "Saturday.", weekdays, credential.Zone{4}, nbf+5*days, false)
	one("window-night", "23:30 on the wall.", night, credential.Zone{4}, nbf+15*hours+1800, true)
	one("window-night-ends", "06:00 on the wall.", night, credential.Zone{4}, nbf+22*hours, false)
	one("window-before-step", "The clock is put forward after the 40th hour: the 39th is one hour east.", weekdays, credential.Zone{4, 40, 8}, nbf+34*hours, true)
	one("window-after-step", "After it 17:00 UTC is 19:00.", weekdays, credential.Zone{4, 40, 8}, nbf+58*hours, false)
}

// handshake is one whole session's frames, from fixed ephemeral secrets.
func (s *Set) handshake() {
	suite := noise.NewCipherSuite(noise.DH25519, noise.CipherAESGCM, noise.HashSHA256)
	pair := func(name string) noise.DHKey {
		k := exchange(name)
		return noise.DHKey{Private: k.Bytes(), Public: k.PublicKey().Bytes()}
	}
	end := func(initiator bool, ephemeral string) *noise.HandshakeState {
		c := noise.Config{CipherSuite: suite, Pattern: noise.HandshakeNX, Initiator: initiator, Prologue: []byte(lockcore.ToLock), Random: bytes.NewReader(pair(ephemeral).Private)}
		if !initiator {
			c.StaticKeypair = pair("lock")
		}
		return must(noise.NewHandshakeState(c))
	}
	us, lock := end(true, "key, ephemeral"), end(false, "lock, ephemeral")
	greeting := encode(lockcore.Greeting{Certificate: cert("device CA", lockCert())})
	m1, _, _, err := us.WriteMessage(nil, []byte{lockcore.Version, 0})
	must(m1, err)
	_, _, _, err = lock.ReadMessage(nil, m1)
	must(m1, err)
	m2, toLock, toKey, err := lock.WriteMessage(nil, greeting)
	must(m2, err)
	open := must(toLock.Encrypt(nil, nil, encode(lockcore.Message{Open: &lockcore.Open{}})))
	opened := must(toKey.Encrypt(nil, nil, encode(lockcore.Message{Opened: &lockcore.Opened{Seq: 4}})))
	s.add(ok, "noise", "handshake", "Noise_NX_25519_AESGCM_SHA256 from fixed ephemeral keys, and the first frame in each direction.", args{
		"prologue": string(lockcore.ToLock), "initiator_ephemeral": h(pair("key, ephemeral").Private), "responder_ephemeral": h(pair("lock, ephemeral").Private),
		"responder_static": h(pair("lock").Private), "payload_1": h{lockcore.Version, 0}, "payload_2": h(greeting),
		"plain_to_responder": h(encode(lockcore.Message{Open: &lockcore.Open{}})), "plain_to_initiator": h(encode(lockcore.Message{Opened: &lockcore.Opened{Seq: 4}})),
	}, args{
		"message_1": h(m1), "message_2": h(m2), "handshake": h(lock.ChannelBinding()), "to_responder": h(open), "to_initiator": h(opened),
		"stream": h(framed(m1, m2)),
	})
}

// framed is what crosses a stream: every message after its length.
func framed(messages ...[]byte) (b []byte) {
	for _, m := range messages {
		b = binary.BigEndian.AppendUint16(b, uint16(len(m)))
		b = append(b, m...)
	}
	return b
}
