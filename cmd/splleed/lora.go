package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/splleed/splleed"
)

// adapters are models with weights: sql=3,chat.
type adapters []splleed.Part

func (a *adapters) UnmarshalText(text []byte) error {
	for item := range strings.SplitSeq(string(text), ",") {
		name, weight, weighed := strings.Cut(strings.TrimSpace(item), "=")
		p := splleed.Part{Name: name, Model: name, Weight: 1}
		var err error
		if weighed {
			p.Weight, err = strconv.ParseFloat(weight, 64)
		}
		if name == "" || err != nil || !(p.Weight > 0) || math.IsInf(p.Weight, 0) {
			return fmt.Errorf("want adapters, with weights above 0, such as sql=3,chat, got %q", item)
		}
		*a = append(*a, p)
	}
	return nil
}

// mix makes each adapter a class, to which all prompts are sent.
func (a adapters) mix(b *splleed.Benchmark) error {
	if len(a) == 0 {
		return nil
	}
	if len(b.Mix)+len(b.Trace) > 0 {
		return faulty("--lora: does not go with a mix, whose classes name their own model, nor with a trace")
	}
	for _, p := range a {
		p.Prompts = b.Prompts
		b.Mix = append(b.Mix, p)
	}
	b.Prompts = nil
	return nil
}
