package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/splleed/splleed/internal/result"
)

var update = flag.Bool("update", false, "write the golden files")

func TestText(t *testing.T) {
	for name, r := range cases() {
		var got bytes.Buffer
		if err := Text(&got, r, Style{}); err != nil {
			t.Fatal(err)
		}
		golden(t, name+".txt", got.Bytes())
		for _, line := range strings.Split(got.String(), "\n") {
			if n := utf8.RuneCountInString(line); n > width || strings.HasSuffix(line, " ") || strings.Contains(line, "\x1b") {
				t.Errorf("%s: %d columns: %q", name, n, line)
			}
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n got\n%s\nwant\n%s", path, got, want)
	}
}

func text(t *testing.T, r *result.Run) string {
	t.Helper()
	var out bytes.Buffer
	if err := Text(&out, r, Style{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestNothingMeasuredHasNoTables(t *testing.T) {
	r := run()
	r.Interrupted = true
	if got := text(t, r); strings.Contains(got, "Latency") || !strings.Contains(got, "INTERRUPTED") {
		t.Errorf("a run without levels reads\n%s", got)
	}
}

func TestLegendNamesTheConfidenceLevel(t *testing.T) {
	r := withTrials(run(level(1, 400, 1)), 3)
	for key, i := range r.AggregatedResults[0].Intervals {
		i.ConfidenceLevel = 0.999
		r.AggregatedResults[0].Intervals[key] = i
	}
	if got := text(t, r); !strings.Contains(strings.Join(strings.Fields(got), " "), "a 99.9 % Student-t interval over 3 trials") {
		t.Errorf("an interval of 99.9 %% reads\n%s", got)
	}
}

// A run that was stopped says how many trials it completed, and its legend how many the intervals are over.
func TestTrialsThatWereRun(t *testing.T) {
	r := withTrials(run(level(1, 400, 1), level(8, 400, 1)), 5)
	r.NTrials, r.Interrupted = 9, true
	last := &r.TrialResults[4]
	last.ConcurrencyResults = slices.Clone(last.ConcurrencyResults)
	last.ConcurrencyResults[1].Interrupted = true
	for key, i := range r.AggregatedResults[1].Intervals {
		i.NSamples = 4
		r.AggregatedResults[1].Intervals[key] = i
	}
	got := strings.Join(strings.Fields(text(t, r)), " ")
	for _, want := range []string{", 4 of 9 trials", "Student-t interval over 4 to 5 trials"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// An interval that reaches much further up than down is printed with its ends: 2 ± 2.8 would say that it may be negative.
func TestLopsidedIntervals(t *testing.T) {
	r := withTrials(run(level(1, 400, 1)), 3)
	set := func(key string, mean, lower, upper float64) {
		i := r.AggregatedResults[0].Intervals[key]
		i.Mean, i.CILower, i.CIUpper = ptr(mean), ptr(lower), ptr(upper)
		r.AggregatedResults[0].Intervals[key] = i
	}
	p := &page{run: r}
	check := func(mean, lower, upper float64, want string) {
		t.Helper()
		set("ttft_p99_ms", mean, lower, upper)
		if got := p.cell(0, "ttft_p99_ms", "?"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	check(2, 0.5, 6.1, "2.00 [0.500, 6.10]?")
	check(100, 96, 104.2, "100.0 ±4.1?")
	check(100, 79, 128, "100.0 [79.00, 128.0]?")
	check(100, 100, 100, "100.0 ±0.000?")

	got := strings.Join(strings.Fields(text(t, r)), " ")
	if !strings.Contains(got, "±: a 95 % Student-t") {
		t.Errorf("without lopsided intervals the legend reads\n%s", got)
	}
	for _, q := range []string{"p50", "p95", "p99", "mean"} {
		set("ttft_"+q+"_ms", 12345, 8765.4, 23456)
	}
	wide := text(t, r)
	if !strings.Contains(wide, "[8765, 23456]") || !strings.Contains(strings.Join(strings.Fields(wide), " "), "±, [ ]: a 95 % Student-t") {
		t.Errorf("lopsided intervals read\n%s", wide)
	}
	for _, line := range strings.Split(wide, "\n") {
		if utf8.RuneCountInString(line) > width {
			t.Errorf("wide: %q", line)
		}
	}
}

// The second trial of two was stopped before its level of many requests ran: that of few marks its own row only.
func TestSupportIsThatOfTheSameLevel(t *testing.T) {
	few, many := level(1, 100, 1), level(8, 400, 1)
	r := run(many, few)
	r.TrialResults = []result.Trial{{ConcurrencyResults: []result.Level{many, few}}, {ConcurrencyResults: []result.Level{few}}}
	p := &page{run: r}
	if got := [2]string{p.support(0, "ttft", "p99"), p.support(1, "ttft", "p99")}; got != [2]string{"", "?"} {
		t.Errorf("marks are %q, want none and ?", got)
	}
}

func TestColourChangesNothingElse(t *testing.T) {
	for name, r := range cases() {
		var plain, colour bytes.Buffer
		if Text(&plain, r, Style{}) != nil || Text(&colour, r, Style{Color: true}) != nil {
			t.Fatal("does not write")
		}
		bare := strings.NewReplacer(string(bold), "", string(dim), "", string(red), "", string(yellow), "", "\x1b[0m", "").Replace(colour.String())
		if colour.Len() == plain.Len() || bare != plain.String() {
			t.Errorf("%s: without its colours the text is another", name)
		}
	}
}

func TestInPercent(t *testing.T) {
	for share, want := range map[float64]string{
		0: "0", 0.0063: "0.63", 0.07: "7", 0.0123: "1.2", 0.0996: "10", 0.36: "36", 0.996: "100", 1: "100", 2.5: "250", 1e-6: "0.0001", 1e-7: "0.00001",
	} {
		if got := InPercent(share); got != want {
			t.Errorf("%v is %s %%, want %s", share, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	check := func(x float64, most int, want string) {
		t.Helper()
		if got := Plain(x, most); got != want {
			t.Errorf("%v in %d digits: %s, want %s", x, most, got, want)
		}
	}
	check(1e6, 6, "1000000")
	check(10_000, 4, "10000")
	check(45.2548, 4, "45.25")
	check(0.00002, 6, "0.00002")
}

func TestDigits(t *testing.T) {
	check := func(x float64, value, half string) {
		t.Helper()
		if digits(x) != value || rough(x) != half {
			t.Errorf("%v: %s ±%s, want %s ±%s", x, digits(x), rough(x), value, half)
		}
	}
	check(0, "0.000", "0.000")
	check(0.0216, "0.022", "0.022")
	check(0.5, "0.500", "0.50")
	check(3.2149, "3.21", "3.2")
	check(99.999, "100.00", "100")
	check(123.45, "123.5", "123")
	check(1234.5, "1234", "1234")
	check(12345678, "12345678", "12345678")
	check(1.5e16, "1.5e+16", "1.5e+16")
}
