package schedule

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Shape is how the rate of arrivals moves with time: it says by when n arrivals are expected. An arrival process draws
// gaps with a mean of 1 on that scale of expected arrivals, and the shape stretches them into time, so that every process
// goes with every shape. (Poisson gaps so stretched are the Poisson process of that rate: Çinlar, Introduction to
// Stochastic Processes, 1975, section 4.7.)
type Shape struct {
	Begin  float64       // requests per second where it begins
	Mean   float64       // requests per second over its length, or in the long run
	Length time.Duration // 0: it has no end

	// due is the inverse of the integrated rate: when n arrivals are expected, in seconds.
	due func(n float64) float64
}

// Form is a line of the table of shapes.
type Form struct {
	Name  string
	Usage string
	About string
	// Relative shapes modulate a mean rate; the others name their rates themselves.
	Relative bool
	parse    func(text string, mean float64) (Shape, error)
}

// Forms are the shapes. Adding one is a new file and a line here.
var Forms = []Form{
	{"bursts", "bursts:ON/OFF", "all arrivals come in the ON time, none in the OFF time; the mean rate stays", true, parseBursts},
	{"sine", "sine:PERIOD/DEPTH", "day and night: the rate swings by DEPTH (0 to 1) around its mean", true, parseSine},
	{"ramp", "ramp:FROM..TO/TIME", "a straight line between two rates", false, parseRamp},
	{"exp-ramp", "exp-ramp:FROM..TO/TIME", "equal factors in equal times between two rates", false, parseExpRamp},
	{"stages", "stages:RATE/TIME,…", "one constant rate after the other", false, parseStages},
}

// ParseShape reads a shape: its name, a colon and what it takes. The empty text is a steady rate; mean is the rate that
// relative shapes modulate.
func ParseShape(text string, mean float64) (Shape, error) {
	if text == "" {
		return Steady(mean), nil
	}
	name, rest, _ := strings.Cut(text, ":")
	f, err := form(name)
	if err != nil {
		return Shape{}, err
	}
	s, err := f.parse(rest, mean)
	if err != nil {
		return Shape{}, fmt.Errorf("%q: %w: want %s", text, err, f.Usage)
	}
	return s, nil
}

// Relative reports whether a shape modulates a rate rather than naming its own.
func Relative(text string) bool {
	name, _, _ := strings.Cut(text, ":")
	f, err := form(name)
	return text == "" || err == nil && f.Relative
}

func form(name string) (Form, error) {
	i := slices.IndexFunc(Forms, func(f Form) bool { return f.Name == name })
	if i < 0 {
		return Form{}, fmt.Errorf("unknown shape %q: want %s", name, strings.Join(usages(), ", "))
	}
	return Forms[i], nil
}

func usages() (all []string) {
	for _, f := range Forms {
		all = append(all, f.Usage)
	}
	return all
}

// Steady is one rate all the time.
func Steady(rate float64) Shape {
	return Shape{Begin: rate, Mean: rate, due: func(n float64) float64 { return n / rate }}
}

// The parts of a shape's text.

const fastest, longest = 1e6, 7 * 24 * time.Hour

func parseRate(text string) (float64, error) {
	rate, err := strconv.ParseFloat(text, 64)
	if err != nil || !(rate >= 0 && rate <= fastest) {
		return 0, fmt.Errorf("%q is no rate (requests per second, at most 1,000,000)", text)
	}
	return rate, nil
}

func parseTime(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if seconds, bare := strconv.ParseFloat(text, 64); bare == nil {
		d, err = time.Duration(seconds*float64(time.Second)), nil
	}
	if err != nil || d < time.Millisecond || d > longest {
		return 0, fmt.Errorf("%q is no time (such as 500ms, 30s or 2m; at most a week)", text)
	}
	return d, nil
}
