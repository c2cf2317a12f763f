package delivery_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/delivery"
	"hemnyckel/internal/storage"
)

// receiveMail is a mail server, a process of its own: it offers STARTTLS, wants a password under it, does not know the address
// unknown@, is out of order for broken@, and prints what it takes in as base64.
func receiveMail() {
	key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailbox{}, nil }))
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	if os.Getenv("HEMNYCKEL_TEST_PLAIN") != "" {
		s.TLSConfig = nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr(), base64.StdEncoding.EncodeToString(der))
	_ = s.Serve(listener)
}

type mailbox struct{ in bool }

func (*mailbox) AuthMechanisms() []string { return []string{sasl.Plain} }
func (m *mailbox) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "nyckel" || password != "hemligt" {
			return errors.New("no")
		}
		m.in = true
		return nil
	}), nil
}
func (m *mailbox) Mail(string, *smtp.MailOptions) error {
	if !m.in {
		return smtp.ErrAuthRequired
	}
	return nil
}
func (*mailbox) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "unknown@"):
		return &smtp.SMTPError{Code: 550, Message: "no such user " + to}
	case strings.HasPrefix(to, "broken@"):
		return &smtp.SMTPError{Code: 451, Message: "try later"}
	}
	return nil
}
func (*mailbox) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	fmt.Println(base64.StdEncoding.EncodeToString(text))
	return err
}
func (*mailbox) Reset()        {}
func (*mailbox) Logout() error { return nil }

// receiveSMS is a gateway, a process of its own, that does not take one of the numbers.
func receiveSMS() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Key") != "hemligt" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_ = r.ParseForm()
		if strings.HasSuffix(r.PostForm.Get("to"), "99") {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		fmt.Println(base64.StdEncoding.EncodeToString([]byte(r.PostForm.Encode())))
	}))
}

// peer starts this binary as a process of its own, and returns the words of its first line, and its lines after that.
func peer(t *testing.T, kind string, env ...string) (first []string, next func() string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(append(os.Environ(), "HEMNYCKEL_TEST_PEER="+kind), env...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	line := func() string {
		if !lines.Scan() {
			t.Fatal("the peer has ended")
		}
		return lines.Text()
	}
	return strings.Fields(line()), func() string {
		text, err := base64.StdEncoding.DecodeString(line())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

func mailer(t *testing.T, first []string) *delivery.Mail {
	t.Helper()
	host, port, _ := net.SplitHostPort(first[0])
	number, _ := strconv.Atoi(port)
	der, _ := base64.StdEncoding.DecodeString(first[1])
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(certificate)
	return &delivery.Mail{Host: host, Port: number, User: "nyckel", Password: "hemligt", From: "nyckel@kommun.example", Roots: roots}
}

const origin = "https://nyckel.kommun.example"

// people are accounts at a site, with their post.
type people struct {
	*site
	t        *testing.T
	accounts *identity.Accounts
	post     *notify.Post
	courier  *delivery.Courier
}

func eachPeople(t *testing.T, test func(p *people)) {
	each(t, func(t *testing.T, s *site) {
		s.now = time.Date(2026, 6, 3, 10, 0, 0, 0, time.UTC)
		p := &people{site: s, t: t, courier: &delivery.Courier{Carriers: map[notify.Channel]delivery.Carrier{}, Origin: origin}}
		p.accounts = identity.NewAccounts(txn.Narrow(s.db, func(tx *storage.Tx) identity.AccountTx { return tx }), routine.DefaultProfile())
		p.post = notify.NewPost(txn.Narrow(s.db, func(tx *storage.Tx) notify.PostTx { return tx }), time.UTC, notify.ByMail, notify.BySMS)
		p.courier.Post = p.post
		test(p)
	})
}

func (p *people) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *people) hire(email, phone string) identity.Account {
	p.t.Helper()
	a, _, err := p.accounts.Create(p.t.Context(), identity.Operator(), identity.NewAccount{Name: "Eva Prov", Email: email, Phone: phone},
		&identity.Give{Role: routine.LockManager, Organisation: "2120009002"})
	p.must(err)
	return a
}

func (p *people) happens(event string) {
	p.t.Helper()
	p.must(p.db.Update(p.t.Context(), func(tx *storage.Tx) error {
		return notify.TellPeople(p.t.Context(), tx, notify.Notice{Kind: notify.KeyBlocked, Event: event, Number: "N00042", Path: "/sparra/nycklar/1", To: notify.Audience{Role: routine.LockManager}})
	}))
}

func (p *people) send() { p.t.Helper(); p.must(p.courier.Once(p.t.Context())) }

func (p *people) dead() []notify.OnItsWay {
	p.t.Helper()
	all, _, err := p.post.Dead(p.t.Context(), owner, "", 50)
	p.must(err)
	return all
}

// What happens reaches a person by mail and as a text message, once, in one letter for what comes together; it names nobody.
func TestPeopleAreToldByMailAndSMS(t *testing.T) {
	first, nextMail := peer(t, "mail")
	gateway, nextSMS := peer(t, "sms")
	eachPeople(t, func(p *people) {
		p.courier.Carriers[notify.ByMail] = mailer(t, first)
		p.courier.Carriers[notify.BySMS] = &delivery.SMS{URL: "http://" + gateway[0], ToField: "to", TextField: "text", Fixed: map[string]string{"from": "Kommun"},
			AuthHeader: "X-Key", Secret: "hemligt"}
		a := p.hire("eva@kommun.example", "070-174 06 05")
		c := notify.DefaultChoices()
		c.SMS = []notify.Kind{notify.KeyBlocked}
		p.must(p.post.Choose(t.Context(), a.Actor(), c))
		p.happens("one")
		p.happens("one")
		p.happens("two")
		p.send()
		mail, sms := nextMail(), nextSMS()
		for _, want := range []string{"To: <eva@kommun.example>", "2 aviseringar", "N00042", origin + "/sparra/nycklar/1", "Auto-Submitted: auto-generated", "List-Unsubscribe: <" + origin + "/aviseringar/val>"} {
			if !strings.Contains(mail, want) {
				t.Errorf("the mail lacks %q:\n%s", want, mail)
			}
		}
		if strings.Contains(mail, "Eva") || !strings.Contains(sms, "to=%2B46701740605") || !strings.Contains(sms, "from=Kommun") || strings.Contains(sms, "Eva") {
			t.Errorf("the letters are wrong:\n%s\n%s", mail, sms)
		}
		p.happens("three") // too soon after the last: waits, and goes with the next
		p.send()
		p.now = p.now.Add(3 * time.Minute)
		p.happens("four")
		p.send()
		p.now = p.now.Add(3 * time.Minute)
		p.send()
		if mail := nextMail(); !strings.Contains(mail, "2 aviseringar") {
			t.Errorf("what came meanwhile did not go together:\n%s", mail)
		}
		all, unread, _, err := p.post.Inbox(t.Context(), a.Actor(), "", 50)
		p.must(err)
		if len(all) != 4 || unread != 4 || len(p.dead()) != 0 {
			t.Errorf("in the portal: %d, unread %d", len(all), unread)
		}
		p.now = p.now.Add(time.Hour) // the text messages that waited
		p.send()
		nextSMS()
	})
}

// A receiver that is refused counts as bounced and is left alone; a server that is down is tried again; the system owner sends again.
func TestLettersThatDoNotArrive(t *testing.T) {
	first, next := peer(t, "mail")
	eachPeople(t, func(p *people) {
		m := mailer(t, first)
		p.courier.Carriers[notify.ByMail] = m
		a := p.hire("unknown@kommun.example", "")
		for i := range notify.MaxBounces + 1 {
			p.happens(fmt.Sprint("refused", i))
			p.send()
			p.now = p.now.Add(10 * time.Minute)
		}
		dead := p.dead()
		if len(dead) != notify.MaxBounces || strings.Contains(dead[0].Failure, "unknown@") {
			t.Fatalf("dead: %+v", dead)
		}
		me, err := p.post.Receiver(t.Context(), a.Actor())
		p.must(err)
		if c := me.Choices; c.MailBounces != notify.MaxBounces || len(c.Mail) != len(notify.Kinds()) {
			t.Errorf("bounces: %+v", c)
		}
		p.must(p.db.Update(t.Context(), func(tx *storage.Tx) error {
			a.Email = "eva@kommun.example"
			return tx.SetContact(t.Context(), a)
		}))
		if err := p.post.Resend(t.Context(), routine.Who{Role: routine.LockManager}, dead[0].ID); !errors.Is(err, notify.ErrMayNot) {
			t.Errorf("resent by another: %v", err)
		}
		p.must(p.post.Resend(t.Context(), owner, dead[0].ID))
		m.Password = "fel"
		p.send()
		if len(p.dead()) != notify.MaxBounces-1 {
			t.Error("a server that does not let us in is not the receiver's fault")
		}
		m.Password = "hemligt"
		p.now = p.now.Add(time.Minute)
		p.send()
		next()
	})
}

// Nothing goes out at night, to who has said no, or to who has left; and never without TLS.
func TestWhatIsNotSent(t *testing.T) {
	first, next := peer(t, "mail")
	plain, _ := peer(t, "mail", "HEMNYCKEL_TEST_PLAIN=1")
	eachPeople(t, func(p *people) {
		m := mailer(t, first)
		p.courier.Carriers[notify.ByMail] = m
		stays, leaves, no := p.hire("eva@kommun.example", ""), p.hire("bo@kommun.example", ""), p.hire("ask@kommun.example", "")
		p.must(p.post.Choose(t.Context(), no.Actor(), notify.Choices{Lang: "sv"}))
		p.now = time.Date(2026, 6, 3, 23, 0, 0, 0, time.UTC)
		p.happens("at night")
		p.send()
		p.must(p.accounts.Close(t.Context(), identity.Operator(), leaves.ID, "slutar"))
		p.now = p.now.Add(9 * time.Hour)
		m.Port, _ = strconv.Atoi(plain[0][strings.LastIndexByte(plain[0], ':')+1:])
		p.send()
		m.Port, _ = strconv.Atoi(first[0][strings.LastIndexByte(first[0], ':')+1:])
		p.now = p.now.Add(time.Minute)
		p.send()
		if mail := next(); !strings.Contains(mail, "To: <eva@kommun.example>") {
			t.Errorf("got %s", mail)
		}
		p.happens("after they left")
		p.now = p.now.Add(time.Hour)
		p.send()
		if mail := next(); !strings.Contains(mail, "To: <eva@kommun.example>") {
			t.Errorf("got %s", mail)
		}
		if all, _, _, err := p.post.Inbox(t.Context(), leaves.Actor(), "", 50); err != nil || len(all) != 1 {
			t.Errorf("who has left: %d, %v", len(all), err)
		}
		if all, _, _, err := p.post.Inbox(t.Context(), stays.Actor(), "", 50); err != nil || len(all) != 2 {
			t.Errorf("who stays: %d, %v", len(all), err)
		}
	})
}
