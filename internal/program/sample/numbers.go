package sample

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"io"

	"hemnyckel/internal/base/swedish"
)

// testNumbers are personal identity numbers that the Swedish Tax Agency has published for tests and that no person has, born
// 1920 to 1987, as listed in the test data of github.com/personnummer/meta (allPins.json, MIT licence, copyright the
// personnummer contributors). They are sorted; each is written as its distance to the one before, as an unsigned varint, and
// the whole is compressed with gzip. TestNumbers rewrites the file from that list.
//
//go:embed testnumbers.gz
var testNumbers []byte

// unpackNumbers returns the published numbers, oldest first.
func unpackNumbers(packed []byte) ([]swedish.PersonalNumber, error) {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	r, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	var all []swedish.PersonalNumber
	last := uint64(0)
	for len(r) > 0 {
		step, n := binary.Uvarint(r)
		if n <= 0 {
			return nil, io.ErrUnexpectedEOF
		}
		r = r[n:]
		last += step
		all = append(all, swedish.PersonalNumber(last))
	}
	return all, nil
}

// identities returns n different numbers in random order. Small municipalities have the oldest people of the list.
func identities(d dice, n int) []swedish.PersonalNumber {
	all, err := unpackNumbers(testNumbers)
	if err != nil {
		panic("sample: the embedded test numbers are damaged: " + err.Error())
	}
	if n < len(all) {
		all = all[:min(len(all), n+n/2)]
	}
	d.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i := 0; len(all) < n; i++ {
		all = append(all, swedish.ReserveNumber(i))
	}
	return all[:n]
}
