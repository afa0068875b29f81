package metrics

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strconv"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// maxCells is up to how many blocks of time a run is cut into: enough for a p99.9, and for dependence to be seen.
const maxCells = 8192

// within adds to a summary what each trial says about its percentiles by itself: marks for those with too few effective
// samples behind them, over all trials; and intervals, where there is one trial. Several have better ones.
// independent is a bound on the effective samples.
func (l Level) within(s *result.Summary, trials []*stats.Series, independent float64) {
	s.Unsupported = nil
	for name, q := range l.asked() {
		ess := 0.0
		var last stats.Within
		for _, series := range trials {
			last = series.Within(q, orDefault(l.Confidence))
			ess += last.ESS
		}
		if ess = min(ess, independent); s.N > 0 && ess < float64(stats.MinSamples(q)) {
			s.Unsupported = append(s.Unsupported, name)
		}
		if len(trials) != 1 || s.N == 0 {
			continue
		}
		if s.Within == nil {
			s.Within = map[string]result.Within{}
		}
		s.Within[name] = result.Within{
			Lower: number(last.Lower), Upper: number(last.Upper), ESS: math.Round(10*ess) / 10, TooCorrelated: last.TooCorrelated,
		}
	}
}

func orDefault(confidence float64) float64 {
	if confidence == 0 {
		return 0.95
	}
	return confidence
}

// asked are the quantiles of every summary and those asked for, in this order.
func (l Level) asked() func(yield func(string, float64) bool) {
	return func(yield func(string, float64) bool) {
		for _, p := range quantiles {
			if !yield(p.name, p.q) {
				return
			}
		}
		for _, p := range l.Percentiles {
			if !yield("p"+strconv.FormatFloat(p, 'f', -1, 64), p/100) {
				return
			}
		}
	}
}

// servedSeries are the samples of the successes, trial by trial, in order of time: of requests by their start, of
// pooled gaps by blocks of time over all streams, which share the engine's steps.
func (l Level) servedSeries(m latency) []*stats.Series {
	return l.series(func(t Trial) *stats.Series { return l.servedOf(m, t) })
}

func (l Level) servedOf(m latency, t Trial) *stats.Series {
	served := l.inOrder(t, func(r *record.Record) bool { return r.OK() })
	if m.pooled {
		return stats.NewTimed(blocks(m, served, max(t.peak(), 1)))
	}
	return stats.NewSeries(l.inTurn(m, served))
}

// inTurn are the samples of successes, one after another.
func (l Level) inTurn(m latency, served []*record.Record) []float64 {
	var samples []float64
	for _, r := range served {
		samples = append(samples, m.samples(r, l.start(r))...)
	}
	return samples
}

// offeredSeries counts failed requests as infinite.
func (l Level) offeredSeries(m latency) []*stats.Series {
	return l.series(func(t Trial) *stats.Series {
		var samples []float64
		for _, r := range l.inOrder(t, offered) {
			if r.OK() {
				samples = append(samples, m.samples(r, l.start(r))...)
			} else {
				samples = append(samples, math.Inf(1))
			}
		}
		return stats.NewSeries(samples)
	})
}

// offered reports whether a request counts for or against the server: all but those that the user cut off.
func offered(r *record.Record) bool { return r.OK() || r.Failure.Type != record.Cancelled }

func (l Level) series(of func(Trial) *stats.Series) []*stats.Series {
	all := make([]*stats.Series, len(l.Trials))
	for i, t := range l.Trials {
		all[i] = of(t)
	}
	return all
}

// inOrder are the measured requests of a trial that are wanted, in order of their start.
func (l Level) inOrder(t Trial, wanted func(*record.Record) bool) []*record.Record {
	var rs []*record.Record
	for _, r := range t.Records {
		if r.Phase == record.Measured && wanted(r) {
			rs = append(rs, r)
		}
	}
	slices.SortStableFunc(rs, func(a, b *record.Record) int { return cmp.Compare(l.start(a), l.start(b)) })
	return rs
}

// blocks cuts the time of the requests into equal spans, about one for each step of the engine, whose streams arrive
// together, and deals the gaps to them by their ends.
func blocks(m latency, rs []*record.Record, streams int) (cells int, each iter.Seq2[int, float64]) {
	from, to := record.Stamp(math.MaxInt64), record.Unset
	for _, r := range rs {
		if r.Arrivals.Len() > 0 {
			from, to = min(from, r.Arrivals.First()), max(to, r.Arrivals.Last())
		}
	}
	cells = min(max(gaps(rs)/streams, 1), maxCells)
	span := float64(to.Sub(from)) + 1
	return cells, func(yield func(int, float64) bool) {
		for _, r := range rs {
			for at, gap := range m.timed(r) {
				if !yield(int(float64(at.Sub(from))/span*float64(cells)), gap) {
					return
				}
			}
		}
	}
}
