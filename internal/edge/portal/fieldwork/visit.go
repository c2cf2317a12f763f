package fieldwork

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

func (a *Area) visit(p *page.Request) error { return a.showVisit(p, http.StatusOK, "", nil) }

// showVisit answers with the page of a task. reason is why somebody protected is shown.
func (a *Area) showVisit(p *page.Request, status int, reason string, faults ui.Faults) error {
	out, err := a.field.VisitPage(p.Context(), who(p), p.ID(), reason)
	if err != nil {
		return err
	}
	p.Now = out.Now
	if reason != "" {
		p.W.Header().Set("Cache-Control", "private, no-store")
	}
	typed := saidForm{Outcome: p.Form("outcome"), Note: p.Form("note"), Told: p.Form("told"), How: p.Form("how")}
	return p.Render(status, visitPage(p.View, out, typed, faults))
}

// saidForm is what was typed of what has been said to the client.
type saidForm struct{ Outcome, Note, Told, How string }

// reveal shows whose door it is where the client is protected, for a reason.
func (a *Area) reveal(p *page.Request) error {
	reason := p.Form("reason")
	if !slices.ContainsFunc(words.Reasons, func(r struct {
		Code string
		Text problem.Text
	}) bool {
		return r.Code == reason
	}) {
		return a.showVisit(p, http.StatusUnprocessableEntity, "", ui.Faults{{Field: "reason", Text: tWhyReveal}})
	}
	return a.showVisit(p, http.StatusOK, reason, nil)
}

// bookingForm is what is typed when a time is booked.
type bookingForm struct {
	Day, From, Until, Employee, Serial, Told, How, Reason string
	Faults                                                ui.Faults
	Stale                                                 bool
}

// versionOf is what a booking is made from: who has the task, how far it has come and which time holds.
func versionOf(v casework.WorkFile) string {
	live := ""
	if b := v.Live(); b != nil {
		live = b.ID + b.Told
	}
	return page.VersionOf(v.Task.ID, v.Task.State, v.Task.StaffID, live)
}

// version is what the forms about a task's time would be made from now.
func (a *Area) version(p *page.Request) func() (string, error) {
	return func() (string, error) {
		now, err := a.field.Task(p.Context(), who(p), p.ID())
		return versionOf(now), err
	}
}

func (a *Area) booking(p *page.Request) error {
	out, err := a.field.VisitPage(p.Context(), who(p), p.ID(), "")
	if err != nil {
		return err
	}
	p.Now = out.Now
	f := bookingForm{Employee: out.Staff[out.Task.StaffID], Serial: out.Serial}
	if b := out.Live(); b != nil {
		f.Day, f.From, f.Until, f.Employee = b.From.In(p.Zone).Format(time.DateOnly), b.From.In(p.Zone).Format("15:04"), b.Until.In(p.Zone).Format("15:04"), out.Staff[b.StaffID]
	}
	if f.Employee == "" {
		me, err := a.reader(p)
		if err != nil {
			return err
		}
		f.Employee = me.EmployeeNumber
	}
	return p.Render(http.StatusOK, bookingPage(p.View, out, f))
}

func (a *Area) book(p *page.Request) error {
	out, err := a.field.VisitPage(p.Context(), who(p), p.ID(), "")
	if err != nil {
		return err
	}
	p.Now = out.Now
	f := bookingForm{Day: p.Form("dag"), From: p.Form("fran"), Until: p.Form("till"), Employee: p.Form("employee_number"), Serial: p.Form("serial"),
		Told: p.Form("told"), How: p.Form("how"), Reason: p.Form("reason")}
	in := f.read(p.Zone)
	if b := out.Live(); b != nil && p.Stale(versionOf(out.WorkFile)) && b.From.Equal(in.From) && b.Until.Equal(in.Until) && out.Staff[b.StaffID] == in.Employee {
		return p.Redirect("/arbete/"+p.ID(), ui.Flash{Text: tBooked}) // sent twice: it is done
	}
	if out.Live() != nil && f.Reason == "" {
		f.Faults = append(f.Faults, ui.Fault{Field: "reason", Text: tWhyMoved})
	}
	if len(f.Faults) > 0 {
		return p.Render(http.StatusUnprocessableEntity, bookingPage(p.View, out, f))
	}
	if out.Serial != "" && out.Serial == in.Serial {
		in.Serial = "" // kept already
	}
	_, err = a.field.Book(p.OnceFresh(a.version(p)), who(p), p.ID(), in)
	if errors.Is(err, page.ErrStale) {
		f.Stale = true
		return p.Render(http.StatusConflict, bookingPage(p.View, out, f))
	}
	err = page.Again(err)
	if known, ok := problemOf(err); ok && known.Kind != problem.Denied && known.Kind != problem.Internal && known.Kind != problem.Unavailable {
		f.Faults = ui.Faults{{Field: bookingField(known), Text: known.Text}}
		return p.Render(http.StatusUnprocessableEntity, bookingPage(p.View, out, f))
	}
	if err != nil {
		return err
	}
	return p.Redirect("/arbete/"+p.ID(), ui.Flash{Text: tBooked})
}

// bookingField is the field that a problem of a booking is about.
func bookingField(known *problem.Error) string {
	switch known.Code {
	case casework.ErrStaffUnknown.Code, casework.ErrBookingClash.Code:
		return "employee_number"
	case casework.ErrBookingTold.Code:
		return "told"
	case "booking-past", "booking-far":
		return "dag"
	case "booking-period", "booking-outside-hours":
		return "till"
	case "lock-unknown", casework.ErrLockUnfit.Code, casework.ErrLockKept.Code, casework.ErrLockElsewhere.Code, casework.ErrLockKind.Code, casework.ErrBookingKind.Code:
		return "serial"
	}
	return known.Field
}

// read makes a booking of what was typed, and finds what is wrong with it by itself.
func (f *bookingForm) read(zone *time.Location) casework.NewBooking {
	in := casework.NewBooking{Employee: f.Employee, Serial: f.Serial, Told: f.Told, How: f.How, Reason: f.Reason}
	_, err := time.Parse(time.DateOnly, f.Day)
	if err != nil {
		f.Faults = append(f.Faults, ui.Fault{Field: "dag", Text: tWhichDay})
	}
	for _, t := range []struct {
		field, typed string
		at           *time.Time
		fault        problem.Text
	}{{"fran", f.From, &in.From, tFromWhen}, {"till", f.Until, &in.Until, tUntilWhen}} {
		clock, bad := clockOf(t.typed)
		if bad {
			f.Faults = append(f.Faults, ui.Fault{Field: t.field, Text: t.fault})
			continue
		}
		*t.at, _ = time.ParseInLocation("2006-01-02 15:04", f.Day+" "+clock, zone)
	}
	if f.Employee == "" {
		f.Faults = append(f.Faults, ui.Fault{Field: "employee_number", Text: tWhoComes})
	}
	if (f.Told == "") != (f.How == "") {
		f.Faults = append(f.Faults, ui.Fault{Field: "told", Text: tToldHow})
	}
	return in
}

// clockOf reads a time of day as people write it: 9, 9.30, 09:30.
func clockOf(s string) (clock string, bad bool) {
	for _, layout := range []string{"15:04", "15.04", "1504", "15"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.Format("15:04"), false
		}
	}
	return "", true
}

// contact records an attempt to reach the client.
func (a *Area) contact(p *page.Request) error {
	_, err := a.field.NoteContact(p.Once(), who(p), p.ID(), p.Form("outcome"), p.Form("note"))
	if faults, ok := page.Faults(err); ok {
		return a.showVisit(p, http.StatusUnprocessableEntity, "", faults)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/arbete/"+p.ID(), ui.Flash{Text: tContactNoted})
}

// told records that the client knows of the booked time.
func (a *Area) told(p *page.Request) error {
	_, err := a.field.TellBooking(p.OnceFresh(a.version(p)), who(p), p.ID(), p.Form("told"), p.Form("how"))
	if errors.Is(err, page.ErrStale) { // another time may hold by now
		return a.showVisit(p, http.StatusConflict, "", ui.Faults{{Field: "told", Text: ui.TConflict}})
	}
	if _, ok := page.Invalid(err); ok {
		return a.showVisit(p, http.StatusUnprocessableEntity, "", ui.Faults{{Field: "told", Text: tToldHow}})
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/arbete/"+p.ID(), ui.Flash{Text: tToldNoted})
}

func (a *Area) askUnbook(p *page.Request) error {
	return a.unbooking(p, http.StatusOK, nil)
}

func (a *Area) unbooking(p *page.Request, status int, faults ui.Faults) error {
	version, err := a.version(p)()
	if err != nil {
		return err
	}
	return p.Render(status, ui.Confirm(p.View, ui.Confirmation{Title: p.T(tUnbookAsk), Version: version, Effects: []string{p.T(tUnbookThen), p.T(tUnbookTell)}, Do: p.T(tUnbook), Action: "/arbete/" + p.ID() + "/avboka", Back: "/arbete/" + p.ID(),
		Reason: &ui.Field{Name: "reason", Label: p.T(tWhy), Value: p.Form("reason"), Max: casework.MaxNote, Fault: faults.Of("reason")}, Faults: faults}))
}

func (a *Area) unbook(p *page.Request) error {
	_, err := a.field.CancelBooking(p.OnceFresh(a.version(p)), who(p), p.ID(), p.Form("reason"))
	if errors.Is(err, page.ErrStale) {
		return a.unbooking(p, http.StatusConflict, ui.Faults{{Text: ui.TConflict}})
	}
	if faults, ok := page.Faults(err); ok {
		return a.unbooking(p, http.StatusUnprocessableEntity, faults)
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/arbete/"+p.ID(), ui.Flash{Text: tUnbooked})
}

func (a *Area) askCancel(p *page.Request) error {
	return p.Render(http.StatusOK, ui.Confirm(p.View, cancelling(p, nil)))
}

func cancelling(p *page.Request, faults ui.Faults) ui.Confirmation {
	return ui.Confirmation{Title: p.T(tCancelAsk), Effects: []string{p.T(tCancelOrders), p.T(tCancelBooking), p.T(tCancelUndo)}, Do: p.T(tCancelDo), Action: "/arbete/" + p.ID() + "/avbryt",
		Back: "/arbete/" + p.ID(), Faults: faults,
		Reason: &ui.Field{Name: "reason", Label: p.T(tWhy), Value: p.Form("reason"), Max: casework.MaxNote, Fault: faults.Of("reason")}}
}

func (a *Area) cancel(p *page.Request) error {
	_, err := a.field.Cancel(p.Once(), who(p), p.ID(), p.Form("reason"))
	if text, ok := page.Invalid(err); ok {
		return p.Render(http.StatusUnprocessableEntity, ui.Confirm(p.View, cancelling(p, ui.Faults{{Field: "reason", Text: text}})))
	}
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/arbete/"+p.ID(), ui.Flash{Text: tCancelled, Undo: "/arbete/" + p.ID() + "/angra"})
}

// undo opens a task again that was closed by mistake.
func (a *Area) undo(p *page.Request) error {
	_, err := a.field.Undo(p.Once(), who(p), p.ID(), p.T(tUndoReason))
	if err = page.Again(err); err != nil {
		return err
	}
	return p.Redirect("/arbete/"+p.ID(), ui.Flash{Text: tReopened})
}

// start says that somebody stands at the door.
func (a *Area) start(p *page.Request) error {
	_, err := a.field.Start(p.Context(), who(p), p.ID())
	if known, ok := problemOf(err); ok && known.Kind == problem.Conflict {
		return a.showVisit(p, http.StatusConflict, "", ui.Faults{{Text: known.Text}})
	}
	if err != nil {
		return err
	}
	return p.Redirect("/arbete/" + p.ID() + "/steg")
}

// ended is how a task has ended, or "".
func ended(v casework.VisitPage) (ui.State, bool) {
	switch v.Task.State {
	case casework.TaskDone:
		return ui.State{Text: tIsDone, Icon: "check", Tone: "good"}, true
	case casework.TaskCancelled:
		return ui.State{Text: tIsCancelled, Icon: "ended", Tone: "calm"}, true
	}
	return ui.State{}, false
}

// byItself names work that ends when an answer or a receipt is recorded where it belongs.
func byItself(k routine.TaskKind) bool {
	return k == routine.AskConsent || k == routine.AskClient || k == routine.TakeReceipt || k == routine.TakeSpare
}

// bookable reports whether a time is agreed on for the work.
func bookable(k routine.TaskKind) bool {
	return k.AtEntrance() || k.Exchanges() || k == routine.Mount || k == routine.Dismount || k == routine.ServiceLock || k == routine.ReturnKeys || k == routine.TakeSpare
}
