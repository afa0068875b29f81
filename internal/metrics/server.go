package metrics

import (
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/scrape"
)

// server is the level as the server saw it, beside what the client saw.
func (l Level) server() *result.Server {
	var levels []scrape.Level
	for _, t := range l.Trials {
		levels = append(levels, scrape.Level{Course: t.Server, Records: t.Records, T0: t.T0, T1: t.T1})
	}
	return scrape.Describe(levels)
}

// gpu is what the server's GPUs did, and what a token took of their energy.
func (l Level) gpu(rates result.Throughput) *result.GPUUse {
	var levels []scrape.Level
	for _, t := range l.Trials {
		levels = append(levels, scrape.Level{Course: t.GPU, T0: t.T0, T1: t.T1})
	}
	use := scrape.DescribeGPUs(levels)
	if use != nil && use.PowerW != nil && rates.OutputTokensPerSec != nil {
		use.JoulesPerOutputToken = number(*use.PowerW / *rates.OutputTokensPerSec)
	}
	return use
}
