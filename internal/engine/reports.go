package engine

import (
	"context"
	"encoding/json"
	"time"

	"github.com/splleed/splleed/internal/secret"
)

// reportPaths are where servers tell about themselves: vLLM, all with the OpenAI API, TGI, llama.cpp.
var reportPaths = []string{"/version", "/v1/models", "/info", "/props"}

// surveyLimit bounds all the questions together: what comes of them is for the record only.
const surveyLimit = 3 * time.Second

// survey asks the server what it says about itself, for the record. No answer is none.
func (s *Server) survey(ctx context.Context, p prober) {
	ctx, cancel := context.WithTimeout(ctx, surveyLimit)
	defer cancel()
	hide := secret.OfHeader(p.header)
	for _, path := range reportPaths {
		a, err := p.get(ctx, path)
		if err != nil || !a.ok() {
			continue
		}
		var says map[string]any
		if json.Unmarshal([]byte(hide.Text(string(a.body))), &says) != nil || len(says) == 0 {
			continue
		}
		secret.Fields(says)
		if s.Reports == nil {
			s.Reports = map[string]any{}
		}
		s.Reports[path] = short(says, 0)
		if revision, ok := says["model_sha"].(string); ok { // TGI's
			s.Revision = revision
		}
	}
}

// short is a value without what would swell a result: long texts (chat templates), long lists, deep nesting.
func short(v any, depth int) any {
	const (
		longest = 200 // bytes of a text, and more than enough for a name
		most    = 20  // items of a list
		deepest = 4
	)
	switch v := v.(type) {
	case string:
		if len(v) > longest {
			return nil
		}
	case []any:
		if len(v) > most || depth == deepest {
			return nil
		}
		for i := range v {
			v[i] = short(v[i], depth+1)
		}
	case map[string]any:
		if depth == deepest {
			return nil
		}
		for name, value := range v {
			if v[name] = short(value, depth+1); v[name] == nil {
				delete(v, name)
			}
		}
	}
	return v
}
