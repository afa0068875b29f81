package metrics

import (
	"math"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/scrape"
	"github.com/splleed/splleed/internal/stats"
)

// Trial is one level of one trial: all its requests, and the window in which the load was in full swing. Its JSON form
// is what the journal notes of it beside its records, so whatever metrics need of a level belongs here.
type Trial struct {
	Records   []*record.Record    `json:"-"`
	T0        record.Stamp        `json:"t0_ns"`
	T1        record.Stamp        `json:"t1_ns"`
	FullSwing bool                `json:"full_swing"`
	Timed     bool                `json:"timed,omitempty"`  // the window has a given length: it does not end with a start
	Shaped    bool                `json:"shaped,omitempty"` // the load is meant to change over the window
	Complete  bool                `json:"complete"`         // all measured requests of the plan have ended
	Server    scrape.Course       `json:"server,omitzero"`  // what the server said of itself meanwhile
	GPU       scrape.Course       `json:"gpu,omitzero"`     // what the server's GPUs did
	Lag       *record.Lag         `json:"lag,omitempty"`    // how late its stamps may be; nil where nobody measured it
	Client    *result.ClientState `json:"client,omitempty"`
	Clocks    *result.Clocks      `json:"clocks,omitempty"`
	Path      *result.Path        `json:"path,omitempty"`
}

// Level is a load point to describe, over one trial or several pooled ones.
type Level struct {
	Trials []Trial
	Open   bool // open loop: latencies count from scheduled
	Slots  int  // closed loop: requests in flight
	Cap    int  // open loop: most requests in flight; 0 for none
	SLO    SLO

	Percentiles []float64 // to compute beside those that are always there, in percent
	Confidence  float64   // level of the intervals within one run; 0 is 0.95

	EarlyStopping bool // compute LoadGen's bounds, too
}

// Describe computes everything that a result says about the level. Percentiles are of the union of the trials'
// requests, counts and times are sums, rates are sums over sums.
func Describe(l Level) result.Level {
	p := l.population()
	out := result.Level{
		NumRequests: len(p.offered), NumSuccessful: len(p.served), NumFailed: len(p.offered) - len(p.served),
		Failures: failures(p.offered),
		Metrics:  l.latencies(p),
		Window:   l.window(p),
		Tokens:   tokens(p),
		Requests: l.requests(p),
		Warnings: []string{},
	}
	peak := l.peak()
	out.MaxInFlight = &peak
	out.Throughput = l.throughput(p)
	out.Goodput = l.goodput(p, l.startSeconds(p))
	out.Transient = l.transient(p)
	out.Instrument = l.instrument(p)
	out.Classes, out.Probe = l.classes(p), l.probe(l.startSeconds(p))
	l.errors(&out)
	out.Server, out.GPU = l.server(), l.gpu(out.Throughput)
	wholePass(&out, p)
	flat(&out)
	return out
}

// population is the measured requests of a level.
type population struct {
	offered  []*record.Record // served and failed
	served   []*record.Record
	censored []*record.Record // cut off by the user: neither
}

func (l Level) population() population {
	var p population
	for r := range l.records(record.Measured) {
		p.add(r)
	}
	return p
}

func (p *population) add(r *record.Record) {
	switch {
	case r.OK():
		p.offered, p.served = append(p.offered, r), append(p.served, r)
	case r.Failure.Type == record.Cancelled:
		p.censored = append(p.censored, r)
	default:
		p.offered = append(p.offered, r)
	}
}

// records yields the requests of a phase, over all trials.
func (l Level) records(phase record.Phase) func(func(*record.Record) bool) {
	return func(yield func(*record.Record) bool) {
		for _, t := range l.Trials {
			for _, r := range t.Records {
				if r.Phase == phase && !yield(r) {
					return
				}
			}
		}
	}
}

// start is what the level's headline latencies count from.
func (l Level) start(r *record.Record) record.Stamp {
	if l.Open {
		return r.Scheduled
	}
	return r.Sent
}

func (l Level) latencies(p population) map[string]result.Metric {
	all := map[string]result.Metric{}
	for _, m := range latencies {
		if out := l.latency(m, p); out.Served.N > 0 || !m.rare {
			all[m.name] = out
		}
	}
	return all
}

func (l Level) latency(m latency, p population) result.Metric {
	served := l.samples(m, p.served, l.start)
	// Note: streams share the engine's steps, so pooled gaps of n streams count as one stream's.
	independent := float64(served.N())
	if m.pooled {
		independent = float64(gaps(p.served)) / float64(max(l.peak(), 1))
	}
	out := result.Metric{Served: l.summarize(served, independent)}
	l.within(&out.Served, l.servedSeries(m), independent)
	if !m.pooled {
		offered := l.samples(m, p.offered, l.start)
		for range len(p.offered) - len(p.served) {
			offered.Add(math.Inf(1))
		}
		summary := l.summarize(offered, float64(offered.N()))
		summary.EarlyStopping, out.Served.EarlyStopping = l.earlyStopping(offered), l.earlyStopping(served)
		l.within(&summary, l.offeredSeries(m), float64(offered.N()))
		out.Offered = &summary
	}
	if m.fromStart {
		response := summarize(l.samples(m, p.served, func(r *record.Record) record.Stamp { return r.Scheduled }), independent)
		service := summarize(l.samples(m, p.served, func(r *record.Record) record.Stamp { return r.Sent }), independent)
		out.Response, out.Service = &response, &service
		out.Start = "sent"
		if l.Open {
			out.Start = "scheduled"
		}
	}
	return out
}

// samples are the metric's samples of those requests that succeeded.
func (l Level) samples(m latency, rs []*record.Record, start func(*record.Record) record.Stamp) *stats.Tally {
	all := new(stats.Tally)
	for _, r := range rs {
		if !r.OK() {
			continue
		}
		for _, x := range m.samples(r, start(r)) {
			all.Add(x)
		}
	}
	return all
}

// gaps counts the gaps between arrivals.
func gaps(rs []*record.Record) int {
	n := 0
	for _, r := range rs {
		n += max(r.Arrivals.Len()-1, 0)
	}
	return n
}

func failures(rs []*record.Record) map[string]result.Failures {
	all := map[string]result.Failures{}
	for _, r := range rs {
		if r.OK() {
			continue
		}
		f := all[string(r.Failure.Type)]
		if f.Count == 0 {
			f.Example = r.Failure.Message
		}
		f.Count++
		all[string(r.Failure.Type)] = f
	}
	return all
}
