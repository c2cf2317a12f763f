package registers_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/edge/registers"
)

const day = swedish.Date(2026_11_23)

// tiny is a municipality of two clients that live together, without faults.
func tiny() map[string]string {
	return map[string]string{
		"utforare.csv": "orgnr;namn;regi\n212000-9010;Hemtjänsten;kommunal\n",
		"grupper.csv":  "grupp;namn;orgnr;typ;max_samtidigt\nG1;Norr;212000-9010;hemtjänst;12\nG2;Larm;212000-9010;trygghet;8\n",
		"kunder.csv": "personnummer;förnamn;efternamn;gatuadress;postnr;ort;lägenhet;port;telefon;skyddad;anhörig;anhörig_telefon\n" +
			"280219-7059;Åsa;Tallbom;Lotsgränd 1;99110;Låsby;1101;P-1;;;;\n" +
			"210905+9259;Ivar;Tallbom; lotsgränd  1;991 10;LÅSBY;1101;P-1;;S;;\n",
		"insatser.csv":    "personnummer;insats;grupp;från;till;verkställd;öppnar_själv\n19280219-7059;hemtjänst;G1;2025-07-18;;ja;nej\n19280219-7059;larm;G2;18/7 2025;;ja;nej\n",
		"las.csv":         "serienr;typ;status;personnummer;port;monterad\nD1;duo;monterad;192802197059;;250718\nP1;port;monterad;;P-1;250718\nP2;port;monterad;;P-1;\nD2;duo;lager;;;\n",
		"medarbetare.csv": "anst_nr;förnamn;efternamn;e-post;telefon;grupp;från;till\n1;Selma;Almport;;;G1;2024-01-01;\n1;Selma;Almport;;;G2;2024-01-01;\n",
		"nycklar.csv":     "nyckel;grupp;status;batteri_bytt\nN1;G1;i drift;\nN2;;lager;\n",
		"samtycken.csv":   "fastighet;ort;ägare;samtycke;datum;diarienr\nLotsgränd 1;Låsby;Brf Bommen;ja, muntligt;250101;\n",
	}
}

// with returns tiny with rows added to a file.
func with(file string, rows ...string) map[string]string {
	files := tiny()
	files[file] += strings.Join(rows, "\n") + "\n"
	return files
}

func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t testing.TB, files map[string]string) (*registers.Registers, []registers.Fault) {
	t.Helper()
	r, faults, err := registers.Read(t.Context(), folder(t, files), registers.Options{Day: day})
	if err != nil {
		t.Fatal(err)
	}
	return r, faults
}

func TestTiny(t *testing.T) {
	r, faults := read(t, tiny())
	if len(faults) != 0 || len(r.Notes) != 0 {
		t.Fatalf("faults %v, notes %v", faults, r.Notes)
	}
	want := registers.Client{Row: 3, Dwelling: 0, ID: 192109059259, GivenName: "Ivar", FamilyName: "Tallbom", Street: "lotsgränd  1",
		PostalCode: 99110, Town: "LÅSBY", Apartment: "1101", Entrance: "P-1", Protected: true}
	if r.Clients[1] != want || r.Dwellings != 1 {
		t.Errorf("got %+v in %d dwellings, want %+v in one", r.Clients[1], r.Dwellings, want)
	}
	if want := (registers.Service{Row: 3, From: 2025_07_18, InEffect: true, Client: 192802197059, Kind: registers.ServiceAlarm, Group: "G2"}); r.Services[1] != want {
		t.Errorf("got %+v, want %+v", r.Services[1], want)
	}
	if want := (registers.Lock{Row: 2, Mounted: 2025_07_18, Client: 192802197059, Serial: "D1", Kind: registers.LockDoor, Status: registers.LockMounted}); r.Locks[0] != want {
		t.Errorf("got %+v, want %+v", r.Locks[0], want)
	}
	if r.Consents[0].Answer != registers.ConsentOral || len(r.Staff) != 2 || len(r.Keys) != 2 || len(r.Locks) != 4 {
		t.Errorf("got %+v", r)
	}
}

// proves issue 01 item 2: file, row, column, code and both languages for each bad row, one entry per row.
func TestFaults(t *testing.T) {
	const client = "19280219-7059;Åsa;Tallbom;Lotsgränd 1;99110;Låsby;1101;P-1;;;;"
	for _, tc := range []struct{ file, row, column, code string }{
		{"utforare", "212000-9010;Hemtjänsten;kommunal", "orgnr", "provider-twice"},
		{"utforare", "2120009010;Annan;kommunal", "orgnr", "provider-conflict"},
		{"utforare", "556000-0000;Fel;privat", "orgnr", "provider-orgnr-invalid"},
		{"utforare", "559990-0007;;privat", "namn", "provider-name-missing"},
		{"utforare", "559990-0007;X;statlig", "regi", "provider-regime-unknown"},
		{"grupper", "G1;Norr;2120009010;hemtjänst;12", "grupp", "group-twice"},
		{"grupper", "G1;Norr;2120009010;hemtjänst;13", "grupp", "group-conflict"},
		{"grupper", ";Norr;2120009010;hemtjänst;13", "grupp", "group-id-missing"},
		{"grupper", "G3;;2120009010;hemtjänst;13", "namn", "group-name-missing"},
		{"grupper", "G3;X;212000-9011;hemtjänst;13", "orgnr", "group-orgnr-invalid"},
		{"grupper", "G3;X;559990-0007;hemtjänst;13", "orgnr", "group-unknown-provider"},
		{"grupper", "G3;X;212000-9010;städ;13", "typ", "group-kind-unknown"},
		{"grupper", "G3;X;212000-9010;hsv;0", "max_samtidigt", "group-max-invalid"},
		{"kunder", client, "personnummer", "client-twice"},
		{"kunder", strings.Replace(client, "Åsa", "Åsa Karin", 1), "personnummer", "client-conflict"},
		{"kunder", strings.Replace(client, "7059", "7058", 1), "personnummer", "client-personnummer-invalid"},
		{"kunder", strings.Replace(client, "19280219-7059", "9900 00000-0", 1), "personnummer", "client-personnummer-invalid"},
		{"kunder", strings.Replace(client, "19280219-7059", swedish.ReserveNumber(1).String(), 1), "personnummer", "client-personnummer-invalid"},
		{"kunder", "193905299198;A;B;C 1;9911;D;;;;;;", "postnr", "client-postal-code-invalid"},
		{"kunder", "280219-7059;Åsa", "", "row-columns"},
		{"kunder", client + ";extra", "", "row-columns"},
		{"kunder", "280219-7059;\x00sa;;;;;;;;;;", "", "row-nul"},
		{"kunder", "280219-7059;\xc5sa;;;;;;;;;;", "", "row-encoding"},
		{"kunder", `280219-7059;"Åsa" x;;;;;;;;;;`, "", "row-quote-unclosed"},
		{"kunder", `280219-7059;"Åsa;;;;;;;;;;`, "", "row-quote-unclosed"},
		{"kunder", strings.Repeat("x", 70_000), "", "row-too-long"},
		{"kunder", strings.Replace(client, "Åsa", strings.Repeat("Å", 300), 1), "förnamn", "cell-too-long"},
		{"insatser", "19280219-7058;larm;G2;250718;;ja;nej", "personnummer", "service-personnummer-invalid"},
		{"insatser", "19360228-5292;larm;G2;250718;;ja;nej", "personnummer", "service-unknown-client"},
		{"insatser", "19280219-7059;städ;G2;250718;;ja;nej", "insats", "service-kind-unknown"},
		{"insatser", "19280219-7059;larm;G9;250718;;ja;nej", "grupp", "service-unknown-group"},
		{"insatser", "19280219-7059;larm;G2;31/2 2026;;ja;nej", "från", "service-date-invalid"},
		{"insatser", "19280219-7059;larm;G2;;;ja;nej", "från", "service-date-invalid"},
		{"insatser", "19280219-7059;larm;G2;250101;snart;ja;nej", "till", "service-date-invalid"},
		{"insatser", "19280219-7059;larm;G2;250718;250717;ja;nej", "till", "service-ends-before-start"},
		{"insatser", "19280219-7059;larm;G2;250101;;kanske;nej", "verkställd", "service-answer-invalid"},
		{"insatser", "19280219-7059;larm;G2;250101;;ja;", "öppnar_själv", "service-answer-invalid"},
		{"insatser", "2802197059;larm;G2;20250718;;Ja;NEJ", "personnummer", "service-twice"},
		{"insatser", "2802197059;larm;G2;20250718;;ja;ja", "personnummer", "service-conflict"},
		{"insatser", "19280219-7058;städ;G9;igår;;;", "personnummer", "service-personnummer-invalid"}, // one entry, the first fault
		{"las", ";duo;lager;;;", "serienr", "lock-serial-missing"},
		{"las", "D1;duo;lager;;;", "serienr", "lock-serial-twice"},
		{"las", "D9;dörr;lager;;;", "typ", "lock-kind-unknown"},
		{"las", "D9;duo;borta;;;", "status", "lock-status-unknown"},
		{"las", "D9;gömma;monterad;210905+9259;;250718", "personnummer", "lock-second-for-dwelling"}, // the other of the couple
		{"las", "D9;duo;monterad;19280219-7058;;250718", "personnummer", "lock-personnummer-invalid"},
		{"las", "D9;duo;monterad;;;250718", "personnummer", "lock-personnummer-invalid"},
		{"las", "D9;duo;monterad;19360228-5292;;250718", "personnummer", "lock-unknown-client"},
		{"las", "P9;port;monterad;;P-9;250718", "port", "lock-unknown-entrance"},
		{"las", "P9;port;monterad;;;250718", "port", "lock-unknown-entrance"},
		{"las", "D9;duo;lager;;;31/2 2026", "monterad", "lock-date-invalid"},
		{"medarbetare", ";A;B;;;G1;2024-01-01;", "anst_nr", "staff-number-missing"},
		{"medarbetare", "2;A;B;;;G9;2024-01-01;", "grupp", "staff-unknown-group"},
		{"medarbetare", "2;A;B;;;G1;;", "från", "staff-date-invalid"},
		{"medarbetare", "2;A;B;;;G1;2024-01-01;231231", "till", "staff-ends-before-start"},
		{"medarbetare", "1;Selma;Almport;;;G1;240101;", "anst_nr", "staff-twice"},
		{"medarbetare", "1;Selma;Almport;;;G1;240101;250101", "anst_nr", "staff-conflict"},
		{"medarbetare", "1;Otto;Almport;;;G1;250101;", "anst_nr", "staff-conflict"},
		{"nycklar", ";G1;i drift;", "nyckel", "key-number-missing"},
		{"nycklar", "N1;G1;i drift;", "nyckel", "key-number-twice"},
		{"nycklar", "N9;G1;borta;", "status", "key-status-unknown"},
		{"nycklar", "N9;G9;i drift;", "grupp", "key-unknown-group"},
		{"nycklar", "N9;;i drift;", "grupp", "key-unknown-group"},
		{"nycklar", "N9;G1;i drift;31/2 2026", "batteri_bytt", "key-date-invalid"},
		{"samtycken", ";Låsby;Brf;ja;;", "fastighet", "consent-property-missing"},
		{"samtycken", "A 1;Låsby;Brf;kanske;;", "samtycke", "consent-answer-unknown"},
		{"samtycken", "A 1;Låsby;Brf;ja;i fjol;", "datum", "consent-date-invalid"},
		{"samtycken", "Lotsgränd 1;Låsby;Brf Bommen;ja, muntligt;2025-01-01;", "fastighet", "consent-twice"},
		{"samtycken", "Lotsgränd 1;Låsby;Brf Bommen;nej;2025-01-01;", "fastighet", "consent-conflict"},
	} {
		before, _ := read(t, tiny())
		r, faults := read(t, with(tc.file+".csv", tc.row))
		row := strings.Count(tiny()[tc.file+".csv"], "\n") + 1
		if len(faults) != 1 {
			t.Errorf("%s %q: got %d faults %v, want %s", tc.file, short(tc.row), len(faults), faults, tc.code)
			continue
		}
		f := faults[0]
		if f.File != tc.file || f.Row != row || f.Column != tc.column || f.Code != tc.code || f.Message.SV == "" || f.Message.EN == "" {
			t.Errorf("%s %q: got %+v, want %s in row %d, column %q", tc.file, short(tc.row), f, tc.code, row, tc.column)
		}
		if !maps.Equal(r.Accepted(), before.Accepted()) {
			t.Errorf("%s %q: accepted %v, want %v", tc.file, short(tc.row), r.Accepted(), before.Accepted())
		}
		if strings.Contains(f.Message.SV+f.Message.EN, "7058") || strings.Contains(f.Message.SV+f.Message.EN, "{}") {
			t.Errorf("%s: message %+v", tc.code, f.Message)
		}
	}
}

func short(s string) string { return s[:min(len(s), 60)] }

// A row that depends on a rejected row is rejected, and a rejected row takes nothing that a later good one could have.
func TestRejectedRows(t *testing.T) {
	files := with("las.csv", "D9;duo;monterad;19360228-5292;;", "D9;duo;lager;;;")
	files["utforare.csv"] += "559990-0000;X;privat\n"
	files["grupper.csv"] += "G3;X;559990-0007;hsv;3\n"
	files["insatser.csv"] += "19280219-7059;hsv;G3;250718;;ja;nej\n"
	_, faults := read(t, files)
	var got []string
	for _, f := range faults {
		got = append(got, fmt.Sprintf("%s:%d %s", f.File, f.Row, f.Code))
	}
	want := []string{"utforare:3 provider-orgnr-invalid", "grupper:4 group-unknown-provider", "insatser:4 service-unknown-group", "las:6 lock-unknown-client"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A bad row never takes its neighbours with it.
func TestRowsAfterBadOnes(t *testing.T) {
	_, faults := read(t, with("nycklar.csv", `N3;"G1;i drift;`, "", "N4;G1;i drift;", strings.Repeat("N", 200_000), `N5;"G""1";i drift;`,
		"\"N\n6\";G1;i drift;", ";;;", `N7";G1;i drift;`, "N8;G1;i drift;"))
	var got []string
	for _, f := range faults {
		got = append(got, fmt.Sprintf("%d %s", f.Row, f.Code))
	}
	if want := []string{"4 row-quote-unclosed", "7 row-too-long", "8 key-unknown-group"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// However the registers are written, the same rows come out and the digest tells that they are the same.
func TestSpellings(t *testing.T) {
	plain, _ := read(t, tiny())
	respell := func(f func(name, content string) (string, string)) map[string]string {
		files := map[string]string{}
		for name, content := range tiny() {
			name, content = f(name, content)
			files[name] = content
		}
		return files
	}
	comma := func(name, s string) (string, string) {
		lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
		for i, line := range lines {
			cells := strings.Split(line, ";")
			slices.Reverse(cells)
			for j := range cells {
				cells[j] = `"` + cells[j] + ` "`
			}
			lines[i] = strings.Join(cells, ",")
		}
		return name, strings.Join(lines, "\r\n")
	}
	for what, files := range map[string]map[string]string{
		"byte order mark":             respell(func(n, s string) (string, string) { return n, "\ufeff" + s }),
		"windows-1252, CRLF":          respell(func(n, s string) (string, string) { return n, latin(t, strings.ReplaceAll(s, "\n", "\r\n")) }),
		"commas, quotes, other order": respell(comma),
		"tabs":                        respell(func(n, s string) (string, string) { return n, strings.ReplaceAll(s, ";", "\t") }),
		"upper case":                  respell(func(n, s string) (string, string) { return strings.ToUpper(n), upperHeader(s) }),
		"decomposed letters":          respell(func(n, s string) (string, string) { return n, strings.ReplaceAll(s, "ä", "a\u0308") }),
		"blank rows, no last newline": respell(func(n, s string) (string, string) { return n, "\n" + strings.TrimSuffix(s, "\n") }),
	} {
		r, faults := read(t, files)
		if len(faults) > 0 || !maps.Equal(r.Accepted(), plain.Accepted()) || r.Digest != plain.Digest {
			t.Errorf("%s: accepted %v, faults %v, same digest %v", what, r.Accepted(), faults, r.Digest == plain.Digest)
		}
	}
	if r, _ := read(t, with("nycklar.csv", "N3;G1;i drift;")); r.Digest == plain.Digest {
		t.Error("another folder has the same digest")
	}
}

func upperHeader(s string) string {
	head, rest, _ := strings.Cut(s, "\n")
	return strings.ReplaceAll(strings.ToUpper(head), "_", " ") + "\n" + rest
}

func latin(t *testing.T, s string) string {
	t.Helper()
	out, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestNotes(t *testing.T) {
	files := tiny()
	files["nycklar.csv"] = "nyckel;grupp;status;Anteckning\nN1;G1;i drift;x\n"
	files["lunch.csv"] = "a;b\n"
	r, faults := read(t, files)
	if len(faults) != 0 || len(r.Notes) != 2 || r.Notes[0].File != "lunch" || r.Notes[1].Column != "Anteckning" {
		t.Errorf("faults %v, notes %v", faults, r.Notes)
	}
}

func TestUnreadable(t *testing.T) {
	without := func(name string) map[string]string { f := tiny(); delete(f, name); return f }
	replaced := func(name, content string) map[string]string { f := tiny(); f[name] = content; return f }
	many := tiny()
	for i := range 1001 {
		many[fmt.Sprint(i)] = ""
	}
	for _, tc := range []struct {
		what  string
		files map[string]string
		code  string
	}{
		{"empty folder", nil, "registers-folder-empty"},
		{"too many files", many, "registers-folder-too-large"},
		{"missing table", without("kunder.csv"), "register-missing"},
		{"missing column", replaced("kunder.csv", "personnummer;förnamn\n"), "register-column-missing"},
		{"protection column missing", replaced("kunder.csv", strings.Replace(tiny()["kunder.csv"], "skyddad", "annat", 1)), "register-column-missing"},
		{"column twice", replaced("las.csv", "serienr;typ;status;personnummer;Serie-nr;monterad\n"), "register-column-twice"},
		{"no header", replaced("las.csv", ""), "register-header"},
		{"long header", replaced("las.csv", strings.Repeat("x", 100_000)), "register-header"},
		{"binary", replaced("las.csv", "\x00\x01\x02"), "register-header"},
		{"UTF-16", replaced("las.csv", "\xff\xfes\x00e\x00"), "register-encoding"},
		{"two of one", replaced("LAS.CSV", "x"), "registers-ambiguous"},
		{"text and workbook", replaced("allt.xlsx", "x"), "registers-ambiguous"},
		{"no workbook", map[string]string{"allt.xlsx": "x"}, "xlsx-unreadable"},
	} {
		r, faults, err := registers.Read(t.Context(), folder(t, tc.files), registers.Options{Day: day})
		wantCode(t, tc.what, err, tc.code)
		if r != nil || faults != nil {
			t.Errorf("%s: got %v, %v beside the error", tc.what, r, faults)
		}
	}
	dir := folder(t, without("las.csv"))
	if err := syscall.Mkfifo(filepath.Join(dir, "las.csv"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := registers.Read(t.Context(), dir, registers.Options{Day: day})
	wantCode(t, "a pipe", err, "register-unreadable")
	_, _, err = registers.Read(t.Context(), filepath.Join(dir, "borta"), registers.Options{Day: day})
	wantCode(t, "no folder", err, "registers-path")
	_, _, err = registers.Read(t.Context(), filepath.Join(dir, "kunder.csv"), registers.Options{Day: day})
	wantCode(t, "one file", err, "registers-path")
	_, _, err = registers.Read(t.Context(), dir, registers.Options{})
	wantCode(t, "no day", err, "registers-day")
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	p, ok := errors.AsType[*problem.Error](err)
	if !ok || p.Code != code || p.Text.SV == "" || p.Text.EN == "" || strings.Contains(p.Text.SV+p.Text.EN, "%!") {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

// proves issue 01, bad input: a line of 1 GiB is one fault, takes no memory worth speaking of, and what follows is read.
func TestHugeLine(t *testing.T) {
	dir := folder(t, tiny())
	path := filepath.Join(dir, "nycklar.csv")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte("\nN9;G1;i drift;\n"), info.Size()+1<<30); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, faults, err := registers.Read(t.Context(), dir, registers.Options{Day: day})
	runtime.ReadMemStats(&after)
	if err != nil || len(faults) != 1 || faults[0].Code != "row-too-long" || faults[0].Row != 4 || len(r.Keys) != 3 || r.Keys[2].Row != 5 {
		t.Fatalf("got %v, %v", faults, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 8<<20 {
		t.Errorf("%d bytes were allocated", used)
	}
}

// A service belongs to a group that carries it out; rural groups answer alarms and give home care.
func TestServicesBelongToGroupsOfTheirKind(t *testing.T) {
	kinds := []string{"hemtjänst", "landsbygd", "trygghet", "hsv", "inköp"}
	good := map[string]bool{"larm trygghet": true, "larm landsbygd": true, "hemtjänst hemtjänst": true, "hemtjänst landsbygd": true, "hsv hsv": true, "inköp inköp": true}
	files := tiny()
	groups, services := "grupp;namn;orgnr;typ;max_samtidigt\n", "personnummer;insats;grupp;från;till;verkställd;öppnar_själv\n"
	org, person := strings.Split(strings.Split(files["utforare.csv"], "\n")[1], ";")[0], strings.Split(strings.Split(files["kunder.csv"], "\n")[1], ";")[0]
	want := 0
	for i, kind := range kinds {
		groups += fmt.Sprintf("G%d;Namn;%s;%s;5\n", i+1, org, kind)
		for _, service := range []string{"larm", "hemtjänst", "hsv", "inköp"} {
			services += fmt.Sprintf("%s;%s;G%d;2025-01-01;;ja;nej\n", person, service, i+1)
			if good[service+" "+kind] {
				want++
			}
		}
	}
	files["grupper.csv"], files["insatser.csv"] = groups, services
	r, faults, err := registers.Read(t.Context(), folder(t, files), registers.Options{Day: day})
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for _, f := range faults {
		if f.Code == "service-group-wrong-kind" && f.File == "insatser" && f.Column == "grupp" && f.Key != "" {
			wrong++
		}
	}
	if len(r.Services) != want || wrong != 20-want {
		t.Errorf("got %d services and %d of a wrong kind, want %d and %d: %v", len(r.Services), wrong, want, 20-want, faults)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := registers.Read(ctx, folder(t, tiny()), registers.Options{Day: day}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestProgress(t *testing.T) {
	var seen []string
	_, _, err := registers.Read(t.Context(), folder(t, tiny()), registers.Options{Day: day, Progress: func(table string, row int) {
		seen = append(seen, fmt.Sprint(table, row))
	}})
	if want := strings.Fields("utforare2 grupper3 kunder3 insatser3 las5 medarbetare3 nycklar3 samtycken2"); err != nil || !slices.Equal(seen, want) {
		t.Errorf("got %v, %v; want %v", seen, err, want)
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte("nyckel;grupp;status;batteri_bytt\nN1;G1;i drift;\n"))
	f.Add([]byte("\xef\xbb\xbfnyckel,grupp,status\r\n\"N\"\"1\",G1,\"i drift\"\r\n\"x\n"))
	f.Add([]byte("nyckel;grupp;status\n\xc5;\x00;\"\n" + strings.Repeat("y", 66_000) + "\nN2;G1;lager"))
	dir := folder(f, tiny())
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(filepath.Join(dir, "nycklar.csv"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		r, faults, err := registers.Read(t.Context(), dir, registers.Options{Day: day})
		if err != nil {
			if problem.KindOf(err) == problem.Internal {
				t.Fatalf("no clear error: %v", err)
			}
			return
		}
		if n := len(r.Keys) + len(faults); n != r.Rows["nycklar"] {
			t.Fatalf("%d rows, but %d accepted and %d faults", r.Rows["nycklar"], len(r.Keys), len(faults))
		}
	})
}
