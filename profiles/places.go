package profiles

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// places say where in a file things are, by path: units.2.kinds.0 is the first kind of the third unit.
type places struct {
	text    []byte
	offsets map[string]int // path → offset + 1
	counts  map[string]int // path of an array of tables → how many so far
}

// locate notes the places of everything in a file that is known to be TOML.
func locate(text []byte) places {
	l := places{text: text, offsets: map[string]int{}, counts: map[string]int{}}
	var parser unstable.Parser
	parser.Reset(text)
	table := ""
	for parser.NextExpression() {
		switch e := parser.Expression(); e.Kind {
		case unstable.Table:
			table = l.key("", e.Key())
		case unstable.ArrayTable:
			table = l.element(e)
		case unstable.KeyValue:
			l.value(l.key(table, e.Key()), e.Value())
		}
	}
	return l
}

// key notes and returns the path of a dotted key beneath a table.
func (l places) key(path string, keys unstable.Iterator) string {
	for keys.Next() {
		if n := l.counts[path]; n > 0 {
			path = join(path, strconv.Itoa(n-1))
		}
		path = join(path, string(keys.Node().Data))
		l.note(path, keys.Node())
	}
	return path
}

// element notes and returns the path of a new element of an array of tables.
func (l places) element(e *unstable.Node) string {
	array := l.key("", e.Key())
	n := l.counts[array]
	l.counts[array]++
	path := join(array, strconv.Itoa(n))
	l.offsets[path] = l.offsets[array]
	for keys := e.Key(); keys.Next(); {
		if keys.IsLast() {
			l.offsets[path] = int(keys.Node().Raw.Offset) + 1
		}
	}
	return path
}

// value notes the places of what is inside a value.
func (l places) value(path string, v *unstable.Node) {
	switch v.Kind {
	case unstable.Array:
		n := 0
		for it := v.Children(); it.Next(); n++ {
			l.note(join(path, strconv.Itoa(n)), it.Node())
			l.value(join(path, strconv.Itoa(n)), it.Node())
		}
	case unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			l.value(l.key(path, it.Node().Key()), it.Node().Value())
		}
	}
}

func (l places) note(path string, n *unstable.Node) {
	if _, before := l.offsets[path]; !before && n.Raw.Length > 0 {
		l.offsets[path] = int(n.Raw.Offset) + 1
	}
}

// find returns line and column, in characters from 1, of a path or of the nearest thing around it; zeros for the file.
func (l places) find(path string) (line, column int) {
	for path != "" {
		if at := l.offsets[path]; at > 0 {
			before := l.text[:at-1]
			start := bytes.LastIndexByte(before, '\n') + 1
			return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[start:]) + 1
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
	return 0, 0
}

func join(path, part string) string {
	if path == "" {
		return part
	}
	return path + "." + part
}
