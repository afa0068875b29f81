package dialect

// The scan methods fill what encoding/json would fill, in the same way: a value that comes twice is laid over the
// first, null leaves numbers, strings and objects as they are. They report whether the result can be relied on.

func (c *chunk) scan(s *scanner) bool {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "choices":
			c.scanChoices(s)
		case "usage":
			c.Usage.scan(s)
		case "error":
			_ = c.Error.UnmarshalJSON(s.Value())
		}
	}
	return s.Done()
}

func (c *chunk) scanChoices(s *scanner) {
	if len(c.Choices) > 0 {
		s.Fail() // a second list is laid over the first, element by element
	}
	for s.Open('['); s.Element(); {
		c.Choices = append(c.Choices, choice{})
		c.Choices[len(c.Choices)-1].scan(s)
	}
}

func (c *choice) scan(s *scanner) {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "text":
			c.Text.scan(s)
		case "delta":
			c.Delta.scan(s)
		case "message":
			c.Message.scan(s)
		case "finish_reason":
			scanFinish(s, &c.Finish)
		case "token_ids":
			_ = c.TokenIDs.UnmarshalJSON(s.Value())
		case "index":
			s.hole(s.Value())
		}
	}
}

func (d *delta) scan(s *scanner) {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "role":
			d.Role.scan(s)
		case "content":
			d.Content.scan(s)
		case "refusal":
			d.Refusal.scan(s)
		case "tool_calls":
			d.ToolCalls.scan(s)
		case "function_call":
			d.FunctionCall.scan(s)
		case "reasoning":
			d.Reasoning.scan(s)
		case "reasoning_content":
			d.ReasoningContent.scan(s)
		case "reasoning_text":
			d.ReasoningText.scan(s)
		case "reasoning_details":
			d.ReasoningDetails.scan(s)
		case "thinking":
			d.Thinking.scan(s)
		}
	}
}

func (u *usage) scan(s *scanner) {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "prompt_tokens":
			s.Int(&u.Input)
		case "completion_tokens":
			s.Int(&u.Output)
		case "prompt_tokens_details":
			for s.Open('{'); s.Field(); {
				if string(s.Key) == "cached_tokens" {
					s.Int(&u.Details.Cached)
				}
			}
		}
	}
}

func (e *tgiEvent) scan(s *scanner) bool {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "token":
			e.scanToken(s)
		case "generated_text":
			_ = e.GeneratedText.UnmarshalJSON(s.Value())
		case "details":
			e.scanDetails(s)
		case "index":
			s.hole(s.Value())
		case "error":
			_ = e.Error.UnmarshalJSON(s.Value())
		}
	}
	return s.Done()
}

func (e *tgiEvent) scanToken(s *scanner) {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "id":
			s.hole(s.Int(&e.Token.ID))
		case "text":
			e.Token.Text.scan(s)
		case "logprob":
			s.hole(s.Value())
		}
	}
}

func (e *tgiEvent) scanDetails(s *scanner) {
	for s.Open('{'); s.Field(); {
		switch string(s.Key) {
		case "finish_reason":
			scanFinish(s, &e.Details.Finish)
		case "input_length":
			s.Int(&e.Details.Input)
		case "generated_tokens":
			s.Int(&e.Details.Output)
		}
	}
}

func (f *filled) scan(s *scanner) {
	value := s.Value()
	_ = f.UnmarshalJSON(value)
	s.hole(value)
}

func (c *content) scan(s *scanner) {
	value := s.Value()
	_ = c.UnmarshalJSON(value)
	s.hole(value)
}

// scan notes a hole for each id: what they are does not matter, how many there are does.
func (n *length) scan(s *scanner) {
	count := 0
	for s.Open('['); s.Element(); count++ {
		id := s.Value()
		if k := kindOf(id); k != integer && k != fraction {
			s.Fail()
		}
		s.hole(id)
	}
	if count > 0 {
		*n = length(count)
	}
}

// scanFinish allocates only for reasons that no server is known to give.
func scanFinish(s *scanner, to *string) {
	scanWord(s, to, "stop", "length", "eos_token", "stop_sequence", "tool_calls", "content_filter", "abort")
}

// scanWord reads a string that is probably one of those known, without allocating it then.
func scanWord(s *scanner, to *string, known ...string) {
	word := s.Word()
	switch {
	case word == nil:
		return
	case len(word) == 0:
		*to = ""
		return
	}
	for _, k := range known {
		if string(word) == k {
			*to = k
			return
		}
	}
	*to = string(word)
}
