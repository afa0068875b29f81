package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/sim"
)

// SimCmd is "splleed sim": it serves the simulated server until it is interrupted.
type SimCmd struct {
	Host           string        `default:"127.0.0.1" help:"Address to listen on."`
	Port           int           `default:"8000" help:"Port to listen on; 0 picks a free one."`
	Model          string        `default:"sim-small" help:"Name of the model."`
	Mode           string        `default:"engine" enum:"engine,script" help:"engine: a model of an engine under load. script: token times known beforehand."`
	Seed           uint64        `default:"1" help:"Seed of whatever the server draws."`
	Speed          positive      `default:"1" help:"Engine mode: how many times as fast as a small model on a good GPU."`
	MaxNumSeqs     int           `default:"256" help:"Engine mode: sequences that run at once."`
	TTFTMs         positive      `name:"ttft-ms" default:"50" help:"Script mode: median TTFT."`
	TTFTSigma      float64       `name:"ttft-sigma" default:"0.3" help:"Script mode: sigma of the log-normal TTFT; 0 makes it constant."`
	ITLMs          positive      `name:"itl-ms" default:"20" help:"Script mode: median time per token."`
	ITLSigma       float64       `name:"itl-sigma" default:"0.2" help:"Script mode: sigma of the log-normal time per token."`
	TokensPerEvent int           `default:"1" help:"Script mode: tokens that come together; engine mode: tokens a step."`
	EventBytes     int           `default:"0" help:"Bytes of each event's JSON at least."`
	MaxModelLen    int           `default:"8192" help:"Tokens of prompt and output at most."`
	StopEarly      float64       `placeholder:"P" help:"Share of requests that finish before max_tokens, unless they ignore the end of sequence."`
	Fault          []string      `sep:"none" placeholder:"KIND[:every=N,...]" help:"What goes wrong, for every N-th request; repeatable. Settings: every, after (tokens), delay, n."`
	Log            string        `type:"path" placeholder:"FILE" help:"NDJSON file of true receive and send times, a line a request."`
	Grace          time.Duration `default:"0s" help:"How long requests may go on after an interrupt."`
	UntilEOF       bool          `hidden:"" name:"until-eof" help:"End with standard input: with the process that has started this one."`
}

// Run is also left by Ctrl-C and SIGTERM.
func (c SimCmd) Run(ctx context.Context, std console) error {
	if c.UntilEOF {
		var end context.CancelFunc
		ctx, end = context.WithCancel(ctx)
		go func() {
			_, _ = io.Copy(io.Discard, std.in)
			end()
		}()
	}
	return c.serve(ctx, std)
}

// serve listens, says so in one line, and serves until ctx ends.
func (c SimCmd) serve(ctx context.Context, std console) (err error) {
	config, err := c.config()
	if err != nil {
		return err
	}
	config.Errors = std.err
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(c.Host, strconv.Itoa(c.Port)))
	if err != nil {
		return err
	}
	defer listener.Close()
	if c.Log != "" {
		f, err := os.Create(c.Log)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		config.Log = f
	}
	server, err := sim.New(config)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.out, "listening on http://%s\n", listener.Addr())
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err = <-served:
	case <-ctx.Done():
	}
	return errors.Join(err, c.stop(server))
}

// stop lets requests go on for the time of grace.
func (c SimCmd) stop(server *sim.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), c.Grace)
	defer cancel()
	return server.Shutdown(ctx)
}

// config is the server that the flags describe.
func (c SimCmd) config() (sim.Config, error) {
	config, err := engine.Sim{
		Model: c.Model, Mode: c.Mode, Seed: c.Seed, Speed: float64(c.Speed), MaxNumSeqs: c.MaxNumSeqs,
		TTFTMs: float64(c.TTFTMs), ITLMs: float64(c.ITLMs), TokensPerEvent: c.TokensPerEvent, Faults: c.Fault,
	}.Config()
	config.Script.TTFT.Sigma, config.Script.ITL.Sigma = c.TTFTSigma, c.ITLSigma
	config.MaxModelLen, config.StopEarly, config.EventBytes = c.MaxModelLen, c.StopEarly, c.EventBytes
	return config, err
}
