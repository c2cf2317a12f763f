package profiles

import (
	"errors"
	"reflect"
	"sort"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"hemnyckel/internal/domain/routine"
)

// checker reads one profile and gathers its faults.
type checker struct {
	p      routine.Profile
	places places
	faults []Fault
	seen   map[string]bool // paths that have a fault already
}

// read decodes the file: first as TOML, then against the profile's shape, so that every unknown key and every value of the
// wrong sort is told, not only the first. False: it could not be read at all.
func (c *checker) read(text []byte) bool {
	if len(text) > MaxSize {
		c.add("", "Filen är större än %d kB. Korta texterna.", "The file is larger than %d kB. Shorten the texts.", MaxSize>>10)
		return false
	}
	var tree map[string]any
	if err := toml.Unmarshal(text, &tree); err != nil {
		c.notTOML(err)
		return false
	}
	c.places = locate(text)
	c.shape("", tree, reflect.TypeFor[routine.Profile]())
	sound, err := toml.Marshal(tree) // without what had a fault, so that the rest can be checked too
	if err == nil {
		err = toml.Unmarshal(sound, &c.p)
	}
	if err != nil {
		c.notTOML(err)
	}
	return err == nil
}

func (c *checker) notTOML(err error) {
	line, column := 0, 0
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		line, column = e.Position()
	}
	c.add("", "Här är filen inte skriven som TOML (%s). Jämför med en känd profil: hemnyckel profile show varberg.",
		"Here the file is not written as TOML (%s). Compare with a known profile: hemnyckel profile show varberg.", strings.TrimPrefix(err.Error(), "toml: "))
	c.faults[len(c.faults)-1].Line, c.faults[len(c.faults)-1].Column = line, column
}

// shape compares a value with the type that it shall fill, and takes out of it what does not fit. False: nothing fits.
func (c *checker) shape(path string, v any, t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		if m, ok := v.(map[string]any); ok {
			c.table(path, m, t)
			return true
		}
		c.add(path, "Här ska det stå en tabell, som [%s].", "This must be a table, as in [%s].", keyOf(path))
		return false
	case reflect.Slice:
		list, ok := v.([]any)
		if !ok {
			c.add(path, "Här ska det stå en lista, inom [ ].", "This must be a list, in [ ].")
		}
		for i, x := range list {
			if !c.shape(join(path, strconv.Itoa(i)), x, t.Elem()) {
				list[i] = empty(t.Elem())
			}
		}
		return ok
	}
	return c.plain(path, v, t)
}

// table compares a table with a struct, whose fields are all that it may have, or with a map.
func (c *checker) table(path string, m map[string]any, t reflect.Type) {
	types := map[string]reflect.Type{}
	if t.Kind() == reflect.Struct {
		for f := range t.Fields() {
			types[f.Tag.Get("toml")] = f.Type
		}
	}
	for _, name := range sortedKeys(m) {
		field, ok := types[name]
		if t.Kind() == reflect.Map {
			field, ok = t.Elem(), true
		}
		if !ok {
			c.add(join(path, name), "Okänd inställning. Ta bort den, eller rätta stavningen; här finns: %s.",
				"Unknown key. Remove it, or correct the spelling; known here: %s.", strings.Join(sortedKeys(types), ", "))
		}
		if !ok || !c.shape(join(path, name), m[name], field) {
			delete(m, name)
		}
	}
}

// empty stands in a list for an element that did not fit.
func empty(t reflect.Type) any {
	if t.Kind() == reflect.Struct {
		return map[string]any{}
	}
	return reflect.Zero(t).Interface()
}

// plain compares a single value with its type.
func (c *checker) plain(path string, v any, t reflect.Type) bool {
	kind := reflect.Invalid
	switch v.(type) {
	case string:
		kind = reflect.String
	case bool:
		kind = reflect.Bool
	case int64:
		kind = reflect.Int
	}
	if kind != t.Kind() {
		c.wrongSort(path, t)
	}
	return kind == t.Kind()
}

func (c *checker) wrongSort(path string, t reflect.Type) {
	switch t.Kind() {
	case reflect.Bool:
		c.add(path, "Här ska det stå true eller false.", "This must be true or false.")
	case reflect.Int:
		c.add(path, "Här ska det stå ett heltal utan citattecken.", "This must be a whole number without quotes.")
	default:
		c.add(path, "Här ska det stå text inom citattecken.", "This must be text in quotes.")
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
