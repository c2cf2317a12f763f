package support_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/domain/support"
	"hemnyckel/internal/storage"
	"hemnyckel/profiles"
)

func local(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, stockholm(t))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// proves V7-d
func TestWhenTheOnCallAnswers(t *testing.T) {
	desk := support.Desk{Profile: profile(), Zone: stockholm(t)}
	for _, c := range []struct {
		at                   string
		office, phone, visit bool
		nobody               string // from–until of the first gap that day
	}{
		{"2026-11-23 10:00", true, false, false, "16:00–17:00"},
		{"2026-11-23 16:30", false, false, true, "16:00–17:00"}, // the hour that nobody covers
		{"2026-11-23 17:00", false, true, true, "16:00–17:00"},
		{"2026-11-24 07:45", true, true, false, "16:00–17:00"},
		{"2026-11-28 12:00", false, true, true, ""}, // Saturday
		{"2026-12-24 12:00", false, true, true, ""}, // Christmas Eve, a Thursday
		{"2026-03-29 02:30", false, true, true, ""}, // the night when summer time begins
	} {
		o := desk.OnCallAt(local(t, c.at))
		nobody := ""
		if len(o.Nobody) > 0 {
			nobody = o.Nobody[0].From.In(desk.Zone).Format("15:04") + "–" + o.Nobody[0].Until.In(desk.Zone).Format("15:04")
		}
		if o.Office != c.office || o.Phone != c.phone || o.Visit != c.visit || nobody != c.nobody || o.PhonePrice != 2000 || o.VisitPrice != 5000 {
			t.Errorf("%s: got office %v, phone %v, visit %v, nobody %q", c.at, o.Office, o.Phone, o.Visit, nobody)
		}
	}
	none := routine.DefaultProfile()
	if o := (support.Desk{Profile: none, Zone: stockholm(t)}).OnCallAt(monday); o.Offered || o.Phone || len(o.Nobody) != 0 {
		t.Errorf("without an on-call: got %+v", o)
	}
}

// proves V6-d, V7-d
func TestOnCallCases(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		ctx := t.Context()
		n.now = local(t, "2026-11-23 22:00")
		call, err := n.RecordCall(ctx, provider, support.NewOnCall{Called: n.now.Add(-time.Hour), Reason: "hela huset utelåst", Visit: true, VisitWhy: "låset svarade inte"})
		if err != nil || call.PhoneCost != 2000 || call.VisitCost != 5000 || call.Hours != support.HoursPhone || call.Cause != "" {
			t.Fatalf("recorded: got %+v, %v", call, err)
		}
		if _, err := n.SettleCall(ctx, provider, call.ID, support.Wear, "x"); !errors.Is(err, support.ErrMayNot) {
			t.Errorf("settled by the caller: got %v", err)
		}
		if _, err := n.SettleCall(ctx, manager, call.ID, support.HandlingError, "nyckeln var inte synkad"); err != nil {
			t.Fatal(err)
		}
		want := []string{"on-call-phone provider/" + firm + " 2000 V6-d proposed", "on-call-visit provider/" + firm + " 5000 V6-d proposed"}
		if got := n.charges(t, ""); !slices.Equal(got, want) {
			t.Errorf("handling error: got %q, want %q", got, want)
		}
		if _, err := n.SettleCall(ctx, manager, call.ID, support.Wear, "ångrade mig"); !errors.Is(err, support.ErrState) {
			t.Errorf("settled twice: got %v", err)
		}

		early, err := n.RecordCall(ctx, provider, support.NewOnCall{Called: local(t, "2026-11-23 16:30"), Reason: "x"})
		if err != nil || early.Hours != support.HoursVisit || early.VisitCost != 0 {
			t.Errorf("in the hour without a phone: got %+v, %v", early, err)
		}
		if _, err := n.SettleCall(ctx, manager, early.ID, support.SupplierFault, "låset föll ur sitt läge"); err != nil {
			t.Fatal(err)
		}
		if got := n.charges(t, ""); len(got) != 2 {
			t.Errorf("the municipality bears it: got %q", got)
		}
		office, err := n.RecordCall(ctx, provider, support.NewOnCall{Called: local(t, "2026-11-23 10:00"), Reason: "x"})
		if err != nil || office.Hours != support.HoursOffice {
			t.Errorf("in office hours: got %+v, %v", office, err)
		}
		if open, err := n.Calls(ctx, manager, support.OnCalls{Open: true}); err != nil || len(open) != 1 || open[0].ID != office.ID {
			t.Errorf("open cases: got %v, %v", open, err)
		}
		if others, err := n.Calls(ctx, delivery, support.OnCalls{}); err != nil || len(others) != 0 {
			t.Errorf("another's cases: got %v, %v", others, err)
		}
		if _, err := n.Call(ctx, delivery, office.ID); !errors.Is(err, support.ErrOnCallUnknown) {
			t.Errorf("another's case: got %v", err)
		}
		n.refusedCalls(t)
	})
}

func (n *town) refusedCalls(t *testing.T) {
	t.Helper()
	now := n.now
	for _, c := range []struct {
		who  routine.Who
		in   support.NewOnCall
		want error
	}{
		{provider, support.NewOnCall{Called: now}, support.ErrText},
		{provider, support.NewOnCall{Called: now.Add(time.Minute), Reason: "x"}, support.ErrCalled},
		{provider, support.NewOnCall{Reason: "x"}, support.ErrCalled},
		{provider, support.NewOnCall{Called: now, Reason: "x", Visit: true}, support.ErrVisitWhy},
		{provider, support.NewOnCall{Called: now, Reason: "x", FaultID: "no"}, support.ErrFaultUnknown},
		{routine.Who{Role: routine.Auditor}, support.NewOnCall{Called: now, Reason: "x"}, support.ErrMayNot},
	} {
		if _, err := n.RecordCall(t.Context(), c.who, c.in); !errors.Is(err, c.want) {
			t.Errorf("%+v: got %v, want %v", c.in, err, c.want)
		}
	}
}

func TestAMunicipalityWithoutOnCall(t *testing.T) {
	each(t, routine.DefaultProfile(), func(t *testing.T, n *town) {
		if _, err := n.RecordCall(t.Context(), provider, support.NewOnCall{Called: n.now, Reason: "x"}); !errors.Is(err, support.ErrNoOnCall) {
			t.Errorf("got %v", err)
		}
	})
}

// proves V7-a, V7-b, V7-e, V7-f
func TestCrisisPageIsForItsHour(t *testing.T) {
	desk := support.Desk{Profile: profile(), Zone: stockholm(t)}
	page := func(at string, role routine.Role) support.CrisisPage {
		t.Helper()
		p, err := desk.CrisisPage(role, local(t, at))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	day, evening := page("2026-11-23 10:00", routine.Provider), page("2026-11-23 20:00", routine.Provider)
	if got, want := rules(day.Sections[0].Steps, true), []string{"Annan nyckel", "Ring"}; !slices.Equal(got, want) {
		t.Errorf("by day: got %v, want %v", got, want)
	}
	if got, want := rules(evening.Sections[0].Steps, true), []string{"Annan nyckel", "Anhörig"}; !slices.Equal(got, want) {
		t.Errorf("in the evening: got %v, want %v", got, want)
	}
	if got := rules(day.Sections[0].Steps, false); !slices.Equal(got, []string{"Anhörig"}) {
		t.Errorf("what is for other hours is there too: got %v", got)
	}
	if len(day.Sections) != 3 || day.Sections[1].Failure != routine.FailedKey || day.Sections[2].Failure != routine.FailedStation {
		t.Errorf("sections: got %+v", day.Sections)
	}
	if want := local(t, "2026-11-23 16:00"); !day.Until.Equal(want) {
		t.Errorf("good until %s, want %s", day.Until, want)
	}
	if day.Version != evening.Version {
		t.Error("the version changed with the hour")
	}
	if len(day.Contacts) != 1 || len(page("2026-11-23 10:00", routine.LockManager).Contacts) != 2 {
		t.Errorf("contacts: got %+v", day.Contacts)
	}
	desk.Profile.Crisis[0].SV = "Prova en annan nyckel"
	if again := page("2026-11-23 10:01", routine.Provider); again.Until != day.Until || len(again.OnCall.Nobody) != 1 || again.OnCall.Nobody[0] != day.OnCall.Nobody[0] {
		t.Error("a minute later it is another page")
	}
	if changed := page("2026-11-23 10:00", routine.Provider); changed.Version == day.Version {
		t.Error("other words, the same version")
	}
}

// Where one unit supplies locks and support, that is whom the page names, by day; its number for other hours is given out by
// the unit and stands nowhere.
//
// proves S-o, S-j
func TestSupportOfAMunicipalityWithPhones(t *testing.T) {
	p, err := profiles.Load("strangnas")
	if err != nil {
		t.Fatal(err)
	}
	desk := support.Desk{Profile: p, Zone: stockholm(t)}
	page, err := desk.CrisisPage(routine.Provider, local(t, "2026-11-23 20:00"))
	if err != nil || len(page.Contacts) == 0 {
		t.Fatalf("got %+v, %v", page, err)
	}
	unit := page.Contacts[0]
	if !unit.Is(routine.UnitLockManager) || !unit.Is(routine.UnitAlarm) || unit.Phone == "" || unit.Form == "" {
		t.Errorf("locks, support and the form: got %+v", unit)
	}
	asked := false
	for _, s := range page.Sections[0].Steps {
		if s.Now && s.Contact.Withheld != "" {
			asked = true
			if s.Contact.Phone != "" {
				t.Errorf("at night a number is shown: %+v", s)
			}
		}
	}
	if !asked || page.OnCall.Offered {
		t.Errorf("at night: got %+v", page.Sections[0].Steps)
	}
}

// Whoever writes in what others tell is not the one who pays: the provider that called does, or by the fault whoever has the
// thing, or nobody until a person says who.
//
// proves V6-d
func TestTheOneWhoCalledPays(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		ctx := t.Context()
		n.now = local(t, "2026-11-23 22:00")
		fault, _ := n.report(t, provider, support.Key, "N1", false)
		for _, c := range []struct {
			who  routine.Who
			in   support.NewOnCall
			want string // who is to pay
		}{
			{manager, support.NewOnCall{}, ""},
			{manager, support.NewOnCall{Organisation: firm}, firm},
			{manager, support.NewOnCall{FaultID: fault.ID}, firm},
			{provider, support.NewOnCall{}, firm},
		} {
			c.in.Called, c.in.Reason = n.now, "hela huset utelåst"
			call, err := n.RecordCall(ctx, c.who, c.in)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := n.SettleCall(ctx, manager, call.ID, support.HandlingError, "nyckeln var inte synkad"); err != nil {
				t.Fatal(err)
			}
			all, err := n.Charges(ctx, manager, support.Charges{Page: support.Page{Limit: 1}})
			if err != nil || len(all) != 1 || all[0].PayerOrg != c.want {
				t.Errorf("%s %+v: got %+v, %v, want %q to pay", c.who.Role, c.in, all, err, c.want)
			}
		}
		for _, in := range []support.NewOnCall{{Organisation: city, Called: n.now, Reason: "x"}} {
			if _, err := n.RecordCall(ctx, provider, in); !errors.Is(err, support.ErrCaller) {
				t.Errorf("a provider names another: got %v, want on-call-organisation", err)
			}
		}
		if _, err := n.RecordCall(ctx, manager, support.NewOnCall{Organisation: "5560000000", Called: n.now, Reason: "x"}); !errors.Is(err, support.ErrCaller) {
			t.Errorf("nobody's number: got %v, want on-call-organisation", err)
		}
	})
}

// One damage to a key is charged once, whether it was told of as a fault, as an exchange, or as both; another damage later on is
// another charge.
//
// proves V2.2-d, V6-e
func TestOneDamageToAKeyIsChargedOnce(t *testing.T) {
	each(t, profile(), func(t *testing.T, n *town) {
		count := func() int {
			t.Helper()
			all, err := n.Charges(t.Context(), manager, support.Charges{})
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		fault, _ := n.report(t, provider, support.Key, "N1", false)
		if _, err := n.finish(t, fault.ID, support.Remedied, support.End{Cause: support.Negligence, Done: "böjd"}); err != nil {
			t.Fatal(err)
		}
		exchange := func(id string) {
			t.Helper()
			n.update(t, func(tx *storage.Tx) error {
				if err := tx.PutExchange(t.Context(), fleet.Exchange{ID: id, KeyID: "k1", GroupID: "g1", Cause: fleet.Damaged, Was: fleet.KeyIssued,
					Reported: n.now, State: fleet.ExchangeDone, Closed: n.now, ReplacementID: "k3", Negligence: fleet.Neglect, Decision: "böjd", Decided: n.now, DecidedBy: "x"}); err != nil {
					return err
				}
				_, _, err := n.Desk().Propose(t.Context(), tx, manager, support.Proposal{Source: "exchange:" + id, Kind: routine.CostBrokenKey, Cause: support.Negligence,
					KeyID: "k1", Since: n.now, Payers: support.Payers{Provider: firm}})
				return err
			})
		}
		n.now = n.now.AddDate(0, 0, 3)
		exchange("e1")
		if got := count(); got != 1 {
			t.Errorf("fault and exchange of one damage: got %d, want one charge", got)
		}
		n.now = n.now.AddDate(0, 6, 0)
		exchange("e2")
		if got := count(); got != 2 {
			t.Errorf("another damage half a year later: got %d, want two charges", got)
		}
		again, _ := n.report(t, provider, support.Key, "N1", false)
		if _, err := n.finish(t, again.ID, support.Remedied, support.End{Cause: support.Negligence, Done: "böjd"}); err != nil {
			t.Fatal(err)
		}
		if got := count(); got != 2 {
			t.Errorf("the fault after its exchange: got %d, want no third charge", got)
		}
	})
}
