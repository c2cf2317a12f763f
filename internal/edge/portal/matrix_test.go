package portal_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/login"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portaltest"
)

// Letters of the roles in the matrix.
var letters = map[byte]routine.Role{'c': routine.CaseOfficer, 'p': routine.Provider, 'h': routine.HealthUnit, 'd': routine.Delivery, 'a': routine.AlarmTeam,
	'l': routine.LockManager, 's': routine.SystemOwner, 'r': routine.Registrar, 'u': routine.Auditor}

const (
	everyRole = "cphdalsru"
	open      = "-" // also for those who are not logged in
)

// matrix says who may take which route, whatever the code says. A route that is not here fails the test: add it, with the roles that shall
// have it, and look at it once more.
var matrix = map[string]string{
	"start":   everyRole,
	"notices": everyRole, "notices-read": everyRole, "notice-choices": everyRole, "notice-choose": everyRole,
	"letters": "s", "letter-resend": "s",
	"reviews":        "phdals",
	"review":         "phdals",
	"review-decide":  "phdals",
	"clients":        "cphdals",
	"clients-search": "cphdals",
	"client":         "cphdal",
	"client-reveal":  "cphdal",
	"client-export":  "cphdal", "client-emergency": "phdal", "emergency": "phdal",
	"tasks": "c",

	// A technician's day: the lock manager's alone.
	"queue": "l", "queue-print": "l", "queue-assign": "l", "queue-me": "l", "calendar": "l", "calendar-open": "l", "calendar-close": "l",
	"work": "l", "work-reveal": "l", "booking": "l", "booking-save": "l", "booking-contact": "l", "booking-told": "l", "booking-cancel": "l", "booking-cancelled": "l",
	"work-cancel": "l", "work-cancelled": "l", "work-undo": "l", "work-start": "l", "steps": "l", "step": "l", "work-done": "l", "work-complete": "l",
	"field-script": open, "field-copy": open,

	// Owners' consents are kept by the lock manager and the system owner; the case officer and the registrar look; a client is asked by
	// those who meet them.
	"consents": "clsr", "consents-search": "clsr", "consent-list": "clsr", "owner": "clsr", "property": "clsr", "consent": "clsr", "consent-done": "clsr",
	"consent-paper": "clsr", "letter-runs": "clsr", "letter-run": "clsr", "letter-reply": "clsr", "consent-diary": "lsr",
	"owner-new": "ls", "owner-add": "ls", "owner-reveal": "ls", "owner-change": "ls", "property-new": "ls", "property-add": "ls", "property-answer": "ls",
	"property-answered": "ls", "letter-answer": "ls", "consent-scan": "ls", "consent-withdraw": "ls", "consent-withdrawn": "ls", "consent-undo": "ls",
	"consent-undone": "ls", "letters-check": "ls", "letters-make": "ls", "letters-remind": "ls", "letter-paper": "ls",
	"client-agreement": "cla", "client-agreed": "cla",

	// The diary's lists are the registrar's and theirs who keep the register; a house's owner is changed by those alone.
	"diary": "clsr", "diary-list": "clsr", "diary-paper": "clsr", "diary-hand-over": "lsr", "diary-file": "lsr",
	"owners-change": "ls", "owners-changed": "ls", "owners-keep": "ls",

	// Receipts for physical keys are those's who hold keys, and the lock manager's who keeps the register.
	"receipts": "phdal", "receipts-paper": "phdal", "receipt-form": "phdal", "receipt-new": "phdal", "receipt-make": "phdal", "receipt": "phdal",
	"receipt-paper": "phdal", "receipt-sign": "phdal", "receipt-signed": "phdal", "receipt-cancel": "phdal", "receipt-cancelled": "phdal", "receipt-scan": "phdal",

	"locks": "ls",
	"lock":  "cphdals",
	"keys":  "cphdals",
	"key":   "cphdals",
	"why":   "cls",
	// What is done with keys is for those who have them and for the lock manager, who alone hands out others.
	"key-battery": "phdal", "key-battery-save": "phdal", "key-broken": "phdal", "key-broken-report": "phdal", "key-works": "phdal",
	"key-swap": "l", "key-swap-do": "l", "key-judge": "l", "key-judge-do": "l",
	"block": "phdal", "block-search": "phdal", "block-key": "phdal", "block-key-do": "phdal", "block-key-miss": "phdal",
	"block-key-found": "phdal", "block-key-find": "phdal", "block-key-incident": "phdal", "block-person": "phdals", "block-person-do": "phdals",
	"order-start": "cphdal", "order-begin": "cphdal", "order-check": "cphdal", "order-send": "cphdal", "order-drop": "cphdal",
	"order-question": "cphdal", "order-answer": "cphdal", "order-receipt": "cphdal", "order-again": "cphdal",
	"orders": "cphdals", "order": "cphdals",
	"order-withdraw-ask": "cphdal", "order-withdraw": "cphdal", "order-return-ask": "l", "order-return": "l",
	"log":   "lsu",
	"entry": "lsu",

	"staff": "phdas", "staff-search": "phdas", "staff-new": "phdas", "staff-add": "phdas", "staff-file": "phdas", "staff-file-check": "phdas",
	"staff-file-save": "phdas", "staff-card": "phdas", "staff-badge": "phdas", "staff-until": "phdas", "staff-leave": "phdas", "staff-end": "phdas",
	"staff-ended": "phdas", "staff-orders": "phdas", "staff-order": "phdas", "staff-order-decide": "s", "staff-order-withdraw": "phda",

	"faults": "cphdals", "fault-new": "cphdals", "fault-report": "cphdals", "fault": "cphdals", "fault-receipt": "cphdals",
	"fault-assign": "ls", "fault-end": "ls",

	"crisis": everyRole, "crisis-paper": everyRole, "crisis-copy": open, "crisis-show": open,

	"anomalies": "ls", "anomaly": "ls", "anomaly-settle": "ls",

	"glossary":  everyRole,
	"shortcuts": everyRole,
	"pulse":     everyRole,
	// The components: everybody's in a demonstration, which this is, otherwise the system owner's.
	"gallery": everyRole, "gallery-send": everyRole, "gallery-confirm": everyRole,

	"login": open, "login-demo": open, "login-password": open, "login-code": open, "login-passkey-ask": open, "login-passkey": open,
	"login-provider": open, "login-answer": open, "logout": open,
	// Open to the frame, since somebody without an assignment must reach them; each asks for a session itself.
	"assignments": open, "assignments-choose": open, "confirm": open, "account": open, "account-end": open, "account-password": open,
	"account-password-set": open, "account-passkey-ask": open, "account-passkey-add": open, "account-passkey-remove": open,
}

// Every route × every role × own and another organisation, and nobody.
func TestAuthorizationMatrix(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	var people []page.Principal
	for _, role := range page.Everybody() {
		for _, organisation := range []string{portaltest.Organisation, "5560003468"} {
			people = append(people, page.Principal{AccountID: fmt.Sprintf("demo:%s-%s", role, organisation), Name: "Prov", Role: role, Organisation: organisation})
		}
	}
	w.Must(w.Accounts.EnsureDemo(t.Context(), login.People(people)))
	var routes []page.Route
	w.Server = w.Serve(func(c *portal.Config) {
		c.Demo = people
		routes = portal.New(*c).Routes()
	})
	seen := map[string]bool{}
	for _, r := range routes {
		seen[r.Name] = true
		who, ok := matrix[r.Name]
		if !ok {
			t.Errorf("the route %s (%s %s) is not in the matrix", r.Name, r.Method, r.Path)
		}
		if r.Open != (who == open) {
			t.Errorf("%s: open is %v, want %v", r.Name, r.Open, who == open)
		}
	}
	for name := range matrix {
		if !seen[name] {
			t.Errorf("the matrix has a route %s that is not there", name)
		}
	}
	for _, who := range people {
		v := w.Visitor(who.AccountID)
		for _, r := range routes {
			if r.Open {
				continue
			}
			may := strings.ContainsFunc(matrix[r.Name], func(l rune) bool { return letters[byte(l)] == who.Role })
			if got := status(t, w, v.Client, r); (got == http.StatusForbidden) == may || got >= 500 || got == http.StatusUnauthorized {
				t.Errorf("%s as %s of %s: got %d, and may is %v", r.Name, who.Role, who.Organisation, got, may)
			}
		}
	}
	stranger := w.Visitor("")
	for _, r := range routes {
		if !r.Open {
			if got := status(t, w, stranger.Client, r); got != http.StatusSeeOther && got != http.StatusUnauthorized {
				t.Errorf("%s as nobody: got %d, want to be asked to log in", r.Name, got)
			}
		}
	}
}

var variable = regexp.MustCompile(`\{\w+\}`)

// status asks for a route as it stands, with an id that is nobody's and an empty form, and does not go where it is sent.
func status(t *testing.T, w *portaltest.Town, client *http.Client, r page.Route) int {
	t.Helper()
	path := strings.TrimSuffix(variable.ReplaceAllString(r.Path, "1"), "{$}")
	request, err := http.NewRequestWithContext(t.Context(), r.Method, w.Server.URL+path, strings.NewReader(url.Values{}.Encode()))
	w.Must(err)
	if slices.Contains([]string{"POST", "PUT"}, r.Method) {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	request.Header.Set("Accept", "text/html")
	still := *client
	still.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := still.Do(request)
	w.Must(err)
	w.Must(answer.Body.Close())
	return answer.StatusCode
}
