// Command splleed benchmarks LLM inference servers. Each of its commands is a file here; what they do is in the library.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/splleed/splleed"
)

func main() {
	os.Exit(execute(os.Args[1:], console{os.Stdin, os.Stdout, os.Stderr, os.Getenv}))
}

// commands are all commands. Adding one adds a file and a line here.
type commands struct {
	Run      runCmd      `cmd:"" help:"Run a benchmark and print its results."`
	Search   searchCmd   `cmd:"" help:"Find the highest load that meets goals."`
	Sweep    sweepCmd    `cmd:"" help:"Measure a grid of loads: knee, throughput against interactivity."`
	Validate validateCmd `cmd:"" help:"Check configuration files without running them."`
	Rescore  rescoreCmd  `cmd:"" help:"Compute results again from a journal: other goals, other percentiles, no server."`
	Merge    mergeCmd    `cmd:"" help:"Join the journals of several runs of the same load."`
	Compare  compareCmd  `cmd:"" help:"Compare results, or two servers live: ratios, verdicts, gates for CI."`
	Init     initCmd     `cmd:"" help:"Write a commented configuration file to begin with."`
	Backends backendsCmd `cmd:"" help:"List the servers that splleed knows."`
	Doctor   doctorCmd   `cmd:"" help:"Say what this machine can measure, and what to do about what it can't."`
	Sim      SimCmd      `cmd:"" help:"Serve a simulated server, to try things out on."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
	Driver   DriverCmd   `cmd:"" hidden:"" help:"Run benchmarks for a program: docs/protocol.md."`
}

// console is the world outside, as far as commands may use it.
type console struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	getenv func(string) string
}

// say writes a line for people, beside the results.
func (c console) say(format string, args ...any) { fmt.Fprintf(c.err, format+"\n", args...) }

// Exit codes.
const (
	good            = 0
	failed          = 1
	badInput        = 2
	tooManyFailures = 3
	gateFailed      = 4
	undecided       = 5
	instrumentNotOK = 6
	interrupted     = 130
	terminated      = 143
)

// execute runs a command line and returns its exit code.
func execute(args []string, c console) int {
	var all commands
	code := -1
	parser, err := kong.New(&all, kong.Name("splleed"), kong.Writers(c.out, c.err), kong.Exit(func(n int) { code = n }),
		kong.Description("Benchmark LLM inference servers: latency, throughput and goodput, with intervals."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true}), kong.ExplicitGroups(groups), kong.Vars{"backends": strings.Join(kinds(), ", ")})
	if err != nil {
		c.say("splleed: %v", err)
		return failed
	}
	command, err := parser.Parse(joinGoodput(worded(args)))
	if code >= 0 { // --help
		return code
	}
	if err != nil {
		c.say("splleed: %s\nTry: splleed %s--help", closer(err.Error()), commandOf(err))
		return badInput
	}
	ctx, signals := watchSignals()
	defer signals.stop()
	command.BindTo(ctx, (*context.Context)(nil))
	return c.exit(command.Run(c), signals)
}

// commandOf is the command whose help may help.
func commandOf(err error) string {
	var bad *kong.ParseError
	if errors.As(err, &bad) && bad.Context != nil && bad.Context.Selected() != nil {
		return bad.Context.Selected().Name + " "
	}
	return ""
}

// exit says what went wrong and returns the exit code, by precedence.
func (c console) exit(err error, s *signals) int {
	var bad *splleed.ConfigError
	var many *splleed.TooManyFailures
	var gate *splleed.GateError
	var distrusted *splleed.InstrumentError
	switch {
	case s.code() != good:
		if err != nil && !errors.Is(err, context.Canceled) {
			c.say("splleed: %v", err) // what is done could not be kept
		}
		return s.code()
	case err == nil:
		return good
	case errors.Is(err, errUnfit):
		return failed // the report has said it
	case errors.As(err, &bad):
		c.say("%v", err)
		return badInput
	}
	c.say("splleed: %s", strings.TrimPrefix(err.Error(), "splleed: "))
	switch {
	case errors.As(err, &many):
		return tooManyFailures
	case errors.As(err, &distrusted):
		return instrumentNotOK
	case someGateFailed(err):
		return gateFailed
	case errors.As(err, &gate):
		return undecided
	}
	return failed
}

// someGateFailed reports whether a gate failed in any of several errors that are joined: errors.As sees the first alone,
// where gates may be undecided.
func someGateFailed(err error) bool {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return slices.ContainsFunc(joined.Unwrap(), someGateFailed)
	}
	var gate *splleed.GateError
	return errors.As(err, &gate) && len(gate.Failed) > 0
}
