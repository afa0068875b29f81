package transport

import (
	"container/heap"
	"time"
)

// timer is a moment at which a loop has something to do. Whatever is under way on a loop has one timer at most: when it
// is due, or when it is to be given up. That is not moved with every token: when it fires, its owner sees whether it
// still holds.
type timer struct {
	at    time.Duration
	fire  func()
	place int // in the heap, from 1; 0 while it is not set
}

// timers are those of one loop, the next one first.
type timers []*timer

// set sets t, or moves it.
func (ts *timers) set(t *timer, at time.Duration, fire func()) {
	t.at, t.fire = at, fire
	if t.place > 0 {
		heap.Fix(ts, t.place-1)
	} else {
		heap.Push(ts, t)
	}
}

func (ts *timers) unset(t *timer) {
	if t.place > 0 {
		heap.Remove(ts, t.place-1)
	}
}

// due takes the first timer that is due, nil where none is.
func (ts *timers) due(now time.Duration) *timer {
	if len(*ts) == 0 || (*ts)[0].at > now {
		return nil
	}
	return heap.Pop(ts).(*timer)
}

// Len is heap.Interface's, like all below.
func (ts timers) Len() int           { return len(ts) }
func (ts timers) Less(i, j int) bool { return ts[i].at < ts[j].at }
func (ts timers) Swap(i, j int) {
	ts[i], ts[j] = ts[j], ts[i]
	ts[i].place, ts[j].place = i+1, j+1
}

// Push is called by heap only.
func (ts *timers) Push(x any) {
	t := x.(*timer)
	*ts = append(*ts, t)
	t.place = len(*ts)
}

// Pop is called by heap only.
func (ts *timers) Pop() any {
	last := len(*ts) - 1
	t := (*ts)[last]
	(*ts)[last] = nil
	*ts, t.place = (*ts)[:last], 0
	return t
}
