package dialect

// openAI is what the bodies of completions and chat have in common. Fields beyond OpenAI's own (top_k, min_tokens,
// ignore_eos, repetition_penalty) have the names that vLLM, llama.cpp and SGLang share.
func openAI(r Request, stream bool) object {
	s, o := r.Sampling, object{"max_tokens": r.Sampling.Limit(), "stream": stream}
	if stream {
		options := object{"include_usage": true}
		put(options, "continuous_usage_stats", r.ContinuousUsage)
		o["stream_options"] = options
	}
	put(o, "model", r.Model)
	put(o, "min_tokens", s.MinTokens)
	put(o, "temperature", s.Temperature)
	put(o, "top_p", s.TopP)
	put(o, "top_k", s.TopK)
	put(o, "frequency_penalty", s.FrequencyPenalty)
	put(o, "presence_penalty", s.PresencePenalty)
	put(o, "repetition_penalty", s.RepetitionPenalty)
	put(o, "ignore_eos", s.IgnoreEOS)
	put(o, "seed", s.Seed)
	if len(s.Stop) > 0 {
		o["stop"] = s.Stop
	}
	return o
}

// chunk is an event of a completions or chat stream, or a whole response. The two differ in where a choice has its
// content.
type chunk struct {
	kind func(*choice) Content

	Choices []choice  `json:"choices"`
	Usage   usage     `json:"usage"`
	Error   errorText `json:"error"`
}

// choice is one of n answers; those after the first count alike.
type choice struct {
	Text     filled `json:"text"`    // completions
	Delta    delta  `json:"delta"`   // chat
	Message  delta  `json:"message"` // chat, without streaming
	Finish   string `json:"finish_reason"`
	TokenIDs length `json:"token_ids"`
}

type usage struct {
	Input   int `json:"prompt_tokens"`
	Output  int `json:"completion_tokens"`
	Details struct {
		Cached int `json:"cached_tokens"`
	} `json:"prompt_tokens_details"`
}

// chunks decodes the chunks of one stream. What it needs lies in one piece of memory.
type chunks struct {
	decoder
	chunk chunk
	first [1]choice
}

func newChunks(kind func(*choice) Content) *decoder {
	c := new(chunks)
	c.chunk = chunk{kind: kind, Choices: c.first[:0]}
	c.event = &c.chunk
	return &c.decoder
}

func (c *chunk) reset() {
	clear(c.Choices[:cap(c.Choices)]) // encoding/json decodes into what lies there
	*c = chunk{kind: c.kind, Choices: c.Choices[:0], Usage: usage{Input: -1, Output: -1}}
	c.Usage.Details.Cached = -1
}

// delta is event's.
func (c *chunk) delta() Delta {
	delta := Delta{Usage: c.Usage.usage(), Error: string(c.Error)}
	for i := range c.Choices {
		c.add(&delta, &c.Choices[i])
	}
	return delta
}

func (c *chunk) add(to *Delta, from *choice) {
	kind := c.kind(from)
	if kind == None && from.TokenIDs > 0 {
		kind = Blank
	}
	if to.Content != Text && kind != None && (kind == Text || kind > to.Content) {
		to.Content = kind
	}
	to.Tokens += int(from.TokenIDs)
	if from.Finish != "" {
		to.Finish = from.Finish
	}
}

func (u usage) usage() Usage {
	if u.Output < 0 {
		return Usage{}
	}
	return Usage{Known: true, Input: u.Input, Output: u.Output, Cached: max(0, u.Details.Cached), CachedKnown: u.Details.Cached >= 0}
}
