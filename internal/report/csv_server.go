package report

import "github.com/splleed/splleed/internal/result"

// serverCells are what a level was told of its server and its GPUs. Means, and means of the server's own latencies.
func serverCells() []column {
	return []column{
		ofServer("server_running_mean", func(s *result.Server) *float64 { return s.Gauges["running"].Mean }),
		ofServer("server_waiting_mean", func(s *result.Server) *float64 { return s.Gauges["waiting"].Mean }),
		ofServer("server_waiting_max", func(s *result.Server) *float64 { return s.Gauges["waiting"].Max }),
		ofServer("server_kv_cache_usage_max", func(s *result.Server) *float64 { return s.Gauges["kv_cache_usage"].Max }),
		ofServer("server_prefix_cache_hit_rate", func(s *result.Server) *float64 { return s.PrefixCacheHitRate }),
		ofServer("server_spec_decode_acceptance", func(s *result.Server) *float64 { return s.SpecDecodeAcceptance }),
		ofServer("server_preemptions", counted("preemptions")),
		ofServer("server_prompt_tokens", counted("prompt_tokens")),
		ofServer("server_generation_tokens", counted("generation_tokens")),
		ofServer("server_ttft_mean_ms", func(s *result.Server) *float64 { return s.Latencies["ttft"].MeanMs }),
		ofServer("server_itl_mean_ms", func(s *result.Server) *float64 { return s.Latencies["itl"].MeanMs }),
		ofServer("server_e2e_mean_ms", func(s *result.Server) *float64 { return s.Latencies["e2e"].MeanMs }),
		ofServer("server_queue_time_mean_ms", func(s *result.Server) *float64 { return s.Latencies["queue_time"].MeanMs }),
		ofGPUs("gpu_utilization_mean_pct", func(g *result.GPUUse) *float64 { return g.Gauges["utilization_pct"].Mean }),
		ofGPUs("gpu_power_mean_w", func(g *result.GPUUse) *float64 { return g.PowerW }),
		ofGPUs("gpu_memory_max_mib", func(g *result.GPUUse) *float64 { return g.Gauges["memory_mib"].Max }),
	}
}

// ofServer is empty where the server told nothing.
func ofServer(name string, cell func(*result.Server) *float64) column {
	return column{name, func(_ string, l *result.Level) string {
		if l.Server == nil {
			return ""
		}
		return number(cell(l.Server))
	}}
}

// ofGPUs is empty where nobody told of GPUs.
func ofGPUs(name string, cell func(*result.GPUUse) *float64) column {
	return column{name, func(_ string, l *result.Level) string {
		if l.GPU == nil {
			return ""
		}
		return number(cell(l.GPU))
	}}
}

// counted is the growth of a counter; nothing where the server has none.
func counted(name string) func(*result.Server) *float64 {
	return func(s *result.Server) *float64 {
		if n, told := s.Counters[name]; told {
			return &n
		}
		return nil
	}
}
