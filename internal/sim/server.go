// Package sim is a simulated inference server: it speaks the HTTP of vLLM and of TGI for real, and makes its tokens up.
//
// It has two modes. In engine mode, tokens come when an engine with continuous batching would bring them: Model, a pure
// discrete-event function, which the server plays in real time and which Simulate plays in virtual time. In script mode
// the times are known beforehand: Script, the reference for calibration and tests. A log tells the truth about every
// request, and faults happen on demand.
//
// Out of scope: meaning, sampling, logprobs, tools, several answers to a request.
//
// Nothing here knows the rest of splleed. All waiting is by package time, so a Server runs in a synctest bubble.
package sim

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Version is what the server reports.
const Version = "splleed-sim-1"

// Mode says where token times come from.
type Mode string

// The modes.
const (
	EngineMode Mode = "engine" // a model of an engine with continuous batching
	ScriptMode Mode = "script" // a known schedule
)

// Config is what a Server is. Its zero value plays a small model on a good GPU.
type Config struct {
	Model       string  // its name; default "sim-small"
	Mode        Mode    // default EngineMode
	Profile     Profile // of EngineMode; default Small()
	Script      Script  // of ScriptMode; default times: DefaultScript()'s
	MaxModelLen int     // tokens of prompt and output; default 8192
	EventBytes  int     // of each event's JSON, at least: a field of spaces fills it; default 0
	// StopEarly is the share of requests (of those that don't ignore the end of sequence) that finish with "stop",
	// after a number of tokens drawn between the request's bounds. Default 0: all go on to max_tokens.
	StopEarly float64
	// PromptTokensDetails adds cached tokens to usage, as vLLM's --enable-prompt-tokens-details does. EngineMode only.
	PromptTokensDetails bool
	Seed                uint64 // of whatever is drawn; replaces the zero seeds of Profile and Script
	Faults              []Fault
	Log                 io.Writer // of truth: NDJSON, a line a generation request, written by one goroutine
	Errors              io.Writer // what goes wrong with connections, in words; nil for nowhere
	// OnRequest is told every request with a body, before it is looked at, from many goroutines.
	OnRequest func(path string, header http.Header, body []byte)
}

// mostEventBytes is far more than servers send.
const mostEventBytes = 1 << 20

// mostSigma makes one time in a thousand 10,000 times the median. A much larger one makes times that no clock holds.
const mostSigma = 3.0

// orDefault fills what is not set.
func (c Config) orDefault() Config {
	if c.Model == "" {
		c.Model = "sim-small"
	}
	if c.Mode == "" {
		c.Mode = EngineMode
	}
	if c.Profile == (Profile{}) {
		c.Profile = Small()
	}
	if c.Profile.BlockSize == 0 {
		c.Profile.BlockSize = blockSize
	}
	if len(c.Script.Fixed) == 0 && c.Script.TTFT == (LogNormal{}) && c.Script.ITL == (LogNormal{}) {
		c.Script.TTFT, c.Script.ITL = DefaultScript().TTFT, DefaultScript().ITL
	}
	if c.MaxModelLen == 0 {
		c.MaxModelLen = 8192
	}
	if c.Profile.Seed == 0 {
		c.Profile.Seed = c.Seed
	}
	if c.Script.Seed == 0 {
		c.Script.Seed = c.Seed
	}
	return c
}

// Check says all that is wrong with a configuration.
func (c Config) Check() error {
	var errs []error
	if c.Mode != "" && c.Mode != EngineMode && c.Mode != ScriptMode {
		errs = append(errs, fmt.Errorf("no such mode: %q (engine, script)", c.Mode))
	}
	if c.StopEarly < 0 || c.StopEarly > 1 {
		errs = append(errs, fmt.Errorf("stop early: %v is no share", c.StopEarly))
	}
	if c.EventBytes < 0 || c.EventBytes > mostEventBytes {
		errs = append(errs, fmt.Errorf("event bytes: want 0 to %d, not %d", mostEventBytes, c.EventBytes))
	}
	for _, l := range []LogNormal{c.Script.TTFT, c.Script.ITL} {
		if l.Median < 0 || !(l.Sigma >= 0 && l.Sigma <= mostSigma) {
			errs = append(errs, fmt.Errorf("times of the script: want a sigma of 0 to %v and no negative median, not %v and %v", mostSigma, l.Sigma, l.Median))
		}
	}
	for _, f := range c.Faults {
		errs = append(errs, f.Check())
	}
	return errors.Join(errs...)
}

// Server is the simulated server. It is an http.Handler.
type Server struct {
	cfg     Config
	source  source
	tally   *tally
	log     *truthLog // nil for none
	http    *http.Server
	started time.Time

	mu     sync.Mutex
	closed bool
	active sync.WaitGroup // generation requests
}

// New returns a running server, to be served and, at the end, closed.
func New(cfg Config) (*Server, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	s := &Server{cfg: cfg.orDefault(), tally: newTally(), started: time.Now()}
	s.source = scripted{s.cfg.Script}
	if s.cfg.Mode == EngineMode {
		s.source = newPlayer(s.cfg.Profile)
	}
	if cfg.Log != nil {
		s.log = newTruthLog(cfg.Log)
	}
	s.http = &http.Server{Handler: s, ReadHeaderTimeout: time.Minute, Protocols: new(http.Protocols)}
	s.http.ErrorLog = log.New(cmp.Or(cfg.Errors, io.Discard), "", log.LstdFlags)
	s.http.Protocols.SetHTTP1(true)
	s.http.Protocols.SetUnencryptedHTTP2(true)
	return s, nil
}

// Model is the name of the model.
func (s *Server) Model() string { return s.cfg.Model }

// Serve answers what comes in until Close. It takes the listener over.
func (s *Server) Serve(l net.Listener) error {
	unpaced(l)
	if err := s.http.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Shutdown refuses new connections, waits for what is under way until ctx ends, and closes. Call it in place of Close.
func (s *Server) Shutdown(ctx context.Context) error {
	s.http.Shutdown(ctx) // what it leaves is for Close to drop
	return s.Close()
}

// enter counts a generation request in, unless the server is closing.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.active.Add(1)
	}
	return !s.closed
}

// Close drops all connections and returns when no request is left and the log is complete. Call it once.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := s.http.Close()
	s.active.Wait()
	s.source.close()
	if s.log != nil {
		err = errors.Join(err, s.log.close())
	}
	return err
}
