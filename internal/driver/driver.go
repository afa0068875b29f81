// Package driver lets a program in another language run benchmarks: versioned NDJSON over two pipes, as
// docs/protocol.md has it.
//
// It owns the conversation only. One goroutine reads requests, one writes events, one runs the benchmark; a client that
// goes away, in whatever manner, cancels the run, since its end of the pipes goes with it.
package driver

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

// Serve holds one conversation: requests come from in, events go to out. It returns when in ends, out takes no more or
// ctx ends, after the run that was going on has stopped and its results so far are written. The error is that of in.
// version is the program's; engines find executables and API keys through getenv.
func Serve(ctx context.Context, in io.Reader, out io.Writer, version string, getenv func(string) string) error {
	return serve(ctx, in, out, version, library{getenv})
}

// worker does what requests ask for. Tests bring their own.
type worker interface {
	// run returns the event that ends the run.
	run(ctx context.Context, req request, out *outbox) any
	// answer returns the event that answers a request at once; nil where no request has its type.
	answer(req request) any
}

func serve(ctx context.Context, in io.Reader, out io.Writer, version string, w worker) error {
	ctx, stop := context.WithCancel(ctx)
	s := &session{worker: w, out: newOutbox(out, stop), cancel: func() {}}
	defer s.out.close()
	defer s.runs.Wait()
	defer stop()

	s.out.send(hello{"hello", Protocol, version})
	lines := make(chan []byte)
	var failure error // of in; set before lines is closed
	go func() {
		defer close(lines)
		failure = readLines(ctx, in, lines)
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				return failure
			}
			s.answer(ctx, line)
		}
	}
}

// readLines hands over line after line, of any length, until in or ctx ends.
func readLines(ctx context.Context, in io.Reader, lines chan<- []byte) error {
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			select {
			case lines <- line:
			case <-ctx.Done():
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read requests: %w", err)
		}
	}
}

// session is the state of one conversation.
type session struct {
	worker
	out    *outbox
	cancel context.CancelFunc // of the last run
	active atomic.Bool        // a run is going on
	runs   sync.WaitGroup
}

func (s *session) answer(ctx context.Context, line []byte) {
	req, err := parse(line)
	if err != nil {
		s.out.send(newFault(badRequest, err.Error()))
		return
	}
	switch req.Type {
	case "run":
		s.start(ctx, req)
	case "cancel":
		s.cancel()
	case "schema":
		s.out.send(describe())
	default:
		event := s.worker.answer(req)
		if event == nil {
			event = newFault(badRequest, fmt.Sprintf("unknown request type %q", req.Type))
		}
		s.out.send(event)
	}
}

// parse reads one request. Fields that no request has are errors: they would be wishes that nobody heard.
func parse(line []byte) (request, error) {
	var req request
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil {
		return req, fmt.Errorf("bad request: %w", err)
	}
	if d.More() {
		return req, errors.New("bad request: more than one value on a line")
	}
	return req, nil
}

func (s *session) start(ctx context.Context, req request) {
	if !s.active.CompareAndSwap(false, true) {
		s.out.send(newFault(busy, "a run is going on"))
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	s.cancel = cancel
	s.runs.Go(func() {
		defer cancel()
		last := s.run(ctx, req, s.out)
		s.active.Store(false) // before the event that lets the client ask for the next run
		s.out.send(last)
	})
}
