package schedule

import (
	"math"
	"testing"
	"time"

	"gonum.org/v1/gonum/stat/distuv"
)

// laws are the shapes with their rates written down a second time: as functions of time, where shape.go inverts integrals.
// All expect about 100,000 arrivals in 1,000 s.
var laws = []struct {
	shape string
	mean  float64
	rate  func(t float64) float64
}{
	{"", 100, func(float64) float64 { return 100 }},
	{"bursts:2s/8s", 100, func(t float64) float64 {
		if math.Mod(t, 10) < 2 {
			return 500
		}
		return 0
	}},
	{"sine:5m/0.8", 100, func(t float64) float64 { return 100 * (1 + 0.8*math.Sin(2*math.Pi*t/300)) }},
	{"ramp:0..200/1000s", 0, func(t float64) float64 { return t / 5 }},
	{"ramp:190..10/1000s", 0, func(t float64) float64 { return 190 - 0.18*t }},
	{"exp-ramp:10..310/1000s", 0, func(t float64) float64 { return 10 * math.Pow(31, t/1000) }},
	{"stages:50/300s,0/200s,150/500s", 0, func(t float64) float64 {
		switch {
		case t < 300:
			return 50
		case t < 500:
			return 0
		}
		return 150
	}},
}

// Poisson arrivals under a shape are as many in every two seconds as the integral of its rate says: chi-squared over 500
// bins, of seeds that are fixed, below its quantile of 1 - 1e-4.
func TestShapesKeepTheirLaw(t *testing.T) {
	for _, law := range laws {
		shape, err := ParseShape(law.shape, law.mean)
		if err != nil {
			t.Fatal(err)
		}
		next, _ := New("poisson", shape, 1, 11)
		var counts [500]float64
		for due := next(); due < 1000*time.Second; due = next() {
			counts[int(due.Seconds()/2)]++
		}
		chi2, bins := 0.0, 0
		for i, n := range counts {
			switch want := integral(law.rate, float64(2*i), float64(2*i+2)); {
			case want == 0 && n > 0:
				t.Errorf("%q: %v arrivals from %d s on, where the rate is 0", law.shape, n, 2*i)
			case want > 0:
				chi2 += (n - want) * (n - want) / want
				bins++
			}
		}
		if limit := (distuv.ChiSquared{K: float64(bins)}).Quantile(1 - 1e-4); chi2 > limit {
			t.Errorf("%q: chi² of %d bins is %.0f, want at most %.0f", law.shape, bins, chi2, limit)
		}
	}
}

// integral is the midpoint rule.
func integral(f func(float64) float64, from, to float64) float64 {
	const steps = 200
	sum := 0.0
	for i := range steps {
		sum += f(from + (to-from)*(float64(i)+0.5)/steps)
	}
	return sum * (to - from) / steps
}

// Constant arrivals under a shape are where the integrated rate passes whole numbers: between 0 and 200 req/s over 1,000 s
// the integral is t²/10, so arrival n is due at √(10n).
func TestConstantArrivalsOnARamp(t *testing.T) {
	shape, err := ParseShape("ramp:0..200/1000", 0)
	if err != nil {
		t.Fatal(err)
	}
	next, _ := New("constant", shape, 1, 1)
	for n := 1; n <= 100_000; n++ {
		if got, want := next().Seconds(), math.Sqrt(10*float64(n)); math.Abs(got-want) > 1e-6 {
			t.Fatalf("arrival %d is due at %v s, want %v", n, got, want)
		}
	}
	if got := next().Seconds(); math.Abs(got-1000.005) > 1e-6 {
		t.Errorf("after the ramp an arrival is due at %v s, want 1000.005: it goes on at 200 req/s", got)
	}
}

func TestShapesSayWhatTheyAre(t *testing.T) {
	check := func(text string, begin, mean float64, length time.Duration) {
		t.Helper()
		s, err := ParseShape(text, 100)
		if err != nil || math.Abs(s.Begin-begin) > 1e-9 || math.Abs(s.Mean-mean) > 1e-9 || s.Length != length {
			t.Errorf("%q begins at %v, has a mean of %v and lasts %v (%v), want %v, %v, %v", text, s.Begin, s.Mean, s.Length, err, begin, mean, length)
		}
	}
	check("", 100, 100, 0)
	check("bursts:2s/8s", 500, 100, 0)
	check("sine:1m/1", 100, 100, 0)
	check("ramp:10..30/20s", 10, 20, 20*time.Second)
	check("exp-ramp:10..10/20s", 10, 10, 20*time.Second)
	check("stages:5/30s,20/10s", 5, 8.75, 40*time.Second)
}

func TestAShapeThatEndsAtZeroHasNoMoreArrivals(t *testing.T) {
	shape, _ := ParseShape("stages:1/2s,0/1s", 0)
	next, _ := New("constant", shape, 1, 1)
	for n, want := range []time.Duration{time.Second, 2 * time.Second, Never} {
		if got := next(); got != want {
			t.Errorf("arrival %d is due at %v, want %v", n+1, got, want)
		}
	}
}

func TestTrace(t *testing.T) {
	next := Trace([]float64{0, 0.5, 0.5})
	for n, want := range []time.Duration{0, time.Second / 2, time.Second / 2, Never, Never} {
		if got := next(); got != want {
			t.Errorf("arrival %d is due at %v, want %v", n, got, want)
		}
	}
}

func TestBadShapesAreRefused(t *testing.T) {
	for _, text := range []string{
		"waves", "bursts", "bursts:2s", "bursts:0/1s", "bursts:-1s/1s", "sine:1m/2", "sine:1m/NaN", "ramp:0..0/1s", "ramp:1..2",
		"ramp:1../1s", "ramp:NaN..1/1s", "ramp:1..1e9/1s", "exp-ramp:0..1/1s", "stages:", "stages:0/1s", "stages:1/1s,", "ramp:1..2/NaN",
	} {
		if s, err := ParseShape(text, 1); err == nil {
			t.Errorf("%q was accepted as %+v", text, s)
		}
	}
}
