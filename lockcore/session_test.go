package lockcore_test

import (
	"testing"
	"time"

	"hemnyckel/credential"
)

func TestVisitOpensAndSendsItsLogHome(t *testing.T) {
	w := newWorld(t)
	first := w.visit(w.blockList(credential.BlockList{}))
	if first.verdict.Code != credential.OK || first.bolts != 1 || first.opened.Seq == 0 {
		t.Fatalf("got %+v, want an opening", first)
	}
	if len(first.up.Batches) != 1 {
		t.Fatalf("got %d batches, want 1", len(first.up.Batches))
	}
	signed, _, err := w.auth.OpenBatch(first.up.Batches[0])
	if err != nil {
		t.Fatal(err)
	}
	b, err := credential.Verifier{}.Batch(signed, w.lock.Key())
	if err != nil {
		t.Fatal(err)
	}
	var opened int
	for _, r := range b.Records {
		if r.Event == credential.EventOpened && r.Key == keyID && r.Activation == credential.ActivationSerial(stationID, 1) {
			opened++
		}
	}
	if opened != 1 || b.Prev != credential.ChainStart(w.lock.Key()) {
		t.Errorf("got %d openings in a batch from %x, want 1 from the chain's start", opened, b.Prev[:4])
	}
	w.now = w.now.Add(time.Hour)
	w.wantCode(credential.OK)
}
