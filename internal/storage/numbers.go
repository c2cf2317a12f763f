package storage

import (
	"context"
	"strconv"
	"strings"
)

// numbered is a column whose numbers are handed out upwards and never twice.
type numbered string

const (
	keyNumbers     numbered = "keys.device"
	stationNumbers numbered = "stations.device"
	lockNumbers    numbered = "locks.number"
	pseudonyms     numbered = "staff.pseudonym"
)

// highest returns the highest number that is stored, or that SkipNumbers has left out: 0 while there is none.
func (tx *Tx) highest(ctx context.Context, of numbered) (uint32, error) {
	table, name, _ := strings.Cut(string(of), ".")
	n, _, err := one(ctx, tx, column[uint32], `SELECT COALESCE(MAX(n), 0) FROM (SELECT MAX(`+name+`) AS n FROM `+table+
		` UNION ALL SELECT CAST(value AS BIGINT) FROM settings WHERE name = $1) AS numbers`, "skipped "+string(of))
	return n, err
}

// SkipNumbers implements fleet.KeyTx.
func (tx *Tx) SkipNumbers(ctx context.Context, by uint32) error {
	for _, of := range []numbered{keyNumbers, stationNumbers, lockNumbers, pseudonyms} {
		n, err := tx.highest(ctx, of)
		if err != nil {
			return err
		}
		if err := tx.SetSetting(ctx, "skipped "+string(of), strconv.FormatUint(uint64(n)+uint64(by), 10)); err != nil {
			return err
		}
	}
	return nil
}
