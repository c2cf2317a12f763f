package portal_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/journal"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// visitor is somebody at the portal.
type visitor struct {
	w      *town
	client *http.Client
}

func (w *town) visitor(account string) *visitor {
	w.t.Helper()
	v := &visitor{w, browser(w.t)}
	if account != "" {
		v.post("/login", url.Values{"account": {account}}, http.StatusOK)
	}
	return v
}

const (
	officer    = "demo:karin-ek"
	technician = "demo:jonas-berg"
	owner      = "demo:mira-sand"
)

func (v *visitor) do(r *http.Request, err error, want int) string {
	v.w.t.Helper()
	v.w.must(err)
	r.Header.Set("Accept", "text/html")
	answer, err := v.client.Do(r)
	v.w.must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	v.w.must(err)
	if answer.StatusCode != want {
		v.w.t.Fatalf("%s %s: got %d, want %d:\n%s", r.Method, r.URL.Path, answer.StatusCode, want, text(string(body)))
	}
	return string(body)
}

func (v *visitor) get(path string, want int) string {
	v.w.t.Helper()
	r, err := http.NewRequestWithContext(v.w.t.Context(), "GET", v.w.server.URL+path, nil)
	return v.do(r, err, want)
}

func (v *visitor) post(path string, form url.Values, want int) string {
	v.w.t.Helper()
	r, err := http.NewRequestWithContext(v.w.t.Context(), "POST", v.w.server.URL+path, strings.NewReader(form.Encode()))
	v.w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.do(r, err, want)
}

// text is what a page says, without markup and with single spaces.
func text(page string) string {
	page = regexp.MustCompile(`(?s)<head>.*?</head>|<svg.*?</svg>|<[^>]*>`).ReplaceAllString(page, " ")
	return strings.Join(strings.Fields(page), " ")
}

func says(t *testing.T, page string, want ...string) {
	t.Helper()
	for _, s := range want {
		if !strings.Contains(text(page), s) {
			t.Errorf("the page does not say %q:\n%s", s, text(page))
		}
	}
}

func hides(t *testing.T, page string, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(page, s) {
			t.Errorf("the page gives away %q", s)
		}
	}
}

// reads are the journal's entries of reads that name a subject, newest first.
func (w *town) reads(subject string) (all []journal.Record) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *storage.Tx) error {
		records, err := journal.Timeline(w.t.Context(), tx, subject, 100, "")
		for _, r := range records {
			if r.Kind == journal.ClientRead {
				all = append(all, r)
			}
		}
		return err
	}))
	return all
}

// opening is where the first opening of a lock stands in the journal.
func (w *town) opening(serial string) (index int64) {
	w.t.Helper()
	w.must(w.db.View(w.t.Context(), func(tx *storage.Tx) error {
		records, err := journal.Timeline(w.t.Context(), tx, w.id("locks", serial), 100, "")
		for _, r := range records {
			if r.Kind == journal.DoorOpened {
				index = r.Index
			}
		}
		return err
	}))
	return index
}

func TestEveryPage(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := newTown(t, target)
		v := w.visitor(technician)
		client, key := w.id("clients", majBritt), w.id("keys", "N00001")
		for path, want := range map[string][]string{
			"/":                               {"God dag, Jonas Berg", fmt.Sprint(w.signed, " poster under signaturen"), "2 nycklar behöver synkas", "1 spärrad nyckel", "2 öppna uppgifter"},
			"/kunder":                         {"Sök kund"},
			"/kunder/" + client:               {"Maj-Britt Hansson", "19290102-****", "Sjöstigen 82, lgh 2501, 432 45 Söderköpinge", "Dörrlås DC10002", "Port PT30007"},
			"/uppgifter":                      {"Montera lås", "1 juni 2026", "Försenad"},
			"/nycklar":                        {"N00001", "Synkad för 3 h sedan, gäller till 8 juni 2026 kl. 11.02", "Spärrad för 30 min sedan", "Aldrig synkad"},
			"/nycklar/" + key:                 {"Nyckel N00001", "Hemtjänst Norr 1", "Nyckel synkad", "Lås DC10002"},
			"/logg":                           {"Dörr öppnad", "nyss Jonas Berg", "Väntar på signering", "Signerad"},
			"/logg/30":                        {"Loggpost 30", fmt.Sprintf("Posten ligger under det signerade huvudet, som omfattar %d poster", w.signed), "hemnyckel log prove --db … --entry 30", fmt.Sprint("kommun.example/hemnyckel ", w.signed)},
			"/varfor":                         {"Varför får gruppen öppna?"},
			"/logg?sort=key.synced":           {"Nyckel synkad"},
			"/varfor?lock=DC10002&group=G014": {"Omsorg Syd Centrum kommer att få öppna dörrlåset DC10002 från 15 juni 2026 tills vidare."},
		} {
			page := v.get(path, http.StatusOK)
			says(t, page, want...)
			says(t, page, "Demoinloggning – ingen riktig inloggning")
			if strings.Contains(page, "<script") || strings.Contains(page, " style=") {
				t.Errorf("%s needs what the content security policy forbids", path)
			}
		}
		says(t, v.get("/nycklar?lage=due", http.StatusOK), "N00002", "N00006")
		hides(t, v.get("/nycklar?lage=due&grupp=G001", http.StatusOK), "N00006", "N00001", "N00003")
	})
}

// proves that the chain of a right is shown from order to group, and the timeline from order to opening.
func TestClientShowsTheChain(t *testing.T) {
	w := newTown(t, t.TempDir())
	page := w.visitor(technician).get("/kunder/"+w.id("clients", majBritt), http.StatusOK)
	says(t, page,
		"Trygghetsteamet får öppna dörrlåset DC10002 och porten PT30007 från 1 juni 2026 tills vidare.",
		"Beviljat trygghetslarm ger larmets insatsgrupp tillträde.",
		"Hemtjänst Norr 1 får öppna dörrlåset DC10002 och porten PT30007 från 19 januari 2026 till och med 14 juni 2026.",
		"Avslutade och kommande (2)")
	var at []int
	for _, s := range []string{"07.41", "19.50", "Byte av utförare", "08.14", "Trygghetslarm beviljat Beställning"} {
		i := strings.LastIndex(text(page), s)
		if i < 0 {
			t.Fatalf("the timeline lacks %q:\n%s", s, text(page))
		}
		at = append(at, i)
	}
	for i := 1; i < len(at); i++ {
		if at[i] < at[i-1] {
			t.Errorf("the timeline is not newest first: %v", at)
		}
	}
	says(t, page, "Arbetspasset är slut.", "hemkommet 3 juni 2026 kl. 11.02")
	hides(t, text(page), "03.33") // what the lock did at another door before it was mounted here
}

// proves that every read of a client is an entry of the journal, in the transaction of the read.
func TestReadsAreLogged(t *testing.T) {
	w := newTown(t, t.TempDir())
	client := w.id("clients", majBritt)
	v := w.visitor(officer)
	v.get("/kunder/"+client, http.StatusOK)
	v.post("/kunder/"+client, url.Values{"reason": {"fault"}}, http.StatusOK)
	v.post("/kunder", url.Values{"q": {"hansson"}}, http.StatusOK)
	w.visitor(technician).get(fmt.Sprint("/logg/", w.opening("DC10002")), http.StatusOK)
	var got []string
	for _, r := range w.reads(client) {
		got = append(got, r.Value("actor")+" "+r.Value("purpose")+" "+r.Value("reason"))
	}
	want := []string{officer + " search ", officer + " reveal fault", officer + " page "}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("reads of the client: got %q, want %q", got, want)
	}
	if got := len(w.reads(w.id("locks", "DC10002"))); got != 1 {
		t.Errorf("reads of the lock's entry: got %d, want 1", got)
	}
	hides(t, v.get("/kunder/"+client, http.StatusOK), " uppgifter lästa") // reads do not crowd the timeline
}

// broken is a portal's pages when something is wrong beneath them.
type broken struct{ portal.Pages }

func (broken) Overview(context.Context) (casework.Overview, error) {
	return casework.Overview{}, errors.New("sql: secret of the house")
}

func TestOurFaultsAreNotTold(t *testing.T) {
	w := newTown(t, t.TempDir())
	w.server = w.serveWith(broken{w.pages}, true)
	v := &visitor{w, browser(t)}
	page := v.post("/login", url.Values{"account": {officer}}, http.StatusInternalServerError) // is led on to the first page
	hides(t, page, "sql", "secret")
	says(t, page, "Något gick fel hos oss", "Nummer:")
}

func TestProtectedIdentity(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := newTown(t, target)
		secrets := []string{"Brännström", "Åke", "Hemliga", "43246", "432 46", åke, "19310324"}
		v := w.visitor(officer)
		path := "/kunder/" + w.id("clients", åke)
		page := v.get(path, http.StatusOK)
		hides(t, page, secrets...)
		says(t, page, "Skyddad uppgift", "Skyddad identitet", "Nyckelgömma NG10001")
		hides(t, v.post("/kunder", url.Values{"q": {"Brännström"}}, http.StatusOK), path, "Åke")
		hides(t, v.post("/kunder", url.Values{"q": {"19310324-9078"}}, http.StatusOK), secrets...) // found by number, masked
		without := v.post(path, url.Values{"reason": {"nyfiken"}}, http.StatusUnprocessableEntity)
		hides(t, without, secrets...)
		says(t, without, "Ange varför du behöver se uppgifterna.")
		says(t, v.post(path, url.Values{"reason": {"mounting"}}, http.StatusOK), "Åke Brännström", "19310324-9078", "Hemliga gatan 1, 432 46 Söderköpinge")
		hides(t, v.get(path, http.StatusOK), secrets...) // shown once
	})
}

func TestSearch(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := newTown(t, target)
		v := w.visitor(officer)
		for _, c := range []struct {
			query  string
			status int
			want   string
		}{
			{"hansson", 200, "Maj-Britt Hansson 19290102-****"},
			{"MAJ-B hans", 200, "Maj-Britt Hansson"},
			{"öb", 200, "Ulla Öberg"},
			{"192901029088", 200, "Vad som har hänt"}, // straight to the page
			{" 19290102-9088 ", 200, "Vad som har hänt"},
			{"19290102-9089", 422, "kontrollsiffra"},
			{"x", 422, "minst två bokstäver"},
			{"' OR 1=1 --", 422, "Personnumret har fel form"},
			{"% _", 200, "Ingen kund hittades"},
			{"Zorro", 200, "Ingen kund hittades"},
			{"Lundin", 200, "Fler än 15 kunder passar"},
		} {
			page := v.post("/kunder", url.Values{"q": {c.query}}, c.status)
			if !strings.Contains(text(page), c.want) {
				t.Errorf("search for %q: the page does not say %q:\n%s", c.query, c.want, text(page))
			}
		}
	})
}

func TestRolesSeeWhatTheyNeed(t *testing.T) {
	w := newTown(t, t.TempDir())
	client := "/kunder/" + w.id("clients", majBritt)
	for _, c := range []struct {
		who, path string
		want      int
	}{
		{officer, client, 200}, {officer, "/logg", 403}, {officer, "/logg/1", 403}, {officer, "/nycklar", 200},
		{technician, client, 200}, {technician, "/logg", 200},
		{owner, client, 403}, {owner, "/kunder", 403}, {owner, "/uppgifter", 403}, {owner, "/logg", 200}, {owner, "/nycklar", 200},
	} {
		page := w.visitor(c.who).get(c.path, c.want)
		if c.want == 403 {
			hides(t, page, "Hansson")
			says(t, page, "Du har inte tillgång till sidan")
		}
	}
}

func TestSessions(t *testing.T) {
	w := newTown(t, t.TempDir())
	for _, path := range []string{"/", "/kunder", "/logg/1", "/nycklar"} {
		says(t, w.visitor("").get(path, http.StatusOK), "Vem är du?") // after the redirection
	}
	says(t, w.visitor("").post("/login", url.Values{"account": {"demo:nobody"}}, 422), "Välj en av personerna i listan.")
	v := w.visitor(officer)
	u, _ := url.Parse(w.server.URL)
	var kept *http.Cookie
	for _, c := range v.client.Jar.Cookies(u) {
		if c.Name == "hemnyckel_session" {
			kept = c
		}
	}
	if kept == nil || len(kept.Value) != 43 {
		t.Fatalf("session cookie: got %v, want 32 random bytes", kept)
	}
	v.post("/logout", nil, http.StatusOK)
	v.client.Jar.SetCookies(u, []*http.Cookie{kept})
	says(t, v.get("/", http.StatusOK), "Vem är du?") // the old cookie is worth nothing
	idle := w.visitor(officer)
	w.clock.now = w.clock.now.Add(59 * time.Minute)
	says(t, idle.get("/", http.StatusOK), "God dag")
	w.clock.now = w.clock.now.Add(time.Hour)
	says(t, idle.get("/", http.StatusOK), "Vem är du?")
}

func TestSessionCookieIsGuarded(t *testing.T) {
	w := newTown(t, t.TempDir())
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(w.server.URL+"/login", url.Values{"account": {officer}})
	w.must(err)
	defer answer.Body.Close()
	set := answer.Header.Get("Set-Cookie")
	for _, want := range []string{"HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(set, want) {
			t.Errorf("Set-Cookie: got %q, want %s in it", set, want)
		}
	}
	for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
		if answer.Header.Get(name) == "" {
			t.Errorf("the header %s is missing", name)
		}
	}
}

func TestWithoutLoginNoPages(t *testing.T) {
	w := newTown(t, t.TempDir())
	w.server = w.serve(false)
	for _, path := range []string{"/", "/login", "/kunder/" + w.id("clients", majBritt), "/logg"} {
		page := w.visitor("").get(path, http.StatusServiceUnavailable)
		says(t, page, "Ingen inloggning är inställd")
		hides(t, page, "Hansson", "Demoinloggning –")
	}
	w.visitor("").post("/login", url.Values{"account": {officer}}, http.StatusServiceUnavailable)
}

func TestFormsFromElsewhere(t *testing.T) {
	w := newTown(t, t.TempDir())
	v := w.visitor(officer)
	r, err := http.NewRequest("POST", w.server.URL+"/kunder/"+w.id("clients", åke), strings.NewReader("reason=fault"))
	w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	hides(t, v.do(r, nil, http.StatusForbidden), "Brännström")
}

func TestErrorsAreWords(t *testing.T) {
	w := newTown(t, t.TempDir())
	v := w.visitor(technician)
	for _, c := range []struct {
		path string
		want int
		says string
	}{
		{"/finns-inte", 404, "Sidan finns inte"},
		{"/kunder/finns-inte", 404, "Kunden finns inte. Sök på nytt."},
		{"/kunder/" + strings.Repeat("a", 300), 404, "Kunden finns inte."},
		{"/nycklar/finns-inte", 404, "Nyckeln finns inte."},
		{"/logg/99999", 404, "Det finns ingen loggpost 99999"},
		{"/logg/sju", 404, "Det finns ingen loggpost"},
		{"/logg/-1", 404, "Det finns ingen loggpost"},
		{"/logg?fore=skräp", 400, "Sidans startpunkt går inte att läsa."},
		{"/varfor?lock=DC10002", 422, "Fyll i både lås och grupp."},
		{"/varfor?lock=DC9&group=G001", 404, "Gruppen G001 har ingen behörighet till lås DC9."},
		{"/varfor?lock=%3Cscript%3E&group=G001", 404, "har ingen behörighet"},
	} {
		page := v.get(c.path, c.want)
		says(t, page, c.says)
		hides(t, page, "<script")
	}
}

func TestEnglish(t *testing.T) {
	w := newTown(t, t.TempDir())
	v := w.visitor(technician)
	page := v.get("/kunder/"+w.id("clients", majBritt)+"?lang=en", http.StatusOK)
	says(t, page, "Who may open, and why", "until further notice", "Hemtjänst Norr 1 may open the door lock DC10002 and the entrance PT30007")
	if !strings.Contains(page, `<html lang="en">`) {
		t.Error("the page does not say that it is in English")
	}
	says(t, v.get("/nycklar", http.StatusOK), "Synced 3 h ago, valid until 8 June 2026 at 11:02") // kept in the cookie
	says(t, v.get("/finns-inte", http.StatusNotFound), "The page does not exist")
	says(t, v.get("/?lang=sv", http.StatusOK), "God dag")
}

func TestPaging(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := newTown(t, target)
		lock := w.id("locks", "DC10002")
		w.update(func(ctx context.Context, tx *storage.Tx) error {
			for i := range 60 {
				e := journal.Entry{Kind: journal.DoorOpened, At: w.at(4, 1, 8, 0).Add(time.Duration(i) * time.Minute), Subjects: []string{lock}}
				if err := journal.Append(ctx, tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		w.integrate()
		v := w.visitor(technician)
		next := regexp.MustCompile(`href="([^"]*)">Visa äldre`)
		for _, c := range []struct {
			path, mark string
			want       int // openings in all
		}{{"/kunder/" + w.id("clients", majBritt), "<strong>Dörr öppnad", 62}, {"/logg?sort=door.opened", `<th scope="row" class="kind`, 64}} {
			count, path := 0, c.path
			for range 10 {
				page := v.get(path, http.StatusOK)
				count += strings.Count(page, c.mark)
				m := next.FindStringSubmatch(page)
				if m == nil {
					break
				}
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
			if count != c.want {
				t.Errorf("%s: got %d openings over all pages, want %d", c.path, count, c.want)
			}
		}
	})
}

// What the system writes in codes, a person reads in sentences: on the timelines, and on each entry's own page.
func TestEntriesAreInPlainWords(t *testing.T) {
	w := newTown(t, t.TempDir())
	client, key, lock := w.id("clients", majBritt), w.id("keys", "N00003"), w.id("locks", "DC10002")
	entry := func(kind journal.Kind, subjects []string, fields ...string) journal.Entry {
		e := journal.Entry{Kind: kind, Subjects: subjects}
		for i := 0; i < len(fields); i += 2 {
			e.Fields = append(e.Fields, journal.Field{Name: fields[i], Value: fields[i+1]})
		}
		return e
	}
	first := w.signed
	w.update(func(ctx context.Context, tx *storage.Tx) error {
		return journal.Append(ctx, tx,
			entry(journal.OrderRefused, []string{client}, "organisation", "5560003468", "code", "service-not-decided", "order", string(routine.HomeCareGranted)),
			entry(journal.KeyRefused, []string{key}, "key", "N00003", "code", "sync-key-blocked"),
			entry(journal.TaskChanged, []string{client}, "task", "mount", "change", "moved", "due", "2026-06-09T22:00:00Z", "rule", "V1.1-a"),
			entry(journal.RecordsAnomalous, []string{lock}, "class", "left-out", "detail", "records 5 to 7 did not come with the later ones"),
			entry(journal.ConfigChanged, nil, "setting", "name", "value", "Söderköpinge kommun"),
			entry(journal.RegisterApplied, nil, "rows", "12", "files", "utforare grupper"),
			entry(journal.RightsChanged, []string{client}, "ground", "recomputation", "added", "2", "removed", "0"))
	})
	w.integrate()
	v := w.visitor(technician)
	says(t, v.get("/kunder/"+client, http.StatusOK),
		"Beställning avvisad: hemtjänst beviljad från organisation 556000-3468 Omsorgshandläggaren hade inte beslutat hemtjänst hos gruppen den dagen.",
		"Uppgift flyttad till annan dag: montera lås klar senast 10 juni 2026",
		"Låset har dem kvar och ger dem till nästa nyckel. Rad 5 till 7",
		"Behörighet ändrad tillkom: 2, togs bort: 0 Omräkning av alla behörigheter")
	says(t, v.get("/nycklar/"+key, http.StatusOK), "Nyckel nekad vid station Nyckeln är spärrad.")
	for i, want := range [][]string{
		{"Skäl code Omsorgshandläggaren hade inte beslutat", "Organisation organisation 556000-3468"},
		{"Skäl code Nyckeln är spärrad. sync-key-blocked"},
		{"Uppgift task Montera lås mount", "Vad som hände change Uppgiften fanns redan och har flyttats", "Klar senast due 10 juni 2026"},
		{"Vad som är fel class Nyckeln lämnade de senare raderna", "Närmare detail Rad 5 till 7 records 5 to 7"},
		{"Inställning setting Kommunens namn", "Nytt värde value Söderköpinge kommun"},
		{"Register files Utförarregistret, Gruppregistret"},
		{"Grund ground Omräkning av alla behörigheter"},
	} {
		says(t, v.get(fmt.Sprint("/logg/", first+int64(i)), http.StatusOK), want...)
	}
}
