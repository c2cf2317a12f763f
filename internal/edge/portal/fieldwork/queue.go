package fieldwork

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// queueChoice is what the reader has chosen of the queue: it stands in the address.
type queueChoice struct {
	Whose, Kind, Area, Due, Order string
	Me                            care.Staff // zero: not known
	AreaFault                     problem.Text
}

// The values of a choice.
const (
	whoseMine, whoseFree  = "mina", "lediga"
	dueToday, dueWeek     = "idag", "vecka"
	orderRoute            = "vag"
	kindAll               = "alla"
	choiceNumber          = "anstallningsnummer" // the cookie where a browser keeps it
	maxEmployee, maxChose = 40, casework.MaxQueue
)

// reader is who looks, as the register of staff knows them: by their account, or as they have said on this browser.
func (a *Area) reader(p *page.Request) (care.Staff, error) {
	number := page.Choice(p.R, choiceNumber)
	if p.Who.StaffID != "" {
		number = ""
	} else if number == "" || len(number) > maxEmployee {
		return care.Staff{}, nil
	}
	me, err := a.field.Colleague(p.Context(), who(p), number, p.Who.StaffID)
	if problem.KindOf(err) == problem.Invalid {
		return care.Staff{}, nil // has left since
	}
	return me, err
}

func (a *Area) choice(p *page.Request) (queueChoice, casework.WorkFilter, error) {
	c := queueChoice{Whose: p.Query("vems"), Kind: p.Query("slag"), Area: strings.ReplaceAll(p.Query("omrade"), " ", ""), Due: p.Query("klar"), Order: p.Query("ordning")}
	var err error
	if c.Me, err = a.reader(p); err != nil {
		return c, casework.WorkFilter{}, err
	}
	if c.Whose == "" && c.Me.ID != "" {
		c.Whose = whoseMine
	}
	f := casework.WorkFilter{Limit: casework.MaxQueue, After: placeOf(p.Query("efter"))}
	switch k := routine.TaskKind(c.Kind); {
	case slices.Contains(doorKinds(), k) || slices.Contains(otherKinds(), k):
		f.Kind = k
	case c.Kind != kindAll:
		f.Kinds = doorKinds()
	}
	switch {
	case c.Whose == whoseMine && c.Me.ID != "":
		f.Employee = c.Me.EmployeeNumber
	case c.Whose == whoseFree:
		f.State = casework.TaskOpen
	}
	if digits(c.Area) && len(c.Area) <= 5 {
		f.PostalCode = c.Area
	} else {
		c.AreaFault = tAreaFault
	}
	year, month, day := p.Now.In(p.Zone).Date()
	switch c.Due {
	case dueToday:
		f.DueBefore = time.Date(year, month, day+1, 0, 0, 0, 0, p.Zone)
	case dueWeek:
		f.DueBefore = time.Date(year, month, day+8, 0, 0, 0, 0, p.Zone)
	}
	return c, f, nil
}

// narrowed reports whether the reader has narrowed the queue, so that the choice is to be seen.
func narrowed(c queueChoice) bool {
	return c.Area != "" || c.Kind != "" || c.Due != "" || c.Order != ""
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// placeOf reads a place in the queue from an address; what cannot be read is the beginning.
func placeOf(s string) casework.WorkCursor {
	parts := strings.Split(s, "_")
	if len(parts) != 3 || len(parts[2]) != 36 {
		return casework.WorkCursor{}
	}
	us, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return casework.WorkCursor{}
	}
	return casework.WorkCursor{Urgent: parts[0] == "1", At: time.UnixMicro(us).UTC(), ID: parts[2]}
}

func placeText(c casework.WorkCursor) string {
	if c.ID == "" {
		return ""
	}
	urgent := "0"
	if c.Urgent {
		urgent = "1"
	}
	return fmt.Sprintf("%s_%d_%s", urgent, c.At.UnixMicro(), c.ID)
}

// doorKinds are the kinds of work that somebody goes to, which the queue shows unless others are chosen; otherKinds are those.
func doorKinds() []routine.TaskKind {
	return []routine.TaskKind{routine.ServiceLock, routine.Mount, routine.ExchangeLock, routine.Dismount, routine.MountEntrance, routine.ExchangeEntrance,
		routine.DismountEntrance, routine.ReturnKeys}
}

func otherKinds() []routine.TaskKind {
	return []routine.TaskKind{routine.TakeSpare, routine.TellClient, routine.Document, routine.AskConsent, routine.AskClient, routine.TakeReceipt, routine.Attend, routine.Judge}
}

// sorted puts a page of the queue in the order that the reader goes: as it came, but what is booked today at its time; or along
// the way, by place. What is urgent comes first in either.
func sorted(v ui.View, all []casework.QueueLine, order string) []casework.QueueLine {
	all = slices.Clone(all)
	first := func(l casework.QueueLine) int {
		switch {
		case l.Urgent:
			return 0
		case bookedOn(v, l, v.Now):
			return 1
		}
		return 2
	}
	slices.SortStableFunc(all, func(a, b casework.QueueLine) int {
		if order == orderRoute {
			return cmp.Or(cmp.Compare(urgency(a), urgency(b)), strings.Compare(a.Home.Postal, b.Home.Postal), strings.Compare(a.Home.Street, b.Home.Street))
		}
		if d := cmp.Compare(first(a), first(b)); d != 0 || first(a) != 1 {
			return d
		}
		return a.From.Compare(b.From)
	})
	return all
}

func urgency(l casework.QueueLine) int {
	if l.Urgent {
		return 0
	}
	return 1
}

func bookedOn(v ui.View, l casework.QueueLine, day time.Time) bool {
	return !l.From.IsZero() && l.From.In(v.Zone).Format(time.DateOnly) == day.In(v.Zone).Format(time.DateOnly)
}

func (a *Area) queue(p *page.Request) error {
	if p.WantsFile() {
		return a.queueFile(p)
	}
	return a.showQueue(p, http.StatusOK, nil, nil)
}

// showQueue answers with the queue; faults and what was chosen are of a form that did not go through.
func (a *Area) showQueue(p *page.Request, status int, faults ui.Faults, chosen []string) error {
	c, f, err := a.choice(p)
	if err != nil {
		return err
	}
	if c.AreaFault.SV != "" {
		faults, status = append(faults, ui.Fault{Field: "omrade", Text: c.AreaFault}), http.StatusUnprocessableEntity
	}
	out, err := a.field.Queue(p.Context(), who(p), f, casework.QueueShown)
	if err != nil {
		return err
	}
	p.Now = out.Now
	out.All = sorted(p.View, out.All, c.Order)
	return p.Render(status, queuePage(p.View, out, c, faults, chosen, p.Form("employee_number")))
}

// me keeps the reader's employee number in this browser, for those whose account does not know it.
func (a *Area) me(p *page.Request) error {
	number := p.Form("mitt")
	if _, err := a.field.Colleague(p.Context(), who(p), number, ""); err != nil {
		if text, ok := page.Invalid(err); ok {
			return a.showQueue(p, http.StatusUnprocessableEntity, ui.Faults{{Field: "mitt", Text: text}}, nil)
		}
		return err
	}
	page.KeepChoice(p.W, p.R, choiceNumber, number)
	return p.Redirect("/arbete")
}

// assign gives the chosen tasks to somebody. What does not go is said, and the rest is done.
func (a *Area) assign(p *page.Request) error {
	rows, seen := chosen(p.Forms("rad"))
	number := p.Form("employee_number")
	var faults ui.Faults
	if len(rows) == 0 || len(rows) > maxChose {
		faults = append(faults, ui.Fault{Field: "ko", Text: tChooseSome})
	}
	person := care.Staff{}
	var err error
	if p.Form("till") == "mig" {
		if person, err = a.reader(p); err == nil && person.ID == "" {
			faults = append(faults, ui.Fault{Field: "mitt", Text: tWhoAreYou})
		}
	} else if number == "" {
		faults = append(faults, ui.Fault{Field: "employee_number", Text: tToWhom})
	} else {
		person, err = a.field.Colleague(p.Context(), who(p), number, "")
		if text, ok := page.Invalid(err); ok {
			faults, err = append(faults, ui.Fault{Field: "employee_number", Text: text}), nil
		}
	}
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return a.showQueue(p, http.StatusUnprocessableEntity, faults, rows)
	}
	done, left := 0, []string{}
	for _, id := range rows {
		_, err := a.field.Assign(a.unlessTaken(p, id, seen[id], person.ID), who(p), id, person.EmployeeNumber, "")
		err = page.Again(err)
		known, ok := problemOf(err)
		switch {
		case err == nil:
			done++
		case ok && known.Kind != problem.Denied:
			left = append(left, id)
			faults = append(faults, ui.Fault{Field: "ko", Text: known.Text})
		default:
			return err
		}
	}
	if len(faults) > 0 {
		return a.showQueue(p, http.StatusConflict, faults, left)
	}
	return p.Redirect("/arbete", ui.Flash{Text: tAssigned.Sprintf(done)})
}

// chosen are the tasks that were chosen, and who had each of them when they were.
func chosen(rows []string) (ids []string, seen map[string]string) {
	seen = map[string]string{}
	for _, row := range rows {
		id, had, _ := strings.Cut(row, ".")
		ids, seen[id] = append(ids, id), had
	}
	return ids, seen
}

// unlessTaken binds the assignment of a task to that nobody else has given it to another since it was chosen, and makes it once.
func (a *Area) unlessTaken(p *page.Request, id, seen, to string) context.Context {
	return txn.WithOnce(p.Context(), txn.Once{Check: func(ctx context.Context) error {
		now, err := a.field.Task(p.Context(), who(p), id)
		switch {
		case err != nil:
			return err
		case now.Task.StaffID == to:
			return txn.ErrDone
		case now.Task.StaffID != seen:
			return errTaken.Fill(now.Task.Number)
		}
		return nil
	}})
}

// line is a line of the queue as the words of tasks know it.
func line(l casework.QueueLine) casework.TaskLine {
	return casework.TaskLine{Task: l.Task, OrderNumber: l.OrderNumber, Serial: l.Serial, Home: l.Home}
}

// visitTime is "3 juni 2026 kl. 10.00–11.00", or "".
func visitTime(v ui.View, l casework.QueueLine) string {
	if l.From.IsZero() {
		return ""
	}
	return v.When(l.From) + "–" + v.Clock(l.Until)
}
