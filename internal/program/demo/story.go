package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/base/swedish"
	"hemnyckel/internal/edge/registers"
	"hemnyckel/internal/program/importer"
	"hemnyckel/internal/program/municipality"
	"hemnyckel/internal/program/sample"
)

// story is the day, step by step.
func story() []step {
	return []step{
		{"import", "Kommunens register läses in.", "The municipality's registers are read in.", (*Day).registers},
		{"start", "Server, två synkstationer och fem lås startas, var och en som en egen process.", "Server, two sync stations and five locks start, each as a process of its own.", (*Day).parts},
		{"enrol", "Personal får bricka och kod, nycklar tas i bruk.", "Staff get badge and PIN, keys are taken into use.", (*Day).enrol},
		{"orders", "Omsorgshandläggaren beställer: larm genom REST, hemtjänst genom FHIR, till en kund utan lås.", "The case officer orders for a client without a lock: an alarm through REST, home care through FHIR.", (*Day).orders},
		{"mount", "Teknikern monterar kundens lås och tar de fyra andra i bruk.", "The technician mounts the client's lock and takes the other four into use.", (*Day).mounting},
		{"sync", "Nycklarna synkas och aktiveras för arbetspasset, med bricka och kod.", "Keys are synced and activated for the shift, with badge and PIN.", (*Day).morning},
		{"open", "Dörrarna öppnas.", "The doors open.", (*Day).doors},
		{"wrong-key", "En nyckel från en annan utförare provas på kundens dörr.", "A key of another provider is tried on the client's door.", (*Day).wrongKey},
		{"provider-change", "Kunden byter utförare i dag: den gamla mister, den nya får, vid samma midnatt.", "The client changes provider today: the old one loses, the new one gains, at the same midnight.", (*Day).providerChange},
		{"lost-key", "En nyckel tappas och spärras; spärren reser med en kollega.", "A key is lost and blocked; the block travels with a colleague.", (*Day).lostKey},
		{"power-cut", "Strömmen går: servern är borta och stationen startar om. En synkad nyckel aktiveras ändå.", "The power goes: the server is gone and the station restarts. A synced key is activated all the same.", (*Day).powerCut},
		{"logs-home", "Strömmen är tillbaka. Låsens loggar kommer hem med nycklarna.", "The power is back. The locks' logs come home with the keys.", (*Day).logsHome},
		{"queue", "Under tiden har det kommit in arbete för i morgon, och ett fel som är bråttom.", "Meanwhile work for tomorrow has come in, and a fault that is urgent.", (*Day).queue},
		{"verify", "Ett utdrag ur loggen kontrolleras utan att lita på oss; ett ändrat tecken avslöjas.", "An extract of the journal is verified without trusting us; one changed character gives it away.", (*Day).verify},
		{"check", "Alla behörigheter räknas om från sina grunder, och hela loggen kontrolleras.", "All rights are recomputed from their grounds, and the whole journal is checked.", (*Day).check},
	}
}

// said is what proves a step.
func said(sv, en string, args ...any) problem.Text {
	return problem.Text{SV: sv, EN: en}.Sprintf(args...)
}

func stockholm() (*time.Location, error) { return time.LoadLocation("Europe/Stockholm") }

func (d *Day) registers(ctx context.Context) (problem.Text, error) {
	zone, err := stockholm()
	if err != nil {
		return problem.Text{}, err
	}
	today := swedish.DateOf(time.Now().In(zone))
	folder := d.path("register")
	if _, err := sample.Write(folder, sample.Options{Clients: d.cfg.Clients, Seed: d.cfg.Seed, Faults: true, Day: today}); err != nil {
		return problem.Text{}, err
	}
	if d.m, err = municipality.Open(ctx, d.db, municipality.Options{Create: true, Profile: d.cfg.Profile, Keys: d.cfg.Keys, Ask: d.cfg.Ask}); err != nil {
		return problem.Text{}, err
	}
	if _, err := d.m.FinishProfile(ctx); err != nil {
		return problem.Text{}, err
	}
	if err := d.m.Rename(ctx, "Nyckelhamns kommun"); err != nil {
		return problem.Text{}, err
	}
	begun := time.Now()
	r, err := importer.Run(ctx, d.m, folder, d.cfg.Lang, importer.Options{Day: today, Location: zone, AllowReserve: true})
	if err != nil {
		return problem.Text{}, err
	}
	took := time.Since(begun)
	read, _, err := registers.Read(ctx, folder, registers.Options{Day: today, AllowReserve: true})
	if err != nil {
		return problem.Text{}, err
	}
	if err := d.choose(ctx, read); err != nil {
		return problem.Text{}, err
	}
	if err := d.hire(ctx); err != nil {
		return problem.Text{}, err
	}
	d.result.Clients = r.Accepted["kunder"] + r.Unchanged["kunder"]
	return said("%d kunder på %.1f s; %d felaktiga rader hittade och utpekade.", "%d clients in %.1f s; %d faulty rows found and pointed out.",
		d.result.Clients, took.Seconds(), len(r.Rejected)), nil
}

func (d *Day) parts(ctx context.Context) (problem.Text, error) {
	if err := d.serve(ctx); err != nil {
		return problem.Text{}, err
	}
	for i := range d.stations {
		token, err := d.enrolStation(ctx, []string{"Hemtjänsten", "Trygghetsteamet"}[i], []string{d.cast.home.ID, d.cast.alarm.ID}[i])
		if err != nil {
			return problem.Text{}, err
		}
		d.stations[i].args = []string{"station", "run", "--server", d.result.Portal, "--state", d.path(fmt.Sprintf("station-%d", i+1)), "--unsealed", "--token", strings.TrimSpace(token),
			"--listen", "127.0.0.1:0", "--panel", "127.0.0.1:0"}
		if err := d.stations[i].start(ctx, d); err != nil {
			return problem.Text{}, err
		}
	}
	for i := range 5 {
		k, err := d.begin(ctx, "lock", "--state", d.path(fmt.Sprintf("las-%d", i+1)), "--listen", "127.0.0.1:0")
		if err != nil {
			return problem.Text{}, err
		}
		d.locks = append(d.locks, k)
	}
	return said("8 processer talar med varandra; portalen finns på %s.", "8 processes talk to each other; the portal is at %s.", d.result.Portal), nil
}

// enrolStation makes a station known, under a name that earlier days have not used.
func (d *Day) enrolStation(ctx context.Context, name, group string) (token string, err error) {
	named := name
	for n := 2; n < 100; n++ {
		if token, err = d.must(ctx, "station", "enrol", "--db", d.db, "--name", named, "--group", group); err == nil {
			break
		}
		named = fmt.Sprintf("%s %d", name, n)
	}
	return token, err
}

func (d *Day) enrol(ctx context.Context) (problem.Text, error) {
	for _, p := range d.cast.staff {
		if _, err := d.must(ctx, "staff", "enrol", "--db", d.db, "--number", p.number, "--badge", p.badge, "--pin", p.pin); err != nil {
			return problem.Text{}, err
		}
	}
	for _, k := range d.cast.keys {
		if _, err := d.must(ctx, "key", "enrol", "--db", d.db, "--state", k.state, "--number", k.number); err != nil {
			return problem.Text{}, err
		}
	}
	for i := range d.stations {
		if err := d.stations[i].refresh(ctx); err != nil {
			return problem.Text{}, err
		}
	}
	return said("%d medarbetare kan identifiera sig; %d nycklar har fått sina certifikat.", "%d staff members can identify themselves; %d keys have their certificates.", len(d.cast.staff), len(d.cast.keys)), nil
}

func (d *Day) today() string { return time.Now().In(mustStockholm()).Format("2006-01-02") }

// mustStockholm is for where the zone is known to load: it has been loaded before.
func mustStockholm() *time.Location {
	zone, err := stockholm()
	if err != nil {
		return time.UTC
	}
	return zone
}

func (d *Day) orders(ctx context.Context) (problem.Text, error) {
	token, err := d.must(ctx, "token", "create", "--db", d.db, "--organisation", d.cast.city.String(), "--scope", "role:case-officer", "--days", "1")
	if err != nil {
		return problem.Text{}, err
	}
	d.token = strings.TrimSpace(token)
	d.rest = api.New(d.result.Portal, d.token, nil).In(d.cfg.Lang)
	alarm, err := d.place(ctx, api.Order{Kind: "alarm-granted", PersonalNumber: d.cast.newbie.ID.String(), Effective: d.today(), Reference: "SOL-1"})
	if err != nil {
		return problem.Text{}, err
	}
	if !slices.ContainsFunc(alarm.Tasks, func(t api.Task) bool { return t.Kind == "mount" }) {
		return problem.Text{}, fmt.Errorf("the alarm order led to the tasks %v, want one to mount a lock", alarm.Tasks)
	}
	if err := d.placeFHIR(ctx); err != nil {
		return problem.Text{}, err
	}
	if d.cfg.Kills > 0 {
		d.pour(ctx)
		d.server.torment(ctx, d.cfg.Kills)
	}
	return said("Larmbeställning %s gav uppgiften att montera ett lås (V1.1-a).", "The alarm order %s led to the task of mounting a lock (V1.1-a).", alarm.Number), nil
}

func (d *Day) mounting(ctx context.Context) (problem.Text, error) {
	newbie := door{client: d.cast.newbie.ID, serial: d.cast.stock}
	d.cast.doors = append([]door{newbie}, d.cast.doors...)
	for i := range d.cast.doors {
		at := &d.cast.doors[i]
		at.device = d.locks[i]
		args := []string{"mount", "--db", d.db, "--serial", at.serial, "--client", at.client.String(), "--device", at.device.first[0], "--code", at.device.first[1]}
		if i == 0 {
			args = append(args, "--technician", d.cast.staff["alarm"].number, "--checker", d.cast.staff["colleague"].number,
				"--told", "client", "--original", "Nyckelförrådet, hylla 4")
		}
		if _, err := d.must(ctx, "lock", "press", "--state", d.path(fmt.Sprintf("las-%d", i+1))); err != nil {
			return problem.Text{}, err
		}
		if _, err := d.must(ctx, args...); err != nil {
			return problem.Text{}, err
		}
	}
	why, err := d.must(ctx, "why", "--db", d.db, "--lock", d.cast.stock, "--group", d.cast.home.ID)
	if err != nil {
		return problem.Text{}, err
	}
	first := strings.Join(strings.Fields(firstLine(why))[1:], " ")
	return said("Frågan varför har nu ett svar: %s.", "Why now has an answer: %s.", first), nil
}

func (d *Day) morning(ctx context.Context) (problem.Text, error) {
	for i, role := range []string{"morning", "colleague", "alarm", "stranger"} {
		if err := d.activate(ctx, i%2, role, role); err != nil {
			return problem.Text{}, err
		}
	}
	status, err := d.must(ctx, "key", "status", "--state", d.cast.keys["morning"].state)
	if err != nil {
		return problem.Text{}, err
	}
	_, status, _ = strings.Cut(strings.TrimSpace(status), "synced-until ")
	synced, status, _ := strings.Cut(status, " activated-until ")
	activated, _, ok := strings.Cut(status, " batches")
	if !ok {
		return problem.Text{}, fmt.Errorf("key status says something else than it used to: %q", status)
	}
	return said("Nyckel %s är synkad till %s och aktiverad till %s; tre till likaså.", "Key %s is synced until %s and activated until %s; so are three more.",
		d.cast.keys["morning"].number, synced, activated), nil
}

// plain is a reason without its code.
func plain(reason string) string {
	if i := strings.LastIndex(reason, " ("); i > 0 && strings.HasSuffix(reason, ")") {
		return reason[:i]
	}
	return reason
}

func (d *Day) doors(ctx context.Context) (problem.Text, error) {
	opened := 0
	for i := range d.cast.doors {
		if err := d.wantOpen(ctx, "morning", i); err != nil {
			return problem.Text{}, err
		}
		opened++
	}
	if err := d.wantOpen(ctx, "alarm", 0); err != nil {
		return problem.Text{}, err
	}
	return said("%d dörrar öppnade av hemtjänsten, en av trygghetsteamet.", "%d doors opened by home care, one by the alarm team.", opened), nil
}

func (d *Day) wrongKey(ctx context.Context) (problem.Text, error) {
	refused, err := d.wantRefused(ctx, "stranger", 0)
	return said("Dörren förblev stängd. Nyckeln visar: %s", "The door stayed shut. The key shows: %s", plain(refused.In(d.cfg.Lang))), err
}

func (d *Day) providerChange(ctx context.Context) (problem.Text, error) {
	if _, err := d.place(ctx, api.Order{Kind: "provider-changed", PersonalNumber: d.cast.newbie.ID.String(), Group: d.cast.home.ID,
		ToGroup: d.cast.other.ID, Effective: d.today(), InEffect: true}); err != nil {
		return problem.Text{}, err
	}
	for i, role := range []string{"stranger", "colleague"} {
		if err := d.activate(ctx, i, role, role); err != nil {
			return problem.Text{}, err
		}
	}
	if err := d.wantOpen(ctx, "stranger", 0); err != nil {
		return problem.Text{}, fmt.Errorf("the new provider: %w", err)
	}
	refused, err := d.wantRefused(ctx, "colleague", 0)
	return said("Den nya öppnar. Den gamla får till svar: %s", "The new one opens. The old one is told: %s", plain(refused.In(d.cfg.Lang))), err
}

func (d *Day) lostKey(ctx context.Context) (problem.Text, error) {
	lost := d.cast.keys["morning"]
	if err := d.wantOpen(ctx, "morning", 1); err != nil {
		return problem.Text{}, fmt.Errorf("before it is lost: %w", err)
	}
	exposed, err := d.must(ctx, "key", "block", "--db", d.db, "--number", lost.number, "--reason", "borttappad, demo")
	if err != nil {
		return problem.Text{}, err
	}
	if err := d.activate(ctx, 0, "colleague", "colleague"); err != nil {
		return problem.Text{}, err
	}
	if err := d.wantOpen(ctx, "colleague", 1); err != nil {
		return problem.Text{}, err
	}
	refused, err := d.wantRefused(ctx, "morning", 1)
	if err != nil {
		return refused, err
	}
	if _, failed, err := d.sync(ctx, 0, "morning", ""); err != nil || failed == 0 {
		return problem.Text{}, fmt.Errorf("a blocked key was synced (%v)", err)
	}
	return said("%d dörrar stod öppna för den i värsta fall; vid dörren som kollegan besökt: %s", "%d doors were open to it at worst; at the door that the colleague has visited: %s",
		strings.Count(exposed, "\n"), plain(refused.In(d.cfg.Lang))), nil
}

func (d *Day) powerCut(ctx context.Context) (problem.Text, error) {
	if err := d.activate(ctx, 1, "alarm", ""); err != nil { // synced before the power goes
		return problem.Text{}, err
	}
	d.server.cut()
	station := &d.stations[1]
	station.child.kill()
	if err := station.start(ctx, d); err != nil {
		return problem.Text{}, err
	}
	if err := station.identify(ctx, d.cast.staff["alarm"]); err != nil {
		return problem.Text{}, err
	}
	out, _, err := d.sync(ctx, 1, "alarm", "")
	if err != nil {
		return problem.Text{}, err
	}
	var got synced
	if err := json.Unmarshal([]byte(firstLine(out)), &got); err != nil {
		return problem.Text{}, fmt.Errorf("key sync said %q: %w", out, err)
	}
	if got.Synced || got.Activated == 0 {
		return problem.Text{}, fmt.Errorf("without a server the key got %+v, want an activation and no sync", got)
	}
	if err := d.wantOpen(ctx, "alarm", 0); err != nil {
		return problem.Text{}, err
	}
	return said("Aktiverad utan server till %s, och dörren öppnades (V2.5-a).", "Activated without a server until %s, and the door opened (V2.5-a).",
		time.Unix(got.Activated, 0).In(mustStockholm()).Format("15:04")), nil
}

func (d *Day) logsHome(ctx context.Context) (problem.Text, error) {
	if err := d.server.restore(ctx); err != nil {
		return problem.Text{}, err
	}
	for i := range d.stations {
		if err := d.stations[i].refresh(ctx); err != nil {
			return problem.Text{}, err
		}
	}
	home, err := d.bringHome(ctx)
	if err != nil {
		return problem.Text{}, err
	}
	return said("Alla %d öppningar finns i loggen, var och en en gång.", "All %d openings are in the journal, each of them once.", home), nil
}

// queue leaves a worklist as a technician meets it: mountings on several days, some of which wait for an owner, and a door that
// does not open.
func (d *Day) queue(ctx context.Context) (problem.Text, error) {
	var theirs []string // ids of the clients whom the technicians get
	for i, client := range d.cast.queue {
		o := api.Order{Kind: "alarm-granted", PersonalNumber: client.ID.String(), Reference: fmt.Sprintf("SOL-%d", i+10),
			Effective: time.Now().In(mustStockholm()).AddDate(0, 0, 2*i).Format(time.DateOnly)}
		placed, err := d.place(ctx, o)
		if err == nil && i < d.cast.ready {
			theirs = append(theirs, placed.ClientID)
			if i != 1 { // the second has yet to be asked, as whoever comes to the door is told
				err = d.sayYes(ctx, client)
			}
		}
		if err != nil {
			return problem.Text{}, err
		}
	}
	var told api.FaultAnswer
	key, stuck := uuid.NewString(), d.cast.doors[len(d.cast.doors)-1].serial
	err := again(ctx, func() (err error) {
		told, err = d.rest.ReportFault(ctx, key, api.NewFault{Thing: "lock", Label: stuck, ClientInside: true,
			Description: problem.Text{SV: "Låset surrar men öppnar inte. Kunden är inne.", EN: "The lock hums but does not open. The client is inside."}.In(d.cfg.Lang)})
		return err
	})
	if err == nil && (!told.Fault.Urgent || told.Fault.TaskID == "") {
		err = fmt.Errorf("the fault came to %+v, want urgent work", told.Fault)
	}
	if err == nil {
		err = d.technicians(ctx, theirs)
	}
	if err == nil {
		err = d.owners(ctx, d.cast.queue[d.cast.ready:])
	}
	return said("%d beställningar väntar på teknikern; felet %s står först i listan.", "%d orders wait for the technician; fault %s is first on the list.",
		len(d.cast.queue), told.Fault.Number), err
}

func (d *Day) verify(ctx context.Context) (problem.Text, error) {
	index, err := d.anOpening(ctx)
	if err != nil {
		return problem.Text{}, err
	}
	keys, err := d.must(ctx, "log", "keys", "--db", d.db)
	if err != nil {
		return problem.Text{}, err
	}
	extract, err := d.must(ctx, "log", "prove", "--db", d.db, "--entry", fmt.Sprint(index))
	if err != nil {
		return problem.Text{}, err
	}
	trust, file, forged := d.path("nycklar.txt"), d.path("utdrag.json"), d.path("utdrag-andrat.json")
	changed := strings.Replace(extract, `"value": "`, `"value": "x`, 1)
	for path, text := range map[string]string{trust: keys, file: extract, forged: changed} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return problem.Text{}, err
		}
	}
	if _, err := d.must(ctx, "verify", "--trust", trust, file); err != nil {
		return problem.Text{}, err
	}
	out, failed, err := d.run(ctx, "verify", "--trust", trust, forged)
	if err != nil || failed != 1 {
		return problem.Text{}, fmt.Errorf("a changed extract was verified with exit code %d, %v; want 1", failed, err)
	}
	d.result.Verified = true
	return said("Post %d är äkta. Den ändrade: %s", "Entry %d is genuine. The changed one: %s", index, lastLine(out)), nil
}

func (d *Day) check(ctx context.Context) (problem.Text, error) {
	changed, err := d.m.Recompute(ctx)
	if err != nil {
		return problem.Text{}, err
	}
	if changed != 0 {
		return problem.Text{}, fmt.Errorf("a full recomputation changed %d rights", changed)
	}
	if _, err := d.m.Log.Integrate(ctx); err != nil {
		return problem.Text{}, err
	}
	state, err := d.m.Log.Check(ctx)
	if err != nil {
		return problem.Text{}, err
	}
	d.result.JournalEntries = state.Size
	if d.result.Rights, err = d.countRights(ctx); err != nil {
		return problem.Text{}, err
	}
	return said("%d behörigheter, alla med grund; %d loggposter, alla under underskrift.", "%d rights, each with its ground; %d journal entries, all under signature.",
		d.result.Rights, state.Size), nil
}
