package load

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// What was added comes out again, in steps of the clock.
func TestArrivals(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	few := func() int { return rng.IntN(3) }
	var log arrivals
	var want []arrival
	at := record.Stamp(0)
	for range 10_000 {
		at += record.At(time.Duration(rng.ExpFloat64() * float64(20*time.Millisecond)))
		a := arrival{at: at, text: 1}
		if rng.IntN(4) == 0 {
			a = arrival{at, record.Tick * time.Duration(rng.IntN(1000)), few(), few(), few(), few() * 1_000_000}
		}
		log.add(a)
		want = append(want, a)
	}
	if got := slices.Collect(log.all()); !slices.Equal(got, want) || log.n != len(want) {
		t.Errorf("%d arrivals are not what was added", len(got))
	}
}

// A token every 20 ms takes as much as in a record.
func TestSizeOfArrivals(t *testing.T) {
	const n = 1000
	var log arrivals
	for i := range n {
		log.add(arrival{at: record.At(time.Minute + time.Duration(i)*20*time.Millisecond), text: 1})
	}
	if size := len(log.log); size > 3*n+5 { // the first is counted from the epoch
		t.Errorf("%d bytes for %d tokens", size, n)
	}
}

// A clock that goes back does not take the log apart.
func TestArrivalsInOrder(t *testing.T) {
	var log arrivals
	log.add(arrival{at: 2000, text: 1})
	log.add(arrival{at: 1000, text: 1})
	if got, want := slices.Collect(log.all()), []arrival{{at: 2000, text: 1}, {at: 2000, text: 1}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
