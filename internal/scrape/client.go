package scrape

import (
	"time"

	"github.com/splleed/splleed/internal/record"
)

// tally is samples of which only the mean is wanted, in seconds.
type tally struct {
	n   int
	sum float64
}

func (t *tally) add(n int, d time.Duration) {
	t.n += n
	t.sum += d.Seconds()
}

func (t *tally) merge(other tally) { t.n, t.sum = t.n+other.n, t.sum+other.sum }

func (t tally) mean() float64 { return t.sum / float64(t.n) }

// observed is what we saw of the events that a server's histograms count from one moment to another: of any request,
// whatever its phase, since a server knows of none. All count from when the request was sent: what it waited before that,
// no server sees.
func observed(rs []*record.Record, from, to record.Stamp) map[string]*tally {
	all := map[string]*tally{ttft: {}, itl: {}, tpot: {}, e2e: {}}
	within := func(s record.Stamp) bool { return s.Set() && from <= s && s < to }
	for _, r := range rs {
		first, last := record.Unset, record.Unset
		for a := range r.Arrivals.All() {
			if r.Whole {
				break // when its tokens were made, only the server knows
			}
			if !first.Set() {
				first = a.At
				if within(first) {
					all[ttft].add(1, first.Sub(r.Sent))
				}
			} else if within(a.At) {
				all[itl].add(a.Tokens, a.At.Sub(last))
			}
			last = a.At
		}
		if !r.OK() || !within(r.Finish) {
			continue
		}
		all[e2e].add(1, r.Finish.Sub(r.Sent))
		if n := int(r.OutputTokens) - 1; n > 0 && first.Set() {
			all[tpot].add(1, last.Sub(first)/time.Duration(n))
		}
	}
	return all
}

// generated is the tokens that requests got: at least those of the ones that ended well, and at most what the others may
// have got, too, before the server took note.
type generated struct {
	seen, least, most int
	whole             bool // no request was cut off, or failed
	guessed           bool // not counted by the server
}

func tokensOf(rs []*record.Record) generated {
	g := generated{whole: true}
	for _, r := range rs {
		n := max(int(r.OutputTokens), delivered(r))
		g.seen += n
		if r.OK() {
			g.least, g.most = g.least+n, g.most+n
			g.guessed = g.guessed || r.CountSource == record.FromEvents
			continue
		}
		g.whole = false
		g.most += max(n, r.RequestedMax)
	}
	return g
}

func delivered(r *record.Record) (n int) {
	for a := range r.Arrivals.All() {
		n += a.Tokens
	}
	return n
}

// prompted is the prompt tokens of the requests that ended well; false where the server did not count some.
func prompted(rs []*record.Record) (n int, known bool) {
	for _, r := range rs {
		if r.OK() {
			if !r.InputTokens.Known() {
				return 0, false
			}
			n += int(r.InputTokens)
		}
	}
	return n, true
}
