package swedish

import (
	"fmt"
	"strings"
)

// OrgNumber is a Swedish organisation number as ten digits. Zero means none.
type OrgNumber uint64

// ParseOrgNumber reads ten digits with or without the dash, or twelve that begin with 16. The third digit is at least two
// (that is what tells the number from a personal one) and the check digit must fit.
func ParseOrgNumber(s string) (OrgNumber, error) {
	s = strings.ReplaceAll(trim(s), "–", "-")
	if i := len(s) - 5; i > 0 && s[i] == '-' {
		s = s[:i] + s[i+1:]
	}
	if len(s) == 12 && s[:2] == "16" {
		s = s[2:]
	}
	n, ok := digits(s)
	if !ok || len(s) != 10 || s[0] == '0' || s[2] < '2' || !luhn(n) {
		return 0, ErrOrgNumber
	}
	return OrgNumber(n), nil
}

// String is the ten digits without dash, the form in which the house stores the number.
func (o OrgNumber) String() string {
	if o == 0 {
		return ""
	}
	return fmt.Sprintf("%010d", uint64(o))
}

// Dashed is the form for people: NNNNNN-NNNN.
func (o OrgNumber) Dashed() string {
	if o == 0 {
		return ""
	}
	return fmt.Sprintf("%06d-%04d", uint64(o/10_000), uint64(o%10_000))
}
