package importer

import (
	"iter"
	"time"

	"hemnyckel/internal/domain/casework"
)

// Parts are staged small and applied together: as many in one transaction as lately took applyFor, so that whoever waits
// for the database waits about as long on a slow machine as on a quick one.
const (
	applyFor     = 25 * time.Millisecond
	mostTogether = 128
)

// pace is how many things of each sort go into one transaction.
type pace map[casework.RegisterSort]int

// of is the number for a sort, at first of one part.
func (p pace) of(s casework.RegisterSort) int { return max(p[s], 1) }

// took learns from n things of a sort that were applied in some time.
func (p pace) took(s casework.RegisterSort, n int, took time.Duration) {
	fits := int(int64(n) * int64(applyFor) / max(int64(took), 1))
	p[s] = min(max(fits, 1), 2*max(n, p.of(s)), mostTogether)
}

// together yields the parts with neighbours of one sort joined, as far as the pace allows.
func (i *run) together(parts <-chan part) iter.Seq[part] {
	return func(yield func(part) bool) {
		next, more := <-parts
		for more {
			p := next
			for next, more = <-parts; more && i.join(&p, next); next, more = <-parts {
			}
			if !yield(p) {
				return
			}
		}
	}
}

func (i *run) join(p *part, next part) bool {
	sort := p.batch.Sort()
	if p.err != nil || next.err != nil || sort != next.batch.Sort() || p.batch.Things()+next.batch.Things() > i.pace.of(sort) {
		return false
	}
	p.batch.Join(next.batch)
	p.last, p.parts = next.last, p.parts+next.parts
	return true
}
