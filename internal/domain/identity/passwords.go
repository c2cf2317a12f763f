package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
)

// Bounds of a password. The upper one keeps a login from becoming work for us.
const (
	MinPassword = 12  // characters
	MaxPassword = 256 // bytes
)

// FirstCodeLife is how long the first code is good.
const FirstCodeLife = 24 * time.Hour

// recoveryCodes is how many codes one gets for a lost second factor.
const recoveryCodes = 10

// Problems with passwords. Codes are stable.
var (
	ErrPasswordShort = problem.New(problem.Invalid, "password-short",
		"Lösenordet ska ha minst 12 tecken. Tre eller fyra ord efter varandra går bra.",
		"The password needs at least 12 characters. Three or four words in a row are fine.")
	ErrPasswordLong = problem.New(problem.Invalid, "password-long",
		"Lösenordet är för långt: högst 256 tecken.", "The password is too long: at most 256 characters.")
	ErrPasswordCommon = problem.New(problem.Invalid, "password-common",
		"Lösenordet är för vanligt eller för lätt att gissa. Välj ett annat, gärna flera ord som inte hör ihop.",
		"The password is too common or too easy to guess. Choose another, such as several words that do not belong together.")
	ErrThrottled = problem.New(problem.Unavailable, "login-throttled",
		"För många försök. Vänta %d minuter och försök igen, eller be systemansvarig om hjälp.",
		"Too many attempts. Wait %d minutes and try again, or ask the system owner for help.")
	ErrBusy = problem.New(problem.Unavailable, "login-busy",
		"Många loggar in just nu. Försök igen om en stund.", "Many people are logging in. Try again in a moment.")
	ErrNoLoginName = problem.New(problem.Conflict, "login-name-missing",
		"Kontot har inget användarnamn. Lägg till en passkey, eller be systemansvarig om ett användarnamn.",
		"The account has no login name. Add a passkey, or ask the system owner for a login name.")
)

// CheckPassword refuses a password that is short or among the first that anybody would try. names are what belongs to the person and
// is therefore easy to guess.
func CheckPassword(password string, names ...string) error {
	switch {
	case !utf8.ValidString(password), utf8.RuneCountInString(password) < MinPassword:
		return ErrPasswordShort.On("password")
	case len(password) > MaxPassword:
		return ErrPasswordLong.On("password")
	}
	plain := strings.ToLower(password)
	distinct := map[rune]bool{}
	for _, r := range plain {
		distinct[r] = true
	}
	if len(distinct) < 5 || run(plain) || guessable(plain, names) {
		return ErrPasswordCommon.On("password")
	}
	return nil
}

// guessable strips what people put around a common word, and looks at what is left.
func guessable(plain string, names []string) bool {
	leet := strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "7", "t")
	for _, form := range []string{plain, leet.Replace(plain)} {
		rest := form
		for _, word := range append(strings.Fields(commonWords), names...) {
			if word = strings.ToLower(word); utf8.RuneCountInString(word) >= 3 {
				rest = strings.ReplaceAll(rest, word, "")
			}
		}
		if letters := strings.Trim(rest, "0123456789 .,-_!?#*+"); utf8.RuneCountInString(letters) < 5 {
			return true
		}
	}
	return false
}

// commonWords are what bad passwords are made of in Sweden. A password that has next to nothing else is refused.
const commonWords = `password passw0rd lösenord losenord hemligt hemlig secret qwerty qwertyuiop asdfgh asdfghjkl zxcvbnm abcdef abcdefgh admin
administrator welcome välkommen valkommen sommar vinter vår höst hösten våren sommaren vintern summer winter spring autumn january januari
februari mars april maj juni juli augusti september oktober november december måndag tisdag onsdag torsdag fredag lördag söndag
letmein iloveyou jagälskardig jag älskar dig sverige sweden stockholm göteborg malmö kommun kommunen hemtjänst hemtjansten hemnyckel nyckel
monkey dragon football fotboll hockey master login logga trustno1 changeme byt mig test testing default`

// run finds keys beside each other and letters or digits in a row, all through.
func run(s string) bool {
	const rows = "1234567890 qwertyuiopå asdfghjklöä zxcvbnm abcdefghijklmnopqrstuvwxyzåäö 0987654321"
	longest := 0
	for i := range s {
		for j := len(s); j > i+longest; j-- {
			if strings.Contains(rows, s[i:j]) {
				longest = j - i
				break
			}
		}
	}
	return longest*3 >= len(s)*2
}

// HashNumber is what is kept of a personal identity number: a slow hash, the same each time, so that an account is found by it. There are
// so few numbers that a quick hash would hide nothing; this one makes trying them all cost months.
func HashNumber(issuer, number string) string {
	salt := sha256.Sum256([]byte("hemnyckel/person/1\x00" + issuer))
	return hex.EncodeToString(argon2.IDKey([]byte(number), salt[:], argonTime, argonMemory, argonLanes, argonKey))
}

// newCode is 100 random bits in letters and digits that are not mistaken for each other, in groups of five.
func newCode() string {
	const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ" // 32
	var b [20]byte
	rand.Read(b[:])
	var out strings.Builder
	for i, x := range b {
		if i > 0 && i%5 == 0 {
			out.WriteByte('-')
		}
		out.WriteByte(alphabet[x%32])
	}
	return out.String()
}

// normalCode is a code as it is hashed, however it was typed.
func normalCode(s string) string {
	s = strings.ToUpper(strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == '-' || r == '\u00a0' || r == '\t' }), ""))
	if len(s) != 20 {
		return ""
	}
	return s[:5] + "-" + s[5:10] + "-" + s[10:15] + "-" + s[15:]
}

// Local is a local login as it is written in the form.
type Local struct {
	Name     string
	Password string
	Code     string // from the app, or a recovery code
}

// PasswordLogin logs in with password and code. Whatever is wrong, the answer is the same after the same work; attempts are counted
// before they are tried, so that trying many at once gains nothing.
func (s *Sessions) PasswordLogin(ctx context.Context, at Arrival, l Local) (token string, out Session, err error) {
	name := strings.ToLower(strings.TrimSpace(l.Name))
	if err := s.count(ctx, at, "name:"+name); err != nil {
		return "", out, err
	}
	a, err := s.check(ctx, name, l)
	if err != nil {
		return "", out, err
	}
	var refused error
	err = s.db.Update(ctx, func(tx AccountTx) error {
		token, refused = "", nil
		if a.ID == "" {
			refused = ErrLogin
			return refuse(ctx, tx, "", ByPassword, "", "name, password or code")
		}
		ok, err := s.second(ctx, tx, a.ID, l.Code)
		if err != nil {
			return err
		}
		if !ok {
			refused = ErrLogin
			return refuse(ctx, tx, a.ID, ByPassword, "", "name, password or code")
		}
		if err := forgive(ctx, tx, at, "name:"+name); err != nil {
			return err
		}
		token, out, err = s.start(ctx, tx, at, a.ID, Session{Method: ByPassword, Strong: tx.Now()})
		return err
	})
	if err == nil {
		err = refused
	}
	return token, out, err
}

// check returns the account whose name and password these are, or an empty one.
func (s *Sessions) check(ctx context.Context, name string, l Local) (a Account, err error) {
	var secrets Secrets
	err = s.db.View(ctx, func(tx AccountTx) error {
		a, secrets, _, err = tx.AccountByLogin(ctx, name)
		return err
	})
	if err != nil {
		return a, err
	}
	verifier := secrets.Password
	if !secrets.Local() {
		verifier, a = s.nobody, Account{}
	}
	good, err := s.verify(verifier, l.Password)
	if err != nil || !good {
		return Account{}, err
	}
	return a, nil
}

// verify is slow on purpose; who cannot be served within the bound is asked to come again.
func (s *Sessions) verify(verifier, password string) (bool, error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
		return fits(verifier, password), nil
	default:
		return false, ErrBusy
	}
}

// second checks a code from the app or a recovery code, and uses it up.
func (s *Sessions) second(ctx context.Context, tx AccountTx, accountID, code string) (bool, error) {
	if c := normalCode(code); c != "" {
		owner, ok, err := tx.UseCode(ctx, RecoveryCode, hashOf(c), tx.Now())
		if err != nil || !ok || owner != accountID {
			return false, err
		}
		return true, journal.Append(ctx, tx, accountEntry(ActorOf(accountID), "recovery code used", accountID))
	}
	secrets, err := tx.SecretsOf(ctx, accountID)
	if err != nil || secrets.TOTP == "" {
		return false, err
	}
	step, ok := matchTOTP(secrets.TOTP, code, tx.Now())
	if !ok || step <= secrets.Step { // a code works once
		return false, nil
	}
	secrets.Step = step
	return true, tx.SetSecrets(ctx, accountID, secrets)
}

// CodeLogin opens the own account with the first code, to set up how one logs in, and nothing else.
func (s *Sessions) CodeLogin(ctx context.Context, at Arrival, code string) (token string, out Session, err error) {
	if err := s.count(ctx, at, ""); err != nil {
		return "", out, err
	}
	c := normalCode(code)
	var refused error
	err = s.db.Update(ctx, func(tx AccountTx) error {
		token, refused = "", nil
		id, ok, err := tx.UseCode(ctx, FirstCode, hashOf(c), tx.Now())
		if err != nil {
			return err
		}
		if !ok || c == "" {
			refused = ErrLogin
			return refuse(ctx, tx, "", ByCode, "", "code")
		}
		token, out, err = s.start(ctx, tx, at, id, Session{Method: ByCode, Strong: tx.Now()})
		return err
	})
	if err == nil {
		err = refused
	}
	return token, out, err
}

// SettingUp reports whether somebody may change how they log in: with a fresh second factor, or with the first code.
func (s *Sessions) SettingUp(me Session, t time.Time) bool {
	return me.Method == ByCode || me.Method != ByDemo && s.Fresh(me, t)
}

// SetLocal sets password and app together, once the app has shown that it works, and returns the recovery codes: shown now and never
// again. Sessions other than this one end.
func (s *Sessions) SetLocal(ctx context.Context, token, password, secret, code string) (recovery []string, err error) {
	for range recoveryCodes {
		recovery = append(recovery, newCode())
	}
	hashes := make([]string, len(recovery))
	for i, c := range recovery {
		hashes[i] = hashOf(c)
	}
	me, err := s.Find(ctx, token)
	if err != nil {
		return nil, err
	}
	if me.Account.LoginName == "" {
		return nil, ErrNoLoginName
	}
	if err := CheckPassword(password, append(strings.Fields(me.Account.Name), me.Account.LoginName)...); err != nil {
		return nil, err
	}
	if !GoodTOTP(secret) {
		return nil, ErrTOTP.On("code")
	}
	verifier, err := s.hash(password)
	if err != nil {
		return nil, err
	}
	err = s.db.Update(ctx, func(tx AccountTx) error {
		if me, err = s.session(ctx, tx, token); err != nil {
			return err
		}
		if !s.SettingUp(me, tx.Now()) {
			return ErrStepUp
		}
		step, ok := matchTOTP(secret, code, tx.Now())
		if !ok {
			return ErrTOTP.On("code")
		}
		if err := tx.SetSecrets(ctx, me.Account.ID, Secrets{verifier, secret, step}); err != nil {
			return err
		}
		if err := tx.InsertCodes(ctx, me.Account.ID, RecoveryCode, hashes, tx.Now().AddDate(100, 0, 0)); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(ctx, me.Account.ID, me.ID); err != nil {
			return err
		}
		return journal.Append(ctx, tx, accountEntry(me.Account.Actor(), "password and app set", me.Account.ID))
	})
	if err != nil {
		return nil, err
	}
	return recovery, nil
}

func (s *Sessions) hash(password string) (string, error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
		return NewVerifier(password), nil
	default:
		return "", ErrBusy
	}
}

// ConfirmCode confirms who is logged in by a code from the app.
func (s *Sessions) ConfirmCode(ctx context.Context, at Arrival, token, code string) error {
	me, err := s.Find(ctx, token)
	if err != nil {
		return err
	}
	if err := s.count(ctx, at, "code:"+me.Account.ID); err != nil {
		return err
	}
	var refused error
	err = s.db.Update(ctx, func(tx AccountTx) error {
		refused = nil
		me, err := s.session(ctx, tx, token)
		if err != nil {
			return err
		}
		ok, err := s.second(ctx, tx, me.Account.ID, code)
		if err != nil {
			return err
		}
		if !ok {
			refused = ErrTOTP.On("code")
			return refuse(ctx, tx, me.Account.ID, ByPassword, "", "confirmation")
		}
		if err := forgive(ctx, tx, at, "code:"+me.Account.ID); err != nil {
			return err
		}
		return s.confirmed(ctx, tx, me, ByPassword)
	})
	return orErr(err, refused)
}

// Attempts that are free of waiting, and after how long one of them is forgotten: a person mistypes; behind one address there may be a
// whole office, which mistypes all day.
const (
	freeByName    = 5
	leakByName    = 30 * time.Minute
	freeByAddress = 50
	leakByAddress = 5 * time.Minute
	maxWait       = 15 * time.Minute
	mostOver      = 8 // attempts too many that are told apart: by then one waits maxWait
)

// count counts an attempt for what is tried ("": only the address) and where it comes from, and refuses it while one of them must wait. Waiting
// doubles from the first attempt too many up to a quarter of an hour: who knows a colleague's name can make them wait that long at most,
// and passkeys and providers of identity are not concerned.
func (s *Sessions) count(ctx context.Context, at Arrival, what string) error {
	return s.db.Update(ctx, func(tx AccountTx) error {
		if what != "" {
			if err := countOne(ctx, tx, attempt(what), freeByName, leakByName); err != nil {
				return err
			}
		}
		return countOne(ctx, tx, attempt("from:"+at.Address), freeByAddress, leakByAddress)
	})
}

// countOne counts one attempt in a bucket that leaks; since is from when on what has leaked is not yet taken off.
func countOne(ctx context.Context, tx AccountTx, subject string, free int, leak time.Duration) error {
	n, since, until, err := tx.Attempts(ctx, subject)
	if err != nil {
		return err
	}
	now := tx.Now()
	if now.Before(until) {
		return ErrThrottled.Fill(int(until.Sub(now)/time.Minute) + 1)
	}
	if gone := int(now.Sub(since) / leak); gone < n {
		n, since = n-gone, since.Add(time.Duration(gone)*leak)
	} else {
		n, since = 0, now
	}
	n = min(n+1, free+mostOver)
	until = time.Time{}
	if over := n - free; over >= 0 {
		until = now.Add(min(maxWait, 15*time.Second<<over))
	}
	return tx.PutAttempts(ctx, subject, n, since, until)
}

// forgive forgets the attempts for what has succeeded, and of the address this one only, with its waiting: who has one password does
// not get to try others' for ever, and the next in the office does not wait for somebody who got in.
func forgive(ctx context.Context, tx AccountTx, at Arrival, what string) error {
	if err := tx.ForgetAttempts(ctx, attempt(what)); err != nil {
		return err
	}
	from := attempt("from:" + at.Address)
	n, since, _, err := tx.Attempts(ctx, from)
	if err != nil || n == 0 {
		return err
	}
	return tx.PutAttempts(ctx, from, n-1, since, time.Time{})
}

// attempt hides what is tried: people type passwords in the field for names.
func attempt(what string) string { return hashOf("hemnyckel/attempt/1\x00" + what) }
