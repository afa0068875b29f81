package driver

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/record"
)

// library is the worker that runs benchmarks for real.
type library struct{ getenv func(string) string }

func (l library) run(ctx context.Context, req request, out *outbox) any {
	b, err := req.benchmark()
	if err != nil {
		return faultOf(err, badConfig)
	}
	b.OwnProcess = true
	b.Getenv, b.Python = l.getenv, req.PythonVersion
	b.Program, _ = os.Executable() // without it, whoever wants to calibrate is told
	b.Progress = func(p splleed.Progress) { out.offer(progress{"progress", p}) }
	if req.Records {
		b.Records = &records{out: out}
	} else if req.RecordsFile != "" {
		journal, err := record.OpenFile(req.RecordsFile)
		if err != nil {
			return faultOf(fmt.Errorf("records_file: %w", err), failed)
		}
		defer journal.Close()
		b.Records = journal
	}
	results, err := req.measure(ctx, b)
	if results == nil {
		if ctx.Err() != nil {
			return newFault(cancelled, "cancelled before there were results")
		}
		return faultOf(err, failed)
	}
	err = unlessStopped(ctx, err)
	for _, w := range results.Warnings {
		out.send(warning{"warning", w})
	}
	return conclude(results, err)
}

// benchmark is what a run request asks for, checked.
func (r request) benchmark() (b splleed.Benchmark, err error) {
	switch {
	case len(r.Config) == 0:
		return b, errors.New("config is missing: a run needs a benchmark")
	case r.Search != nil && r.Sweep != nil:
		return b, errors.New("search and sweep both choose the loads: want one of them")
	case r.Records && r.RecordsFile != "":
		return b, errors.New("records are events or go to records_file: want one of them")
	}
	if err := json.Unmarshal(r.Config, &b); err != nil {
		return b, err
	}
	switch {
	case r.Search != nil:
		return b, r.Search.Of(b).Validate()
	case r.Sweep != nil:
		return b, r.Sweep.Of(b).Validate()
	}
	return b, b.Validate()
}

func (r request) measure(ctx context.Context, b splleed.Benchmark) (*splleed.Results, error) {
	switch {
	case r.Search != nil:
		return r.Search.Of(b).Run(ctx)
	case r.Sweep != nil:
		return r.Sweep.Of(b).Run(ctx)
	}
	return b.Run(ctx)
}

// unlessStopped leaves out the error that says that ctx ended: the results say so too.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// conclude is the event for results, and for what went wrong beside them.
func conclude(results *splleed.Results, err error) any {
	saved, bad := results.ToJSON()
	if bad != nil {
		return newFault(failed, bad.Error())
	}
	texts, bad := textsOf(results)
	if bad != nil {
		return newFault(failed, bad.Error())
	}
	o := outcome{Type: "result", Interrupted: results.Interrupted, Results: saved, rendering: texts}
	var many *splleed.TooManyFailures
	var distrusted *splleed.InstrumentError
	var gate *splleed.GateError
	switch {
	case errors.As(err, &many):
		o.ExitCode = 3
	case errors.As(err, &distrusted):
		o.ExitCode = 6
	case errors.As(err, &gate) && len(gate.Failed) > 0:
		o.ExitCode = 4
	case errors.As(err, &gate):
		o.ExitCode = 5
	case err != nil:
		o.ExitCode = 1
	}
	if err != nil {
		o.Error = err.Error()
	}
	return o
}

func textsOf(r *splleed.Results) (rendering, error) {
	var table strings.Builder
	if err := r.Print(&table); err != nil {
		return rendering{}, err
	}
	csv, err := r.ToCSV()
	return rendering{table.String(), string(csv)}, err
}

// faultOf is the event for an error, with the code that a client can branch on.
func faultOf(err error, code string) fault {
	f := newFault(code, err.Error())
	var config *splleed.ConfigError
	var file *fs.PathError
	switch {
	case errors.As(err, &config):
		f.Code, f.Fields = badConfig, config.Fields
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		f.Code = notFound
	case errors.As(err, &file):
		f.Code = noAccess
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Code = unreached
	}
	return f
}
