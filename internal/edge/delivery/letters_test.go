package delivery_test

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/edge/delivery"
)

// fails is a carrier that never gets anything across.
type fails struct{}

func (fails) Send(context.Context, notify.Letter, string) notify.Result {
	return notify.Result{Failure: "no answer in time"}
}

func (p *people) take(by notify.Channel) []notify.Letter {
	p.t.Helper()
	for {
		more, err := p.post.Plan(p.t.Context())
		p.must(err)
		if !more {
			break
		}
	}
	out, err := p.post.Take(p.t.Context(), by, 10)
	p.must(err)
	return out
}

// A letter that may have been sent, by somebody who then ended, is sent again as it was: the same id, the same contents. What has
// come since goes with the next.
func TestALetterSentAgainIsTheSame(t *testing.T) {
	eachPeople(t, func(p *people) {
		p.hire("eva@kommun.example", "")
		p.happens("one")
		p.happens("two")
		first := p.take(notify.ByMail)
		if len(first) != 1 || len(first[0].Parts) != 2 {
			t.Fatalf("got %+v", first)
		}
		p.happens("three")
		if early := p.take(notify.ByMail); len(early) != 1 || len(early[0].Parts) != 1 {
			t.Fatalf("what came meanwhile: %+v", early)
		} else {
			p.must(p.post.Settle(t.Context(), early[0], notify.Result{Arrived: true}))
		}
		p.now = p.now.Add(10 * time.Minute) // the lease is out
		again := p.take(notify.ByMail)
		if len(again) != 1 || again[0].ID != first[0].ID || !slices.Equal(again[0].Parts, first[0].Parts) {
			t.Fatalf("got %+v, want %+v", again, first)
		}
		p.must(p.post.Settle(t.Context(), again[0], notify.Result{Failure: "x"}))
		p.happens("four")
		p.now = p.now.Add(time.Minute)
		again = p.take(notify.ByMail)
		if len(again) != 1 || again[0].ID != first[0].ID || len(again[0].Parts) != 2 {
			t.Fatalf("the letter has changed: %+v", again)
		}
		p.must(p.post.Settle(t.Context(), again[0], notify.Result{Arrived: true}))
		p.now = p.now.Add(6 * time.Minute)
		rest := p.take(notify.ByMail)
		if len(rest) != 1 || rest[0].ID == again[0].ID {
			t.Fatalf("got %+v", rest)
		}
	})
}

// What failed in the evening is not tried again at night; what has waited for a week, for a channel that was away, is no news.
func TestLettersWaitForMorningAndNotForEver(t *testing.T) {
	eachPeople(t, func(p *people) {
		a := p.hire("eva@kommun.example", "070-174 06 05")
		c := notify.DefaultChoices()
		c.SMS = notify.Kinds()
		p.must(p.post.Choose(t.Context(), a.Actor(), c))
		p.now = time.Date(2026, 6, 3, 19, 59, 0, 0, time.UTC)
		p.happens("late")
		p.courier.Carriers[notify.ByMail] = fails{} // and nothing for text messages
		p.send()
		p.now = p.now.Add(time.Minute)
		if got := p.take(notify.ByMail); len(got) != 0 {
			t.Errorf("tried at night: %+v", got)
		}
		p.now = time.Date(2026, 6, 4, 7, 0, 0, 0, time.UTC)
		if got := p.take(notify.ByMail); len(got) != 1 {
			t.Errorf("not tried in the morning: %+v", got)
		}
		p.now = time.Date(2026, 6, 11, 7, 1, 0, 0, time.UTC)
		if got := p.take(notify.BySMS); len(got) != 0 || len(p.dead()) != 1 {
			t.Errorf("sent a week later: %+v", got)
		}
	})
}

// What somebody has read in the portal before a letter about it went is not sent; a letter that may have gone is sent as it was.
func TestWhatIsReadIsNotSent(t *testing.T) {
	eachPeople(t, func(p *people) {
		a := p.hire("eva@kommun.example", "")
		read := func() {
			all, _, _, err := p.post.Inbox(t.Context(), a.Actor(), "", 10)
			p.must(err)
			p.must(p.post.MarkRead(t.Context(), a.Actor(), all[0].ID))
		}
		p.happens("tried")
		p.must(p.post.Settle(t.Context(), p.take(notify.ByMail)[0], notify.Result{Failure: "no answer in time"}))
		p.happens("read")
		read()
		p.now = p.now.Add(time.Hour)
		if got := p.take(notify.ByMail); len(got) != 1 || len(got[0].Parts) != 1 || got[0].About[0].ID != "tried:"+a.ID {
			t.Errorf("got %+v, want the letter that was tried", got)
		}
	})
}

// A day's worth of one person is told in letters of a bounded size, and one who gets much holds nobody up.
func TestLettersAreBounded(t *testing.T) {
	eachPeople(t, func(p *people) {
		p.hire("eva@kommun.example", "")
		for i := range 45 {
			p.happens(string(rune('a'+i/26)) + string(rune('a'+i%26)))
		}
		p.hire("bo@kommun.example", "")
		p.happens("both")
		told := map[string]int{}
		for range 4 {
			for _, l := range p.take(notify.ByMail) {
				told[l.To] += len(l.Parts)
				if len(l.Parts) > 20 {
					t.Errorf("a letter tells of %d things", len(l.Parts))
				}
				p.must(p.post.Settle(t.Context(), l, notify.Result{Arrived: true}))
			}
			p.now = p.now.Add(6 * time.Minute)
		}
		if told["eva@kommun.example"] != 46 || told["bo@kommun.example"] != 1 {
			t.Errorf("told: %v", told)
		}
	})
}

func letter(by notify.Channel, to string) notify.Letter {
	return notify.Letter{ID: "01a00000-0000-7000-8000-00000000c001", By: by, To: to, Lang: "sv",
		About: []notify.Told{{Kind: notify.KeyBlocked, Number: "N00042", Path: "/sparra/nycklar/1"}}}
}

// served is a mail server on a socket that does what it likes with each connection.
func served(t *testing.T, config *tls.Config, serve func(net.Conn)) (host string, port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if config != nil {
				c = tls.Server(c, config)
			}
			go serve(c)
		}
	}()
	at := l.Addr().(*net.TCPAddr)
	return at.IP.String(), at.Port
}

// A mail server that says nothing, or never stops talking, costs one attempt.
func TestHostileMailServers(t *testing.T) {
	for name, c := range map[string]struct {
		serve func(net.Conn)
		want  string
	}{
		"silent":        {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "no answer in time"},
		"hangs up":      {func(c net.Conn) { _ = c.Close() }, "the connection failed"},
		"talks on":      {func(c net.Conn) { talk(c, "220-hello\r\n") }, "the connection failed"},
		"one long line": {func(c net.Conn) { talk(c, "220-hello") }, "the connection failed"},
		"not SMTP": {func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\n")
			_, _ = io.Copy(io.Discard, c)
		}, "the connection failed"},
		"no TLS": {func(c net.Conn) { converse(c, "250 plain", "") }, "the mail server offers no TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			m := &delivery.Mail{From: "nyckel@kommun.example"}
			m.Host, m.Port = served(t, nil, c.serve)
			limit := 5 * time.Second
			if name == "silent" {
				limit = 200 * time.Millisecond
			}
			ctx, done := context.WithTimeout(t.Context(), limit)
			defer done()
			if got := m.Send(ctx, letter(notify.ByMail, "eva@kommun.example"), origin); got.Arrived || got.Gone || got.Failure != c.want {
				t.Errorf("got %+v, want %q", got, c.want)
			}
		})
	}
}

func talk(c net.Conn, what string) {
	for {
		if _, err := io.WriteString(c, what); err != nil {
			return
		}
	}
}

// converse takes in one letter, with the extensions given, and hangs up without a word; rcpt is what it says to each receiver, or "".
func converse(c net.Conn, extensions, rcpt string) {
	defer c.Close()
	_, _ = io.WriteString(c, "220 mail\r\n")
	lines := bufio.NewScanner(c)
	for lines.Scan() {
		answer := "250 ok"
		switch word, _, _ := strings.Cut(lines.Text(), " "); word {
		case "EHLO":
			answer = extensions
		case "RCPT":
			answer = cmp.Or(rcpt, answer)
		case "AUTH":
			answer = "235 welcome"
		case "DATA":
			_, _ = io.WriteString(c, "354 go on\r\n")
			for lines.Scan() && lines.Text() != "." {
			}
			_, _ = io.WriteString(c, "250 taken\r\n")
			return
		}
		_, _ = io.WriteString(c, answer+"\r\n")
	}
}

// A server that refuses us, whomever the letter is for, is not the receiver's fault; one that does not know the address is.
func TestWhoseFaultARefusalIs(t *testing.T) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS() // for its certificate
	defer s.Close()
	for answer, gone := range map[string]bool{"550 5.1.1 no such user": true, "553 5.1.3 no address": true, "550 5.7.1 relaying denied": false,
		"554 5.7.1 your network is listed": false, "530 5.7.0 log in first": false, "452 4.2.2 mailbox full": false} {
		m := &delivery.Mail{Direct: true, From: "nyckel@kommun.example", Roots: x509.NewCertPool()}
		m.Roots.AddCert(s.Certificate())
		m.Host, m.Port = served(t, s.TLS, func(c net.Conn) { converse(c, "250-mail\r\n250 ENHANCEDSTATUSCODES", answer) })
		if got := m.Send(t.Context(), letter(notify.ByMail, "eva@kommun.example"), origin); got.Arrived || got.Gone != gone || strings.Contains(got.Failure, "eva@") {
			t.Errorf("%q: got %+v, want the receiver's fault %v", answer, got, gone)
		}
	}
}

// What a server has taken in has arrived, though it hangs up on us then. TLS from the first byte, with a password under it.
func TestTakenIsArrived(t *testing.T) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS() // for its certificate
	defer s.Close()
	m := &delivery.Mail{Direct: true, User: "nyckel", Password: "hemligt", From: "nyckel@kommun.example", Roots: x509.NewCertPool()}
	m.Roots.AddCert(s.Certificate())
	m.Host, m.Port = served(t, s.TLS, func(c net.Conn) { converse(c, "250-mail\r\n250 AUTH PLAIN", "") })
	if got := m.Send(t.Context(), letter(notify.ByMail, "eva@kommun.example"), origin); !got.Arrived {
		t.Errorf("got %+v", got)
	}
	m.Roots = nil
	if got := m.Send(t.Context(), letter(notify.ByMail, "eva@kommun.example"), origin); got.Arrived || !strings.Contains(got.Failure, "TLS") {
		t.Errorf("a certificate of nobody's was accepted: %+v", got)
	}
	if got := m.Send(t.Context(), letter(notify.ByMail, "eva@kommun.example\r\nBcc: all@kommun.example"), origin); !got.Gone {
		t.Errorf("an address of two lines: %+v", got)
	}
}

// A gateway that refuses, leads elsewhere, says yes and means no, or never ends costs one attempt; only one that does not take the
// number counts against it.
func TestHostileGateways(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   notify.Result
	}{
		"takes it": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"status":"ok"}`) }, notify.Result{Arrived: true}},
		"lies": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"status":"error"}`) },
			notify.Result{Failure: "the gateway's answer does not say that the message was taken"}},
		"bad number": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnprocessableEntity) },
			notify.Result{Gone: true, Failure: "the gateway does not take the number (422)"}},
		"moved away": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }, notify.Result{Failure: "the gateway answered 410"}},
		"broken":     {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, notify.Result{Failure: "the gateway answered 502"}},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, notify.Result{Failure: "the gateway answered 307"}},
		"endless": {func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := io.WriteString(w, strings.Repeat("x", 4096)); err != nil {
					return
				}
			}
		}, notify.Result{Failure: "the gateway's answer does not say that the message was taken"}},
		"silent": {func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() }, notify.Result{Failure: "no answer in time"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(c.answer)
			defer s.Close()
			g := &delivery.SMS{URL: s.URL, JSON: true, ToField: "to", TextField: "message", Taken: `"status":"ok"`}
			limit := 5 * time.Second
			if name == "silent" {
				limit = 200 * time.Millisecond
			}
			ctx, done := context.WithTimeout(t.Context(), limit)
			defer done()
			if got := g.Send(ctx, letter(notify.BySMS, "+46701740605"), origin); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// For trials letters are laid in a folder; one that comes twice is one file.
func TestLettersInAFolder(t *testing.T) {
	f := &delivery.Folder{Path: t.TempDir(), From: "nyckel@kommun.example"}
	for range 2 {
		for _, l := range []notify.Letter{letter(notify.ByMail, "eva@kommun.example"), letter(notify.BySMS, "+46701740605")} {
			if got := f.Send(t.Context(), l, origin); !got.Arrived {
				t.Fatalf("got %+v", got)
			}
		}
	}
	files, err := os.ReadDir(f.Path)
	if err != nil || len(files) != 2 {
		t.Fatalf("got %v, %v", files, err)
	}
	text, err := os.ReadFile(filepath.Join(f.Path, files[1].Name()))
	if want := "To: +46701740605\n\nHemnyckel: En nyckel är spärrad N00042. " + origin + "/sparra/nycklar/1\n"; err != nil || string(text) != want {
		t.Errorf("got %q, %v", text, err)
	}
	f.Path = filepath.Join(f.Path, "none")
	if got := f.Send(t.Context(), letter(notify.BySMS, "+46701740605"), origin); got.Arrived || got.Failure == "" {
		t.Errorf("a folder that is not there: %+v", got)
	}
}
