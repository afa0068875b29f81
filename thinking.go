package splleed

import (
	"slices"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/invalid"
)

func (b Benchmark) checkThinkTags(bad *invalid.Fields) {
	bad.Check(len(b.ThinkTags) <= 2 && !slices.Contains(b.ThinkTags, ""), "think_tags",
		`want the tag that opens reasoning and the one that closes it, such as ["<think>", "</think>"], or the closing one alone`)
}

// thinking tells reasoning by its tags, where the user names them.
func (b Benchmark) thinking(d dialect.Dialect) dialect.Dialect {
	switch tags := b.ThinkTags; len(tags) {
	case 0:
		return d
	case 1:
		return dialect.Thinking(d, "", tags[0])
	default:
		return dialect.Thinking(d, tags[0], tags[1])
	}
}
