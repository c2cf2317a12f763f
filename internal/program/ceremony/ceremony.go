// Package ceremony keeps a municipality's root offline: two of three custodians bring it together, for minutes, on a machine without
// a network, and every time is written down in a transcript that anybody can check.
//
// It owns the custodians' shares, the files that travel between server and offline machine, what the root signs and the transcript. It
// does not own the server's keys (internal/program/keystore keeps them) nor what is done with them (internal/program/municipality, which
// also uses [Trust] for a root that lies on the server's own machine).
//
// How a ceremony goes: [Create] makes root and next root and gives each custodian a share of both, encrypted under a passphrase of the
// custodian's own. The server makes keys and asks for certificates with a [Request]; [Sign] answers it with an [Answer], with two
// custodians present; the server takes it. [ChangeRoot] replaces the root by the next one, which every lock has had a commitment to since
// it was claimed, and makes new shares.
//
// Promises: the root is never written to a disk; two shares are enough and one says nothing (Shamir's scheme, over the scalars of P-256); a
// share that is damaged or false is named, because shares can be checked one by one (Feldman's commitments); no file is ever replaced but the
// transcript, which grows; what is not in the transcript did not happen.
//
// Recovering a secret from its shares is not constant in time in the library that does it; it happens on a machine where nobody else can
// measure.
package ceremony

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
)

// Problems of ceremonies. Each says what to do.
var (
	ErrOtherRoot = problem.New(problem.Conflict, "ca-other-root",
		"%s hör till en annan rot (%s) än den här (%s). Kontrollera att det är rätt fil och rätt protokoll; efter ett byte av rot gäller bara de nya delarna.",
		"%s belongs to another root (%s) than this one (%s). Check that it is the right file and the right transcript; after a change of root only the new shares count.")
	ErrShare = problem.New(problem.Conflict, "ca-share-damaged",
		"Delen i %s är skadad eller förfalskad. Ta en annan förvaltares del, och byt rot när det är gjort.",
		"The share in %s is damaged or false. Take another custodian's share, and change the root when that is done.")
	ErrTooFew = problem.New(problem.Denied, "ca-shares-too-few",
		"Två förvaltare behövs; här är %d. Ange --share två gånger, med olika förvaltares delar.",
		"Two custodians are needed; here is %d. Give --share twice, with different custodians' shares.")
	ErrSameShare = problem.New(problem.Denied, "ca-share-twice",
		"Det är samma dels fil två gånger (%s). Två olika förvaltare behövs.", "It is the same share twice (%s). Two different custodians are needed.")
	ErrCustodians = problem.New(problem.Invalid, "ca-custodians",
		"Tre förvaltare behövs, med olika namn och olika filer: --custodian 'Namn=fil', tre gånger.",
		"Three custodians are needed, with different names and different files: --custodian 'Name=file', three times.")
	ErrShareExists = problem.New(problem.Conflict, "ca-share-exists",
		"Det ligger redan en fil i %s. Inget har ändrats. Är den från en ceremoni som avbröts innan protokollet skrevs är den värdelös och ska förstöras; annars ska delen skrivas någon annanstans.",
		"There is a file at %s already. Nothing was changed. If it comes from a ceremony that was interrupted before the transcript was written it is worthless and to be destroyed; otherwise write the share elsewhere.")
	ErrTranscriptExists = problem.New(problem.Conflict, "ca-transcript-exists",
		"Det finns redan ett protokoll i %s. En rot skapas en gång; den byts med: hemnyckel ca rotate root.",
		"There is a transcript at %s already. A root is made once; it is changed with: hemnyckel ca rotate root.")
	ErrTranscript = problem.New(problem.Conflict, "ca-transcript-damaged",
		"Protokollet %s är ändrat eller skadat (post %d). Hämta en orörd kopia; använd det inte.",
		"The transcript %s has been altered or damaged (entry %d). Fetch an untouched copy; do not use it.")
	ErrFile = problem.New(problem.Unavailable, "ca-file",
		"Filen %s går inte att läsa eller skriva.", "The file %s cannot be read or written.")
	ErrFileExists = problem.New(problem.Conflict, "ca-file-exists",
		"Filen %s finns redan. Ange en annan med --out.", "The file %s exists already. Give another with --out.")
	ErrRequest = problem.New(problem.Invalid, "ca-request-form",
		"%s är ingen begäran från hemnyckel ca request, eller är skadad.", "%s is no request from hemnyckel ca request, or is damaged.")
	ErrAnswer = problem.New(problem.Invalid, "ca-answer-form",
		"%s är inget svar från hemnyckel ca sign, eller är skadat.", "%s is no answer from hemnyckel ca sign, or is damaged.")
	ErrName = problem.New(problem.Invalid, "ca-name",
		"Ett namn ska vara 1–100 tecken på en rad.", "A name is 1 to 100 characters on one line.")
	ErrProof = problem.New(problem.Conflict, "ca-proof",
		"Begäran gäller en nyckel (%s) som servern inte har visat att den har. Gör om den: hemnyckel ca request.",
		"The request is for a key (%s) that the server has not shown it has. Make it anew: hemnyckel ca request.")
	ErrRole = problem.New(problem.Invalid, "ca-role",
		"%q är ingen roll. Rollerna är grant-issuer, station-ca, device-ca, revocation och config.",
		"%q is no role. The roles are grant-issuer, station-ca, device-ca, revocation and config.")
	ErrDuplicate = problem.New(problem.Conflict, "ca-signed-already",
		"Nyckeln för %s har redan fått ett certifikat, enligt protokollet. Gör en ny begäran om det ska vara en ny nyckel.",
		"The key for %s has a certificate already, by the transcript. Make a new request if it is to be a new key.")
)

// roleNames are what roles are called on command lines and in files' names.
var roleNames = map[credential.Role]string{
	credential.RoleGrantIssuer: "grant-issuer", credential.RoleStationCA: "station-ca", credential.RoleDeviceCA: "device-ca",
	credential.RoleRevocation: "revocation", credential.RoleConfig: "config",
}

// RoleName is what a role below the root is called.
func RoleName(r credential.Role) string { return roleNames[r] }

// ParseRole reads a role's name.
func ParseRole(name string) (credential.Role, error) {
	for r, n := range roleNames {
		if n == name {
			return r, nil
		}
	}
	return 0, ErrRole.Fill(name)
}

func validName(s string) bool {
	return s != "" && len(s) <= 100 && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// Fingerprint is how people compare a root: 16 bytes of its hash, in groups.
func Fingerprint(root credential.PublicKey) string {
	d := sha256.Sum256(root[:])
	digits := hex.EncodeToString(d[:16])
	var groups []string
	for group := range slices.Chunk([]byte(digits), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, " ")
}

// SameFingerprint reports whether somebody has written root's fingerprint, however it was spaced.
func SameFingerprint(text string, root credential.PublicKey) bool {
	plain := strings.NewReplacer(" ", "", "-", "", ":", "")
	return strings.EqualFold(plain.Replace(text), plain.Replace(Fingerprint(root)))
}

// Trust is what is public about a root and the roles below it: what a server works by.
type Trust struct {
	Root         credential.PublicKey `cbor:"1,keyasint"`
	Next         credential.Hash      `cbor:"2,keyasint"`
	Statements   [][]byte             `cbor:"3,keyasint"` // changes of root, oldest first
	Certificates [][]byte             `cbor:"4,keyasint"` // of the roles, in no order
}

// NewTrust is that of a root that has not signed anything yet.
func NewTrust(s credential.RootSecrets) (Trust, error) {
	root, err := credential.PublicKeyOf(s.Root)
	if err != nil {
		return Trust{}, err
	}
	next, err := s.Commitment()
	return Trust{Root: root, Next: next, Statements: [][]byte{}, Certificates: [][]byte{}}, err
}

// Check verifies every certificate against the root.
func (t Trust) Check() error {
	for _, raw := range t.Certificates {
		c, err := credential.Verifier{}.Certificate(raw, t.Root)
		if err != nil {
			return err
		}
		if _, ok := roleNames[c.Role]; !ok {
			return credential.Refuse(credential.CodeChain, "role %d is not below the root", c.Role)
		}
	}
	return nil
}

// Of returns a role's certificates, the newest first. Revocation's go by epoch, which grows whatever a clock said.
func (t Trust) Of(role credential.Role) (raw [][]byte, certs []credential.Certificate) {
	type one struct {
		raw []byte
		c   credential.Certificate
	}
	var all []one
	for _, r := range t.Certificates {
		if c, err := credential.ParseCertificate(r); err == nil && c.Role == role {
			all = append(all, one{r, c})
		}
	}
	slices.SortStableFunc(all, func(a, b one) int {
		return cmp.Or(cmp.Compare(b.c.Epoch, a.c.Epoch), cmp.Compare(b.c.NotBefore, a.c.NotBefore))
	})
	for _, o := range all {
		raw, certs = append(raw, o.raw), append(certs, o.c)
	}
	return raw, certs
}

// Certify adds a certificate for each of the keys.
func (t Trust) Certify(s credential.RootSecrets, keys []Key, now time.Time) (Trust, error) {
	out := t
	out.Certificates = slices.Clone(t.Certificates)
	for _, k := range keys {
		_, has := out.Of(k.Role)
		if slices.ContainsFunc(has, func(c credential.Certificate) bool { return c.Key == k.Key }) {
			return t, ErrDuplicate.Fill(RoleName(k.Role))
		}
		epoch := uint32(1)
		for _, c := range has {
			epoch = max(epoch, c.Epoch+1)
		}
		raw, err := s.Certify(k.Role, k.Key, max(epoch, k.Epoch), now)
		if err != nil {
			return t, err
		}
		out.Certificates = append(out.Certificates, raw)
	}
	return out.kept(now), nil
}

// kept is t without certificates that nothing needs any more: ten years after their end. So long is a device CA's needed by a lock that it
// certified, and what another role had is remembered, since the next epoch is counted from it and since now may be from a clock that is wrong.
func (t Trust) kept(now time.Time) Trust {
	t.Statements = slices.Clone(t.Statements)
	t.Certificates = slices.DeleteFunc(slices.Clone(t.Certificates), func(raw []byte) bool {
		c, err := credential.ParseCertificate(raw)
		return err != nil || c.Expires.Add(credential.DeviceLife) <= credential.At(now)
	})
	return t
}

// Change makes the next root the root. after becomes the next one. With leaked, what the old root has signed counts at once no more;
// otherwise devices accept it for the days that it takes for new certificates to reach them.
func (t Trust) Change(s credential.RootSecrets, after credential.RootSecrets, leaked bool, now time.Time) (Trust, error) {
	next, err := NewTrust(after)
	if err != nil {
		return t, err
	}
	old := t.kept(now)
	statement := credential.RootStatement{IssuedAt: credential.At(now), Epoch: uint32(len(old.Statements)) + 1, After: next.Next}
	if !leaked {
		statement.Until = statement.IssuedAt.Add(credential.MaxRootOverlap)
	}
	raw, err := credential.SignRootStatement(s.Root, s.Next, statement)
	if err != nil {
		return t, err
	}
	next.Statements = append(old.Statements, raw)
	for _, c := range old.Certificates {
		again, err := after.Recertify(c)
		if err != nil {
			return t, err
		}
		next.Certificates = append(next.Certificates, again)
	}
	return next, next.Follows(t)
}

// Follows verifies that t is what old has become: the same root, or one that statements lead to from there.
func (t Trust) Follows(old Trust) error {
	root, next := old.Root, old.Next
	if len(t.Statements) < len(old.Statements) {
		return credential.Refuse(credential.CodeStale, "fewer changes of root than are known")
	}
	for i, raw := range t.Statements[len(old.Statements):] {
		s, err := credential.Verifier{}.RootStatement(raw, root, next)
		if err != nil {
			return err
		}
		if int(s.Epoch) != len(old.Statements)+i+1 {
			return credential.Refuse(credential.CodeStale, "change of root %d out of order", s.Epoch)
		}
		root, next = s.Key, s.After
	}
	if root != t.Root || next != t.Next {
		return credential.Refuse(credential.CodeRoot, "another root, without a statement that leads there")
	}
	return t.Check()
}
