package swedish_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/base/swedish"
)

const day = swedish.Date(2026_11_23)

func TestPersonalNumber(t *testing.T) {
	for _, tc := range []struct {
		in, want string
		err      error
	}{
		{"19280219-7059", "192802197059", nil},
		{"192802197059", "192802197059", nil},
		{"280219-7059", "192802197059", nil},
		{"2802197059", "192802197059", nil},
		{"  280219-7059\u00a0", "192802197059", nil},
		{"280219–7059", "192802197059", nil},
		{"210905+9259", "192109059259", nil},
		{"090527+1474", "190905271474", nil},
		{"19090527+1474", "190905271474", nil},
		{"261204+9029", "192612049029", nil}, // a hundred later this year: the sign changes at New Year
		{"261223+9232", "192612239232", nil},
		{"261204-9029", "192612049029", nil}, // not born yet as 2026, so ninety-nine
		{"19730288-9931", "197302889931", nil},
		{"730288-9931", "197302889931", nil},
		{"191500722390", "191500722390", nil}, // month not known
		{"192004912388", "192004912388", nil}, // 31 April, as published
		{"20150916-0006", "", swedish.ErrPersonalNumberCheck},
		{"19730228-9931", "", swedish.ErrPersonalNumberCheck},
		{"19420566-9899", "", swedish.ErrPersonalNumberCheck},
		{"19721086-9924", "", swedish.ErrPersonalNumberCheck},
		{"19090527 1474", "", swedish.ErrPersonalNumberForm},
		{"090527 1474", "", swedish.ErrPersonalNumberForm},
		{"19280219-7058", "", swedish.ErrPersonalNumberCheck},
		{"19280230-7059", "", swedish.ErrPersonalNumberDate},
		{"19001301-9802", "", swedish.ErrPersonalNumberDate},
		{"20261124-2392", "", swedish.ErrPersonalNumberDate}, // tomorrow
		{"17280219-7059", "", swedish.ErrPersonalNumberDate},
		{"19280219--7059", "", swedish.ErrPersonalNumberForm},
		{"-9280219-7059", "", swedish.ErrPersonalNumberForm},
		{"1928O219-7059", "", swedish.ErrPersonalNumberForm},
		{"280219-705", "", swedish.ErrPersonalNumberForm},
		{"", "", swedish.ErrPersonalNumberForm},
		{"-", "", swedish.ErrPersonalNumberForm},
		{"٢٨٠٢١٩٧٠٥٩", "", swedish.ErrPersonalNumberForm},
		{"9900000000018", "", swedish.ErrPersonalNumberForm},
		{swedish.ReserveNumber(0).String(), "", swedish.ErrReserveNumber},
	} {
		got, err := swedish.ParsePersonalNumber(tc.in, swedish.NumberOptions{Day: day})
		if got.String() != tc.want || !errors.Is(err, tc.err) {
			t.Errorf("%q: got %v, %v; want %q, %v", tc.in, got, err, tc.want, tc.err)
		}
	}
}

func TestPersonalNumberFaces(t *testing.T) {
	p := swedish.PersonalNumber(197302889931)
	if !p.IsCoordination() || p.IsReserve() || p.Born() != 1973_02_28 {
		t.Errorf("coordination %v, reserve %v, born %v", p.IsCoordination(), p.IsReserve(), p.Born())
	}
	if got, want := p.Dashed(), "19730288-9931"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := p.Masked(), "19730288-****"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if s := swedish.PersonalNumber(0).String() + swedish.PersonalNumber(0).Dashed() + swedish.PersonalNumber(0).Masked(); s != "" {
		t.Errorf("none: got %q", s)
	}
}

func TestReserveNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := swedish.ReserveNumber(rapid.IntRange(0, swedish.MaxReserve).Draw(t, "n"))
		got, err := swedish.ParsePersonalNumber(p.Dashed(), swedish.NumberOptions{Day: day, AllowReserve: true})
		if got != p || err != nil || !p.IsReserve() || p.Born() != 0 || p.IsCoordination() {
			t.Fatalf("%v: got %v, %v", p, got, err)
		}
		if _, err := swedish.ParsePersonalNumber(p.String(), swedish.NumberOptions{Day: day}); !errors.Is(err, swedish.ErrReserveNumber) {
			t.Fatalf("%v without leave: got %v", p, err)
		}
	})
	if swedish.ReserveNumber(-1) != 0 || swedish.ReserveNumber(swedish.MaxReserve+1) != 0 {
		t.Error("numbers outside the range are given out")
	}
}

// Every number of the tax agency's published list is accepted, in the forms that registers use.
func TestPublishedTestNumbers(t *testing.T) {
	for _, file := range []string{"personnummer-allPins.json", "personnummer-allCoords.json"} {
		var all []string
		shared(t, file, &all)
		for _, s := range all {
			for _, form := range []string{s, s[:8] + "-" + s[8:]} {
				if p, err := swedish.ParsePersonalNumber(form, swedish.NumberOptions{Day: day}); err != nil || p.String() != s {
					t.Fatalf("%s: %v, %v", form, p, err)
				}
			}
			sign := "-"
			if s[:4] <= "1926" {
				sign = "+"
			}
			if p, err := swedish.ParsePersonalNumber(s[2:8]+sign+s[8:], swedish.NumberOptions{Day: day}); s[:4] > "1826" && (err != nil || p.String() != s) {
				t.Fatalf("%s: %v, %v", s[2:8]+sign+s[8:], p, err)
			}
		}
	}
}

func TestPublishedVectors(t *testing.T) {
	var list []struct {
		Long  string `json:"long_format"`
		Short string `json:"short_format"`
		Sep   string `json:"separated_format"`
		Far   string `json:"separated_long"`
		Valid bool
	}
	shared(t, "personnummer-list.json", &list)
	for _, v := range list {
		for _, s := range []string{v.Long, v.Short, v.Sep, v.Far} {
			p, err := swedish.ParsePersonalNumber(s, swedish.NumberOptions{Day: day})
			if (err == nil) != v.Valid {
				t.Errorf("%q: got %v, want valid %v", s, err, v.Valid)
			}
			if v.Valid && s != v.Short && p.String() != v.Long {
				t.Errorf("%q: got %v, want %v", s, p, v.Long)
			}
		}
	}
}

func TestPublishedOrgNumbers(t *testing.T) {
	var list []struct {
		Short string `json:"short_format"`
		Sep   string `json:"separated_format"`
	}
	shared(t, "personnummer-orgnumber.json", &list)
	for _, v := range list {
		for _, s := range []string{v.Short, v.Sep, "16" + v.Short, "16" + v.Sep} {
			if o, err := swedish.ParseOrgNumber(s); err != nil || o.String() != v.Short || o.Dashed() != v.Sep {
				t.Errorf("%q: %v, %v", s, o, err)
			}
		}
		if _, err := swedish.ParsePersonalNumber(v.Short, swedish.NumberOptions{Day: day}); err == nil {
			t.Errorf("%q passes for a personal number", v.Short)
		}
	}
}

func TestOrgNumber(t *testing.T) {
	for in, want := range map[string]string{
		"212000-9002": "2120009002", "2120009002": "2120009002", "16212000-9002": "2120009002", " 556522-5629 ": "5565225629",
		"556000-0000": "", "191206203-3": "", "195501-1238": "", "": "", "21200090021": "", "17212000-9002": "", "012000-9002": "",
	} {
		got, err := swedish.ParseOrgNumber(in)
		if got.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %v, %v; want %q", in, got, err, want)
		}
	}
}

func TestDate(t *testing.T) {
	for in, want := range map[string]string{
		"2025-07-18": "2025-07-18", "20250718": "2025-07-18", "250718": "2025-07-18", "18/7 2025": "2025-07-18",
		"18/7-2025": "2025-07-18", "2025/07/18": "2025-07-18", "2025.07.18": "2025-07-18", "2025-7-18": "2025-07-18",
		"2025-07-18 00:00:00": "2025-07-18", "2025-07-18T00:00:00Z": "2025-07-18", " 18 juli 2025 ": "2025-07-18",
		"18 jul. 2025": "2025-07-18", "1 MAJ 2024": "2024-05-01", "45856": "2025-07-18", "45856.5": "2025-07-18",
		"29/2 2024": "2024-02-29", "970101": "1997-01-01", "461231": "2046-12-31", "470101": "1947-01-01",
		"31/2 2026": "", "2025-02-29": "", "1900-02-29": "", "07/18/2025": "", "18/7": "", "18/7 25": "", "": "", "2025-07": "",
		"2025-13-01": "", "00000000": "", "0": "", "123456789": "", "250732": "", "2025-07-18 soon": "", "igår": "", "2025-07-18-": "",
		"2025-007-18": "", "-1/7 2025": "", "18/7 2025 x": "",
	} {
		got, err := swedish.ParseDate(in, day)
		if got.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %v, %v; want %q", in, got, err, want)
		}
	}
}

func TestDateRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := swedish.DateOf(time.Unix(rapid.Int64Range(-3e9, 6e9).Draw(t, "seconds"), 0).UTC())
		got, err := swedish.ParseDate(d.String(), day)
		if got != d || err != nil {
			t.Fatalf("%v: got %v, %v", d, got, err)
		}
		if got := swedish.DateOf(d.Start(time.UTC)); got != d {
			t.Fatalf("%v: starts on %v", d, got)
		}
		if d.Add(1) <= d {
			t.Fatalf("%v is followed by %v", d, d.Add(1))
		}
	})
}

func TestPostalCode(t *testing.T) {
	for in, want := range map[string]string{
		"43245": "432 45", "432 45": "432 45", " 432\u00a045": "432 45", "SE-432 45": "432 45",
		"": "", "4324": "", "04324": "", "432 4 5": "", "4324A": "", "432456": "",
	} {
		got, err := swedish.ParsePostalCode(in)
		if got.String() != want || (err == nil) != (want != "") {
			t.Errorf("%q: got %v, %v; want %q", in, got, err, want)
		}
	}
}

// shared reads public test vectors, or skips the test where they are not.
func shared(t *testing.T, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile("../../../../shared/data/" + name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the public vectors are not on this machine")
	}
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzPersonalNumber(f *testing.F) {
	for _, s := range []string{"19280219-7059", "210905+9259", "7302889931", "990000000001", "–", "+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o := swedish.NumberOptions{Day: day, AllowReserve: true}
		p, err := swedish.ParsePersonalNumber(s, o)
		if (err == nil) != (p != 0) {
			t.Fatalf("%q: %v, %v", s, p, err)
		}
		if err != nil {
			return
		}
		for _, form := range []string{p.String(), p.Dashed()} {
			if again, err := swedish.ParsePersonalNumber(form, o); again != p || err != nil {
				t.Fatalf("%q: %v, then %v, %v", s, p, again, err)
			}
		}
	})
}

func FuzzDate(f *testing.F) {
	for _, s := range []string{"2025-07-18", "250718", "18/7 2025", "18 juli 2025", "45856.5", "2025-07-18T00:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := swedish.ParseDate(s, day)
		if (err == nil) != (d != 0) {
			t.Fatalf("%q: %v, %v", s, d, err)
		}
		if again, err := swedish.ParseDate(d.String(), day); d != 0 && (again != d || err != nil) {
			t.Fatalf("%q: %v, then %v, %v", s, d, again, err)
		}
	})
}
