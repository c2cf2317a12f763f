package people_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"hemnyckel/internal/base/txn"
	"hemnyckel/internal/domain/identity"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portaltest"
	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

const firm = "5560003468" // a private provider

// visit lets a manager of an organisation in.
func visit(w *portaltest.Town, id string, role routine.Role, organisation string, change func(*portal.Config)) *portaltest.Visitor {
	who := page.Principal{AccountID: "demo:" + id, Name: "Prov Person", Role: role, Organisation: organisation}
	w.Must(w.Accounts.EnsureDemo(w.T.Context(), []identity.DemoPerson{{ID: who.AccountID, Name: who.Name, Role: role, Organisation: organisation}}))
	w.Server = w.Serve(func(c *portal.Config) {
		c.Demo = append(c.Demo, who)
		if change != nil {
			change(c)
		}
	})
	return w.Visitor(who.AccountID)
}

func newcomer(number, group string) url.Values {
	return url.Values{"employee_number": {number}, "given_name": {"Cia"}, "family_name": {"Öberg"}, "group": {group}, "from": {"2026-06-01"}, "tillsvidare": {"ja"}}
}

var cardLink = regexp.MustCompile(`/personal/([0-9a-f-]{36})"`)

func cardOf(t *testing.T, page string) string {
	t.Helper()
	m := cardLink.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("the page leads to nobody:\n%s", portaltest.Text(page))
	}
	return "/personal/" + m[1]
}

// proves V2.7-a: a manager adds their own staff, gives badge and PIN, and ends everything at once when somebody leaves.
func TestFromFirstDayToLast(t *testing.T) {
	storagetest.EachTarget(t, func(t *testing.T, target string) {
		w := portaltest.New(t, target)
		v := w.Visitor(portaltest.Manager)
		portaltest.Says(t, v.Get("/personal", 200), "Ingen att visa", "Lägg till medarbetare", "Så säger rutinen")
		portaltest.Says(t, v.Post("/personal/ny", newcomer("1002", "G001"), 200), "Medarbetaren är tillagd", "Cia Öberg", "Saknar bricka")
		list := v.Get("/personal?visa=utan-bricka", 200)
		portaltest.Says(t, list, "Cia Öberg", "G001", "tills vidare")
		card := cardOf(t, list)
		for _, c := range []struct {
			badge, pin, again, want string
		}{
			{"", "4719", "4719", "Brickans nummer ska vara"},
			{"04A1B2", "1234", "1234", "för lätt att gissa"},
			{"04A1B2", "47", "47", "Koden ska vara 4 till 12 siffror"},
			{"04A1B2", "4719", "4718", "Koderna är inte lika"},
			{strings.Repeat("A", 500), "4719", "4719", "Brickans nummer ska vara"},
		} {
			page := v.Post(card+"/bricka", url.Values{"badge": {c.badge}, "pin": {c.pin}, "pin2": {c.again}}, 422)
			portaltest.Says(t, page, c.want)
			if len(c.pin) > 2 {
				portaltest.Hides(t, page, `value="`+c.pin+`"`)
			}
		}
		portaltest.Says(t, v.Post(card+"/bricka", url.Values{"badge": {"04:A1:B2"}, "pin": {"4719"}, "pin2": {"4719"}}, 200), "Brickan och koden är sparade", "Har bricka")
		portaltest.Says(t, v.Post("/personal", url.Values{"q": {"ÖBERG"}}, 200), "Cia Öberg")
		portaltest.Says(t, v.Post("/personal", url.Values{"q": {"x"}}, 422), "Skriv minst två tecken")
		portaltest.Says(t, v.Get(card+"/avsluta", 200), "Avsluta Cia Öberg?", "Arbetar inte längre i G001.", "Brickan och koden slutar gälla.")
		portaltest.Says(t, v.Post(card+"/avsluta", url.Values{"reason": {""}}, 422), "Ange ett skäl")
		portaltest.Says(t, v.Post(card+"/avsluta", url.Values{"reason": {"har slutat"}}, 200), "Cia Öberg är avslutad", "Ta tillbaka")
		portaltest.Says(t, v.Post(card+"/avsluta", url.Values{"reason": {"har slutat"}}, 200), "Cia Öberg är avslutad") // the back button, and once more
		portaltest.Hides(t, v.Get("/personal", 200), "Öberg")
		portaltest.Says(t, v.Get("/personal?visa=avslutade", 200), "Öberg", "Avslutad")
		verifiers, err := identity.NewStaff(txn.Narrow(w.DB, func(tx *storage.Tx) identity.StaffTx { return tx })).Verifiers(t.Context())
		if err != nil || len(verifiers) != 0 {
			t.Errorf("stations still know %v (%v)", verifiers, err)
		}
	})
}

func TestWhatIsMissingIsSaidAtOnce(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	portaltest.Says(t, v.Post("/personal/ny", url.Values{}, 422), "Fel:", "Skriv anställningsnumret.", "Skriv förnamnet.", "Skriv efternamnet.", "Välj en grupp.", "Ange den första dagen", "Ange den sista dagen, eller kryssa")
	f := newcomer("1002", "G001")
	f.Set("till", "2026-06-30")
	portaltest.Says(t, v.Post("/personal/ny", f, 422), "inte båda")
	f.Del("tillsvidare")
	f.Set("till", "2026-05-30")
	page := v.Post("/personal/ny", f, 422)
	portaltest.Says(t, page, "kan inte vara före den första")
	if !strings.Contains(page, `value="Öberg"`) {
		t.Error("what was typed is gone")
	}
	f.Set("till", "30 juni")
	portaltest.Says(t, v.Post("/personal/ny?lang=en", f, 422), "Error:", "Write the last day as 2026-06-03.")
	f = newcomer("<script>", "G001")
	portaltest.Hides(t, v.Post("/personal/ny", f, 422), "<script>alert", `value="<script>`)
}

// Nobody reaches another organisation's staff, by its groups or by an address.
func TestOthersStaffIsOutOfReach(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	city := w.Visitor(portaltest.Manager)
	city.Post("/personal/ny", newcomer("1002", "G001"), 200)
	card := cardOf(t, city.Get("/personal", 200))
	other := visit(w, "syd", routine.Provider, firm, nil)
	portaltest.Hides(t, other.Get("/personal", 200), "Öberg", "G001")
	other.Get(card, 404)
	other.Get(card+"/avsluta", 404)
	other.Post(card+"/avsluta", url.Values{"reason": {"har slutat"}}, 404)
	other.Post(card+"/bricka", url.Values{"badge": {"04A1B2"}, "pin": {"4719"}, "pin2": {"4719"}}, 404)
	other.Post("/personal/ny", newcomer("2002", "G001"), 403)
	portaltest.Says(t, other.Post("/personal/ny", newcomer("1002", "G014"), 422), "används av en annan organisation")
	portaltest.Hides(t, other.Post("/personal", url.Values{"q": {"öberg"}}, 200), "Cia")
}

// Two who change one end date: the second is told, and nothing is overwritten.
func TestAnEndDateIsNotOverwritten(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	v.Post("/personal/ny", newcomer("1002", "G001"), 200)
	card := cardOf(t, v.Get("/personal", 200))
	version := regexp.MustCompile(`name="_version" value="(\w+)"`).FindStringSubmatch(v.Get(card, 200))[1]
	f := url.Values{"_version": {version}, "grupp": {"G001"}, "till": {"2026-08-31"}}
	portaltest.Says(t, v.Post(card+"/slutdatum", f, 200), "Sista dagen är ändrad", "till och med 31 augusti 2026")
	portaltest.Says(t, v.Post(card+"/slutdatum", f, 409), "Någon annan har ändrat samtidigt")
	f.Set("till", "snart")
	portaltest.Says(t, v.Post(card+"/slutdatum", f, 422), "Skriv den sista dagen som")
}

// proves S-l: a private provider orders permission for its staff, and the system owner decides.
func TestAPrivateProviderOrders(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	profile := routine.DefaultProfile()
	profile.Staff.PrivateBySystemOwner = true
	p := identity.NewPeople(txn.Narrow(w.DB, func(tx *storage.Tx) identity.PeopleTx { return tx }), profile, nobody{}, nil)
	v := visit(w, "syd", routine.Provider, firm, func(c *portal.Config) { c.Staff = p })
	portaltest.Says(t, v.Get("/personal/ny", 200), "Skicka beställningen")
	page := v.Post("/personal/ny", newcomer("2002", "G014"), 200)
	portaltest.Says(t, page, "Beställningen är skickad", "Behörighet för Cia Öberg", "Väntar på beslut")
	v.Post("/personal/ny", newcomer("2002", "G014"), 409)
	link := regexp.MustCompile(`/personalbestallningar/[0-9a-f-]{36}`).FindString(v.Get("/personalbestallningar", 200))
	v.Post(link, url.Values{"beslut": {"bevilja"}}, 403)
	w.Visitor(portaltest.Manager).Get(link, 404)
	owner := w.Visitor(portaltest.Owner)
	portaltest.Says(t, owner.Post(link, url.Values{"beslut": {"avsla"}}, 422), "Ange ett skäl")
	portaltest.Says(t, owner.Post(link, url.Values{"beslut": {"bevilja"}}, 200), "Beställningen är beviljad", "Beviljad")
	owner.Post(link, url.Values{"beslut": {"avsla"}, "reason": {"ångrat"}}, 409)
	portaltest.Says(t, v.Get("/personal", 200), "Cia Öberg")
	v.Post("/personal/ny", newcomer("2003", "G014"), 200)
	link = regexp.MustCompile(`/personalbestallningar/[0-9a-f-]{36}`).FindString(v.Get("/personalbestallningar", 200))
	portaltest.Says(t, v.Post(link+"/aterta", nil, 200), "Beställningen är återtagen")
}

// A form that is sent twice adds once.
func TestSentTwice(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	f := newcomer("1002", "G001")
	f.Set("_once", "0198aaaa")
	v.Post("/personal/ny", f, 200)
	f.Set("given_name", "Någon annan")
	v.Post("/personal/ny", f, 200)
	portaltest.Hides(t, v.Get("/personal", 200), "Någon annan")
}

// send uploads a file.
func send(t *testing.T, w *portaltest.Town, v *portaltest.Visitor, content []byte, want int) string {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("fil", "personal.csv")
	w.Must(err)
	_, err = part.Write(content)
	w.Must(err)
	w.Must(form.Close())
	r, err := http.NewRequestWithContext(t.Context(), "POST", w.Server.URL+"/personal/fil", &b)
	w.Must(err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return v.Do(r, nil, want)
}

func TestFiles(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	v := w.Visitor(portaltest.Manager)
	const head = "anst_nr;förnamn;efternamn;e-post;telefon;grupp;från;till\n"
	for name, c := range map[string]struct {
		content string
		says    []string
	}{
		"nothing":       {"", []string{"Välj en fil."}},
		"no rows":       {head, []string{"Filen ska ha 1–500 medarbetare."}},
		"a column":      {"anst_nr;förnamn;efternamn;från\n1;A;B;2026-06-01\n", []string{"Kolumnen grupp saknas."}},
		"not text":      {"\xff\xfe\x00", []string{"Filen går inte att läsa."}},
		"a broken book": {"PK\x03\x04 not a workbook", []string{"Filen går inte att läsa."}},
		"wrong rows": {head + "1002;Cia;Öberg;;;G001;2026-06-01;\n;Bo;Ek;;;G001;2026-06-01;\n1004;Eva;Lind;;;G014;2026-06-01;\n1005;Per;Alm;;;G001;igår;\n",
			[]string{"Rätta raderna", "Ingen har lagts till", "3 Bo Ek Ange anställningsnummer", "4 1004 Eva Lind Du får inte göra det här", "5 1005 Per Alm Skriv dagarna som"}},
	} {
		t.Run(name, func(t *testing.T) { portaltest.Says(t, send(t, w, v, []byte(c.content), 422), c.says...) })
	}
	send(t, w, v, []byte(head+strings.Repeat("1;A;B;;;G001;2026-06-01;\n", 501)), 422)
	portaltest.Hides(t, v.Get("/personal", 200), "Öberg", "Bo Ek") // nobody was added
	rows := head + "1002;Cia;\"Ö\"\"berg\";;;G001;2026-06-01;2026-12-31\n1003;Bo;=HYPERLINK(1);;;G001;2026-06-01;\n"
	page := send(t, w, v, []byte(rows), 200)
	portaltest.Says(t, page, "Kontrollera innan ni sparar", "2 rader, inga fel", "till och med 31 december 2026")
	portaltest.Hides(t, v.Get("/personal", 200), "Cia")
	var f = url.Values{}
	for _, m := range regexp.MustCompile(`name="rad" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		f.Add("rad", strings.ReplaceAll(m[1], "&#34;", `"`))
	}
	portaltest.Says(t, v.Post("/personal/fil/spara", f, 200), "Alla i filen är tillagda", "Cia Ö&#34;berg", "Bo =HYPERLINK(1)")
	v.Post("/personal/fil/spara", url.Values{"rad": {"\"skräp"}}, 422)
}

func TestAWorkbook(t *testing.T) {
	w := portaltest.New(t, t.TempDir())
	book := excelize.NewFile()
	for i, line := range [][]any{{"anst_nr", "förnamn", "efternamn", "e-post", "telefon", "grupp", "från", "till"}, {1002, "Cia", "Öberg", "", "", "G001", 46174, "2026-12-31"}} {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		w.Must(err)
		w.Must(book.SetSheetRow("Sheet1", at, &line))
	}
	var b bytes.Buffer
	w.Must(book.Write(&b))
	portaltest.Says(t, send(t, w, w.Visitor(portaltest.Manager), b.Bytes(), 200), "1 rader, inga fel", "1002", "från 1 juni 2026 till och med 31 december 2026")
}

// nobody blocks nobody.
type nobody struct{ identity.Blocker }
