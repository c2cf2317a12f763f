package restapi_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"hemnyckel/api"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// Work is laid up, booked and cancelled over the wire; two people never overwrite each other; the technician's calendar follows.
//
// proves V5.1-a, V5.5-b
func TestFieldWorkOverHTTP(t *testing.T) {
	db := storagetest.Open(t, t.TempDir(), storage.Options{})
	to := newTown(t, db)
	if err := db.Update(t.Context(), func(tx *storage.Tx) error {
		return tx.PutStaff(t.Context(), []care.Staff{{ID: "s1", EmployeeNumber: "T1", Pseudonym: 1}})
	}); err != nil {
		t.Fatal(err)
	}
	c, _ := to.client(t, municipality, identity.Scope("role:lock-manager"))
	made, err := c.AddWork(t.Context(), "k1", api.NewWork{Kind: "service", PersonalNumber: anna, Note: "kärvar"})
	if err != nil {
		t.Fatal(err)
	}
	seen, tag, err := c.Work(t.Context(), made.Task.ID)
	if err != nil || seen.Task.Number != made.Task.Number || seen.Why == "" {
		t.Fatalf("read: got %+v, %v", seen, err)
	}
	from := time.Now().Add(48 * time.Hour)
	booked, err := c.BookWork(t.Context(), made.Task.ID, tag, api.NewBooking{From: from, Until: from.Add(time.Hour), Employee: "T1"})
	if err != nil || booked.Task.State != "booked" || booked.Task.Employee != "T1" {
		t.Fatalf("booked: got %+v, %v", booked.Task, err)
	}
	if _, err := c.CancelWork(t.Context(), made.Task.ID, tag, "nej"); !errors.Is(err, &api.Problem{Code: "if-match-failed"}) {
		t.Errorf("a change of what has changed since: got %v, want if-match-failed", err)
	}
	cal, err := c.OpenCalendar(t.Context(), "k2", "T1")
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Get(to.url + cal.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if !strings.Contains(string(text), made.Task.Number) || strings.Contains(string(text), "Elsa") || strings.Contains(string(text), "Storgatan") {
		t.Errorf("the calendar: got %s, want the number and neither name nor street", text)
	}
	if _, err := c.CloseCalendar(t.Context(), cal.ID); err != nil {
		t.Fatal(err)
	}
	if resp, err := http.Get(to.url + cal.Path); err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("closed: got %v, %v, want 404", resp.Status, err)
	}
	rows := 0
	for row, err := range c.Worklist(t.Context(), api.WorkFilter{Kind: "service"}) {
		if err != nil || row.BookedFrom == nil || row.Town != "Staden" {
			t.Errorf("the worklist: got %+v, %v", row, err)
		}
		rows++
	}
	var file strings.Builder
	if err := c.Export(t.Context(), "/api/v1/tasks?format=csv", &file); err != nil || rows != 1 || !strings.Contains(file.String(), made.Task.Number) {
		t.Errorf("as a file: got %q, %v, and %d rows", file.String(), err, rows)
	}
}
