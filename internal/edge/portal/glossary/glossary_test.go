package glossary

import (
	"testing"
)

// Each word is explained once, in both languages, in whole sentences.
func TestWords(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range words() {
		for lang, text := range map[string][2]string{"sv": {w.name.SV, w.means.SV}, "en": {w.name.EN, w.means.EN}} {
			if seen[lang+text[0]] {
				t.Errorf("the word %q is explained twice in %s", text[0], lang)
			}
			seen[lang+text[0]] = true
			if text[0] == "" || len(text[1]) < 20 || text[1][len(text[1])-1] != '.' {
				t.Errorf("the word %q has no sentence in %s: %q", text[0], lang, text[1])
			}
		}
	}
}
