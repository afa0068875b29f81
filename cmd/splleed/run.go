package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/report"
)

type runCmd struct {
	File string `arg:"" optional:"" help:"Configuration (YAML); - is standard input. Flags win over it."`

	Server     serverFlags     `embed:"" group:"server"`
	Prompts    promptFlags     `embed:"" group:"prompts"`
	Load       loadFlags       `embed:"" group:"load"`
	Sampling   samplingFlags   `embed:"" group:"sampling"`
	Connection connectionFlags `embed:"" group:"connection"`
	Limits     limitFlags      `embed:"" group:"limits"`
	Output     outputFlags     `embed:"" group:"output"`
	Foreign    foreignFlags    `embed:""`

	further    map[string]string // paths of what flags of other commands set: "lowest" is of --from
	manyLevels bool              // the levels are not those of the configuration: nobody knows how many prompts they take
}

// Help ends the list of flags.
func (*runCmd) Help() string {
	return `Exit codes: 0 good, 1 failed, 2 bad input, 3 too many failed requests, 4 a level missed a goal of --slo, 5 too few samples to say (--fail-on), 6 --strict and the instrument is not ok, 130 or 143 interrupted (what was measured until then is printed and saved).

Names of "vllm bench serve" are understood: --base-url, --num-prompts, --max-concurrency, --request-rate, --goodput, --random-input-len, --random-output-len, --save-result, --result-dir, --result-filename and an --endpoint that begins with "/".`
}

// Run measures the levels.
func (r *runCmd) Run(ctx context.Context, c console) error {
	return r.measure(ctx, c, func(b splleed.Benchmark) (*splleed.Results, error) { return b.Run(ctx) })
}

// measure plans a benchmark, hands it on to be run, and delivers the results. It is also left by Ctrl-C and SIGTERM: what
// was measured until then is printed and saved. Saved it is also where nobody reads what is printed: Ctrl-C on
// "splleed run … | tee log" ends tee first.
func (r *runCmd) measure(ctx context.Context, c console, run func(splleed.Benchmark) (*splleed.Results, error)) error {
	signal.Ignore(syscall.SIGPIPE)
	defer c.announceStop(ctx)()
	p, err := r.plan(c)
	if err != nil {
		return err
	}
	if err := probeOutputs(p.outputs); err != nil {
		return err
	}
	b := p.benchmark
	b.OwnProcess = true
	b.Getenv, b.LogDir = c.getenv, r.Output.LogDir
	if b.Certify {
		if b.Program, err = os.Executable(); err != nil {
			return err
		}
	}
	if r.Output.Records != "" {
		journal, err := record.OpenFile(r.Output.Records)
		if err != nil {
			return faulty("--records: %v", err)
		}
		defer journal.Close()
		b.Records = journal
	}
	var show *progress
	if !r.Output.Quiet {
		for _, note := range p.notes {
			c.say("%s", note)
		}
		show = newProgress(c)
		b.Progress = show.tell
	}
	results, err := run(b)
	show.clear()
	if results == nil {
		return p.explain(err)
	}
	if broken := c.deliver(results, p.outputs); broken != nil {
		if err != nil && ctx.Err() == nil {
			c.say("splleed: %v", err)
		}
		return broken
	}
	return err
}

// announceStop says at once that a signal has come; what is going on may take a while to end.
func (c console) announceStop(ctx context.Context) (settled func() bool) {
	return context.AfterFunc(ctx, func() { c.say("\nStopping: what is done is kept. Once more stops at once.") })
}

// deliver prints and saves results. It saves all it can: the first error does not cost the other files. Results without a
// level are not saved: what stands in the files is worth more.
func (c console) deliver(results *splleed.Results, outputs []string) error {
	table := c.forPeople(outputs)
	err := report.Text(table, &results.Run, report.Style{Color: c.colour(table)})
	if len(results.Run.Results) == 0 && len(outputs) > 0 {
		c.say("Nothing was measured: not written: %s", strings.Join(outputs, ", "))
		return err
	}
	for _, target := range outputs {
		if fault := c.save(results, target); fault != nil {
			if err != nil {
				c.say("splleed: %v", err)
			}
			err = fault
		}
	}
	return err
}

// colour reports whether escapes suit what is written to w (see no-color.org).
func (c console) colour(w io.Writer) bool { return terminal(w) && c.getenv("NO_COLOR") == "" }

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
