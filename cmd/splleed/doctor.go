package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"runtime"

	"github.com/splleed/splleed/internal/doctor"
	"github.com/splleed/splleed/internal/environ"
	"github.com/splleed/splleed/internal/steal"
)

type doctorCmd struct {
	Target *url.URL `help:"Look at the path to this server, too." placeholder:"URL"`
	JSON   bool     `name:"json" help:"Print JSON."`
}

// Help ends the list of flags.
func (doctorCmd) Help() string {
	return "Takes less than 30 s, and asks a target a few small questions. Exit codes: 0 this machine can measure, with whatever is said of it; 1 it can't."
}

// errUnfit is a machine that cannot measure; the report has said why.
var errUnfit = errors.New("this machine cannot measure")

// Run is also left by Ctrl-C.
func (d doctorCmd) Run(ctx context.Context, c console) error {
	if d.Target != nil && (d.Target.Scheme != "http" && d.Target.Scheme != "https" || d.Target.Hostname() == "" || d.Target.User != nil) {
		return faulty(`--target: must be the URL of a server, such as "http://localhost:8000", without user and password`)
	}
	checks, err := d.examine(ctx, c)
	if err != nil {
		return err
	}
	var target *string
	if d.Target != nil {
		text := d.Target.Redacted()
		target = &text
	}
	report := doctor.NewReport(version, target, checks)
	if d.JSON {
		encoder := json.NewEncoder(c.out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(report)
	} else {
		err = report.Text(c.out)
	}
	if err == nil && report.Verdict == doctor.Bad {
		return errUnfit
	}
	return err
}

// examine looks at everything in turn: two looks at once would spoil each other.
func (d doctorCmd) examine(ctx context.Context, c console) ([]doctor.Check, error) {
	begun := steal.Now()
	checks := doctor.Machine(environ.Client(), doctor.AvailableMemory())
	checks = append(checks, doctor.Quiet(doctor.Look(ctx))...)
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	kinds := []string{"portable"}
	if runtime.GOOS == "linux" {
		kinds = []string{"epoll", "portable"}
	}
	checks = append(checks, doctor.Transports(ctx, self, kinds)...)
	checks = append(checks, doctor.Meanwhile(begun, steal.Now()))
	if d.Target != nil {
		checks = append(checks, doctor.Way(doctor.Follow(ctx, d.Target, c.getenv))...)
	}
	return checks, ctx.Err()
}
