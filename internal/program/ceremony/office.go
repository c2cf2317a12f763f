package ceremony

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/durable"
)

// Create makes a root and the next one, writes each custodian's share and begins a transcript in file. work is the cost of a passphrase,
// normally keystore.Work. The transcript is written last: without it there is no root, whatever shares there are.
func Create(file, name string, custodians []Custodian, now time.Time, work int) (*Transcript, error) {
	if !validName(name) {
		return nil, ErrName
	}
	if err := checkPlaces(custodians); err != nil {
		return nil, err
	}
	if _, err := os.Lstat(file); err == nil {
		return nil, ErrTranscriptExists.Fill(file)
	}
	secrets, err := credential.NewRootSecrets()
	if err != nil {
		return nil, err
	}
	trust, err := NewTrust(secrets)
	if err != nil {
		return nil, err
	}
	t := &Transcript{}
	return t, handOut(secrets, custodians, work, func(files []ShareFile) error {
		e := Entry{At: credential.At(now), Act: Founded, Name: name, Present: names(custodians), Shares: files, Keys: []Key{}, Trust: trust}
		if err := t.add(e, secrets.Root); err != nil {
			return err
		}
		return WriteNew(file, t.Text(), ErrTranscriptExists)
	})
}

// checkPlaces finds what would stop shares from being written, before anything is made.
func checkPlaces(custodians []Custodian) error {
	if len(custodians) != Custodians {
		return ErrCustodians
	}
	seen := map[string]bool{}
	for _, c := range custodians {
		path, err := filepath.Abs(c.File)
		if err != nil || seen["name "+c.Name] || seen["file "+path] {
			return ErrCustodians
		}
		seen["name "+c.Name], seen["file "+path] = true, true
		if !validName(c.Name) {
			return ErrName
		}
		if _, err := os.Lstat(c.File); err == nil {
			return ErrShareExists.Fill(c.File)
		}
	}
	return nil
}

// handOut writes the custodians' shares and then has record write the transcript. If a share cannot be written those that were are taken away
// again: they would be of a root that does not exist. Once record has been asked they stay, whatever it says: the transcript may have reached
// the disk all the same, and a root without shares is lost for ever.
func handOut(secrets credential.RootSecrets, custodians []Custodian, work int, record func([]ShareFile) error) error {
	shares, err := split(secrets, custodians)
	if err != nil {
		return err
	}
	var files []ShareFile
	for i, c := range custodians {
		var b []byte
		if b, err = shares[i].seal(c.Passphrase, work); err != nil {
			break
		}
		if err = WriteNew(c.File, b, ErrShareExists); err != nil {
			break
		}
		files = append(files, ShareFile{Custodian: c.Name, Hash: sha256.Sum256(b)})
	}
	if err == nil {
		err = verifyWritten(custodians, files)
	}
	if err != nil {
		for _, c := range custodians[:len(files)] {
			os.Remove(c.File)
		}
		return err
	}
	return record(files)
}

// verifyWritten reads back what was written: a stick that only seems to store is found now and not in a year.
func verifyWritten(custodians []Custodian, files []ShareFile) error {
	for i, f := range files {
		b, err := readFile(custodians[i].File, 16<<10)
		if err != nil {
			return err
		}
		if sha256.Sum256(b) != f.Hash {
			return ErrShare.Fill(custodians[i].File)
		}
	}
	return nil
}

// CheckShare says whether a share is one of the root's that is in force.
func (t *Transcript) CheckShare(s Share) error {
	trust := t.Trust()
	if s.Root != trust.Root || s.Next != trust.Next {
		return ErrOtherRoot.Fill(s.file, Fingerprint(s.Root), Fingerprint(trust.Root))
	}
	if err := s.check(); err != nil {
		return err
	}
	// The name in a share is its custodian's to change. Who was present is told by the name that the root has signed.
	for _, e := range slices.Backward(t.Entries) {
		if len(e.Shares) > 0 {
			if int(s.Index) > len(e.Shares) || e.Shares[s.Index-1].Custodian != s.Custodian {
				return ErrShare.Fill(s.file)
			}
			break
		}
	}
	return nil
}

// open brings the root of a transcript back.
func (t *Transcript) open(shares []Share) (credential.RootSecrets, error) {
	for _, s := range shares {
		if err := t.CheckShare(s); err != nil {
			return credential.RootSecrets{}, err
		}
	}
	return combine(shares)
}

// Sign certifies what a server asks for, notes it in the transcript and returns the answer as a file.
func Sign(file string, shares []Share, r Request, now time.Time) ([]byte, *Transcript, error) {
	t, err := Read(file)
	if err != nil {
		return nil, nil, err
	}
	secrets, err := t.open(shares)
	if err != nil {
		return nil, nil, err
	}
	trust, err := t.Trust().Certify(secrets, r.Keys, now)
	if err != nil {
		return nil, nil, err
	}
	e := Entry{At: credential.At(now), Act: Certified, Present: present(shares), Shares: []ShareFile{}, Keys: r.Keys, Trust: trust}
	if err := t.add(e, secrets.Root); err != nil {
		return nil, nil, err
	}
	text, err := Answer{At: e.At, Trust: trust, Entry: t.Head()}.text(secrets.Root)
	if err != nil {
		return nil, nil, err
	}
	return text, t, t.replace(file)
}

// ChangeRoot makes the next root the root, with new shares for the custodians, who may be others than before, notes it in the transcript and returns
// the answer for the server as a file. leaked: see [Trust.Change].
func ChangeRoot(file string, shares []Share, custodians []Custodian, leaked bool, now time.Time, work int) ([]byte, *Transcript, error) {
	t, err := Read(file)
	if err != nil {
		return nil, nil, err
	}
	if err := checkPlaces(custodians); err != nil {
		return nil, nil, err
	}
	secrets, err := t.open(shares)
	if err != nil {
		return nil, nil, err
	}
	coming, err := credential.NewSigningKey()
	if err != nil {
		return nil, nil, err
	}
	after := credential.RootSecrets{Root: secrets.Next, Next: coming}
	trust, err := t.Trust().Change(secrets, after, leaked, now)
	if err != nil {
		return nil, nil, err
	}
	var text []byte
	err = handOut(after, custodians, work, func(files []ShareFile) error {
		e := Entry{At: credential.At(now), Act: Changed, Present: present(shares), Shares: files, Keys: []Key{}, Leaked: leaked, Trust: trust}
		if err := t.add(e, secrets.Root); err != nil {
			return err
		}
		var err error
		if text, err = (Answer{At: e.At, Trust: trust, Entry: t.Head()}).text(after.Root); err != nil {
			return err
		}
		return t.replace(file)
	})
	return text, t, err
}

// LastAnswer writes the answer of the last act again, for one that was lost between transcript and file: it takes two custodians, since
// the root signs it.
func LastAnswer(file string, shares []Share, now time.Time) ([]byte, error) {
	t, err := Read(file)
	if err != nil {
		return nil, err
	}
	secrets, err := t.open(shares)
	if err != nil {
		return nil, err
	}
	return Answer{At: credential.At(now), Trust: t.Trust(), Entry: t.Head()}.text(secrets.Root)
}

// replace writes the transcript over the shorter one that it has grown from, if that is still what lies there.
func (t *Transcript) replace(file string) error {
	old, err := readFile(file, maxText)
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(t.Text(), old) {
		return ErrTranscript.Fill(file, len(t.raw))
	}
	if err := durable.WriteFile(file, t.Text(), 0o600); err != nil {
		return ErrFile.Fill(file).With(err)
	}
	return nil
}

func names(custodians []Custodian) []string {
	out := make([]string, len(custodians))
	for i, c := range custodians {
		out[i] = c.Name
	}
	return out
}

func present(shares []Share) []string {
	out := make([]string, len(shares))
	for i, s := range shares {
		out[i] = s.Custodian
	}
	return out
}
