package municipality

import (
	"context"
	"crypto"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/program/ceremony"
	"hemnyckel/internal/program/keystore"
	"hemnyckel/internal/storage"
)

// Problems of replacing keys.
var (
	ErrInstalled = problem.New(problem.Conflict, "ca-installed",
		"Svaret är redan installerat. Inget har ändrats.", "The answer is installed already. Nothing was changed.")
	ErrFingerprint = problem.New(problem.Denied, "ca-fingerprint",
		"Svaret kommer från en annan rot än den som kommunen har. Jämför fingeravtrycket med det som står i protokollet på förvaltarnas dator (%s) och ange det med --root.",
		"The answer comes from another root than the municipality has. Compare its fingerprint with the one in the transcript on the custodians' machine (%s) and give it with --root.")
	ErrRootInUse = problem.New(problem.Conflict, "ca-root-in-use",
		"%d lås, nycklar och stationer litar redan på en annan rot. Den kan bara bytas av sig själv: hemnyckel ca rotate root.",
		"%d locks, keys and stations trust another root already. Only it can replace itself: hemnyckel ca rotate root.")
	ErrKeysElsewhere = problem.New(problem.Conflict, "ca-keys-elsewhere",
		"Ingen nyckel för %s i svaret finns här. Installera där begäran gjordes, med samma nyckelmapp.",
		"No key for %s in the answer is here. Install where the request was made, with the same key folder.")
	ErrClock = problem.New(problem.Conflict, "ca-clock",
		"Certifikatet för %s gäller från %s till %s, alltså inte nu. Kontrollera klockan på förvaltarnas dator, och skriv under igen.",
		"The certificate for %s is valid from %s until %s, so not now. Check the clock of the custodians' machine, and sign again.")
	ErrStale = problem.New(problem.Conflict, "ca-answer-old",
		"Svaret är äldre än det som redan är installerat: det saknar ett byte av rot eller ett certifikat. Hämta det senaste: hemnyckel ca sign utan begäran.",
		"The answer is older than what is installed: it lacks a change of root or a certificate. Fetch the latest: hemnyckel ca sign without a request.")
)

// Request makes a new key for each of the roles, in a file or in the hardware module at hsm, and asks for certificates.
func (c *Custody) Request(_ context.Context, roles []credential.Role, hsm string) (ceremony.Request, error) {
	keys, err := newKeys(c.store, c.id, roles, hsm)
	return ceremony.Request{Municipality: c.id, Name: c.name, At: credential.At(c.clock()), Keys: keys}, err
}

// Install puts an answer of the root in force. A root that is not the one known, or one that statements lead to, is taken only with its
// fingerprint and before the first device trusts the municipality.
func (c *Custody) Install(ctx context.Context, actor string, a ceremony.Answer, fingerprint string) error {
	return c.change(ctx, actor, "answer of the root installed", func(tx *storage.Tx, s authorityState) (authorityState, error) {
		now := credential.At(c.clock())
		err := a.Trust.Follows(s.Trust)
		switch {
		case err == nil && sameTrust(a.Trust, s.Trust):
			return s, ErrInstalled
		case err == nil && lacks(a.Trust, s.Trust, now):
			return s, ErrStale
		case err != nil:
			if err := c.mayReplaceRoot(ctx, tx, s, a, fingerprint, err); err != nil {
				return s, err
			}
			s.Single = false
		}
		old := s.Trust
		s.Trust = a.Trust
		return s, c.usableNow(s.Trust, old, now)
	})
}

// mayReplaceRoot judges an answer of a root that the known one does not lead to.
func (c *Custody) mayReplaceRoot(ctx context.Context, tx *storage.Tx, s authorityState, a ceremony.Answer, fingerprint string, cause error) error {
	if credential.CodeOf(cause) == credential.CodeStale {
		return ErrStale.With(cause)
	}
	devices, err := tx.Certified(ctx)
	switch {
	case err != nil:
		return err
	case devices > 0:
		return ErrRootInUse.Fill(devices).With(cause)
	case !ceremony.SameFingerprint(fingerprint, a.Trust.Root):
		return ErrFingerprint.Fill(ceremony.Fingerprint(a.Trust.Root)).With(cause)
	}
	return nil
}

// usableNow makes sure that every role has a key here after the change, and that those that are new are those that will be used. A role that
// the answer is not about stays as it is, even one that has ended: it is not to stop the others from being replaced.
func (c *Custody) usableNow(t, old ceremony.Trust, now credential.Instant) error {
	for _, role := range credential.AuthorityRoles() {
		name := ceremony.RoleName(role)
		_, certs := t.Of(role)
		_, known := old.Of(role)
		if !slices.ContainsFunc(certs, func(cert credential.Certificate) bool { return c.has(role, cert) }) {
			return ErrKeysElsewhere.Fill(name)
		}
		isNew := func(cert credential.Certificate) bool {
			return c.has(role, cert) && !slices.ContainsFunc(known, func(k credential.Certificate) bool { return k.Serial == cert.Serial && k.Key == cert.Key })
		}
		fresh := slices.IndexFunc(certs, isNew)
		if use := certs[c.usable(role, certs)]; fresh >= 0 && !(isNew(use) && use.ValidAt(now)) {
			return ErrClock.Fill(name, certs[fresh].NotBefore.Time().Format(time.RFC3339), certs[fresh].Expires.Time().Format(time.RFC3339))
		}
	}
	return nil
}

func sameTrust(a, b ceremony.Trust) bool {
	return a.Root == b.Root && a.Next == b.Next && len(a.Statements) == len(b.Statements) && len(a.Certificates) == len(b.Certificates) &&
		!lacks(a, b, 0)
}

// lacks reports whether a does not name a key that b does, and that counts at now.
func lacks(a, b ceremony.Trust, now credential.Instant) bool {
	for _, role := range credential.AuthorityRoles() {
		_, has := a.Of(role)
		_, wants := b.Of(role)
		for _, w := range wants {
			found := slices.ContainsFunc(has, func(h credential.Certificate) bool { return h.Serial == w.Serial && h.Key == w.Key })
			if !found && now < w.Expires {
				return true
			}
		}
	}
	return false
}

// Rotate gives roles new keys, signed by a root that lies on this machine. Certificates that were given out stay valid, each with the one
// that it was signed by, so nothing stops; a new revocation key makes the former one's lists void.
func (c *Custody) Rotate(ctx context.Context, actor string, roles []credential.Role, hsm string) error {
	s, err := c.state(ctx)
	if err != nil {
		return err
	}
	if !s.Single {
		return ErrCustodians
	}
	keys, err := newKeys(c.store, c.id, roles, hsm)
	if err != nil {
		return err
	}
	return c.change(ctx, actor, "roles rotated", func(_ *storage.Tx, s authorityState) (authorityState, error) {
		secrets, err := c.secrets(s)
		if err == nil {
			s.Trust, err = s.Trust.Certify(secrets, keys, c.clock())
		}
		return s, err
	})
}

// secrets are root and next root of a municipality that has them in its key folder.
func (c *Custody) secrets(s authorityState) (credential.RootSecrets, error) {
	if !s.Single {
		return credential.RootSecrets{}, ErrCustodians
	}
	root, err := c.store.Signer(keyRoot, s.Trust.Root)
	if err != nil {
		return credential.RootSecrets{}, err
	}
	next, err := nextRoot(c.store, s.Trust.Next)
	return credential.RootSecrets{Root: root, Next: next}, err
}

// newRoot makes root and next root in the folder.
func newRoot(store *keystore.Store) (root, next crypto.Signer, err error) {
	if _, root, err = store.NewSigner(keyRoot, ""); err != nil {
		return nil, nil, err
	}
	next, err = newNextRoot(store)
	return root, next, err
}

// newNextRoot makes a next root, kept under its commitment: nobody knows its public key before it is used. It is kept under the name that it
// will have as a root too, so that becoming one is a matter of the database alone.
func newNextRoot(store *keystore.Store) (crypto.Signer, error) {
	secret, err := credential.NewSigningKey()
	if err != nil {
		return nil, err
	}
	pub, err := credential.PublicKeyOf(secret)
	if err != nil {
		return nil, err
	}
	if _, err := store.AddSigner(keyRoot, secret); err != nil {
		return nil, err
	}
	b, err := secret.Bytes()
	if err != nil {
		return nil, err
	}
	return secret, store.Add(nextName(credential.CommitRoot(pub)), b)
}

// RotateRoot makes the next root the root, where both lie on this machine. leaked: what the old root has signed counts at once no more.
func (c *Custody) RotateRoot(ctx context.Context, actor string, leaked bool) error {
	s, err := c.state(ctx)
	if err != nil {
		return err
	}
	if s, err = c.newest(s); err != nil {
		return err
	}
	if !s.Single {
		return ErrCustodians
	}
	coming, err := newNextRoot(c.store)
	if err != nil {
		return err
	}
	return c.change(ctx, actor, "root changed", func(_ *storage.Tx, s authorityState) (authorityState, error) {
		secrets, err := c.secrets(s)
		if err == nil {
			s.Trust, err = s.Trust.Change(secrets, credential.RootSecrets{Root: secrets.Next, Next: coming}, leaked, c.clock())
		}
		return s, err
	})
}

// maxIngest is how many ingest keys are kept: more than a lock that comes home late can have missed.
const maxIngest = 12

// RotateIngest announces the next key that locks seal their logs to, or, when one has been announced, begins to use it. Former ones go on
// opening what was sealed to them. It reports whether the key was announced only.
func (c *Custody) RotateIngest(ctx context.Context, actor string) (announced bool, err error) {
	fresh, err := c.store.NewExchanger(keyIngest)
	if err != nil {
		return false, err
	}
	err = c.change(ctx, actor, "ingest key rotated", func(_ *storage.Tx, s authorityState) (authorityState, error) {
		announced = !s.Announced
		s.Announced = announced
		s.Config = max(s.Config+1, uint32(credential.At(c.clock()))) // past any that a database restored since has forgotten
		s.Ingest = slices.Clone(s.Ingest)
		if announced {
			s.Ingest = slices.Insert(s.Ingest, 1, fresh)
		} else {
			s.Ingest[0], s.Ingest[1] = s.Ingest[1], s.Ingest[0]
		}
		s.Ingest = s.Ingest[:min(len(s.Ingest), maxIngest)]
		return s, nil
	})
	if err == nil && !announced { // after an error the database may name the key all the same
		c.store.Remove(keystore.ExchangerName(keyIngest, fresh))
	}
	return announced, err
}

// SetPassphrase encrypts the key folder under a passphrase, or changes it.
func (c *Custody) SetPassphrase(passphrase []byte, work int) error {
	if err := keystore.CheckPassphrase(passphrase); err != nil {
		return err
	}
	return c.store.SetPassphrase(passphrase, work)
}

func nextName(commitment credential.Hash) string {
	return keyNext + "-" + hex.EncodeToString(commitment[:8])
}

// nextRoot fetches the next root's key, which only its commitment is known of.
func nextRoot(store *keystore.Store, commitment credential.Hash) (crypto.Signer, error) {
	signer, err := store.SignerNamed(nextName(commitment))
	if err != nil {
		return nil, err
	}
	pub, err := credential.PublicKeyOf(signer)
	if err != nil || credential.CommitRoot(pub) != commitment {
		return nil, errors.Join(keystore.ErrDamaged.Fill(nextName(commitment)), err)
	}
	return signer, nil
}
