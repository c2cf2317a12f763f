package swedish

import (
	"fmt"
	"strings"
)

// PersonalNumber is a Swedish personal identity number or coordination number as twelve digits (YYYYMMDDNNNC), or one of
// our reserve numbers. Zero means none.
type PersonalNumber uint64

// reservePrefix begins the house's own reserve numbers: a year that no person is born in. Then follow seven digits of our
// choice and a check digit. They exist so that samples can be larger than the published list of test numbers.
const reservePrefix = 9900

// MaxReserve is the largest n that ReserveNumber takes.
const MaxReserve = 9_999_999

// NumberOptions says how personal numbers are read.
type NumberOptions struct {
	Day          Date // the present day: decides the century of ten-digit numbers, and what is the future
	AllowReserve bool // also accept reserve numbers; only demonstrations and benchmarks may say so
}

// ParsePersonalNumber reads ten or twelve digits, with -, + or nothing before the last four, blanks around allowed.
//
// Plus means that the person is a hundred or becomes so this year (the law changes the sign by calendar year); a
// ten-digit number without plus belongs to the latest date that is not in the future. Coordination numbers have sixty
// added to the day. The date must exist and not lie after o.Day, the birth number must not be 000, the check digit must fit.
func ParsePersonalNumber(s string, o NumberOptions) (PersonalNumber, error) {
	n, long, plus, err := splitNumber(s)
	if err != nil {
		return 0, err
	}
	if long && n/100_000_000 == reservePrefix {
		return reserve(n, o)
	}
	if !long {
		n += uint64(century(n/100_000_000, n/10_000%10_000, plus, o.Day)) * 10_000_000_000
	}
	p := PersonalNumber(n)
	if !p.plausible(o.Day) {
		return 0, ErrPersonalNumberDate
	}
	if !luhn(n) || n%10_000 < 10 { // the birth number begins at 001
		return 0, ErrPersonalNumberCheck
	}
	return p, nil
}

// splitNumber takes the sign out of s. A blank inside a number is refused, as in the public test vectors: it usually means
// that two cells have run together.
func splitNumber(s string) (n uint64, long, plus bool, err error) {
	s = strings.ReplaceAll(trim(s), "–", "-") // spreadsheets like to make dashes longer
	if i := len(s) - 5; i > 0 && (s[i] == '-' || s[i] == '+') {
		plus = s[i] == '+'
		s = s[:i] + s[i+1:]
	}
	n, ok := digits(s)
	if !ok || len(s) != 10 && len(s) != 12 {
		return 0, false, false, ErrPersonalNumberForm
	}
	return n, len(s) == 12, plus, nil
}

// century returns the first two digits of the year of birth, given its last two and the month and day as written.
func century(yy, mmdd uint64, plus bool, day Date) int {
	year := day.Year()/100*100 + int(yy)
	if plus {
		for year > day.Year()-100 {
			year -= 100
		}
		return year / 100
	}
	if mmdd%100 >= 60 {
		mmdd -= 60
	}
	if year*10_000+int(mmdd) > int(day) {
		year -= 100
	}
	return year / 100
}

func reserve(n uint64, o NumberOptions) (PersonalNumber, error) {
	if !luhn(n) {
		return 0, ErrPersonalNumberCheck
	}
	if !o.AllowReserve {
		return 0, ErrReserveNumber
	}
	return PersonalNumber(n), nil
}

// ReserveNumber returns our reserve number number n, 0 ≤ n ≤ MaxReserve; outside that range it returns zero.
func ReserveNumber(n int) PersonalNumber {
	if n < 0 || n > MaxReserve {
		return 0
	}
	base := uint64(reservePrefix)*100_000_000 + uint64(n)*10
	for c := range uint64(10) {
		if luhn(base + c) {
			return PersonalNumber(base + c)
		}
	}
	panic("swedish: every nine digits have a check digit")
}

// plausible reports whether p begins with a date on which a person living on day may have been born. A coordination number
// may have a date that is not known (month 00, day 60) or does not exist: the tax agency gives out both.
func (p PersonalNumber) plausible(day Date) bool {
	born := p.Born()
	if month, d := p/1_000_000%100, p/10_000%100; born == 0 && month <= 12 && d >= 60 && d <= 91 {
		born = NewDate(int(p/100_000_000), 1, 1)
	}
	return born.Year() >= 1850 && (day == 0 || born <= day)
}

// Born is the date of birth, or zero where the number does not tell it: reserve numbers and some coordination numbers.
func (p PersonalNumber) Born() Date {
	if p.IsReserve() {
		return 0
	}
	ymd := int(p / 10_000)
	if ymd%100 >= 60 {
		ymd -= 60
	}
	return NewDate(ymd/10_000, ymd/100%100, ymd%100)
}

// IsCoordination reports whether p is a coordination number (samordningsnummer).
func (p PersonalNumber) IsCoordination() bool { return !p.IsReserve() && p/10_000%100 >= 60 }

// IsReserve reports whether p is one of our made-up reserve numbers, which no person has.
func (p PersonalNumber) IsReserve() bool { return p/100_000_000 == reservePrefix }

// String is the twelve digits without sign, the form in which the house stores the number.
func (p PersonalNumber) String() string {
	if p == 0 {
		return ""
	}
	return fmt.Sprintf("%012d", uint64(p))
}

// Dashed is the form for people: YYYYMMDD-NNNC.
func (p PersonalNumber) Dashed() string {
	if p == 0 {
		return ""
	}
	return fmt.Sprintf("%08d-%04d", uint64(p/10_000), uint64(p%10_000))
}

// Masked hides the last four digits, for pages and messages where the whole number is not needed.
func (p PersonalNumber) Masked() string {
	if p == 0 {
		return ""
	}
	return fmt.Sprintf("%08d-****", uint64(p/10_000))
}
