package calibrate

import (
	"math"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/stats"
)

// Outcome is how wrong a client was about a mix that it has played.
type Outcome struct {
	Transport string
	Requests  int
	Failed    int
	Failure   string // the first
	Events    int
	Kernel    int // requests all of whose stamps are the kernel's

	TTFT, ITL, E2E Errors
	Stamp          Errors        // of each arrival by itself
	Send           Errors        // how long the truth server's writes took: what the truth itself is unsure of
	Lateness       Errors        // sent − due
	CPU            time.Duration // of this process, while the mix was played
	Took           time.Duration
}

// Errors are measured − true, in milliseconds: their mean is the bias, percentiles are of their size.
type Errors struct {
	N              int
	Bias, P50, P99 float64
}

// EventsPerSecond is how fast events came.
func (o Outcome) EventsPerSecond() float64 { return float64(o.Events) / o.Took.Seconds() }

// EventsPerCPUSecond is how many events this process can handle on a core, nil where its time is not known or too short
// to tell.
func (o Outcome) EventsPerCPUSecond() *float64 {
	if o.CPU < 10*time.Millisecond {
		return nil
	}
	n := float64(o.Events) / o.CPU.Seconds()
	return &n
}

// samples are differences in nanoseconds.
type samples struct{ ttft, itl, e2e, stamp, send, lateness []float64 }

// compare holds records against the truth. epoch is that of the records, in nanoseconds since 1970.
func compare(records []*record.Record, epoch int64, truths map[string]truth) Outcome {
	o := Outcome{Requests: len(records)}
	var s samples
	for _, r := range records {
		t, ok := truths[r.ID]
		if !r.OK() || !ok || len(t.Events) == 0 || r.Arrivals.Len() == 0 {
			if o.Failed++; o.Failure == "" && !r.OK() {
				o.Failure = r.Failure.Message
			}
			continue
		}
		if r.StampSource == record.StampKernel {
			o.Kernel++
		}
		o.Events += s.add(r, epoch, t)
	}
	o.TTFT, o.ITL, o.E2E = errorsOf(s.ttft), errorsOf(s.itl), errorsOf(s.e2e)
	o.Stamp, o.Send, o.Lateness = errorsOf(s.stamp), errorsOf(s.send), errorsOf(s.lateness)
	return o
}

// add compares one request and returns its number of events. TTFT and E2E count from the same sent as reported, so their
// errors are those of their last stamps. An arrival of k tokens is compared as ITL has it: k samples of g/k.
func (s *samples) add(r *record.Record, epoch int64, t truth) int {
	last := t.Events[len(t.Events)-1]
	s.e2e = append(s.e2e, float64(epoch+int64(r.Finish)-last[0]))
	if r.Scheduled.Set() && r.Sent.Set() {
		s.lateness = append(s.lateness, float64(r.Sent.Sub(r.Scheduled)))
	}
	for _, e := range t.Events {
		s.send = append(s.send, float64(e[1]-e[0]))
	}
	next, before := 0, int64(0)
	for a := range r.Arrivals.All() {
		at, events := epoch+int64(a.At), t.Events[next:min(next+a.Events, len(t.Events))]
		tokens := int64(0)
		for _, e := range events {
			tokens += e[2]
		}
		for i, e := range events {
			s.stamp = append(s.stamp, float64(at-e[0]))
			if next+i == 0 {
				s.ttft = append(s.ttft, float64(at-e[0]))
				continue
			}
			pace := float64(at-before) / float64(tokens)
			if next == 0 {
				pace = 0 // merged with the first: they have no gap of their own
			}
			off := pace - float64(e[0]-t.Events[next+i-1][0])/float64(e[2])
			for range e[2] {
				s.itl = append(s.itl, off)
			}
		}
		next, before = next+len(events), at
	}
	return len(t.Events)
}

// errorsOf describes differences in nanoseconds.
func errorsOf(ns []float64) Errors {
	if len(ns) == 0 {
		return Errors{}
	}
	sizes := make([]float64, len(ns))
	for i, x := range ns {
		sizes[i] = math.Abs(x)
	}
	sizes = stats.Sorted(sizes)
	const ms = 1e6
	return Errors{len(ns), stats.Mean(ns) / ms, stats.Quantile(sizes, 0.5) / ms, stats.Quantile(sizes, 0.99) / ms}
}
