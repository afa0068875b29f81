package main

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
)

// lay lays all flags over the configuration.
func (r *runCmd) lay(o *overlay) error {
	s := r.Server
	if s.Backend != nil && *s.Backend != o.get("backend.type") {
		delete(o.config, "backend") // what the file says of another kind of server does not hold for this one
	}
	l, infinite := r.Load.finite()
	for _, flags := range []any{s, r.Prompts, l, r.Sampling, r.Connection, r.Limits, r.Output} {
		o.lay(flags)
	}
	r.Limits.SLO.lay(o)
	for _, key := range slices.Sorted(maps.Keys(s.Set)) {
		o.set("backend."+key, s.Set[key])
		o.flags["backend."+key] = "--set " + key
	}
	if l.Mode == nil && (len(l.ArrivalRate) > 0 || l.Shape != nil || l.Trace != "") {
		o.set("mode", "serve")
	}
	o.known["backend.endpoint"], o.known["goals"], o.known["slo"] = "--endpoint", "--slo", "--slo"
	maps.Copy(o.flags, r.further)
	if s.Endpoint.url != "" {
		o.set("backend.endpoint", s.Endpoint.url)
		o.flags["backend.endpoint"] = "--endpoint"
	}
	if s.Endpoint.path != "" {
		o.path(s.Endpoint.path)
	}
	if o.get("backend.type") == "openai-chat" { // vLLM's name
		o.set("backend.type", "openai")
		o.set("backend.api", "chat")
	}
	return errors.Join(infinite, s.whole(o))
}

// finite makes a closed loop of an infinite rate (vLLM's default): whatever the cap has room for is sent at once.
func (l loadFlags) finite() (loadFlags, error) {
	infinite := func(rate float64) bool { return math.IsInf(rate, 1) }
	if !slices.ContainsFunc(l.ArrivalRate, infinite) {
		return l, nil
	}
	mode := "throughput"
	capped := len(l.ArrivalRate) == 1 && len(l.Concurrency) > 0 && (l.Mode == nil || *l.Mode == mode)
	l.ArrivalRate, l.Mode = nil, &mode
	if !capped {
		return l, faulty("--arrival-rate: an infinite rate sends everything at once: say --mode throughput --concurrency N instead")
	}
	return l, nil
}

// path makes of a path what vLLM's --endpoint means: an API, and a place of its own if it is an unusual one.
func (o *overlay) path(path string) {
	for _, api := range []struct{ end, name string }{
		{"/chat/completions", "chat"}, {"/completions", "completions"}, {"/generate_stream", "native"},
	} {
		if strings.HasSuffix(path, api.end) {
			o.set("backend.api", api.name)
			break
		}
	}
	switch path {
	case "/v1/chat/completions", "/v1/completions", "/generate_stream":
	default:
		o.set("backend.path", path)
	}
}

// whole checks that there is a server, and that splleed starts it where that is asked for.
func (s serverFlags) whole(o *overlay) error {
	if o.get("backend.type") == nil {
		if o.get("backend.endpoint") == nil && o.get("backend.model") == nil {
			return faulty("which server? Say --endpoint URL for one that runs, --model NAME for one that splleed starts with vLLM,\n" +
				"or --backend sim for a simulated one. All kinds: splleed backends")
		}
		o.set("backend.type", "vllm")
	}
	if o.get("backend.type") == "sim" && o.get("backend.endpoint") != nil {
		return faulty("--endpoint: --backend sim runs inside splleed; for a server that runs, splleed sim too, say --backend openai --endpoint %v", o.get("backend.endpoint"))
	}
	if s.Endpoint.path != "" && o.get("backend.endpoint") == nil {
		return faulty("--endpoint: %s is a path; where is the server? --base-url URL --endpoint %[1]s", s.Endpoint.path)
	}
	if s.Managed && o.get("backend.endpoint") != nil {
		return faulty("--managed: the server at %v runs already; without an endpoint splleed starts one", o.get("backend.endpoint"))
	}
	return nil
}
