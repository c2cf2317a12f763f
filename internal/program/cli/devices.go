package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"hemnyckel/credential"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/program/locksim"
	"hemnyckel/internal/program/municipality"
)

type keyCmd struct {
	Status  keyStatusCmd  `cmd:"" help:"What a key knows about itself."`
	Enrol   keyEnrolCmd   `cmd:"" help:"Take a key into use: certify it under the number that is printed on it."`
	Sync    keySyncCmd    `cmd:"" help:"Put a key into a station: it syncs, and is activated if a person has identified."`
	Open    keyOpenCmd    `cmd:"" help:"Hold a key to a lock."`
	Return  keyReturnCmd  `cmd:"" help:"Put a key back: its activation is erased."`
	Block   keyBlockCmd   `cmd:"" help:"Block a lost key, at any hour; prints which doors could still open to it."`
	Lost    keyLostCmd    `cmd:"" help:"Say that a key is looked for: it stops syncing."`
	Found   keyFoundCmd   `cmd:"" help:"Say that a key has turned up; lifts a block."`
	Replace keyReplaceCmd `cmd:"" help:"Hand out a key in place of a blocked one."`
}

// fob is the flag that names a simulated key.
type fob struct {
	State string `required:"" help:"The key's file; a new key is made there if it is absent." placeholder:"FILE"`
}

type keyStatusCmd struct{ fob }

func (c *keyStatusCmd) Run(p *program) error {
	k, err := locksim.OpenKey(c.State)
	if err != nil {
		return err
	}
	s := k.Status()
	fmt.Fprintf(p.stdout, "key %d group %d counter %d synced-until %s activated-until %s batches %d\n", s.Key, s.Group, s.Counter,
		p.instant(s.Synced), p.instant(s.Activated), s.Batches)
	return nil
}

func (p *program) instant(i credential.Instant) string {
	if i == 0 {
		return "-"
	}
	return p.day(i.Time())
}

type keyEnrolCmd struct {
	database
	fob
	Number string `required:"" help:"What is printed on the key, such as N00001."`
}

func (c *keyEnrolCmd) Run(p *program) error {
	k, err := locksim.OpenKey(c.State)
	if err != nil {
		return err
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		enrolment, err := m.Keys.Enrol(p.ctx, "cli", c.Number, k.PublicKey())
		if err != nil {
			return err
		}
		encoded, err := credential.Encode(enrolment)
		if err != nil {
			return err
		}
		return k.Enrol(encoded)
	})
}

type keySyncCmd struct {
	fob
	Station string `required:"" help:"Address of the station's key slot." placeholder:"ADDR"`
	JSON    bool   `name:"json" help:"Print the result as JSON."`
}

// Run ends with 0 when the station was content, 1 when it refused, with the reason.
func (c *keySyncCmd) Run(p *program) error {
	k, err := locksim.OpenKey(c.State)
	if err != nil {
		return err
	}
	r, err := k.Station(p.ctx, c.Station)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(p.stdout).Encode(map[string]any{"synced": r.Synced, "activated_until": int64(r.Activated), "erased": r.Erased, "code": r.Code.String()}); err != nil {
			return err
		}
	} else {
		p.say("synkad: %v, aktiverad till: %s", "synced: %v, activated until: %s", r.Synced, p.instant(r.Activated))
	}
	return p.refusal(r.Code, r.SV, r.EN)
}

// refusal is the exit of a device's no.
func (p *program) refusal(code credential.Code, sv, en string) error {
	if code == credential.OK {
		return nil
	}
	return exit{1, problem.New(problem.Denied, code.String(), sv+" ("+code.String()+")", en+" ("+code.String()+")")}
}

type keyOpenCmd struct {
	fob
	Lock string `required:"" help:"Address of the lock." placeholder:"ADDR"`
	JSON bool   `name:"json" help:"Print the result as JSON."`
}

// Run ends with 0 when the door opened, 1 when it did not, with the reason.
func (c *keyOpenCmd) Run(p *program) error {
	k, err := locksim.OpenKey(c.State)
	if err != nil {
		return err
	}
	r, err := k.Open(p.ctx, c.Lock)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(p.stdout).Encode(map[string]any{"opened": r.Opened, "lock": r.Lock, "seq": r.Seq, "code": r.Code.String()}); err != nil {
			return err
		}
	} else if r.Opened {
		p.say("dörren är öppen", "the door is open")
	}
	return p.refusal(r.Code, r.SV, r.EN)
}

type keyReturnCmd struct{ fob }

func (c *keyReturnCmd) Run(p *program) error {
	k, err := locksim.OpenKey(c.State)
	if err != nil {
		return err
	}
	return k.Return()
}

type mountCmd struct {
	database
	Serial string `required:"" help:"Serial number of the lock, from stock."`
	Client string `required:"" help:"The client's personal identity number."`
	Device string `required:"" help:"Address of the lock." placeholder:"ADDR"`
	Code   string `required:"" help:"The code inside the lock."`
	visit  `embed:""`
}

// visit is what a technician says of a mounting, all at one time. Each part may also have been said before, step by step.
type visit struct {
	Technician string `help:"Employee number of who mounts the lock, has read its number and opened it as a test."`
	Checker    string `help:"Employee number of the other person who has checked lock, number and door."`
	Original   string `help:"Where the door's own part is kept."`
	Told       string `help:"Who knows that a lock is coming: client or relative."`
	How        string `help:"How they were told: phone, visit, letter or message." default:"phone"`
	WhyBox     string `help:"Of a key box: why no lock on the door."`
}

// record keeps what was said as steps of the task at the client's door.
func (v visit) record(p *program, m *municipality.Municipality, serial, personalNumber string) error {
	now := time.Now()
	var steps []casework.Step
	say := func(said string, step routine.WorkStep, by string, f casework.Found) {
		if said != "" {
			steps = append(steps, casework.Step{ID: uuid.NewString(), Step: step, At: now, Employee: by, Found: f})
		}
	}
	say(v.Told, routine.StepInformed, "", casework.Found{Told: v.Told, How: v.How})
	say(v.Technician, routine.StepSerial, v.Technician, casework.Found{Serial: serial})
	say(v.WhyBox, routine.StepWhyBox, v.Technician, casework.Found{Reason: v.WhyBox})
	say(v.Checker, routine.StepSecond, v.Checker, casework.Found{Serial: serial})
	say(v.Technician, routine.StepTest, v.Technician, casework.Found{Serial: serial})
	say(v.Original, routine.StepOriginal, v.Technician, casework.Found{Place: v.Original})
	if lock, err := m.Casework.LockAt(p.ctx, serial, personalNumber); err != nil || len(steps) == 0 || lock.State == fleet.Mounted {
		return err
	}
	task, err := m.Casework.MountTask(p.ctx, operator(), personalNumber)
	if err != nil {
		return err
	}
	_, err = m.Casework.RecordSteps(p.ctx, operator(), task.Task.ID, steps)
	return err
}

// Run records that the lock sits at the client's door, and makes the lock the municipality's.
func (c *mountCmd) Run(p *program) error {
	today, _, err := present("")
	if err != nil {
		return err
	}
	number, err := swedish.ParsePersonalNumber(c.Client, swedish.NumberOptions{Day: today, AllowReserve: true})
	if err != nil {
		return exit{2, err}
	}
	return with(p, c.DB, func(m *municipality.Municipality) error {
		if err := c.record(p, m, c.Serial, number.String()); err != nil {
			return err
		}
		return m.MountAndClaim(p.ctx, "cli", c.Serial, number.String(), func(certify municipality.Certify) error {
			return locksim.Claim(p.ctx, c.Device, c.Code, certify)
		})
	})
}
