package scrape

import "strings"

// kind is what can be done with a quantity.
type kind int

const (
	gauge     kind = iota // as it is now; of several engines behind one endpoint: their sum
	share                 // a gauge from 0 to 1; of several: their mean
	counter               // only grows
	histogram             // of seconds
)

// Quantities, under the names that results have them by.
const (
	running        = "running"
	waiting        = "waiting"
	kvCacheUsage   = "kv_cache_usage"
	cacheHitRate   = "prefix_cache_hit_rate"
	acceptance     = "spec_decode_acceptance"
	preemptions    = "preemptions"
	finished       = "requests_finished"
	promptTokens   = "prompt_tokens" // with those from the prefix cache
	outputTokens   = "generation_tokens"
	cacheQueries   = "prefix_cache_queries" // tokens that were looked up
	cacheHits      = "prefix_cache_hits"    // tokens that were there
	draftTokens    = "spec_decode_draft_tokens"
	acceptedTokens = "spec_decode_accepted_tokens"
	queueTime      = "queue_time"
	ttft           = "ttft"
	itl            = "itl"
	tpot           = "tpot"
	e2e            = "e2e"
)

// term is a line of the vocabulary: what a quantity is called by an engine. Names of one term that are there together
// are added.
type term struct {
	quantity string
	kind     kind
	names    []string
	older    bool // holds only where no other term of the quantity does: some versions speak both
}

// vocabulary is how engines call what splleed looks for. Where an engine is not among a quantity's terms, it does not
// tell. vLLM's, TGI's and llama.cpp's names were read from the servers themselves (0.32, 3.3.6, b10434), the older ones
// of vLLM and SGLang's from their documentation.
//
// TGI's tgi_request_mean_time_per_token_duration is missing on purpose: it holds the first token's time, so it is no TPOT.
// SGLang's retractions are preemptions.
var vocabulary = []term{
	{quantity: running, kind: gauge, names: []string{"vllm:num_requests_running"}},
	{quantity: running, kind: gauge, names: []string{"sglang:num_running_reqs"}},
	{quantity: running, kind: gauge, names: []string{"tgi_batch_current_size"}},
	{quantity: running, kind: gauge, names: []string{"llamacpp:requests_processing"}},

	{quantity: waiting, kind: gauge, names: []string{"vllm:num_requests_waiting"}},
	{quantity: waiting, kind: gauge, names: []string{"sglang:num_queue_reqs"}},
	{quantity: waiting, kind: gauge, names: []string{"tgi_queue_size"}},
	{quantity: waiting, kind: gauge, names: []string{"llamacpp:requests_deferred"}},

	{quantity: kvCacheUsage, kind: share, names: []string{"vllm:kv_cache_usage_perc"}},
	{quantity: kvCacheUsage, kind: share, names: []string{"vllm:gpu_cache_usage_perc"}, older: true},
	{quantity: kvCacheUsage, kind: share, names: []string{"sglang:token_usage"}},
	{quantity: kvCacheUsage, kind: share, names: []string{"llamacpp:kv_cache_usage_ratio"}},

	{quantity: cacheHitRate, kind: share, names: []string{"sglang:cache_hit_rate"}},
	{quantity: acceptance, kind: share, names: []string{"sglang:spec_accept_rate"}},

	{quantity: preemptions, kind: counter, names: []string{"vllm:num_preemptions_total"}},
	{quantity: preemptions, kind: counter, names: []string{"sglang:num_retracted_requests_total"}},

	{quantity: finished, kind: counter, names: []string{"vllm:request_success_total"}},
	{quantity: finished, kind: counter, names: []string{"sglang:num_requests_total"}},
	{quantity: finished, kind: counter, names: []string{"tgi_request_success"}},

	{quantity: promptTokens, kind: counter, names: []string{"vllm:prompt_tokens_total"}},
	{quantity: promptTokens, kind: counter, names: []string{"sglang:prompt_tokens_total"}},
	{quantity: promptTokens, kind: counter, names: []string{"tgi_request_input_length_sum"}},
	{quantity: promptTokens, kind: counter, names: []string{"llamacpp:prompt_tokens_total", "llamacpp:prompt_tokens_cached_total"}},

	{quantity: outputTokens, kind: counter, names: []string{"vllm:generation_tokens_total"}},
	{quantity: outputTokens, kind: counter, names: []string{"sglang:generation_tokens_total"}},
	{quantity: outputTokens, kind: counter, names: []string{"tgi_request_generated_tokens_sum"}},
	{quantity: outputTokens, kind: counter, names: []string{"llamacpp:tokens_predicted_total"}},

	{quantity: cacheQueries, kind: counter, names: []string{"vllm:prefix_cache_queries_total"}},
	{quantity: cacheQueries, kind: counter, names: []string{"vllm:gpu_prefix_cache_queries_total"}, older: true},
	{quantity: cacheQueries, kind: counter, names: []string{"llamacpp:prompt_tokens_total", "llamacpp:prompt_tokens_cached_total"}},
	{quantity: cacheHits, kind: counter, names: []string{"vllm:prefix_cache_hits_total"}},
	{quantity: cacheHits, kind: counter, names: []string{"vllm:gpu_prefix_cache_hits_total"}, older: true},
	{quantity: cacheHits, kind: counter, names: []string{"llamacpp:prompt_tokens_cached_total"}},

	{quantity: draftTokens, kind: counter, names: []string{"vllm:spec_decode_num_draft_tokens_total"}},
	{quantity: draftTokens, kind: counter, names: []string{"llamacpp:spec_decode_num_draft_tokens_total"}},
	{quantity: acceptedTokens, kind: counter, names: []string{"vllm:spec_decode_num_accepted_tokens_total"}},
	{quantity: acceptedTokens, kind: counter, names: []string{"llamacpp:spec_decode_num_accepted_tokens_total"}},

	{quantity: ttft, kind: histogram, names: []string{"vllm:time_to_first_token_seconds"}},
	{quantity: ttft, kind: histogram, names: []string{"sglang:time_to_first_token_seconds"}},
	{quantity: itl, kind: histogram, names: []string{"vllm:inter_token_latency_seconds"}},
	{quantity: itl, kind: histogram, names: []string{"vllm:time_per_output_token_seconds"}, older: true}, // an ITL, whatever its name
	{quantity: itl, kind: histogram, names: []string{"sglang:inter_token_latency_seconds"}},
	{quantity: tpot, kind: histogram, names: []string{"vllm:request_time_per_output_token_seconds"}},
	{quantity: e2e, kind: histogram, names: []string{"vllm:e2e_request_latency_seconds"}},
	{quantity: e2e, kind: histogram, names: []string{"sglang:e2e_request_latency_seconds"}},
	{quantity: e2e, kind: histogram, names: []string{"tgi_request_duration"}},
	{quantity: queueTime, kind: histogram, names: []string{"vllm:request_queue_time_seconds"}},
	{quantity: queueTime, kind: histogram, names: []string{"sglang:queue_time_seconds"}},
	{quantity: queueTime, kind: histogram, names: []string{"tgi_request_queue_duration"}},
}

// meaning is what a sample's name means: part of some quantity.
type meaning struct {
	*term
	part string // of a histogram: "_bucket", "_sum" or "_count"
}

var meanings = index(vocabulary)

func index(terms []term) map[string][]meaning {
	all := map[string][]meaning{}
	for i := range terms {
		t := &terms[i]
		for _, name := range t.names {
			parts := []string{""}
			if t.kind == histogram {
				parts = []string{"_bucket", "_sum", "_count"}
			}
			for _, part := range parts {
				all[name+part] = append(all[name+part], meaning{t, part})
			}
		}
	}
	return all
}

// engines are the speakers of the vocabulary, by how their names begin.
var engines = []struct{ prefix, name string }{
	{"vllm:", "vllm"}, {"sglang:", "sglang"}, {"tgi_", "tgi"}, {"llamacpp:", "llamacpp"},
}

func engineOf(name string) string {
	for _, e := range engines {
		if strings.HasPrefix(name, e.prefix) {
			return e.name
		}
	}
	return ""
}
