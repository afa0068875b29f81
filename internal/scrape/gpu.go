package scrape

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/smi"
)

// Quantities of GPUs. Beside the one of all GPUs, "power_w", there is that of each where there are several: "gpu0_power_w".
const (
	utilization = "utilization_pct" // share of time in which a kernel ran; of all GPUs: their mean
	power       = "power_w"
	memory      = "memory_mib"
	energy      = "energy_j" // since some moment: only grows
)

// cards are GPUs by their index, and what each does by quantity: what a GPU does not tell is not there.
type cards map[string]map[string]float64

// set notes what a GPU does.
func (c cards) set(gpu, quantity string, x float64) {
	if c[gpu] == nil {
		c[gpu] = map[string]float64{}
	}
	c[gpu][quantity] = x
}

// snapshot adds the GPUs up. What one of them does not tell, nobody knows of all.
func (c cards) snapshot(source string) (Snapshot, error) {
	if len(c) == 0 {
		return Snapshot{}, errors.New("no GPU is among what it tells")
	}
	s := Snapshot{Engine: source, Values: map[string]float64{}}
	told := map[string]int{}
	for gpu, values := range c {
		for quantity, x := range values {
			told[quantity]++
			s.Values[quantity] += x
			if len(c) > 1 {
				s.Values["gpu"+gpu+"_"+quantity] = x
			}
		}
	}
	for quantity, n := range told {
		if n < len(c) {
			delete(s.Values, quantity)
		} else if quantity == utilization {
			s.Values[quantity] /= float64(n)
		}
	}
	return s, nil
}

// NvidiaSMI reads the GPUs of this machine.
func NvidiaSMI(ctx context.Context) (Snapshot, error) {
	asked := []string{utilization, power, memory}
	rows, err := smi.Query(ctx, "index", "utilization.gpu", "power.draw", "memory.used")
	if err != nil {
		return Snapshot{}, err
	}
	all := cards{}
	for _, row := range rows {
		all[row[0]] = map[string]float64{}
		for i, quantity := range asked {
			if x, err := strconv.ParseFloat(row[1+i], 64); err == nil { // not "[N/A]"
				all.set(row[0], quantity, x)
			}
		}
	}
	return all.snapshot("nvidia-smi")
}

// dcgm is how a DCGM exporter calls what splleed looks for, and from where on a number stands for "not known" there.
var dcgm = map[string]struct {
	quantity string
	unit     float64
	blank    float64
}{
	"DCGM_FI_DEV_GPU_UTIL":                 {utilization, 1, 1<<31 - 16},
	"DCGM_FI_DEV_POWER_USAGE":              {power, 1, 1 << 47},
	"DCGM_FI_DEV_FB_USED":                  {memory, 1, 1<<31 - 16},
	"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION": {energy, 1e-3, 1 << 62},
}

// ReadGPUs asks a DCGM exporter once.
func (e *Endpoint) ReadGPUs(ctx context.Context) (Snapshot, error) {
	body, err := e.get(ctx)
	if err != nil {
		return Snapshot{}, err
	}
	all := cards{}
	eachSample(body, func(name, labels []byte, value float64) {
		term, known := dcgm[string(name)]
		gpu, has := label(labels, "gpu")
		_, slice := label(labels, "GPU_I_ID") // of a GPU that is shared out; it is told of as a whole, too
		if known && has && !slice && value >= 0 && value < term.blank {
			all.set(gpu, term.quantity, value*term.unit)
		}
	})
	return all.snapshot("dcgm")
}

// DescribeGPUs is what the server's GPUs did in one trial or in several pooled ones. It is nil where nobody told.
func DescribeGPUs(levels []Level) *result.GPUUse {
	var v view
	var watts mean
	for _, l := range levels {
		if v.look(l) {
			v.gauge(l, l.stretch())
		}
		watts.of(l)
	}
	s := &v.server
	if s.Scrapes == 0 {
		return nil
	}
	if len(levels) == 1 {
		v.single(levels[0])
	}
	return &result.GPUUse{
		Source: s.Engine, Readings: s.Scrapes, Failed: s.Failed, FailedExample: s.FailedExample,
		ReadingMeanMs: s.ScrapeMeanMs, ReadingMaxMs: s.ScrapeMaxMs,
		Gauges: s.Gauges, PowerW: watts.watts(), Series: s.Series,
	}
}

// mean is power over windows.
type mean struct {
	joules, seconds float64
	unknown         bool // in some window
}

func (m *mean) of(l Level) {
	w, known := l.power()
	seconds := l.T1.Sub(l.T0).Seconds()
	if seconds <= 0 {
		return // it did not run
	}
	m.unknown = m.unknown || !known
	m.joules, m.seconds = m.joules+w*seconds, m.seconds+seconds
}

func (m *mean) watts() *float64 {
	if m.unknown || m.seconds <= 0 {
		return nil
	}
	return number(m.joules / m.seconds)
}

// power is the mean in the window, in watts: by the GPUs' counters of energy where there are some, else by what the
// readings in the window say.
func (l Level) power() (watts float64, known bool) {
	if len(l.Shots) == 0 {
		return 0, false
	}
	if _, counts := l.Shots[0].Values[energy]; counts {
		return l.burnt()
	}
	n := 0
	for _, shot := range l.Shots {
		if w, told := shot.Values[power]; told && l.T0 <= record.At(shot.At) && record.At(shot.At) < l.T1 {
			watts, n = watts+w, n+1
		}
	}
	return watts / float64(n), n > 0
}

// burnt is growth of the counters around the window over time, from the first reading that is new to the last. An
// exporter may renew what it tells less often than it is asked (every 30 s if left alone), and only where a reading
// differs from the one before is it known when it was made; less than two of those say nothing.
func (l Level) burnt() (watts float64, known bool) {
	var fresh []Snapshot
	around := l.stretch()
	for i := 1; i < len(around); i++ {
		before, is := around[i-1].Values[energy]
		now, still := around[i].Values[energy]
		if is && still && now < before {
			return 0, false // the driver was loaded anew
		}
		if is && still && now > before {
			fresh = append(fresh, around[i])
		}
	}
	if len(fresh) < 2 {
		return 0, false
	}
	first, last := fresh[0], fresh[len(fresh)-1]
	return (last.Values[energy] - first.Values[energy]) / (last.At - first.At).Seconds(), true
}

// kindOf is the kind of a quantity, of a GPU's too.
func kindOf(quantity string) kind {
	if strings.HasSuffix(quantity, energy) {
		return counter
	}
	return kinds[quantity]
}
