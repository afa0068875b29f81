package metrics

import (
	"slices"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// stimulus holds the load that was sent against the one that was asked for.
func (l Level) stimulus(p population) result.Stimulus {
	var s result.Stimulus
	if l.Open {
		l.arrivals(&s)
	} else if l.kind(p) == fullSwing {
		slots := l.Slots
		s.InFlightTarget, s.InFlight = &slots, number(l.inFlight())
	}
	for _, r := range p.offered {
		if r.Failure != nil && r.Failure.Own {
			s.OwnFailures++
		}
	}
	asked, got := 0, 0
	for _, r := range p.served {
		asked, got = asked+r.RequestedMax, got+int(r.OutputTokens)
	}
	s.OutputOfAsked = number(float64(got) / float64(asked))
	return s
}

// arrivals compares the gaps between sends with those between the moments when the requests could go.
func (l Level) arrivals(s *result.Stimulus) {
	late := l.lateness()
	var could, did []float64 // gaps, in ms, of all trials
	for _, t := range l.Trials {
		var due, sent []record.Stamp
		for _, r := range t.Records {
			if r.Phase == record.Measured && r.Sent.Set() {
				due, sent = append(due, r.Sent-record.Stamp(late[r])), append(sent, r.Sent)
			}
		}
		could, did = append(could, gapsOf(due)...), append(did, gapsOf(sent)...)
	}
	mean := stats.Mean(could)
	s.MeanGapMs, s.Delivered = number(mean), number(mean/stats.Mean(did))
	if before, after := stats.Std(could)/mean, stats.Std(did)/stats.Mean(did); number(before) != nil && number(after) != nil {
		s.ScheduledDispersion, s.Dispersion = &before, &after
	}
}

// gapsOf are the gaps between moments, in ms.
func gapsOf(at []record.Stamp) (gaps []float64) {
	slices.Sort(at)
	for i := 1; i < len(at); i++ {
		gaps = append(gaps, ms(at[i].Sub(at[i-1])))
	}
	return gaps
}

// inFlight is how many requests were in flight on average over the windows. Those whose connection was being made are among
// them: it is not the client that they waited for.
func (l Level) inFlight() float64 {
	busy, windows := 0.0, 0.0
	for _, t := range l.Trials {
		windows += t.T1.Sub(t.T0).Seconds()
		for _, r := range t.Records {
			from := r.Scheduled // of one that got no connection
			if r.Sent.Set() {
				from = r.Sent - record.Stamp(connecting(r))
			}
			if from, to := max(from, t.T0), min(r.Done, t.T1); from < to {
				busy += to.Sub(from).Seconds()
			}
		}
	}
	return busy / windows
}
