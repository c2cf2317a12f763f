package portal_test

import (
	"context"
	"errors"
	"fmt"
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
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// own is a script from our own files, which the content security policy allows.
var own = regexp.MustCompile(`<script type="module" src="/assets/[a-z]+\.js\?v=[0-9a-f]{12}"></script>`)

func TestEveryPage(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		v := w.Visitor(portaltest.Technician)
		client, key := w.ID("clients", portaltest.MajBritt), w.ID("keys", "N00001")
		for path, want := range map[string][]string{
			"/":                               {"God dag, Jonas Berg", "2 nycklar behöver synkas", "1 spärrad nyckel", "2 öppna uppgifter"},
			"/kunder":                         {"Sök kund"},
			"/kunder/" + client:               {"Maj-Britt Hansson", "19290102-****", "Sjöstigen 82, lgh 2501, 432 45 Söderköpinge", "Dörrlås DC10002", "Port PT30007"},
			"/arbete":                         {"Montera lås", "1 juni 2026", "Försenad"},
			"/nycklar":                        {"N00001", "Synkad för 3 h sedan, gäller till 8 juni 2026 kl. 11.02", "Spärrad för 30 min sedan", "Aldrig synkad"},
			"/nycklar/" + key:                 {"Nyckel N00001", "Hemtjänst Norr 1", "Nyckel synkad", "Lås DC10002"},
			"/logg":                           {"Dörr öppnad", "nyss Jonas Berg", "Väntar på signering", "Signerad"},
			"/logg/30":                        {"Loggpost 30", fmt.Sprintf("Posten ligger under det signerade huvudet, som omfattar %d poster", w.Signed), "hemnyckel log prove --db … --entry 30", fmt.Sprint("kommun.example/hemnyckel ", w.Signed)},
			"/varfor":                         {"Varför får gruppen öppna?"},
			"/logg?sort=key.synced":           {"Nyckel synkad"},
			"/varfor?lock=DC10002&group=G014": {"Omsorg Syd Centrum kommer att få öppna dörrlåset DC10002 från 15 juni 2026 tills vidare."},
		} {
			page := v.Get(path, http.StatusOK)
			portaltest.Says(t, page, want...)
			portaltest.Says(t, page, "Demoinloggning – ingen riktig inloggning")
			if strings.Contains(own.ReplaceAllString(page, ""), "<script") || strings.Contains(page, " style=") {
				t.Errorf("%s needs what the content security policy forbids", path)
			}
		}
		portaltest.Says(t, v.Get("/nycklar?lage=due", http.StatusOK), "N00002", "N00006")
		portaltest.Hides(t, v.Get("/nycklar?lage=due&grupp=G001", http.StatusOK), "N00006", "N00001", "N00003")
	})
}

// proves that the chain of a right is shown from order to group, and the timeline from order to opening.
func TestClientShowsTheChain(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	page := w.Visitor(portaltest.Technician).Get("/kunder/"+w.ID("clients", portaltest.MajBritt), http.StatusOK)
	portaltest.Says(t, page,
		"Trygghetsteamet får öppna dörrlåset DC10002 och porten PT30007 från 1 juni 2026 tills vidare.",
		"Beviljat trygghetslarm ger larmets insatsgrupp tillträde.",
		"Hemtjänst Norr 1 får öppna dörrlåset DC10002 och porten PT30007 från 19 januari 2026 till och med 14 juni 2026.",
		"Avslutade och kommande (2)")
	var at []int
	for _, s := range []string{"07.41", "19.50", "Byte av utförare", "08.14", "Trygghetslarm beviljat Beställning"} {
		i := strings.LastIndex(portaltest.Text(page), s)
		if i < 0 {
			t.Fatalf("the timeline lacks %q:\n%s", s, portaltest.Text(page))
		}
		at = append(at, i)
	}
	for i := 1; i < len(at); i++ {
		if at[i] < at[i-1] {
			t.Errorf("the timeline is not newest first: %v", at)
		}
	}
	portaltest.Says(t, page, "Arbetspasset är slut.", "hemkommet 3 juni 2026 kl. 11.02")
	portaltest.Hides(t, portaltest.Text(page), "03.33") // what the lock did at another door before it was mounted here
}

// proves that every read of a client is an entry of the journal, in the transaction of the read.
func TestReadsAreLogged(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	client := w.ID("clients", portaltest.MajBritt)
	v := w.Visitor(portaltest.Officer)
	v.Get("/kunder/"+client, http.StatusOK)
	v.Post("/kunder/"+client, url.Values{"reason": {"fault"}}, http.StatusOK)
	v.Post("/kunder", url.Values{"q": {"hansson"}}, http.StatusOK)
	w.Visitor(portaltest.Technician).Get(fmt.Sprint("/logg/", w.Opening("DC10002")), http.StatusOK)
	var got []string
	for _, r := range w.Reads(client) {
		got = append(got, r.Value("actor")+" "+r.Value("purpose")+" "+r.Value("reason"))
	}
	want := []string{portaltest.Officer + " search ", portaltest.Officer + " reveal fault", portaltest.Officer + " page "}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("reads of the client: got %q, want %q", got, want)
	}
	if got := len(w.Reads(w.ID("locks", "DC10002"))); got != 1 {
		t.Errorf("reads of the lock's entry: got %d, want 1", got)
	}
	portaltest.Hides(t, v.Get("/kunder/"+client, http.StatusOK), " uppgifter lästa") // reads do not crowd the timeline
}

// broken is a portal's pages when something is wrong beneath them.
type broken struct{}

func (broken) Overview(context.Context, casework.Reader) (casework.Overview, error) {
	return casework.Overview{}, errors.New("sql: secret of the house")
}

func TestOurFaultsAreNotTold(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	w.Server = w.Serve(func(c *portal.Config) { c.Home = broken{} })
	v := w.Visitor("")
	page := v.Post("/login", url.Values{"account": {portaltest.Officer}}, http.StatusInternalServerError) // is led on to the first page
	portaltest.Hides(t, page, "sql", "secret")
	portaltest.Says(t, page, "Något gick fel hos oss", "Nummer:")
}

func TestProtectedIdentity(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		secrets := []string{"Brännström", "Åke", "Hemliga", "43246", "432 46", portaltest.Åke, "19310324"}
		v := w.Visitor(portaltest.Officer)
		path := "/kunder/" + w.ID("clients", portaltest.Åke)
		page := v.Get(path, http.StatusOK)
		portaltest.Hides(t, page, secrets...)
		portaltest.Says(t, page, "Skyddad uppgift", "Skyddad identitet", "Nyckelgömma NG10001")
		portaltest.Hides(t, v.Post("/kunder", url.Values{"q": {"Brännström"}}, http.StatusOK), path, "Åke")
		portaltest.Hides(t, v.Post("/kunder", url.Values{"q": {"19310324-9078"}}, http.StatusOK), secrets...) // found by number, masked
		without := v.Post(path, url.Values{"reason": {"nyfiken"}}, http.StatusUnprocessableEntity)
		portaltest.Hides(t, without, secrets...)
		portaltest.Says(t, without, "Ange varför du behöver se uppgifterna.")
		portaltest.Says(t, v.Post(path, url.Values{"reason": {"mounting"}}, http.StatusOK), "Åke Brännström", "19310324-9078", "Hemliga gatan 1, 432 46 Söderköpinge")
		portaltest.Hides(t, v.Get(path, http.StatusOK), secrets...) // shown once
	})
}

func TestSearch(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		v := w.Visitor(portaltest.Officer)
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
			{"' OR 1=1 --", 200, "Inget hittades"},
			{"% _", 200, "Inget hittades"},
			{"dc10002", 200, "Dörrlås DC10002"},
			{"N 00001", 200, "N00001"},
			{"NG10001", 200, "Skyddad uppgift"},
			{"Zorro", 200, "Inget hittades"},
			{"Lundin", 200, "Fler än 15 personer passar"},
		} {
			page := v.Post("/kunder", url.Values{"q": {c.query}}, c.status)
			if !strings.Contains(portaltest.Text(page), c.want) {
				t.Errorf("search for %q: the page does not say %q:\n%s", c.query, c.want, portaltest.Text(page))
			}
		}
	})
}

func TestRolesSeeWhatTheyNeed(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	client := "/kunder/" + w.ID("clients", portaltest.MajBritt)
	for _, c := range []struct {
		who, path string
		want      int
	}{
		{portaltest.Officer, client, 200}, {portaltest.Officer, "/logg", 403}, {portaltest.Officer, "/logg/1", 403}, {portaltest.Officer, "/nycklar", 200},
		{portaltest.Technician, client, 200}, {portaltest.Technician, "/logg", 200},
		{portaltest.Owner, client, 403}, {portaltest.Owner, "/kunder", 200}, {portaltest.Owner, "/uppgifter", 403}, {portaltest.Owner, "/logg", 200}, {portaltest.Owner, "/nycklar", 200},
	} {
		page := w.Visitor(c.who).Get(c.path, c.want)
		if c.want == 403 {
			portaltest.Hides(t, page, "Hansson")
			portaltest.Says(t, page, "Du har inte tillgång till sidan")
		}
	}
}

func TestSessions(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	for _, path := range []string{"/", "/kunder", "/logg/1", "/nycklar"} {
		portaltest.Says(t, w.Visitor("").Get(path, http.StatusOK), "Vem är du?") // after the redirection
	}
	portaltest.Says(t, w.Visitor("").Post("/login", url.Values{"account": {"demo:nobody"}}, 422), "Välj en av personerna i listan.")
	v := w.Visitor(portaltest.Officer)
	u, _ := url.Parse(w.Server.URL)
	var kept *http.Cookie
	for _, c := range v.Client.Jar.Cookies(u) {
		if c.Name == "hemnyckel_session" {
			kept = c
		}
	}
	if kept == nil || len(kept.Value) != 43 {
		t.Fatalf("session cookie: got %v, want 32 random bytes", kept)
	}
	v.Post("/logout", nil, http.StatusOK)
	v.Client.Jar.SetCookies(u, []*http.Cookie{kept})
	portaltest.Says(t, v.Get("/", http.StatusOK), "Vem är du?") // the old cookie is worth nothing
	idle := w.Visitor(portaltest.Officer)
	w.Clock.Time = w.Clock.Time.Add(59 * time.Minute)
	portaltest.Says(t, idle.Get("/", http.StatusOK), "God dag")
	w.Clock.Time = w.Clock.Time.Add(time.Hour)
	portaltest.Says(t, idle.Get("/", http.StatusOK), "Vem är du?")
}

func TestSessionCookieIsGuarded(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(w.Server.URL+"/login", url.Values{"account": {portaltest.Officer}})
	w.Must(err)
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
	w := portaltest.New(t, t.TempDir())
	w.Server = w.Serve(func(c *portal.Config) { c.Demo = nil })
	for _, path := range []string{"/", "/login", "/kunder/" + w.ID("clients", portaltest.MajBritt), "/logg"} {
		page := w.Visitor("").Get(path, http.StatusOK)
		portaltest.Says(t, page, "Användarnamn och lösenord")
		portaltest.Hides(t, page, "Hansson", "Demoinloggning –")
	}
	w.Visitor("").Post("/login", url.Values{"account": {portaltest.Officer}}, http.StatusUnprocessableEntity)
}

func TestFormsFromElsewhere(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Officer)
	r, err := http.NewRequest("POST", w.Server.URL+"/kunder/"+w.ID("clients", portaltest.Åke), strings.NewReader("reason=fault"))
	w.Must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	portaltest.Hides(t, v.Do(r, nil, http.StatusForbidden), "Brännström")
}

func TestErrorsAreWords(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
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
		page := v.Get(c.path, c.want)
		portaltest.Says(t, page, c.says)
		portaltest.Hides(t, page, "<script>")
	}
}

func TestEnglish(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Technician)
	page := v.Get("/kunder/"+w.ID("clients", portaltest.MajBritt)+"?lang=en", http.StatusOK)
	portaltest.Says(t, page, "Who may open, and why", "until further notice", "Hemtjänst Norr 1 may open the door lock DC10002 and the entrance PT30007")
	if !strings.Contains(page, `<html lang="en">`) {
		t.Error("the page does not say that it is in English")
	}
	portaltest.Says(t, v.Get("/nycklar", http.StatusOK), "Synced 3 h ago, valid until 8 June 2026 at 11:02") // kept in the cookie
	portaltest.Says(t, v.Get("/finns-inte", http.StatusNotFound), "The page does not exist")
	portaltest.Says(t, v.Get("/?lang=sv", http.StatusOK), "God dag")
}

func TestPaging(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		lock := w.ID("locks", "DC10002")
		w.Update(func(ctx context.Context, tx *storage.Tx) error {
			for i := range 60 {
				e := journal.Entry{Kind: journal.DoorOpened, At: w.At(4, 1, 8, 0).Add(time.Duration(i) * time.Minute), Subjects: []string{lock}}
				if err := journal.Append(ctx, tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		w.Integrate()
		v := w.Visitor(portaltest.Technician)
		next := regexp.MustCompile(`href="([^"]*)">Visa äldre`)
		for _, c := range []struct {
			path, mark string
			want       int // openings in all
		}{{"/kunder/" + w.ID("clients", portaltest.MajBritt), "<strong>Dörr öppnad", 62}, {"/logg?sort=door.opened", `<th scope="row" class="kind`, 64}} {
			count, path := 0, c.path
			for range 10 {
				page := v.Get(path, http.StatusOK)
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
	w := portaltest.New(t, t.TempDir())
	client, key, lock := w.ID("clients", portaltest.MajBritt), w.ID("keys", "N00003"), w.ID("locks", "DC10002")
	entry := func(kind journal.Kind, subjects []string, fields ...string) journal.Entry {
		e := journal.Entry{Kind: kind, Subjects: subjects}
		for i := 0; i < len(fields); i += 2 {
			e.Fields = append(e.Fields, journal.Field{Name: fields[i], Value: fields[i+1]})
		}
		return e
	}
	first := w.Signed
	w.Update(func(ctx context.Context, tx *storage.Tx) error {
		return journal.Append(ctx, tx,
			entry(journal.OrderRefused, []string{client}, "organisation", "5560003468", "code", "service-not-decided", "order", string(routine.HomeCareGranted)),
			entry(journal.KeyRefused, []string{key}, "key", "N00003", "code", "sync-key-blocked"),
			entry(journal.TaskChanged, []string{client}, "task", "mount", "change", "moved", "due", "2026-06-09T22:00:00Z", "rule", "V1.1-a"),
			entry(journal.RecordsAnomalous, []string{lock}, "class", "left-out", "detail", "records 5 to 7 did not come with the later ones"),
			entry(journal.ConfigChanged, nil, "setting", "name", "value", "Söderköpinge kommun"),
			entry(journal.RegisterApplied, nil, "rows", "12", "files", "utforare grupper"),
			entry(journal.RightsChanged, []string{client}, "ground", "recomputation", "added", "2", "removed", "0"))
	})
	w.Integrate()
	v := w.Visitor(portaltest.Technician)
	portaltest.Says(t, v.Get("/kunder/"+client, http.StatusOK),
		"Beställning avvisad: hemtjänst beviljad från organisation 556000-3468 Omsorgshandläggaren hade inte beslutat hemtjänst hos gruppen den dagen.",
		"Uppgift flyttad till annan dag: montera lås klar senast 10 juni 2026",
		"Låset har dem kvar och ger dem till nästa nyckel. Rad 5 till 7",
		"Behörighet ändrad tillkom: 2, togs bort: 0 Omräkning av alla behörigheter")
	portaltest.Says(t, v.Get("/nycklar/"+key, http.StatusOK), "Nyckel nekad vid station Nyckeln är spärrad.")
	for i, want := range [][]string{
		{"Skäl code Omsorgshandläggaren hade inte beslutat", "Organisation organisation 556000-3468"},
		{"Skäl code Nyckeln är spärrad. sync-key-blocked"},
		{"Uppgift task Montera lås mount", "Vad som hände change Uppgiften fanns redan och har flyttats", "Klar senast due 10 juni 2026"},
		{"Vad som är fel class Nyckeln lämnade de senare raderna", "Närmare detail Rad 5 till 7 records 5 to 7"},
		{"Inställning setting Kommunens namn", "Nytt värde value Söderköpinge kommun"},
		{"Register files Utförarregistret, Gruppregistret"},
		{"Grund ground Omräkning av alla behörigheter"},
	} {
		portaltest.Says(t, v.Get(fmt.Sprint("/logg/", first+int64(i)), http.StatusOK), want...)
	}
}
