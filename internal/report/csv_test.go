package report

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
)

func TestCSV(t *testing.T) {
	table := func(r *result.Run) [][]string {
		t.Helper()
		var out bytes.Buffer
		if err := CSV(&out, r, Style{}); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	eight := level(8, 64, 2)
	graded(&eight, "e2e", result.Degraded, 0.5)
	eight.Instrument = &result.Instrument{
		Grade: result.Degraded, Reasons: []string{"first", "second"}, Transport: "epoll", Stamps: "kernel", Merged: 3,
		Lateness: &result.Summary{P99: ptr(0.25)}, Path: result.Path{Kind: "loopback"}, Client: &result.ClientState{StealShare: ptr(0.01)},
	}
	rows := table(withTrials(run(level(1, 64, 1), eight), 3))
	const legacy = "concurrency,num_requests,num_successful,num_failed,throughput_tokens_per_sec,throughput_requests_per_sec," +
		"ttft_p50_ms,ttft_p95_ms,ttft_p99_ms,ttft_mean_ms,itl_p50_ms,itl_p95_ms,itl_p99_ms,itl_mean_ms,tpot_mean_ms," +
		"e2el_p50_ms,e2el_p95_ms,e2el_p99_ms,e2el_mean_ms,goodput_pct,scope,arrival_rate"
	if got := strings.Join(rows[0][:22], ","); got != legacy {
		t.Errorf("columns are\n%s\nwant\n%s", got, legacy)
	}
	if len(rows) != 1+2+3*2 {
		t.Fatalf("%d rows, want a header, 2 pooled and 3 × 2", len(rows))
	}
	check := func(row int, column, want string) {
		t.Helper()
		for i, name := range rows[0] {
			if name == column {
				if rows[row][i] != want {
					t.Errorf("row %d, %s: %q, want %q", row, column, rows[row][i], want)
				}
				return
			}
		}
		t.Errorf("no column %s", column)
	}
	check(1, "concurrency", "1")
	check(1, "scope", "pooled")
	check(2, "concurrency", "8")
	check(2, "ttft_p50_ms", "46.8") // 23.4 × 2
	check(2, "icl_p99_ms", "16.5")  // 3.3 × 2 × 2.5
	check(2, "output_tokens_per_sec", "321")
	check(2, "ttft_p50_ms_ci_lower", "44.928") // × 0.96
	check(2, "ttft_p50_ms_ci_upper", "48.672")
	check(2, "goodput_pct", "")
	check(2, "goodput_pct_ci_lower", "")
	check(2, "e2e_n", "64")
	check(1, "instrument_grade", "") // nothing is known of it
	check(1, "e2el_p50_ms_instrument_lower", "")
	for _, row := range []int{2, 8} { // pooled, and of a trial
		check(row, "instrument_grade", "degraded")
		check(row, "instrument_reasons", "first; second")
		check(row, "transport", "epoll")
		check(row, "stamps", "kernel")
		check(row, "path", "loopback")
		check(row, "merged", "3")
		check(row, "lateness_p99_ms", "0.25")
		check(row, "lateness_max_ms", "")
		check(row, "stamp_lag_p99_ms", "")
		check(row, "client_steal_share", "0.01")
		check(row, "e2e_instrument_grade", "degraded")
		check(row, "ttft_instrument_grade", "")
		check(row, "e2el_p50_ms_instrument_lower", "123.4") // 123.4 × 2 × 0.5
		check(row, "e2el_p50_ms_instrument_upper", "246.8")
	}
	check(4, "scope", "0")
	check(8, "scope", "2")
	check(8, "ttft_p50_ms", "46.8")
	check(8, "ttft_p50_ms_ci_lower", "")
	check(2, "server_running_mean", "")
	check(2, "gpu_power_mean_w", "")

	l := level(4, 64, 1)
	l.Server, l.GPU = server(), gpus()
	rows = table(run(l))
	check(1, "server_running_mean", "3.75")
	check(1, "server_waiting_max", "2")
	check(1, "server_kv_cache_usage_max", "0.5")
	check(1, "server_prefix_cache_hit_rate", "0.125")
	check(1, "server_spec_decode_acceptance", "0.625")
	check(1, "server_preemptions", "2")
	check(1, "server_generation_tokens", "2048")
	check(1, "server_ttft_mean_ms", "22")
	check(1, "server_queue_time_mean_ms", "") // it does not tell
	check(1, "gpu_utilization_mean_pct", "87.5")
	check(1, "gpu_power_mean_w", "401.5")
	check(1, "gpu_memory_max_mib", "70600")
	check(1, "joules_per_output_token", "2.5")
}
