package casework

import (
	"context"
	"fmt"
	"strings"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
)

// work is a task at a door, opened in a transaction.
type work struct {
	task     Task
	client   care.Client
	dwelling care.Dwelling
	home     []care.Client
	entrance string     // id of the entrance where the work is; "" for work at the dwelling's door
	mounted  fleet.Lock // on the dwelling now, or that comes down from the entrance; zero if there is none
	before   Mounting   // what holds of that lock; zero for one that only the registers know of
	kept     fleet.Lock // kept for the visit; zero if none
	reads    fleet.Lock // that the serial step names; zero until then
	steps    []Step
	said     map[routine.WorkStep]Step // what counts of them
}

// openWork reads a task with everything that its checklist depends on.
func (s *Service) openWork(ctx context.Context, tx Tx, taskID string) (work, error) {
	w := work{said: map[routine.WorkStep]Step{}}
	t, ok, err := tx.TaskByID(ctx, taskID)
	if err != nil || !ok {
		return w, orElse(err, ErrTaskUnknown)
	}
	w.task = t
	if err := s.openDoor(ctx, tx, &w); err != nil {
		return w, err
	}
	if t.LockID != "" {
		locks, err := tx.LocksByID(ctx, []string{t.LockID})
		if err != nil {
			return w, err
		}
		if l := locks[t.LockID]; l.State == fleet.Booked {
			w.kept = l
		}
	}
	steps, err := tx.StepsOf(ctx, taskID)
	if err != nil {
		return w, err
	}
	for _, step := range steps {
		w.keep(step)
	}
	if err := comesDown(ctx, tx, &w, w.said[routine.StepTaken].Found.Serial); err != nil {
		return w, err
	}
	if first, ok := w.said[routine.StepSerial]; ok {
		locks, err := tx.LocksBySerial(ctx, []string{first.Found.Serial})
		if err != nil {
			return w, err
		}
		w.reads = locks[first.Found.Serial]
	}
	return w, nil
}

func (s *Service) openDoor(ctx context.Context, tx Tx, w *work) error {
	if w.task.ClientID != "" {
		clients, err := tx.ClientsByID(ctx, []string{w.task.ClientID})
		if err != nil {
			return err
		}
		w.client = clients[w.task.ClientID]
		dwellings, err := tx.Dwellings(ctx, []string{w.client.DwellingID})
		if err != nil {
			return err
		}
		w.dwelling = dwellings[w.client.DwellingID]
	}
	switch {
	case w.task.Kind.AtEntrance():
		return s.openEntrance(ctx, tx, w)
	case w.task.ClientID == "":
		return nil
	}
	return s.openOwnDoor(ctx, tx, w)
}

// keep lets a step count, unless a later one of its sort does.
func (w *work) keep(s Step) {
	w.steps = append(w.steps, s)
	if w.counts(s) {
		w.said[s.Step] = s
	}
}

// counts reports whether no later step of its sort has come.
func (w *work) counts(s Step) bool {
	have, ok := w.said[s.Step]
	return !ok || !s.At.Before(have.At)
}

// lock is the kind of lock that the work is about, as far as it is known.
func (w *work) lock() routine.LockKind {
	switch {
	case w.task.Kind == routine.Dismount:
		return routine.LockKind(w.mounted.Kind)
	case w.reads.ID != "":
		return routine.LockKind(w.reads.Kind)
	}
	return routine.LockKind(w.kept.Kind)
}

// has reports whether a step belongs to the work, whatever kind of lock it comes to be.
func (w *work) has(step routine.WorkStep) bool {
	kinds := []routine.LockKind{routine.DoorLock, routine.KeyBox}
	for _, kind := range kinds {
		for _, was := range kinds {
			for _, r := range routine.Checklist(w.task.Kind, kind, was) {
				if r.Step == step {
					return true
				}
			}
		}
	}
	return false
}

// Item is a line of a checklist.
type Item struct {
	routine.Required
	Said *Step // what counts; nil while nothing was said, or what was said no longer fits the other steps
}

// checklist says what of the work is done and what is left. What was said of another lock than the one that was read, or
// checked by the one who read it, is left.
func (w *work) checklist() (all []Item, left []Item) {
	first, read := w.said[routine.StepSerial]
	for _, r := range routine.Checklist(w.task.Kind, w.lock(), routine.LockKind(w.mounted.Kind)) {
		if r.Step == routine.StepTaken && w.nothing() {
			continue
		}
		item := Item{Required: r}
		if said, ok := w.said[r.Step]; ok && !(r.Step == routine.StepTaken && said.Found.Serial != w.mounted.Serial && w.task.Open()) {
			of := r.Step == routine.StepSecond || r.Step == routine.StepTest
			if !of || read && said.Found.Serial == first.Found.Serial && (r.Step == routine.StepTest || said.StaffID != first.StaffID) {
				item.Said = &said
			}
		}
		all = append(all, item)
		if item.Said == nil {
			left = append(left, item)
		}
	}
	return all, left
}

// nothing reports whether the lock that is to come down has gone by other ways, so that only the door and the keys are left.
func (w *work) nothing() bool {
	down := w.task.Kind == routine.Dismount || w.task.Kind == routine.DismountEntrance
	return down && w.mounted.ID == "" && w.task.Open()
}

// finished fails with what is left.
func (w *work) finished() error {
	_, left := w.checklist()
	if len(left) == 0 {
		return nil
	}
	var sv, en []string
	for _, i := range left {
		sv, en = append(sv, i.SV), append(en, i.EN)
	}
	return inWords(ErrStepsMissing, strings.Join(sv, "; "), strings.Join(en, "; "))
}

// inWords fills a problem whose one gap is filled differently in each language.
func inWords(p *problem.Error, sv, en string) *problem.Error {
	filled := *p
	filled.Text = problem.Text{SV: fmt.Sprintf(p.Text.SV, sv), EN: fmt.Sprintf(p.Text.EN, en)}
	return &filled
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
