package result

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// The table must name every flat key of Level, and each must read the field of that key.
func TestStatsReadTheirFields(t *testing.T) {
	var level Level
	v := reflect.ValueOf(&level).Elem()
	fields := map[string]float64{}
	for i := range v.NumField() {
		key := v.Type().Field(i).Tag.Get("json")
		if p, ok := v.Field(i).Addr().Interface().(**float64); ok && key != "arrival_rate" && key != "total_time_sec" {
			n := float64(i)
			*p, fields[key] = &n, n
		}
	}
	legacy := 0
	for _, s := range Stats {
		if !s.Legacy {
			continue
		}
		legacy++
		if got := s.Get(&level); got == nil || *got != fields[s.Key] {
			t.Errorf("%s does not read its field", s.Key)
		}
		if s.Latency != strings.HasSuffix(s.Key, "_ms") {
			t.Errorf("%s: latency is %v", s.Key, s.Latency)
		}
	}
	if legacy != len(fields) || legacy != 19 {
		t.Errorf("%d flat keys in the table, %d in Level, want 19", legacy, len(fields))
	}
}

func TestStatKeysAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Stats {
		if seen[s.Key] {
			t.Errorf("%s stands twice", s.Key)
		}
		seen[s.Key] = true
	}
}

func TestStatsOfAnEmptyLevel(t *testing.T) {
	for _, s := range Stats {
		if got := s.Get(&Level{}); got != nil {
			t.Errorf("%s is %v where nothing was measured", s.Key, *got)
		}
	}
}

func TestSummaryAt(t *testing.T) {
	var s Summary
	data := `{"n":1,"mean":2,"std":3,"min":4,"max":5,"p50":6,"p90":7,"p95":8,"p99":9,"p99_9":10}`
	if err := json.Unmarshal([]byte(data), &s); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"mean", "std", "min", "max", "p50", "p90", "p95", "p99", "p99_9"} {
		if got := s.At(name); got == nil || *got != float64(i+2) {
			t.Errorf("%s is %v, want %d", name, got, i+2)
		}
	}
}

func TestAggregateJSON(t *testing.T) {
	mean, c := 2.5, 8
	a := Aggregate{Concurrency: &c, NumRequests: 30, Intervals: map[string]Interval{
		"ttft_p50_ms": {Mean: &mean, NSamples: 3, ConfidenceLevel: 0.95, Scale: "log"},
		"icl_p50_ms":  {Mean: &mean},
	}}
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	var flat map[string]json.RawMessage
	if err := json.Unmarshal(data, &flat); err != nil {
		t.Fatal(err)
	}
	// 5 counts, drift and length_bias, 19 flat keys of 0.1, one further.
	if len(flat) != 27 || string(flat["goodput_pct"]) != "null" || string(flat["concurrency"]) != "8" {
		t.Errorf("got %s", data)
	}
	var back Aggregate
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a, back) {
		t.Errorf("round trip: got %+v, want %+v", back, a)
	}
}
