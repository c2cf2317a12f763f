package swedish

import (
	"fmt"
	"strings"
)

// PostalCode is a Swedish postal code as five digits. Zero means none.
type PostalCode uint32

// ParsePostalCode reads 43245 or 432 45, also with the country letters before ("SE-432 45").
func ParsePostalCode(s string) (PostalCode, error) {
	s = trim(s)
	for _, country := range []string{"SE-", "S-", "SE "} {
		s = strings.TrimPrefix(s, country)
	}
	s = strings.ReplaceAll(s, "\u00a0", " ")
	if len(s) == 6 && s[3] == ' ' {
		s = s[:3] + s[4:]
	}
	n, ok := digits(s)
	if !ok || len(s) != 5 || s[0] == '0' {
		return 0, ErrPostalCode
	}
	return PostalCode(n), nil
}

// String is the form for people: 432 45.
func (p PostalCode) String() string {
	if p == 0 {
		return ""
	}
	return fmt.Sprintf("%03d %02d", uint32(p/100), uint32(p%100))
}
