package routine

// The kinds of letters.
const (
	ConsentRequest    = "consent-request"
	ConsentReminder   = "consent-reminder"
	ReceiptLetter     = "receipt"
	ClientInformation = "client-information"
)

// LetterKinds returns every kind of letter.
func LetterKinds() []string {
	return []string{ConsentRequest, ConsentReminder, ReceiptLetter, ClientInformation}
}

// LetterTexts are the words of a letter in one language. The texts may have placeholders: those of [LetterFields], which the
// one who writes the letter fills, and those of [Profile.Value].
type LetterTexts struct {
	Kind     string   `toml:"kind"`
	Language string   `toml:"language"` // sv, en, or another that the municipality writes in
	Title    string   `toml:"title"`
	Text     []string `toml:"text"`  // paragraphs
	Reply    []string `toml:"reply"` // the slip's choices, where there is one
}

// LetterFields returns the names of the placeholders that whoever writes a letter of this kind fills, such as {owner}.
func LetterFields(kind string) []string {
	switch kind {
	case ConsentRequest, ConsentReminder:
		return []string{"owner", "property", "case", "sent"}
	case ReceiptLetter:
		return []string{"from", "to", "key", "date"}
	}
	return nil
}

// Letter returns a letter's texts in a language, in Swedish if there are none in that one, with the municipality's own
// values filled in. The fields of [LetterFields] are filled from fields; false if the profile has no such letter.
func (p Profile) Letter(kind, language string, fields map[string]string) (LetterTexts, bool) {
	var found *LetterTexts
	for i, l := range p.Letters {
		if l.Kind == kind && (l.Language == language || l.Language == "sv" && found == nil) {
			found = &p.Letters[i]
		}
	}
	if found == nil {
		return LetterTexts{}, false
	}
	value := func(name string) (string, bool) {
		if v, ok := fields[name]; ok {
			return v, true
		}
		return p.Value(name, found.Language)
	}
	out := LetterTexts{Kind: kind, Language: found.Language, Title: Fill(found.Title, value)}
	for _, t := range found.Text {
		out.Text = append(out.Text, Fill(t, value))
	}
	for _, t := range found.Reply {
		out.Reply = append(out.Reply, Fill(t, value))
	}
	return out, true
}
