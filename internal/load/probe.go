package load

import "github.com/splleed/splleed/internal/record"

// probe sends a thin stream of requests beside the load, whatever that does: what a single small request meets on a busy
// server. Probes are no load: they take no slot and no place under a cap.
func (r *runner) probe() {
	begin := r.Clock.Now() + lead
	for {
		due := r.Probe()
		if !r.sleep(begin + due - lead) {
			return
		}
		r.mu.Lock()
		if r.over || r.ctx.Err() != nil {
			r.mu.Unlock()
			return
		}
		r.probing++
		r.start(ticket{phase: record.Probe}, -1, record.At(begin+due), begin+due, func(*record.Record) { r.probing-- })
		r.mu.Unlock()
	}
}
