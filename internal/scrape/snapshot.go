package scrape

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

// Snapshot is what a server said of itself at one moment.
type Snapshot struct {
	At         time.Duration      `json:"at_ns"`   // since the run's epoch: the middle between question and answer
	Took       time.Duration      `json:"took_ns"` // from question to answer
	Engine     string             `json:"engine"`  // whose names they are: "vllm"; "" where none is known
	Values     map[string]float64 `json:"values"`  // by quantity
	Histograms map[string]buckets `json:"histograms"`
}

// buckets is a histogram: how many of its samples were at most so many seconds.
type buckets struct {
	UpTo  map[bound]float64 `json:"up_to"`
	Sum   float64           `json:"sum"`
	Count float64           `json:"count"`
}

// bound is the upper one of a bucket. It can be +Inf, which is no number of JSON.
type bound float64

// MarshalText writes the bound as Prometheus does.
func (b bound) MarshalText() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(b), 'g', -1, 64), nil
}

// UnmarshalText reads what MarshalText writes.
func (b *bound) UnmarshalText(text []byte) error {
	x, err := strconv.ParseFloat(string(text), 64)
	*b = bound(x)
	return err
}

// read takes what the vocabulary knows out of a server's answer.
func read(body []byte) Snapshot {
	r := reader{
		Snapshot: Snapshot{Values: map[string]float64{}, Histograms: map[string]buckets{}},
		speaking: map[string]*term{}, series: map[string]int{},
	}
	eachSample(body, r.sample)
	for quantity, n := range r.series {
		r.Values[quantity] /= float64(n)
	}
	return r.Snapshot
}

type reader struct {
	Snapshot
	speaking map[string]*term // by quantity: the term that its value is from
	series   map[string]int   // by quantity, of shares: how many were added
}

func (r *reader) sample(name, labels []byte, value float64) {
	if math.IsNaN(value) {
		return
	}
	for _, m := range meanings[string(name)] {
		if r.Engine == "" {
			r.Engine = engineOf(string(name))
		}
		if r.listen(m.term) {
			r.add(m, labels, value)
		}
	}
}

// listen reports whether a term's samples count: not those of an older name beside a newer one.
func (r *reader) listen(t *term) bool {
	now, spoken := r.speaking[t.quantity]
	switch {
	case !spoken:
	case now == t:
		return true
	case t.older && !now.older:
		return false
	case now.older && !t.older:
		delete(r.Values, t.quantity)
		delete(r.Histograms, t.quantity)
		delete(r.series, t.quantity)
	}
	r.speaking[t.quantity] = t
	return true
}

func (r *reader) add(m meaning, labels []byte, value float64) {
	if m.kind != histogram {
		r.Values[m.quantity] += value
		if m.kind == share {
			r.series[m.quantity]++
		}
		return
	}
	h := r.Histograms[m.quantity]
	if h.UpTo == nil {
		h.UpTo = map[bound]float64{}
	}
	switch m.part {
	case "_sum":
		h.Sum += value
	case "_count":
		h.Count += value
	case "_bucket":
		text, _ := label(labels, "le")
		if le, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(le) {
			h.UpTo[bound(le)] += value
		}
	}
	r.Histograms[m.quantity] = h
}

// growth is how much counters and histograms have grown over a series of snapshots.
type growth struct {
	counters   map[string]float64
	histograms map[string]buckets
	resets     int
}

// grown adds up what grew from each snapshot to the next. Where something fell, the server has started anew and counts
// from zero: what it had counted since the snapshot before is lost, and the reset is counted. A quantity that was not
// there before was zero: some servers name a counter when it first counts.
func grown(shots []Snapshot) growth {
	g := growth{map[string]float64{}, map[string]buckets{}, 0}
	for i := 1; i < len(shots); i++ {
		before, now := shots[i-1], shots[i]
		reset := now.fellFrom(before)
		if reset {
			g.resets++
			before = Snapshot{}
		}
		g.add(before, now)
	}
	return g
}

func (s Snapshot) fellFrom(before Snapshot) bool {
	for quantity, now := range s.counters() {
		if now < before.Values[quantity] {
			return true
		}
	}
	for quantity, now := range s.Histograms {
		if now.Count < before.Histograms[quantity].Count {
			return true
		}
	}
	return false
}

// counters yields those values that only grow.
func (s Snapshot) counters() func(yield func(string, float64) bool) {
	return func(yield func(string, float64) bool) {
		for quantity, value := range s.Values {
			if kinds[quantity] == counter && !yield(quantity, value) {
				return
			}
		}
	}
}

// kinds is the kind of each quantity.
var kinds = func() map[string]kind {
	all := map[string]kind{}
	for _, t := range vocabulary {
		all[t.quantity] = t.kind
	}
	return all
}()

func (g *growth) add(before, now Snapshot) {
	for quantity, value := range now.counters() {
		g.counters[quantity] += value - before.Values[quantity]
	}
	for quantity, h := range now.Histograms {
		g.histograms[quantity] = g.histograms[quantity].plus(h.minus(before.Histograms[quantity]))
	}
}

// merge adds what another trial saw.
func (g *growth) merge(other growth) {
	if g.counters == nil {
		g.counters, g.histograms = map[string]float64{}, map[string]buckets{}
	}
	for quantity, value := range other.counters {
		g.counters[quantity] += value
	}
	for quantity, h := range other.histograms {
		g.histograms[quantity] = g.histograms[quantity].plus(h)
	}
	g.resets += other.resets
}

func (h buckets) plus(other buckets) buckets  { return h.combine(other, 1) }
func (h buckets) minus(other buckets) buckets { return h.combine(other, -1) }

func (h buckets) combine(other buckets, sign float64) buckets {
	out := buckets{map[bound]float64{}, h.Sum + sign*other.Sum, h.Count + sign*other.Count}
	maps.Copy(out.UpTo, h.UpTo)
	for le, n := range other.UpTo {
		out.UpTo[le] += sign * n
	}
	return out
}

// mean is in seconds; NaN without samples.
func (h buckets) mean() float64 { return h.Sum / h.Count }

// quantile is the q-quantile in seconds and the bounds of the bucket that it lies in. Within the bucket samples are taken
// to lie evenly, so that it stands where the rank q·n does between the counts at the bucket's bounds; a bucket without a
// lower bound begins at 0, and in the last one, without an upper bound, the quantile is its lower bound and high is
// +Inf. This is the formula of PromQL's histogram_quantile(). All that is sure is low < quantile <= high.
func (h buckets) quantile(q float64) (value, low, high float64) {
	bounds := slices.Sorted(maps.Keys(h.UpTo))
	rank, below := q*h.Count, 0.0
	for _, b := range bounds {
		n, upper := h.UpTo[b], float64(b)
		switch {
		case n < rank || n <= below:
			low, below = upper, max(below, n)
			continue
		case math.IsInf(upper, 1):
			return low, low, upper
		}
		return low + (upper-low)*(rank-below)/(n-below), low, upper
	}
	return math.NaN(), low, math.Inf(1)
}
