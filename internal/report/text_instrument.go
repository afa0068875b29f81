package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// instrument says for each level how far its numbers are about the server and not about the client. Where all is well,
// that is a line for all of them.
func (p *page) instrument() {
	graded := slices.DeleteFunc(slices.Clone(p.run.Results), func(l result.Level) bool { return l.Instrument == nil })
	if len(graded) == 0 {
		return
	}
	p.line("")
	sound := func(l result.Level) bool { return l.Instrument.Grade == result.OK }
	if !slices.ContainsFunc(graded, func(l result.Level) bool { return !sound(l) }) {
		p.paragraph(plain, "  ", "Instrument: ok ("+tools(graded[0].Instrument)+")")
		return
	}
	p.line("%s", p.paint(bold, "Instrument"))
	for i := range graded {
		in := graded[i].Instrument
		look := plain
		if !sound(graded[i]) {
			look = yellow
		}
		p.paragraph(look, "    ", strings.TrimSuffix(fmt.Sprintf("  %s: %s; %s", graded[i].Point(), in.Grade, summed(in.Reasons)), "; "))
	}
}

// tools are what the stamps come from.
func tools(in *result.Instrument) string {
	whose := map[string]string{"kernel": "the kernel's stamps", "user": "the client's own stamps"}[in.Stamps]
	return in.Transport + ", " + or(whose, in.Stamps+" stamps")
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// mostReasons is how many reasons are for everybody; the others are in the JSON.
const mostReasons = 3

func summed(reasons []string) string {
	shown := strings.Join(reasons[:min(mostReasons, len(reasons))], "; ")
	if more := len(reasons) - mostReasons; more > 0 {
		shown += fmt.Sprintf("; and %d more", more)
	}
	return printable(shown)
}
