package metrics

import (
	"testing"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// 81 requests bound p90 by the second largest sample, and 64 are needed (TestEarlyStoppingSamples of stats); p99 takes
// 662. TTFTs are 1 to 81 ms, less those that fail: the slowest.
func TestEarlyStopping(t *testing.T) {
	level := func(failures int) Level {
		l := Level{Slots: 1, EarlyStopping: true, Trials: []Trial{{}}}
		for i := range 81 {
			r := request(1000*i, [2]int{1000*i + i + 1, 1}, [2]int{1000*i + 100, 1})
			if i >= 81-failures {
				r.Failure = &record.Failure{Type: record.Reset}
			}
			l.Trials[0].Records = append(l.Trials[0].Records, r)
		}
		return l
	}
	p90 := func(failures int) result.EarlyStopping {
		return Describe(level(failures)).Metrics["ttft"].Offered.EarlyStopping["p90"]
	}
	if b := p90(0); b.Upper == nil || *b.Upper != 80 || b.Rank != 2 || b.Needed != 64 || b.Confidence != 0.99 || b.Assumes != "iid-only" {
		t.Errorf("p90: %+v, want 80 ms, the second largest", b)
	}
	if b := p90(1); b.Upper == nil || *b.Upper != 80 {
		t.Errorf("p90 with one failure: %+v, want the largest of the others", b)
	}
	if b := p90(2); b.Upper != nil || b.Rank != 2 {
		t.Errorf("p90 with two failures: %+v, want it beyond", b)
	}
	described := Describe(level(1))
	served := described.Metrics["ttft"].Served.EarlyStopping
	if b := served["p90"]; b.Upper == nil || *b.Upper != 80 || b.Rank != 1 { // the largest of 80
		t.Errorf("p90 of the served: %+v", b)
	}
	if b := served["p99"]; b.Upper != nil || b.Rank != 0 || b.Needed != 662 {
		t.Errorf("p99: %+v, want none below 662 requests", b)
	}
	if described.Metrics["itl"].Served.EarlyStopping != nil {
		t.Error("gaps of tokens are taken as independent")
	}
	l := level(0)
	if l.EarlyStopping = false; Describe(l).Metrics["ttft"].Served.EarlyStopping != nil {
		t.Error("bounds that nobody asked for")
	}
}
