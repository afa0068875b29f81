//go:build !linux

package instrument

import (
	"math"
	"time"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// What Linux tells, others do not, or not alike.

func count() counters {
	nan := math.NaN()
	return counters{cpu: nan, throttled: nan, squeezed: nan, dropped: nan, pruned: nan, collapsed: nan, resent: nan}
}

type beats struct{}

func startBeats(func() time.Duration, bool, bool) *beats { return nil }

func (*beats) stop(*result.ClientState, float64) (*record.Lag, turns) { return nil, turns{} }

func others() (reading, bool) { return reading{}, false }

func clockSource() *string { return nil }
