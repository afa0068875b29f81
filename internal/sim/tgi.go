package sim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// tgi is Text Generation Inference's own API, with the details of one response.
type tgi struct {
	a      ask
	prompt int
	finish string
	text   []byte // all of it so far: the last event repeats it
}

// tgiBody is a body of /generate and /generate_stream.
type tgiBody struct {
	Inputs     *string `json:"inputs"`
	Parameters struct {
		MaxNewTokens *int     `json:"max_new_tokens"`
		Details      bool     `json:"details"`
		Temperature  *float64 `json:"temperature"`
		TopP         *float64 `json:"top_p"`
		TopK         *int     `json:"top_k"`
	} `json:"parameters"`
	Stream bool   `json:"stream"`
	Fault  string `json:"sim_fault"`
}

// defaultNewTokens is what a request without max_new_tokens gets.
const defaultNewTokens = 100

func (s *Server) askGenerateStream(body []byte) (ask, *refusal) {
	a, no := s.askGenerate(body)
	a.stream = true
	return a, no
}

func (s *Server) askGenerate(body []byte) (ask, *refusal) {
	var t tgiBody
	if err := json.Unmarshal(body, &t); err != nil {
		if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			return ask{}, &refusal{http.StatusUnprocessableEntity, fmt.Sprintf("Failed to deserialize the JSON body into the target type: %v", err), "", ""}
		}
		return ask{}, &refusal{http.StatusBadRequest, fmt.Sprintf("Failed to parse the request body as JSON: %v", err), "", ""}
	}
	if t.Inputs == nil {
		return ask{}, &refusal{http.StatusUnprocessableEntity, "Failed to deserialize the JSON body into the target type: missing field `inputs`", "", ""}
	}
	var p prompt
	p.add(*t.Inputs)
	a := ask{prompt: p.words, bytes: p.bytes, output: defaultNewTokens, details: t.Parameters.Details, fault: t.Fault}
	if n := t.Parameters.MaxNewTokens; n != nil {
		a.output = *n
	}
	return a, s.checkTGI(t, a)
}

// checkTGI refuses what TGI's router refuses, in its words.
func (s *Server) checkTGI(t tgiBody, a ask) *refusal {
	bad := func(format string, args ...any) *refusal {
		return &refusal{http.StatusUnprocessableEntity, "Input validation error: " + fmt.Sprintf(format, args...), "validation", ""}
	}
	p := t.Parameters
	switch {
	case len(a.prompt) == 0:
		return bad("`inputs` cannot be empty")
	case p.Temperature != nil && *p.Temperature <= 0:
		return bad("`temperature` must be strictly positive")
	case p.TopP != nil && (*p.TopP <= 0 || *p.TopP >= 1):
		return bad("`top_p` must be > 0.0 and < 1.0")
	case p.TopK != nil && *p.TopK <= 0:
		return bad("`top_k` must be strictly positive")
	case a.output < 1:
		return bad("`max_new_tokens` must be strictly positive")
	case len(a.prompt)+a.output > s.cfg.MaxModelLen:
		return bad("`inputs` tokens + `max_new_tokens` must be <= %d. Given: %d `inputs` tokens and %d `max_new_tokens`", s.cfg.MaxModelLen, len(a.prompt), a.output)
	}
	return nil
}

func newTGI(_ *Server, a ask, _ string, finish string) format {
	if finish == finishStop {
		finish = "eos_token"
	}
	return &tgi{a: a, prompt: len(a.prompt), finish: finish}
}

func (t *tgi) header(h http.Header) {
	h.Set("X-Compute-Type", "simulated")
	h.Set("X-Compute-Characters", strconv.Itoa(t.a.bytes))
}

func (t *tgi) opening(dst []byte) []byte { return dst }

func (t *tgi) role(dst []byte) []byte { return dst }

func (t *tgi) token(dst []byte, e event) []byte {
	t.text = append(t.text, e.text...)
	dst = append(dst, `{"index":`...)
	dst = strconv.AppendInt(dst, int64(e.total), 10)
	dst = append(dst, `,"token":`...)
	dst = appendToken(dst, e.text)
	if !e.last {
		return append(dst, `,"generated_text":null,"details":null}`...)
	}
	dst = append(dst, `,"generated_text":"`...)
	dst = append(dst, t.text...)
	dst = append(dst, `","details":`...)
	if !t.a.details {
		return append(dst, `null}`...)
	}
	return fmt.Appendf(dst, `{"finish_reason":"%s","generated_tokens":%d,"seed":null,"input_length":%d}}`, t.finish, e.total, t.prompt)
}

func appendToken(dst, text []byte) []byte {
	dst = append(dst, `{"id":`...)
	dst = strconv.AppendInt(dst, int64(tokenID(string(bytes.TrimSpace(text)))), 10)
	dst = append(dst, `,"text":"`...)
	dst = append(dst, text...)
	dst = append(dst, `","logprob":-1.5,"special":`...)
	dst = strconv.AppendBool(dst, len(text) == 0) // no text: the end of the sequence, or one of its kind
	return append(dst, '}')
}

func (t *tgi) closing(dst []byte, _ counts) []byte { return dst }

func (t *tgi) done() string { return "" }

func (t *tgi) whole(dst []byte, text []byte, c counts) []byte {
	dst = append(append(append(dst, `{"generated_text":"`...), text...), '"')
	if !t.a.details {
		return append(dst, '}')
	}
	dst = fmt.Appendf(dst, `,"details":{"finish_reason":"%s","generated_tokens":%d,"seed":null,"prefill":[],"tokens":[`, t.finish, c.output)
	for i, word := range bytes.Fields(text) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendToken(dst, append([]byte{' '}, word...))
	}
	return append(dst, `]}}`...)
}

// refuseTGI answers in TGI's way: a stream has begun by the time that its request is validated.
func refuseTGI(r *reply, no *refusal) {
	switch {
	case no.kind == "":
		r.body(no.status, "text/plain; charset=utf-8", []byte(no.message))
	case no.kind == "validation" && r.ask.stream:
		r.begin()
		r.put(errorTGI(no), 0)
		r.flush()
	default:
		r.body(no.status, "application/json", errorTGI(no))
	}
}

func errorTGI(no *refusal) []byte {
	return marshal(struct {
		Error string `json:"error"`
		Type  string `json:"error_type"`
	}{no.message, no.kind})
}
