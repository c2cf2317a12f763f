package ceremony

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"strings"

	"hemnyckel/credential"
)

// Act is what was done.
type Act string

// The acts.
const (
	Founded   Act = "founded"   // root and next root made and shared out
	Certified Act = "certified" // roles' keys certified
	Changed   Act = "changed"   // the next root became the root
)

// Entry is one act, as it was signed by the root that was in force before it (the first: by itself).
type Entry struct {
	Number   uint32             `cbor:"1,keyasint"` // from 1
	At       credential.Instant `cbor:"2,keyasint"` // by the clock of the machine where it was done
	Act      Act                `cbor:"3,keyasint"`
	Name     string             `cbor:"4,keyasint"` // of the municipality
	Present  []string           `cbor:"5,keyasint"` // custodians whose shares were used; of Founded, all
	Shares   []ShareFile        `cbor:"6,keyasint"` // made in this act
	Keys     []Key              `cbor:"7,keyasint"` // certified in this act
	Leaked   bool               `cbor:"8,keyasint,omitempty"`
	Trust    Trust              `cbor:"9,keyasint"`  // after it
	Previous credential.Hash    `cbor:"10,keyasint"` // SHA-256 of the entry before, as it was signed
}

// ShareFile is a share that was handed out: to whom, and SHA-256 of the file.
type ShareFile struct {
	Custodian string          `cbor:"1,keyasint"`
	Hash      credential.Hash `cbor:"2,keyasint"`
}

// Transcript is everything that was done with a root, in order. All of it has been verified.
type Transcript struct {
	Entries []Entry
	raw     [][]byte
}

// Trust is what the root has come to.
func (t *Transcript) Trust() Trust { return t.Entries[len(t.Entries)-1].Trust }

// Name is the municipality's.
func (t *Transcript) Name() string { return t.Entries[0].Name }

// Head is SHA-256 of the last entry: whoever has written it down can tell later whether the transcript has been shortened.
func (t *Transcript) Head() credential.Hash { return sha256.Sum256(t.raw[len(t.raw)-1]) }

// Read reads and verifies a transcript: every signature, every link, every certificate, and that what people read in it is what was
// signed.
func Read(file string) (*Transcript, error) {
	b, err := readFile(file, maxText)
	if err != nil {
		return nil, err
	}
	t := &Transcript{}
	for rest := b; ; {
		block, more := pem.Decode(rest)
		if block == nil {
			break
		}
		rest = more
		if block.Type != blockEntry {
			return nil, ErrTranscript.Fill(file, len(t.raw)+1)
		}
		if err := t.take(block.Bytes); err != nil {
			return nil, ErrTranscript.Fill(file, len(t.raw)+1).With(err)
		}
	}
	if len(t.raw) == 0 || !bytes.Equal(t.Text(), b) {
		return nil, ErrTranscript.Fill(file, len(t.raw))
	}
	return t, nil
}

// take verifies that raw is the next entry and appends it.
func (t *Transcript) take(raw []byte) error {
	e, err := credential.Parse[Entry](raw, maxObject)
	if err != nil {
		return err
	}
	signer, before := e.Trust.Root, credential.Hash{}
	if len(t.raw) > 0 {
		signer, before = t.Trust().Root, t.Head()
	}
	if e, err = credential.Verify[Entry](credential.Verifier{}, kindEntry, raw, maxObject, signer); err != nil {
		return err
	}
	if int(e.Number) != len(t.raw)+1 || e.Previous != before || (e.Act == Founded) != (len(t.raw) == 0) {
		return credential.Refuse(credential.CodeChain, "entry %d is not the next", e.Number)
	}
	if len(t.raw) > 0 {
		err = e.Trust.Follows(t.Trust())
	} else {
		err = e.Trust.Check()
	}
	if err != nil {
		return err
	}
	t.Entries, t.raw = append(t.Entries, e), append(t.raw, raw)
	return nil
}

// add signs an entry and appends it. The Transcript is not on disk yet.
func (t *Transcript) add(e Entry, by crypto.Signer) error {
	e.Number = uint32(len(t.raw)) + 1
	if len(t.raw) > 0 {
		e.Previous, e.Name = t.Head(), t.Name()
	}
	raw, err := credential.Sign(by, kindEntry, e)
	if err != nil {
		return err
	}
	return t.take(raw)
}

// Text is the transcript as a file: what was done, in Swedish and English, with what was signed after each.
func (t *Transcript) Text() []byte {
	var b bytes.Buffer
	for i, e := range t.Entries {
		b.WriteString(e.Text())
		hash := sha256.Sum256(t.raw[i])
		fmt.Fprintf(&b, "SHA-256: %s\n\n", hex.EncodeToString(hash[:]))
		b.Write(pem.EncodeToMemory(&pem.Block{Type: blockEntry, Bytes: t.raw[i]}))
		b.WriteString("\n")
	}
	return b.Bytes()
}

// Text is the entry in words, in both languages.
func (e Entry) Text() string {
	var b strings.Builder
	line := func(sv, en string, args ...any) { fmt.Fprintf(&b, sv+" / "+en+"\n", args...) }
	b.WriteString(strings.Repeat("=", 72) + "\n")
	line("Post %[1]d, %[2]s (UTC, enligt den här datorns klocka)", "Entry %[1]d, %[2]s (UTC, by this machine's clock)", e.Number, at(e.At))
	line("Kommun: %[1]s", "Municipality: %[1]s", e.Name)
	switch e.Act {
	case Founded:
		line("Rot och nästa rot skapades och delades: två av tre delar behövs.", "Root and next root were made and shared out: two shares of three are needed.")
	case Certified:
		line("Roten skrev under certifikat för serverns nycklar.", "The root signed certificates for the server's keys.")
	case Changed:
		line("Den förberedda nästa roten blev rot, och en ny nästa rot skapades.", "The next root, prepared before, became the root, and a new next root was made.")
	}
	if e.Leaked {
		line("Den gamla roten räknas som läckt: inget den skrivit under gäller längre.", "The old root counts as leaked: nothing that it signed is valid any more.")
	}
	line("Närvarande förvaltare: %[1]s", "Custodians present: %[1]s", strings.Join(e.Present, ", "))
	for _, s := range e.Shares {
		line("Del till %[1]s, filens SHA-256 %[2]x", "Share for %[1]s, the file's SHA-256 %[2]x", s.Custodian, s.Hash)
	}
	e.keys(line)
	line("Rotens fingeravtryck: %[1]s", "The root's fingerprint: %[1]s", Fingerprint(e.Trust.Root))
	line("Åtagande om nästa rot: %[1]x", "Commitment to the next root: %[1]x", e.Trust.Next)
	line("Föregående post: %[1]x", "Entry before: %[1]x", e.Previous)
	return b.String()
}

// keys tells what was certified.
func (e Entry) keys(line func(sv, en string, args ...any)) {
	for _, k := range e.Keys {
		_, certs := e.Trust.Of(k.Role)
		for _, c := range certs {
			if c.Key == k.Key {
				line("%[1]s: certifikat %016[2]x, %[3]s till %[4]s, nyckel %[5]s i %[6]q", "%[1]s: certificate %016[2]x, %[3]s until %[4]s, key %[5]s at %[6]q",
					RoleName(k.Role), c.Serial, at(c.NotBefore), at(c.Expires), k.Key, k.Place)
			}
		}
	}
}
