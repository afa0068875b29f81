package sim

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"
)

// api is one way to ask for tokens, and to get them.
type api struct {
	ask     func(s *Server, body []byte) (ask, *refusal)
	format  func(s *Server, a ask, id, finish string) format
	refuse  func(r *reply, no *refusal)
	failure func(no *refusal) []byte // the error object
}

// apis are the generation endpoints.
var apis = map[string]api{
	"/v1/completions":      {(*Server).askCompletions, newCompletions, refuseOpenAI, errorOpenAI},
	"/v1/chat/completions": {(*Server).askChat, newChat, refuseOpenAI, errorOpenAI},
	"/v1/embeddings":       {(*Server).askEmbeddings, newComputed, refuseOpenAI, errorOpenAI},
	"/v1/rerank":           {(*Server).askRerank, newComputed, refuseOpenAI, errorOpenAI},
	"/generate":            {(*Server).askGenerate, newTGI, refuseTGI, errorTGI},
	"/generate_stream":     {(*Server).askGenerateStream, newTGI, refuseTGI, errorTGI},
}

// Finish reasons, as vLLM names them.
const (
	finishStop   = "stop"
	finishLength = "length"
	finishAbort  = "abort"
)

// generate answers a generation request.
func (s *Server) generate(w http.ResponseWriter, req *http.Request, api api, received time.Time) {
	if !s.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.active.Done()
	t := &truth{ID: req.Header.Get("X-Request-Id"), Path: req.URL.Path, Received: received.UnixNano(), Events: [][3]int64{}}
	t.Ordinal, t.InFlight = s.tally.enter()
	if t.ID == "" {
		t.ID = fmt.Sprintf("sim-%d", t.Ordinal)
	}
	w.Header().Set("X-Request-Id", t.ID)
	r := &reply{w: w, rc: http.NewResponseController(w), ctx: req.Context(), api: api, truth: t, tally: s.tally,
		shape: shape{field: "data: ", eol: "\n", perEvent: 1, bytes: s.cfg.EventBytes, perWrite: 1}}
	defer s.end(r) // also where a fault panics to cut the connection

	body, err := s.read(req)
	if err != nil {
		return
	}
	var no *refusal
	if r.ask, no = api.ask(s, body); no != nil {
		r.refuse(no)
		return
	}
	t.PromptTokens = len(r.ask.prompt)
	faults, err := s.faultsFor(t.Ordinal, req.Header.Get("X-Sim-Fault"), r.ask.fault)
	if err != nil {
		r.refuse(&refusal{http.StatusBadRequest, err.Error(), "BadRequestError", "sim_fault"})
		return
	}
	s.run(r, received, faults)
}

// faultsFor are the faults of a request: those configured for its ordinal, and those that it asks for itself.
func (s *Server) faultsFor(ordinal int64, wishes ...string) ([]Fault, error) {
	var faults []Fault
	for _, f := range s.cfg.Faults {
		if f.strikes(ordinal) {
			faults = append(faults, f)
		}
	}
	for _, wish := range wishes {
		if wish == "" {
			continue
		}
		f, err := ParseFault(wish)
		if err != nil {
			return nil, err
		}
		faults = append(faults, f)
	}
	return faults, nil
}

// run generates. All that is drawn for a request is a function of the seed and its id.
func (s *Server) run(r *reply, received time.Time, faults []Fault) {
	key := r.truth.ID
	r.total, r.finishReason = s.length(r.ask, key)
	r.words = newWords(s.cfg.Seed, key)
	r.form = r.api.format(s, r.ask, fmt.Sprintf("%016x", hash(key)), r.finishReason)
	r.shape.done = r.form.done()
	r.counts.input = len(r.ask.prompt)
	f, err := s.source.submit(received, key, s.work(r))
	if err != nil {
		r.refuse(&refusal{http.StatusBadRequest, err.Error(), "BadRequestError", "input_tokens"})
		return
	}
	defer f.stop()
	for _, fault := range faults {
		if !r.apply(fault.orDefault()) {
			return
		}
	}
	if r.ask.stream {
		r.stream(f, s.cfg.PromptTokensDetails)
	} else {
		r.answer(f, s.cfg.PromptTokensDetails)
	}
}

// work is the request as the engine sees it.
func (s *Server) work(r *reply) Work {
	w := Work{Prompt: len(r.ask.prompt), Output: r.total}
	if s.cfg.Mode == EngineMode {
		w.Prefix = prefixOf(r.ask.prompt, s.cfg.Profile.BlockSize)
	}
	return w
}

// length is how many tokens a request gets, and why no more.
func (s *Server) length(a ask, key string) (tokens int, finish string) {
	rng := rand.New(rand.NewPCG(s.cfg.Seed, hash(key)+1))
	if a.ignoreEOS || rng.Float64() >= s.cfg.StopEarly {
		return a.output, finishLength
	}
	least := max(1, a.atLeast)
	return least + rng.IntN(a.output-least+1), finishStop
}

// end books a request that is over.
func (s *Server) end(r *reply) {
	t := r.truth
	t.Ended = time.Now().UnixNano()
	finish := r.finishReason
	switch {
	case t.Status >= http.StatusBadRequest:
		finish = ""
	case !t.Done:
		finish = finishAbort
	}
	s.tally.leave(t, finish)
	if s.log != nil {
		s.log.lines <- t
	}
}
