package storage

import "strconv"

// where puts together the conditions of a list that may be narrowed in several ways. What is written into it as SQL is
// always our own; what comes from outside is bound.
type where struct {
	text string
	args []any
}

// is adds a condition without a value: one that a partial index knows by its words.
func (q *where) is(sql string) {
	joint := " WHERE "
	if q.text != "" {
		joint = " AND "
	}
	q.text += joint + sql
}

// and adds a condition: SQL up to its last operand, and that operand's value.
func (q *where) and(sql string, value any) {
	q.args = append(q.args, value)
	q.is(sql + "$" + strconv.Itoa(len(q.args)))
}

// equal narrows a column to a value, unless that is "".
func (q *where) equal(column, value string) {
	if value != "" {
		q.and(column+" = ", value)
	}
}

// begins narrows a column of text to what begins with a prefix, unless that is "".
func (q *where) begins(column, prefix string) {
	if prefix != "" {
		q.and(column+" >= ", prefix)
		q.and(column+" < ", after(prefix))
	}
}

// before and beyond go on in a list that is ordered by two columns, falling or rising: a row comes after another if the pair
// of its values does. Both engines answer that from an index of the two.
func (q *where) before(first, second string, a, b any) { q.pair(first, second, " < ", a, b) }
func (q *where) beyond(first, second string, a, b any) { q.pair(first, second, " > ", a, b) }

func (q *where) pair(first, second, sign string, a, b any) {
	q.args = append(q.args, a)
	q.and("("+first+", "+second+")"+sign+"($"+strconv.Itoa(len(q.args))+", ", b)
	q.text += ")"
}

// limit is the end of the query.
func (q *where) limit(n int) string {
	q.args = append(q.args, int64(n))
	return " LIMIT $" + strconv.Itoa(len(q.args))
}
