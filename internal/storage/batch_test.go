package storage_test

import (
	"fmt"
	"slices"
	"testing"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/storagetest"
)

// Lists travel as arrays on one engine: what is in them must arrive as it was, in columns where every value is NULL too, and
// when there are more than one statement takes.
func TestInsertOfAllThatColumnsHold(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		update(t, db, `CREATE TABLE held (id BIGINT NOT NULL PRIMARY KEY, body BYTEA, empty BYTEA, name TEXT)`)
		ctx := t.Context()
		const n = 4099
		rows, ids := make([][]any, n), make([]int64, n)
		for i := range rows {
			ids[i] = int64(i) << 40
			rows[i] = []any{ids[i], []byte{0, '"', '{', byte(i)}, nil, fmt.Sprintf(`{"å",\%d}, NULL`, i)}
			if i == 1 {
				rows[i][1], rows[i][3] = []byte(nil), nil
			}
		}
		err := db.Update(ctx, func(tx *storage.Tx) error {
			added, err := tx.TestInsert(ctx, "held", []string{"id", "body", "empty", "name"}, rows, "")
			if err != nil || added != n {
				t.Errorf("got %d added, %v; want %d", added, err, n)
				return err
			}
			names, err := tx.TestStringsIn(ctx, `SELECT name FROM held WHERE empty IS NULL AND body IS NOT NULL AND length(body) = $1 AND id IN %s`, ids, 4)
			if err != nil {
				return err
			}
			slices.Sort(names)
			want := make([]string, 0, n)
			for i := range n {
				if i != 1 {
					want = append(want, rows[i][3].(string))
				}
			}
			slices.Sort(want)
			if !slices.Equal(names, want) {
				t.Errorf("got %d names back, want %d", len(names), len(want))
			}
			nulls, err := tx.TestInts(ctx, `SELECT id FROM held WHERE body IS NULL AND name IS NULL`)
			if err == nil && !slices.Equal(nulls, ids[1:2]) {
				t.Errorf("got NULL in %v, want in the second row alone", nulls)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestInsertWhereThereIsNoColumn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		probe(t, db)
		for table, column := range map[string]string{"probe": "nowhere", "nothing": "id"} {
			err := db.Update(t.Context(), func(tx *storage.Tx) error {
				_, err := tx.TestInsert(t.Context(), table, []string{column}, [][]any{{1}}, "")
				return err
			})
			if err == nil {
				t.Errorf("a row for %s.%s was taken", table, column)
			}
		}
	})
}
