package locks_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/keysync"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// proves V5.7-c: a door's page says who may open it in sentences, and draws what each right rests on, from decision to opening.
func TestOneDoor(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		w.Update(func(ctx context.Context, tx *storage.Tx) error {
			locks, err := tx.LocksBySerial(ctx, []string{"DC10002"})
			if err != nil {
				return err
			}
			return tx.PutLockHeads(ctx, []keysync.Head{{Lock: locks["DC10002"].Number, BlockList: 1, Config: 2, Battery: 38, Seen: w.At(6, 3, 11, 2), Ack: []byte("ack")}})
		})
		at := "/las/" + w.ID("locks", "DC10002")
		page := w.Visitor(portaltest.Technician).Get(at, 200)
		portaltest.Says(t, page, "Dörrlås DC10002", "Monterat", "Maj-Britt Hansson", "Hemtjänst Norr 1 får öppna dörrlåset från 19 januari 2026 till och med 14 juni 2026.",
			"Omsorg Syd Centrum kommer att få öppna dörrlåset från 15 juni 2026 tills vidare.", "2 av gruppens nycklar är synkade", "38 % läst för 3 h sedan", "Port PT30007",
			"Version 2", "Dörr öppnad", "Nyckel: N00001 är synkad, för 3 h sedan, gäller till 8 juni 2026 kl. 11.02", "Öppning: Dörrlås DC10002, senast 3 juni 2026 kl. 07.41 med nyckel N00001")
		portaltest.Hides(t, portaltest.Text(page), "03.33") // what the lock did at another door before it was mounted here
		for _, must := range []string{`role="img"`, "chain-across", "chain-down"} {
			if !strings.Contains(page, must) {
				t.Errorf("the picture lacks %s", must)
			}
		}
		portaltest.Hides(t, page, " style=", "<script>")
		if got := w.Reads(w.ID("locks", "DC10002")); len(got) != 1 || got[0].Value("purpose") != "lock" {
			t.Errorf("reads of the lock: got %v", got)
		}
		if got := w.Reads(w.ID("clients", portaltest.MajBritt)); len(got) != 1 {
			t.Errorf("reads of the client: got %d, want 1", len(got))
		}
		portaltest.Says(t, w.Visitor(portaltest.Technician).Get("/las/"+w.ID("locks", "PT30007"), 200), "Port PT30007", "P-Sjöstigen82", "Kunder bakom porten 1", "Varför?")
	})
}

// proves that the page of a lock at somebody with protected identity says neither who nor where.
func TestDoorOfTheProtected(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	page := w.Visitor(portaltest.Technician).Get("/las/"+w.ID("locks", "NG10001"), 200)
	portaltest.Says(t, page, "Nyckelgömma NG10001", "Skyddad identitet", "Skyddad uppgift")
	portaltest.Hides(t, page, "Åke", "Brännström", "Hemliga gatan", "0700-000002", portaltest.Åke)
}

// proves that a lock at nobody's client looks like one that is not there.
func TestWhoseDoor(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	door, box := "/las/"+w.ID("locks", "DC10002"), "/las/"+w.ID("locks", "NG10001")
	provider := w.Visitor(portaltest.Manager)
	portaltest.Says(t, provider.Get(door, 200), "Maj-Britt Hansson", "Anmäl fel på låset")
	provider.Get(box, 404)
	for _, id := range []string{"nobody", "%27%20OR%201=1", strings.Repeat("9", 300)} {
		w.Visitor(portaltest.Technician).Get("/las/"+id, 404)
	}
	owner := w.Visitor(portaltest.Owner).Get(door, 200)
	portaltest.Says(t, owner, "Dörrlås DC10002", "Ingen kund som du får läsa om")
	portaltest.Hides(t, owner, "Maj-Britt", "Sjöstigen")
	portaltest.Says(t, w.Visitor(portaltest.Owner).Get(door+"?lang=en", 200), "Door lock DC10002", "Who may open")
}

func TestListOfLocks(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		return tx.PutLocks(ctx, []fleet.Lock{{ID: "lager", Serial: "DC99999", Number: 9999, Kind: fleet.Door, State: fleet.InStock}})
	})
	v := w.Visitor(portaltest.Technician)
	page := v.Get("/las", 200)
	portaltest.Says(t, page, "DC10002", "NG10001", "PT30007", "DC99999", "I lager")
	portaltest.Hides(t, page, "Hansson", "Sjöstigen")
	portaltest.Hides(t, v.Get("/las?lage=stock", 200), "DC10002")
	portaltest.Says(t, v.Get("/las?nummer=%25", 200), "Inga lås passar")
	portaltest.Says(t, v.Get("/las/lager", 200), "Låset sitter inte på någon dörr")
	portaltest.Says(t, v.Get("/las?format=csv", 200), "DC10002")
}

// A file of locks is whole, or says that it cannot be; what a lock has not told is empty, not nought.
func TestAFileOfLocksIsWhole(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	if csv := v.Get("/las?nummer=PT30007&format=csv", 200); !strings.Contains(csv, "PT30007") || strings.Contains(csv, ";0;") {
		t.Errorf("got the file %q, want no battery of a lock that has told of none", csv)
	}
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		var locks []fleet.Lock
		for i := range casework.MaxLockFile + 1 {
			locks = append(locks, fleet.Lock{ID: fmt.Sprintf("lager%05d", i), Serial: fmt.Sprintf("XX%05d", i), Number: uint32(20_000 + i), Kind: fleet.Door, State: fleet.InStock})
		}
		return tx.PutLocks(ctx, locks)
	})
	portaltest.Says(t, v.Get("/las?format=csv", 413), "för lång för en fil")
	v.Get("/las?nummer=XX0000&format=csv", 200)
}
