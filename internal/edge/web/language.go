package web

import (
	"strconv"
	"strings"
)

// negotiate picks "sv" or "en" from an Accept-Language header (RFC 9110 §12.5.4): the one with the higher weight, Swedish
// when they weigh the same or neither is named.
func negotiate(header string) string {
	if len(header) > 500 {
		return "sv"
	}
	best := map[string]float64{"sv": -1, "en": -1, "*": -1}
	for part := range strings.SplitSeq(header, ",") {
		tag, weight := weighted(part)
		tag, _, _ = strings.Cut(strings.ToLower(tag), "-")
		if old, ok := best[tag]; ok && weight > old {
			best[tag] = weight
		}
	}
	for _, tag := range []string{"sv", "en"} {
		if best[tag] < 0 {
			best[tag] = best["*"]
		}
	}
	if best["en"] > 0 && best["en"] > best["sv"] {
		return "en"
	}
	return "sv"
}

// weighted splits "en-GB;q=0.8". A weight that cannot be read is zero.
func weighted(part string) (string, float64) {
	tag, params, _ := strings.Cut(strings.TrimSpace(part), ";")
	value, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
	if !ok {
		return strings.TrimSpace(tag), 1
	}
	weight, err := strconv.ParseFloat(value, 64)
	if err != nil || !(weight >= 0 && weight <= 1) { // also NaN
		weight = 0
	}
	return strings.TrimSpace(tag), weight
}
