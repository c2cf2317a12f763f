package restapi

import (
	"bytes"
	"context"
	"net/http"

	"hemnyckel/api"
	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/edge/paper"
	"hemnyckel/internal/edge/web"
)

// letters are the operations of letters to owners, their replies, and the way to the diary (V5.3-b, V5.3-e).
func (h *Handler) letters(to *routes) {
	const jobs, replies, lists, all = "/api/v1/consent-letters", "/api/v1/consent-replies", "/api/v1/consent-handovers", "/api/v1/consents"
	at := func(j api.LetterJob) string { return jobs + "/" + j.ID }
	create(to, op{ID: "ask-owners", Path: jobs, Summary: "Write to owners about consent", Roles: consentKeepers(),
		Doc: "An owner gets one letter about everything. Properties with consent, or with a letter that is not answered, are left out. Ask the job whether it has finished, then print it."}, at, h.askOwners)
	create(to, op{ID: "remind-owners", Path: jobs + "/remind", Summary: "Remind owners who have not answered in time", Roles: consentKeepers()}, at, h.remindOwners)
	read(to, op{ID: "read-letters", Path: jobs + "/{id}", Summary: "How far letters have come", Roles: consentReaders()}, h.letterJob)
	list(to, op{ID: "list-letters", Path: jobs + "/{id}/letters", Summary: "List the letters of a job", Roles: consentReaders(), Doc: "The oldest first."}, h.listLetters)
	file(to, op{ID: "letters-paper", Path: jobs + "/{id}/pdf", Summary: "Print the letters of a job", Roles: consentKeepers()}, []string{paper.TypePDF}, h.lettersPaper)
	list(to, op{ID: "list-letters-due", Path: jobs + "/due", Summary: "List letters that should have been answered", Roles: consentReaders(),
		Doc: "The longest due first, at most one page: reminding takes them off."}, h.listLettersDue)
	read(to, op{ID: "read-reply", Path: replies + "/{code}", Summary: "Which letter a code on a reply slip belongs to", Roles: consentReaders(),
		Doc: "code as the QR code says it, or as it is printed."}, h.letterCase)
	change(to, http.MethodPost, op{ID: "reply", Path: replies + "/{code}", Summary: "Record what a reply slip says", Roles: consentKeepers(),
		Doc: "Mountings that wait for it go on. Put the scanned slip to the consent afterwards."}, h.letterCase, h.reply)
	upload(to, op{ID: "scan-consent", Path: all + "/{id}/paper", Summary: "Put a scanned paper to an answer", Roles: consentKeepers(), MaxBody: consent.MaxFile,
		Doc: "PDF or JPEG. It is never replaced."}, []string{"application/pdf", "image/jpeg"}, nil, h.scan)
	file(to, op{ID: "consent-paper", Path: all + "/{id}/paper", Summary: "Read the scanned paper of an answer", Roles: consentReaders()},
		[]string{"application/pdf", "image/jpeg"}, h.consentPaper)
	change(to, http.MethodPut, op{ID: "file-consent", Path: all + "/{id}/diary", Summary: "Keep under which reference an answer is in the diary", Roles: filers()}, h.consent, h.fileConsent)
	create(to, op{ID: "hand-over-consents", Path: lists, Summary: "Hand new answers over to the registrar", Roles: filers(),
		Doc: "As many as one list holds (500). Its answers are consents with handover=id, also as CSV or XLSX."},
		func(v api.Handover) string { return lists + "/" + v.ID }, h.handOver)
	list(to, op{ID: "list-handovers", Path: lists, Summary: "List what was handed over to the registrar", Roles: consentReaders(), Doc: "The last first."}, h.listHandovers)
	read(to, op{ID: "read-handover", Path: lists + "/{id}", Summary: "Read a list for the registrar", Roles: consentReaders()}, h.handover)
	file(to, op{ID: "handover-paper", Path: lists + "/{id}/pdf", Summary: "Print a list for the registrar", Roles: consentReaders()}, []string{paper.TypePDF}, h.handoverPaper)
}

func (h *Handler) askOwners(ctx context.Context, r request, in api.NewLetters) (api.LetterJob, error) {
	j, err := h.options.Register.AskOwners(ctx, r.Who, consent.Ask{Properties: in.Properties, Street: in.Street, Town: in.Town, Owner: in.OwnerID, Language: in.Language})
	return wireJob(j), err
}

func (h *Handler) remindOwners(ctx context.Context, r request, _ none) (api.LetterJob, error) {
	j, err := h.options.Register.RemindOwners(ctx, r.Who)
	return wireJob(j), err
}

func (h *Handler) letterJob(ctx context.Context, r request) (api.LetterJob, error) {
	j, err := h.options.Register.Job(ctx, r.Who, r.id("id"))
	return wireJob(j), err
}

func wireJob(j consent.LetterJob) api.LetterJob {
	return api.LetterJob{ID: j.ID, Kind: j.Kind, Wanted: j.Wanted, Made: j.Done, Skipped: j.Skipped, Finished: j.Finished(), Started: j.Made}
}

type noFilter struct{}

func (h *Handler) listLetters(ctx context.Context, r request, _ noFilter, p page) ([]api.Letter, string, error) {
	if _, err := h.options.Register.Job(ctx, r.Who, r.id("id")); err != nil {
		return nil, "", err
	}
	found, err := h.options.Register.LettersOfJob(ctx, r.Who, r.id("id"), p.After, p.Limit+1)
	rows, next := paged(found, p, wireLetter, func(l api.Letter) string { return l.ID })
	return rows, next, err
}

func (h *Handler) listLettersDue(ctx context.Context, r request, _ noFilter, p page) ([]api.Letter, string, error) {
	found, err := h.options.Register.LettersDue(ctx, r.Who, p.Limit)
	rows, _ := paged(found, p, wireLetter, func(l api.Letter) string { return l.ID })
	return rows, "", err
}

func wireLetter(l consent.Letter) api.Letter {
	return api.Letter{ID: l.ID, Code: consent.ShowCode(l.Code), Kind: l.Kind, OwnerID: l.OwnerID, ConsentID: l.ConsentID,
		About: append([]string{}, l.Body.About...), Made: l.Made, Remind: maybe(l.Remind)}
}

// errNotFinished says that letters are still being made.
var errNotFinished = problem.New(problem.Conflict, "letters-not-finished",
	"Breven skapas fortfarande. Försök igen om en stund.", "The letters are still being made. Try again in a while.")

func (h *Handler) lettersPaper(ctx context.Context, r request) (document, error) {
	job, err := h.options.Register.Job(ctx, r.Who, r.id("id"))
	if err != nil {
		return document{}, err
	}
	if !job.Finished() {
		return document{}, errNotFinished
	}
	found, err := h.options.Register.LettersOfJob(ctx, r.Who, job.ID, "", consent.MaxLetters)
	if err != nil {
		return document{}, err
	}
	letters := make([]paper.Letter, len(found))
	for i, l := range found {
		b := l.Body
		letters[i] = paper.Letter{Lang: b.Language, Made: l.Made, Title: b.Title, From: b.From, To: b.To, Case: consent.ShowCode(l.Code),
			Code: consent.CodePayload(l.Code), About: b.About, Text: b.Text, Reply: b.Reply}
	}
	title := problem.Text{SV: "Brev till fastighetsägare", EN: "Letters to property owners"}.In(web.Language(ctx))
	var out bytes.Buffer
	err = paper.Letters(&out, title, job.Made, h.options.Zone, letters...)
	return document{Name: "brev.pdf", Type: paper.TypePDF, Body: out.Bytes()}, err
}

func (h *Handler) letterCase(ctx context.Context, r request) (api.LetterCase, error) {
	l, c, err := h.options.Register.Open(ctx, r.Who, r.id("code"))
	if err != nil {
		return api.LetterCase{}, err
	}
	return api.LetterCase{Letter: wireLetter(l), Consent: h.wireConsent(c)}, nil
}

func (h *Handler) reply(ctx context.Context, r request, in api.SlipReply) (api.Consent, error) {
	a, err := r.answered(in.ConsentAnswer)
	if err != nil {
		return api.Consent{}, err
	}
	c, err := h.options.Consents.Reply(ctx, r.Who, r.id("code"), consent.Reply{Blanket: in.Everything, Answered: a})
	return h.wireConsent(c), err
}

func (h *Handler) scan(ctx context.Context, r request, in document) (api.Consent, error) {
	f, err := consent.NewFile(in.Body)
	if err != nil {
		return api.Consent{}, err
	}
	c, err := h.options.Register.Attach(ctx, r.Who, r.id("id"), f)
	return h.wireConsent(c), err
}

func (h *Handler) consentPaper(ctx context.Context, r request) (document, error) {
	f, err := h.options.Register.FileOf(ctx, r.Who, r.id("id"))
	name := "samtycke.pdf"
	if f.Media == "image/jpeg" {
		name = "samtycke.jpg"
	}
	return document{Name: name, Type: f.Media, Body: f.Body}, err
}

func (h *Handler) fileConsent(ctx context.Context, r request, in api.Diary) (api.Consent, error) {
	c, err := h.options.Register.SetDiary(ctx, r.Who, r.id("id"), in.Diary)
	return h.wireConsent(c), err
}

func (h *Handler) handOver(ctx context.Context, r request, _ none) (api.Handover, error) {
	v, err := h.options.Register.HandOver(ctx, r.Who)
	return wireHandover(v), err
}

func wireHandover(v consent.Handover) api.Handover {
	return api.Handover{ID: v.ID, Number: v.Number, Made: v.Made}
}

func (h *Handler) listHandovers(ctx context.Context, r request, _ noFilter, p page) ([]api.Handover, string, error) {
	found, err := h.options.Register.Handovers(ctx, r.Who, p.After, p.Limit+1)
	rows, next := paged(found, p, wireHandover, func(v api.Handover) string { return v.ID })
	return rows, next, err
}

func (h *Handler) handover(ctx context.Context, r request) (api.Handover, error) {
	v, err := h.options.Register.Handover(ctx, r.Who, r.id("id"))
	return wireHandover(v), err
}

// handoverPaper is the list that goes with the papers to the registrar, with room for their references.
func (h *Handler) handoverPaper(ctx context.Context, r request) (document, error) {
	v, err := h.options.Register.Handover(ctx, r.Who, r.id("id"))
	if err != nil {
		return document{}, err
	}
	found, err := h.options.Register.Consents(ctx, r.Who, consent.Filter{Handover: v.ID}, "", consent.MaxHandover)
	if err != nil {
		return document{}, err
	}
	lang := web.Language(ctx)
	table := paper.Table{Name: "samtycken", Columns: []paper.Column{
		{Key: "day", SV: "Svarets dag", EN: "Day", Kind: paper.Day}, {Key: "owner", SV: "Fastighetsägare", EN: "Owner", Kind: paper.Text},
		{Key: "about", SV: "Gäller", EN: "Concerns", Kind: paper.Text}, {Key: "answer", SV: "Svar", EN: "Answer", Kind: paper.Text},
		{Key: "paper", SV: "Handling", EN: "Paper", Kind: paper.YesNo}, {Key: "diary", SV: "Diarienummer", EN: "Diary number", Kind: paper.Text},
	}}
	var rows []paper.Row
	for _, c := range found {
		owner, about, err := h.named(ctx, r, c)
		if err != nil {
			return document{}, err
		}
		rows = append(rows, paper.Row{c.Date, owner, about, answerName(c).In(lang), c.FileHash != "", c.Diary})
	}
	table.Rows = paper.Rows(rows...)
	title := problem.Text{SV: "Samtycken till diariet, lista ", EN: "Consents for the diary, list "}.In(lang) + v.Number
	var out bytes.Buffer
	err = paper.WriteListing(&out, title, h.dayText(v.Made), v.Made, table, paper.Style{Lang: lang, Zone: h.options.Zone})
	return document{Name: "samtycken.pdf", Type: paper.TypePDF, Body: out.Bytes()}, err
}

// named says in words whose answer it is, and about what.
func (h *Handler) named(ctx context.Context, r request, c consent.Consent) (owner, about string, err error) {
	lang := web.Language(ctx)
	o, err := h.options.Register.Owner(ctx, r.Who, c.OwnerID)
	if err != nil {
		return "", "", err
	}
	owner = o.Name
	if o.Protected {
		owner = problem.Text{SV: "Skyddade uppgifter", EN: "Protected"}.In(lang)
	}
	if c.Blanket {
		return owner, problem.Text{SV: "Allt som ägaren äger", EN: "Everything that the owner owns"}.In(lang), nil
	}
	for i, id := range c.Properties {
		if i == 5 {
			return owner, about + ", …", nil
		}
		p, err := h.options.Register.Property(ctx, r.Who, id)
		if err != nil {
			return "", "", err
		}
		if i > 0 {
			about += ", "
		}
		about += p.Addresses[0].Street
	}
	return owner, about, nil
}

func answerName(c consent.Consent) problem.Text {
	switch {
	case c.Answer == consent.Given && c.Partial():
		return problem.Text{SV: "ja, delvis", EN: "yes, in part"}
	case c.Answer == consent.Given:
		return problem.Text{SV: "ja", EN: "yes"}
	case c.Answer == consent.Refused:
		return problem.Text{SV: "nej", EN: "no"}
	}
	return problem.Text{SV: "återkallat", EN: "withdrawn"}
}
