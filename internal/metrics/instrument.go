package metrics

import (
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// instrument is what the records tell of the client's own part. It has no grade yet.
func (l Level) instrument(p population) *result.Instrument {
	in := &result.Instrument{Reasons: []string{}}
	late := l.lateness()
	var lateness, delay stats.Tally
	departed := 0
	sources := map[record.StampSource]bool{}
	for _, r := range p.offered {
		if r.Sent.Set() {
			lateness.Add(ms(late[r]))
		}
		if r.SentEndSource == record.StampKernel {
			departed++
		}
		if r.Arrivals.Len() > 0 || r.StampSource == record.StampKernel { // what was computed has no arrival
			sources[r.StampSource] = true
		}
		if r.StampSource == record.StampKernel {
			delay.Add(ms(r.StampDelay))
		}
		in.Loss = lost(in.Loss, r.TCP)
		for a := range r.Arrivals.All() {
			if a.Events > 1 {
				in.Coalesced++
			}
			if a.Events > 1 && a.Bound > 0 {
				in.Merged++
			}
		}
	}
	in.Stamps = stamps(sources)
	if departed > 0 {
		in.Departed = number(float64(departed) / float64(lateness.N()))
	}
	if delay.N() > 0 {
		s := summarize(&delay, float64(delay.N()))
		in.Delay = &s
	}
	s := summarize(&lateness, float64(lateness.N()))
	in.Lateness = &s
	in.Stimulus, in.Backlog = l.stimulus(p), l.backlog(p)
	in.Path.DelayedAck = delayedAck(p.served)
	in.Path.NewConnections = number(float64(l.requests(p).NewConnections) / float64(len(p.offered)))
	in.Lag = l.lag()
	return in
}

// lost adds what one request lost to the losses so far, of which there are none where nobody counted.
func lost(sum *result.Loss, c record.TCP) *result.Loss {
	if c == (record.TCP{}) {
		return sum
	}
	if sum == nil {
		sum = new(result.Loss)
	}
	sum.Retransmitted += c.Retransmitted
	sum.OutOfOrder += c.OutOfOrder
	if c.Retransmitted+c.OutOfOrder > 0 {
		sum.Requests++
	}
	return sum
}

func stamps(sources map[record.StampSource]bool) string {
	switch {
	case len(sources) > 1:
		return "mixed"
	case sources[record.StampKernel]:
		return string(record.StampKernel)
	}
	return string(record.StampUser)
}

// lag summarizes by how much the stamps of the first arrivals may be late; nil where nobody measured it.
func (l Level) lag() *result.Summary {
	var lags stats.Tally
	for _, t := range l.Trials {
		if t.Lag == nil {
			continue
		}
		for _, r := range t.Records {
			if r.Phase == record.Measured && r.Arrivals.Len() > 0 && t.Lag.Knows(r.StampSource) {
				lags.Add(ms(t.Lag.Of(r.Arrivals.First(), r.StampSource)))
			}
		}
	}
	if lags.N() == 0 {
		return nil
	}
	s := summarize(&lags, float64(lags.N()))
	return &s
}
