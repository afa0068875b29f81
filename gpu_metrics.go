package splleed

import (
	"context"
	"fmt"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/scrape"
	"github.com/splleed/splleed/internal/secret"
)

func (b Benchmark) checkGPUMetrics(bad *invalid.Fields) {
	words := b.GPUMetrics == "" || b.GPUMetrics == "auto" || b.GPUMetrics == "local" || b.GPUMetrics == "off"
	bad.Check(words || isMetricsURL(b.GPUMetrics), "gpu_metrics", `must be "auto", "local", "off" or the URL of a DCGM exporter, such as "http://localhost:9400/metrics"`)
}

// gpusHere reports whether the server's GPUs are known to be those of this machine.
func (r *run) gpusHere() bool {
	return r.b.GPUMetrics == "local" || r.b.GPUMetrics == "auto" && r.server.Managed && !r.server.Simulated
}

// gpuMetrics is who tells of the server's GPUs; the zero value where nobody does, which is an error only if the user said
// that somebody does.
func (r *run) gpuMetrics(ctx context.Context) (teller, error) {
	var t teller
	switch {
	case r.b.GPUMetrics == "off":
		return t, nil
	case isMetricsURL(r.b.GPUMetrics):
		exporter := scrape.NewEndpoint(r.b.GPUMetrics, nil, r.b.trusted, r.b.proxy())
		t = teller{read: exporter.ReadGPUs, close: exporter.Close}
	case r.gpusHere():
		t.read = scrape.NvidiaSMI
	default:
		return t, nil
	}
	_, err := t.read(ctx)
	switch {
	case err == nil:
		return t, nil
	case r.b.GPUMetrics == "auto":
		return teller{}, nil // most machines have no GPU
	}
	return teller{}, fmt.Errorf("GPU metrics (%s): %w", secret.Text(r.b.GPUMetrics), err)
}
