package vectors

import (
	"hemnyckel/credential"
	"hemnyckel/lockcore"
)

func claimInstall() lockcore.ClaimInstall {
	return lockcore.ClaimInstall{
		Root: public("root"), Next: credential.CommitRoot(public("next root")), Certificate: cert("device CA", lockCert()),
		DeviceCA: authority(credential.RoleDeviceCA), Authority: authority(credential.RoleConfig), Config: sign("config", credential.KindConfig, configOf()),
		Authorities: [][]byte{authority(credential.RoleGrantIssuer), authority(credential.RoleStationCA)},
		Mandate:     sign("device CA", credential.KindMandate, mandateOf(credential.MandateClaim)),
		Proof:       must(credential.SignPossession(signing("installer"), handshakeHash, 0)),
	}
}

// turn is one message to a lock and what it answers.
type turn struct {
	Send   h               `json:"send"`
	Answer string          `json:"answer"` // name of the message, "error" ends the session
	Code   credential.Code `json:"code"`
}

func say(m lockcore.Message, answer string, code credential.Code) turn {
	return turn{encode(m), answer, code}
}

func (s *Set) talk(name, about string, lock lockState, turns ...turn) {
	var last credential.Code
	for _, t := range turns {
		last = t.Code
	}
	s.add(last, "dialogue", "dialogue-"+name, about, args{
		"lock": lock, "claim_code": claimCode, "identity_signing": h(secret("lock")), "identity_exchange": h(secret("lock, exchange")),
		"handshake": h(handshakeHash[:]), "turns": turns,
	}, nil)
}

func dialogueSet() *Set {
	s := &Set{About: "Messages to a lock, one after the other, after a handshake with the given hash, and the codes of its answers."}
	s.openings()
	s.claims()
	s.resets()
	return s
}

func (s *Set) openings() {
	show := func(change func(*scene)) lockcore.Message {
		sc := newScene()
		if change != nil {
			change(sc)
		}
		p := sc.present()
		return lockcore.Message{Present: &p}
	}
	open := lockcore.Message{Open: &lockcore.Open{}}
	lock := newLock()
	s.talk("open", "Verdict, then the bolt.", lock, say(show(nil), "verdict", ok), say(open, "opened", ok))
	s.talk("open-twice", "A session opens once.", lock, say(show(nil), "verdict", ok), say(open, "opened", ok), say(open, "opened", credential.CodeOpenUsed))
	s.talk("open-first", "OPEN without a verdict.", lock, say(open, "error", credential.CodeProtocol))
	s.talk("present-twice", "A second presentation after a good verdict.", lock, say(show(nil), "verdict", ok), say(show(nil), "error", credential.CodeProtocol))
	s.talk("open-after-mail", "Mail ends a session that was let in.", lock, say(show(nil), "verdict", ok),
		say(lockcore.Message{Down: &lockcore.Down{}}, "up", ok), say(open, "error", credential.CodeProtocol))
	late := newLock()
	late.Now = start + 12*hours
	s.talk("open-after-refusal", "OPEN repeats the refusal.", late, say(show(nil), "verdict", credential.CodeActivationExpired), say(open, "opened", credential.CodeActivationExpired))
	s.talk("two-parts", "A message with two parts.", lock, say(lockcore.Message{Open: &lockcore.Open{}, Claimed: &lockcore.Claimed{}}, "error", malformed))
	none := newLock()
	none.Unclaimed = true
	s.talk("unclaimed", "A lock that belongs to nobody lets nobody in.", none, say(show(nil), "verdict", credential.CodeUnclaimed), say(open, "opened", credential.CodeUnclaimed))
	broken := newLock()
	broken.StorageBroken = true
	s.talk("storage", "What cannot be recorded is not opened.", broken, say(show(nil), "verdict", ok), say(open, "opened", credential.CodeStorage))
	change := lockcore.Message{Down: &lockcore.Down{Roots: [][]byte{stated(1, "root", "next root", "root after", 0)}}}
	renewed := func(sc *scene) {
		sc.issuer = cert("next root", authorityCert(credential.RoleGrantIssuer, "next root", "grant issuer"))
		sc.stationCA = cert("next root", authorityCert(credential.RoleStationCA, "next root", "station CA"))
	}
	s.talk("new-root", "Refused under a root that the lock has not heard of, it brings the change and may show itself again.", lock,
		say(show(renewed), "verdict", credential.CodeGrantSignature), say(change, "up", ok), say(show(renewed), "verdict", ok), say(open, "opened", ok))
	blocked := lockcore.Message{Down: &lockcore.Down{
		Blocks: sign("revocation", credential.KindBlockList, blockList(credential.BlockEntry{Kind: credential.BlockStation, ID: 9, Expiry: credential.DayOf(start) + 7},
			credential.BlockEntry{Kind: credential.BlockKey, ID: uint64(keyNo), Expiry: credential.DayOf(start) + 7})),
		Revocation: authority(credential.RoleRevocation),
	}}
	s.talk("brings-its-own-block", "Refused, it brings the list that blocks it.", late,
		say(show(nil), "verdict", credential.CodeActivationExpired), say(blocked, "up", ok),
		say(show(func(sc *scene) {
			sc.activation = func(a *credential.Activation) { a.NotBefore, a.Expires = start+6*hours, start+18*hours }
		}), "verdict", credential.CodeBlockedKey))
}

func (s *Set) claims() {
	lock := newLock()
	lock.Unclaimed = true
	begin := lockcore.Message{ClaimStart: &lockcore.ClaimStart{Proof: credential.Hash(codeProof(claimCode, "installer"))}}
	wrong := lockcore.Message{ClaimStart: &lockcore.ClaimStart{Proof: credential.Hash(codeProof("AAAABBBBCCCCDDDE", "installer"))}}
	install := func(change func(*lockcore.ClaimInstall)) lockcore.Message {
		m := claimInstall()
		if change != nil {
			change(&m)
		}
		return lockcore.Message{ClaimInstall: &m}
	}
	s.talk("claim", "Code, button, mandate.", lock, say(begin, "claim-identity", ok), say(install(nil), "claimed", ok))
	s.talk("claim-wrong-code", "Another code.", lock, say(wrong, "claimed", credential.CodeClaimCode))
	s.talk("claim-claimed", "It is the municipality's already.", newLock(), say(begin, "claimed", credential.CodeClaimed))
	unpressed := lock
	unpressed.NoButton = true
	s.talk("claim-no-button", "Nobody has pressed the button inside.", unpressed, say(begin, "claimed", credential.CodeButton))
	refused := func(code credential.Code, name, about string, change func(*lockcore.ClaimInstall)) {
		s.talk("claim-"+name, about, lock, say(begin, "claim-identity", ok), say(install(change), "claimed", code))
	}
	refused(credential.CodeLockIdentity, "other-lock", "The certificate is for another lock.", func(m *lockcore.ClaimInstall) {
		c := lockCert()
		c.Key, c.Exchange = public("another lock"), exchangePublic("another lock")
		m.Certificate = cert("device CA", c)
	})
	refused(credential.CodeLockIdentity, "other-number", "The configuration is for another number.", func(m *lockcore.ClaimInstall) {
		c := configOf()
		c.Lock++
		m.Config = sign("config", credential.KindConfig, c)
	})
	refused(credential.CodeInstaller, "reset-mandate", "A mandate to reset.", func(m *lockcore.ClaimInstall) {
		m.Mandate = sign("device CA", credential.KindMandate, mandateOf(credential.MandateReset))
	})
	refused(credential.CodeInstaller, "other-installer", "The mandate's installer is not there.", func(m *lockcore.ClaimInstall) {
		m.Proof = must(credential.SignPossession(signing("another key"), handshakeHash, 0))
	})
	refused(credential.CodeInstaller, "old-mandate", "The mandate had expired when the configuration was made.", func(m *lockcore.ClaimInstall) {
		old := mandateOf(credential.MandateClaim)
		old.Expires = start
		m.Mandate = sign("device CA", credential.KindMandate, old)
	})
	refused(chain, "other-root", "What is given does not lead to the root that is given.", func(m *lockcore.ClaimInstall) { m.Root = public("another root") })
	refused(forged, "forged-config", "One bit of the configuration's signature is another.", func(m *lockcore.ClaimInstall) { m.Config = flip(m.Config, -1) })
	s.talk("claim-install-first", "Installing without the code.", lock, say(install(nil), "error", credential.CodeProtocol))
}

func (s *Set) resets() {
	lock := newLock()
	byCode := lockcore.Message{ResetStart: &lockcore.ResetStart{Code: credential.Hash(codeProof(claimCode, "reset"))}}
	byMandate := func(m credential.Mandate, installer string) lockcore.Message {
		return lockcore.Message{ResetStart: &lockcore.ResetStart{
			Mandate: sign("device CA", credential.KindMandate, m), DeviceCA: authority(credential.RoleDeviceCA),
			Proof: must(credential.SignPossession(signing(installer), handshakeHash, 0)),
		}}
	}
	confirm := lockcore.Message{ResetConfirm: &lockcore.ResetConfirm{}}
	good := mandateOf(credential.MandateReset)
	s.talk("reset", "By the code inside and the button.", lock, say(byCode, "reset-ready", ok), say(confirm, "claimed", ok))
	s.talk("reset-mandate", "By a mandate and the button.", lock, say(byMandate(good, "installer"), "reset-ready", ok), say(confirm, "claimed", ok))
	s.talk("reset-wrong-code", "Neither code nor mandate.", lock,
		say(lockcore.Message{ResetStart: &lockcore.ResetStart{Code: credential.Hash{1}}}, "reset-ready", credential.CodeClaimCode))
	s.talk("reset-claim-mandate", "A mandate to claim.", lock, say(byMandate(mandateOf(credential.MandateClaim), "installer"), "reset-ready", credential.CodeInstaller))
	s.talk("reset-other-installer", "The mandate's installer is not there.", lock, say(byMandate(good, "another key"), "reset-ready", credential.CodeInstaller))
	late := newLock()
	late.Now = start + days
	s.talk("reset-old-mandate", "The mandate has expired.", late, say(byMandate(good, "installer"), "reset-ready", credential.CodeInstaller))
	blocked := newLock()
	blocked.block(blockList(credential.BlockEntry{Kind: credential.BlockCertificate, ID: 5001, Expiry: credential.DayOf(start) + 7}))
	s.talk("reset-blocked-mandate", "The mandate has been taken back.", blocked, say(byMandate(good, "installer"), "reset-ready", credential.CodeInstaller))
	unpressed := newLock()
	unpressed.NoButton = true
	s.talk("reset-no-button", "Nobody has pressed the button inside.", unpressed, say(byCode, "reset-ready", credential.CodeButton))
	none := newLock()
	none.Unclaimed = true
	s.talk("reset-unclaimed", "A lock that belongs to nobody.", none, say(byCode, "reset-ready", credential.CodeUnclaimed))
	s.talk("reset-confirm-first", "Confirming what was not asked for.", lock, say(confirm, "error", credential.CodeProtocol))
}
