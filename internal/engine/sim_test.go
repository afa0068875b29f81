package engine

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/sim"
)

func TestSimValidate(t *testing.T) {
	check := func(s Sim, want ...string) {
		t.Helper()
		var got []string
		for _, f := range s.Validate() {
			got = append(got, f.Path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%+v: bad fields %q, want %q", s, got, want)
		}
		if _, err := s.Config(); (err != nil) != (len(want) > 0) {
			t.Errorf("%+v: Config: %v", s, err)
		} else if _, ok := invalid.In(err); err != nil && !ok {
			t.Errorf("%+v: %v names no fields", s, err)
		}
	}
	check(Sim{})
	check(Sim{Model: "m", API: "native", Mode: "script", TTFTMs: 1, ITLMs: 0.5, TokensPerEvent: 4, Faults: []string{"reset:every=3"}})
	check(Sim{API: "generate", Mode: "fast", Speed: -1, Faults: []string{"reset", "resett"}}, "api", "mode", "speed", "faults[1]")
	check(Sim{MaxNumSeqs: -1, TTFTMs: -1, ITLMs: -1, TokensPerEvent: -1}, "max_num_seqs", "ttft_ms", "itl_ms", "tokens_per_event")
}

func TestSimConfig(t *testing.T) {
	c, err := Sim{TTFTMs: 1.5, ITLMs: 0.25, TokensPerEvent: 4, Speed: 2, MaxNumSeqs: 8, Seed: 9, Faults: []string{"stall"}}.Config()
	if err != nil {
		t.Fatal(err)
	}
	small := sim.Small()
	for what, ok := range map[string]bool{
		"ttft":           c.Script.TTFT.Median == 1500*time.Microsecond,
		"itl":            c.Script.ITL.Median == 250*time.Microsecond,
		"tokens":         c.Script.TokensPerEvent == 4 && c.Profile.TokensPerStep == 4,
		"speed":          c.Profile.StepBase == small.StepBase/2,
		"sequences":      c.Profile.MaxSeqs == 8,
		"seed":           c.Seed == 9,
		"faults":         len(c.Faults) == 1 && c.Faults[0].Kind == "stall",
		"the rest stays": c.Profile.Blocks == small.Blocks && c.Script.ITL.Sigma == sim.DefaultScript().ITL.Sigma,
	} {
		if !ok {
			t.Errorf("%s: %+v", what, c)
		}
	}
}

// The server answers until it is closed; then its port is free and its log complete.
func TestSimStartsAndStops(t *testing.T) {
	log := filepath.Join(t.TempDir(), "truth.ndjson")
	for start := 1; start <= 2; start++ {
		c, err := Sim{}.Config()
		if err != nil {
			t.Fatal(err)
		}
		r, err := startSim(context.Background(), c, log)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.Post(r.url+"/v1/completions", "application/json", strings.NewReader(`{"model":"sim-small","prompt":"x","max_tokens":2}`))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("status %d", resp.StatusCode)
		}
		if err := r.close(); err != nil {
			t.Error(err)
		}
		if _, err := http.Get(r.url + "/health"); err == nil {
			t.Error("it still answers")
		}
		lines, err := os.ReadFile(log)
		if n := strings.Count(string(lines), `"done":true`); n != start || err != nil {
			t.Errorf("%d lines after start %d: %v", n, start, err)
		}
	}
	c, _ := Sim{}.Config()
	if _, err := startSim(context.Background(), c, filepath.Join(log, "no", "folder")); err == nil {
		t.Error("a log that can't be opened is no error")
	}
}

// The two modes share their fields; what the other one has is named.
func TestSimSaysWhatItIgnores(t *testing.T) {
	check := func(s Sim, want ...string) {
		t.Helper()
		server, err := s.Open(t.Context(), Host{})
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		if len(server.Warnings) != len(want) {
			t.Fatalf("%+v: warnings %q, want %d", s, server.Warnings, len(want))
		}
		for i, field := range want {
			if !strings.HasPrefix(server.Warnings[i], "backend."+field+" is ignored: ") {
				t.Errorf("%+v: warnings %q, want one of %s", s, server.Warnings, field)
			}
		}
	}
	check(Sim{Speed: 2, MaxNumSeqs: 4})
	check(Sim{Mode: "script", TTFTMs: 1, ITLMs: 1})
	check(Sim{TTFTMs: 1, ITLMs: 1}, "ttft_ms", "itl_ms")
	check(Sim{Mode: "script", Speed: 2, MaxNumSeqs: 4}, "speed", "max_num_seqs")
}
