package splleed

import (
	"net/url"
	"slices"
)

// ignored names the fields that change nothing: a wish is never lost unheard.
func (b Benchmark) ignored() []string {
	var said sayings
	if b.Mode == Latency && len(b.Concurrency) > 0 && !slices.Equal(b.Concurrency, []int{1}) {
		said = append(said, "mode='latency' runs requests sequentially and ignores the concurrency parameter. "+
			"Use mode='throughput' or mode='serve' to test different concurrency levels.")
	}
	closed := b.Mode != Serve
	said.ignored(closed && len(b.ArrivalRate) > 0, "arrival_rate", "only mode serve has one")
	said.ignored(closed && b.ArrivalPattern != "", "arrival_pattern", "only mode serve has one")
	said.ignored(closed && b.Burstiness != 0, "burstiness", "only mode serve has one")
	gamma := b.ArrivalPattern == "" || b.ArrivalPattern == "gamma"
	said.ignored(!closed && or(b.Burstiness, 1) != 1 && !gamma, "burstiness", "arrival_pattern "+b.ArrivalPattern+" has none")

	precise := len(b.Precision) > 0
	said.ignored(precise && b.Trials > 0, "trials", "precision says how many there are")
	said.ignored(!precise && b.MaxTrials > 0, "max_trials", "it limits those of precision")
	said.ignored(!precise && b.MaxDurationS > 0, "max_duration_s", "it limits the trials of precision")

	whole := b.Stream != nil && !*b.Stream
	said.ignored(whole && b.SLO.TTFTMs > 0, "slo.ttft_ms", "an answer in one piece (stream: false) has no first token")
	said.ignored(whole && b.SLO.TPOTMs > 0, "slo.tpot_ms", "an answer in one piece (stream: false) has no times of tokens")
	said.ignored(whole && b.SLO.ITLMs > 0, "slo.itl_ms", "an answer in one piece (stream: false) has no times of tokens")
	return said
}

// ignoredAt names those that change nothing of this server.
func (r *run) ignoredAt(base *url.URL) []string {
	var said sayings
	said.ignored(r.b.Insecure && base.Scheme != "https", "insecure", "the server is not asked by https")
	said.ignored(r.b.CAFile != "" && base.Scheme != "https", "ca_file", "the server is not asked by https")
	return said
}

// ignored names those that a search has no use for.
func (s Search) ignored() []string {
	var said sayings
	b := s.Benchmark
	const own = "a search has trials of its own"
	said.ignored(b.Trials > 1, "trials", own)
	said.ignored(len(b.Precision) > 0, "precision", own)
	said.ignored(b.RestartBetweenTrials, "restart_between_trials", "a search starts its server once")
	said.ignored(b.Certify, "certify", "a search calibrates nothing")
	said.ignored(b.Mode != Serve && len(b.Concurrency) > 0, "concurrency", "a search chooses it")
	said.ignored(b.Mode == Serve && len(b.ArrivalRate) > 0, "arrival_rate", "a search chooses it")
	return said
}

// ignored names those that a sweep has no use for.
func (s Sweep) ignored() []string {
	var said sayings
	b := s.Benchmark
	said.ignored(b.Mode != Serve && len(b.Concurrency) > 0, "concurrency", "a sweep chooses it")
	said.ignored(b.Mode == Serve && len(b.Concurrency) > 0, "concurrency", "a sweep over arrival rates has no cap")
	said.ignored(len(b.ArrivalRate) > 0, "arrival_rate", "a sweep chooses its loads")
	return said
}

// sayings are warnings of fields.
type sayings []string

// ignored says, if it is so, that a field is ignored, and why.
func (s *sayings) ignored(is bool, field, why string) {
	if is {
		*s = append(*s, field+" is ignored: "+why)
	}
}
