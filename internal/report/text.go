package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// width is that of a terminal that nobody has made larger.
const width = 80

// Text writes tables for people, at most 80 columns wide. What went wrong stands first, warnings last.
func Text(w io.Writer, r *result.Run, style Style) error {
	p := &page{run: r, style: style}
	p.heading()
	p.failures()
	if len(r.Results) > 0 { // else the run was stopped before it measured anything
		p.search()
		p.goals()
		p.throughput()
		p.sweep()
		p.latency()
		p.lengthBias()
		p.earlyStopping()
		p.precision()
		p.classes()
		p.instrument()
		p.calibration()
		p.server()
		p.legend()
	}
	p.warnings()
	_, err := w.Write(p.text.Bytes())
	return err
}

// page is a report being written.
type page struct {
	run   *result.Run
	style Style
	text  bytes.Buffer
	notes notes
}

func (p *page) line(format string, args ...any) {
	fmt.Fprintf(&p.text, format+"\n", args...)
}

// paragraph writes words, later lines indented.
func (p *page) paragraph(look look, indent, words string) {
	for i, line := range wrap(words, width-len(indent)) {
		if i > 0 {
			line = indent + line
		}
		p.line("%s", p.paint(look, line))
	}
}

func (p *page) heading() {
	r := p.run
	facts := []string{"splleed: " + served(r), trials(r)}
	if r.GPU != nil {
		facts = append(facts, printable(*r.GPU))
	}
	p.paragraph(bold, "  ", strings.Join(facts, ", "))
	if r.Simulated {
		p.paragraph(yellow, "  ", "SIMULATED server: these are the numbers of a model, not of a real engine.")
	}
	if r.Interrupted {
		p.paragraph(red, "  ", "INTERRUPTED: only what was measured until then.")
	}
}

// trials is how many there were: "4 of 9 trials" where the others were not completed.
func trials(r *result.Run) string {
	all, done := plural(r.NTrials, "trial"), 0
	for _, t := range r.TrialResults {
		if t.Completed(len(r.Results)) {
			done++
		}
	}
	if r.TrialResults == nil || done >= r.NTrials {
		return all
	}
	return fmt.Sprintf("%d of %s", done, all)
}

// served is what was measured: "tiny on vllm 0.32.0".
func served(r *result.Run) string {
	engine := r.Engine
	if e := r.Environment.Engine; e != nil && e.Version != nil {
		engine += " " + *e.Version
	}
	if r.Model == "" {
		return printable(engine)
	}
	return printable(r.Model + " on " + engine)
}

// failures says at the top what failed, since it colours every number below.
func (p *page) failures() {
	failed, sent := 0, 0
	types := map[string]result.Failures{}
	for _, l := range p.run.Results {
		failed, sent = failed+l.NumFailed, sent+l.NumRequests
		for name, f := range l.Failures {
			all := types[name]
			all.Count += f.Count
			if all.Example == "" {
				all.Example = f.Example
			}
			types[name] = all
		}
	}
	if failed == 0 {
		return
	}
	p.line("")
	p.line("%s", p.paint(red, fmt.Sprintf("FAILED: %d of %d requests (%.1f %%)", failed, sent, 100*float64(failed)/float64(sent))))
	for _, name := range byCount(types) {
		f := types[name]
		p.paragraph(red, "      ", fmt.Sprintf("  %d × %s: %s", f.Count, name, printable(f.Example)))
	}
}

func (p *page) warnings() {
	all := slices.Clone(p.run.Warnings)
	for i := range p.run.Results {
		l := &p.run.Results[i]
		for _, w := range l.Warnings {
			all = append(all, l.Point()+": "+w)
		}
	}
	if len(all) > 0 {
		p.line("")
	}
	for _, w := range all {
		p.paragraph(yellow, "  ", "warning: "+printable(w))
	}
}
