package profiles_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"hemnyckel/internal/base/problem"
	"hemnyckel/profiles"
)

// text is a known profile's file with replacements: old, new, old, new…
func text(t testing.TB, name string, replace ...string) string {
	t.Helper()
	b, err := profiles.Text(name)
	if err != nil {
		t.Fatal(err)
	}
	out := string(b)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(out, replace[i]) {
			t.Fatalf("%s has no %q to replace", name, replace[i])
		}
		out = strings.Replace(out, replace[i], replace[i+1], 1)
	}
	return out
}

// faults are the lines that a profile's faults are told in.
func faults(t testing.TB, text string) []string {
	t.Helper()
	_, err := profiles.Read("own", strings.NewReader(text))
	if err == nil {
		return nil
	}
	f, ok := errors.AsType[profiles.Faults](err)
	if !ok || !errors.Is(err, profiles.ErrInvalid) || problem.KindOf(err) != problem.Invalid {
		t.Fatalf("got error %v, want the faults behind ErrInvalid", err)
	}
	for i, line := range f.Lines("sv") {
		if f.Lines("en")[i] == line {
			t.Errorf("got the same words in both languages: %q", line)
		}
	}
	return f.Lines("en")
}

// Each fault is told with key and what to do. proves X-a: a profile without its source is not taken
func TestFaults(t *testing.T) {
	for _, x := range []struct {
		name     string
		profile  string
		old, new string
		want     string // of one line
	}{
		{"not TOML", "varberg", "\n[source]", "\n[source", "Here the file is not written as TOML"},
		{"unknown key", "varberg", "lock_limit = 1 ", "lock_limitt = 1 ", "lock_limitt: Unknown key"},
		{"unknown key below", "varberg", "registrar = true", "registrator = true", "consent.registrator: Unknown key"},
		{"wrong sort", "varberg", "key_negligence = 1000", `key_negligence = "1000"`, "prices.key_negligence: This must be a whole number"},
		{"a date without quotes", "varberg", `decided = "2019-01-18"`, "decided = 2019-01-18", "source.decided: This must be text in quotes"},
		{"a list that is none", "varberg", `kinds = ["alarm"]`, `kinds = "alarm"`, "units.kinds: This must be a list"},
		{"no such day", "varberg", `decided = "2019-01-18"`, `decided = "2019-02-30"`, "source.decided: Dates are written"},
		{"revised before decided", "varberg", `revised = "2023-03-20"`, `revised = "2018-03-20"`, "source.revised: The revision cannot be before"},
		{"no source", "varberg", `title = "Rutin Digitala Nycklar"`, `title = ""`, "source.title: This is missing"},
		{"unknown schedule", "varberg", `hours = "office"`, `hours = "offices"`, `units.hours: There is no schedule "offices"`},
		{"unknown schedule in a step", "varberg", `when = "not:office"`, `when = "not:offices"`, `crisis.when: There is no schedule "offices"`},
		{"no office hours", "strangnas", "[hours.office]", "[hours.kontor]", "hours.office: The schedule office is missing"},
		{"overlapping hours", "lindvik", `from = "13:00"`, `from = "11:30"`, "hours.office.spans: The time overlaps"},
		{"overlapping midnight", "varberg", `{ days = ["sat", "sun"], from = "00:00", to = "24:00" }`, `{ days = ["sat", "sun"], from = "12:00", to = "01:00" }`, "hours.on-call-phone.spans: The time overlaps"},
		{"no time", "varberg", `from = "07:30"`, `from = "7.30"`, "hours.office.spans: Times are written HH:MM"},
		{"no weekday", "varberg", `["mon", "tue", "wed", "thu", "fri"], from = "07:30"`, `["mon", "tis"], from = "07:30"`, `hours.office.spans.days: "tis" does not exist`},
		{"no kind of day", "varberg", `holidays = "open"`, `holidays = "ajar"`, `hours.on-call-phone.holidays: "ajar" does not exist`},
		{"nobody is lock manager", "varberg", `kinds = ["lock-manager"]`, `kinds = ["delivery"]`, "units.lock-manager: No unit is lock-manager"},
		{"no supplier for the on-call", "varberg", `kinds = ["supplier"]`, `kinds = ["delivery"]`, "units.supplier: No unit is supplier"},
		{"no registrar", "varberg", `kinds = ["system-owner", "registrar"]`, `kinds = ["system-owner"]`, "units.registrar: No unit is registrar"},
		{"two are the alarm", "varberg", `kinds = ["delivery"]`, `kinds = ["delivery", "alarm"]`, "units.kinds: Another unit is alarm already"},
		{"unknown part", "varberg", `kinds = ["delivery"]`, `kinds = ["deliveries"]`, `units.kinds: "deliveries" does not exist`},
		{"nobody gives out the number", "strangnas", `night_by = "alarm"`, `night_by = "supplier"`, "units.night_by: No unit with a phone"},
		{"lock manager without phone", "varberg", `phone = "0709-421 210"`, `phone = ""`, "units.phone: The lock manager must have a phone number"},
		{"unknown order", "varberg", `kinds = ["needs-lock"]`, `kinds = ["needs-locks"]`, `orders.kinds: "needs-locks" does not exist`},
		{"unknown role", "varberg", `"alarm-team"]`, `"alarms"]`, `orders.by: "alarms" does not exist`},
		{"unknown channel", "strangnas", `channels = ["order-form"]`, `channels = ["letter"]`, `orders.channels: "letter" does not exist`},
		{"unknown provider kind", "lindvik", `providers = "private"`, `providers = "foreign"`, `orders.providers: "foreign" does not exist`},
		{"unknown rule", "varberg", `rule = "V1.1-a"`, `rule = "V1.1-z"`, `orders.rule: There is no rule "V1.1-z"`},
		{"rules that contradict", "strangnas", `kinds = ["lock-ends"]`, `kinds = ["lock-ends", "mount"]`, "orders: mount by provider is said by order rule 1 already"},
		{"nobody may order", "varberg", `kinds = ["alarm-renounced"]`, `kinds = ["in-effect"]`, "orders.alarm-renounced: Nobody may order this"},
		{"gate without order", "strangnas", `kinds = ["in-effect"]`, `kinds = ["service"]`, "in_effect_gate: Nobody may set the client in effect"},
		{"notice without order", "strangnas", `lock_ends_on_notice = true`, `lock_ends_on_notice = false`, "lock_ends_on_notice: Does not agree"},
		{"negative price", "varberg", "on_call_phone = 2000", "on_call_phone = -2000", "prices.on_call_phone: The number must be 0 to 1000000"},
		{"price without on-call", "strangnas", "[equipment]", "[prices]\non_call_phone = 10\n[equipment]", "prices.on_call_phone: There is no on-call"},
		{"allotment of nobody", "varberg", "shopping = 5", "shops = 5", `equipment.allotments.shops: "shops" does not exist`},
		{"key box receipts without key boxes", "strangnas", "spare = true", "spare = true\nkey_box = true", "receipts.key_box: The municipality has no key boxes"},
		{"neither keys nor phones", "strangnas", "phones = true", "phones = false", "technology: At least one of keys and phones"},
		{"areas without answers", "lindvik", "rural_answers = true", "rural_answers = false", "rural_areas: Rural groups do not answer"},
		{"hours of an alarm", "lindvik", `shopping = "deliveries"`, `alarm = "deliveries"`, "access_hours.alarm: \"alarm\" does not exist"},
		{"hours that are not there", "lindvik", `shopping = "deliveries"`, `shopping = "nights"`, "access_hours.shopping: There is no schedule"},
		{"half hours", "lindvik", `shopping = "deliveries"`, `shopping = "office"`, "access_hours.shopping: A lock knows whole hours only"},
		{"too many hours", "lindvik", `from = "07:00", to = "20:00" }]`, `from = "07:00", to = "09:00" }, { days = ["mon"], from = "10:00", to = "11:00" },
			{ days = ["tue"], from = "11:00", to = "12:00" }, { days = ["wed"], from = "20:00", to = "06:00" }]`, "access_hours.shopping: The schedule has more times than a lock holds"},
		{"postal code", "lindvik", `"89020"`, `"890 20"`, "rural_areas.L02: A postal code is five digits"},
		{"gate without routine", "strangnas", "routine_on_file = true", "routine_on_file = false", "staff.routine_months: Say for how many months"},
		{"disclosure with readers", "lindvik", `mode = "direct"`, `mode = "disclosure"`, "log.readers: With disclosure no role reads"},
		{"direct reading by nobody", "lindvik", `readers = ["system-owner"]`, "readers = []", "log.readers: The list is empty"},
		{"unknown log mode", "lindvik", `mode = "direct"`, `mode = "open"`, `log.mode: "open" does not exist`},
		{"unknown failure", "varberg", `failure = "power"`, `failure = "powercut"`, `crisis.failure: "powercut" does not exist`},
		{"unknown placeholder", "varberg", "{phone:lock-manager}.\"", "{telephone:lock-manager}.\"", "crisis.sv: {telephone:lock-manager} stands for nothing"},
		{"placeholder without value", "varberg", "on_call_visit = 5000", "on_call_visit = 0", "crisis.sv: {price:on_call_visit} stands for nothing"},
		{"step in one language", "varberg", `en = "Try another key."`, "", "crisis.en: The text is missing"},
		{"unknown switch", "varberg", `needs = "!self_service_block"`, `needs = "selfservice"`, `crisis.needs: "selfservice" does not exist`},
		{"an hour without advice", "varberg", "sv = \"Åk till en annan synkstation.", "when = \"office\"\nsv = \"Åk till en annan synkstation.", "crisis.station: No crisis step applies on Monday at 00:00"},
		{"kept how long", "varberg", `kind = "door-log"`, `kind = "clients"`, "retention.door-log: How long these are kept is missing"},
		{"kept no time", "varberg", "days = 2557", "days = 0", "retention.days: The number must be 1 to 36500"},
		{"letter in one language", "varberg", "kind = \"receipt\"\nlanguage = \"en\"", "kind = \"receipt\"\nlanguage = \"fi\"", "letters.receipt.en: The letter is missing"},
		{"letter twice", "varberg", "kind = \"receipt\"\nlanguage = \"en\"", "kind = \"receipt\"\nlanguage = \"sv\"", "letters.kind: The letter is there in that language already"},
		{"field of another letter", "varberg", `"Till {owner}"`, `"Till {from}"`, "letters.text: {from} stands for nothing"},
		{"no answers on the slip", "lindvik", `reply = ["Ja", "Ja, men bara:", "Nej"]`, "reply = []", "letters.reply: The reply slip needs at least two answers"},
		{"a control character", "varberg", `name = "Procapita"`, `name = "Proca\u0007pita"`, "documentation.name: The text must be at most 100 characters"},
		{"a long text", "varberg", `sv = "Prova med en annan nyckel."`, `sv = "` + strings.Repeat("a", 2001) + `"`, "crisis.sv: The text must be at most 2000 characters"},
		{"a large file", "varberg", "name = ", "# " + strings.Repeat("a", profiles.MaxSize) + "\nname = ", "The file is larger than 256 kB"},
	} {
		t.Run(x.name, func(t *testing.T) {
			got := faults(t, text(t, x.profile, x.old, x.new))
			for _, line := range got {
				if strings.Contains(line, x.want) {
					return
				}
			}
			t.Errorf("got\n%s\nwant a line with %q", strings.Join(got, "\n"), x.want)
		})
	}
}

// All faults come at once, each with line and column, in the order of the file, of every sort: spelling, sorts of values,
// and what does not agree.
func TestAllFaultsAtOnceWithTheirPlaces(t *testing.T) {
	broken := text(t, "varberg", `rural_answers = true `, `rurala_answers = true `, `hours = "office"`, `hours = "kontor"`, "reserve_keys = 3", `reserve_keys = "tre"`,
		`from = "17:00", to = "24:00" }`, `from = "17:00", to = "24:61" }`)
	got := faults(t, broken)
	var want []string
	for _, x := range []string{"rurala_answers", `hours = "kontor"`, `{ days = ["mon", "tue", "wed", "thu", "fri"], from = "17:00"`, `reserve_keys = "tre"`} {
		line := 1 + strings.Count(broken[:strings.Index(broken, x)], "\n")
		column := strings.Index(strings.Split(broken, "\n")[line-1], x) + 1
		want = append(want, fmt.Sprintf("own:%d:%d: ", line, column))
	}
	if len(got) != len(want) {
		t.Fatalf("got\n%s\nwant %d lines", strings.Join(got, "\n"), len(want))
	}
	for i := range want {
		if !strings.HasPrefix(got[i], want[i]) {
			t.Errorf("got %q, want it at %s", got[i], want[i])
		}
	}
}

func TestUnknownProfile(t *testing.T) {
	_, err := profiles.Load("../varberg")
	if !errors.Is(err, profiles.ErrUnknown) || !strings.Contains(err.Error(), "lindvik, strangnas, varberg") {
		t.Errorf("got %v, want that it is unknown and which are known", err)
	}
}

func TestReadPassesOnTheReadersError(t *testing.T) {
	if _, err := profiles.Read("own", io.MultiReader(strings.NewReader("name"), broken{})); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want the reader's own error", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
