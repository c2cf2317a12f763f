package profiles

import (
	"fmt"
	"io"
	"strings"

	"hemnyckel/internal/domain/routine"
)

// WriteRoutine writes the routine for municipal readers, in Swedish, as Markdown: every rule with its sentence, and what each
// profile says. docs/routine.md is written by it.
func WriteRoutine(w io.Writer, of ...routine.Profile) error {
	var b strings.Builder
	b.WriteString(`# Rutinen

<!-- Skriven av: hemnyckel profile routine. Ändra inte här, utan i reglerna (internal/domain/routine) eller profilerna (profiles/). -->

Så här gör Hemnyckel med digitala lås och nycklar i hemtjänsten. Först står reglerna, som är gemensamma. Sedan står det som
skiljer kommunerna åt: vem som beställer vad, kontaktuppgifter, tider, kostnader, steg när något inte fungerar, och hur länge
uppgifter sparas. Profilerna är hämtade ur kommunernas egna dokument, se Källa; där källan är tyst, som om hur länge uppgifter
sparas, är värdet ett förslag. Lindvik är en påhittad kommun som blandar de andras sätt. Varje regel har en beteckning; den syns också i programmet, i loggen och i testerna.

## Reglerna

| Regel | Vad den säger |
|---|---|
`)
	for _, r := range routine.Rules() {
		fmt.Fprintf(&b, "| %s | %s |\n", r.ID, cell(r.SV))
	}
	for _, p := range of {
		fmt.Fprintf(&b, "\n## %s\n", p.Name)
		for _, s := range routine.Page(p, "sv", "") {
			writeSection(&b, s)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeSection(b *strings.Builder, s routine.Section) {
	fmt.Fprintf(b, "\n### %s\n\n|", s.Title)
	for _, c := range s.Columns {
		fmt.Fprintf(b, " %s |", cell(c))
	}
	b.WriteString("\n|" + strings.Repeat("---|", len(s.Columns)) + "\n")
	for _, row := range s.Rows {
		b.WriteString("|")
		for _, c := range row {
			fmt.Fprintf(b, " %s |", cell(c))
		}
		b.WriteString("\n")
	}
}

// cell keeps a text within its cell, as the text that it is.
func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ", "<", "&lt;", "`", "\\`").Replace(s)
}
