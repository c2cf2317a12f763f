package words

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"hemnyckel/internal/base/problem"
	"hemnyckel/internal/edge/portal/ui"
)

// link is a part of the chain from a decision to an opening.
type link struct {
	kind, title, code, detail string
	tone                      string
}

// said is the link in words.
func (l link) said() string {
	s := l.title
	for _, more := range []string{l.code, l.detail} {
		if more != "" {
			s += ", " + more
		}
	}
	return s
}

// links are the chain of a right: what was decided, the ground that this is, the right, and, while it is in force, what the group's
// keys have of it and what has come of it at the door.
func links(v ui.View, c drawn) []link {
	state := ui.PeriodState(v.Now, c.Right.From, c.Right.Until)
	out := []link{decision(v, c),
		{kind: v.T(tNodeGround), title: v.T(ServiceName(c.Ground.Kind)), detail: v.F(tRuleOf, c.Ground.Rule), tone: "info"},
		{kind: v.T(tNodeRight), title: c.GroupName, code: c.GroupCode, detail: v.T(state.Text) + ", " + v.Period(c.Right.From, c.Right.Until), tone: state.Tone}}
	var locks []string
	for _, l := range c.locks {
		locks = append(locks, strings.TrimSpace(v.T(LockName(l.Kind))+" "+l.Serial))
	}
	if !c.InForce(v.Now) {
		return append(out, link{kind: v.T(tNodeLock), title: v.List(locks), tone: "calm"})
	}
	return append(out, synced(v, c), opened(v, c, v.List(locks)))
}

func decision(v ui.View, c drawn) link {
	if c.OrderNumber == "" {
		name, row := origin(v, c.Origin)
		return link{kind: v.T(tNodeReg), title: name, detail: row, tone: "info"}
	}
	return link{kind: v.T(tNodeOrder), title: v.T(OrderName(c.OrderKind)), code: c.OrderNumber,
		detail: v.Day(c.OrderedAt) + " " + v.T(ChannelName(c.Channel)), tone: "info"}
}

// synced is the grant: the group's key that last fetched it.
func synced(v ui.View, c drawn) link {
	l := link{kind: v.T(tNodeKey), title: v.T(tKeyNone), detail: v.T(tKeyNoneD), tone: "warn"}
	switch {
	case c.Use.Key == "":
	case c.Use.Until.After(v.Now):
		l.title, l.detail, l.tone = v.F(tKeySynced, c.Use.Key), v.F(tKeyAge, v.Age(c.Use.Synced), v.When(c.Use.Until)), "good"
	default:
		l.title, l.detail = v.F(tKeyOver, c.Use.Key), v.F(tKeyOverD, v.Age(c.Use.Until))
	}
	return l
}

func opened(v ui.View, c drawn, locks string) link {
	if c.Use.Opened.IsZero() {
		return link{kind: v.T(tNodeOpened), title: locks, detail: v.T(tOpenedNone), tone: "calm"}
	}
	return link{kind: v.T(tNodeOpened), title: locks, detail: v.F(tOpenedAt, v.When(c.Use.Opened), c.Use.With), tone: "good"}
}

// picture is a chain drawn in boxes, beside each other or beneath each other.
type picture struct {
	class      string
	wide, high int
	boxes      []box
	arrows     []string // paths
	said       string   // the same in words
}

type box struct {
	x, y, wide, high int
	tone             string
	lines            []line
}

// line is a line of text in a box.
type line struct {
	class, text string
	x, y        int
}

// How a box is drawn: sizes in the picture's own units, which are pixels where it has the room that it was drawn for.
const (
	boxWide, boxGap, boxChars  = 196, 34, 17 // beside each other
	tallWide, tallGap, tallMax = 320, 24, 31 // beneath each other
	padding                    = 14
)

// across draws a chain from left to right, for a desk; down from top to bottom, for a phone.
func across(all []link) picture {
	p := picture{class: "chain-across", said: saidOf(all), wide: len(all)*(boxWide+boxGap) - boxGap}
	for _, l := range all {
		p.high = max(p.high, textOf(l, boxChars, 0, 0).high)
	}
	for i, l := range all {
		b := textOf(l, boxChars, i*(boxWide+boxGap), 0)
		b.wide, b.high = boxWide, p.high
		p.boxes = append(p.boxes, b)
		if i > 0 {
			p.arrows = append(p.arrows, fmt.Sprintf("M%d %dh%dm-7 -6l7 6l-7 6", b.x-boxGap+4, p.high/2, boxGap-8))
		}
	}
	return p
}

func down(all []link) picture {
	p := picture{class: "chain-down", said: saidOf(all), wide: tallWide}
	for i, l := range all {
		if i > 0 {
			p.arrows = append(p.arrows, fmt.Sprintf("M%d %dv%dm-6 -7l6 7l6 -7", tallWide/2, p.high+3, tallGap-6))
			p.high += tallGap
		}
		b := textOf(l, tallMax, 0, p.high)
		b.wide = tallWide
		p.boxes = append(p.boxes, b)
		p.high += b.high
	}
	return p
}

func saidOf(all []link) string {
	var words []string
	for _, l := range all {
		words = append(words, l.kind+": "+l.said()+".")
	}
	return strings.Join(words, " ")
}

// textOf is a box with its text, at a place; chars is how many characters of the title a line has room for.
func textOf(l link, chars, x, y int) box {
	b := box{x: x, y: y, tone: l.tone}
	at := y + 26
	put := func(class, text string, chars, most, height int) {
		for _, t := range wrap(text, chars, most) {
			b.lines = append(b.lines, line{class, t, x + padding, at})
			at += height
		}
	}
	put("chain-kind", l.kind, chars+6, 1, 22)
	put("chain-title", l.title, chars, 2, 19)
	put("chain-code", l.code, chars, 1, 18)
	put("chain-detail", l.detail, chars+5, 3, 17) // which is smaller
	b.high = at - y
	return b
}

// wrap breaks a text into lines between its words; what there is no room for ends in dots.
func wrap(text string, chars, most int) []string {
	var out []string
	for _, word := range strings.Fields(text) {
		last := len(out) - 1
		if last >= 0 && utf8.RuneCountInString(out[last])+1+utf8.RuneCountInString(word) <= chars {
			out[last] += " " + word
			continue
		}
		if len(out) == most {
			out[last] = cut(out[last]+" …", chars)
			return out
		}
		out = append(out, cut(word, chars))
	}
	return out
}

func cut(s string, chars int) string {
	if r := []rune(s); len(r) > chars {
		return string(r[:chars-1]) + "…"
	}
	return s
}

var (
	tNodeKey    = problem.Text{SV: "Nyckel", EN: "Key"}
	tNodeOpened = problem.Text{SV: "Öppning", EN: "Opening"}
	tKeySynced  = problem.Text{SV: "%s är synkad", EN: "%s is synced"}
	tKeyAge     = problem.Text{SV: "%s, gäller till %s", EN: "%s, valid until %s"}
	tKeyOver    = problem.Text{SV: "%s behöver synkas", EN: "%s needs to sync"}
	tKeyOverD   = problem.Text{SV: "giltigheten tog slut %s", EN: "validity ended %s"}
	tKeyNone    = problem.Text{SV: "Ingen nyckel är synkad", EN: "No key is synced"}
	tKeyNoneD   = problem.Text{SV: "behörigheten följer med när en av gruppens nycklar synkas", EN: "the right comes along when a key of the group syncs"}
	tOpenedAt   = problem.Text{SV: "senast %s med nyckel %s", EN: "last %s with key %s"}
	tOpenedNone = problem.Text{SV: "ingen bland de senaste händelserna", EN: "none among the latest events"}
	tInWords    = problem.Text{SV: "Kedjan i ord", EN: "The chain in words"}
)
