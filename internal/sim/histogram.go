package sim

import (
	"fmt"
	"io"
)

// histogram counts times in seconds, as a Prometheus client does.
type histogram struct {
	name   string
	bounds []float64
	counts []int64 // by bucket, each by itself; the last has no upper bound
	sum    float64
}

func newHistogram(name string, bounds ...float64) *histogram {
	return &histogram{name: name, bounds: bounds, counts: make([]int64, len(bounds)+1)}
}

// observe counts n samples of one value.
func (h *histogram) observe(seconds float64, n int) {
	i := 0
	for i < len(h.bounds) && seconds > h.bounds[i] {
		i++
	}
	h.counts[i] += int64(n)
	h.sum += seconds * float64(n)
}

func (h *histogram) write(w io.Writer, labels string) {
	fmt.Fprintf(w, "# TYPE %s histogram\n", h.name)
	n := int64(0)
	for i, bound := range h.bounds {
		n += h.counts[i]
		fmt.Fprintf(w, "%s_bucket{%sle=\"%g\"} %d\n", h.name, labels, bound, n)
	}
	n += h.counts[len(h.bounds)]
	fmt.Fprintf(w, "%s_bucket{%sle=\"+Inf\"} %d\n", h.name, labels, n)
	fmt.Fprintf(w, "%s_count{%s} %d\n%s_sum{%s} %g\n", h.name, labels, n, h.name, labels, h.sum)
}
