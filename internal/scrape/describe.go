package scrape

import (
	"math"
	"slices"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// Level is one level of one trial: what the server said meanwhile, and what the client saw.
type Level struct {
	Course
	Records []*record.Record
	T0, T1  record.Stamp // the window
}

// Describe puts both views side by side, of one trial or of several pooled ones. It is nil where the server said nothing.
func Describe(levels []Level) *result.Server {
	v := view{client: map[string]*tally{ttft: {}, itl: {}, tpot: {}, e2e: {}}, settled: true, spans: true}
	for _, l := range levels {
		v.add(l)
	}
	if v.server.Scrapes == 0 {
		return nil
	}
	if len(levels) == 1 {
		v.single(levels[0])
	}
	v.latencies()
	v.rates()
	v.tokens()
	v.server.Disagreements = v.disagreements()
	return &v.server
}

// view is a description under way.
type view struct {
	server  result.Server
	stretch growth // around the window
	level   growth // from before the load to after it
	client  map[string]*tally
	gauges  map[string][]float64
	records []*record.Record
	settled bool
	spans   bool // the readings span the levels
	took    time.Duration
}

// look takes in how the looking went, and reports whether it brought anything.
func (v *view) look(l Level) bool {
	s := &v.server
	s.Failed += l.Failed
	if l.Example != "" {
		s.FailedExample = l.Example
	}
	for _, shot := range l.Shots {
		if shot.Engine != "" {
			s.Engine = shot.Engine
		}
		v.took += shot.Took
		s.ScrapeMaxMs = max(s.ScrapeMaxMs, ms(shot.Took))
	}
	s.Scrapes += len(l.Shots)
	if s.Scrapes > 0 {
		s.ScrapeMeanMs = ms(v.took) / float64(s.Scrapes)
	}
	return len(l.Shots) > 0
}

func (v *view) add(l Level) {
	v.records = append(v.records, l.Records...)
	v.settled = v.settled && l.Settled
	if !v.look(l) {
		return
	}
	v.spans = v.spans && l.spanned()
	around := l.stretch()
	v.stretch.merge(grown(around))
	v.level.merge(grown(l.Shots))
	v.server.Resets = v.level.resets
	from, to := record.At(around[0].At), record.At(around[len(around)-1].At)
	for name, seen := range observed(l.Records, from, to) {
		v.client[name].merge(*seen)
	}
	v.gauge(l, around)
}

// spanned reports whether the snapshots reach from before the first request to after the last. They do not where the run was
// stopped, or the server did not answer: its counters then miss what came before or after.
func (l Level) spanned() bool {
	first, last := record.At(l.Shots[0].At), record.At(l.Shots[len(l.Shots)-1].At)
	return !slices.ContainsFunc(l.Records, func(r *record.Record) bool { return r.Sent.Set() && r.Sent < first || r.Done > last })
}

// stretch is the snapshots from the last before the window to the first after it: what lies between two of them cannot
// be taken apart. Where the server did not answer then, it is as much as there is.
func (l Level) stretch() []Snapshot {
	first, last := 0, len(l.Shots)-1
	for i, shot := range l.Shots {
		if record.At(shot.At) <= l.T0 {
			first = i
		}
	}
	for i := last; i > first && record.At(l.Shots[i].At) >= l.T1; i-- {
		last = i
	}
	return l.Shots[first : last+1]
}

// gauge takes in what goes up and down: of its mean and maximum only what was seen in the window, so that the quiet
// before and after does not count.
func (v *view) gauge(l Level, around []Snapshot) {
	if v.server.Gauges == nil {
		v.server.Gauges, v.gauges = map[string]result.Gauge{}, map[string][]float64{}
	}
	for _, shot := range around {
		at := record.At(shot.At)
		for quantity, value := range shot.Values {
			if kindOf(quantity) == counter {
				continue
			}
			if l.T0 <= at && at < l.T1 {
				v.gauges[quantity] = append(v.gauges[quantity], value)
			}
			g := v.server.Gauges[quantity]
			if g.Start == nil {
				g.Start = number(value)
			}
			g.End = number(value)
			v.server.Gauges[quantity] = g
		}
	}
	for quantity, values := range v.gauges {
		g := v.server.Gauges[quantity]
		sum, most := 0.0, math.Inf(-1)
		for _, x := range values {
			sum, most = sum+x, max(most, x)
		}
		g.N, g.Mean, g.Max = len(values), number(sum/float64(len(values))), number(most)
		v.server.Gauges[quantity] = g
	}
}

// single adds what only one trial has: times, and the series.
func (v *view) single(l Level) {
	seconds := func(shot Snapshot) float64 { return record.At(shot.At).Sub(l.T0).Seconds() }
	around := l.stretch()
	v.server.FromSec, v.server.ToSec = number(seconds(around[0])), number(seconds(around[len(around)-1]))
	series := &result.ServerSeries{Values: map[string][]*float64{}}
	first := map[string]float64{}
	for i, shot := range l.Shots {
		series.TimeSec = append(series.TimeSec, math.Round(1e6*seconds(shot))/1e6)
		for quantity, value := range shot.Values {
			if _, known := series.Values[quantity]; !known {
				series.Values[quantity] = make([]*float64, len(l.Shots))
				if kindOf(quantity) == counter && i == 0 {
					first[quantity] = value
				}
			}
			series.Values[quantity][i] = number(value - first[quantity])
		}
	}
	v.server.Series = series
}

func (v *view) latencies() {
	v.server.Latencies = map[string]result.ServerLatency{}
	for name, h := range v.stretch.histograms {
		out := result.ServerLatency{
			N: int(h.Count), MeanMs: number(1000 * h.mean()),
			P50: h.result(0.5), P95: h.result(0.95), P99: h.result(0.99),
		}
		if ours := v.client[name]; ours != nil {
			out.ClientN, out.ClientMeanMs = ours.n, number(1000*ours.mean())
			out.Difference = number(ours.mean()/h.mean() - 1)
		}
		v.server.Latencies[name] = out
	}
}

// result is a quantile in milliseconds; nil without samples or buckets.
func (h buckets) result(q float64) *result.BucketQuantile {
	value, low, high := h.quantile(q)
	if h.Count <= 0 || math.IsNaN(value) || math.IsInf(value, 0) || math.IsInf(low, 0) {
		return nil
	}
	return &result.BucketQuantile{Ms: 1000 * value, LowMs: 1000 * low, HighMs: number(1000 * high)}
}

// rates are quotients of counters; where an engine tells only the rate, its mean.
func (v *view) rates() {
	v.server.Counters = v.stretch.counters
	quotient := func(part, whole, told string) *float64 {
		if n := v.stretch.counters[whole]; n > 0 {
			return number(v.stretch.counters[part] / n)
		}
		return v.server.Gauges[told].Mean
	}
	v.server.PrefixCacheHitRate = quotient(cacheHits, cacheQueries, cacheHitRate)
	v.server.SpecDecodeAcceptance = quotient(acceptedTokens, draftTokens, acceptance)
}

func (v *view) tokens() {
	v.server.Tokens = map[string]result.ServerCount{}
	if !v.spans {
		return
	}
	ours := tokensOf(v.records)
	exact := ours.whole && v.settled && v.level.resets == 0
	if n, told := v.level.counters[outputTokens]; told {
		v.server.Tokens[outputTokens] = result.ServerCount{Server: n, Client: float64(ours.seen), Exact: exact}
	}
	n, told := v.level.counters[promptTokens]
	if client, known := prompted(v.records); told && known {
		v.server.Tokens[promptTokens] = result.ServerCount{Server: n, Client: float64(client), Exact: exact}
	}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// number is x for JSON: nil where it is NaN or infinite.
func number(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}
