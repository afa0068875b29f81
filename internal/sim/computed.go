package sim

import (
	"fmt"
	"net/http"
	"strconv"
)

// computed is a request for something that is not generated, a vector or scores, in the shape of vLLM's answer. To the
// engine it is a prompt with one token of output: the step that makes the result.
type computed struct {
	a       ask
	model   string
	results int // scores
}

func (s *Server) askEmbeddings(body []byte) (ask, *refusal) {
	var o struct {
		Model string `json:"model"`
		Input prompt `json:"input"`
		Fault string `json:"sim_fault"`
	}
	if no := decode(body, &o); no != nil {
		return ask{}, no
	}
	a := ask{model: o.Model, prompt: o.Input.words, bytes: o.Input.bytes, output: 1, ignoreEOS: true, fault: o.Fault}
	return a, s.check(openAI{}, a)
}

// askRerank takes a query and documents. Each pair of them goes through the model.
func (s *Server) askRerank(body []byte) (ask, *refusal) {
	var o struct {
		Model     string   `json:"model"`
		Query     prompt   `json:"query"`
		Documents []prompt `json:"documents"`
		Fault     string   `json:"sim_fault"`
	}
	if no := decode(body, &o); no != nil {
		return ask{}, no
	}
	a := ask{model: o.Model, output: 1, ignoreEOS: true, fault: o.Fault, documents: len(o.Documents)}
	for _, d := range o.Documents {
		a.prompt = append(append(a.prompt, o.Query.words...), d.words...)
		a.bytes += o.Query.bytes + d.bytes
	}
	return a, s.check(openAI{}, a)
}

func newComputed(s *Server, a ask, _, _ string) format {
	return computed{a, quote(s.cfg.Model), a.documents}
}

func (computed) header(http.Header)                  {}
func (computed) opening(dst []byte) []byte           { return dst }
func (computed) role(dst []byte) []byte              { return dst }
func (computed) token(dst []byte, _ event) []byte    { return dst }
func (computed) closing(dst []byte, _ counts) []byte { return dst }
func (computed) done() string                        { return "" }

// whole is a vector of four numbers, or a score a document.
func (f computed) whole(dst, _ []byte, c counts) []byte {
	usage := fmt.Sprintf(`"usage":{"prompt_tokens":%d,"total_tokens":%[1]d}}`, c.input)
	if f.results == 0 {
		return fmt.Appendf(dst, `{"object":"list","model":%s,"data":[{"index":0,"object":"embedding","embedding":[0.5,-0.5,0.5,-0.5]}],%s`, f.model, usage)
	}
	dst = fmt.Appendf(dst, `{"model":%s,"results":[`, f.model)
	for i := range f.results {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"index":`...)
		dst = append(strconv.AppendInt(dst, int64(i), 10), `,"relevance_score":0.5}`...)
	}
	return append(append(dst, `],`...), usage...)
}
