package routine_test

import (
	"slices"
	"strings"
	"testing"

	"hemnyckel/internal/domain/routine"
)

func section(t *testing.T, p routine.Profile, lang, id string, role routine.Role) string {
	t.Helper()
	sections := routine.Page(p, lang, role)
	i := slices.IndexFunc(sections, func(s routine.Section) bool { return s.ID == id })
	if i < 0 {
		return ""
	}
	var b strings.Builder
	for _, row := range sections[i].Rows {
		if len(row) != len(sections[i].Columns) {
			t.Errorf("%s: got row %q for columns %q", id, row, sections[i].Columns)
		}
		b.WriteString(strings.Join(row, " | ") + "\n")
	}
	return b.String()
}

func TestRoutinePage(t *testing.T) {
	for _, x := range []struct {
		profile, section string
		role             routine.Role
		with, without    []string
	}{
		// proves V7-g
		{"varberg", "contacts", "", []string{"0709-421 210", "Kardanvägen 15, Varberg", "07:30–16:00", "https://sjalvservice.varberg.se/digitalalalas", "Swedlock", "010-434 86 60"}, nil},
		// proves S-p, S-o
		{"strangnas", "contacts", "", []string{"Trygghetslarmet | låsansvarig, trygghetslarm | 0152-29603", "07:00–16:00", "Dammvägen 12, 645 41 Strängnäs", "Nygatan 10, 645 80 Strängnäs",
			"SocBehorigheterochLosenord@strangnas.se", "Beställning av montering, nedmontering eller service av CareLock", "Databehörighet för privata utförare"}, nil},
		// proves S-j
		{"strangnas", "contacts", "", []string{"annan tid: numret lämnas ut av Trygghetslarmet"}, nil},
		{"strangnas", "contacts", routine.Delivery, []string{"Trygghetslarmet"}, []string{"Systemansvarig"}},
		// proves X-a
		{"varberg", "source", "", []string{"Rutin Digitala Nycklar", "2019-01-18", "2023-03-20", "FLS"}, []string{"Diarienummer"}},
		{"strangnas", "source", "", []string{"Gäller från och med | 2015-09-22", "Ersätter | ny anvisning", "2019-09-11", "SN/2015:231-790", "Verksamhetschef äldreomsorg", "2016-10-01"}, nil},
		// proves S-p
		{"lindvik", "contacts", "", []string{"Enheten för välfärdsteknik; Tuva Almlöf, samordnare, Sixten Råberg"}, nil},
		{"lindvik", "hours", "", []string{"Utförare av inköp kan öppna kundernas dörrar | mån–lör 07:00–20:00"}, []string{"Hemtjänsten"}},
		{"varberg", "hours", "", nil, []string{"dörrar"}},
		{"varberg", "costs", "", []string{"utföraren | 1\u00a0000\u00a0kr | V2.2-d", "trygghetsteamet | 1\u00a0000\u00a0kr | V6-c", "5\u00a0000\u00a0kr"}, nil},
		{"strangnas", "costs", "", []string{"Låset hos kunden | kommunen"}, []string{"\u00a0kr", "utföraren", "jour"}},
		{"varberg", "crisis", "", []string{"annan tid än kontorstid", "svarar ingen"}, []string{"{"}},
		{"varberg", "equipment", "", []string{"utförare av inköp | 5"}, nil},
		{"strangnas", "equipment", "", nil, []string{"|"}},
	} {
		got := section(t, known(t, x.profile), "sv", x.section, x.role)
		for _, w := range x.with {
			if !strings.Contains(got, w) {
				t.Errorf("%s, %s: got\n%s\nwant %q in it", x.profile, x.section, got, w)
			}
		}
		for _, w := range x.without {
			if strings.Contains(got, w) {
				t.Errorf("%s, %s: got\n%s\nwant no %q in it", x.profile, x.section, got, w)
			}
		}
	}
}

// Each page is whole in both languages: the same tables, and no word of the code where there should be a word for people.
func TestRoutinePageIsInBothLanguages(t *testing.T) {
	for _, name := range []string{"varberg", "strangnas", "lindvik"} {
		p := known(t, name)
		sv, en := routine.Page(p, "sv", ""), routine.Page(p, "en", "")
		if len(sv) != len(en) {
			t.Fatalf("%s: got %d sections in Swedish, %d in English", name, len(sv), len(en))
		}
		for i := range sv {
			if len(sv[i].Rows) != len(en[i].Rows) || sv[i].Title == en[i].Title {
				t.Errorf("%s, %s: got %d rows under %q, %d under %q", name, sv[i].ID, len(sv[i].Rows), sv[i].Title, len(en[i].Rows), en[i].Title)
			}
		}
		for _, k := range routine.OrderKinds() {
			if text := section(t, p, "sv", "orders", ""); strings.Contains(string(k), "-") && strings.Contains(text, string(k)) {
				t.Errorf("%s: got %q among the orders, want words", name, k)
			}
		}
	}
}

func TestLetters(t *testing.T) {
	p := known(t, "lindvik")
	fields := map[string]string{"owner": "Bo Ek {phone:alarm}", "property": "Granen 1", "case": "K7"}
	for _, x := range []struct{ language, title, want string }{
		{"sv", "Samtycke till dörrenhet", "Till Bo Ek {phone:alarm}. Vi frågar om vi får montera vår dörrenhet i Granen 1. Svara till Enheten för välfärdsteknik, valfardsteknik@lindvik.example, ärende K7."},
		{"fi", "Suostumus ovilaitteeseen", "Vastaanottaja: Bo Ek {phone:alarm}. Kysymme, saammeko asentaa ovilaitteen kohteeseen Granen 1. Vastaa: Enheten för välfärdsteknik, valfardsteknik@lindvik.example, asia K7."},
		{"de", "Samtycke till dörrenhet", "Till Bo Ek {phone:alarm}. Vi frågar om vi får montera vår dörrenhet i Granen 1. Svara till Enheten för välfärdsteknik, valfardsteknik@lindvik.example, ärende K7."},
	} {
		l, ok := p.Letter(routine.ConsentRequest, x.language, fields)
		if !ok || l.Title != x.title || len(l.Text) != 1 || l.Text[0] != x.want || len(l.Reply) != 3 {
			t.Errorf("%s: got %+v, want %q: %q and three answers", x.language, l, x.title, x.want)
		}
	}
	if _, ok := routine.DefaultProfile().Letter(routine.ConsentRequest, "sv", nil); ok {
		t.Error("a profile without letters: got one, want none")
	}
}

func TestKronor(t *testing.T) {
	for n, want := range map[int]string{0: "0 kr", 750: "750 kr", 1000: "1 000 kr", 1234567: "1 234 567 kr", -5000: "-5 000 kr"} {
		if got := strings.ReplaceAll(routine.Kronor(n), "\u00a0", " "); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
