package instrument

import "github.com/splleed/splleed/internal/result"

// Pool is several trials' clients as one: times and counts are sums, shares are weighted by time, extremes are the worst.
// What one of them did not tell is left out.
func Pool(all []*result.ClientState) *result.ClientState {
	var sum *result.ClientState
	for _, c := range all {
		switch {
		case c == nil:
		case sum == nil:
			one := *c
			sum = &one
		default:
			*sum = both(*sum, *c)
		}
	}
	return sum
}

func both(a, b result.ClientState) result.ClientState {
	weighted := func(x, y *float64) *float64 {
		return with(x, y, func(x, y float64) float64 {
			return (x*a.DurationSec + y*b.DurationSec) / (a.DurationSec + b.DurationSec)
		})
	}
	add := func(x, y float64) float64 { return x + y }
	worst := func(x, y float64) float64 { return max(x, y) }
	count := func(x, y int) int { return x + y }
	return result.ClientState{
		DurationSec:       a.DurationSec + b.DurationSec,
		CPUCores:          weighted(a.CPUCores, b.CPUCores),
		RunDelayShare:     weighted(a.RunDelayShare, b.RunDelayShare),
		RunDelayMs:        with(a.RunDelayMs, b.RunDelayMs, add),
		RunDelayMeanMs:    weighted(a.RunDelayMeanMs, b.RunDelayMeanMs),
		StealShare:        weighted(a.StealShare, b.StealShare),
		ThrottledMs:       with(a.ThrottledMs, b.ThrottledMs, add),
		GCPauseMaxMs:      with(a.GCPauseMaxMs, b.GCPauseMaxMs, worst),
		HeartbeatCPUs:     a.HeartbeatCPUs,
		HeartbeatP99Ms:    with(a.HeartbeatP99Ms, b.HeartbeatP99Ms, worst),
		HeartbeatMaxMs:    with(a.HeartbeatMaxMs, b.HeartbeatMaxMs, worst),
		HeartbeatCores:    weighted(a.HeartbeatCores, b.HeartbeatCores),
		SoftirqDelayMaxMs: with(a.SoftirqDelayMaxMs, b.SoftirqDelayMaxMs, worst),
		SoftnetSqueezed:   with(a.SoftnetSqueezed, b.SoftnetSqueezed, count),
		SoftnetDropped:    with(a.SoftnetDropped, b.SoftnetDropped, count),
		RcvPruned:         with(a.RcvPruned, b.RcvPruned, count),
		RcvCollapsed:      with(a.RcvCollapsed, b.RcvCollapsed, count),
		Retransmits:       with(a.Retransmits, b.Retransmits, count),
	}
}

// with is f of both; of one, that.
func with[T any](x, y *T, f func(T, T) T) *T {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	v := f(*x, *y)
	return &v
}

// PoolClocks is several trials' clocks as one: the worst of each.
func PoolClocks(all []*result.Clocks) *result.Clocks {
	var sum *result.Clocks
	worst := func(x, y float64) float64 { return max(x, y) }
	for _, c := range all {
		switch {
		case c == nil:
		case sum == nil:
			one := *c
			sum = &one
		default:
			sum.Steps += c.Steps
			sum.BracketUs, sum.JitterUs = with(sum.BracketUs, c.BracketUs, worst), with(sum.JitterUs, c.JitterUs, worst)
			sum.SlewPPM = with(sum.SlewPPM, c.SlewPPM, func(x, y float64) float64 {
				if y*y > x*x {
					return y
				}
				return x
			})
			sum.SuspendedMs = with(sum.SuspendedMs, c.SuspendedMs, worst)
		}
	}
	return sum
}
