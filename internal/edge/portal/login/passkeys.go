package login

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/edge/portal/page"
)

// ceremonies are how passkeys are made and shown (WebAuthn level 3). A passkey is discoverable and verifies its user, so that it is two
// factors by itself; what made it is not asked.
type ceremonies struct{ web *webauthn.WebAuthn }

func newCeremonies(origin, name string) *ceremonies {
	at, err := url.Parse(origin)
	if origin == "" || err != nil || at.Hostname() == "" {
		return nil
	}
	if name == "" {
		name = "Hemnyckel"
	}
	web, err := webauthn.New(&webauthn.Config{RPID: at.Hostname(), RPDisplayName: name, RPOrigins: []string{strings.TrimSuffix(origin, "/")},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired}})
	if err != nil {
		return nil
	}
	return &ceremonies{web}
}

// holder is an account as go-webauthn knows people.
type holder struct {
	id, name string
	keys     []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return []byte(h.id) }
func (h holder) WebAuthnName() string                       { return h.name }
func (h holder) WebAuthnDisplayName() string                { return h.name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func holderOf(a identity.Account, keys ...identity.Passkey) (holder, error) {
	h := holder{id: a.ID, name: a.Name}
	for _, k := range keys {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(k.Record), &c); err != nil {
			return h, err
		}
		h.keys = append(h.keys, c)
	}
	return h, nil
}

// answerJSON answers a script.
func answerJSON(p *page.Request, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	p.W.Header().Set("Content-Type", "application/json")
	_, _ = p.W.Write(text) // the reader has gone: nobody is left to tell
	return nil
}

func noPasskeys(p *page.Request) error {
	http.Error(p.W, p.T(tPasskeyOff), http.StatusNotFound)
	return nil
}

// askPasskey gives the script what to sign, to log in or to confirm.
func (a *Area) askPasskey(p *page.Request) error {
	if a.passkeys == nil {
		return noPasskeys(p)
	}
	options, data, err := a.passkeys.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return err
	}
	if err := a.keep(p, "passkey", data); err != nil {
		return err
	}
	return answerJSON(p, options)
}

// checkPasskey checks what a passkey has signed, and returns it with its record as it is from now on. A counter that goes backwards is a
// copy, and refused.
func (a *Area) checkPasskey(p *page.Request) (k identity.Passkey, record string, err error) {
	var data webauthn.SessionData
	if a.passkeys == nil {
		return k, "", identity.ErrLogin
	}
	if err := a.take(p, "passkey", &data); err != nil {
		return k, "", err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(p.Form("svar")))
	if err != nil {
		return k, "", identity.ErrLogin.With(err)
	}
	find := func(rawID, userHandle []byte) (webauthn.User, error) {
		var owner identity.Account
		if k, owner, err = a.Service.Passkey(p.Context(), base64.RawURLEncoding.EncodeToString(rawID)); err != nil {
			return nil, err
		}
		if string(userHandle) != owner.ID {
			return nil, identity.ErrLogin
		}
		return holderOf(owner, k)
	}
	_, used, err := a.passkeys.web.ValidatePasskeyLogin(find, data, answer)
	if err != nil || used.Authenticator.CloneWarning {
		return k, "", identity.ErrLogin.With(err)
	}
	text, err := json.Marshal(used)
	return k, string(text), err
}

func (a *Area) passkey(p *page.Request) error {
	k, record, err := a.checkPasskey(p)
	if err != nil {
		return a.refused(p, err, "passkey", "")
	}
	token, s, err := a.Service.PasskeyLogin(p.Context(), arrival(p), k, record)
	if err != nil {
		return a.refused(p, err, "passkey", "")
	}
	return a.entered(p, token, s, p.Back())
}

// askNewPasskey gives the script what to make a passkey of.
func (a *Area) askNewPasskey(p *page.Request) error {
	if a.passkeys == nil {
		return noPasskeys(p)
	}
	me, err := a.Service.Find(p.Context(), p.Session())
	if err != nil {
		return err
	}
	if !a.Service.SettingUp(me, p.Now) { // before the device makes a passkey that would then be refused
		return identity.ErrStepUp
	}
	ways, err := a.Service.Ways(p.Context(), p.Session())
	if err != nil {
		return err
	}
	h, err := holderOf(me.Account, ways.Passkeys...)
	if err != nil {
		return err
	}
	options, data, err := a.passkeys.web.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return err
	}
	if err := a.keep(p, "passkey-new", data); err != nil {
		return err
	}
	return answerJSON(p, options)
}

func (a *Area) addPasskey(p *page.Request) error {
	if a.passkeys == nil {
		return noPasskeys(p)
	}
	me, err := a.Service.Find(p.Context(), p.Session())
	if err != nil {
		return a.Ask(p, page.Return{Path: "/konto"})
	}
	if !a.Service.SettingUp(me, p.Now) {
		return a.settled(p, identity.ErrStepUp, tPasskeyAdded)
	}
	made, err := a.made(p, me)
	if err == nil {
		err = a.Service.AddPasskey(p.Context(), p.Session(), made)
	}
	return a.settled(p, err, tPasskeyAdded)
}

// made checks what a device has made, for the browser that asked and the one who is logged in.
func (a *Area) made(p *page.Request, me identity.Session) (k identity.Passkey, err error) {
	var data webauthn.SessionData
	if err := a.take(p, "passkey-new", &data); err != nil {
		return k, err
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(p.Form("svar")))
	if err != nil {
		return k, errPasskey.With(err)
	}
	made, err := a.passkeys.web.CreateCredential(holder{id: me.Account.ID, name: me.Account.Name}, data, answer)
	if err != nil {
		return k, errPasskey.With(err)
	}
	record, err := json.Marshal(made)
	return identity.Passkey{ID: base64.RawURLEncoding.EncodeToString(made.ID), Name: p.Form("namn"), Record: string(record)}, err
}

// errPasskey says that what a device answered is not a passkey of this browser and this person.
var errPasskey = problem.New(problem.Invalid, "passkey-refused", tPasskeyFail.SV, tPasskeyFail.EN)

func (a *Area) removePasskey(p *page.Request) error {
	return a.settled(p, a.Service.RemovePasskey(p.Context(), p.Session(), p.Form("passkey")), tPasskeyRemoved)
}
