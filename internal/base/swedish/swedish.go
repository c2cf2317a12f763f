// Package swedish holds the values that Swedish registers write in many ways and that the house keeps in one: personal
// identity numbers, organisation numbers, dates and postal codes.
//
// It owns the accepted spellings, the one normalised form of each value and the sentences that say what is wrong with a
// spelling. It does not know what a register, a client or a provider is: internal/edge/registers and the front doors call
// it. Every value is a small comparable number, so that a million of them are cheap to keep and to use as map keys; zero
// means "none". The package promises that parsing String() of a value gives the value back. It has no clock: what depends
// on the present day takes that day as a parameter.
//
// Interim numbers and the health service's own reserve numbers (with letters) are not accepted yet.
package swedish

import (
	"strings"

	"hemnyckel/internal/base/problem"
)

// What can be wrong. They are compared with errors.Is.
var (
	ErrPersonalNumberForm = problem.New(problem.Invalid, "personnummer-form",
		"Personnumret har fel form. Skriv tio eller tolv siffror, till exempel ÅÅÅÅMMDD-NNNN.",
		"The personal identity number has the wrong form. Write ten or twelve digits, such as YYYYMMDD-NNNN.")
	ErrPersonalNumberDate = problem.New(problem.Invalid, "personnummer-date",
		"Personnumrets födelsedatum finns inte eller ligger i framtiden. Kontrollera numret mot folkbokföringen.",
		"The birth date in the personal identity number does not exist or lies in the future. Check it against the population register.")
	ErrPersonalNumberCheck = problem.New(problem.Invalid, "personnummer-check",
		"Personnumrets kontrollsiffra stämmer inte. Kontrollera numret mot folkbokföringen.",
		"The check digit of the personal identity number is wrong. Check the number against the population register.")
	ErrReserveNumber = problem.New(problem.Invalid, "personnummer-reserve",
		"Numret är ett påhittat provnummer och får bara användas i demonstrationer och mätningar. Använd personens riktiga nummer.",
		"The number is a made-up test number, for demonstrations and benchmarks only. Use the person's real number.")
	ErrOrgNumber = problem.New(problem.Invalid, "orgnr",
		"Organisationsnumret är inte giltigt. Skriv tio siffror, till exempel NNNNNN-NNNN, och kontrollera numret.",
		"The organisation number is not valid. Write ten digits, such as NNNNNN-NNNN, and check the number.")
	ErrDate = problem.New(problem.Invalid, "date",
		"Datumet går inte att läsa eller finns inte. Skriv det som ÅÅÅÅ-MM-DD.",
		"The date cannot be read or does not exist. Write it as YYYY-MM-DD.")
	ErrPostalCode = problem.New(problem.Invalid, "postal-code",
		"Postnumret är inte giltigt. Skriv fem siffror, till exempel 123 45.",
		"The postal code is not valid. Write five digits, such as 123 45.")
)

// digits returns the number that s spells and its length in digits, or ok == false if s has anything but 1 to 12 digits.
func digits(s string) (n uint64, ok bool) {
	if len(s) == 0 || len(s) > 12 {
		return 0, false
	}
	for i := range len(s) {
		c := s[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + uint64(c)
	}
	return n, true
}

// luhn reports whether the last ten digits of n end in the right check digit (modulus 10, weights 2 and 1).
func luhn(n uint64) bool {
	sum := uint64(0)
	for i := range 10 {
		d := n % 10
		n /= 10
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

// trim removes surrounding blanks, also the unbreakable ones that spreadsheets leave behind.
func trim(s string) string { return strings.Trim(s, " \t\u00a0\u202f") }
