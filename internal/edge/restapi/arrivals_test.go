package restapi

import (
	"strings"
	"testing"

	"hemnyckel/internal/domain/fleet"
)

// proves V5.4-a: a supplier's file in the forms in which they come.
func TestParseArrivals(t *testing.T) {
	for _, c := range []struct {
		text string
		want int // rows; -1: refused
	}{
		{"product;serial\nkey;N1\nkey;N2\n", 2}, {"\ufeffProdukt;Serienummer\r\ndoor;L1\r\n", 1}, {"key,N1\n", 1}, {"key;N1;x\n", -1},
		{"", -1}, {"product;serial\n", -1}, {"N1\n", -1}, {"key;\"N1\n", -1},
	} {
		got, heading, err := parseArrivals([]byte(c.text), "o1")
		if titled := strings.Contains(strings.ToLower(c.text), "produ"); err == nil && (heading == 1) != titled {
			t.Errorf("%q: %d rows of heading", c.text, heading)
		}
		if n := len(got); (err != nil) != (c.want < 0) || err == nil && n != c.want {
			t.Errorf("%q: got %v, %v", c.text, got, err)
		}
		if err == nil && (got[0].OrderID != "o1" || !got[0].Product.Known()) {
			t.Errorf("%q: got %+v", c.text, got[0])
		}
	}
}

func FuzzParseArrivals(f *testing.F) {
	f.Add("product;serial\nkey;N1\n")
	f.Add("key,\"N1\"\n\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, _, err := parseArrivals([]byte(text), "")
		if err == nil && (len(got) == 0 || len(got) > fleet.MaxArrivals) {
			t.Errorf("%q: %d rows", text, len(got))
		}
	})
}
