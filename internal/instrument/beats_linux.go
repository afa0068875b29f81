package instrument

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
)

// beats is a heartbeat: a thread on each of the busiest cores that serve the network's interrupts wakes every millisecond. How late it
// does tells for how long that core had no time for the client. Cores that the client may not use are left alone. The first
// of them also does the round of whatever else is to be seen many times a second.
type beats struct {
	now      func() time.Duration
	begin    time.Duration
	stopped  atomic.Bool
	threads  sync.WaitGroup
	cpus     []int
	late     [][]time.Duration // by thread, in the order of waking
	cost     []float64         // CPU seconds that it took, by thread
	waits    []turns           // that it took, by thread
	canary   *canary           // nil unless stamps are the client's own
	softirqs []*softirq        // nil unless packets come from elsewhere, and they can be seen
	kernel   []time.Duration   // by step: the most that any of these waited
}

// beat is the time from one waking to the next.
const beat = time.Millisecond

// startBeats starts the heartbeat; nil where it cannot.
func startBeats(now func() time.Duration, own, remote bool) *beats {
	b := &beats{now: now, begin: now(), cpus: slices.DeleteFunc(netCPUs(text("/proc/softirqs")), forbidden())}
	if len(b.cpus) == 0 {
		b.cpus = []int{-1} // wherever the scheduler likes
	}
	if own {
		b.canary = newCanary()
	}
	if remote {
		b.softirqs = softirqs("/proc")
	}
	b.late = make([][]time.Duration, len(b.cpus))
	b.cost, b.waits = make([]float64, len(b.cpus)), make([]turns, len(b.cpus))
	for i := range b.cpus {
		b.threads.Go(func() { b.run(i) })
	}
	return b
}

// forbidden reports cores that this process was not given.
func forbidden() func(cpu int) bool {
	var own unix.CPUSet
	err := unix.SchedGetaffinity(0, &own)
	return func(cpu int) bool { return err == nil && !own.IsSet(cpu) }
}

// run is one thread. It is not unlocked again: the thread ends with its settings. It may have begun long before and served
// others: what they had on it is not the heartbeat's.
func (b *beats) run(i int) {
	runtime.LockOSThread()
	cost, waits := account()
	b.wake(i)
	allCost, allWaits := account()
	b.cost[i], b.waits[i] = allCost-cost, allWaits.minus(waits)
}

// account is the CPU seconds and the turns that this thread has had so far.
func account() (cpu float64, t turns) {
	var usage unix.Rusage
	if unix.Getrusage(unix.RUSAGE_THREAD, &usage) == nil {
		cpu = seconds(usage)
	}
	return cpu, schedstat(text("/proc/thread-self/schedstat"))
}

// wake is what one thread does until the heartbeat is stopped.
func (b *beats) wake(i int) {
	if b.cpus[i] >= 0 {
		var set unix.CPUSet
		set.Set(b.cpus[i])
		_ = unix.SchedSetaffinity(0, &set)
	}
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	var next unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &next)
	zero, due := next.Nano()-int64(b.now()), next.Nano() // b.now counts on the same clock, and needs no system call
	for n := 0; !b.stopped.Load(); n++ {
		due += int64(beat)
		next = unix.NsecToTimespec(due)
		_ = unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &next, nil)
		late := b.now() - time.Duration(due-zero)
		b.late[i] = append(b.late[i], late)
		due += int64(late.Truncate(beat)) // those that were slept through are not made up for
		if i == 0 {
			b.round(n)
		}
	}
}

// round is what the first thread does at every beat.
func (b *beats) round(n int) {
	if b.canary != nil {
		b.canary.send()
	}
	if n%int(record.LagStep/beat) == 0 && b.softirqs != nil {
		step := int((b.now() - b.begin) / record.LagStep)
		for len(b.kernel) <= step {
			b.kernel = append(b.kernel, 0)
		}
		for _, s := range b.softirqs {
			b.kernel[step] = max(b.kernel[step], s.waited())
		}
	}
}

// stop ends the heartbeat and tells what it found, and the turns of its threads.
func (b *beats) stop(c *result.ClientState, took float64) (lag *record.Lag, own turns) {
	b.stopped.Store(true)
	b.threads.Wait()
	var late []time.Duration
	cost := 0.0
	for i := range b.late {
		late = append(late, b.late[i]...)
		cost, own = cost+b.cost[i], own.plus(b.waits[i])
	}
	slices.Sort(late)
	c.HeartbeatCPUs = slices.DeleteFunc(b.cpus, func(cpu int) bool { return cpu < 0 })
	if n := len(late); n > 0 {
		c.HeartbeatP99Ms, c.HeartbeatMaxMs = known(ms(late[(n-1)*99/100])), known(ms(late[n-1]))
	}
	c.HeartbeatCores = known(cost / took)
	lag = &record.Lag{T0: record.At(b.begin)}
	if b.softirqs != nil {
		lag.Kernel = around(b.kernel)
		c.SoftirqDelayMaxMs = known(ms(slices.Max(append(b.kernel, 0))))
		for _, s := range b.softirqs {
			s.close()
		}
	}
	if b.canary != nil {
		lag.User = around(b.canary.stop(b.begin, b.now))
	}
	return lag, own
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// around is, for each step, the most of it and of its neighbours: what is seen in one may belong to another.
func around(steps []time.Duration) []time.Duration {
	wide := slices.Clone(steps)
	for i := range steps {
		for j := max(0, i-1); j <= min(i+1, len(steps)-1); j++ {
			wide[i] = max(wide[i], steps[j])
		}
	}
	return wide
}
