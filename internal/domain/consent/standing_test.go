package consent_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hemnyckel/internal/domain/consent"
	"hemnyckel/internal/domain/routine"
)

var (
	day  = time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	home = consent.Place{ID: "d1", Street: "Lotsgränd 1", Town: "Låsby", Apartment: "1101"}
)

// word is an answer of an owner, some days after the first.
func word(id, owner string, answer consent.Answer, after int) consent.Consent {
	at := day.AddDate(0, 0, after)
	return consent.Consent{ID: id, OwnerID: owner, Answer: answer, Date: at, From: at, Until: routine.Forever}
}

// proves V5.3-a, V5.3-d
func TestWhatOwnersSayIsWeighed(t *testing.T) {
	box := word("c", "a", consent.Given, 0)
	box.Things = []consent.Thing{consent.KeyBox}
	there := word("c", "a", consent.Given, 0)
	there.Places = []consent.Place{{Street: "lotsgränd  1", Town: "LÅSBY", Apartment: "1101"}}
	elsewhere := there
	elsewhere.Places = []consent.Place{{Street: "Lotsgränd 1", Town: "Låsby", Apartment: "1102"}}
	house := there
	house.Places = []consent.Place{{Street: "Lotsgränd 1", Town: "Låsby"}}
	over, ahead := word("c", "a", consent.Given, 0), word("c", "a", consent.Given, 0)
	over.Until, ahead.From = day.AddDate(0, 0, 5), day.AddDate(0, 0, 50)
	first, second := word("x", "a", consent.Withdrawn, 3), word("y", "a", consent.Given, 3)
	first.Recorded, second.Recorded = day.Add(time.Hour), day.Add(2*time.Hour)

	for name, c := range map[string]struct {
		words   []consent.Consent
		thing   consent.Thing
		want    consent.Answer
		against int
	}{
		"nobody has said anything":          {nil, consent.DoorLock, consent.Unknown, 0},
		"a letter is out":                   {[]consent.Consent{word("c", "a", consent.Requested, 0)}, consent.DoorLock, consent.Requested, 0},
		"given":                             {[]consent.Consent{word("c", "a", consent.Given, 0)}, consent.DoorLock, consent.Given, 0},
		"refused":                           {[]consent.Consent{word("c", "a", consent.Refused, 0)}, consent.DoorLock, consent.Refused, 1},
		"one owner's yes is enough":         {[]consent.Consent{word("c", "a", consent.Refused, 9), word("d", "b", consent.Given, 0)}, consent.DoorLock, consent.Given, 1},
		"the same owner's later no counts":  {[]consent.Consent{word("c", "a", consent.Given, 0), word("d", "a", consent.Refused, 1)}, consent.DoorLock, consent.Refused, 1},
		"the same owner's later yes counts": {[]consent.Consent{word("c", "a", consent.Refused, 0), word("d", "a", consent.Given, 1)}, consent.DoorLock, consent.Given, 0},
		"withdrawn":                         {[]consent.Consent{word("c", "a", consent.Given, 0), word("d", "a", consent.Withdrawn, 1)}, consent.DoorLock, consent.Withdrawn, 1},
		"the same day, the stricter":        {[]consent.Consent{word("c", "a", consent.Given, 0), word("d", "a", consent.Refused, 0)}, consent.DoorLock, consent.Refused, 1},
		"the same day, the later recorded":  {[]consent.Consent{first, second}, consent.DoorLock, consent.Given, 0},
		"a letter does not undo a yes":      {[]consent.Consent{word("c", "a", consent.Given, 0), word("d", "a", consent.Requested, 9)}, consent.DoorLock, consent.Given, 0},
		"run out":                           {[]consent.Consent{over}, consent.DoorLock, consent.Unknown, 0},
		"not begun":                         {[]consent.Consent{ahead}, consent.DoorLock, consent.Unknown, 0},
		"key box only, and a box":           {[]consent.Consent{box}, consent.KeyBox, consent.Given, 0},
		"key box only, and a lock":          {[]consent.Consent{box}, consent.DoorLock, consent.Refused, 1},
		"this door, however it is written":  {[]consent.Consent{there}, consent.DoorLock, consent.Given, 0},
		"another door":                      {[]consent.Consent{elsewhere}, consent.DoorLock, consent.Unknown, 0},
		"the whole house":                   {[]consent.Consent{house}, consent.DoorLock, consent.Given, 0},
	} {
		got := consent.Judge(day.AddDate(0, 0, 10), c.thing, home, c.words)
		if got.Answer != c.want || len(got.Against) != c.against || (got.Rests != "") != got.Given() {
			t.Errorf("%s: got %+v, want %s with %d against", name, got, c.want, c.against)
		}
	}
}

// proves V5.3-a, V5.3-d
func TestNoYesNoMounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) consent.Consent {
			c := word(rapid.StringMatching(`[a-z]{8}`).Draw(t, "id"), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "owner"),
				rapid.SampledFrom([]consent.Answer{consent.Unknown, consent.Requested, consent.Given, consent.Refused, consent.Withdrawn}).Draw(t, "answer"),
				rapid.IntRange(0, 5).Draw(t, "day"))
			c.Things = rapid.SliceOfN(rapid.SampledFrom(consent.Things()), 0, 2).Draw(t, "things")
			return c
		}), 0, 8).Draw(t, "words")
		at := day.AddDate(0, 0, 3)
		got := consent.Judge(at, consent.DoorLock, home, words)
		yes := slices.ContainsFunc(words, func(c consent.Consent) bool {
			return c.ID == got.Rests && c.Answer == consent.Given && !at.Before(c.From) && (len(c.Things) == 0 || slices.Contains(c.Things, consent.DoorLock))
		})
		if got.Given() != (got.Rests != "") || got.Given() && !yes {
			t.Fatalf("%+v: given without a yes to rest on: %+v", words, got)
		}
		shuffled := slices.Clone(words)
		rand.Shuffle(len(words), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if again := consent.Judge(at, consent.DoorLock, home, shuffled); again.Answer != got.Answer {
			t.Fatalf("got %s in one order and %s in another", got.Answer, again.Answer)
		}
		// Whoever else says no, a yes stays a yes.
		if refused := append(words, word("zz", "somebody else", consent.Refused, 3)); consent.Judge(at, consent.DoorLock, home, refused).Given() != got.Given() {
			t.Fatal("another owner's refusal changed the answer")
		}
	})
}

// FuzzParseCode proves that every code is read as people and scanners write it, and that a misread sign is noticed.
func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"HEMNYCKEL-7K3M9QX2TC", "7k3m9-qx2tc", "", "O0IL1 00000", "ÅÄÖ", "HEMNYCKEL-", "7K3M9QX2T\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, err := consent.ParseCode(s)
		if err != nil {
			return
		}
		for _, form := range []string{code, consent.ShowCode(code), consent.CodePayload(code)} {
			if again, err := consent.ParseCode(form); err != nil || again != code {
				t.Errorf("%q: got %q, %v; want %q", form, again, err, code)
			}
		}
		for i := range code {
			for _, wrong := range "0123456789ABCDEFGHJKMNPQRSTVWXYZ" {
				if misread := code[:i] + string(wrong) + code[i+1:]; misread != code {
					if _, err := consent.ParseCode(misread); err == nil {
						t.Errorf("%q misread as %q was not noticed", code, misread)
					}
				}
			}
		}
	})
}
