package storagetest_test

import (
	"context"
	"database/sql"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hemnyckel/internal/storage"
	"hemnyckel/internal/storage/postgres"
	"hemnyckel/internal/storage/sqlite"
	"hemnyckel/internal/storage/storagetest"
)

// A schema is the set of its facts, each a line: "column clients.name text not null".
type schema map[string]bool

func facts(t *testing.T, pool *sql.DB, queries ...string) schema {
	t.Helper()
	found := schema{}
	for _, text := range queries {
		rows, err := pool.QueryContext(t.Context(), text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for rows.Next() {
			var fact string
			if err := rows.Scan(&fact); err != nil {
				t.Fatal(err)
			}
			found[fact] = true
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	return found
}

const sqliteColumns = `SELECT 'column ' || t.name || '.' || c.name || ' '
	|| CASE upper(c.type) WHEN 'BLOB' THEN 'bytes' WHEN 'TEXT' THEN 'text' WHEN 'BIGINT' THEN 'bigint' WHEN 'INTEGER' THEN 'bigint' ELSE c.type END
	|| CASE WHEN c."notnull" = 1 THEN ' not null' ELSE '' END || coalesce(' default ' || c.dflt_value, '')
	FROM sqlite_schema t, pragma_table_info(t.name) c
	WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'goose_db_version'`

const postgresColumns = `SELECT 'column ' || table_name || '.' || column_name || ' '
	|| CASE data_type WHEN 'bytea' THEN 'bytes' ELSE data_type END
	|| CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END || coalesce(' default ' || column_default, '')
	FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'goose_db_version'`

// An index that was made by name has its name in the fact; those of PRIMARY KEY and UNIQUE have not.
const sqliteIndexes = `SELECT 'index ' || CASE i.origin WHEN 'c' THEN i.name ELSE '' END || ' ' || t.name || ' ('
	|| (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) || ')'
	|| CASE WHEN i."unique" = 1 THEN ' unique' ELSE '' END || CASE WHEN i.partial = 1 THEN ' partial' ELSE '' END
	FROM sqlite_schema t, pragma_index_list(t.name) i
	WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'goose_db_version'
	UNION SELECT 'index  ' || t.name || ' (' || c.name || ') unique' FROM sqlite_schema t, pragma_table_info(t.name) c
	WHERE t.type = 'table' AND t.name <> 'goose_db_version' AND c.pk = 1 AND upper(c.type) LIKE '%INT%'
	AND (SELECT max(pk) FROM pragma_table_info(t.name)) = 1`

const postgresIndexes = `SELECT 'index ' || CASE WHEN k.oid IS NULL THEN i.relname ELSE '' END || ' ' || t.relname || ' ('
	|| (SELECT string_agg(pg_get_indexdef(x.indexrelid, n, true), ',' ORDER BY n) FROM generate_series(1, x.indnatts) n) || ')'
	|| CASE WHEN x.indisunique THEN ' unique' ELSE '' END || CASE WHEN x.indpred IS NOT NULL THEN ' partial' ELSE '' END
	FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
	JOIN pg_namespace s ON s.oid = t.relnamespace LEFT JOIN pg_constraint k ON k.conindid = x.indexrelid AND k.contype IN ('p', 'u')
	WHERE s.nspname = 'public' AND t.relname <> 'goose_db_version'`

const sqliteKeys = `SELECT 'reference ' || t.name || '.' || f."from" || ' -> ' || f."table" || '.' || f."to" || ' ' || lower(f.on_delete)
	FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'`

const postgresKeys = `SELECT 'reference ' || c.conrelid::regclass || '.' || a.attname || ' -> ' || c.confrelid::regclass || '.' || b.attname || ' '
	|| CASE c.confdeltype WHEN 'a' THEN 'no action' WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'r' THEN 'restrict' END
	FROM pg_constraint c, unnest(c.conkey, c.confkey) AS u (k, fk), pg_attribute a, pg_attribute b
	WHERE c.contype = 'f' AND a.attrelid = c.conrelid AND a.attnum = u.k AND b.attrelid = c.confrelid AND b.attnum = u.fk`

// proves issue 01, item 7: one logical schema on both engines
func TestOneLogicalSchema(t *testing.T) {
	folder := t.TempDir()
	storagetest.Open(t, folder, storage.Options{})
	file, err := sqlite.Pool(filepath.Join(folder, sqlite.File))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	server, err := postgres.Pool(storagetest.Postgres(t), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	inFile := facts(t, file, sqliteColumns, sqliteIndexes, sqliteKeys)
	inServer := facts(t, server, postgresColumns, postgresIndexes, postgresKeys)
	if len(inFile) < 100 {
		t.Errorf("only %d facts: the queries no longer find the schema", len(inFile))
	}
	for _, fact := range slices.Sorted(maps.Keys(inFile)) {
		if !inServer[fact] {
			t.Errorf("only on SQLite:     %s", fact)
		}
	}
	for _, fact := range slices.Sorted(maps.Keys(inServer)) {
		if !inFile[fact] {
			t.Errorf("only on PostgreSQL: %s", fact)
		}
	}
}

func TestMigrationsHaveEqualNumbers(t *testing.T) {
	number := func(steps fs.FS) (numbers []string) {
		names, err := fs.Glob(steps, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			first, _, _ := strings.Cut(name, "_")
			numbers = append(numbers, first)
		}
		return numbers
	}
	if a, b := number(sqlite.Migrations()), number(postgres.Migrations()); !slices.Equal(a, b) || len(a) == 0 {
		t.Errorf("SQLite has %v, PostgreSQL %v", a, b)
	}
}

func TestSettingsPassTheContract(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		storagetest.Transactions(t, db, func(ctx context.Context, tx *storage.Tx, key string) error {
			return tx.SetSetting(ctx, key, "x")
		}, func(ctx context.Context, tx *storage.Tx, key string) (bool, error) {
			value, err := tx.Setting(ctx, key)
			return value != "", err
		})
	})
}

// A cluster ends with the last who holds it.
func TestClusterStops(t *testing.T) {
	cluster, err := storagetest.StartCluster("")
	if err != nil {
		t.Fatal(err)
	}
	pool, err := postgres.Pool(cluster.URL("postgres"), 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if err := pool.PingContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := cluster.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := pool.PingContext(t.Context()); err == nil {
		t.Error("it still answers")
	}
}
