package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ask is a generation request, in words that no API owns.
type ask struct {
	model      string
	prompt     []string // tokens
	bytes      int      // of the prompt
	output     int      // tokens at most
	atLeast    int      // tokens at least
	ignoreEOS  bool
	stream     bool
	usage      bool // an event with token counts at the end
	everyUsage bool // and counts on every event
	details    bool // TGI's
	documents  int  // to score
	fault      string
}

// refusal is why a request is turned down.
type refusal struct {
	status  int
	message string
	kind    string // vLLM's type, or TGI's error_type
	param   string
}

// openAI is a body of vLLM's completions and chat. What the simulation has no use for is ignored, as vLLM does.
type openAI struct {
	Model               string    `json:"model"`
	Prompt              prompt    `json:"prompt"`
	Messages            []message `json:"messages"`
	MaxTokens           *int      `json:"max_tokens"`
	MaxCompletionTokens *int      `json:"max_completion_tokens"`
	MinTokens           int       `json:"min_tokens"`
	IgnoreEOS           bool      `json:"ignore_eos"`
	Temperature         *float64  `json:"temperature"`
	N                   *int      `json:"n"`
	Stream              bool      `json:"stream"`
	StreamOptions       *struct {
		IncludeUsage         bool `json:"include_usage"`
		ContinuousUsageStats bool `json:"continuous_usage_stats"`
	} `json:"stream_options"`
	Fault string `json:"sim_fault"`
}

// What a request without a limit gets: vLLM's default for completions; for chat, where vLLM fills the context, less.
const (
	defaultCompletionTokens = 16
	defaultChatTokens       = 128
)

func (s *Server) askCompletions(body []byte) (ask, *refusal) {
	var o openAI
	if no := decode(body, &o); no != nil {
		return ask{}, no
	}
	a := o.ask(defaultCompletionTokens)
	a.prompt, a.bytes = o.Prompt.words, o.Prompt.bytes
	return a, s.check(o, a)
}

func (s *Server) askChat(body []byte) (ask, *refusal) {
	var o openAI
	if no := decode(body, &o); no != nil {
		return ask{}, no
	}
	a := o.ask(defaultChatTokens)
	for _, m := range o.Messages {
		a.prompt = append(a.prompt, m.Content.words...)
		a.bytes += m.Content.bytes
	}
	return a, s.check(o, a)
}

func (o openAI) ask(output int) ask {
	a := ask{model: o.Model, output: output, atLeast: o.MinTokens, ignoreEOS: o.IgnoreEOS, stream: o.Stream, fault: o.Fault}
	if o.MaxTokens != nil {
		a.output = *o.MaxTokens
	}
	if o.MaxCompletionTokens != nil {
		a.output = *o.MaxCompletionTokens
	}
	if o.StreamOptions != nil {
		a.usage = o.StreamOptions.IncludeUsage
		a.everyUsage = a.usage && o.StreamOptions.ContinuousUsageStats
	}
	return a
}

// check refuses what vLLM refuses, in its words.
func (s *Server) check(o openAI, a ask) *refusal {
	bad := func(param, format string, args ...any) *refusal {
		return &refusal{http.StatusBadRequest, fmt.Sprintf(format, args...), "BadRequestError", param}
	}
	switch {
	case a.model != "" && a.model != s.cfg.Model:
		return &refusal{http.StatusNotFound, fmt.Sprintf("The model `%s` does not exist. Valid aliases: %s.", a.model, s.cfg.Model), "NotFoundError", "model"}
	case o.StreamOptions != nil && !o.Stream:
		return bad("stream_options", "Stream options can only be defined when `stream=True`. (parameter=stream_options)")
	case o.Temperature != nil && *o.Temperature < 0:
		return bad("temperature", "temperature must be non-negative, got %v. (parameter=temperature, value=%[1]v)", *o.Temperature)
	case o.N != nil && *o.N != 1:
		return bad("n", "the simulated server makes one answer a request, not %d", *o.N)
	case len(a.prompt) == 0:
		return bad("prompt", "a prompt of at least one word is needed")
	case a.output < 1:
		return bad("max_tokens", "max_tokens must be at least 1, got %d. (parameter=max_tokens, value=%[1]d)", a.output)
	case a.atLeast > a.output:
		return bad("min_tokens", "min_tokens must be less than or equal to max_tokens=%d, got %d. (parameter=min_tokens, value=%[2]d)", a.output, a.atLeast)
	case len(a.prompt)+a.output > s.cfg.MaxModelLen:
		return bad("input_tokens", "This model's maximum context length is %d tokens. However, you requested %d output tokens and your prompt contains %d input tokens. Please reduce one of them. (parameter=input_tokens, value=%[3]d)", s.cfg.MaxModelLen, a.output, len(a.prompt))
	}
	return nil
}

// decode reads a body, or refuses it as vLLM does.
func decode(body []byte, into any) *refusal {
	err := json.Unmarshal(body, into)
	if err == nil {
		return nil
	}
	loc, problem := "body", "json_invalid"
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		loc, problem = "body."+wrong.Field, "type_error"
	}
	return &refusal{http.StatusBadRequest, fmt.Sprintf("1 validation error:\n  {'type': '%s', 'loc': '%s', 'msg': '%v'}", problem, loc, err), "Bad Request", loc}
}

// message is a turn of a chat.
type message struct {
	Content prompt `json:"content"`
}

// prompt is text as OpenAI's API writes it: a string, a list of one string, parts of type text, or token ids.
type prompt struct {
	words []string
	bytes int
}

// UnmarshalJSON accepts every form of one prompt.
func (p *prompt) UnmarshalJSON(data []byte) error {
	*p = prompt{}
	if bytes.HasPrefix(data, []byte(`"`)) {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		p.add(text)
		return nil
	}
	var list []any
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	return p.addList(list)
}

func (p *prompt) addList(list []any) error {
	for i, item := range list {
		switch item := item.(type) {
		case float64:
			p.add(fmt.Sprint(item))
		case map[string]any: // a part of a message
			text, _ := item["text"].(string)
			p.add(text)
		case string:
			if i > 0 {
				return errors.New("the simulated server takes one prompt a request")
			}
			p.add(item)
		default:
			return fmt.Errorf("a prompt cannot hold %T", item)
		}
	}
	return nil
}

func (p *prompt) add(text string) {
	p.words = append(p.words, strings.Fields(text)...)
	p.bytes += len(text)
}
