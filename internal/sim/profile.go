package sim

import "time"

// Profile is what a model costs on its hardware, and how much its engine takes on at once. A limit of zero is none.
type Profile struct {
	Setup        time.Duration // from receipt to the queue: HTTP, template, tokenizer
	StepBase     time.Duration // every engine step: weights read, kernels launched
	PrefillToken time.Duration // per prompt token computed
	DecodeSeq    time.Duration // per sequence that decodes
	ContextToken time.Duration // per token of context that the decoding sequences read

	MaxSeqs       int // sequences running at once
	StepBudget    int // tokens computed in a step; longer prompts are prefilled in chunks
	TokensPerStep int // per decoding sequence; more than 1 as with speculative decoding. 0 means 1
	BlockSize     int // tokens in a block of the KV cache; 0 means 16
	Blocks        int // blocks of the KV cache

	NoPrefixCache bool
	Jitter        float64 // sigma of a log-normal factor, of mean 1, on each step's cost
	Seed          uint64  // of the jitter
}

// Small is a model of about a billion parameters on a good GPU: at low load TTFT around 20 ms and ITL around 4 ms, with
// 128 in flight around 11 ms.
func Small() Profile {
	return Profile{
		Setup:        15 * time.Millisecond,
		StepBase:     4 * time.Millisecond,
		PrefillToken: 20 * time.Microsecond,
		DecodeSeq:    40 * time.Microsecond,
		ContextToken: 30 * time.Nanosecond,
		MaxSeqs:      256,
		StepBudget:   2048,
		BlockSize:    16,
		Blocks:       32768,
		Jitter:       0.03,
	}
}

// Faster is p with everything by the given factor faster; below 1 it is slower.
func (p Profile) Faster(factor float64) Profile {
	for _, d := range []*time.Duration{&p.Setup, &p.StepBase, &p.PrefillToken, &p.DecodeSeq, &p.ContextToken} {
		*d = time.Duration(float64(*d) / factor)
	}
	return p
}

// stepCost is the mean duration of a step.
func (p Profile) stepCost(prefill, decoding, context int) time.Duration {
	return p.StepBase + time.Duration(prefill)*p.PrefillToken + time.Duration(decoding)*p.DecodeSeq +
		time.Duration(context)*p.ContextToken
}

// orDefault gives every limit the value that works: none is the largest.
func (p Profile) orDefault() Profile {
	or := func(v *int, def int) {
		if *v == 0 {
			*v = def
		}
	}
	const none = 1 << 40
	or(&p.MaxSeqs, none)
	or(&p.StepBudget, none)
	or(&p.TokensPerStep, 1)
	or(&p.BlockSize, blockSize)
	or(&p.Blocks, none)
	return p
}

const blockSize = 16
