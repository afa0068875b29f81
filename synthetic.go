package splleed

import (
	"fmt"

	"github.com/splleed/splleed/internal/workload"
)

// SyntheticPrompts makes count prompts of exactly targetTokens tokens as the given function counts them, each counted
// again as a whole; nil counts words. The prompts are words at random, and the same for the same seed. The error says
// that the function gives no text that length.
func SyntheticPrompts(count, targetTokens int, tokens func(string) int, seed uint64) ([]string, error) {
	synthetic := workload.NewSynthetic(tokens, seed)
	prompts := make([]string, max(0, count))
	for i := range prompts {
		var err error
		if prompts[i], err = synthetic.Prompt(targetTokens); err != nil {
			return nil, fmt.Errorf("synthetic prompt %d: %w", i, err)
		}
	}
	return prompts, nil
}
