package scrape

import (
	"math"
	"testing"
)

func TestSamples(t *testing.T) {
	check := func(body string, want ...any) {
		t.Helper()
		var got []any
		eachSample([]byte(body), func(name, labels []byte, value float64) {
			got = append(got, string(name), string(labels), value)
		})
		if len(got) != len(want) {
			t.Fatalf("%q: got %v, want %v", body, got, want)
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%q: got %v, want %v", body, got, want)
			}
		}
	}
	check("")
	check("a 1", "a", "", 1.0)
	check("# HELP a 1\n# TYPE a counter\na 2\n", "a", "", 2.0)
	check("vllm:a{x=\"1\"} 2.5e3\r\n", "vllm:a", `x="1"`, 2500.0)
	check("a {x=\"1\"} 1\n", "a", `x="1"`, 1.0)
	check("a{} 1 1700000000000\n", "a", "", 1.0)
	check("a\t{x=\"1\"}\t1\t1700000000000\n", "a", `x="1"`, 1.0)
	check("a{x=\"}\\\"} 7\"} 1 # {trace=\"1\"} 3\n", "a", `x="}\"} 7"`, 1.0)
	check("a +Inf\nb -Inf\n", "a", "", math.Inf(1), "b", "", math.Inf(-1))
	// What is broken costs no more than its line.
	check("a{x=\"1 1\na 1", "a", "", 1.0)
	check("a\n\n{x=\"1\"} 2\na b\na{x=\"1\"}\nb 2", "b", "", 2.0)
	check("<html><body>a 1</body></html>")
}

func TestLabel(t *testing.T) {
	check := func(labels, name, want string) {
		t.Helper()
		if got, ok := label([]byte(labels), name); got != want || ok != (want != "") {
			t.Errorf("%s of %s: %q, %v", name, labels, got, ok)
		}
	}
	check(`le="0.5"`, "le", "0.5")
	check(`engine="0",le="+Inf",model_name="m"`, "le", "+Inf")
	check(`engine="0" , le="1",`, "le", "1")
	check(`model_name="a,le=\"7\"",le="2"`, "le", "2")
	check(`handle="1"`, "le", "")
	check(`le="1`, "le", "")
	check(``, "le", "")
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("vllm:time_to_first_token_seconds_bucket{le=\"0.5\"} 3\nvllm:num_requests_running 2"))
	f.Add([]byte(`a{x="\`))
	f.Add([]byte(`llamacpp:prompt_tokens_total{le="` + "\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		shot := read(body)
		for quantity, h := range shot.Histograms {
			for _, q := range []float64{0, 0.5, 0.99} {
				if value, low, high := h.quantile(q); low > high || value < low-1e-9 && !math.IsInf(low, 0) && low > 0 && h.monotone() {
					t.Errorf("%s: %v is not in (%v, %v]", quantity, value, low, high)
				}
			}
		}
	})
}

// monotone reports whether a histogram is one: what is at most 1 s is at most 2 s, too.
func (h buckets) monotone() bool {
	for a, n := range h.UpTo {
		for b, m := range h.UpTo {
			if a < b && n > m || n > h.Count {
				return false
			}
		}
	}
	return true
}
