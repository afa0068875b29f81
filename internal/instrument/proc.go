package instrument

import (
	"math"
	"strconv"
	"strings"
)

// Of the text files in which Linux tells its counters. Each parser returns NaN where it finds nothing.

// field is column i of the first line that begins with name; NaN where there is none.
func field(text, name string, i int) float64 {
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) > i && f[0] == name {
			return float(f[i])
		}
	}
	return math.NaN()
}

func float(s string) float64 {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return x
}

// softnet finds in /proc/net/softnet_stat, a line a core, what was dropped and how often the kernel's budget ran out.
func softnet(text string) (dropped, squeezed float64) {
	n := 0
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 3 {
			continue
		}
		d, err1 := strconv.ParseUint(f[1], 16, 64)
		s, err2 := strconv.ParseUint(f[2], 16, 64)
		if err1 != nil || err2 != nil {
			continue
		}
		dropped, squeezed = dropped+float64(d), squeezed+float64(s)
		n++
	}
	if n == 0 {
		return math.NaN(), math.NaN()
	}
	return dropped, squeezed
}

// counter finds a counter in /proc/net/netstat or /proc/net/snmp: pairs of lines, names above, numbers below.
func counter(text, table, name string) float64 {
	var names []string
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != table+":" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		for i, n := range names {
			if n == name && i < len(f) {
				return float(f[i])
			}
		}
	}
	return math.NaN()
}

// turns is what the scheduler tells of threads: how long they ran and waited for a core, in seconds, and how often they
// got one.
type turns struct{ ran, waited, times float64 }

func (t turns) plus(u turns) turns {
	return turns{t.ran + u.ran, t.waited + u.waited, t.times + u.times}
}
func (t turns) minus(u turns) turns {
	return turns{t.ran - u.ran, t.waited - u.waited, t.times - u.times}
}

// noTurns is what is not known.
var noTurns = turns{math.NaN(), math.NaN(), math.NaN()}

// taken are the turns that threads have had between two looks. One that has ended meanwhile took the account of all that it
// ever had with it: it does not count.
func taken(before, after map[string]turns) (sum turns) {
	if len(after) == 0 {
		return noTurns
	}
	for thread, t := range after {
		sum = sum.plus(t.minus(before[thread])) // of none for a new one
	}
	return sum
}

// schedstat reads those of a thread.
func schedstat(text string) turns {
	f := strings.Fields(text)
	if len(f) < 3 {
		return noTurns
	}
	return turns{float(f[0]) / 1e9, float(f[1]) / 1e9, float(f[2])}
}

// netCPUs are the two cores that serve most of the packets that come in, by /proc/softirqs, the busiest first; the second
// only where it serves a tenth of them.
func netCPUs(softirqs string) []int {
	var counts []float64
	for line := range strings.Lines(softirqs) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "NET_RX:" {
			for _, x := range f[1:] {
				n, _ := strconv.ParseUint(x, 10, 64)
				counts = append(counts, float64(n))
			}
		}
	}
	all := 0.0
	for _, n := range counts {
		all += n
	}
	var cpus []int
	for range min(2, len(counts)) {
		most := 0
		for i, n := range counts {
			if n > counts[most] {
				most = i
			}
		}
		if counts[most] <= 0 || len(cpus) > 0 && counts[most] < all/10 {
			break
		}
		cpus = append(cpus, most)
		counts[most] = -1
	}
	return cpus
}
