package sqlite

import (
	"context"
	"strings"
	"sync"

	driver "modernc.org/sqlite"
)

// indexNames finds the name of the unique index that a row collided in. SQLite has a code for the class of the error but
// tells which index only in the message, and there not by its name but by its columns ("client.number"): the one place
// where the house reads a driver's text. If the text should ever change, the name is "" and the class stays right.
//
// Two unique indexes over the same columns of one table (with different WHERE) cannot be told apart: the schema must not
// have such.
type indexNames struct {
	mu        sync.RWMutex
	byColumns map[string]string // "client.tenant, client.number" → "client_number"
}

const uniqueIndexes = `SELECT t.name, i.name, i.origin, coalesce(group_concat(c.name, ','), '')
	FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
	WHERE t.type = 'table' AND i."unique" = 1
	GROUP BY t.name, i.name, i.origin`

func (n *indexNames) load(ctx context.Context, s *session) error {
	rows, err := s.Query(ctx, uniqueIndexes)
	if err != nil {
		return err
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var table, index, origin, columns string
		if err := rows.Scan(&table, &index, &origin, &columns); err != nil {
			return err
		}
		parts := strings.Split(columns, ",")
		switch origin {
		case "pk":
			index = table + "_pkey"
		case "u": // declared in the table, without a name: as PostgreSQL names it
			index = table + "_" + strings.Join(parts, "_") + "_key"
		}
		found[table+"."+strings.Join(parts, ", "+table+".")] = index
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.byColumns = found
	return rows.Err()
}

func (n *indexNames) of(fault *driver.Error) string {
	text := detail(fault)
	if name, ok := strings.CutPrefix(text, "index '"); ok { // an index on an expression
		return strings.TrimSuffix(name, "'")
	}
	if n == nil {
		return ""
	}
	n.mu.RLock()
	defer n.mu.RUnlock()
	if name, ok := n.byColumns[text]; ok {
		return name
	}
	if table, _, ok := strings.Cut(text, "."); ok && !strings.Contains(text, ",") {
		return table + "_pkey" // INTEGER PRIMARY KEY has no index of its own
	}
	return ""
}

// detail is what the message says after "… constraint failed: ", without the code that the driver appends.
func detail(fault *driver.Error) string {
	_, text, ok := strings.Cut(fault.Error(), "constraint failed: ")
	if !ok {
		return ""
	}
	// The driver writes "constraint failed: UNIQUE constraint failed: t.c (2067)".
	if _, inner, ok := strings.Cut(text, "constraint failed: "); ok {
		text = inner
	}
	if at := strings.LastIndex(text, " ("); at >= 0 {
		text = text[:at]
	}
	return text
}
