package profiles_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/routine"
	"hemnyckel/profiles"
)

// Everything in which profiles must be able to differ is a value of a profile, and makes the routine answer differently. Each
// question is asked of two profiles that answer it differently.
func TestDifferencesAreExpressibleAndEffective(t *testing.T) {
	may := func(p routine.Profile, r routine.Role, k routine.OrderKind, c routine.Channel, kind routine.ProviderKind) bool {
		_, refusal := p.MayOrder(r, k, c, kind)
		return refusal == nil
	}
	private := routine.Group{ID: "p", Kind: routine.HomeCareGroup, Private: true}
	from := time.Date(2026, 11, 30, 23, 0, 0, 0, time.UTC)
	grounds := func(p routine.Profile, s ...routine.Service) bool {
		return len(routine.Grounds(p, routine.Situation{Services: s})) > 0
	}
	served := routine.Service{Kind: routine.HomeCare, Group: private, From: from, Until: routine.Forever}
	evening := time.Date(2026, 11, 23, 21, 0, 0, 0, time.UTC)
	lost := func(p routine.Profile) bool {
		return slices.ContainsFunc(routine.CrisisSteps(p, routine.LostKey, evening), func(s routine.Step) bool { return s.Now && strings.HasPrefix(s.SV, "Spärra") })
	}
	for _, x := range []struct {
		what     string
		yes, no  string // profiles
		question func(p routine.Profile) bool
	}{
		{"who may order what", "varberg", "strangnas", func(p routine.Profile) bool {
			return may(p, routine.AlarmTeam, routine.MountOrder, routine.EService, routine.AnyProvider)
		}},
		{"through which channel", "strangnas", "varberg", func(p routine.Profile) bool {
			return may(p, routine.Provider, routine.MountOrder, routine.OrderForm, routine.MunicipalProvider)
		}},
		{"by provider kind", "varberg", "lindvik", func(p routine.Profile) bool {
			return may(p, routine.Provider, routine.NeedsLock, routine.EService, routine.PrivateProvider)
		}},
		{"owner's consent", "varberg", "strangnas", func(p routine.Profile) bool { return p.Consent.Owner }},
		{"lock limit", "varberg", "lindvik", func(p routine.Profile) bool { return !p.MayAddLock(1, 0) }},
		{"entrance exception", "varberg", "lindvik", func(p routine.Profile) bool { return p.MayAddLock(0, 2) }},
		{"no lock limit", "strangnas", "varberg", func(p routine.Profile) bool { return p.MayAddLock(3, 0) }},
		{"key box", "varberg", "strangnas", func(p routine.Profile) bool { return p.Technology.KeyBoxes }},
		{"receipts", "varberg", "strangnas", func(p routine.Profile) bool { return p.Receipts.KeyBox }},
		{"spare keys", "strangnas", "varberg", func(p routine.Profile) bool { return p.Receipts.Spare && p.Receipts.SpareHome }},
		{"who administers private providers' staff", "strangnas", "varberg", func(p routine.Profile) bool { return p.Staff.PrivateBySystemOwner }},
		{"in-effect gate", "varberg", "strangnas", func(p routine.Profile) bool { return grounds(p, served) }},
		{"phone subscriptions", "strangnas", "varberg", func(p routine.Profile) bool { return p.Staff.PhoneList }},
		{"provider's routine on file", "strangnas", "varberg", func(p routine.Profile) bool { return p.Staff.RoutineOnFile && p.Staff.RoutineMonths > 0 }},
		{"access depends on it", "strangnas", "lindvik", func(p routine.Profile) bool {
			inEffect := served
			inEffect.InEffect = true
			return grounds(p, inEffect)
		}},
		{"direct reading of the log", "strangnas", "varberg", func(p routine.Profile) bool {
			return p.Log.Mode == routine.LogByRole && slices.Contains(p.Log.Readers, routine.AlarmTeam)
		}},
		{"prices", "varberg", "strangnas", func(p routine.Profile) bool {
			return routine.Charge(p, routine.CostFacts{Kind: routine.CostBrokenKey, Cause: routine.CauseNeglect}).Payer == routine.ProviderPays
		}},
		{"basic equipment", "varberg", "strangnas", func(p routine.Profile) bool {
			return routine.BasicEquipment(p, routine.EquipmentFacts{Kind: routine.HomeCareGroup, MostAtWork: 1}).Rule != ""
		}},
		{"on-call", "varberg", "strangnas", func(p routine.Profile) bool { phone, _ := p.OnCallAt(evening); return phone }},
		{"on-call that visits", "varberg", "lindvik", func(p routine.Profile) bool { _, visit := p.OnCallAt(evening); return visit }},
		{"alarm responder is lock manager", "strangnas", "varberg", func(p routine.Profile) bool {
			u, ok := p.Unit(routine.UnitLockManager)
			return ok && u.Is(routine.UnitAlarm)
		}},
		{"rural groups answer", "varberg", "strangnas", func(p routine.Profile) bool { return p.Answers("L01", "89099") }},
		{"rural groups answer where they work", "varberg", "lindvik", func(p routine.Profile) bool { return p.Answers("L01", "89099") }},
		{"alarm implies a lock", "varberg", "lindvik", func(p routine.Profile) bool {
			out, refusal := routine.Decide(p, routine.Situation{Ended: routine.Forever}, routine.Order{Kind: routine.AlarmGranted, By: routine.CaseOfficer,
				Group: routine.Group{ID: "a", Kind: routine.AlarmGroup}, At: from})
			return refusal == nil && slices.ContainsFunc(out.Tasks, func(k routine.Task) bool { return k.Kind == routine.Mount })
		}},
		{"lock ends on notice", "strangnas", "varberg", func(p routine.Profile) bool {
			return p.LockEndsOnNotice && may(p, routine.Provider, routine.LockEnds, routine.OrderForm, routine.PrivateProvider)
		}},
		{"words", "varberg", "strangnas", func(p routine.Profile) bool { v, _ := p.Value("word:door_lock", "sv"); return v == "digitalt lås" }},
		{"withheld number", "strangnas", "varberg", func(p routine.Profile) bool {
			for _, s := range routine.CrisisSteps(p, routine.FailedLock, evening) {
				if s.Contact.Withheld != "" && s.Contact.Phone == "" {
					return true
				}
			}
			return false
		}},
		{"documentation", "varberg", "strangnas", func(p routine.Profile) bool { return len(p.Documentation) > 0 }},
		{"self-service block", "varberg", "lindvik", lost},
		{"letters in other languages", "lindvik", "varberg", func(p routine.Profile) bool {
			l, _ := p.Letter(routine.ConsentRequest, "fi", nil)
			return l.Language == "fi"
		}},
		{"retention", "varberg", "lindvik", func(p routine.Profile) bool { d, ok := p.KeptFor("door-log"); return ok && d == 730*24*time.Hour }},
	} {
		t.Run(x.what, func(t *testing.T) {
			for name, want := range map[string]bool{x.yes: true, x.no: false} {
				p, err := profiles.Load(name)
				if err != nil {
					t.Fatal(err)
				}
				if got := x.question(p); got != want {
					t.Errorf("%s: got %v, want %v", name, got, want)
				}
			}
		})
	}
}

// Facts and figures are the sources' own; their sentences are not ours. proves V7-g, S-p, X-a
func TestProfilesAgreeWithTheirSources(t *testing.T) {
	for _, x := range []struct {
		profile, source string
		facts           []string // in the source's writing
	}{
		{"varberg", "varberg-rutin-digitala-nycklar.txt", []string{"0709-421 210", "010-434 86 60", "Kardanvägen 15", "https://sjalvservice.varberg.se/digitalalalas", "Procapita", "Intra Phone", "Swedlock", "Trygghetsteamet"}},
		{"strangnas", "strangnas-anvisning-carelock.txt", []string{"0152-29603", "Dammvägen 12, 645 41 Strängnäs", "Nygatan 10, 645 80 Strängnäs", "SocBehorigheterochLosenord@strangnas.se", "SN/2015:231-790",
			"2015-09-22", "2016-10-01", "2019-09-11", "Verksamhetschef äldreomsorg", "Databehörighet för privata utförare", "Samhall"}},
	} {
		ours := text(t, x.profile)
		for _, fact := range x.facts {
			if !strings.Contains(ours, fact) {
				t.Errorf("%s: the profile does not say %q", x.profile, fact)
			}
		}
		source, err := os.ReadFile(filepath.Join("..", "..", "shared", "sources", x.source))
		if os.IsNotExist(err) {
			continue // what the profile must say stands above; here it is held against the document itself, where that is at hand
		} else if err != nil {
			t.Fatal(err)
		}
		for _, fact := range x.facts {
			if !strings.Contains(string(source), fact) {
				t.Errorf("%s: the source does not say %q", x.profile, fact)
			}
		}
		words := strings.Fields(string(source))
		for i := 0; i+12 <= len(words); i++ {
			if run := strings.Join(words[i:i+12], " "); strings.Contains(ours, run) {
				t.Errorf("%s: the profile copies the source's sentence %q", x.profile, run)
			}
		}
	}
}
