package report

import (
	"strconv"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// instrumentColumns are the client's own part: the grades, what they rest on, and between which ends each statistic lies.
func instrumentColumns() []column {
	all := []column{
		{"instrument_grade", instrumentCell(func(in *result.Instrument) string { return string(in.Grade) })},
		{"instrument_reasons", instrumentCell(func(in *result.Instrument) string { return strings.Join(in.Reasons, "; ") })},
		{"transport", instrumentCell(func(in *result.Instrument) string { return in.Transport })},
		{"stamps", instrumentCell(func(in *result.Instrument) string { return in.Stamps })},
		{"path", instrumentCell(func(in *result.Instrument) string { return in.Path.Kind })},
		{"coalesced", instrumentCell(func(in *result.Instrument) string { return strconv.Itoa(in.Coalesced) })},
		{"merged", instrumentCell(func(in *result.Instrument) string { return strconv.Itoa(in.Merged) })},
		figure("lateness_p99_ms", func(in *result.Instrument) *float64 { return of(in.Lateness).P99 }),
		figure("lateness_max_ms", func(in *result.Instrument) *float64 { return of(in.Lateness).Max }),
		figure("stamp_delay_p99_ms", func(in *result.Instrument) *float64 { return of(in.Delay).P99 }),
		figure("stamp_lag_p99_ms", func(in *result.Instrument) *float64 { return of(in.Lag).P99 }),
		figure("client_cpu_cores", func(in *result.Instrument) *float64 { return of(in.Client).CPUCores }),
		figure("client_run_delay_share", func(in *result.Instrument) *float64 { return of(in.Client).RunDelayShare }),
		figure("client_steal_share", func(in *result.Instrument) *float64 { return of(in.Client).StealShare }),
		figure("client_throttled_ms", func(in *result.Instrument) *float64 { return of(in.Client).ThrottledMs }),
		figure("client_gc_pause_max_ms", func(in *result.Instrument) *float64 { return of(in.Client).GCPauseMaxMs }),
		figure("client_heartbeat_max_ms", func(in *result.Instrument) *float64 { return of(in.Client).HeartbeatMaxMs }),
		figure("stimulus_delivered", func(in *result.Instrument) *float64 { return in.Stimulus.Delivered }),
		figure("stimulus_in_flight", func(in *result.Instrument) *float64 { return in.Stimulus.InFlight }),
	}
	for _, metric := range []string{"ttft", "ttfa", "itl", "icl", "stall", "tpot", "e2e"} {
		all = append(all, column{metric + "_instrument_grade", func(_ string, l *result.Level) string {
			return string(of(l.Metrics[metric].Instrument).Grade)
		}})
	}
	for _, s := range result.Stats {
		if s.Ends != nil {
			all = append(all, end(s, "lower", 0), end(s, "upper", 1))
		}
	}
	return all
}

// of is what p points to; nothing measured has no figures.
func of[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func instrumentCell(cell func(*result.Instrument) string) func(string, *result.Level) string {
	return func(_ string, l *result.Level) string {
		if l.Instrument == nil {
			return ""
		}
		return cell(l.Instrument)
	}
}

func figure(name string, get func(*result.Instrument) *float64) column {
	return column{name, instrumentCell(func(in *result.Instrument) string { return number(get(in)) })}
}

// end is one of the ends between which the client's own error lets a statistic lie.
func end(s result.Stat, name string, i int) column {
	return column{s.Key + "_instrument_" + name, func(_ string, l *result.Level) string {
		if e := s.Ends(l); e != nil {
			return number(&e[i])
		}
		return ""
	}}
}
