package splleed_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// A library user's program is no truth server: without one, that is said before anything runs.
func TestCertifyNeedsAProgram(t *testing.T) {
	b := splleed.Benchmark{Backend: splleed.Sim{}, Prompts: []string{"x"}, Certify: true}
	var bad *splleed.ConfigError
	if _, err := b.Run(t.Context()); !errors.As(err, &bad) || !strings.Contains(err.Error(), "certify: needs a splleed command") {
		t.Errorf("got %v", err)
	}
}

// A program that is no splleed costs the calibration, not the results.
func TestCertifyWithSomethingElse(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	b := splleed.Benchmark{
		Backend: splleed.Sim{Mode: "script", TTFTMs: 1, ITLMs: 1}, Prompts: []string{"x"}, Runs: 2, Certify: true, Program: self + ".none",
		Sampling: splleed.Sampling{MaxTokens: 2},
	}
	results, err := b.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if in := results.Results[0].Instrument; in.Calibration != nil || !strings.Contains(strings.Join(results.Warnings, "\n"), "calibrating before the run: concurrency 1") {
		t.Errorf("%+v, warnings %q", in.Calibration, results.Warnings)
	}
}
