package metrics

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/splleed/splleed/internal/record"
)

// long is a level of n requests of 1,000 tokens each, 64 at a time, whose gaps spread over 20 ms.
func long(n int) Level {
	rng := rand.New(rand.NewPCG(1, 2))
	var rs []*record.Record
	for i := range n {
		r := record.New()
		at := record.Stamp(i/64) * 11e9
		r.Phase, r.Scheduled, r.Sent, r.SentEnd = record.Measured, at, at, at
		for range 1000 {
			at += record.Stamp(100 * rng.IntN(200_000))
			r.Arrivals.Append(record.Arrival{At: at, Tokens: 1, Events: 1})
		}
		r.Finish, r.Done, r.OutputTokens = at, at, 1000
		rs = append(rs, r)
	}
	return Level{Slots: 64, Trials: []Trial{{Records: rs, T1: rs[n-1].Done, FullSwing: true, Complete: true}}}
}

// Figures are the same to the last digit, whether arrivals are in memory or in a file.
func TestDescribeWhatWasSpilled(t *testing.T) {
	l := long(64)
	want, err := json.Marshal(Describe(l))
	if err != nil {
		t.Fatal(err)
	}
	spill := record.NewSpill(0)
	for _, r := range l.Trials[0].Records {
		spill.Keep(&r.Arrivals)
	}
	if got, _ := json.Marshal(Describe(l)); !bytes.Equal(got, want) {
		t.Errorf("from the file\n%s\nwant\n%s", got, want)
	}
	if said := spill.Close(); said != nil {
		t.Error(said)
	}
}

// What computing takes depends on how many distinct values there are, and on the number of requests, not on that of their
// tokens: heap-MB is what the process came to.
func BenchmarkDescribe(b *testing.B) {
	for _, requests := range []int{1000, 4000} {
		b.Run(fmt.Sprintf("%dM tokens", requests/1000), func(b *testing.B) {
			l := long(requests)
			spill := record.NewSpill(0)
			for _, r := range l.Trials[0].Records {
				spill.Keep(&r.Arrivals)
			}
			for b.Loop() {
				Describe(l)
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.HeapSys)/1e6, "heap-MB")
			spill.Close()
		})
	}
}
