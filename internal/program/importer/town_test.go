package importer_test

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hemnyckel/internal/domain/access"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/storage"
)

// People of a small municipality: the tax agency's test numbers.
const (
	alma  = "189001019802"
	bo    = "189001029819"
	cilla = "189001039800"
)

// rows are the registers of a small municipality: by table, without their headers.
type rows map[string][]string

// with returns rows where some tables are others.
func (r rows) with(tables rows) rows {
	out := maps.Clone(r)
	maps.Copy(out, tables)
	return out
}

// here is a small municipality before anything is in it but providers and groups.
var here = rows{
	"utforare": {"212000-9002;Kommunen;kommunal", "556522-5629;Omsorgen AB;privat"},
	"grupper": {"G1;Hem 1;212000-9002;hemtjänst;5", "G2;Hem 2;556522-5629;hemtjänst;5", "GL;Land;212000-9002;landsbygd;5",
		"GT;Trygg;212000-9002;trygghet;5", "GH;Hsv;212000-9002;hsv;5"},
}

// client is a row of kunder.
func client(who, street, apartment, entrance string) string {
	return fmt.Sprintf("%s;A;B;%s;432 45;Orten;%s;%s;;;;", who, street, apartment, entrance)
}

// care is a row of insatser: home care by a group from a day.
func care(who, group, from, until string) string {
	return fmt.Sprintf("%s;hemtjänst;%s;%s;%s;ja;nej", who, group, from, until)
}

func door(serial, who string) string { return serial + ";duo;monterad;" + who + ";;2025-01-01" }

// write makes a folder of the registers.
func (r rows) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for table, header := range map[string]string{
		"utforare":    "orgnr;namn;regi",
		"grupper":     "grupp;namn;orgnr;typ;max_samtidigt",
		"kunder":      "personnummer;förnamn;efternamn;gatuadress;postnr;ort;lägenhet;port;telefon;skyddad;anhörig;anhörig_telefon",
		"insatser":    "personnummer;insats;grupp;från;till;verkställd;öppnar_själv",
		"las":         "serienr;typ;status;personnummer;port;monterad",
		"medarbetare": "anst_nr;förnamn;efternamn;e-post;telefon;grupp;från;till",
		"nycklar":     "nyckel;grupp;status;batteri_bytt",
		"samtycken":   "fastighet;ort;ägare;samtycke;datum;diarienr",
	} {
		text := strings.Join(append([]string{header}, r[table]...), "\n") + "\n"
		if err := os.WriteFile(filepath.Join(dir, table+".csv"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// town is a municipality that registers are read into, again and again.
type town struct {
	*municipality.Municipality
}

// reads imports registers without a fault.
func (m town) reads(t *testing.T, r rows) *importer.Result {
	t.Helper()
	result := run(t, m.Municipality, r.write(t), options(t))
	if len(result.Rejected) > 0 {
		t.Fatalf("rejected: %+v", result.Rejected)
	}
	return result
}

// wantRights compares the rights with "client lock group", without those of the past, in order.
func (m town) wantRights(t *testing.T, what string, want ...string) {
	t.Helper()
	got := []string{}
	m.view(t, func(ctx context.Context, tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(ctx, []string{alma, bo, cilla})
		if err != nil {
			return err
		}
		groups, err := tx.Groups(ctx)
		if err != nil {
			return err
		}
		codes := map[string]string{}
		for _, g := range groups {
			codes[g.ID] = g.Code
		}
		locks, err := tx.LocksBySerial(ctx, []string{"L1", "L2", "E1"})
		if err != nil {
			return err
		}
		for who, c := range clients {
			rights, err := tx.RightsOf(ctx, []string{c.ID})
			if err != nil {
				return err
			}
			for serial, l := range locks {
				for _, r := range rights {
					if r.LockID == l.ID && access.May([]access.Right{r}, today.Start(options(t).Location)) {
						got = append(got, map[string]string{alma: "alma", bo: "bo", cilla: "cilla"}[who]+" "+serial+" "+codes[r.GroupID])
					}
				}
			}
		}
		return nil
	})
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s: rights: got %q, want %q", what, got, want)
	}
}

func (m town) view(t *testing.T, f func(ctx context.Context, tx *storage.Tx) error) {
	t.Helper()
	if err := m.DB.View(t.Context(), func(tx *storage.Tx) error { return f(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// told counts the journal's entries of a kind about a client.
func (m town) told(t *testing.T, kind journal.Kind, who string) (n int) {
	t.Helper()
	m.view(t, func(ctx context.Context, tx *storage.Tx) error {
		clients, err := tx.ClientsByNumber(ctx, []string{who})
		if err != nil {
			return err
		}
		entries, err := journal.Timeline(ctx, tx, clients[who].ID, 100, "")
		for _, e := range entries {
			if e.Kind == kind {
				n++
			}
		}
		return err
	})
	return n
}
