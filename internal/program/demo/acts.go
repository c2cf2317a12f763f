package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/edge/registers"
	"hemnyckel/internal/storage"
)

// station is a sync station in the story.
type station struct {
	args  []string
	child *child
}

// start starts the station, also again after a power cut, on whatever ports are free.
func (s *station) start(ctx context.Context, d *Day) (err error) {
	s.child, err = d.begin(ctx, s.args...)
	return err
}

// panel sends a request to the station's keypad and screen.
func (s *station) panel(ctx context.Context, path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.child.first[1]+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
		return fmt.Errorf("the panel answered %s: %s", answer.Status, said)
	}
	return nil
}

func (s *station) identify(ctx context.Context, p *person) error {
	return s.panel(ctx, "/identify", map[string]string{"badge": p.badge, "pin": p.pin})
}

// refresh has the station ask the server for news, as it does by itself every few hours.
func (s *station) refresh(ctx context.Context) error {
	return again(ctx, func() error { return s.panel(ctx, "/refresh", struct{}{}) })
}

// again repeats what fails while the server is being killed and started, as people and stations do.
func again(ctx context.Context, f func() error) error {
	var err error
	for attempt := range 40 {
		if err = f(); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(50+20*attempt) * time.Millisecond):
		}
	}
	return err
}

// place places an order until it has been answered. The client repeats it under one key.
func (d *Day) place(ctx context.Context, o api.Order) (placed api.PlacedOrder, err error) {
	key := uuid.NewString()
	err = again(ctx, func() error {
		placed, err = d.rest.PlaceOrder(ctx, key, o)
		if p, ok := errors.AsType[*api.Problem](err); ok && p.Status < 500 {
			return nil // an answer that repeating does not change
		}
		return err
	})
	if err == nil {
		d.result.Orders++
		d.acknowledged = append(d.acknowledged, placed.ID)
	}
	return placed, err
}

// sayYes records that somebody who gets an alarm agrees to a digital lock (V8-b).
func (d *Day) sayYes(ctx context.Context, client registers.Client) error {
	key := uuid.NewString()
	return again(ctx, func() error {
		_, err := d.rest.RecordClientAnswer(ctx, key, api.ClientAnswer{PersonalNumber: client.ID.String(), Agrees: true,
			AskedBy: problem.Text{SV: "Handläggaren", EN: "The case officer"}.In(d.cfg.Lang), How: problem.Text{SV: "vid hembesök", EN: "at a visit"}.In(d.cfg.Lang)})
		return err
	})
}

// placeFHIR grants home care as a case system that speaks FHIR does.
func (d *Day) placeFHIR(ctx context.Context) error {
	identifier := func(system, value string) map[string]any {
		return map[string]any{"identifier": map[string]string{"system": system, "value": value}}
	}
	body, err := json.Marshal(map[string]any{"resourceType": "Bundle", "type": "transaction", "entry": []any{map[string]any{
		"request": map[string]string{"method": "POST", "url": "ServiceRequest"},
		"resource": map[string]any{"resourceType": "ServiceRequest", "status": "active", "intent": "order",
			"identifier":         []any{map[string]string{"system": "https://omsorg.example.se/bestallning", "value": uuid.NewString()}},
			"code":               map[string]any{"coding": []any{map[string]string{"system": "urn:hemnyckel:codesystem:service", "code": "homecare"}}},
			"subject":            identifier("http://electronichealth.se/identifier/personnummer", d.cast.newbie.ID.String()),
			"performer":          []any{identifier("urn:hemnyckel:identifier:group", d.cast.home.ID)},
			"occurrenceDateTime": d.today()},
	}}})
	if err != nil {
		return err
	}
	err = again(ctx, func() error {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.result.Portal+"/fhir/r4", bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/fhir+json")
		r.Header.Set("Authorization", "Bearer "+d.token)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		defer answer.Body.Close()
		said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<16))
		if err == nil && answer.StatusCode != http.StatusOK {
			err = fmt.Errorf("FHIR answered %s: %s", answer.Status, said)
		}
		return err
	})
	if err == nil {
		d.result.Orders++
	}
	return err
}

// synced is what `hemnyckel key sync --json` prints.
type synced struct {
	Synced    bool   `json:"synced"`
	Activated int64  `json:"activated_until"`
	Code      string `json:"code"`
}

// sync puts a key into a station. If person is not "", they identify first.
func (d *Day) sync(ctx context.Context, at int, key, who string) (out string, failed int, err error) {
	if who != "" {
		if err := d.stations[at].identify(ctx, d.cast.staff[who]); err != nil {
			return "", 0, err
		}
	}
	return d.run(ctx, "key", "sync", "--json", "--state", d.cast.keys[key].state, "--station", d.stations[at].child.first[0])
}

// activate syncs a key and, if a person is named, activates it, repeating while the server is away.
func (d *Day) activate(ctx context.Context, at int, key, who string) error {
	return again(ctx, func() error {
		out, failed, err := d.sync(ctx, at, key, who)
		if err != nil {
			return err
		}
		var got synced
		if err := json.Unmarshal([]byte(firstLine(out)), &got); err != nil || failed != 0 && who != "" {
			return fmt.Errorf("key sync ended with %d: %s", failed, out)
		}
		if !got.Synced || who != "" && got.Activated == 0 {
			return fmt.Errorf("the key was not served: %s", out)
		}
		d.result.Syncs++
		return nil
	})
}

// opening is what `hemnyckel key open --json` prints.
type opening struct {
	Opened bool   `json:"opened"`
	Lock   uint32 `json:"lock"`
	Seq    uint32 `json:"seq"`
	Code   string `json:"code"`
}

// open holds a key to a door.
func (d *Day) open(ctx context.Context, key string, at int) (opening, string, error) {
	out, _, err := d.run(ctx, "key", "open", "--json", "--state", d.cast.keys[key].state, "--lock", d.cast.doors[at].device.first[0])
	if err != nil {
		return opening{}, out, err
	}
	var got opening
	if err := json.Unmarshal([]byte(firstLine(out)), &got); err != nil {
		return got, out, fmt.Errorf("key open said %q: %w", out, err)
	}
	if got.Opened {
		d.result.Openings++
	} else {
		d.result.Refusals++
	}
	return got, lastLine(out), nil
}

func (d *Day) wantOpen(ctx context.Context, key string, at int) error {
	got, out, err := d.open(ctx, key, at)
	if err == nil && !got.Opened {
		err = fmt.Errorf("the door of lock %s stayed shut for key %s: %s", d.cast.doors[at].serial, d.cast.keys[key].number, out)
	}
	return err
}

// wantRefused tells the reason in the words that the key shows.
func (d *Day) wantRefused(ctx context.Context, key string, at int) (problem.Text, error) {
	got, out, err := d.open(ctx, key, at)
	if err == nil && got.Opened {
		err = fmt.Errorf("lock %s opened for key %s, which may not", d.cast.doors[at].serial, d.cast.keys[key].number)
	}
	reason := strings.TrimPrefix(out, "hemnyckel: ")
	return problem.Text{SV: reason, EN: reason}, err
}

func firstLine(s string) string { line, _, _ := strings.Cut(s, "\n"); return line }

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return strings.TrimPrefix(s[strings.LastIndex(s, "\n")+1:], "hemnyckel: ")
}

// openingsHome counts the openings in the journal by this day's locks.
func (d *Day) openingsHome(ctx context.Context) (n int, err error) {
	err = d.eachOpening(ctx, func(journal.Record) bool { n++; return true })
	return n, err
}

// anOpening is the place of one opening in the signed log.
func (d *Day) anOpening(ctx context.Context) (index int64, err error) {
	if _, err := d.m.Log.Integrate(ctx); err != nil {
		return 0, err
	}
	index = -1
	err = d.eachOpening(ctx, func(r journal.Record) bool {
		index = r.Index
		return index < 0
	})
	if err == nil && index < 0 {
		err = errors.New("no opening is in the signed journal")
	}
	return index, err
}

// eachOpening goes through the openings of this day's locks, newest first.
func (d *Day) eachOpening(ctx context.Context, f func(journal.Record) bool) error {
	return d.m.DB.View(ctx, func(tx *storage.Tx) error {
		serials := make([]string, len(d.cast.doors))
		for i, at := range d.cast.doors {
			serials[i] = at.serial
		}
		locks, err := tx.LocksBySerial(ctx, serials)
		if err != nil {
			return err
		}
		for _, l := range locks {
			records, err := journal.Timeline(ctx, tx, l.ID, journal.MaxPage, "")
			if err != nil {
				return err
			}
			for _, r := range records {
				if r.Kind == journal.DoorOpened && !f(r) {
					return nil
				}
			}
		}
		return nil
	})
}

func (d *Day) countRights(ctx context.Context) (n int, err error) {
	err = d.m.DB.View(ctx, func(tx *storage.Tx) error {
		n, err = tx.CountRights(ctx)
		return err
	})
	return n, err
}
