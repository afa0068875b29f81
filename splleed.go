package splleed

import (
	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/result"
)

// The backends. A program can bring its own: anything with the methods of Backend.
type (
	Backend  = engine.Backend
	Server   = engine.Server
	Host     = engine.Host
	VLLM     = engine.VLLM
	TGI      = engine.TGI
	LlamaCpp = engine.LlamaCpp
	OpenAI   = engine.OpenAI
	Sim      = engine.Sim
	Launch   = engine.Launch
	Access   = engine.Access
	Secret   = engine.Secret
)

// The APIs that servers speak. A Backend of one's own can bring its own Dialect.
type (
	Dialect  = dialect.Dialect
	Decoder  = dialect.Decoder
	Delta    = dialect.Delta
	Usage    = dialect.Usage
	Request  = dialect.Request
	Sampling = dialect.Sampling
	Framing  = dialect.Framing
)

// The parts of results.
type (
	Level     = result.Level
	Trial     = result.Trial
	Aggregate = result.Aggregate
	Interval  = result.Interval
	Metric    = result.Metric
	Summary   = result.Summary
)

// FieldError is one bad field of a configuration; ConfigError is all of them.
type (
	FieldError  = invalid.Field
	ConfigError = invalid.Error
)
