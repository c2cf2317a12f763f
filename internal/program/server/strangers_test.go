package server_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/disclosure"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

const (
	canary = "Kanarie" // stands in everything of the city's that nobody else may read
	number = "189001189811"
)

var (
	cityCare    = routine.Who{Actor: "city", Organisation: city, Role: routine.Provider}
	cityManager = routine.Who{Actor: "manager", Organisation: city, Role: routine.LockManager}
)

// handles are all that names something of the city's: an outsider may know any of them.
type handles map[string]string

// cityLife gives the city's home care a client, staff, keys, a cabinet, receipts, faults, costs and requests.
func cityLife(ctx context.Context, m *municipality.Municipality) (handles, error) {
	now := time.Now()
	err := m.DB.Update(ctx, func(tx *storage.Tx) error {
		return errors.Join(
			tx.PutDwellings(ctx, []care.Dwelling{{ID: "d1", AddressKey: "a1", Street: canary + "vägen 7", PostalCode: "43299", Town: canary + "by"}}),
			tx.PutClients(ctx, []care.Client{{ID: "01890000-0000-7000-8000-0000000000c1", PersonalNumber: number, GivenName: canary, FamilyName: canary, DwellingID: "d1", Ended: routine.Forever}}),
			tx.PutLocks(ctx, []fleet.Lock{{ID: "l1", Serial: "DC1", Number: 1, Kind: fleet.Door, State: fleet.Mounted, DwellingID: "d1", MountedAt: now.AddDate(0, -1, 0), Epoch: 1}}),
			tx.PutKeys(ctx, []fleet.Key{{ID: "k1", Device: 1, Number: "N1", GroupID: "g1", State: fleet.KeyIssued}, {ID: "k2", Device: 2, Number: "N2", GroupID: "g1", State: fleet.KeyIssued}}),
			tx.PutStation(ctx, fleet.Station{ID: "s1", Device: 1, Name: "Norrstationen", GroupID: "g1"}, "hash"),
			tx.PutStaff(ctx, []care.Staff{{ID: "a1", EmployeeNumber: "7001", Pseudonym: 501, GivenName: canary, FamilyName: canary}}),
			tx.PutMemberships(ctx, []care.Membership{{StaffID: "a1", GroupID: "g1", From: now.AddDate(0, -1, 0), Until: routine.Forever}}))
	})
	h := handles{"client": "01890000-0000-7000-8000-0000000000c1", "lock": "DC1", "key": "N1", "group": "G001", "station": "Norrstationen", "employee": "7001",
		"organisation": city, "number": number, "nothing": "01890000-0000-7000-8000-0000000000ff"}
	step := func(name string, f func() (string, error)) {
		if err == nil {
			if h[name], err = f(); err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	step("order", func() (string, error) {
		o, err := m.Casework.Place(ctx, casework.Orderer{Organisation: city, Role: routine.CaseOfficer, Actor: "officer"}, casework.NewOrder{Kind: routine.HomeCareGranted,
			PersonalNumber: number, Group: "G001", Effective: now.AddDate(0, 0, -2), OpensSelf: true, Channel: casework.ChannelAPI, Reason: canary})
		return o.ID, err
	})
	step("task", func() (string, error) {
		t, err := m.Casework.AddTask(ctx, cityManager, casework.NewTask{Kind: routine.ServiceLock, Serial: "DC1", Note: canary})
		return t.ID, err
	})
	step("receipt", func() (string, error) {
		r, err := m.Casework.DraftReceipt(ctx, cityManager, casework.NewReceipt{PersonalNumber: number, NewReceipt: receipt.NewReceipt{Purpose: receipt.InBox,
			Door: receipt.OwnDoor, Copies: 1, To: receipt.Holder{Kind: receipt.Provider, ID: city}}})
		h["physical key"] = r.KeyID
		return r.ID, err
	})
	step("fault", func() (string, error) {
		f, err := m.Faults.Report(ctx, cityCare, casework.FaultReport{Thing: support.Key, Label: "N1", Description: canary})
		return f.ID, err
	})
	step("on-call", func() (string, error) {
		o, err := m.Support.RecordCall(ctx, cityCare, support.NewOnCall{Called: now.Add(-time.Hour), Reason: canary})
		return o.ID, err
	})
	step("charge", func() (string, error) {
		c, err := m.Support.Propose(ctx, cityManager, support.Proposal{Source: "x", Kind: routine.CostMove, Each: 100, Payers: support.Payers{Provider: city},
			Facts: []support.Fact{{Name: "note", Value: canary}}})
		if err == nil {
			c, err = m.Support.Decide(ctx, cityManager, c.ID, support.Decision{State: support.Approved, Reason: canary})
		}
		return c.ID, err
	})
	step("disclosure", func() (string, error) {
		d, err := m.Disclosures.Ask(ctx, cityCare, disclosure.Request{Requester: canary, Function: "enhetschef", Purpose: disclosure.Incident, Reason: canary,
			Scope: disclosure.OfClient, Name: number, From: now.AddDate(0, 0, -1), Until: now})
		return d.ID, err
	})
	step("exchange", func() (string, error) {
		e, err := m.Fleet.Pool.ReportBroken(ctx, cityCare, "N2", fleet.Damaged, canary, time.Time{})
		return e.ID, err
	})
	step("cabinet", func() (string, error) {
		c, err := m.Fleet.Cabinets.SetUp(ctx, cityCare, "G001", canary)
		return c.ID, err
	})
	step("count", func() (string, error) {
		c, err := m.Fleet.Cabinets.Count(ctx, cityCare, "G001", nil)
		return c.ID, err
	})
	step("instruction", func() (string, error) {
		i, err := m.Fleet.Cabinets.Publish(ctx, cityManager, fleet.Instruction{Subject: fleet.StationSubject, Title: canary, Body: canary}, "G001")
		return i.ID, err
	})
	return h, err
}

// worded is a request body with the city's names where names are asked for, and something valid elsewhere.
func (h handles) worded(name string) any {
	if v, ok := map[string]string{"client_id": h["client"], "personal_number": number, "new_number": "189001199802", "key_id": h["physical key"], "about": h["client"], "scope": "client",
		"group": "G001", "to_group": "G002", "number": "N1", "label": "N1", "thing": "key", "serial": "DC1", "employee_number": "7001", "fault_id": h["fault"], "order_id": h["order"],
		"count_id": h["count"], "instruction_id": h["instruction"], "payer_organisation": city, "organisation": city, "kind": "homecare-ended", "purpose": "incident", "function": "enhetschef",
		"requester": "Vera", "cause": "damaged", "duty": "cabinet", "item": "keys", "how": "screen", "signed_from": "A", "signed_to": "B", "door": "own", "replacement": "N2", "state": "remedied",
		"given_name": "Vera", "family_name": "Ek", "received": "2026-01-02", "valid_until": "2030-01-02", "effective": time.Now().AddDate(0, 0, 3).Format(time.DateOnly),
		"postal_code": "43299", "called": time.Now().Add(-time.Hour).Format(time.RFC3339), "until": time.Now().Format(time.RFC3339)}[name]; ok {
		return v
	}
	return "2026-11-02"
}

func (a *target) forged(s schema, name string, h handles) any {
	if s.Ref != "" {
		s = a.schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]]
	}
	switch kind := fmt.Sprint(s.Type); {
	case len(s.Properties) > 0:
		out := map[string]any{}
		for name, p := range s.Properties {
			if name == "to" {
				out[name] = map[string]any{"kind": "provider", "organisation": firm}
			} else if name != "$schema" && name != "scan" && name != "doubt" && name != "client_id" && name != "on_behalf_of" && name != "on_behalf_role" {
				out[name] = a.forged(p, name, h)
			}
		}
		return out
	case s.Items != nil:
		return []any{a.forged(*s.Items, name, h)}
	case strings.Contains(kind, "integer"):
		return 1
	case strings.Contains(kind, "boolean"):
		return true
	}
	return h.worded(name)
}

// seen is everything of the city's that its own systems read.
func (a *target) seen(h handles) map[string]string {
	a.t.Helper()
	out := map[string]string{}
	for _, o := range a.ops {
		if o.Method != http.MethodGet || strings.HasSuffix(o.Path, "/rows") || o.ID == "list-erasures" || o.ID == "crisis" || o.ID == "crisis-paper" || o.ID == "receipt-paper" || o.ID == "receipt-form" {
			continue // read at another instant they differ by themselves, or they are written by reading
		}
		for _, v := range h {
			path := inBraces.ReplaceAllString(o.Path, url.PathEscape(v))
			if status, text := a.call("all", http.MethodGet, path, "", nil); status == 200 {
				out[path] = string(text)
			}
		}
	}
	if len(out) < 40 {
		a.t.Fatalf("the city sees only %d things", len(out))
	}
	return out
}

// mayDo are what an outsider may do, since it is not about the city's matters: it reports a fault at a thing that it stands
// before, and the city's own view of that changes.
var mayDo = map[string]bool{"report-fault": true, "record-on-call": true}

// proves S-b, V2.7-a: whatever an organisation knows of another's ids, numbers and names, it reads nothing of theirs and changes
// nothing of theirs, by any operation.
func TestNothingOfAnotherOrganisationIsReadOrChanged(t *testing.T) {
	// who may see what is decided above the engines: one is enough
	var h handles
	a := attacked(t, t.TempDir(), func(ctx context.Context, m *municipality.Municipality) (err error) {
		h, err = cityLife(ctx, m)
		return err
	})
	before := a.seen(h)
	for _, o := range a.ops {
		if mayDo[o.ID] {
			continue
		}
		media, body := "application/json", []byte(nil)
		if o.RequestBody != nil {
			media, body = a.body(o, "x")
			if media == "application/json" {
				body = encode(t, a.forged(o.RequestBody.Content[media].Schema, "", h))
			}
		}
		a.assault(o, "firm", h, media, body)
	}
	after := a.seen(h)
	for path, was := range before {
		if now := after[path]; now != was {
			t.Errorf("%s was changed by another organisation:\n%s\n%s", path, was, now)
		}
		delete(after, path)
	}
	for path := range maps.Keys(after) {
		t.Errorf("%s was made by another organisation: %s", path, after[path])
	}
}

// assault calls an operation with every handle in its path, and in every condition of a list.
func (a *target) assault(o operation, token string, h handles, media string, body []byte) {
	a.t.Helper()
	paths := map[string]bool{}
	for _, v := range h {
		path := inBraces.ReplaceAllString(o.Path, url.PathEscape(v))
		paths[path] = true
		for _, p := range o.Parameters {
			if p.In == "query" && o.Method == http.MethodGet && p.Name != "after" && p.Name != "limit" && p.Name != "format" {
				paths[path+"?"+p.Name+"="+url.QueryEscape(v)] = true
			}
		}
	}
	for path := range paths {
		status, text := a.call(token, o.Method, path, media, body)
		if bytes.Contains(text, []byte(canary)) {
			a.t.Errorf("%s %s tells %d %s", o.ID, path, status, text)
		}
		if status >= 500 {
			a.t.Errorf("%s %s fails: %d %s", o.ID, path, status, text)
		}
	}
}
