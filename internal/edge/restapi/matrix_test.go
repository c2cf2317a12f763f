package restapi_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/web"
)

// everyone is every role; nobody, an operation that needs no token.
const (
	everyone = "alarm-team auditor case-officer delivery health-unit lock-manager provider registrar system-owner"
	nobody   = ""
)

// matrix is who may use which operation: every other role is turned away. An operation that is not here fails the test.
var matrix = map[string]string{
	"health":            nobody,
	"live":              nobody,
	"list-mass-changes": "case-officer lock-manager system-owner", "draft-mass-change": "case-officer lock-manager system-owner", "read-mass-change": "case-officer lock-manager system-owner", "list-mass-rows": "case-officer lock-manager system-owner",
	"review-mass-change": "case-officer lock-manager system-owner", "apply-mass-change": "case-officer lock-manager system-owner", "undo-mass-change": "case-officer lock-manager system-owner", "cancel-mass-change": "case-officer lock-manager system-owner", "continue-mass-change": "case-officer lock-manager system-owner",
	"list-webhooks": "system-owner", "register-webhook": "system-owner", "read-webhook": "system-owner", "rotate-webhook": "system-owner",
	"pause-webhook": "system-owner", "resume-webhook": "system-owner", "remove-webhook": "system-owner", "test-webhook": "system-owner",
	"list-messages": "system-owner", "read-message": "system-owner", "resend-message": "system-owner",
	"list-documentation": "case-officer lock-manager system-owner", "acknowledge-documentation": "case-officer lock-manager system-owner",
	"report-fault": "alarm-team case-officer delivery health-unit lock-manager provider system-owner", "list-faults": "alarm-team case-officer delivery health-unit lock-manager provider system-owner",
	"read-fault": "alarm-team case-officer delivery health-unit lock-manager provider system-owner", "assign-fault": "lock-manager system-owner", "end-fault": "lock-manager system-owner",
	"triage": everyone, "crisis": everyone, "crisis-paper": everyone,
	"record-on-call": "alarm-team delivery health-unit lock-manager provider system-owner", "list-on-call": "alarm-team delivery health-unit lock-manager provider system-owner",
	"read-on-call": "alarm-team delivery health-unit lock-manager provider system-owner", "settle-on-call": "lock-manager system-owner",
	"propose-charge": "lock-manager", "decide-charge": "lock-manager", "credit-charge": "lock-manager", "export-charges": "lock-manager",
	"list-charges": "alarm-team delivery health-unit lock-manager provider system-owner", "read-charge": "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-charge-exports": "lock-manager system-owner", "read-charge-export": "lock-manager system-owner",
	"list-tasks": "case-officer lock-manager provider system-owner", "read-task": "case-officer lock-manager provider system-owner",
	"count-tasks": "case-officer lock-manager system-owner", "add-task": "lock-manager", "read-visit": "lock-manager", "assign-task": "lock-manager",
	"book-task": "lock-manager", "told-task": "lock-manager", "unbook-task": "lock-manager", "start-task": "lock-manager", "cancel-task": "lock-manager",
	"undo-task": "lock-manager", "steps-task": "lock-manager provider", "complete-task": "lock-manager provider",
	"open-calendar": "lock-manager", "list-calendars": "lock-manager", "read-calendar": "lock-manager", "close-calendar": "lock-manager",
	"correct-address": "case-officer lock-manager", "list-addresses": "case-officer lock-manager",
	"list-receipts": "alarm-team delivery health-unit lock-manager provider", "draft-receipt": "alarm-team delivery health-unit lock-manager provider",
	"read-receipt": "alarm-team delivery health-unit lock-manager provider", "sign-receipt": "alarm-team delivery health-unit lock-manager provider",
	"cancel-receipt": "alarm-team delivery health-unit lock-manager provider", "receipt-paper": "alarm-team delivery health-unit lock-manager provider",
	"receipt-scan": "alarm-team delivery health-unit lock-manager provider", "receipt-form": everyone,
	"list-disclosures": everyone, "request-disclosure": everyone, "read-disclosure": everyone, "disclosure-extract": everyone, "list-disclosure-rows": everyone,
	"assess-disclosure": "lock-manager system-owner", "decide-disclosure": "lock-manager system-owner", "list-log": everyone,
	"list-erasures": "system-owner", "list-holds": "system-owner", "hold": "system-owner", "read-hold": "system-owner", "release-hold": "system-owner",
	"add-owner": "lock-manager system-owner", "change-owner": "lock-manager system-owner", "add-property": "lock-manager system-owner",
	"change-property": "lock-manager system-owner", "record-consent": "lock-manager system-owner", "withdraw-consent": "lock-manager system-owner",
	"ask-owners": "lock-manager system-owner", "remind-owners": "lock-manager system-owner", "letters-paper": "lock-manager system-owner",
	"reply": "lock-manager system-owner", "scan-consent": "lock-manager system-owner", "list-owners": "case-officer lock-manager registrar system-owner",
	"read-owner": "case-officer lock-manager registrar system-owner", "list-properties": "case-officer lock-manager registrar system-owner", "read-property": "case-officer lock-manager registrar system-owner",
	"read-standing": "case-officer lock-manager registrar system-owner", "list-consents": "case-officer lock-manager registrar system-owner", "read-consent": "case-officer lock-manager registrar system-owner",
	"read-letters": "case-officer lock-manager registrar system-owner", "list-letters": "case-officer lock-manager registrar system-owner", "list-letters-due": "case-officer lock-manager registrar system-owner",
	"read-reply": "case-officer lock-manager registrar system-owner", "consent-paper": "case-officer lock-manager registrar system-owner", "list-handovers": "case-officer lock-manager registrar system-owner",
	"read-handover": "case-officer lock-manager registrar system-owner", "handover-paper": "case-officer lock-manager registrar system-owner", "file-consent": "lock-manager registrar system-owner",
	"hand-over-consents": "lock-manager registrar system-owner", "record-client-answer": "alarm-team case-officer lock-manager",
	"list-anomalies": "lock-manager system-owner", "settle-anomaly": "lock-manager system-owner",
	"list-stock":              "lock-manager",
	"read-stock-levels":       "lock-manager",
	"receive-thing":           "lock-manager",
	"receive-file":            "lock-manager",
	"scrap-thing":             "lock-manager",
	"restock-lock":            "lock-manager",
	"list-supplies":           "lock-manager",
	"read-supply":             "lock-manager",
	"order-supply":            "lock-manager",
	"send-supply":             "lock-manager",
	"cancel-supply":           "lock-manager",
	"list-warranty-returns":   "lock-manager",
	"read-warranty-return":    "lock-manager",
	"return-thing":            "lock-manager",
	"remind-warranty-return":  "lock-manager",
	"settle-warranty-return":  "lock-manager",
	"issue-key":               "lock-manager",
	"hand-back-key":           "lock-manager",
	"replace-key":             "lock-manager",
	"swap-key":                "lock-manager",
	"decide-negligence":       "lock-manager",
	"read-key":                "alarm-team delivery health-unit lock-manager provider",
	"read-key-exposure":       "alarm-team delivery health-unit lock-manager provider",
	"miss-key":                "alarm-team delivery health-unit lock-manager provider",
	"lose-key":                "alarm-team delivery health-unit lock-manager provider",
	"find-key":                "alarm-team delivery health-unit lock-manager provider",
	"change-battery":          "alarm-team delivery health-unit lock-manager provider",
	"read-exchange":           "alarm-team delivery health-unit lock-manager provider",
	"report-broken-key":       "alarm-team delivery health-unit lock-manager provider",
	"book-exchange":           "alarm-team delivery health-unit lock-manager provider",
	"cancel-exchange":         "alarm-team delivery health-unit lock-manager provider",
	"read-cabinet":            "alarm-team delivery health-unit lock-manager provider",
	"set-up-cabinet":          "alarm-team delivery health-unit lock-manager provider",
	"move-cabinet":            "alarm-team delivery health-unit lock-manager provider",
	"name-keeper":             "alarm-team delivery health-unit lock-manager provider",
	"count-cabinet":           "alarm-team delivery health-unit lock-manager provider",
	"list-counts":             "alarm-team delivery health-unit lock-manager provider",
	"explain-difference":      "alarm-team delivery health-unit lock-manager provider",
	"read-group-instructions": "alarm-team delivery health-unit lock-manager provider",
	"acknowledge-instruction": "alarm-team delivery health-unit lock-manager provider",
	"set-equipment":           "alarm-team delivery health-unit lock-manager provider",
	"list-keys":               "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-batteries":          "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-exchanges":          "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-cabinets":           "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-differences":        "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-instructions":       "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-equipment":          "alarm-team delivery health-unit lock-manager provider system-owner",
	"station-out":             "alarm-team delivery health-unit lock-manager provider system-owner",
	"station-back":            "alarm-team delivery health-unit lock-manager provider system-owner",
	"place-station":           "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-staff":              "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-providers":          "alarm-team delivery health-unit lock-manager provider system-owner",
	"add-staff":               "alarm-team delivery health-unit lock-manager provider system-owner",
	"end-staff":               "alarm-team delivery health-unit lock-manager provider system-owner",
	"list-staff-orders":       "alarm-team delivery health-unit provider system-owner",
	"read-staff-order":        "alarm-team delivery health-unit provider system-owner",
	"order-staff":             "alarm-team delivery health-unit provider system-owner",
	"withdraw-staff-order":    "alarm-team delivery health-unit provider system-owner",
	"submit-phones":           "alarm-team delivery health-unit provider system-owner",
	"read-phones":             "alarm-team delivery health-unit provider system-owner",
	"file-routine":            "alarm-team delivery health-unit provider system-owner",
	"read-routines":           "alarm-team delivery health-unit provider system-owner",
	"publish-instruction":     "lock-manager system-owner",
	"block-station":           "lock-manager system-owner",
	"decide-staff-order":      "system-owner",
	"list-stations":           everyone,
	"read-station":            everyone,
	"place-order":             "alarm-team case-officer delivery health-unit lock-manager provider",
	"list-orders":             "alarm-team case-officer delivery health-unit lock-manager provider system-owner",
	"withdraw-order":          "alarm-team case-officer delivery health-unit lock-manager provider",
	"return-order":            "lock-manager",
	"record-lock-exception":   "case-officer lock-manager",
	"lift-lock-exception":     "case-officer lock-manager",
	"renumber-client":         "case-officer lock-manager system-owner",
	"read-order":              "alarm-team case-officer delivery health-unit lock-manager provider system-owner",
}

// described is what the committed description says of one operation.
type described struct {
	Method, Path string
	ID           string                `json:"operationId"`
	Security     []map[string][]string `json:"security"`
	Roles        []string              `json:"x-roles"`
	Parameters   []struct {
		Name, In string
		Required bool
	}
	Responses map[string]struct{ Content map[string]any }
}

func operations(t *testing.T) []described {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(handler(t, &desk{}).Spec(), &doc); err != nil {
		t.Fatal(err)
	}
	var all []described
	for path, methods := range doc.Paths {
		for method, text := range methods {
			o := described{Method: strings.ToUpper(method), Path: path}
			if err := json.Unmarshal(text, &o); err != nil {
				t.Fatal(err)
			}
			all = append(all, o)
		}
	}
	return all
}

var inBraces = regexp.MustCompile(`\{[^}]*\}`)

func (o described) call(token string) call {
	return call{method: o.Method, path: inBraces.ReplaceAllString(o.Path, "01890000-0000-7000-8000-000000000001"), body: "{}",
		headers: map[string]string{"Authorization": token, "If-Match": "*"}}
}

// Nobody may do what the matrix does not say, and everybody what it says.
func TestAuthorizationMatrix(t *testing.T) {
	router := web.New(web.Options{}, handler(t, &desk{}))
	for _, o := range operations(t) {
		may, listed := matrix[o.ID]
		if !listed {
			t.Errorf("%s is not in the matrix: say there who may use it", o.ID)
			continue
		}
		if got := strings.Join(o.Roles, " "); got != may {
			t.Errorf("%s: described as for %q, the matrix says %q", o.ID, got, may)
		}
		if may == nobody {
			continue
		}
		if w := o.call("").to(router); w.Code != 401 {
			t.Errorf("%s without a token: got %d", o.ID, w.Code)
		}
		for _, role := range identity.Roles() {
			w := o.call("Bearer " + string(role)).to(router)
			denied := w.Code == 403 && strings.Contains(w.Body.String(), "scope-missing")
			if want := !slices.Contains(strings.Fields(may), string(role)); denied != want || w.Code == 401 {
				t.Errorf("%s as %s: got %d, want it denied: %v", o.ID, role, w.Code, want)
			}
		}
	}
	if got := strings.Fields(everyone); len(got) != len(identity.Roles()) || !slices.IsSorted(got) {
		t.Errorf("everyone: %v", got)
	}
}

// A scope to read in a role lets nobody change anything.
func TestReadScopesOnlyRead(t *testing.T) {
	router := web.New(web.Options{}, handler(t, &desk{}))
	for _, o := range operations(t) {
		if !slices.Contains(o.Roles, string(routine.CaseOfficer)) {
			continue
		}
		w := o.call("Bearer reader").to(router)
		if denied := w.Code == 403; denied != (o.Method != "GET") {
			t.Errorf("%s %s with a scope to read: got %d", o.Method, o.ID, w.Code)
		}
	}
}

// Every operation is described in full: security, problems, pages where it lists, conditions where it changes.
func TestEveryOperationIsDescribedInFull(t *testing.T) {
	for _, o := range operations(t) {
		has := func(in, name string) bool {
			for _, p := range o.Parameters {
				if p.In == in && p.Name == name {
					return true
				}
			}
			return false
		}
		open := matrix[o.ID] == nobody
		if open != (len(o.Security) == 0) {
			t.Errorf("%s: security %v", o.ID, o.Security)
		}
		for _, status := range []string{"401", "403", "503"} {
			if _, ok := o.Responses[status].Content["application/problem+json"]; !ok && !open {
				t.Errorf("%s does not say what a problem with status %s looks like", o.ID, status)
			}
		}
		list := strings.HasPrefix(o.ID, "list-")
		if list != has("query", "after") || list != has("query", "limit") {
			t.Errorf("%s: a list has pages, and is called list-…", o.ID)
		}
		if _, csv := o.Responses["200"].Content["text/csv; charset=utf-8"]; list && !csv {
			t.Errorf("%s cannot be exported", o.ID)
		}
		secret := o.ID == "open-calendar" // its answer is a secret, so it is not remembered
		if o.Method != "GET" && !secret && !has("header", "If-Match") && !has("header", "Idempotency-Key") {
			t.Errorf("%s changes something on no condition", o.ID)
		}
		for _, name := range inBraces.FindAllString(o.Path, -1) {
			if !has("path", strings.Trim(name, "{}")) {
				t.Errorf("%s does not describe %s", o.ID, name)
			}
		}
	}
}
