package transport

import "context"

// watch cancels the jobs of one context when it ends. Those of a load share theirs, so one watch serves them all.
type watch struct {
	jobs map[*job]struct{}
	stop func() bool
}

// watch has j cancelled when its context ends.
func (l *loop) watch(j *job) {
	w := l.watches[j.ctx]
	if w == nil {
		w = &watch{jobs: map[*job]struct{}{}}
		w.stop = context.AfterFunc(j.ctx, func() { l.post(w.cancel) })
		l.watches[j.ctx] = w
	}
	w.jobs[j], j.watch = struct{}{}, w
}

// unwatch forgets j, which has ended.
func (l *loop) unwatch(j *job) {
	delete(j.watch.jobs, j)
	if len(j.watch.jobs) == 0 {
		j.watch.stop()
		delete(l.watches, j.ctx)
	}
}

// cancel is called on the loop. A job that starts after it finds its context ended.
func (w *watch) cancel() {
	for j := range w.jobs {
		j.cancel()
	}
}
