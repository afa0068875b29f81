package sim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// openAIFormat is vLLM's way to write completions and chat. Its streams look like those of vLLM 0.32, key by key.
type openAIFormat struct {
	a            ask
	chat         bool
	finish       string
	id, model    string
	created      int64
	head         string // what every event begins with, up to its choices
	before       string // a token event, up to its text
	after        string // and from its text to its finish reason
	finishNull   string // and from there to its end, while the stream goes on
	finishReason string // or with the last token
	fingerprint  string
}

func newCompletions(s *Server, a ask, id, finish string) format {
	f := newOpenAI(s, a, "cmpl-"+id, finish, "text_completion")
	f.before = f.head + `[{"index":0,"text":"`
	f.after = `","logprobs":null,"finish_reason":`
	f.finishNull = `null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]`
	f.finishReason = strings.Replace(f.finishNull, "null", `"`+finish+`"`, 1)
	return f
}

func newChat(s *Server, a ask, id, finish string) format {
	f := newOpenAI(s, a, "chatcmpl-"+id, finish, "chat.completion.chunk")
	f.chat = true
	f.before = f.head + `[{"index":0,"delta":{"content":"`
	f.after = `"},"logprobs":null,"finish_reason":`
	f.finishNull = `null,"token_ids":null}]`
	f.finishReason = `"` + finish + `","stop_reason":null,"token_ids":null}]`
	return f
}

func newOpenAI(s *Server, a ask, id, finish, object string) *openAIFormat {
	f := &openAIFormat{a: a, finish: finish, id: id, model: quote(s.cfg.Model), created: time.Now().Unix()}
	f.head = fmt.Sprintf(`{"id":"%s","object":"%s","created":%d,"model":%s,"choices":`, id, object, f.created, f.model)
	f.fingerprint = `,"system_fingerprint":` + quote(Version)
	return f
}

func (f *openAIFormat) header(http.Header) {}

// opening is the role, which vLLM sends with the first token, not earlier.
func (f *openAIFormat) opening(dst []byte) []byte {
	if !f.chat {
		return dst
	}
	return f.role(dst)
}

func (f *openAIFormat) role(dst []byte) []byte {
	if !f.chat {
		return append(append(append(append(dst, f.before...), f.after...), f.finishNull...), '}')
	}
	dst = append(append(dst, f.head...), `[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"prompt_token_ids":null,"prompt_text":null`...)
	return append(f.running(dst, counts{input: len(f.a.prompt)}), '}')
}

func (f *openAIFormat) token(dst []byte, e event) []byte {
	dst = append(dst, f.before...)
	dst = append(dst, e.text...)
	dst = append(dst, f.after...)
	if e.last {
		dst = append(dst, f.finishReason...)
	} else {
		dst = append(dst, f.finishNull...)
	}
	dst = f.running(dst, counts{input: len(f.a.prompt), output: e.total})
	if e.last && !f.a.usage {
		dst = append(dst, f.fingerprint...)
	}
	return append(dst, '}')
}

// running adds the counts that are on every event, if asked for.
func (f *openAIFormat) running(dst []byte, c counts) []byte {
	if !f.a.everyUsage {
		return dst
	}
	return append(c.append(append(dst, `,"usage":`...)), '}')
}

// closing is the counts, if asked for: an event without choices.
func (f *openAIFormat) closing(dst []byte, c counts) []byte {
	if !f.a.usage {
		return dst
	}
	dst = c.append(append(append(dst, f.head...), `[],"usage":`...))
	if c.cachedKnown {
		dst = c.appendDetails(dst)
	}
	return append(append(append(dst, '}'), f.fingerprint...), '}')
}

func (f *openAIFormat) done() string { return "[DONE]" }

func (f *openAIFormat) whole(dst []byte, text []byte, c counts) []byte {
	object, choice := "text_completion", `"text":"%s","logprobs":null,"finish_reason":"%s","stop_reason":null,"token_ids":null,"prompt_logprobs":null,"prompt_token_ids":null,"routed_experts":null`
	if f.chat {
		object, choice = "chat.completion", `"message":{"role":"assistant","content":"%s","refusal":null,"annotations":null,"audio":null,"function_call":null,"reasoning":null},"logprobs":null,"finish_reason":"%s","stop_reason":null,"token_ids":null,"routed_experts":null`
	}
	dst = fmt.Appendf(dst, `{"id":"%s","object":"%s","created":%d,"model":%s,"choices":[{"index":0,`+choice+`}],"service_tier":null%s,"usage":`,
		f.id, object, f.created, f.model, text, f.finish, f.fingerprint)
	dst = c.append(dst)
	if c.cachedKnown {
		dst = c.appendDetails(dst)
	} else {
		dst = append(dst, `,"prompt_tokens_details":null`...)
	}
	dst = append(dst, `,"completion_tokens_details":null}`...)
	if f.chat {
		dst = append(dst, `,"prompt_logprobs":null,"prompt_token_ids":null,"prompt_text":null`...)
	}
	return append(dst, `,"kv_transfer_params":null,"ec_transfer_params":null,"metrics":null}`...)
}

// append writes the counts as an object that is still open.
func (c counts) append(dst []byte) []byte {
	dst = append(dst, `{"prompt_tokens":`...)
	dst = strconv.AppendInt(dst, int64(c.input), 10)
	dst = append(dst, `,"total_tokens":`...)
	dst = strconv.AppendInt(dst, int64(c.input+c.output), 10)
	dst = append(dst, `,"completion_tokens":`...)
	return strconv.AppendInt(dst, int64(c.output), 10)
}

func (c counts) appendDetails(dst []byte) []byte {
	return fmt.Appendf(dst, `,"prompt_tokens_details":{"cached_tokens":%d}`, c.cached)
}

// refuseOpenAI answers in vLLM's way: with a status, also where a stream was asked for.
func refuseOpenAI(r *reply, no *refusal) { r.body(no.status, "application/json", errorOpenAI(no)) }

func errorOpenAI(no *refusal) []byte {
	type inner struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    int     `json:"code"`
	}
	e := inner{no.message, no.kind, nil, no.status}
	if no.param != "" {
		e.Param = &no.param
	}
	return marshal(map[string]inner{"error": e})
}

// quote is s as JSON.
func quote(s string) string { return string(marshal(s)) }

// marshal is v as JSON in which < and > stay as they are: real servers don't escape them.
func marshal(v any) []byte {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	e.Encode(v) // a buffer takes everything, and v is of our own types
	return bytes.TrimSuffix(buf.Bytes(), []byte{'\n'})
}
