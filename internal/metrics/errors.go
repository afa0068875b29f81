package metrics

import (
	"slices"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// start is what a reading counts from.
type start struct {
	at   record.Stamp
	late time.Duration // how much later it would have been, but for the client
}

// errors adds to each metric how wrong its statistics may be. Grades are for others to give.
func (l Level) errors(out *result.Level) {
	response, headline := l.response(), l.headline()
	for _, m := range latencies {
		metric, ok := out.Metrics[m.name]
		if !ok || m.ends == nil || metric.Served.N == 0 {
			continue
		}
		e := &result.Error{Reasons: []string{}, Served: l.ends(m, headline, 0)}
		if metric.Offered != nil {
			offered := l.ends(m, headline, metric.Offered.Lost)
			e.Offered = &offered
		}
		if m.fromStart {
			fromDue, fromSent := l.ends(m, response, 0), l.ends(m, sent, 0)
			e.Response, e.Service = &fromDue, &fromSent
		}
		metric.Instrument = e
		out.Metrics[m.name] = metric
	}
}

// headline is what the level's own readings count from.
func (l Level) headline() func(*record.Record) start {
	if l.Open {
		return l.response()
	}
	return sent
}

// response is the start of a response time, which the client may have sent late.
func (l Level) response() func(*record.Record) start {
	late := l.lateness()
	return func(r *record.Record) start { return start{r.Scheduled, late[r]} }
}

// sent is the start of a service time. The stamp is taken before the kernel is given the first byte, and the next one
// when it has the last: it got the first one between the two.
func sent(r *record.Record) start { return start{r.Sent, max(0, r.SentEnd.Sub(r.Sent))} }

// ends are those of the successes, and of so many lost requests beside them.
func (l Level) ends(m latency, from func(*record.Record) start, lost int) result.Ends {
	return l.endsOf(m, from, lost).summary()
}

// endsOf gathers what the samples of the successes may truly be, beside so many lost requests.
func (l Level) endsOf(m latency, from func(*record.Record) start, lost int) *ends {
	e := &ends{lost: lost}
	for _, t := range l.Trials {
		for _, r := range t.Records {
			if r.Phase == record.Measured && r.OK() {
				m.ends(e, r, from(r), t.Lag)
			}
		}
	}
	return e
}

// lateness is how long after it could go each request went: after it was due and, under a cap of n, after the end that
// let it through, which is the k-th for the k+n-th to go. Making a
// connection is not the client's own doing.
func (l Level) lateness() map[*record.Record]time.Duration {
	late := map[*record.Record]time.Duration{}
	for _, t := range l.Trials {
		gone := slices.DeleteFunc(slices.Clone(t.Records), func(r *record.Record) bool { return !r.Sent.Set() })
		slices.SortFunc(gone, func(a, b *record.Record) int { return int(a.Sent - b.Sent) })
		var ends []record.Stamp
		for _, r := range gone {
			ends = append(ends, r.Done)
		}
		slices.Sort(ends)
		for i, r := range gone {
			could := r.Scheduled
			if l.Cap > 0 && i >= l.Cap {
				could = max(could, ends[i-l.Cap])
			}
			late[r] = max(0, r.Sent.Sub(could)-connecting(r))
		}
	}
	return late
}

// connecting is how long a request was held back by making its connection. One that was sent again was sent before that.
func connecting(r *record.Record) time.Duration {
	if r.Resent {
		return 0
	}
	return r.Connect
}
