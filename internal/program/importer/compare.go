package importer

import (
	"slices"
	"strings"

	"hemnyckel/internal/domain/casework"
	"hemnyckel/internal/domain/consent"
)

// isNew compares a row with what was seen before, and counts it. was is what it said then of a state.
func (i *run) isNew(r casework.RegisterRow) (was string, changed bool) {
	k := rowKey{r.File, r.Key}
	old, known := i.before[k]
	if known {
		old.again = true
		i.before[k] = old
	}
	if known && old.digest == r.Digest {
		i.result.Unchanged[r.File]++
		return old.said, false
	}
	if !known && len(i.before) > 0 {
		i.added[apartFromDay(k)]++
	}
	i.result.Accepted[r.File]++
	return old.said, true
}

// findVanished lists the rows that are gone. A row that is still there but was rejected is not, nor one in whose place there is
// a new one: a service or a time in a group whose first day has been corrected.
func (i *run) findVanished() {
	for k, v := range i.before {
		if !v.again && k.file != filePort && !i.bad[about(k.file, k.key)] {
			i.result.Vanished = append(i.result.Vanished, Vanished{k.file, k.key})
		}
	}
	sortVanished(i.result.Vanished)
	i.result.Vanished = slices.DeleteFunc(i.result.Vanished, func(v Vanished) bool {
		same := apartFromDay(rowKey{v.File, v.Key})
		if i.added[same] == 0 {
			return false
		}
		i.added[same]--
		i.stale[v.File] = append(i.stale[v.File], v.Key)
		return true
	})
	i.before = nil
}

// apartFromDay is what rows have in common that differ in nothing but their first day: the row itself where days tell no rows
// apart.
func apartFromDay(k rowKey) rowKey {
	if last := strings.LastIndex(k.key, "/"); last >= 0 && (k.file == "insatser" || k.file == "medarbetare") {
		return rowKey{k.file, k.key[:last]}
	}
	return k
}

// about is the client, person or thing that a row's key begins with.
func about(file, key string) rowKey {
	switch file {
	case "insatser", "medarbetare":
		key, _, _ = strings.Cut(key, "/")
	case "samtycken":
		key, _, _ = strings.Cut(key, "|")
		key, _, _ = strings.Cut(consent.Imported{Property: key}.Key(), "|")
	}
	return rowKey{file, key}
}
