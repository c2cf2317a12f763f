package fieldwork

import (
	"errors"
	"net/http"
	"net/url"
	"slices"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
	"hemnyckel/internal/edge/web"
)

// pair is a value with its words.
type pair struct {
	value string
	text  problem.Text
}

func options(v ui.View, all []pair) []ui.Option {
	out := make([]ui.Option, len(all))
	for i, o := range all {
		out[i] = ui.Option{Value: o.value, Label: v.T(o.text)}
	}
	return out
}

func kindOptions(v ui.View) []ui.Option {
	all := []pair{{"", tKindDoors}, {kindAll, tKindAny}}
	for _, k := range append(doorKinds(), otherKinds()...) {
		all = append(all, pair{string(k), words.TaskName(k)})
	}
	return options(v, all)
}

func whoseValue(c queueChoice) string {
	switch {
	case c.Whose == whoseMine && c.Me.ID != "", c.Whose == whoseFree:
		return c.Whose
	}
	return "alla"
}

func whoseTabs(v ui.View, c queueChoice) []ui.Tab {
	var out []ui.Tab
	for _, t := range []pair{{whoseMine, tMine}, {whoseFree, tFree}, {"alla", tAll}} {
		if t.value == whoseMine && c.Me.ID == "" {
			continue
		}
		out = append(out, ui.Tab{Text: v.T(t.text), Href: "/arbete?" + keeping(v, "vems", t.value), Current: whoseValue(c) == t.value})
	}
	return out
}

// keeping is the query of this page with one value replaced, from the first page on.
func keeping(v ui.View, name, value string) string {
	q := url.Values{}
	for _, k := range []string{"vems", "omrade", "slag", "klar", "ordning"} {
		if old := v.URL.Query().Get(k); old != "" {
			q.Set(k, old)
		}
	}
	if name != "" {
		q.Set(name, value)
	}
	return q.Encode()
}

func printAddress(v ui.View) string { return "/arbete/lista.pdf?" + keeping(v, "", "") }

// errTaken says that somebody else has given a task to another since the list was read.
var errTaken = problem.New(problem.Conflict, "page-task-taken",
	"Någon annan har nyss fördelat %s. Se vem som har den nu i listan, och välj den igen om den ska bytas.",
	"Somebody else has just assigned %s. See in the list who has it now, and choose it again if that is to change.")

func problemOf(err error) (*problem.Error, bool) {
	return errors.AsType[*problem.Error](err)
}

func (a *Area) calendar(p *page.Request) error {
	return a.showCalendar(p, http.StatusOK, "", problem.Text{})
}

func (a *Area) showCalendar(p *page.Request, status int, address string, fault problem.Text) error {
	me, err := a.reader(p)
	var feeds []casework.Feed
	if err == nil && me.ID != "" {
		feeds, err = a.field.Feeds(p.Context(), who(p), me.EmployeeNumber)
	}
	if err != nil {
		return err
	}
	p.W.Header().Set("Cache-Control", "private, no-store")
	return p.Render(status, calendarPage(p.View, feeds, me.ID != "", address, fault))
}

// openCalendar makes an address and shows it, once.
func (a *Area) openCalendar(p *page.Request) error {
	me, err := a.reader(p)
	if err != nil {
		return err
	}
	if me.ID == "" {
		return a.showCalendar(p, http.StatusUnprocessableEntity, "", tWhoAreYou)
	}
	_, secret, err := a.field.OpenFeed(p.Once(), who(p), me.EmployeeNumber)
	if errors.Is(err, txn.ErrDone) { // sent twice: the address was in the first answer, and only there
		return a.showCalendar(p, http.StatusConflict, "", tCalendarTwice)
	}
	if known, ok := problemOf(err); ok && known.Kind == problem.Conflict {
		return a.showCalendar(p, http.StatusConflict, "", known.Text)
	}
	if err != nil {
		return err
	}
	scheme := "http://"
	if web.Private(p.R) {
		scheme = "https://"
	}
	return a.showCalendar(p, http.StatusOK, scheme+p.R.Host+"/calendar/"+secret+".ics", problem.Text{})
}

func (a *Area) closeCalendar(p *page.Request) error {
	me, err := a.reader(p)
	if err != nil {
		return err
	}
	feeds := []casework.Feed{}
	if me.ID != "" {
		if feeds, err = a.field.Feeds(p.Context(), who(p), me.EmployeeNumber); err != nil {
			return err
		}
	}
	id := p.Form("id")
	if !slices.ContainsFunc(feeds, func(f casework.Feed) bool { return f.ID == id }) {
		return casework.ErrFeedUnknown
	}
	if err := a.field.CloseFeed(p.Context(), who(p), id); err != nil {
		return err
	}
	return p.Redirect("/arbete/kalender", ui.Flash{Text: tCalendarShut})
}

var (
	tCalendarTwice  = problem.Text{SV: "Adressen är redan öppnad och visades en gång. Hann du inte kopiera den? Stäng den i listan och öppna en ny.", EN: "The address is open already and was shown once. Did you not copy it? Close it in the list and open a new one."}
	tAreaFault      = problem.Text{SV: "Skriv ett postnummer, eller dess första siffror.", EN: "Write a postal code, or its first digits."}
	tChooseHead     = problem.Text{SV: "Välj", EN: "Choose"}
	tChooseSome     = problem.Text{SV: "Välj minst en uppgift i listan.", EN: "Choose at least one task in the list."}
	tWhoAreYou      = problem.Text{SV: "Skriv ditt anställningsnummer först.", EN: "Write your employee number first."}
	tToWhom         = problem.Text{SV: "Skriv anställningsnumret för den som ska göra uppgifterna.", EN: "Write the employee number of who shall do the tasks."}
	tAssigned       = problem.Text{SV: "%d uppgifter är fördelade.", EN: "%d tasks have been assigned."}
	tPrintedBy      = problem.Text{SV: "Utskriven av %s %s. Förvara listan inlåst och förstör den senast %s.", EN: "Printed by %s on %s. Keep the list locked up and shred it by %s."}
	tWhose          = problem.Text{SV: "Vems uppgifter", EN: "Whose tasks"}
	tMine           = problem.Text{SV: "Mina", EN: "Mine"}
	tFree           = problem.Text{SV: "Inte fördelade", EN: "Not assigned"}
	tAll            = problem.Text{SV: "Alla", EN: "All"}
	tArea           = problem.Text{SV: "Postnummer", EN: "Postal code"}
	tAreaHint       = problem.Text{SV: "Eller de första siffrorna.", EN: "Or its first digits."}
	tKind           = problem.Text{SV: "Slag", EN: "Kind"}
	tKindDoors      = problem.Text{SV: "Vid dörrar och portar", EN: "At doors and entrances"}
	tKindAny        = problem.Text{SV: "Alla slag", EN: "All kinds"}
	tNarrow         = problem.Text{SV: "Urval och ordning", EN: "Filter and order"}
	tDueBy          = problem.Text{SV: "Klar", EN: "Due"}
	tDueAny         = problem.Text{SV: "När som helst", EN: "Any time"}
	tDueWeek        = problem.Text{SV: "Inom en vecka", EN: "Within a week"}
	tOrder          = problem.Text{SV: "Ordning", EN: "Order"}
	tOrderTime      = problem.Text{SV: "Efter tid", EN: "By time"}
	tOrderRoute     = problem.Text{SV: "Längs vägen", EN: "Along the way"}
	tQueueNone      = problem.Text{SV: "Inget att göra i det här urvalet", EN: "Nothing to do in this choice"}
	tQueueNoneD     = problem.Text{SV: "Välj Alla för att se andras uppgifter, eller töm urvalet. Nya uppgifter dyker upp när beställningar och felanmälningar kommer in.", EN: "Choose All to see the others' tasks, or clear the filter. New tasks appear when orders and fault reports come in."}
	tAssign         = problem.Text{SV: "Fördela uppgifterna", EN: "Assign the tasks"}
	tAssignTo       = problem.Text{SV: "Fördela de valda till", EN: "Assign the chosen ones to"}
	tAssignHint     = problem.Text{SV: "Anställningsnummer.", EN: "Employee number."}
	tTakeThem       = problem.Text{SV: "Ta dem själv", EN: "Take them yourself"}
	tWhatToDo       = problem.Text{SV: "Uppgift", EN: "Task"}
	tWhere          = problem.Text{SV: "Var", EN: "Where"}
	tTimeHead       = problem.Text{SV: "Tid", EN: "Time"}
	tWho            = problem.Text{SV: "Vem", EN: "Who"}
	tNobody         = problem.Text{SV: "Ingen än", EN: "Nobody yet"}
	tDueThen        = problem.Text{SV: "Klar senast %s", EN: "Due %s"}
	tMore           = problem.Text{SV: "Visa fler", EN: "Show more"}
	tFromStart      = problem.Text{SV: "Till början", EN: "To the beginning"}
	tPrintList      = problem.Text{SV: "Skriv ut listan", EN: "Print the list"}
	tCalendar       = problem.Text{SV: "Dina besök i kalendern", EN: "Your visits in your calendar"}
	tCalendarLead   = problem.Text{SV: "Din egen kalender kan hämta dina bokade besök. Där står tid, ort och uppgiftens nummer, aldrig ett namn eller en dörr.", EN: "Your own calendar can fetch your booked visits. It shows time, town and the task's number, never a name or a door."}
	tCalendarNew    = problem.Text{SV: "Din kalenderadress", EN: "Your calendar address"}
	tCalendarOnce   = problem.Text{SV: "Den visas bara nu. Lägg in den i kalendern och visa den inte för någon annan.", EN: "It is shown only now. Put it into your calendar and do not show it to anybody."}
	tCalendarMade   = problem.Text{SV: "Adress från %s", EN: "Address made %s"}
	tCalendarClose  = problem.Text{SV: "Stäng adressen", EN: "Close the address"}
	tCalendarClosed = problem.Text{SV: "Stängd", EN: "Closed"}
	tCalendarOpen   = problem.Text{SV: "Skapa en kalenderadress", EN: "Make a calendar address"}
	tCalendarShut   = problem.Text{SV: "Adressen är stängd. Kalendern får inga fler besök därifrån.", EN: "The address is closed. No more visits reach a calendar from there."}
	tWhoAmI         = problem.Text{SV: "Ditt anställningsnummer", EN: "Your employee number"}
	tWhoAmIHint     = problem.Text{SV: "Då visas dina egna uppgifter, och numret fylls i när du arbetar vid dörren. Det sparas i den här webbläsaren.", EN: "Then your own tasks are shown, and the number is filled in when you work at a door. It is kept in this browser."}
	tShowMine       = problem.Text{SV: "Visa mina uppgifter", EN: "Show my tasks"}
	tNext           = problem.Text{SV: "Nästa uppgift", EN: "Next task"}
	tOpenTask       = problem.Text{SV: "Öppna uppgiften", EN: "Open the task"}
)
