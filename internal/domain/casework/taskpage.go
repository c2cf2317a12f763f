package casework

import (
	"context"
	"slices"
	"strings"
	"time"

	"hemnyckel/internal/domain/care"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
)

// How much the page of tasks shows: every door that it names is a read in the journal.
const (
	MaxTodo      = 48 // work
	MaxQuestions = 32 // questions for a person
)

// TaskLine is an open task as a list shows it.
type TaskLine struct {
	Task
	OrderNumber string
	Group       string // name of the group whose staff does it, or ""
	Serial      string // of the lock, or ""
	Fault       string // what was said of the fault that it remedies, or ""
	Home        Person // whose door, on the page of tasks only; its ID is "" where the task has no client
}

// taskDay is how long a task that is due on a day, which is stored as its midnight, is still in time.
const taskDay = 24 * time.Hour

// Late reports whether the day that the task was due has passed.
func (t TaskLine) Late(now time.Time) bool { return !now.Before(t.Due.Add(taskDay)) }

// TaskList is the open tasks: work, and what a person must decide about.
type TaskList struct {
	Now       time.Time
	Work      []TaskLine // at most MaxTodo: urgent work first, then by the day it is due
	Questions []Question
	InAll     int64 // open work, shown or not
	Asked     int64 // open questions, shown or not
}

// Shown is how many of the questions there are in the list.
func (l TaskList) Shown() (n int) {
	for _, q := range l.Questions {
		for _, c := range q.Cases {
			n += len(c.Doors)
		}
	}
	return n
}

// Question is what a person must decide, about one or many doors.
type Question struct {
	Rule  string // that leads to it
	Note  string // what it is about, for [InWords], if the rule does not say
	Cases []QuestionCase
}

// QuestionCase is doors with one question, because of the same answers.
type QuestionCase struct {
	Said  []OwnerSaid // by owners, where it is about a lock that an owner does not agree to
	Doors []TaskLine
}

// OwnerSaid is an owner's word against a lock.
type OwnerSaid struct {
	Owner  string // "" when it is protected
	Answer consent.Answer
	Date   time.Time // zero when not known
	Diary  string
}

// Tasks answers the page of open tasks, once the journal has whose doors it shows.
func (p *Pages) Tasks(ctx context.Context, who Reader) (TaskList, error) {
	var out TaskList
	var homes map[string]care.Client
	err := p.db.View(ctx, func(tx PagesTx) (err error) {
		out = TaskList{Now: tx.Now()}
		if out.InAll, out.Asked, err = openWork(ctx, tx); err != nil {
			return err
		}
		if out.Work, err = tx.PageWork(ctx, false, MaxTodo); err != nil {
			return err
		}
		asked, err := tx.PageWork(ctx, true, MaxQuestions)
		if err != nil {
			return err
		}
		if homes, err = taskHomes(ctx, tx, out.Work, asked); err != nil {
			return err
		}
		out.Questions, err = questions(ctx, tx, asked, homes)
		return err
	})
	if err == nil && len(homes) > 0 {
		err = p.db.Update(ctx, func(tx PagesTx) error { return noteHomes(ctx, tx, who, QueueShown, homes) })
	}
	if err != nil {
		return TaskList{}, err
	}
	return out, nil
}

func openWork(ctx context.Context, tx PagesTx) (work, asked int64, err error) {
	counts, err := tx.WorkCounts(ctx, tx.Now())
	for _, c := range counts {
		if c.Kind == routine.Judge {
			asked += c.Tasks
		} else {
			work += c.Tasks
		}
	}
	return work, asked, err
}

// taskHomes says of every task whose door it is, masked as everywhere, and returns the clients.
func taskHomes(ctx context.Context, tx PagesTx, lists ...[]TaskLine) (map[string]care.Client, error) {
	var ids []string
	for _, list := range lists {
		for _, t := range list {
			ids = append(ids, t.ClientID)
		}
	}
	clients, err := tx.ClientsByID(ctx, distinct(ids))
	if err != nil {
		return nil, err
	}
	homes, err := tx.Dwellings(ctx, dwellingsOf(clients))
	if err != nil {
		return nil, err
	}
	for _, list := range lists {
		for i, t := range list {
			if c, ok := clients[t.ClientID]; ok {
				list[i].Home = masked(c, homes[c.DwellingID])
			}
			if list[i].Home.Protected { // what people have written may say where it is
				list[i].Fault = ""
			}
		}
	}
	return clients, nil
}

// noteHomes writes in the journal whose doors were shown, as many in an entry as it takes.
func noteHomes(ctx context.Context, tx journal.Tx, who Reader, purpose string, clients map[string]care.Client) error {
	ids := make([]string, 0, len(clients))
	for id := range clients {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for some := range slices.Chunk(ids, journal.MaxSubjects) {
		if err := noteRead(ctx, tx, who, purpose, "", some...); err != nil {
			return err
		}
	}
	return nil
}

// questions puts alike questions together, and under each the doors where the same owners have said the same.
func questions(ctx context.Context, tx PagesTx, asked []TaskLine, clients map[string]care.Client) ([]Question, error) {
	said, err := against(ctx, tx, asked, clients)
	if err != nil {
		return nil, err
	}
	var out []Question
	for _, t := range asked {
		q := slices.IndexFunc(out, func(q Question) bool { return q.Rule == t.Rule && q.Note == t.Note })
		if q < 0 {
			q, out = len(out), append(out, Question{Rule: t.Rule, Note: t.Note})
		}
		words := said[t.ID]
		same := slices.IndexFunc(out[q].Cases, func(c QuestionCase) bool { return slices.Equal(c.Said, words) })
		if same < 0 {
			same, out[q].Cases = len(out[q].Cases), append(out[q].Cases, QuestionCase{Said: words})
		}
		out[q].Cases[same].Doors = append(out[q].Cases[same].Doors, t)
	}
	return out, nil
}

// against says, by task, which owners do not agree to the lock that the question is about.
func against(ctx context.Context, tx PagesTx, asked []TaskLine, clients map[string]care.Client) (map[string][]OwnerSaid, error) {
	at := map[string]string{} // dwelling, by task
	var dwellings []string
	for _, t := range asked {
		if c, ok := clients[t.ClientID]; ok && t.Rule == routine.RuleConsent {
			at[t.ID] = c.DwellingID
			dwellings = append(dwellings, c.DwellingID)
		}
	}
	standing, err := standingAt(ctx, tx, distinct(dwellings))
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, s := range standing {
		for _, c := range s.Against {
			ids = append(ids, c.OwnerID)
		}
	}
	owners, err := tx.OwnersByID(ctx, distinct(ids))
	out := map[string][]OwnerSaid{}
	for task, dwelling := range at {
		for _, c := range standing[dwelling].Against {
			word := OwnerSaid{Owner: owners[c.OwnerID].Name, Answer: c.Answer, Date: c.Date, Diary: c.Diary}
			if owners[c.OwnerID].Protected {
				word.Owner = ""
			}
			out[task] = append(out[task], word)
		}
		slices.SortFunc(out[task], func(a, b OwnerSaid) int { return strings.Compare(a.Owner, b.Owner) })
	}
	return out, err
}
