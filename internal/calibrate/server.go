// Package calibrate measures splleed itself: it plays a load against the simulated server in script mode, in a second
// process, and compares what was measured with the server's log of what it really did.
//
// Both processes read the same clock, so the comparison is exact but for the time of one write: the server notes the times
// right before and right after each, and its kernel sends in between.
package calibrate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Script is the times of the server's tokens.
type Script struct {
	TTFT, ITL           time.Duration // medians
	TTFTSigma, ITLSigma float64       // of log-normal times; 0 makes them constant
	TokensPerEvent      int           // 0 means 1
	EventBytes          int           // each is padded to
}

func (s Script) args() []string {
	ms := func(d time.Duration) string {
		return strconv.FormatFloat(float64(max(d, time.Microsecond))/1e6, 'f', -1, 64)
	}
	sigma := func(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
	return []string{
		"sim", "--mode=script", "--port=0", "--until-eof", "--max-model-len=1000000", "--ttft-ms=" + ms(s.TTFT), "--itl-ms=" + ms(s.ITL),
		"--ttft-sigma=" + sigma(s.TTFTSigma), "--itl-sigma=" + sigma(s.ITLSigma), "--tokens-per-event=" + strconv.Itoa(max(1, s.TokensPerEvent)),
		"--event-bytes=" + strconv.Itoa(s.EventBytes),
	}
}

// Server is a running truth server, a child process. It ends when this process does.
type Server struct {
	URL   string
	cmd   *exec.Cmd
	input io.Closer // its end ends the server
	said  bytes.Buffer
	dir   string

	played int // requests
}

// Start starts program, a splleed, as the truth server. It ends with ctx, or with Close.
func Start(ctx context.Context, program string, s Script) (_ *Server, err error) {
	sv := new(Server)
	if sv.dir, err = os.MkdirTemp("", "splleed-calibrate-"); err != nil {
		return nil, err
	}
	sv.cmd = exec.CommandContext(ctx, program, append(s.args(), "--log="+sv.log())...)
	sv.cmd.Stderr, sv.cmd.WaitDelay = &sv.said, time.Second
	input, bad := sv.cmd.StdinPipe()
	output, worse := sv.cmd.StdoutPipe()
	if err = errors.Join(bad, worse); err == nil {
		sv.input = input
		err = sv.cmd.Start()
	}
	if err != nil {
		os.RemoveAll(sv.dir)
		return nil, fmt.Errorf("starting %s as truth server: %w", program, err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if err != nil || !ok {
		sv.Close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("%s is no truth server: it says %q %s", program, line, strings.TrimSpace(sv.said.String()))
	}
	sv.URL = url
	return sv, nil
}

// Close ends the server and forgets its log.
func (sv *Server) Close() {
	sv.input.Close()
	kill := time.AfterFunc(5*time.Second, func() { sv.cmd.Process.Kill() })
	_ = sv.cmd.Wait() // how it ends means nothing any more
	kill.Stop()
	os.RemoveAll(sv.dir)
}

func (sv *Server) log() string { return filepath.Join(sv.dir, "truth.ndjson") }

// truth is what the server did for a request, in nanoseconds since 1970.
type truth struct {
	ID       string     `json:"id"`
	Received int64      `json:"received_unix_ns"`
	Events   [][3]int64 `json:"events"` // right before the write, right after it, tokens
}

// truths returns the truth about n requests, by id: their lines come soon after their end.
func (sv *Server) truths(ctx context.Context, n int) (map[string]truth, error) {
	const patience = 3 * time.Second
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		all, err := readTruths(sv.log())
		switch {
		case err != nil:
			return nil, err
		case len(all) >= n:
			return all, nil
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case time.Now().After(end):
			return nil, fmt.Errorf("the truth server tells of %d requests, not of %d", len(all), n)
		}
	}
}

// readTruths reads a log. Its last line may be in the making.
func readTruths(path string) (map[string]truth, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all := map[string]truth{}
	for line := range bytes.Lines(data) {
		var t truth
		if json.Unmarshal(line, &t) == nil {
			all[t.ID] = t
		}
	}
	return all, nil
}
