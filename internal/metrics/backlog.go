package metrics

import (
	"math"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/stats"
)

// Of the verdict on a backlog.
const (
	backlogBlocks = 10
	backlogTurns  = 3     // times the median E2E that a window must last to tell growth from filling up
	backlogShare  = 0.05  // of the arrivals that must stay behind
	backlogT      = 3.355 // Student's t of 8 degrees of freedom, one-sided 99.5 %
)

// backlog is how the number of requests in the system, waiting ones included, grew over the window of an open loop: the
// slope of a straight line through its means over ten blocks of time. It is unstable where that is both clearly above zero
// and a twentieth of the arrivals or more.
func (l Level) backlog(p population) *result.Backlog {
	if !l.Open || len(p.offered) == 0 {
		return nil
	}
	slope, t, seconds := 0.0, math.Inf(1), math.Inf(1)
	for _, trial := range l.Trials {
		s, score := trial.growth()
		slope += s / float64(len(l.Trials))
		t, seconds = min(t, score), min(seconds, trial.T1.Sub(trial.T0).Seconds())
	}
	if number(slope) == nil {
		return nil
	}
	b := &result.Backlog{SlopePerSec: slope}
	if took := l.samples(latency{samples: e2e}, p.served, l.start); took.N() > 0 && seconds*1000 >= backlogTurns*took.Quantile(0.5) {
		rate := float64(len(p.offered)) / l.seconds(p)
		unstable := t > backlogT && slope > backlogShare*rate
		b.Unstable = &unstable
	}
	return b
}

// growth is the slope of the backlog per second, and how many of its standard errors that is.
func (t Trial) growth() (slope, score float64) {
	width := t.T1.Sub(t.T0).Seconds() / backlogBlocks
	var means [backlogBlocks]float64
	for _, r := range t.Records {
		for i := range means {
			from := t.T0 + record.Stamp(float64(i)*width*1e9)
			to := from + record.Stamp(width*1e9)
			if from, to := max(from, r.Scheduled), min(to, r.Done); from < to {
				means[i] += to.Sub(from).Seconds() / width
			}
		}
	}
	perBlock := stats.Trend(means[:])
	return perBlock.Mean / width, perBlock.Mean / perBlock.StdErr
}
