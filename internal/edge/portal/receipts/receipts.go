// Package receipts is the receipts for physical keys, the metal ones: which hand-overs wait for signatures, one receipt with what has
// become of its key, the paper that both parties sign, and a hand-over that somebody makes by hand.
//
// It owns the pages and their words. internal/domain/receipt keeps the chain of who has had which key, internal/domain/casework says who may
// see whose and ends the work that a signature carries out, internal/edge/paper prints. Digital keys are its neighbour
// internal/edge/portal/keys'.
//
// Promises: whoever is no party to a receipt does not learn that it is there; a client whom the reader may not read about is not named,
// and one with protected identity nowhere but on the paper that the parties sign; what is signed is signed once.
package receipts

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/domain/routine"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/portal/page"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// Service is what the pages of receipts ask of the domain. [casework.Service] is one.
type Service interface {
	ReceiptList(ctx context.Context, who casework.Reader, f casework.ReceiptFilter, after receipt.Cursor, purpose string) (casework.ReceiptList, error)
	ReceiptPage(ctx context.Context, who casework.Reader, id string) (casework.ReceiptPage, error)
	Receipt(ctx context.Context, who routine.Who, id string) (receipt.Line, error)
	ReceiptChoices(ctx context.Context, who casework.Reader, clientID, keyID string) (casework.ReceiptChoices, error)
	DraftReceipt(ctx context.Context, who routine.Who, in casework.NewReceipt) (receipt.Receipt, error)
	ShowReceipt(ctx context.Context, who routine.Who, id, lang string) (casework.ReceiptPaper, error)
	SignReceipt(ctx context.Context, who routine.Who, id string, sign receipt.Signature) (receipt.Receipt, error)
	CancelReceipt(ctx context.Context, who routine.Who, id, reason string) (receipt.Receipt, error)
	ReceiptFile(ctx context.Context, who routine.Who, id string) (receipt.File, error)
	ReceiptForm(lang string) routine.LetterTexts
}

// Area is the pages of receipts.
type Area struct{ keys Service }

// New returns it.
func New(s Service) *Area { return &Area{s} }

// Routes are its addresses.
func (a *Area) Routes() []page.Route {
	who := []routine.Role{routine.Provider, routine.HealthUnit, routine.Delivery, routine.AlarmTeam, routine.LockManager}
	get := func(path, name string, do page.Action) page.Route {
		return page.Route{Method: "GET", Path: path, Name: name, Roles: who, Do: do}
	}
	post := func(path, name string, do page.Action) page.Route {
		return page.Route{Method: "POST", Path: path, Name: name, Roles: who, Do: do, Write: true}
	}
	list, signed := get("/kvittenser", "receipts", a.list), post("/kvittenser/{id}/underskrift", "receipt-signed", a.sign)
	list.Menu = tNav
	signed.MaxForm = receipt.MaxFile + 64<<10
	return []page.Route{
		list, signed,
		get("/kvittenser/lista.pdf", "receipts-paper", a.printList),
		get("/kvittenser/blankett.pdf", "receipt-form", a.blank),
		get("/kvittenser/ny", "receipt-new", a.askNew),
		post("/kvittenser/ny", "receipt-make", a.make),
		get("/kvittenser/{id}", "receipt", a.receipt),
		post("/kvittenser/{id}/skriv-ut", "receipt-paper", a.print),
		get("/kvittenser/{id}/underskrift", "receipt-sign", a.askSign),
		get("/kvittenser/{id}/makulera", "receipt-cancel", a.askCancel),
		post("/kvittenser/{id}/makulera", "receipt-cancelled", a.cancel),
		get("/kvittenser/{id}/papper", "receipt-scan", a.scan),
	}
}

func who(p *page.Request) routine.Who { return p.Who.Acting().Who }

// What the list shows. The first is what it shows when nothing is chosen.
const (
	showDue    = ""
	showLate   = "sena"
	showSigned = "galler"
	showAll    = "alla"
)

func filterOf(show string) casework.ReceiptFilter {
	switch show {
	case showLate:
		return casework.ReceiptFilter{Late: true}
	case showSigned:
		return casework.ReceiptFilter{State: receipt.Signed}
	case showAll:
		return casework.ReceiptFilter{}
	}
	return casework.ReceiptFilter{Due: true}
}

func (a *Area) list(p *page.Request) error {
	if p.WantsFile() {
		rows, err := a.whole(p)
		if err != nil {
			return err
		}
		return p.SendTable(table(p.View, rows))
	}
	out, err := a.keys.ReceiptList(p.Context(), p.Who.Reader(), filterOf(p.Query("visa")), placeOf(p.Query("efter")), casework.ReceiptsShown)
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, listPage(p.View, out, p.Query("visa")))
}

// whole is every receipt that the tab leaves.
func (a *Area) whole(p *page.Request) (all []casework.ReceiptRow, err error) {
	for after := (receipt.Cursor{}); ; {
		some, err := a.keys.ReceiptList(p.Context(), p.Who.Reader(), filterOf(p.Query("visa")), after, casework.ReceiptsExported)
		if err != nil {
			return nil, err
		}
		p.Now = some.Now
		if all = append(all, some.All...); len(all) > page.MaxRows {
			return nil, page.ErrLong
		}
		if after = some.Next; after.ID == "" {
			return all, nil
		}
	}
}

func table(v ui.View, rows []casework.ReceiptRow) paper.Table {
	out := make([]paper.Row, len(rows))
	for i, r := range rows {
		out[i] = paper.Row{r.Number, homeOf(v, r.Home), v.T(words.KeyPurpose(r.Purpose)), r.Label, int64(r.Copies), words.Party(v, r.From, r.FromName), words.Party(v, r.To, r.ToName),
			r.Due, r.Signed, v.T(words.ReceiptState(r.State, r.Late).Text)}
	}
	return paper.Table{Name: "kvittenser", Rows: paper.Rows(out...), Columns: []paper.Column{
		{Key: "number", SV: "Kvittens", EN: "Receipt", Kind: paper.Text}, {Key: "client", SV: "Kund", EN: "Client", Kind: paper.Text},
		{Key: "purpose", SV: "Ändamål", EN: "Purpose", Kind: paper.Text}, {Key: "label", SV: "Märkning", EN: "Label", Kind: paper.Text},
		{Key: "copies", SV: "Antal", EN: "Copies", Kind: paper.Number}, {Key: "from", SV: "Lämnas av", EN: "From", Kind: paper.Text},
		{Key: "to", SV: "Tas emot av", EN: "To", Kind: paper.Text}, {Key: "due", SV: "Ska ske", EN: "Due", Kind: paper.Day},
		{Key: "signed", SV: "Underskriven", EN: "Signed", Kind: paper.Instant}, {Key: "state", SV: "Läge", EN: "State", Kind: paper.Text}}}
}

// maxPrinted is how many receipts a printed list has at most.
const maxPrinted = 1000

var errPrintLong = problem.New(problem.TooLarge, "page-receipts-long",
	"Listan är för lång att skriva ut: fler än 1 000 kvittenser. Välj ett snävare urval.",
	"The list is too long to print: more than 1,000 receipts. Choose fewer.")

func (a *Area) printList(p *page.Request) error {
	rows, err := a.whole(p)
	if err == nil && len(rows) > maxPrinted {
		err = errPrintLong
	}
	if err != nil {
		return err
	}
	var pdf bytes.Buffer
	if err := paper.WriteListing(&pdf, p.T(tReceipts), p.F(ui.TPrinted, p.Who.Name, p.When(p.Now)), p.Now, table(p.View, rows), paper.Style{Lang: p.Lang, Zone: p.Zone}); err != nil {
		return err
	}
	send(p, paper.TypePDF, "kvittenser.pdf", pdf.Bytes())
	return nil
}

func (a *Area) receipt(p *page.Request) error {
	out, err := a.keys.ReceiptPage(p.Context(), p.Who.Reader(), p.ID())
	if err != nil {
		return err
	}
	p.Now = out.Now
	return p.Render(http.StatusOK, receiptPage(p.View, out))
}

// scan hands the signed paper over; who reads it is in the journal.
func (a *Area) scan(p *page.Request) error {
	f, err := a.keys.ReceiptFile(p.Context(), who(p), p.ID())
	if err != nil {
		return err
	}
	send(p, f.Media, "kvittens"+map[string]string{"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}[f.Media], f.Body)
	return nil
}

// print is the paper that both parties sign, in two copies. It names the client, which the journal has, and it is noted that it has been
// printed: it is a form, not a link that a browser may follow by itself.
func (a *Area) print(p *page.Request) error {
	r, err := a.keys.ShowReceipt(p.Context(), who(p), p.ID(), p.Lang)
	if err != nil {
		return err
	}
	l, c := r.Line, r.Client
	home := slices.DeleteFunc([]string{c.Name, c.Street, c.Apartment, strings.TrimSpace(c.Postal + " " + c.Town)}, func(s string) bool { return s == "" })
	return sendForm(p, l.Number, r.Printed, r.Letter, strings.Join(home, ", "), r.From, r.To, l.Label+" ("+strconv.Itoa(l.Copies)+")",
		p.T(words.KeyDoor(l.Door)), p.T(words.KeyPurpose(l.Purpose)))
}

// blank is the same with lines to write on (V2.6-f).
func (a *Area) blank(p *page.Request) error {
	return sendForm(p, "", p.Now, a.keys.ReceiptForm(p.Lang), "", "", "", "", "", "")
}

// sendForm prints a receipt; values are client, giver, receiver, key, door and purpose.
func sendForm(p *page.Request, number string, made time.Time, letter routine.LetterTexts, values ...string) error {
	form := paper.Receipt{Lang: p.Lang, Made: made, Title: p.T(tReceipt), Number: number, Code: number, Text: letter.Text,
		Copies: [2]string{p.T(tGiversCopy), p.T(tReceiversCopy)}, Signed: []string{p.T(tGiven), p.T(tTaken)}}
	if letter.Title != "" {
		form.Title = letter.Title
	}
	for i, label := range []problem.Text{tClient, tFrom, tTo, tLabel, tDoor, tPurpose} {
		form.Lines = append(form.Lines, paper.Pair{Label: p.T(label), Value: values[i]})
	}
	var pdf bytes.Buffer
	if err := paper.WriteReceipt(&pdf, form); err != nil {
		return err
	}
	send(p, paper.TypePDF, "nyckelkvittens.pdf", pdf.Bytes())
	return nil
}

// send hands a file over, to be saved.
func send(p *page.Request, media, name string, body []byte) {
	h := p.W.Header()
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = p.W.Write(body) // the reader has gone: nobody is left to tell
}

// placeOf reads a place in the list from an address; what cannot be read is the beginning.
func placeOf(s string) receipt.Cursor {
	due, id, _ := strings.Cut(s, "_")
	us, err := strconv.ParseInt(due, 10, 64)
	if err != nil || len(id) != 36 {
		return receipt.Cursor{}
	}
	return receipt.Cursor{Due: time.UnixMicro(us).UTC(), ID: id}
}

func placeText(c receipt.Cursor) string {
	if c.ID == "" {
		return ""
	}
	return strconv.FormatInt(c.Due.UnixMicro(), 10) + "_" + c.ID
}
