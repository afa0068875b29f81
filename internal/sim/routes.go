package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// route is what answers at a path.
type route struct {
	method string
	serve  func(s *Server, w http.ResponseWriter, r *http.Request, body []byte)
}

// routes are the endpoints beside those of apis.
var routes = map[string]route{
	"/health":    {http.MethodGet, ok},
	"/ping":      {http.MethodGet, ok},
	"/version":   {http.MethodGet, version},
	"/v1/models": {http.MethodGet, models},
	"/info":      {http.MethodGet, info},
	"/metrics":   {http.MethodGet, (*Server).metrics},
	"/tokenize":  {http.MethodPost, tokenize},
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if api, ok := apis[r.URL.Path]; ok && r.Method == http.MethodPost {
		s.generate(w, r, api, time.Now())
		return
	}
	to, ok := routes[r.URL.Path]
	if _, generates := apis[r.URL.Path]; generates {
		to, ok = route{method: http.MethodPost}, true
	}
	switch {
	case !ok:
		writeJSON(w, http.StatusNotFound, map[string]string{"detail": "Not Found"})
	case r.Method != to.method:
		w.Header().Set("Allow", to.method)
		writeJSON(w, http.StatusMethodNotAllowed, map[string]string{"detail": "Method Not Allowed"})
	default:
		body, err := s.read(r)
		if err == nil {
			to.serve(s, w, r, body)
		}
	}
}

// read reads a request's body and shows it to OnRequest.
func (s *Server) read(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err == nil && s.cfg.OnRequest != nil && r.Method == http.MethodPost {
		s.cfg.OnRequest(r.URL.Path, r.Header, body)
	}
	return body, err
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(marshal(v))
}

func ok(*Server, http.ResponseWriter, *http.Request, []byte) {}

func version(_ *Server, w http.ResponseWriter, _ *http.Request, _ []byte) {
	writeJSON(w, http.StatusOK, map[string]string{"version": Version})
}

func models(s *Server, w http.ResponseWriter, _ *http.Request, _ []byte) {
	writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": []any{map[string]any{
		"id": s.cfg.Model, "object": "model", "created": s.started.Unix(), "owned_by": "splleed",
		"root": s.cfg.Model, "parent": nil, "max_model_len": s.cfg.MaxModelLen,
	}}})
}

// info is TGI's.
func info(s *Server, w http.ResponseWriter, _ *http.Request, _ []byte) {
	writeJSON(w, http.StatusOK, map[string]any{
		"model_id": s.cfg.Model, "model_sha": nil, "model_pipeline_tag": "text-generation",
		"max_concurrent_requests": 0, "max_best_of": 1, "max_stop_sequences": 0,
		"max_input_tokens": s.cfg.MaxModelLen - 1, "max_total_tokens": s.cfg.MaxModelLen,
		"router": "splleed-sim", "version": Version, "sha": nil, "docker_label": nil,
	})
}

// tokenize takes vLLM's body, with a prompt, and TGI's, with inputs, and answers each in its form.
func tokenize(s *Server, w http.ResponseWriter, _ *http.Request, body []byte) {
	var ask struct {
		Prompt *string `json:"prompt"`
		Inputs *string `json:"inputs"`
	}
	err := json.Unmarshal(body, &ask)
	switch {
	case err == nil && ask.Inputs != nil:
		writeJSON(w, http.StatusOK, piecesOf(*ask.Inputs))
	case err == nil && ask.Prompt != nil:
		ids := []int{}
		for _, word := range strings.Fields(*ask.Prompt) {
			ids = append(ids, tokenID(word))
		}
		writeJSON(w, http.StatusOK, tokenized{Count: len(ids), MaxModelLen: s.cfg.MaxModelLen, Tokens: ids})
	default:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		w.Write(errorOpenAI(&refusal{http.StatusBadRequest, "neither prompt nor inputs", "BadRequestError", "prompt"}))
	}
}

// tokenized is vLLM's answer.
type tokenized struct {
	Count       int      `json:"count"`
	MaxModelLen int      `json:"max_model_len"`
	Tokens      []int    `json:"tokens"`
	TokenStrs   []string `json:"token_strs"`
}

// piece is a token of TGI's tokenize, with the bytes that it covers.
type piece struct {
	ID    int    `json:"id"`
	Text  string `json:"text"`
	Start int    `json:"start"`
	Stop  int    `json:"stop"`
}

func piecesOf(text string) []piece {
	pieces := []piece{}
	end := 0
	for _, word := range strings.Fields(text) {
		start := end
		end += strings.Index(text[end:], word) + len(word)
		pieces = append(pieces, piece{tokenID(word), text[start:end], start, end})
	}
	return pieces
}
