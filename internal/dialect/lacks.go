package dialect

import "slices"

// Set names the fields that are set, as in JSON, max_tokens apart, which every request has.
func (s Sampling) Set() (names []string) {
	note := func(name string, set bool) {
		if set {
			names = append(names, name)
		}
	}
	note("min_tokens", s.MinTokens != 0)
	note("temperature", s.Temperature != nil)
	note("top_p", s.TopP != 0)
	note("top_k", s.TopK != 0)
	note("frequency_penalty", s.FrequencyPenalty != nil)
	note("presence_penalty", s.PresencePenalty != nil)
	note("repetition_penalty", s.RepetitionPenalty != 0)
	note("ignore_eos", s.IgnoreEOS)
	note("stop", len(s.Stop) > 0)
	note("seed", s.Seed != nil)
	return names
}

// lacks names those of the fields that are set.
func (s Sampling) lacks(fields ...string) []string {
	return slices.DeleteFunc(s.Set(), func(name string) bool { return !slices.Contains(fields, name) })
}
