package scrape

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// fakeSMI puts an nvidia-smi on PATH that answers to what splleed asks, and to nothing else.
func fakeSMI(t *testing.T, script string) {
	t.Helper()
	dir := t.TempDir()
	script = "#!/bin/sh\n[ \"$*\" = '--query-gpu=index,utilization.gpu,power.draw,memory.used --format=csv,noheader,nounits' ] || exit 2\n" + script
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

func TestNvidiaSMI(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no shell scripts
	}
	check := func(script string, want map[string]float64) {
		t.Helper()
		fakeSMI(t, script)
		if got, err := NvidiaSMI(t.Context()); err != nil || got.Engine != "nvidia-smi" || !reflect.DeepEqual(got.Values, want) {
			t.Errorf("%s: %+v, %v", script, got, err)
		}
	}
	check(`echo "0, 37, 71.52, 21034"`, map[string]float64{utilization: 37, power: 71.52, memory: 21034})
	check(`printf '0, 90, 300.5, 70000\n1, 10, 100.5, 600\n'`, map[string]float64{
		utilization: 50, power: 401, memory: 70600,
		"gpu0_utilization_pct": 90, "gpu0_power_w": 300.5, "gpu0_memory_mib": 70000,
		"gpu1_utilization_pct": 10, "gpu1_power_w": 100.5, "gpu1_memory_mib": 600,
	})
	// What one GPU does not tell is not known of all.
	check(`printf '0, 90, [N/A], 70000\n1, 10, 100.5, [N/A]\n'`, map[string]float64{
		utilization: 50, "gpu0_utilization_pct": 90, "gpu0_memory_mib": 70000, "gpu1_utilization_pct": 10, "gpu1_power_w": 100.5,
	})
	check(`echo "0, [N/A], [Not Supported], [Unknown Error]"`, map[string]float64{})

	refused := func(script, want string) {
		t.Helper()
		fakeSMI(t, script)
		if _, err := NvidiaSMI(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", script, err, want)
		}
	}
	refused("echo 'No devices were found'", "no GPU")
	refused("echo 'NVIDIA-SMI has failed because it could not talk to the driver.'; exit 9", "exit status 9: NVIDIA-SMI has failed")
	t.Setenv("PATH", "")
	if _, err := NvidiaSMI(t.Context()); err == nil || !strings.Contains(err.Error(), "not on PATH") {
		t.Errorf("without nvidia-smi: %v", err)
	}
}

func exporter(t *testing.T, body string) *Endpoint {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(body)) }))
	t.Cleanup(s.Close)
	return NewEndpoint(s.URL, nil, nil, nil)
}

func TestDCGM(t *testing.T) {
	text, err := os.ReadFile("testdata/dcgm.txt")
	if err != nil {
		t.Fatal(err)
	}
	got, err := exporter(t, string(text)).ReadGPUs(t.Context())
	want := map[string]float64{
		utilization: 50, power: 500, memory: 74849, energy: 320000,
		"gpu0_utilization_pct": 97, "gpu0_power_w": 409.692, "gpu0_memory_mib": 74845, "gpu0_energy_j": 319159.391,
		"gpu1_utilization_pct": 3, "gpu1_power_w": 90.308, "gpu1_memory_mib": 4, "gpu1_energy_j": 840.609,
	}
	if err != nil || got.Engine != "dcgm" || !reflect.DeepEqual(got.Values, want) {
		t.Errorf("%+v, %v", got, err)
	}
	// The exporter's numbers for "not known" are none.
	got, err = exporter(t, `DCGM_FI_DEV_GPU_UTIL{gpu="0"} 2147483632
DCGM_FI_DEV_POWER_USAGE{gpu="0"} 140737488355328
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu="0"} 9223372036854775794
DCGM_FI_DEV_FB_USED{gpu="0"} 12
`).ReadGPUs(t.Context())
	if err != nil || !reflect.DeepEqual(got.Values, map[string]float64{memory: 12}) {
		t.Errorf("blanks: %+v, %v", got.Values, err)
	}
	if _, err := exporter(t, "vllm:num_requests_running 1\n").ReadGPUs(t.Context()); err == nil || !strings.Contains(err.Error(), "no GPU") {
		t.Errorf("of a server: %v", err)
	}
}

// use describes levels of 4 s, each with readings of all GPUs at the seconds that are given.
func use(levels ...map[float64]map[string]float64) []Level {
	var all []Level
	for _, readings := range levels {
		l := Level{T0: record.At(10 * time.Second), T1: record.At(14 * time.Second)}
		for s := -2.0; s <= 6; s += 0.5 {
			if values, ok := readings[s]; ok {
				l.Shots = append(l.Shots, Snapshot{At: 10*time.Second + time.Duration(s*1e9), Engine: "dcgm", Values: values})
			}
		}
		all = append(all, l)
	}
	return all
}

func watts(w float64) map[string]float64 { return map[string]float64{power: w} }

func joules(j float64) map[string]float64 { return map[string]float64{power: 1, energy: j} }

func TestPower(t *testing.T) {
	check := func(want string, levels ...map[float64]map[string]float64) {
		t.Helper()
		got := "unknown"
		if w := DescribeGPUs(use(levels...)).PowerW; w != nil {
			got = fmt.Sprint(*w)
		}
		if got != want {
			t.Errorf("%v: %s W, want %s", levels, got, want)
		}
	}
	busy := map[float64]map[string]float64{-1: watts(50), 1: watts(200), 3: watts(300), 5: watts(50)}
	check("250", busy)                                                            // (200 + 300) / 2: the quiet before and after does not count
	check("200", busy, map[float64]map[string]float64{2: watts(150)})             // windows are of one length
	check("unknown", map[float64]map[string]float64{-1: watts(50), 5: watts(50)}) // none in the window
	check("unknown", busy, map[float64]map[string]float64{-1: watts(50)})         // none in one of the windows
	check("unknown", map[float64]map[string]float64{1: {utilization: 5}})         // no power
	check("300", map[float64]map[string]float64{-1: joules(1000), 0.5: joules(1100), 2: joules(1550), 4.5: joules(2300)})
	// An exporter that has new figures at 1 s and 3 s alone: 900 J in 2 s.
	stale := map[float64]map[string]float64{
		-1: joules(100), 0.5: joules(100), 1: joules(700), 2: joules(700), 3: joules(1600), 3.5: joules(1600), 5: joules(1600),
	}
	check("450", stale)
	check("unknown", map[float64]map[string]float64{-1: joules(100), 2: joules(700), 5: joules(700)}) // renewed once: since when?
	check("unknown", map[float64]map[string]float64{-1: joules(100), 1: joules(700), 2: joules(50), 3: joules(90), 5: joules(95)})
}

func TestDescribeGPUs(t *testing.T) {
	l := use(map[float64]map[string]float64{
		-1: {power: 50, memory: 10, "gpu0_energy_j": 5}, 1: {power: 200, memory: 30, "gpu0_energy_j": 7}, 5: {power: 60, memory: 20, "gpu0_energy_j": 9},
	})
	l[0].Failed, l[0].Example = 2, errors.New("nvidia-smi: no answer within 5s").Error()
	u := DescribeGPUs(l)
	if u.Source != "dcgm" || u.Readings != 3 || u.Failed != 2 || u.FailedExample == "" || *u.PowerW != 200 {
		t.Errorf("%+v", u)
	}
	if g := u.Gauges[memory]; g.N != 1 || *g.Max != 30 || *g.Start != 10 || *g.End != 20 {
		t.Errorf("memory: %+v", g)
	}
	if _, gauge := u.Gauges["gpu0_energy_j"]; gauge {
		t.Error("a counter among the gauges")
	}
	if s := u.Series; !reflect.DeepEqual(s.TimeSec, []float64{-1, 1, 5}) || *s.Values["gpu0_energy_j"][2] != 4 || *s.Values[power][2] != 60 {
		t.Errorf("series: %+v", s)
	}
	if u := DescribeGPUs(append(l, l...)); u.Series != nil || u.Readings != 6 {
		t.Errorf("pooled: %+v", u)
	}
	if u := DescribeGPUs(append(l, Level{})); u.PowerW == nil || *u.PowerW != 200 {
		t.Errorf("beside a trial that did not run: %+v", u)
	}
	if u := DescribeGPUs([]Level{{}}); u != nil {
		t.Errorf("of nothing: %+v", u)
	}
}
