package fieldwork

import (
	_ "embed"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// stepForm is one step as it is asked for and typed.
type stepForm struct {
	Step                                                         routine.WorkStep
	Title                                                        string
	ID                                                           string    // of the step: sent twice, it is saved once
	At                                                           time.Time // when it was done; the script says it by the device's clock
	Serial, Employee, Told, How, Next, Place, Reason, Keys, Hint string
	Faults                                                       ui.Faults
}

// stepsView is the page of the steps: the one that is asked for now, and those to come for when the network is gone.
type stepsView struct {
	casework.WorkFile
	Now    stepForm // its Step is "" when nothing is left
	Later  []stepForm
	At     int // which step of all it is
	Me     string
	Who    string // an opaque name of the reader: what waits in a browser is sent by nobody else
	Note   string
	Faults ui.Faults // of finishing
}

// steps answers: what do I do at the door now?
func (a *Area) steps(p *page.Request) error {
	w, err := a.field.Task(p.Context(), who(p), p.ID())
	if err != nil {
		return err
	}
	if w.Task.State != casework.TaskInProgress {
		return p.Redirect("/arbete/" + p.ID())
	}
	return a.showSteps(p, http.StatusOK, w, nil, nil)
}

// showSteps answers with the steps. typed is a step that did not go through; faults are of finishing.
func (a *Area) showSteps(p *page.Request, status int, w casework.WorkFile, typed *stepForm, faults ui.Faults) error {
	me, err := a.reader(p)
	if err != nil {
		return err
	}
	s := stepsView{WorkFile: w, Me: me.EmployeeNumber, Who: page.VersionOf(p.Who.AccountID), Faults: faults, Note: p.Form("note")}
	asked := routine.WorkStep(p.Query("steg"))
	if typed != nil {
		asked = typed.Step
	}
	for i, item := range w.Checklist {
		f := a.blank(p, w, item, me.EmployeeNumber)
		switch {
		case asked == item.Step, asked == "" && s.Now.Step == "" && item.Said == nil:
			s.Now, s.At = f, i+1
		case item.Said == nil:
			s.Later = append(s.Later, f)
		}
	}
	if typed != nil && s.Now.Step == typed.Step {
		typed.Title, typed.Hint = s.Now.Title, s.Now.Hint
		s.Now = *typed
	}
	return p.Render(status, stepsPage(p.View, s))
}

// blank is a step with what is known of it already. A serial number is read from the lock, never filled in, but for the test
// opening of the lock that was just read.
func (a *Area) blank(p *page.Request, w casework.WorkFile, item casework.Item, me string) stepForm {
	f := stepForm{Step: item.Step, Title: problem.Text{SV: item.SV, EN: item.EN}.In(p.Lang), ID: uuid.NewString(), At: p.Now, Employee: me}
	switch item.Step {
	case routine.StepSecond:
		f.Employee = ""
	case routine.StepSerial:
		if w.Serial != "" && w.Serial != w.Mounted {
			f.Hint = p.F(tKeptLock, w.Serial)
		}
	case routine.StepTaken:
		if w.Mounted != "" {
			f.Hint = p.F(tComesDown, w.Mounted)
		}
	case routine.StepTest:
		for _, i := range w.Checklist {
			if i.Step == routine.StepSerial && i.Said != nil {
				f.Serial = i.Said.Found.Serial
			}
		}
	}
	return f
}

// step saves one step.
func (a *Area) step(p *page.Request) error {
	f := stepForm{Step: routine.WorkStep(p.Form("step")), ID: p.Form("step_id"), Serial: p.Form("serial"), Employee: p.Form("employee_number"), Told: p.Form("told"), How: p.Form("how"),
		Next: p.Form("next"), Place: p.Form("place"), Reason: p.Form("reason"), Keys: p.Form("keys")}
	at, err := time.Parse(time.RFC3339, p.Form("at"))
	if f.At = at; err != nil {
		f.At, f.Faults = p.Now, ui.Faults{{Text: casework.ErrStepTime.Text}}
	}
	keys := f.check()
	if len(f.Faults) == 0 {
		_, err := a.field.RecordSteps(p.Context(), who(p), p.ID(), []casework.Step{{ID: f.ID, Step: f.Step, At: f.At, Employee: f.Employee,
			Found: casework.Found{Serial: f.Serial, Told: f.Told, How: f.How, Next: fleet.LockState(f.Next), Place: f.Place, Reason: f.Reason, Keys: keys}}})
		if err == nil {
			return p.Redirect("/arbete/" + p.ID() + "/steg")
		}
		known, ok := problemOf(err)
		if !ok || known.Kind == problem.Denied || known.Kind == problem.Internal || known.Kind == problem.Unavailable || known.Code == casework.ErrTaskUnknown.Code {
			return err
		}
		f.refused(known, p.Now)
	}
	w, err := a.field.Task(p.Context(), who(p), p.ID())
	if err != nil {
		return err
	}
	return a.showSteps(p, http.StatusUnprocessableEntity, w, &f, f.Faults)
}

// check finds what is missing, in the words of the form.
func (f *stepForm) check() (keys int) {
	want := func(field, value string, text problem.Text) {
		if value == "" {
			f.Faults = append(f.Faults, ui.Fault{Field: field, Text: text})
		}
	}
	switch f.Step {
	case routine.StepInformed:
		want("told", f.Told, tStepTold)
		want("how", f.How, tStepHow)
		f.Employee = ""
	case routine.StepSerial, routine.StepSecond, routine.StepTest:
		want("serial", f.Serial, tStepSerial)
	case routine.StepTaken:
		want("serial", f.Serial, tStepSerial)
		want("next", f.Next, tStepNext)
		if f.Next == string(fleet.Scrapped) {
			want("reason", f.Reason, tStepScrap)
		}
	case routine.StepWhyBox:
		want("reason", f.Reason, tStepBox)
	case routine.StepOriginal:
		want("place", f.Place, tStepPlace)
	case routine.StepKeys:
		n, err := strconv.Atoi(f.Keys)
		if err != nil || n < 0 || n > 20 {
			f.Faults = append(f.Faults, ui.Fault{Field: "keys", Text: tStepKeys})
		} else if n > 0 {
			want("told", f.Told, tStepGot)
		} else {
			f.Told = ""
		}
		return n
	}
	if f.Step != routine.StepInformed {
		want("employee_number", f.Employee, tStepWho)
	}
	return 0
}

// refused puts a problem of the domain at the field that it is about.
func (f *stepForm) refused(known *problem.Error, now time.Time) {
	field, text := known.Field, known.Text
	switch known.Code {
	case casework.ErrStaffUnknown.Code, casework.ErrStepSamePerson.Code:
		field = "employee_number"
	case casework.ErrStepReused.Code: // the back button: what is typed now is a correction
		field, text, f.ID = "", tStepAgain, uuid.NewString()
	case casework.ErrStepID.Code:
		f.ID = uuid.NewString()
	case casework.ErrStepTime.Code: // a clock that is set right must not be held to what it said before
		f.At = now
	case casework.ErrTaskClosed.Code, casework.ErrStepKind.Code:
	default:
		if field == "" && (f.Step == routine.StepSerial || f.Step == routine.StepSecond || f.Step == routine.StepTest || f.Step == routine.StepTaken) {
			field = "serial"
		}
	}
	f.Faults = ui.Faults{{Field: field, Text: text}}
}

// complete says that the work is done.
func (a *Area) complete(p *page.Request) error {
	_, err := a.field.Complete(p.Once(), who(p), p.ID(), p.Form("note"))
	err = page.Again(err)
	if known, ok := problemOf(err); ok && (known.Kind == problem.Conflict || known.Kind == problem.Invalid) {
		w, again := a.field.Task(p.Context(), who(p), p.ID())
		if again != nil {
			return again
		}
		if !w.Task.Open() {
			return err
		}
		return a.showSteps(p, http.StatusUnprocessableEntity, w, nil, ui.Faults{{Text: known.Text}})
	}
	if err != nil {
		return err
	}
	return p.Redirect("/arbete/" + p.ID() + "/klart")
}

// done is the receipt.
func (a *Area) done(p *page.Request) error {
	w, err := a.field.Task(p.Context(), who(p), p.ID())
	if err != nil {
		return err
	}
	if w.Task.State != casework.TaskDone {
		return p.Redirect("/arbete/" + p.ID())
	}
	return p.Render(http.StatusOK, donePage(p.View, w))
}

// The scripts of the steps: one keeps what is typed until the network is back, the other keeps the page.
var (
	//go:embed falt.js
	fieldJS []byte
	//go:embed falt-kopia.js
	copyJS []byte
)

func fieldScript(p *page.Request) error { return script(p, fieldJS) }

func copyScript(p *page.Request) error { return script(p, copyJS) }

func script(p *page.Request, text []byte) error {
	p.W.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	p.W.Header().Set("Cache-Control", "no-cache")
	_, err := p.W.Write(text)
	return err
}
