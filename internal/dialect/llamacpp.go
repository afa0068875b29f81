package dialect

// llamaCpp is llama.cpp's own /completion: one event a token, with its id.
type llamaCpp struct{ whole bool }

func (llamaCpp) Path() string          { return "/completion" }
func (l llamaCpp) Framing() Framing    { return framing(SSE, l.whole) }
func (l llamaCpp) Unstreamed() Dialect { return llamaCpp{whole: true} }
func (llamaCpp) Decoder() Decoder      { return &decoder{event: new(llamaCppEvent)} }

// Body asks for token ids, which say what an event without text is: a token that has none, or the end.
func (l llamaCpp) Body(r Request) ([]byte, error) {
	s, o := r.Sampling, object{"prompt": r.Prompt, "n_predict": r.Sampling.Limit(), "stream": !l.whole, "return_tokens": true}
	put(o, "temperature", s.Temperature)
	put(o, "top_p", s.TopP)
	put(o, "frequency_penalty", s.FrequencyPenalty)
	put(o, "presence_penalty", s.PresencePenalty)
	put(o, "repeat_penalty", s.RepetitionPenalty)
	put(o, "ignore_eos", s.IgnoreEOS)
	put(o, "seed", s.Seed)
	if s.TopK != 0 {
		o["top_k"] = max(s.TopK, 0) // 0 is all
	}
	if len(s.Stop) > 0 {
		o["stop"] = s.Stop
	}
	return encode(o, r.Prompt, r.ExtraBody)
}

// Unsupported names what llama.cpp has no parameter for.
func (llamaCpp) Unsupported(s Sampling) []string { return s.lacks("min_tokens") }

// llamaCppEvent is an event, or a whole response: both have the same fields.
type llamaCppEvent struct {
	Content filled `json:"content"`
	Tokens  length `json:"tokens"`
	Stop    filled `json:"stop"`
	Why     string `json:"stop_type"` // "limit", "eos", "word"
	Output  int    `json:"tokens_predicted"`
	Input   int    `json:"tokens_evaluated"`
	Timings struct {
		Cached int `json:"cache_n"`
	} `json:"timings"`
	Error errorText `json:"error"`
}

func (e *llamaCppEvent) reset() {
	*e = llamaCppEvent{Input: -1, Output: -1}
	e.Timings.Cached = -1
}

func (e *llamaCppEvent) scan(s *scanner) bool {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "content":
			e.Content.scan(s)
		case "tokens":
			e.Tokens.scan(s)
		case "stop":
			_ = e.Stop.UnmarshalJSON(s.Value())
		case "stop_type":
			scanWord(s, &e.Why, "none", "limit", "eos", "word")
		case "tokens_predicted":
			s.hole(s.Int(&e.Output))
		case "tokens_evaluated":
			s.Int(&e.Input)
		case "timings":
			for s.Open('{'); s.Field(); {
				if string(s.Key) == "cache_n" {
					s.Int(&e.Timings.Cached)
				}
			}
		case "error":
			_ = e.Error.UnmarshalJSON(s.Value())
		}
	}
	return s.Done()
}

// delta is event's. Counts are taken from the end alone: before, every event says how many tokens it brought.
func (e *llamaCppEvent) delta() Delta {
	delta := Delta{Error: string(e.Error), Tokens: int(e.Tokens)}
	switch {
	case bool(e.Content):
		delta.Content = Text
	case e.Tokens > 0:
		delta.Content = Blank
	}
	if !e.Stop {
		return delta
	}
	delta.Done, delta.Finish = true, e.Why
	if e.Output >= 0 {
		delta.Usage = Usage{Known: true, Input: e.Input, Output: e.Output, Cached: max(0, e.Timings.Cached), CachedKnown: e.Timings.Cached >= 0}
	}
	return delta
}
