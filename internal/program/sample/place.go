package sample

import "fmt"

// The town of Nyckelhamn does not exist, nor do its villages, streets and families. Postal codes from 985 00 are not in use.

type village struct {
	name   string
	postal int
}

func villages() []village {
	return []village{{"Nyckelhamn", 99110}, {"Låsby", 99123}, {"Regelåker", 99137}, {"Kolvträsk", 99151}, {"Östra Bommen", 99164}, {"Dörrsjö", 99178}}
}

func givenNames() []string {
	return []string{"Alfhild", "Alva", "Asta", "Dagny", "Ebba", "Edvin", "Einar", "Ellinor", "Ester", "Evald", "Frans", "Gerda", "Gösta",
		"Halvar", "Hilding", "Hjördis", "Holger", "Ivar", "Knut", "Linnéa", "Ludvig", "Majken", "Märta", "Otto", "Ragnar", "Ruben", "Rut",
		"Selma", "Signe", "Sixten", "Solveig", "Svea", "Torsten", "Tyra", "Valborg", "Verner", "Viola", "Åsa", "Östen", "Per-Erik"}
}

// Family names and streets are put together of two halves, so that nobody's own name is meant.
func familyHalves() (first, second []string) {
	return []string{"Alm", "Asp", "Bäck", "Dal", "Fors", "Glim", "Hav", "Hed", "Kvist", "Ler", "Malm", "Rönn", "Skär", "Sten", "Tall", "Vik", "Åker", "Örn"},
		[]string{"bom", "dahl", "fall", "gren", "hall", "kvarn", "loft", "mo", "nyckel", "port", "rud", "sand", "tröskel", "vret"}
}

func streetHalves() (first, second []string) {
	return []string{"Brygg", "Bagar", "Fiskar", "Fyr", "Gjutar", "Glas", "Hamn", "Hassel", "Hov", "Humle", "Kardemumma", "Klock", "Korgmakar",
			"Kron", "Körsbärs", "Lots", "Mast", "Mejeri", "Mynt", "Måne", "Nejlik", "Orgel", "Pärl", "Rep", "Salt", "Segel", "Silver",
			"Skeppar", "Smed", "Stjärn", "Sädes", "Tegel", "Timmer", "Vinter", "Vår", "Äppel"},
		[]string{"backen", "gränd", "gången", "leden", "stråket", "svängen"}
}

const housesPerStreet = 90

// building is one street address.
type building struct {
	street  string
	village village
}

func (b building) entrance() string { return "P-" + b.street + "-" + b.village.name }

// buildings hands out the addresses of the municipality in random order, each once before any comes twice.
type buildings struct {
	order []int
	next  int
}

func newBuildings(d dice) *buildings {
	first, second := streetHalves()
	return &buildings{order: d.Perm(len(villages()) * len(first) * len(second) * housesPerStreet)}
}

func (b *buildings) take() building {
	n := b.order[b.next%len(b.order)]
	b.next++
	first, second := streetHalves()
	house, n := n%housesPerStreet+1, n/housesPerStreet
	end, n := second[n%len(second)], n/len(second)
	start, n := first[n%len(first)], n/len(first)
	return building{fmt.Sprintf("%s%s %d", start, end, house), villages()[n]}
}

func familyName(d dice) string {
	first, second := familyHalves()
	return pick(d, first) + pick(d, second)
}

// phone is a number out of the series kept for fiction: 070-174 06 05 to 99, and 08-465 004 00 to 99.
func phone(d dice, mobile bool) string {
	if mobile {
		return fmt.Sprintf("070-17406%02d", 5+d.IntN(95))
	}
	return fmt.Sprintf("08-465004%02d", d.IntN(100))
}
