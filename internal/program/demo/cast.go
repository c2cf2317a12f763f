package demo

import (
	"context"
	"errors"
	"fmt"

	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/domain/fleet"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/registers"
	"hemnyckel/internal/storage"
)

// cast is who plays the day, chosen from the registers that the municipality was made from.
type cast struct {
	home   registers.Group // a municipal home-care group
	other  registers.Group // another provider's home-care group
	alarm  registers.Group // the alarm team
	city   swedish.OrgNumber
	newbie registers.Client   // has no lock and no alarm yet
	stock  string             // serial number of the lock that newbie gets
	spare  string             // of a lock in stock that is kept for tomorrow's visit, or ""
	doors  []door             // four doors of clients that the home group serves
	queue  []registers.Client // more who have neither, for the work of the days to come
	ready  int                // how many of them, from the first, live where the owner agrees to locks
	keys   map[string]*fobPlayer
	staff  map[string]*person
}

// door is a client's door with its lock.
type door struct {
	client swedish.PersonalNumber
	serial string
	device *child
}

// fobPlayer is a key in the story.
type fobPlayer struct {
	number string
	state  string // file
	group  string
}

// person is a staff member in the story.
type person struct {
	number, name, badge, pin, group string
}

var errCast = errors.New("demo: the registers lack somebody that the story needs; take a larger municipality")

// choose finds the cast. Keys and locks that an earlier day has used in the same municipality are left out.
func (d *Day) choose(ctx context.Context, r *registers.Registers) error {
	c := cast{keys: map[string]*fobPlayer{}, staff: map[string]*person{}}
	c.groups(r)
	if c.home.ID == "" || c.other.ID == "" || c.alarm.ID == "" {
		return errCast
	}
	used, err := d.used(ctx, r)
	if err != nil {
		return err
	}
	c.places(r, used)
	for role, group := range map[string]string{"morning": c.home.ID, "colleague": c.home.ID, "stranger": c.other.ID, "alarm": c.alarm.ID} {
		for _, k := range r.Keys {
			if k.Group == group && k.Status == registers.KeyInUse && !used[k.Number] {
				used[k.Number] = true
				c.keys[role] = &fobPlayer{number: k.Number, state: d.path("nyckel-" + k.Number), group: group}
				break
			}
		}
		for i, s := range r.Staff {
			if s.Group == group && s.Until == 0 && !used[s.Number] {
				used[s.Number] = true
				c.staff[role] = &person{number: s.Number, name: s.GivenName + " " + s.FamilyName, badge: "B" + s.Number, pin: fmt.Sprintf("%d73%d1", i%9+1, i%7+2), group: group}
				break
			}
		}
		if c.keys[role] == nil || c.staff[role] == nil {
			return errCast
		}
	}
	if c.newbie.ID == 0 || c.stock == "" || len(c.doors) < 4 {
		return errCast
	}
	d.cast = c
	return nil
}

func (c *cast) groups(r *registers.Registers) {
	municipal := map[swedish.OrgNumber]bool{}
	for _, p := range r.Providers {
		municipal[p.Org] = p.Municipal
		if p.Municipal {
			c.city = p.Org
		}
	}
	served := map[string]int{}
	for _, s := range r.Services {
		if s.Kind == registers.ServiceHomeCare && !s.OpensSelf {
			served[s.Group]++
		}
	}
	for _, g := range r.Groups {
		switch {
		case g.Kind == registers.GroupAlarm:
			c.alarm = g
		case g.Kind == registers.GroupHomeCare && municipal[g.Provider] && served[g.ID] > served[c.home.ID]:
			c.home = g
		}
	}
	for _, g := range r.Groups {
		better := c.other.ID == "" || (municipal[c.other.Provider] && !municipal[g.Provider])
		if g.Kind == registers.GroupHomeCare && g.ID != c.home.ID && better {
			c.other = g
		}
	}
}

// places finds four doors that the home group opens, somebody without lock and alarm, and a lock in stock.
func (c *cast) places(r *registers.Registers, used map[string]bool) {
	opens := map[swedish.PersonalNumber]bool{}
	alarmed := map[swedish.PersonalNumber]bool{}
	for _, s := range r.Services {
		opens[s.Client] = opens[s.Client] || (s.Kind == registers.ServiceHomeCare && s.Group == c.home.ID && !s.OpensSelf && s.Until == 0)
		alarmed[s.Client] = alarmed[s.Client] || s.Kind == registers.ServiceAlarm
	}
	locked := map[int32]bool{}
	dwelling := map[swedish.PersonalNumber]int32{}
	people := map[int32]int{}
	for _, v := range r.Clients {
		dwelling[v.ID] = v.Dwelling
		people[v.Dwelling]++
	}
	for _, l := range r.Locks {
		switch {
		case l.Status == registers.LockMounted && l.Kind == registers.LockDoor:
			locked[dwelling[l.Client]] = true
			if opens[l.Client] && !used[l.Serial] && len(c.doors) < 4 && people[dwelling[l.Client]] == 1 {
				c.doors = append(c.doors, door{client: l.Client, serial: l.Serial})
			}
		case l.Status == registers.LockMounted && l.Kind == registers.LockKeyBox:
			locked[dwelling[l.Client]] = true
		case l.Status == registers.LockStock && c.stock == "" && !used[l.Serial]:
			c.stock = l.Serial
		case l.Status == registers.LockStock && l.Kind == registers.LockDoor && c.spare == "" && !used[l.Serial]:
			c.spare = l.Serial
		}
	}
	var ready []registers.Client
	agreed := map[string]bool{} // houses whose owner has agreed to locks (V5.3-a)
	said := map[string]bool{}   // houses in the register of consents
	for _, s := range r.Consents {
		said[s.Property+", "+s.Town] = true
		if s.Answer == registers.ConsentGiven {
			agreed[s.Property+", "+s.Town] = true
		}
	}
	for _, v := range r.Clients {
		switch free := !alarmed[v.ID] && !locked[v.Dwelling] && people[v.Dwelling] == 1 && !v.Protected && !used[v.ID.String()]; {
		case free && c.newbie.ID == 0 && agreed[v.Street+", "+v.Town]:
			c.newbie = v
		case free && agreed[v.Street+", "+v.Town] && len(ready) < 3:
			ready = append(ready, v)
		case free && len(c.queue) < 3 && !said[v.Street+", "+v.Town]:
			c.queue = append(c.queue, v)
		}
	}
	c.queue, c.ready = append(ready, c.queue...), len(ready)
}

// used is what an earlier day in the same municipality has taken: enrolled keys, claimed locks, newly locked dwellings.
func (d *Day) used(ctx context.Context, r *registers.Registers) (map[string]bool, error) {
	out := map[string]bool{}
	var numbers, serials, people []string
	for _, k := range r.Keys {
		numbers = append(numbers, k.Number)
	}
	for _, l := range r.Locks {
		serials = append(serials, l.Serial)
	}
	for _, c := range r.Clients {
		people = append(people, c.ID.String())
	}
	err := d.m.DB.View(ctx, func(tx *storage.Tx) error {
		keys, err := tx.KeysByNumber(ctx, numbers)
		if err != nil {
			return err
		}
		for n, k := range keys {
			out[n] = k.Certificate != nil || k.State == fleet.KeyBlocked
		}
		locks, err := tx.LocksBySerial(ctx, serials)
		if err != nil {
			return err
		}
		for s, l := range locks {
			out[s] = l.Certificate != nil || l.State == fleet.Booked
		}
		return d.usedClients(ctx, tx, people, out)
	})
	return out, err
}

func (d *Day) usedClients(ctx context.Context, tx *storage.Tx, people []string, out map[string]bool) error {
	clients, err := tx.ClientsByNumber(ctx, people)
	if err != nil {
		return err
	}
	dwellings, ids := make([]string, 0, len(clients)), make([]string, 0, len(clients))
	for _, c := range clients {
		dwellings, ids = append(dwellings, c.DwellingID), append(ids, c.ID)
	}
	services, err := tx.ServicesOf(ctx, ids)
	if err != nil {
		return err
	}
	locked, err := tx.MountedLocks(ctx, dwellings)
	if err != nil {
		return err
	}
	for n, c := range clients {
		_, out[n] = locked[c.DwellingID]
		for _, v := range services[c.ID] { // an alarm that is on its way already
			out[n] = out[n] || v.Kind == routine.Alarm
		}
	}
	return nil
}
