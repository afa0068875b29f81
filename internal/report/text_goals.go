package report

import (
	"fmt"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// goals writes what each level had to meet, and whether it did. Below it stands why something is undecided.
func (p *page) goals() {
	if p.run.Verdict == "" {
		return
	}
	t := table{{"", "value", "missed by", "allowed", "verdict"}}
	var doubts []string
	for i := range p.run.Results {
		l := &p.run.Results[i]
		if len(l.Goals) > 0 {
			t = append(t, []string{l.Point()})
		}
		for g := range l.Goals {
			goal := &l.Goals[g]
			t[0][2] = fmt.Sprintf("missed by (%s %%)", exact(100*goal.ConfidenceLevel))
			t = append(t, []string{"  " + goal.Goal, goalValue(goal), missedBy(goal), share(goal.Allowed), string(goal.Verdict)})
			if goal.Note != "" {
				doubts = append(doubts, fmt.Sprintf("%s, %s: %s", l.Point(), goal.Goal, doubt(goal)))
			}
		}
	}
	p.line("")
	p.line("%s", p.paint(bold, "Goals: "+string(p.run.Verdict)))
	p.write(t)
	for _, words := range doubts {
		p.paragraph(yellow, "    ", "  "+printable(words))
	}
}

func goalValue(g *result.Goal) string {
	switch {
	case g.Samples == 0:
		return "-"
	case g.Value == nil:
		return "> timeout"
	case strings.HasPrefix(g.Goal, "goodput"):
		return digits(*g.Value) + " %"
	}
	return digits(*g.Value)
}

// missedBy is the share of samples that miss, with its interval: "0.2 % (0.02–0.72)".
func missedBy(g *result.Goal) string {
	return fmt.Sprintf("%s %% (%s–%s)", InPercent(g.Missed), InPercent(g.MissedLow), InPercent(g.MissedHigh))
}

func share(x float64) string { return fmt.Sprintf("%.3g %%", 100*x) }

// doubt is why a goal is undecided, and what would likely decide.
func doubt(g *result.Goal) string {
	if g.Needed == 0 {
		return g.Note
	}
	return fmt.Sprintf("%s (%d, worth %.0f independent ones; about %d would likely decide)", g.Note, g.Samples, g.ESS, g.Needed)
}

// goalWords is a finding in a sentence: "FAIL: ttft_p99=500 at concurrency 8: 612.3, missed by 4 % (2–7), 1 % allowed".
func goalWords(g *result.Goal, at string) string {
	words := fmt.Sprintf("%s: %s at %s: %s, missed by %s, %s allowed", strings.ToUpper(string(g.Verdict)), g.Goal, at, goalValue(g), missedBy(g), share(g.Allowed))
	if g.Note != "" {
		words += "; " + doubt(g)
	}
	return words
}
