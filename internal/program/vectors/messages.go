package vectors

import (
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/hex"
	"encoding/json"
	"io/fs"

	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

// sealedSet has what nobody can make twice: a sealed batch that is there is kept.
func sealedSet(kept fs.FS) *Set {
	s := &Set{About: "A log batch sealed to the server's ingest key, HPKE base mode. It holds the vector \"batch\"."}
	signed := sign("lock", credential.KindBatch, batchOf())
	sealed := keptBytes(kept, "sealed.json", "sealed-batch")
	if !opens(sealed, exchange("ingest")) {
		sealed = must(credential.SealBatch(exchangePublic("ingest"), signed))
	}
	one := func(code credential.Code, name, about string, raw []byte, ingest string) {
		var out args
		if code == ok {
			out = args{"signed": h(signed)}
		}
		s.add(code, "open-batch", name, about, args{"bytes": h(raw), "ingest": h(exchange(ingest).Bytes())}, out)
	}
	one(ok, "sealed-batch", "Opened with the key that it names.", sealed, "ingest")
	one(credential.CodeStale, "sealed-batch-other-key", "Sealed to a key that is not there.", sealed, "next ingest")
	one(malformed, "sealed-batch-flipped", "One bit of the ciphertext is another.", flip(sealed, -1), "ingest")
	one(malformed, "sealed-batch-cut", "The last byte is missing.", sealed[:len(sealed)-1], "ingest")
	return s
}

func opens(sealed []byte, ingest *ecdh.PrivateKey) bool {
	_, err := credential.OpenBatch(sealed, must(hpkeKey(ingest)))
	return err == nil
}

// hpkeKey is the key as the standard library's HPKE takes it, which says early if it is none.
func hpkeKey(k *ecdh.PrivateKey) (ecdh.KeyExchanger, error) {
	_, err := hpke.NewDHKEMPrivateKey(k)
	return k, err
}

// keptBytes is the main input of a vector that has been written before, nil if there is none.
func keptBytes(kept fs.FS, file, name string) []byte {
	b, err := fs.ReadFile(kept, file)
	if err != nil {
		return nil
	}
	var s Set
	if json.Unmarshal(b, &s) != nil {
		return nil
	}
	for _, v := range s.Vectors {
		if text, ok := v.In["bytes"].(string); ok && v.Name == name {
			raw, _ := hex.DecodeString(text)
			return raw
		}
	}
	return nil
}

// messageSet is the forms of messages: what is in them is judged elsewhere.
func messageSet() *Set {
	s := &Set{About: "Messages between key, lock, station and server: which bytes are one."}
	s.lockMessages()
	s.stationMessages()
	s.letters()
	return s
}

func (s *Set) form(code credential.Code, op, name, about string, v any) {
	raw, is := v.([]byte)
	if !is {
		raw = encode(v)
	}
	s.add(code, op, name, about, args{"bytes": h(raw)}, nil)
}

func (s *Set) lockMessages() {
	one := func(name, about string, m lockcore.Message) { s.form(ok, "message", "message-"+name, about, m) }
	sc := newScene()
	p := sc.present()
	head := lockcore.HeadMark{1, 2, 3, 4, 5, 6, 7, 8}
	version := credential.Version{Epoch: 1, Number: uint64(start)}
	one("present", "All that a lock judges.", lockcore.Message{Present: &p})
	one("verdict", "To the holder of a genuine grant.", lockcore.Message{Verdict: &lockcore.Verdict{
		Seq: 4, Head: head, Time: start, Blocks: version, Config: 1, Wants: lockcore.WantTime, Nonce: [8]byte{1, 2, 3, 4, 5, 6, 7, 8}}})
	one("verdict-stranger", "To anybody else.", lockcore.Message{Verdict: &lockcore.Verdict{Code: credential.CodeGrantSignature}})
	one("open", "Asks for the bolt.", lockcore.Message{Open: &lockcore.Open{}})
	one("opened", "The bolt has been told to move.", lockcore.Message{Opened: &lockcore.Opened{Seq: 5}})
	one("down", "Mail to the lock.", lockcore.Message{Down: &lockcore.Down{
		Blocks: sign("revocation", credential.KindBlockList, blockList([]credential.BlockEntry{}...)), Revocation: authority(credential.RoleRevocation),
		Roots: [][]byte{stated(1, "root", "next root", "root after", 0)}}})
	one("up", "Mail from the lock, of which there is none.", lockcore.Message{Up: &lockcore.Up{}})
	one("claim-start", "The installer knows the code.", lockcore.Message{ClaimStart: &lockcore.ClaimStart{Proof: credential.Hash(codeProof(claimCode, "installer"))}})
	one("claim-identity", "So does the lock.", lockcore.Message{ClaimIdentity: &lockcore.ClaimIdentity{Proof: credential.Hash(codeProof(claimCode, "lock")), Key: public("lock")}})
	install := claimInstall()
	one("claim-install", "Everything that makes it the municipality's.", lockcore.Message{ClaimInstall: &install})
	one("claimed", "Done.", lockcore.Message{Claimed: &lockcore.Claimed{}})
	one("reset-start", "By the code.", lockcore.Message{ResetStart: &lockcore.ResetStart{Code: credential.Hash(codeProof(claimCode, "reset"))}})
	one("reset-ready", "Two records are left.", lockcore.Message{ResetReady: &lockcore.ResetReady{Left: 2}})
	one("reset-fetch", "Asks for them.", lockcore.Message{ResetFetch: &lockcore.ResetFetch{}})
	one("reset-records", "There are none left.", lockcore.Message{ResetRecords: &lockcore.ResetRecords{}})
	one("reset-confirm", "Goes through with it.", lockcore.Message{ResetConfirm: &lockcore.ResetConfirm{}})
	s.form(malformed, "message", "message-empty", "No bytes.", []byte{})
	s.form(malformed, "message", "message-without-part", "None of the parts.", []byte{0xa0})
	s.form(malformed, "message", "message-two-parts", "Two of them.", lockcore.Message{Open: &lockcore.Open{}, Claimed: &lockcore.Claimed{}})
	s.form(malformed, "message", "message-unknown-part", "Part 16.", []byte{0xa1, 0x10, 0xa0})
	s.form(malformed, "message", "message-repeated-part", "The same part twice.", []byte{0xa2, 0x03, 0xa0, 0x03, 0xa0})
	s.form(malformed, "message", "message-long-number", "A field number in two bytes that fits in one.", []byte{0xa1, 0x18, 0x03, 0xa0})
	s.form(malformed, "message", "message-indefinite", "A map of indefinite length.", []byte{0xbf, 0x03, 0xa0, 0xff})
	s.form(malformed, "message", "message-trailing", "A byte after the message.", []byte{0xa1, 0x03, 0xa0, 0})
	s.form(malformed, "message", "message-null", "A part that is null.", []byte{0xa1, 0x03, 0xf6})
	s.form(ok, "greeting", "greeting", "A claimed lock to a stranger.", lockcore.Greeting{Certificate: cert("device CA", lockCert()), Known: []byte{1, 2, 3, 4}})
	s.form(ok, "greeting", "greeting-unclaimed", "A lock that belongs to nobody.", lockcore.Greeting{})
}

func (s *Set) stationMessages() {
	one := func(name, about string, m credential.StationMessage) {
		s.form(ok, "station-message", "station-"+name, about, m)
	}
	sc := newScene()
	p := sc.present()
	one("hello", "A key says who it is.", credential.StationMessage{Hello: &credential.Hello{
		Certificate: cert("device CA", keyCert()), DeviceCA: authority(credential.RoleDeviceCA), Counter: 41, Grant: p.Grant, Issuer: p.Issuer,
		Activated: start, Blocks: credential.Version{Epoch: 1, Number: 7}, Mail: 900,
		Proof: must(credential.SignPossession(signing("key"), handshakeHash, 41)),
	}})
	one("sync-begin", "The server's nonce.", credential.StationMessage{SyncBegin: &credential.SyncBegin{Nonce: [16]byte{9}}})
	one("sync-upload", "Both parts for the server.", credential.StationMessage{SyncUpload: &credential.SyncUpload{Request: []byte{1}, Mail: []byte{2}}})
	one("sync-result", "The server's answer.", credential.StationMessage{SyncResult: &credential.SyncResult{Response: []byte{3}}})
	one("activate", "A shift.", credential.StationMessage{Activate: &credential.Activate{Activation: p.Activation, Station: p.Station, StationCA: p.StationCA}})
	one("erase", "The key has been returned.", credential.StationMessage{Erase: &credential.Erase{}})
	one("done", "The key has stored.", credential.StationMessage{Done: &credential.Done{}})
	one("done-missing", "The key has no grant to keep an activation for.", credential.StationMessage{Done: &credential.Done{Code: credential.CodeGrantMissing}})
	one("bye", "The end.", credential.StationMessage{Bye: &credential.Bye{}})
	one("bye-refused", "The station does not activate.", credential.StationMessage{Bye: &credential.Bye{Code: credential.CodeStationRefuse}})
	one("bye-not-enrolled", "The server does not know the key.", credential.StationMessage{Bye: &credential.Bye{Code: credential.CodeNotEnrolled}})
	s.form(malformed, "station-message", "station-two-parts", "Two parts.", credential.StationMessage{Done: &credential.Done{}, Bye: &credential.Bye{}})
	s.form(malformed, "station-message", "station-cut", "The last byte is missing.", []byte{0xa1, 0x07, 0xa1, 0x01})
	s.form(ok, "station-greeting", "station-greeting", "A station shows itself.", credential.StationGreeting{
		Certificate: cert("station CA", stationCert()), StationCA: authority(credential.RoleStationCA)})
}

func (s *Set) letters() {
	s.form(ok, "mail", "mail", "What a key carries home.", credential.Mail{Batches: [][]byte{{1}}, Activations: [][]byte{{2}}, Nonces: [][8]byte{{3}}})
	s.form(malformed, "mail", "mail-too-many-nonces", "33 nonces.", credential.Mail{Batches: [][]byte{}, Activations: [][]byte{}, Nonces: make([][8]byte, 33)})
	r := credential.SyncResponse{
		Grant: []byte{1}, Leaves: leavesOf(openLeaf(), 2), Issuer: []byte{2}, DeviceCAs: [][]byte{{3}}, Config: []byte{4}, Time: []byte{5}, Acks: [][]byte{},
		Configs: [][]byte{}, Blocks: []byte{6}, Revocation: []byte{7}, MailReceived: credential.Hash{8}, Times: [][]byte{{9}},
	}
	s.form(ok, "sync-response", "sync-response", "What a key takes out.", r)
	r.DeviceCAs = make([][]byte, 17)
	s.form(malformed, "sync-response", "sync-response-too-many", "17 device CAs.", r)
	next := credential.CommitRoot(public("next root"))
	e := credential.Enrolment{Root: public("root"), Certificate: cert("device CA", keyCert()), DeviceCA: authority(credential.RoleDeviceCA), Next: next}
	s.add(ok, "enrolment", "enrolment", "A key becomes the municipality's.", args{"bytes": h(encode(e)), "holder": h(key("key"))}, nil)
	s.add(credential.CodeNotHolder, "enrolment", "enrolment-of-another", "The certificate is for another key.", args{"bytes": h(encode(e)), "holder": h(key("another key"))}, nil)
	e.Root = public("another root")
	s.add(chain, "enrolment", "enrolment-other-root", "The root did not certify the authority.", args{"bytes": h(encode(e)), "holder": h(key("key"))}, nil)
}
