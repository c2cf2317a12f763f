package restapi_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/restapi"
	"hemnyckel/internal/edge/web"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
	"hemnyckel/profiles"
)

// registry is a town with the routine of Varberg, and a register of owners.
type registry struct {
	town
	register *consent.Service
}

func newRegistry(t *testing.T, db *storage.DB) registry {
	t.Helper()
	to := newTown(t, db)
	profile, err := profiles.Load("varberg")
	if err != nil {
		t.Fatal(err)
	}
	zone := stockholm(t)
	orders := casework.NewService(txn.Narrow(db, func(tx *storage.Tx) casework.Tx { return tx }), profile)
	register := consent.NewService(txn.Narrow(db, func(tx *storage.Tx) consent.Tx { return tx }), profile, zone)
	h := restapi.New(restapi.Options{Orders: orders, Tokens: to.tokens, Requests: storage.NewRequests(db), Consents: casework.NewConsents(orders, zone),
		Register: register, Zone: zone, Clock: noon})
	server := httptest.NewServer(web.New(web.Options{}, h))
	t.Cleanup(server.Close)
	return registry{town{server.URL, to.tokens}, register}
}

// raw sends a request that the typed client does not have, such as one for a file.
func (to town) raw(t *testing.T, role routine.Role, method, path, mediaType string, body []byte) (int, string, []byte) {
	t.Helper()
	_, secret, err := to.tokens.Create(t.Context(), "test", municipality, []identity.Scope{identity.ScopeOf(role)}, time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, to.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	r.Header.Set("Content-Type", mediaType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	out, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Content-Type"), out
}

// From a street without consent to a filed answer, as another program does it.
//
// proves V5.3-a, V5.3-b, V5.3-c, V5.3-d, V5.3-e
func TestConsentFromLetterToDiary(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		to := newRegistry(t, db)
		manager, _ := to.client(t, municipality, identity.ScopeOf(routine.LockManager))
		archive, _ := to.client(t, municipality, identity.ScopeOf(routine.Registrar))
		firm, _ := to.client(t, provider, identity.ScopeOf(routine.Provider))

		owner, err := manager.AddOwner(ctx, "o1", api.Owner{Kind: "association", Name: "Brf Åskan", Street: "Åsgatan 1", PostalCode: "12345", Town: "Staden"})
		if err != nil {
			t.Fatal(err)
		}
		property, err := manager.AddProperty(ctx, "p1", api.Property{Designation: "Åskan 1", Owners: []string{owner.ID}, Addresses: []api.Address{{Street: "Storgatan 1", Town: "Staden"}}})
		if err != nil {
			t.Fatal(err)
		}
		job, err := manager.AskOwners(ctx, "a1", api.NewLetters{Street: "storgatan", Town: "staden"})
		if err != nil || job.Wanted != 1 || job.Finished {
			t.Fatalf("asked: %+v, %v", job, err)
		}
		if status, _, _ := to.raw(t, routine.LockManager, "GET", "/api/v1/consent-letters/"+job.ID+"/pdf", "", nil); status != http.StatusConflict {
			t.Errorf("printed before it was made: got %d", status)
		}
		if _, err := to.register.MakeLetters(ctx); err != nil {
			t.Fatal(err)
		}
		status, mediaType, pdf := to.raw(t, routine.LockManager, "GET", "/api/v1/consent-letters/"+job.ID+"/pdf", "", nil)
		if status != 200 || mediaType != "application/pdf" || !bytes.HasPrefix(pdf, []byte("%PDF-")) {
			t.Errorf("printed: got %d, %s, %.20q", status, mediaType, pdf)
		}
		var letter api.Letter
		for l, err := range manager.Letters(ctx, job.ID) {
			if err != nil {
				t.Fatal(err)
			}
			letter = l
		}

		found, seen, err := manager.LetterCase(ctx, "hemnyckel-"+letter.Code)
		if err != nil || found.Consent.Answer != "requested" || found.Letter.About[0] != "Storgatan 1, Staden (Åskan 1)" {
			t.Fatalf("by its code: %+v, %v", found, err)
		}
		reply := api.SlipReply{ConsentAnswer: api.ConsentAnswer{Answer: "given", How: "written", Date: time.Now().In(stockholm(t)).Format(time.DateOnly), Things: []string{"door"}}}
		if _, err := firm.Reply(ctx, letter.Code, seen, reply); !errors.Is(err, &api.Problem{Code: "scope-missing"}) {
			t.Errorf("a provider's reply: %v", err)
		}
		answered, err := manager.Reply(ctx, letter.Code, seen, reply)
		if err != nil || answered.Answer != "given" || !answered.Partial {
			t.Fatalf("replied: %+v, %v", answered, err)
		}
		if _, err := manager.Reply(ctx, letter.Code, seen, reply); !errors.Is(err, &api.Problem{Code: "if-match-failed"}) {
			t.Errorf("replied unseen: %v", err)
		}
		standing, err := manager.Standing(ctx, property.ID)
		if err != nil || len(standing.Houses) != 3 {
			t.Fatalf("standing: %+v, %v", standing, err)
		}
		for _, h := range standing.Houses {
			if want := map[bool]string{true: "given", false: "refused"}[h.Thing == "door"]; h.Answer != want {
				t.Errorf("%s: got %s, want %s", h.Thing, h.Answer, want)
			}
		}
		to.filed(t, manager, archive, answered)
	})
}

// filed takes an answer to the diary, with its paper.
func (to registry) filed(t *testing.T, manager, archive *api.Client, answered api.Consent) {
	t.Helper()
	ctx := t.Context()
	paper := "/api/v1/consents/" + answered.ID + "/paper"
	if status, _, body := to.raw(t, routine.LockManager, "POST", paper, "application/pdf", []byte("<html>")); status != 400 && status != 422 {
		t.Errorf("a page for a paper: got %d, %s", status, body)
	}
	for range 2 { // the same paper twice is no harm
		if status, _, body := to.raw(t, routine.LockManager, "POST", paper, "application/pdf", []byte("%PDF-1.7 x")); status != 201 {
			t.Fatalf("scanned: got %d, %s", status, body)
		}
	}
	if status, _, _ := to.raw(t, routine.LockManager, "POST", paper, "application/pdf", []byte("%PDF-1.7 y")); status != http.StatusConflict {
		t.Errorf("replaced by another: got %d", status)
	}
	if status, mediaType, body := to.raw(t, routine.Registrar, "GET", paper, "", nil); status != 200 || mediaType != "application/pdf" || string(body) != "%PDF-1.7 x" {
		t.Errorf("the paper: got %d, %s, %q", status, mediaType, body)
	}
	list, err := manager.HandOverConsents(ctx, "h1")
	if err != nil {
		t.Fatal(err)
	}
	if status, _, body := to.raw(t, routine.Registrar, "GET", "/api/v1/consent-handovers/"+list.ID+"/pdf", "", nil); status != 200 || !bytes.HasPrefix(body, []byte("%PDF-")) {
		t.Errorf("the list on paper: got %d", status)
	}
	if status, _, body := to.raw(t, routine.Registrar, "GET", "/api/v1/consents?format=csv&handover="+list.ID, "", nil); status != 200 || !strings.Contains(string(body), answered.ID) {
		t.Errorf("the list as a file: got %d, %s", status, body)
	}
	_, seen, err := archive.Consent(ctx, answered.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := archive.FileConsent(ctx, answered.ID, seen, "SN 2026/17"); err != nil || got.Diary != "SN 2026/17" || !got.Paper {
		t.Errorf("filed: %+v, %v", got, err)
	}
	for c, err := range archive.Consents(ctx, api.ConsentFilter{Unfiled: true}) {
		t.Errorf("still not filed: %+v, %v", c, err)
	}
}

// proves V8-b
func TestAClientsAnswerIsRecorded(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		to := newRegistry(t, db)
		alarm, _ := to.client(t, municipality, identity.ScopeOf(routine.AlarmTeam))
		got, err := alarm.RecordClientAnswer(t.Context(), "c1", api.ClientAnswer{PersonalNumber: anna, Agrees: true, AskedBy: "Eva"})
		if err != nil || got.ClientID != "c1" || got.Basis != "asked" || !got.Agrees {
			t.Errorf("got %+v, %v", got, err)
		}
		if _, err := alarm.RecordClientAnswer(t.Context(), "c2", api.ClientAnswer{PersonalNumber: anna, Agrees: true}); !errors.Is(err, &api.Problem{Code: "consent-invalid"}) {
			t.Errorf("asked by nobody: %v", err)
		}
	})
}
