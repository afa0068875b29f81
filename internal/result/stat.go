package result

import (
	"bytes"
	"encoding/json"
)

// Stat is one number that describes a level. The table of them is what intervals are made of, and the order in which
// every output lists them.
type Stat struct {
	Key     string // in JSON and CSV: "ttft_p50_ms"
	Legacy  bool   // a flat key of 0.1: always written, null where not measured
	Latency bool   // its interval is made on the log scale
	Get     func(*Level) *float64
	// Ends are between which values the client's own error lets it lie, nil where that is not known; nil itself where the
	// client is what is timed.
	Ends func(*Level) *[2]float64
}

// Stats is the table. Aggregation, JSON, CSV and text all read it; a statistic more is a line more.
var Stats = append([]Stat{
	rate("throughput_requests_per_sec", func(l *Level) *float64 { return l.ThroughputRequestsPerSec }),
	rate("throughput_tokens_per_sec", func(l *Level) *float64 { return l.ThroughputTokensPerSec }),
	latency("ttft", "p50", func(l *Level) *float64 { return l.TTFTP50Ms }),
	latency("ttft", "p95", func(l *Level) *float64 { return l.TTFTP95Ms }),
	latency("ttft", "p99", func(l *Level) *float64 { return l.TTFTP99Ms }),
	latency("ttft", "mean", func(l *Level) *float64 { return l.TTFTMeanMs }),
	latency("itl", "p50", func(l *Level) *float64 { return l.ITLP50Ms }),
	latency("itl", "p95", func(l *Level) *float64 { return l.ITLP95Ms }),
	latency("itl", "p99", func(l *Level) *float64 { return l.ITLP99Ms }),
	latency("itl", "mean", func(l *Level) *float64 { return l.ITLMeanMs }),
	latency("tpot", "p50", func(l *Level) *float64 { return l.TPOTP50Ms }),
	latency("tpot", "p95", func(l *Level) *float64 { return l.TPOTP95Ms }),
	latency("tpot", "p99", func(l *Level) *float64 { return l.TPOTP99Ms }),
	latency("tpot", "mean", func(l *Level) *float64 { return l.TPOTMeanMs }),
	latency("e2el", "p50", func(l *Level) *float64 { return l.E2ELP50Ms }),
	latency("e2el", "p95", func(l *Level) *float64 { return l.E2ELP95Ms }),
	latency("e2el", "p99", func(l *Level) *float64 { return l.E2ELP99Ms }),
	latency("e2el", "mean", func(l *Level) *float64 { return l.E2ELMeanMs }),
	rate("goodput_pct", func(l *Level) *float64 { return l.GoodputPct }),
}, further()...)

func rate(key string, get func(*Level) *float64) Stat {
	return Stat{Key: key, Legacy: true, Get: get}
}

// latency is a flat key of 0.1. That called e2e e2el.
func latency(name, q string, get func(*Level) *float64) Stat {
	metric := name
	if name == "e2el" {
		metric = "e2e"
	}
	return Stat{Key: name + "_" + q + "_ms", Legacy: true, Latency: true, Get: get, Ends: ends(metric, q)}
}

// further are the statistics that 0.1 did not have.
func further() []Stat {
	stats := []Stat{
		{Key: "requests_per_sec", Get: func(l *Level) *float64 { return l.Throughput.RequestsPerSec }},
		{Key: "output_tokens_per_sec", Get: func(l *Level) *float64 { return l.Throughput.OutputTokensPerSec }},
		{Key: "goodput_requests_per_sec", Get: func(l *Level) *float64 {
			if l.Goodput == nil {
				return nil
			}
			return l.Goodput.RequestsPerSec
		}},
		{Key: "joules_per_output_token", Get: func(l *Level) *float64 {
			if l.GPU == nil {
				return nil
			}
			return l.GPU.JoulesPerOutputToken
		}},
	}
	for _, metric := range []string{"ttfa", "icl", "stall", "queue_delay", "connect"} {
		for _, q := range []string{"p50", "p95", "p99", "mean"} {
			stats = append(stats, served(metric, q))
		}
	}
	for _, metric := range []string{"ttft", "itl", "icl", "tpot", "e2e"} {
		stats = append(stats, served(metric, "p90"), served(metric, "p99_9"))
	}
	return stats
}

// served is a statistic of a metric over its successes.
func served(metric, q string) Stat {
	s := Stat{Key: metric + "_" + q + "_ms", Latency: true, Get: func(l *Level) *float64 {
		return l.Metrics[metric].Served.At(q)
	}}
	if metric != "queue_delay" && metric != "connect" {
		s.Ends = ends(metric, q)
	}
	return s
}

// ends are those of a statistic of a metric over its successes.
func ends(metric, q string) func(*Level) *[2]float64 {
	return func(l *Level) *[2]float64 {
		if m := l.Metrics[metric]; m.Instrument != nil {
			return m.Instrument.Served.At(q)
		}
		return nil
	}
}

// At is a statistic by its JSON name: "p50", "mean". Nil where there is none.
func (s Summary) At(name string) *float64 {
	switch name {
	case "mean":
		return s.Mean
	case "std":
		return s.Std
	case "min":
		return s.Min
	case "max":
		return s.Max
	case "p50":
		return s.P50
	case "p90":
		return s.P90
	case "p95":
		return s.P95
	case "p99":
		return s.P99
	case "p99_9":
		return s.P999
	}
	return nil
}

// MarshalJSON writes the intervals beside the counts, in the order of Stats: null for a flat key of 0.1 that no trial
// has, nothing for any other.
func (a Aggregate) MarshalJSON() ([]byte, error) {
	type counts Aggregate
	out, err := json.Marshal(counts(a))
	if err != nil {
		return nil, err
	}
	b := bytes.NewBuffer(bytes.TrimSuffix(out, []byte("}")))
	for _, s := range Stats {
		interval, ok := a.Intervals[s.Key]
		if !ok && !s.Legacy {
			continue
		}
		value := []byte("null")
		if ok {
			if value, err = json.Marshal(interval); err != nil {
				return nil, err
			}
		}
		b.WriteString(`,"` + s.Key + `":`)
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (a *Aggregate) UnmarshalJSON(data []byte) error {
	type counts Aggregate
	if err := json.Unmarshal(data, (*counts)(a)); err != nil {
		return err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return err
	}
	a.Intervals = map[string]Interval{}
	for _, s := range Stats {
		raw, ok := keys[s.Key]
		if !ok || string(raw) == "null" {
			continue
		}
		var i Interval
		if err := json.Unmarshal(raw, &i); err != nil {
			return err
		}
		a.Intervals[s.Key] = i
	}
	return nil
}
