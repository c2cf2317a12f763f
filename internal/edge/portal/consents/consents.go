// Package consents is what property owners and clients say about locks: what needs somebody now, owners and properties with all that
// has been said of them, answers by letter and otherwise, letters in runs, and a client's own word.
//
// It owns the pages and their words; internal/domain/consent keeps the register and writes the letters, internal/domain/casework lets
// work go on or wait when somebody has spoken, internal/edge/paper prints.
//
// Promises: an answer is checked by its reader before it is kept, and said twice it is kept once; what a withdrawal does at the doors
// is said before it is made; owners with protected identity are masked until somebody gives a reason; names and streets that are
// searched for are posted, never in an address, and a letter's code says nothing about anybody.
package consents

import (
	"context"
	"net/http"
	"slices"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
)

// Register is the register of owners and what they have said. [consent.Service] is one.
type Register interface {
	Overview(ctx context.Context, who routine.Who) (consent.Overview, error)
	Rows(ctx context.Context, who routine.Who, f consent.Filter, after string, limit int) ([]consent.Row, error)
	Ending(ctx context.Context, who routine.Who) ([]consent.Row, error)
	Owners(ctx context.Context, who routine.Who, f consent.OwnerFilter, after string, limit int) ([]consent.Owner, error)
	Owner(ctx context.Context, who routine.Who, id string) (consent.Owner, error)
	OwnerFile(ctx context.Context, who routine.Who, id string) (consent.OwnerFile, error)
	Reveal(ctx context.Context, who routine.Who, id, reason string) (consent.Owner, error)
	PutOwner(ctx context.Context, who routine.Who, o consent.Owner) (consent.Owner, error)
	HouseRows(ctx context.Context, who routine.Who, f consent.HouseFilter, after string, limit int) ([]consent.HouseRow, error)
	PropertyFile(ctx context.Context, who routine.Who, id string) (consent.PropertyFile, error)
	ConsentFile(ctx context.Context, who routine.Who, id string) (consent.ConsentFile, error)
	Open(ctx context.Context, who routine.Who, code string) (consent.Letter, consent.Consent, error)
	Attach(ctx context.Context, who routine.Who, consentID string, f consent.File) (consent.Consent, error)
	FileOf(ctx context.Context, who routine.Who, consentID string) (consent.File, error)
	SetDiary(ctx context.Context, who routine.Who, consentID, diary string) (consent.Consent, error)
	Preview(ctx context.Context, who routine.Who, a consent.Ask) (consent.Preview, error)
	AskOwners(ctx context.Context, who routine.Who, a consent.Ask) (consent.LetterJob, error)
	RemindOwners(ctx context.Context, who routine.Who) (consent.LetterJob, error)
	MakeLetters(ctx context.Context) (more bool, err error)
	Jobs(ctx context.Context, who routine.Who, after string, limit int) ([]consent.LetterJob, error)
	Job(ctx context.Context, who routine.Who, id string) (consent.LetterJob, error)
	LettersOfJob(ctx context.Context, who routine.Who, jobID, after string, limit int) ([]consent.Letter, error)
	NoteExport(ctx context.Context, who routine.Who, list string, rows int) error
	Filing
}

// Answers takes in what owners and clients say, with what it does at the doors. [casework.Consents] is one.
type Answers interface {
	Waiting(ctx context.Context, who routine.Who) (casework.HousesWaiting, error)
	Work(ctx context.Context, who routine.Who, propertyIDs ...string) ([]casework.OwnersWork, error)
	WorkOf(ctx context.Context, who routine.Who, of consent.Consent) ([]casework.OwnersWork, error)
	Record(ctx context.Context, who routine.Who, in consent.NewConsent) (consent.Consent, error)
	Reply(ctx context.Context, who routine.Who, code string, in consent.Reply) (consent.Consent, error)
	WithdrawalEffect(ctx context.Context, who routine.Who, id string) (casework.Effect, error)
	Withdraw(ctx context.Context, who routine.Who, id string, in consent.Answered) (consent.Consent, error)
	UndoAnswer(ctx context.Context, who routine.Who, id, reason string) error
	PutProperty(ctx context.Context, who routine.Who, p consent.Property) (consent.Property, error)
	Sales
	Agreement(ctx context.Context, who casework.Reader, clientID string) (casework.AgreementPage, error)
	AskedOf(ctx context.Context, who casework.Reader, clientID string, seen time.Time, in casework.ClientAnswer) error
}

// Area is the pages of consents.
type Area struct {
	register Register
	answers  Answers
}

// New returns it.
func New(r Register, a Answers) *Area { return &Area{r, a} }

const perPage = 50

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	keep := []routine.Role{routine.LockManager, routine.SystemOwner}
	files := append(slices.Clone(keep), routine.Registrar)
	reads := append(slices.Clone(files), routine.CaseOfficer)
	asks := []routine.Role{routine.LockManager, routine.CaseOfficer, routine.AlarmTeam}
	get := func(path, name string, who []routine.Role, do page.Action) page.Route {
		return page.Route{Method: "GET", Path: path, Name: name, Roles: who, Do: do}
	}
	post := func(path, name string, who []routine.Role, do page.Action) page.Route {
		return page.Route{Method: "POST", Path: path, Name: name, Roles: who, Do: do, Write: true}
	}
	start, search, scan := get("/samtycken", "consents", reads, a.overview), post("/samtycken", "consents-search", reads, a.search), post("/samtycken/besked/{id}/handling", "consent-scan", keep, a.attach)
	start.Menu, start.Camera = tNav, true
	search.Write, search.Camera = false, true
	scan.MaxForm = consent.MaxFile + 64<<10
	check := post("/samtycken/brev", "letters-check", keep, a.check)
	check.Write = false
	file := post("/samtycken/diarium/{id}", "diary-file", files, a.fileAnswers)
	file.MaxForm = 4 * page.MaxForm // as many references as a list has answers
	return []page.Route{
		start, search, scan, check,
		get("/samtycken/lista", "consent-list", reads, a.list),
		get("/samtycken/agare/ny", "owner-new", keep, a.newOwner),
		post("/samtycken/agare/ny", "owner-add", keep, a.addOwner),
		get("/samtycken/agare/{id}", "owner", reads, a.owner),
		post("/samtycken/agare/{id}", "owner-reveal", keep, a.reveal),
		post("/samtycken/agare/{id}/andra", "owner-change", keep, a.changeOwner),
		get("/samtycken/agare/{id}/fastighet", "property-new", keep, a.newProperty),
		post("/samtycken/agare/{id}/fastighet", "property-add", keep, a.addProperty),
		get("/samtycken/fastigheter/{id}", "property", reads, a.property),
		get("/samtycken/fastigheter/{id}/svar", "property-answer", keep, a.askAnswer),
		post("/samtycken/fastigheter/{id}/svar", "property-answered", keep, a.record),
		get("/samtycken/fastigheter/{id}/agare", "owners-change", keep, a.askSale),
		post("/samtycken/fastigheter/{id}/agare", "owners-changed", keep, a.sale),
		post("/samtycken/fastigheter/{id}/behall", "owners-keep", keep, a.keepOwners),
		get("/samtycken/svar/{code}", "letter-reply", reads, a.letter),
		post("/samtycken/svar/{code}", "letter-answer", keep, a.reply),
		get("/samtycken/besked/{id}", "consent", reads, a.consent),
		get("/samtycken/besked/{id}/klart", "consent-done", reads, a.done),
		get("/samtycken/besked/{id}/aterkalla", "consent-withdraw", keep, a.askWithdraw),
		post("/samtycken/besked/{id}/aterkalla", "consent-withdrawn", keep, a.withdraw),
		get("/samtycken/besked/{id}/angra", "consent-undo", keep, a.askUndo),
		post("/samtycken/besked/{id}/angra", "consent-undone", keep, a.undo),
		post("/samtycken/besked/{id}/diarium", "consent-diary", files, a.diary),
		get("/samtycken/besked/{id}/handling", "consent-paper", reads, a.paper),
		get("/samtycken/diarium", "diary", reads, a.diaryPage),
		post("/samtycken/diarium", "diary-hand-over", files, a.handOver),
		get("/samtycken/diarium/{id}", "diary-list", reads, a.diaryList),
		get("/samtycken/diarium/{id}/lista.pdf", "diary-paper", reads, a.printDiary),
		file,
		get("/samtycken/brev", "letter-runs", reads, a.runs),
		post("/samtycken/brev/skicka", "letters-make", keep, a.make),
		post("/samtycken/brev/pamin", "letters-remind", keep, a.remind),
		get("/samtycken/brev/{id}", "letter-run", reads, a.run),
		get("/samtycken/brev/{id}/brev.pdf", "letter-paper", keep, a.print),
		get("/kunder/{id}/svar", "client-agreement", asks, a.agreement),
		post("/kunder/{id}/svar", "client-agreed", asks, a.agreed),
	}
}

func asking(p *page.Request) routine.Who { return p.Who.Acting().Who }

// found is what a search gave.
type found struct {
	query  string
	owners []consent.Owner
	houses []consent.HouseRow
	faults ui.Faults
	done   bool
}

func (a *Area) overview(p *page.Request) error { return a.showOverview(p, http.StatusOK, found{}) }

func (a *Area) showOverview(p *page.Request, status int, f found) error {
	o, err := a.register.Overview(p.Context(), asking(p))
	if err != nil {
		return err
	}
	waiting, err := a.answers.Waiting(p.Context(), asking(p))
	if err != nil {
		return err
	}
	p.Now = o.Now
	return p.Render(status, overviewPage(p.View, o, waiting, f))
}

// hits is how much of each sort a search shows.
const hits = 30

// search leads a letter's code to its case, and otherwise finds owners and houses. It answers with a page, not with an address: a
// name is personal data.
func (a *Area) search(p *page.Request) error {
	f := found{query: p.Form("q")}
	if code, err := consent.ParseCode(f.query); err == nil {
		return p.Redirect("/samtycken/svar/" + code)
	}
	if n := len([]rune(f.query)); n < 2 || n > 100 {
		f.faults = ui.Faults{{Field: "q", Text: tQueryShort}}
		return a.showOverview(p, http.StatusUnprocessableEntity, f)
	}
	var err error
	if f.owners, err = a.register.Owners(p.Context(), asking(p), consent.OwnerFilter{Name: f.query}, "", hits); err != nil {
		return err
	}
	if f.houses, err = a.register.HouseRows(p.Context(), asking(p), consent.HouseFilter{Street: f.query}, "", hits); err != nil {
		return err
	}
	return p.Render(http.StatusOK, foundPage(p.View, f))
}

// day reads a day of a form; "" is no day.
func day(zone *time.Location, s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	return t, err == nil && t.Year() >= 1990 && t.Year() < 2200
}

var tNav = problem.Text{SV: "Samtycken", EN: "Consents"}
