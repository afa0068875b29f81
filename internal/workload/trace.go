package workload

import (
	"encoding/json"
	"errors"
	"io"
	"math"
)

// Arrival is one request of a trace.
type Arrival struct {
	At float64 // seconds since the first one
	Item
}

// traceLine is a line of a trace: of Mooncake's form (timestamp, input_length, output_length), or with the text itself.
type traceLine struct {
	Timestamp *float64 `json:"timestamp"` // milliseconds
	AtS       *float64 `json:"at_s"`      // seconds

	Prompt      string `json:"prompt"`
	InputLength int    `json:"input_length"` // in place of prompt: so many words at random

	OutputLength int `json:"output_length"`
	MaxTokens    int `json:"max_tokens"`
}

// ReadTrace reads a trace, a JSON object a line. Times count from the first request; prompts that it gives by length
// alone are made from the seed.
func ReadTrace(r io.Reader, seed uint64) ([]Arrival, error) {
	words := NewSynthetic(nil, seed)
	first, last := math.NaN(), 0.0 // there is none yet
	all, err := scan(r, func(line []byte) (Arrival, error) {
		a, err := arrival(line, words)
		if math.IsNaN(first) {
			first = a.At
		}
		a.At -= first
		if err == nil && a.At < last {
			err = errors.New("its time is before that of the line above")
		}
		last = a.At
		return a, err
	})
	if err == nil && len(all) == 0 {
		err = errors.New("no requests in it")
	}
	return all, err
}

func arrival(line []byte, words *Synthetic) (Arrival, error) {
	var l traceLine
	if err := json.Unmarshal(line, &l); err != nil {
		return Arrival{}, err
	}
	a := Arrival{Item: Item{Text: l.Prompt, MaxTokens: max(l.MaxTokens, l.OutputLength)}}
	switch {
	case l.AtS != nil:
		a.At = *l.AtS
	case l.Timestamp != nil:
		a.At = *l.Timestamp / 1000
	default:
		return a, errors.New(`no time: want "timestamp" (ms) or "at_s"`)
	}
	var err error
	switch {
	case a.Text != "":
	case l.InputLength > 0 && l.InputLength <= MostWords:
		a.Text, err = words.Prompt(l.InputLength)
	default:
		err = errors.New(`nothing to send: want "prompt", or "input_length" (1 to 1,000,000)`)
	}
	return a, err
}
