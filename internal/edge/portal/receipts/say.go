package receipts

import (
	"slices"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/receipt"
	"hemnyckel/internal/edge/portal/ui"
	"hemnyckel/internal/edge/portal/words"
)

// homeOf is whose key it is: nobody's name where the reader may not read about the client.
func homeOf(v ui.View, p casework.Person) string {
	if p.ID == "" {
		return v.T(tNotYours)
	}
	return words.HomeOf(v, p)
}

// holderName is the name of the provider that has the key.
func holderName(r casework.ReceiptPage) string {
	for _, one := range r.Chain {
		if one.To == r.Holder {
			return one.ToName
		}
		if one.From == r.Holder {
			return one.FromName
		}
	}
	return r.Holder.ID
}

func tabs(v ui.View, show string) (out []ui.Tab) {
	for _, t := range []struct {
		name string
		text problem.Text
	}{{showDue, tTabDue}, {showLate, tTabLate}, {showSigned, tTabSigned}, {showAll, tTabAll}} {
		href := "/kvittenser"
		if t.name != "" {
			href += "?visa=" + t.name
		}
		out = append(out, ui.Tab{Text: v.T(t.text), Href: href, Current: show == t.name})
	}
	return out
}

// printAddress is the list of the same tab, to print.
func printAddress(show string) string {
	if show == "" {
		return "/kvittenser/lista.pdf"
	}
	return "/kvittenser/lista.pdf?visa=" + show
}

// emptyText is what an empty list says.
func emptyText(show string) (title, more problem.Text) {
	switch show {
	case showLate:
		return tLateNone, tLateNoneD
	case showSigned:
		return tSignedNone, tSignedNoneD
	case showAll:
		return tAllNone, tAllNoneD
	}
	return tDueNone, tAllNoneD
}

// facts are all that a receipt says.
func facts(v ui.View, r casework.ReceiptPage) []ui.Answer {
	l := r.Receipt
	out := []ui.Answer{{Question: v.T(tClient), Answer: homeOf(v, l.Home)}, {Question: v.T(tPurpose), Answer: v.T(words.KeyPurpose(l.Purpose))},
		{Question: v.T(tDoor), Answer: v.T(words.KeyDoor(l.Door))}, {Question: v.T(tLabelOnly), Answer: l.Label}, {Question: v.T(tCopies), Answer: v.Num(int64(l.Copies))},
		{Question: v.T(tFrom), Answer: words.Party(v, l.From, l.FromName)}, {Question: v.T(tTo), Answer: words.Party(v, l.To, l.ToName)}}
	add := func(question problem.Text, answer string) {
		out = append(out, ui.Answer{Question: v.T(question), Answer: answer})
	}
	if l.Signed.IsZero() {
		add(tDue, v.Day(l.Due))
	} else {
		add(tSignedAt, v.When(l.Signed))
		add(tSignedBy, v.F(ui.TAnd, l.SignedFrom, l.SignedTo))
		add(tHow, v.T(howName(l.How)))
	}
	if !l.Ended.IsZero() {
		add(tEnded, v.When(l.Ended))
	}
	return out
}

func howName(h receipt.How) problem.Text {
	if h == receipt.OnPaper {
		return tOnPaper
	}
	return tOnScreen
}

func hows(v ui.View) []ui.Option {
	return []ui.Option{{Value: string(receipt.OnPaper), Label: v.T(tOnPaper), Hint: v.T(tOnPaperHint)}, {Value: string(receipt.OnScreen), Label: v.T(tOnScreen), Hint: v.T(tOnScreenHint)}}
}

func purposes(v ui.View, f newForm) (out []ui.Option) {
	for _, p := range f.Purposes {
		out = append(out, ui.Option{Value: string(p), Label: v.T(words.KeyPurpose(p))})
	}
	return out
}

func doors(v ui.View) (out []ui.Option) {
	for _, d := range receipt.Doors() {
		out = append(out, ui.Option{Value: string(d), Label: v.T(words.KeyDoor(d))})
	}
	return out
}

func parties(v ui.View, f newForm) []ui.Option {
	out := []ui.Option{{Label: v.T(tChooseTo)}}
	for _, p := range f.Parties {
		value := string(p.Kind)
		if p.ID != "" {
			value += ":" + p.ID
		}
		out = append(out, ui.Option{Value: value, Label: words.Party(v, p.Holder, p.Name)})
	}
	return out
}

// field is what was typed, or how the form begins.
func (f newForm) field(name, otherwise string) string {
	if f.typed.Has(name) {
		return f.typed.Get(name)
	}
	return otherwise
}

// signer is who signs for a party, where it is the reader's own.
func (f signForm) signer(v ui.View, name string, party receipt.Holder) string {
	if f.typed.Has(name) {
		return f.typed.Get(name)
	}
	if party.Kind == receipt.Provider && v.Viewer != nil && party.ID == v.Viewer.Organisation {
		return v.Viewer.Name
	}
	return ""
}

// others are the hand-overs of the key beside the one that the page is about.
func others(r casework.ReceiptPage) []casework.ReceiptRow {
	return slices.DeleteFunc(slices.Clone(r.Chain), func(row casework.ReceiptRow) bool { return row.ID == r.Receipt.ID })
}
