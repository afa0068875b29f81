package report

import (
	"encoding/csv"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/splleed/splleed/internal/result"
)

// CSV writes a row a level, pooled over all trials and with intervals over them, then a row a level of each trial.
// The first 20 columns are those of Python splleed 0.1. An empty cell is something that was not measured.
func CSV(w io.Writer, r *result.Run, _ Style) error {
	out := csv.NewWriter(w)
	header := make([]string, 0, len(columns)+2*len(result.Stats))
	for _, c := range columns {
		header = append(header, c.name)
	}
	for _, s := range result.Stats {
		header = append(header, s.Key+"_ci_lower", s.Key+"_ci_upper")
	}
	_ = out.Write(header) // errors stick, see Error below
	for i := range r.Results {
		row := cells("pooled", &r.Results[i])
		_ = out.Write(append(row, bounds(r, i)...))
	}
	for _, t := range r.TrialResults {
		for i := range t.ConcurrencyResults {
			row := cells(strconv.Itoa(t.TrialIndex), &t.ConcurrencyResults[i])
			_ = out.Write(append(row, make([]string, 2*len(result.Stats))...))
		}
	}
	out.Flush()
	return out.Error()
}

// column is one column of the levels; scope is "pooled" or the number of a trial.
type column struct {
	name string
	cell func(scope string, l *result.Level) string
}

var columns = build()

func build() []column {
	all := []column{
		{"concurrency", func(_ string, l *result.Level) string { return whole(l.Concurrency) }},
		{"num_requests", func(_ string, l *result.Level) string { return strconv.Itoa(l.NumRequests) }},
		{"num_successful", func(_ string, l *result.Level) string { return strconv.Itoa(l.NumSuccessful) }},
		{"num_failed", func(_ string, l *result.Level) string { return strconv.Itoa(l.NumFailed) }},
	}
	legacy := []string{
		"throughput_tokens_per_sec", "throughput_requests_per_sec",
		"ttft_p50_ms", "ttft_p95_ms", "ttft_p99_ms", "ttft_mean_ms",
		"itl_p50_ms", "itl_p95_ms", "itl_p99_ms", "itl_mean_ms",
		"tpot_mean_ms",
		"e2el_p50_ms", "e2el_p95_ms", "e2el_p99_ms", "e2el_mean_ms",
		"goodput_pct",
	}
	placed := map[string]bool{}
	for _, key := range legacy {
		all, placed[key] = append(all, statistic(key)), true
	}
	all = append(all,
		column{"scope", func(scope string, _ *result.Level) string { return scope }},
		column{"arrival_rate", func(_ string, l *result.Level) string { return number(l.ArrivalRate) }},
		column{"max_in_flight", func(_ string, l *result.Level) string { return whole(l.MaxInFlight) }},
		column{"total_time_sec", func(_ string, l *result.Level) string { return number(l.TotalTimeSec) }},
		column{"window", func(_ string, l *result.Level) string { return l.Window.Kind }},
		column{"window_sec", func(_ string, l *result.Level) string { return number(l.Window.DurationSec) }},
	)
	for _, s := range result.Stats {
		if !placed[s.Key] {
			all = append(all, statistic(s.Key))
		}
	}
	for _, metric := range []string{"ttft", "itl", "icl", "tpot", "e2e"} {
		all = append(all, column{metric + "_n", func(_ string, l *result.Level) string {
			return strconv.Itoa(l.Metrics[metric].Served.N)
		}})
	}
	all = append(all, column{"verdict", func(_ string, l *result.Level) string { return string(l.Verdict()) }})
	return slices.Concat(all, serverCells(), instrumentColumns())
}

// statistic is the column of a line of result.Stats.
func statistic(key string) column {
	s := statOf(key)
	return column{key, func(_ string, l *result.Level) string { return number(s.Get(l)) }}
}

func cells(scope string, l *result.Level) []string {
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.cell(scope, l)
	}
	return row
}

// bounds are the ends of all intervals of a pooled level.
func bounds(r *result.Run, level int) []string {
	row := make([]string, 0, 2*len(result.Stats))
	for _, s := range result.Stats {
		var i result.Interval
		if level < len(r.AggregatedResults) {
			i = r.AggregatedResults[level].Intervals[s.Key]
		}
		row = append(row, number(i.CILower), number(i.CIUpper))
	}
	return row
}

// number has six decimals at most: stamps are 0.0001 ms apart, so more would be noise of the arithmetic.
func number(x *float64) string {
	if x == nil {
		return ""
	}
	return strconv.FormatFloat(math.Round(*x*1e6)/1e6, 'f', -1, 64)
}

func whole(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}
