package portal_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
)

// proves V5.1-a: the queue leaves whole, as a file and on paper, however many pages it has; whose doors it is at is in the journal, and
// somebody with protected identity is named in neither.
func TestTheQueueLeavesWhole(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	technicians(w)
	protected, ulla := w.ID("clients", portaltest.Åke), w.ID("clients", portaltest.Ulla)
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		var tasks []casework.Task
		for i := range 120 {
			client := ulla
			if i%2 == 0 {
				client = protected
			}
			tasks = append(tasks, casework.Task{ID: fmt.Sprintf("01a00000-0000-7000-8000-0000000c%04d", i), Number: fmt.Sprintf("KO%02d-%04d", i%10, i), ClientID: client,
				Kind: routine.ServiceLock, Rule: routine.RuleConsent, State: casework.TaskOpen, Due: w.At(6, 20, 0, 0), Created: w.Clock.Time, Note: "Åke Brännström ringde"})
		}
		return tx.InsertTasks(ctx, tasks)
	})
	v := w.Visitor(portaltest.Technician)
	portaltest.Says(t, v.Get("/arbete", 200), "Hämta listan:", "Skriv ut listan")
	csv := v.Get("/arbete?slag=service&format=csv&efter=skr%C3%A4p", 200)
	if n := strings.Count(csv, "\n"); n < 121 {
		t.Errorf("%d lines, want the heading and 120 tasks", n)
	}
	for _, line := range strings.Split(csv, "\n") {
		if strings.Contains(line, "Hemliga") || strings.Contains(line, "Åke") && !strings.Contains(line, "Ulla") {
			t.Errorf("the file says where somebody with protected identity lives: %s", line)
		}
	}
	if pdf := v.Get("/arbete/lista.pdf?slag=service", 200); !strings.HasPrefix(pdf, "%PDF-") {
		t.Errorf("no paper: %.20q", pdf)
	}
	seen := map[string]bool{}
	for _, r := range w.Reads(ulla) {
		seen[r.Value("purpose")] = true
	}
	if !seen[casework.QueueTaken] || !seen[casework.QueuePrinted] {
		t.Errorf("reads of the client: got %v, want a file and a print", seen)
	}
	v.Get("/arbete?format=csv&omrade=abc", 400)
	v.Get("/arbete/lista.pdf?omrade=abc", 400)
}
