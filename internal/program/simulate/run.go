package simulate

import (
	"cmp"
	"container/heap"
	"context"
	"slices"
	"sync"
)

// event is something that happens at a moment and touches some parts of the municipality: a lock, a key, a station, the server.
type event struct {
	at    int64 // seconds after the first midnight
	order int   // among events of the same second: the order in which they were planned
	parts []int
	do    func(ctx context.Context) error
}

// schedule runs events so that the result is that of running them one by one in order of time, on any number of workers: an
// event waits for every earlier one that touches a part it touches, and for no other.
type schedule struct {
	events []event
	waits  []int   // how many events each still waits for
	next   [][]int // the events that wait for each

	mu    sync.Mutex
	wake  *sync.Cond
	first ints // ready, and touch the server: its chain is the longest, and nothing else may keep it waiting
	ready ints // the other ones that are ready
	done  int
	fault error
	at    int // of the fault: the earliest counts
}

func newSchedule(events []event, parts int) *schedule {
	slices.SortFunc(events, func(a, b event) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order)) })
	s := &schedule{events: events, waits: make([]int, len(events)), next: make([][]int, len(events))}
	s.wake = sync.NewCond(&s.mu)
	last := make([]int, parts) // the latest event of each part, and one more
	for i, e := range events {
		for _, p := range e.parts {
			before := last[p] - 1
			last[p] = i + 1
			if before >= 0 && before != i && !slices.Contains(s.next[before], i) {
				s.next[before] = append(s.next[before], i)
				s.waits[i]++
			}
		}
	}
	for i, n := range s.waits {
		if n == 0 {
			s.push(i)
		}
	}
	return s
}

func (s *schedule) push(i int) {
	if slices.Contains(s.events[i].parts, serverPart) {
		heap.Push(&s.first, i)
	} else {
		heap.Push(&s.ready, i)
	}
}

// run has all events happen. progress is told how many have, and the moment of the latest, from any worker.
func (s *schedule) run(ctx context.Context, workers int, progress func(done int, at int64)) error {
	stop := context.AfterFunc(ctx, func() { s.failed(-1, ctx.Err()) })
	defer stop()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				i, ok := s.take()
				if !ok {
					return
				}
				if err := s.events[i].do(ctx); err != nil {
					s.failed(i, err)
					return
				}
				progress(s.finished(i), s.events[i].at)
			}
		})
	}
	wg.Wait()
	return s.fault
}

// take waits for an event that may happen now.
func (s *schedule) take() (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.first)+len(s.ready) == 0 && s.done < len(s.events) && s.fault == nil {
		s.wake.Wait()
	}
	switch {
	case s.fault != nil:
		return 0, false
	case len(s.first) > 0:
		return heap.Pop(&s.first).(int), true
	case len(s.ready) > 0:
		return heap.Pop(&s.ready).(int), true
	}
	return 0, false
}

func (s *schedule) finished(i int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done++
	for _, n := range s.next[i] {
		if s.waits[n]--; s.waits[n] == 0 {
			s.push(n)
		}
	}
	s.wake.Broadcast()
	return s.done
}

func (s *schedule) failed(i int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault == nil || i < s.at {
		s.fault, s.at = err, i
	}
	s.wake.Broadcast()
}

// ints is a heap of event numbers: the earliest is worked on first.
type ints []int

func (h ints) Len() int           { return len(h) }
func (h ints) Less(i, j int) bool { return h[i] < h[j] }
func (h ints) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *ints) Push(v any) { *h = append(*h, v.(int)) }

// Pop implements heap.Interface.
func (h *ints) Pop() any {
	last := len(*h) - 1
	v := (*h)[last]
	*h = (*h)[:last]
	return v
}
