package engine

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/splleed/splleed/internal/engine/guard"
	"github.com/splleed/splleed/internal/secret"
)

// start starts a server and returns it when it has generated a token. Where it returns an error, nothing is running.
func (t target) start(ctx context.Context, host Host, l Launch, c command) (*Server, error) {
	header, err := t.header(host)
	if err != nil {
		return nil, err
	}
	m, err := c.run(ctx, host, l)
	if err != nil {
		return nil, err
	}
	m.target, m.secrets = t, secret.OfHeader(header)
	p := newProber("http://"+address(c.host, m.port), header, nil, nil)
	server, err := m.await(ctx, host, p, l.readyTimeout())
	if err != nil {
		return nil, errors.Join(err, m.end())
	}
	server.Managed, server.StartID, server.Close = true, m.id, m.close
	server.Command = secret.Args(m.args)
	server.survey(ctx, p)
	if holds, known := m.process.Listens(m.port); known && !holds {
		server.Warnings = append(server.Warnings, fmt.Sprintf(
			"port %d is held by a process that splleed did not start: a container behind a wrapper, or a stranger's server?", m.port))
	}
	return server, nil
}

// run starts the engine's process, which is far from ready then.
func (c command) run(ctx context.Context, host Host, l Launch) (*managed, error) {
	path, err := c.find(l, host.Getenv)
	if err != nil {
		return nil, err
	}
	port, err := claim(c.host, c.port)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	id := startID(c.name)
	log, err := openLog(l.LogFile, host.LogDir, id)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", c.name, err)
	}
	args := append([]string{c.name}, c.args(port)...)
	process, err := guard.Start(guard.Program{
		Path:   path,
		Args:   args,
		Env:    c.environment(port, or(l.Quiet, true)),
		Output: log.File,
		Grace:  l.graceTimeout(),
	})
	if err != nil {
		log.Close()
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	host.say("started %s, process %d, log %s", c.name, process.PID, log.Name())
	return &managed{name: c.name, id: id, args: args, port: port, process: process, log: log}, nil
}

// startID names one start of a server, unlike any other.
func startID(engine string) string {
	var random [6]byte
	rand.Read(random[:])
	return fmt.Sprintf("splleed-%s-%s-%s", engine, time.Now().UTC().Format("20060102T150405Z"), hex.EncodeToString(random[:]))
}

// managed is a server that splleed started.
type managed struct {
	target
	secrets secret.Values // that it is sent, and may log
	name    string
	id      string // of this start
	args    []string
	port    int
	process *guard.Process
	log     *serverLog
}

// close ends a server after its load. Whether it had ended by itself is known for sure only when it is gone.
func (m *managed) close() error {
	defer m.log.Close()
	if err := m.stop(); err != nil {
		return err
	}
	if m.process.Alone() {
		return m.died("ended by itself")
	}
	return nil
}

func (m *managed) hasEnded() bool {
	select {
	case <-m.process.Exited():
		return true
	default:
		return false
	}
}

// end stops whatever is there.
func (m *managed) end() error {
	defer m.log.Close()
	return m.stop()
}

func (m *managed) stop() error {
	if err := m.process.Stop(); err != nil {
		return fmt.Errorf("stopping %s: %w", m.name, err)
	}
	return nil
}

func (m *managed) died(how string) error {
	return m.withLog(fmt.Errorf("%s %s: %s", m.name, how, m.process.State()))
}

// withLog adds the end of the server's log to an error.
func (m *managed) withLog(err error) error {
	lines := m.log.quote()
	if len(lines) == 0 {
		return fmt.Errorf("%w; it has written nothing to its log %s", err, m.log.Name())
	}
	return fmt.Errorf("%w; its log is %s, which ends:\n  | %s", err, m.log.Name(), m.secrets.Text(strings.Join(lines, "\n  | ")))
}
