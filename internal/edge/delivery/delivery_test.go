package delivery_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/notify"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/delivery"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// TestMain is the tests, or, as a process of its own, a receiver that checks signatures and prints what it accepts.
func TestMain(m *testing.M) {
	if secret := os.Getenv("HEMNYCKEL_TEST_RECEIVER"); secret != "" {
		receive(secret)
		return
	}
	switch os.Getenv("HEMNYCKEL_TEST_PEER") {
	case "mail":
		receiveMail()
		return
	case "sms":
		receiveSMS()
		return
	}
	os.Exit(m.Run())
}

func receive(secret string) {
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr())
	first := true
	_ = http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		switch {
		case hook.Verify(body, r.Header) != nil:
			w.WriteHeader(http.StatusUnauthorized)
		case first: // a receiver that has just been restarted
			first = false
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			fmt.Println(r.Header.Get("webhook-id"), string(body))
		}
	}))
}

var owner = routine.Who{Actor: "test", Role: routine.SystemOwner}

// site is an outbox on a real database, with a clock that the test moves.
type site struct {
	db    *storage.DB
	hooks *notify.Service
	box   casework.Outbox
	cases *casework.Service
	now   time.Time
}

func each(t *testing.T, test func(t *testing.T, s *site)) {
	s := &site{}
	storagetest.EachWith(t, storage.Options{Clock: func() time.Time { return s.now }}, func(t *testing.T, db *storage.DB) {
		s.now = time.Now().UTC().Truncate(time.Microsecond) // the library that checks signatures looks at the real clock
		s.db = db
		profile := routine.DefaultProfile()
		profile.Documentation = []routine.Target{{Name: "Procapita", Field: "Nyckel"}}
		s.hooks = notify.NewService(txn.Narrow(db, func(tx *storage.Tx) notify.Tx { return tx }), profile, true)
		s.cases = casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), profile)
		s.box = s.cases.NewOutbox(s.hooks)
		test(t, s)
	})
}

func (s *site) register(t *testing.T, address string) notify.Webhook {
	t.Helper()
	w, err := s.hooks.Register(t.Context(), owner, notify.New{Name: "Schema", URL: address, Events: []notify.EventType{notify.OrderChanged}})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (s *site) tell(t *testing.T, subject string) {
	t.Helper()
	err := s.db.Update(t.Context(), func(tx *storage.Tx) error {
		return notify.Tell(t.Context(), tx, notify.Event{Type: notify.OrderChanged, Subject: subject, Data: map[string]string{"order_id": subject}})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) dispatcher(allowed ...string) *delivery.Dispatcher {
	o := delivery.Options{Outbox: s.box, Clock: func() time.Time { return s.now }}
	for _, a := range allowed {
		o.Allowed = append(o.Allowed, netip.MustParsePrefix(a))
	}
	return delivery.New(o)
}

func (s *site) messages(t *testing.T) []notify.Message {
	t.Helper()
	all, _, err := s.hooks.Messages(t.Context(), "", "", "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (s *site) once(t *testing.T, d *delivery.Dispatcher) {
	t.Helper()
	if err := d.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func secretOf(w notify.Webhook) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(w.Secret)
}

// A message is stored with the change, fails once, and arrives at a process of its own, signed, under the same id.
func TestAMessageArrivesAtAnotherProcess(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		hook := s.register(t, "http://127.0.0.1:1/")
		command := exec.CommandContext(t.Context(), os.Args[0])
		command.Env = append(os.Environ(), "HEMNYCKEL_TEST_RECEIVER="+secretOf(hook))
		out, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { command.Process.Kill(); command.Wait() })
		lines := bufio.NewScanner(out)
		lines.Scan()
		hook.URL = "http://" + lines.Text()
		if err := s.db.Update(t.Context(), func(tx *storage.Tx) error { return tx.PutWebhook(t.Context(), hook) }); err != nil {
			t.Fatal(err)
		}
		s.tell(t, "order-1")
		d := s.dispatcher("127.0.0.0/8")
		s.once(t, d)
		m := s.messages(t)[0]
		if m.State != notify.Waiting || m.Attempts != 1 || m.Failure != "the receiver answered 503" || !m.Next.Equal(s.now.Add(5*time.Second)) {
			t.Fatalf("after the first attempt: %+v", m)
		}
		s.once(t, d) // not due yet
		s.now = s.now.Add(5 * time.Second)
		s.once(t, d)
		lines.Scan()
		id, body, _ := strings.Cut(lines.Text(), " ")
		var told struct {
			Type string
			Data map[string]string
		}
		if err := json.Unmarshal([]byte(body), &told); err != nil || id != m.ID || told.Type != "order.changed" || told.Data["order_id"] != "order-1" {
			t.Errorf("received %q, %v", lines.Text(), err)
		}
		if m := s.messages(t)[0]; m.State != notify.Sent || m.Attempts != 2 || m.Body != "" {
			t.Errorf("settled: %+v", m)
		}
	})
}

func TestNothingIsToldOfAChangeThatFailed(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.register(t, "https://example.se/")
		fault := errors.New("the change failed")
		err := s.db.Update(t.Context(), func(tx *storage.Tx) error {
			if err := notify.Tell(t.Context(), tx, notify.Event{Type: notify.OrderChanged, Subject: "x"}); err != nil {
				return err
			}
			return fault
		})
		if !errors.Is(err, fault) || len(s.messages(t)) != 0 {
			t.Errorf("got %v, %d messages", err, len(s.messages(t)))
		}
	})
}

// A dead receiver is tried for days and then listed; a person may try again.
func TestDeadLetters(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var calls atomic.Int32
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			http.Redirect(w, r, "http://127.0.0.1:1/elsewhere", http.StatusFound) // never followed
		}))
		defer server.Close()
		s.register(t, server.URL)
		s.tell(t, "order-1")
		d := s.dispatcher("127.0.0.0/8")
		begun := s.now
		for range 20 {
			s.once(t, d)
			s.now = s.now.Add(25 * time.Hour)
		}
		m := s.messages(t)[0]
		if m.State != notify.Dead || calls.Load() != 10 || m.Failure != "the receiver answered 302" || m.Done.Sub(begun) < 72*time.Hour {
			t.Errorf("got %+v after %d calls", m, calls.Load())
		}
		if _, err := s.hooks.Resend(t.Context(), owner, m.ID); err != nil {
			t.Fatal(err)
		}
		if n := s.noted(t, "message resent: "+m.ID); n != 1 {
			t.Errorf("the journal tells of %d messages sent again, want 1", n)
		}
		s.once(t, d)
		if calls.Load() != 11 {
			t.Errorf("sent again: %d calls", calls.Load())
		}
	})
}

func TestAReceiverThatWantsNoMoreIsPaused(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusGone) }))
		defer server.Close()
		hook := s.register(t, server.URL)
		s.tell(t, "order-1")
		s.once(t, s.dispatcher("127.0.0.0/8"))
		s.tell(t, "order-2")
		now, err := s.hooks.Webhook(t.Context(), hook.ID)
		if err != nil || now.State != notify.Paused || len(s.messages(t)) != 1 {
			t.Errorf("got %+v, %v, %d messages", now.State, err, len(s.messages(t)))
		}
	})
}

// What waits for a webhook that is removed does not wait for ever: it is given up without its contents, also when it is under way,
// nobody can send it again, and in time it is forgotten.
func TestWhatWaitsForARemovedWebhookIsGivenUp(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		hook := s.register(t, "https://example.se/")
		s.tell(t, "order-1")
		s.tell(t, "order-2")
		under, err := s.hooks.Take(ctx, 1)
		if err != nil || len(under) != 1 {
			t.Fatalf("got %v, %v", under, err)
		}
		if _, err := s.hooks.SetState(ctx, owner, hook.ID, notify.Removed); err != nil {
			t.Fatal(err)
		}
		if err := s.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := notify.Settle(ctx, tx, under[0].Message.ID, notify.Result{Failure: "no answer in time"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, m := range s.messages(t) {
			if m.State != notify.Dead || m.Body != "" || m.Failure != "the webhook was removed" {
				t.Errorf("got %+v", m)
			}
			if _, err := s.hooks.Resend(ctx, owner, m.ID); !errors.Is(err, notify.ErrUnknown) {
				t.Errorf("sent again: %v", err)
			}
		}
		s.now = s.now.Add(31 * 24 * time.Hour)
		if _, err := s.hooks.Tidy(ctx); err != nil || len(s.messages(t)) != 0 {
			t.Errorf("a month later: %d messages, %v", len(s.messages(t)), err)
		}
	})
}

// Nothing is sent inside a network, whatever the address is called.
func TestNothingIsSentInside(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		reached := false
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
		defer server.Close()
		s.register(t, strings.Replace(server.URL, "127.0.0.1", "localhost", 1))
		s.tell(t, "order-1")
		s.once(t, s.dispatcher())
		if m := s.messages(t)[0]; reached || m.State != notify.Waiting || m.Failure != "the address is inside a network and not allowed" {
			t.Errorf("reached %v: %+v", reached, m)
		}
	})
}

// While a secret is replaced both sign; afterwards the old one does not.
func TestRotation(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		var headers http.Header
		var body []byte
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			headers = r.Header
			body, _ = io.ReadAll(r.Body)
		}))
		defer server.Close()
		before := s.register(t, server.URL)
		after, err := s.hooks.Rotate(t.Context(), owner, before.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, late := range []bool{false, true} {
			if late {
				s.now = s.now.Add(notify.KeepOld)
			}
			s.tell(t, "order-1")
			s.once(t, s.dispatcher("127.0.0.0/8"))
			for _, w := range []struct {
				notify.Webhook
				want bool
			}{{before, !late}, {after, true}} {
				hook, _ := standardwebhooks.NewWebhook(secretOf(w.Webhook))
				if got := hook.VerifyIgnoringTimestamp(body, headers) == nil; got != w.want {
					t.Errorf("late %v: verified %v, want %v", late, got, w.want)
				}
			}
		}
	})
}

// A message under lease is nobody else's; when a dispatcher has died with it, it comes back.
func TestLeases(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		s.register(t, "https://example.se/")
		s.tell(t, "order-1")
		first, err := s.hooks.Take(t.Context(), 10)
		if err != nil || len(first) != 1 {
			t.Fatalf("got %v, %v", first, err)
		}
		if again, err := s.hooks.Take(t.Context(), 10); err != nil || len(again) != 0 {
			t.Errorf("taken twice: %v, %v", again, err)
		}
		s.now = s.now.Add(notify.Lease)
		if again, err := s.hooks.Take(t.Context(), 10); err != nil || len(again) != 1 {
			t.Errorf("after the lease: %v, %v", again, err)
		}
	})
}

// A dispatcher that is stopped in the middle of an attempt does not blame the receiver.
func TestStoppingIsNotAFailure(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx, stop := context.WithCancel(t.Context())
		release := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
			stop()
			<-release
		}))
		defer server.Close()
		defer close(release)
		s.register(t, server.URL)
		s.tell(t, "order-1")
		_ = s.dispatcher("127.0.0.0/8").Once(ctx)
		if m := s.messages(t)[0]; m.Attempts != 0 || m.State != notify.Waiting {
			t.Errorf("got %+v", m)
		}
	})
}

func TestBadWebhooks(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		good := notify.New{Name: "Procapita", URL: "https://example.se/a", Events: []notify.EventType{notify.LockDocumented}, Target: "Procapita"}
		for name, f := range map[string]func(*notify.New){
			"webhook-url":    func(n *notify.New) { n.URL = "http://example.se/a" },
			"webhook-url ":   func(n *notify.New) { n.URL = "https://user:pw@example.se/" },
			"webhook-url  ":  func(n *notify.New) { n.URL = "ftp://example.se/" },
			"webhook-name":   func(n *notify.New) { n.Name = "a\nb" },
			"webhook-events": func(n *notify.New) { n.Events = []notify.EventType{"all"} },
			"webhook-target": func(n *notify.New) { n.Target = "Excel" },
		} {
			n := good
			f(&n)
			if _, err := s.hooks.Register(t.Context(), owner, n); err == nil || !strings.Contains(fmt.Sprintf("%#v", err), strings.TrimSpace(name)) {
				t.Errorf("%s: got %v", name, err)
			}
		}
		if _, err := s.hooks.Register(t.Context(), routine.Who{Role: routine.Provider}, good); !errors.Is(err, notify.ErrMayNot) {
			t.Errorf("a provider: got %v", err)
		}
		if _, err := s.hooks.Register(t.Context(), owner, good); err != nil {
			t.Error(err)
		}
		if _, err := s.hooks.Register(t.Context(), owner, good); !errors.Is(err, notify.ErrName) {
			t.Errorf("the same name: got %v", err)
		}
	})
}

// noted counts the journal's entries of a change of webhooks.
func (s *site) noted(t *testing.T, change string) (n int) {
	t.Helper()
	err := s.db.View(t.Context(), func(tx *storage.Tx) error {
		rows, err := tx.PendingJournal(t.Context(), 1000)
		for _, r := range rows {
			record, err := r.Record()
			if err != nil {
				return err
			}
			if record.Kind == journal.WebhookChanged && record.Value("change") == change {
				n++
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
