package engine

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/sim"
)

// Sim is the server simulated inside splleed, on loopback, in this process. Reports label it as simulated.
type Sim struct {
	Model          string   `json:"model,omitempty"`            // name to report; default "sim-small"
	API            string   `json:"api,omitempty"`              // "completions" (default), "chat" or "native"
	Mode           string   `json:"mode,omitempty"`             // "engine" (default): a model of an engine under load; "script": times known beforehand
	Seed           uint64   `json:"seed,omitempty"`             // of whatever the server draws
	Speed          float64  `json:"speed,omitempty"`            // engine: times as fast as the default, a small model on a good GPU
	MaxNumSeqs     int      `json:"max_num_seqs,omitempty"`     // engine: sequences that run at once; default 256
	TTFTMs         float64  `json:"ttft_ms,omitempty"`          // script: median; default 50
	ITLMs          float64  `json:"itl_ms,omitempty"`           // script: median per token; default 20
	TokensPerEvent int      `json:"tokens_per_event,omitempty"` // script: tokens that come together; engine: tokens a step. Default 1
	Faults         []string `json:"faults,omitempty"`           // what goes wrong: "kind" or "kind:every=10,after=2,delay=1s,n=4"
	Log            string   `json:"log,omitempty"`              // NDJSON file of true receive and send times, one line a request; appended to
}

// Engine is "sim".
func (s Sim) Engine() string { return "sim" }

// simAPIs are the APIs with the names of their dialects.
var simAPIs = map[string]string{"": "completions", "auto": "completions", "completions": "completions", "chat": "chat", "native": "tgi", "embeddings": "embeddings", "rerank": "rerank"}

// Validate names the bad fields.
func (s Sim) Validate() invalid.Fields {
	var bad invalid.Fields
	_, ok := simAPIs[s.API]
	bad.Check(ok, "api", "must be \"completions\", \"chat\", \"native\", \"embeddings\" or \"rerank\", not %q", s.API)
	bad.Check(s.Mode == "" || s.Mode == "engine" || s.Mode == "script", "mode", "must be \"engine\" or \"script\", not %q", s.Mode)
	bad.Check(s.Speed >= 0, "speed", "must be positive, not %v", s.Speed)
	bad.Check(s.MaxNumSeqs >= 0, "max_num_seqs", "must be at least 1, not %d", s.MaxNumSeqs)
	bad.Check(s.TTFTMs >= 0, "ttft_ms", "must be positive, not %v", s.TTFTMs)
	bad.Check(s.ITLMs >= 0, "itl_ms", "must be positive, not %v", s.ITLMs)
	bad.Check(s.TokensPerEvent >= 0, "tokens_per_event", "must be at least 1, not %d", s.TokensPerEvent)
	for i, f := range s.Faults {
		if _, err := sim.ParseFault(f); err != nil {
			bad.Add(fmt.Sprintf("faults[%d]", i), "%v", err)
		}
	}
	return bad
}

// ignored names the fields that the other mode alone has.
func (s Sim) ignored() []string {
	var said []string
	say := func(is bool, field, mode string) {
		if is {
			said = append(said, "backend."+field+" is ignored: only mode "+mode+" of the simulated server has it")
		}
	}
	script := s.Mode == "script"
	say(!script && s.TTFTMs > 0, "ttft_ms", "script")
	say(!script && s.ITLMs > 0, "itl_ms", "script")
	say(script && s.Speed > 0, "speed", "engine")
	say(script && s.MaxNumSeqs > 0, "max_num_seqs", "engine")
	return said
}

// FilesPerStream is 2: this process holds both ends of every connection.
func (Sim) FilesPerStream() int { return 2 }

// Config is the simulated server that s describes, without its log. The error is an *invalid.Error.
func (s Sim) Config() (sim.Config, error) {
	if err := s.Validate().Err(); err != nil {
		return sim.Config{}, err
	}
	profile := sim.Small()
	if s.Speed > 0 {
		profile = profile.Faster(s.Speed)
	}
	if s.MaxNumSeqs > 0 {
		profile.MaxSeqs = s.MaxNumSeqs
	}
	profile.TokensPerStep = s.TokensPerEvent
	c := sim.Config{
		Model:               s.Model,
		Mode:                sim.Mode(s.Mode),
		Profile:             profile,
		Script:              sim.DefaultScript(),
		PromptTokensDetails: true,
		Seed:                s.Seed,
	}
	c.Script.TokensPerEvent = s.TokensPerEvent
	if s.TTFTMs > 0 {
		c.Script.TTFT.Median = milliseconds(s.TTFTMs)
	}
	if s.ITLMs > 0 {
		c.Script.ITL.Median = milliseconds(s.ITLMs)
	}
	for _, text := range s.Faults {
		f, err := sim.ParseFault(text)
		if err != nil {
			return sim.Config{}, err
		}
		c.Faults = append(c.Faults, f)
	}
	return c, nil
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }

// Open starts the server on a free port of 127.0.0.1.
func (s Sim) Open(ctx context.Context, host Host) (*Server, error) {
	config, err := s.Config()
	if err != nil {
		return nil, err
	}
	d, ok := dialect.Named(simAPIs[s.API])
	if !ok {
		return nil, fmt.Errorf("simulated server: no dialect %q", simAPIs[s.API])
	}
	running, err := startSim(ctx, config, s.Log)
	if err != nil {
		return nil, fmt.Errorf("simulated server: %w", err)
	}
	if host.Say != nil {
		host.Say("simulated server listening on " + running.url)
	}
	return &Server{
		URL:       running.url,
		Model:     running.server.Model(),
		Models:    []string{running.server.Model()},
		Dialect:   d,
		Version:   sim.Version,
		StartID:   fmt.Sprintf("sim-%x", time.Now().UnixNano()),
		Simulated: true,
		Managed:   true,
		Warnings:  s.ignored(),
		Close:     running.close,
	}, nil
}

// runningSim is a simulated server that is being served.
type runningSim struct {
	url    string
	server *sim.Server
	served chan error
	log    io.Closer // nil for none
}

func startSim(ctx context.Context, config sim.Config, logFile string) (_ *runningSim, err error) {
	r := &runningSim{served: make(chan error, 1)}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			listener.Close()
		}
	}()
	if logFile != "" {
		f, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
		if err != nil {
			return nil, err
		}
		config.Log, r.log = f, f
	}
	if r.server, err = sim.New(config); err != nil {
		return nil, err
	}
	r.url = "http://" + listener.Addr().String()
	go func() { r.served <- r.server.Serve(listener) }()
	return r, nil
}

func (r *runningSim) close() error {
	err := r.server.Close()
	if served := <-r.served; err == nil {
		err = served
	}
	if r.log != nil {
		if closed := r.log.Close(); err == nil {
			err = closed
		}
	}
	return err
}
