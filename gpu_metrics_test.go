package splleed_test

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/sim"
)

// managed is a server that is not simulated, as far as anybody can tell, and that splleed has started.
type managed struct{ url string }

func (managed) Engine() string { return "own" }

func (m managed) Open(context.Context, splleed.Host) (*splleed.Server, error) {
	d, _ := splleed.DialectNamed("completions")
	return &splleed.Server{URL: m.url, Model: "sim-small", Dialect: d, Managed: true, Close: func() error { return nil }}, nil
}

func simulated(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server, err := sim.New(sim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return "http://" + listener.Addr().String()
}

// gpu puts a machine's nvidia-smi on PATH: one GPU, busy at 37 % and 71.5 W, with 21,034 MiB in use.
func gpu(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	smi := `#!/bin/sh
case "$*" in
*utilization.gpu*) echo "0, 37, 71.50, 21034" ;;
*driver_version*) echo "0, NVIDIA L4, 23034, 550.54.15" ;;
esac
`
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(smi), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
}

// watched is a run of a second or so, in which GPUs are looked at ten times a second.
func watched(backend splleed.Backend, who string) splleed.Benchmark {
	return splleed.Benchmark{
		Backend: backend, Prompts: []string{"one", "two"}, Sampling: splleed.Sampling{MaxTokens: 16}, Runs: 16,
		GPUMetrics: who, ServerMetricsEveryS: 0.1,
	}
}

func TestGPUsAreWatched(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no shell scripts
	}
	gpu(t)
	url := simulated(t)
	check := func(b splleed.Benchmark) {
		t.Helper()
		results, journal := journalled(t, b)
		l := results.Results[0]
		use := l.GPU
		if use == nil || use.Source != "nvidia-smi" || use.Failed > 0 || use.PowerW == nil || *use.PowerW != 71.5 {
			t.Fatalf("%+v", use)
		}
		if g := use.Gauges["utilization_pct"]; *g.Mean != 37 || len(use.Series.TimeSec) != use.Readings {
			t.Errorf("%+v", use)
		}
		if want := 71.5 / *l.Throughput.OutputTokensPerSec; math.Abs(*use.JoulesPerOutputToken/want-1) > 1e-9 {
			t.Errorf("%g J a token, want %g", *use.JoulesPerOutputToken, want)
		}
		if len(results.Environment.GPUs) != 1 || results.GPU == nil {
			t.Errorf("the GPUs are %+v", results.Environment.GPUs)
		}
		same(t, rescored(t, splleed.Scoring{}, journal), results)
		var text strings.Builder
		results.Print(&text)
		if !strings.Contains(text.String(), "J/token") || !strings.Contains(text.String(), "71.50") {
			t.Errorf("the report does not tell of the GPU:\n%s", &text)
		}
	}
	check(watched(managed{url}, ""))
	check(watched(splleed.VLLM{Endpoint: url}, "local"))

	// The client's GPUs are not those of a server somewhere else.
	for _, b := range []splleed.Benchmark{
		watched(managed{url}, "off"), watched(splleed.VLLM{Endpoint: url}, ""), watched(splleed.Sim{}, "auto"),
	} {
		if results, _ := journalled(t, b); results.Results[0].GPU != nil || len(results.Environment.GPUs) > 0 {
			t.Errorf("%s %s: %+v", b.Backend.Engine(), b.GPUMetrics, results.Results[0].GPU)
		}
	}
}

// An exporter whose counter of energy grows by 50 J with every look.
func TestGPUsOfAnExporter(t *testing.T) {
	var looks atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the key of the server is told to somebody else")
		}
		fmt.Fprintf(w, "DCGM_FI_DEV_FB_USED{gpu=\"0\",UUID=\"GPU-0\"} 4845\n")
		fmt.Fprintf(w, "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu=\"0\",UUID=\"GPU-0\"} %d\n", 319_000_000+50_000*looks.Add(1))
	}))
	defer server.Close()
	b := watched(splleed.VLLM{Endpoint: simulated(t), Access: splleed.Access{APIKey: "secret"}}, server.URL+"/metrics")
	results, _ := journalled(t, b)
	use := results.Results[0].GPU
	if use == nil || use.Source != "dcgm" || use.PowerW == nil || *use.PowerW <= 0 || use.JoulesPerOutputToken == nil {
		t.Fatalf("%+v", use)
	}
	if g := use.Gauges["memory_mib"]; *g.Max != 4845 {
		t.Errorf("memory %+v", g)
	}
}

func TestGPUMetricsThatAreMissing(t *testing.T) {
	t.Setenv("PATH", "")
	check := func(who, want string) {
		t.Helper()
		_, err := watched(splleed.VLLM{Endpoint: simulated(t)}, who).Run(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", who, err, want)
		}
	}
	check("local", "GPU metrics (local): nvidia-smi is not on PATH")
	check(simulated(t)+"/metrics", "no GPU is among what it tells")
	check("cuda", `gpu_metrics: must be "auto", "local", "off" or the URL of a DCGM exporter`)
	check("http://me:secret@host:9400/metrics", "gpu_metrics: must be")
	if _, err := watched(managed{simulated(t)}, "auto").Run(t.Context()); err != nil {
		t.Errorf("a machine without GPUs: %v", err)
	}
}
