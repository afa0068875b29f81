package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/invalid"
	"github.com/splleed/splleed/internal/report"
)

// liveFlags ask for a comparison of servers that are measured in turn.
type liveFlags struct {
	A      string   `name:"a" help:"Configuration (YAML) of server A, the baseline." placeholder:"FILE"`
	B      string   `name:"b" help:"Configuration (YAML) of server B." placeholder:"FILE"`
	Config string   `help:"Configuration of both, beside --a-set and --b-set." placeholder:"FILE"`
	ASet   settings `name:"a-set" help:"A field of server A's configuration: --a-set max_num_seqs=1; repeatable." placeholder:"KEY=VALUE"`
	BSet   settings `name:"b-set" help:"The same of server B." placeholder:"KEY=VALUE"`
	Starts count    `help:"Server starts of each (default 6)." placeholder:"N"`
	Save   string   `help:"Folder for the results of both: a.json, b.json." placeholder:"DIR"`
	LogDir string   `help:"Where logs of started servers go." placeholder:"DIR"`
	Quiet  bool     `short:"q" help:"No progress, no notes."`
}

func (l liveFlags) asked() bool {
	return l.A != "" || l.B != "" || l.Config != "" || l.ASet != nil || l.BSet != nil
}

// live measures two servers in turn. Ctrl-C keeps what is done.
func (r *compareCmd) live(ctx context.Context, c console, on splleed.FailOn) error {
	l := r.Live
	if len(r.Files) > 0 || r.Baseline != "" || (l.A == "") != (l.B == "") || l.A != "" && l.Config != "" {
		return faulty("compare what? Two configurations (--a A.yaml --b B.yaml), one with --a-set and --b-set, or results")
	}
	if l.Save != "" {
		if err := report.Probe(filepath.Join(l.Save, "a.json")); err != nil {
			return faulty("--save: %v", err)
		}
	}
	contest := splleed.Contest{Starts: int(l.Starts), Comparing: r.comparing()}
	contest.Comparing.NameA, contest.Comparing.NameB = l.A, l.B
	signal.Ignore(syscall.SIGPIPE) // as in a run
	var show *progress
	if !l.Quiet {
		show = newProgress(c)
	}
	var plans [2]*plan
	for i, arm := range []struct {
		file string
		set  settings
		to   *splleed.Benchmark
	}{{l.A, l.ASet, &contest.A}, {l.B, l.BSet, &contest.B}} {
		p, err := r.arm(c, arm.file, arm.set)
		if err != nil {
			return err
		}
		plans[i], *arm.to = p, p.benchmark
		arm.to.OwnProcess, arm.to.Getenv, arm.to.LogDir = true, c.getenv, l.LogDir
		if show != nil {
			arm.to.Progress = func(now splleed.Progress) {
				now.Level = fmt.Sprintf("%c: %s", 'A'+i, now.Level)
				show.tell(now)
			}
		}
	}
	defer c.announceStop(ctx)()
	found, err := contest.Run(ctx)
	show.clear()
	if found == nil {
		return explainArms(plans, err)
	}
	return errors.Join(err, l.save(found), r.deliverLive(c, found, on))
}

// explainArms says of each bad field of either server which flag or which line of which file it came from.
func explainArms(plans [2]*plan, err error) error {
	fields, ok := invalid.In(err)
	if !ok {
		return err
	}
	var placed invalid.Fields
	for _, f := range fields {
		p := plans[0]
		if rest, ok := strings.CutPrefix(f.Path, "a."); ok {
			f.Path = rest
		} else if rest, ok := strings.CutPrefix(f.Path, "b."); ok {
			p, f.Path = plans[1], rest
		}
		explained, _ := invalid.In(p.explain(invalid.Fields{f}.Err()))
		placed = append(placed, explained...)
	}
	return placed.Err()
}

// arm is the plan of one server: what holds for both, and its own fields.
func (r *compareCmd) arm(c console, file string, set settings) (*plan, error) {
	if file == "" {
		file = r.Live.Config
	}
	one := &runCmd{
		File: file, Server: r.Server, Prompts: r.Prompts, Load: r.Load, Sampling: r.Sampling, Connection: r.Connection, Limits: r.Limits,
	}
	one.Server.Set = maps.Clone(r.Server.Set)
	if one.Server.Set == nil {
		one.Server.Set = settings{}
	}
	maps.Copy(one.Server.Set, set)
	starts := r.Live.Starts
	if starts == 0 {
		starts = 6
	}
	one.Load.Trials = &starts // prompts for all of them
	return one.plan(c)
}

func (l liveFlags) save(found *splleed.Contested) error {
	if l.Save == "" {
		return nil
	}
	var faults []error
	for name, results := range map[string]*splleed.Results{"a.json": found.A, "b.json": found.B} {
		if results != nil && len(results.Run.Results) > 0 { // else there may be something better there
			faults = append(faults, results.Save(filepath.Join(l.Save, name)))
		}
	}
	return errors.Join(faults...)
}

func (r *compareCmd) deliverLive(c console, found *splleed.Contested, on splleed.FailOn) error {
	if found.Comparison == nil {
		return nil
	}
	return r.Compare.deliver(c, []*splleed.Comparison{found.Comparison}, on)
}
