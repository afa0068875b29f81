package splleed

import (
	"github.com/splleed/splleed/internal/instrument"
	"github.com/splleed/splleed/internal/metrics"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/transport"
)

// attest grades a level by what its records tell and what was seen of the client's machine meanwhile.
func (r *account) attest(l *result.Level, trials []metrics.Trial) {
	in := l.Instrument
	in.Transport = r.transport
	var clients []*result.ClientState
	var clocks []*result.Clocks
	for _, t := range trials {
		clients, clocks = append(clients, t.Client), append(clocks, t.Clocks)
		if t.Path != nil {
			delayed, connections := in.Path.DelayedAck, in.Path.NewConnections
			in.Path = *t.Path
			in.Path.DelayedAck, in.Path.NewConnections = delayed, connections
		}
	}
	in.Client, in.Clocks = instrument.Pool(clients), instrument.PoolClocks(clocks)
	instrument.Certify(l)
}

// witness watches the client's machine while a level runs. What is returned ends that, and notes what was seen.
func (r *run) witness() func(*metrics.Trial) {
	w := instrument.Watch(r.clock.Now, r.transport != "epoll", r.path.Kind != "loopback")
	return func(t *metrics.Trial) {
		seen, path := w.Stop(), r.path
		path.SharedConnections = transport.Shared(r.wire)
		t.Lag, t.Client, t.Clocks, t.Path = seen.Lag, &seen.Client, &seen.Clocks, &path
	}
}
