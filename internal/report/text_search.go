package report

import (
	"fmt"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// search says what a search found.
func (p *page) search() {
	s := p.run.Search
	if s == nil {
		return
	}
	p.line("")
	p.paragraph(bold, "  ", printable(answer(s)))
}

// answer is a search's in words: "The highest arrival_rate that meets ttft_p99=500: 68.3, between 67.5 and 69.8."
func answer(s *result.Search) string {
	goals := strings.Join(s.Goals, ", ")
	if s.Load == nil {
		return fmt.Sprintf("No %s that was tried meets %s.", s.Over, goals)
	}
	words := fmt.Sprintf("The highest %s that meets %s: %s", s.Over, goals, exact(*s.Load))
	if !s.Confirmed {
		words += ", not confirmed"
	}
	switch {
	case !s.Bounded:
		return words + ", the highest that was tried: none failed."
	case s.Low != nil && s.High != nil:
		return words + fmt.Sprintf(" (%s clearly passes, %s clearly fails).", exact(*s.Low), exact(*s.High))
	case s.Low != nil:
		return words + fmt.Sprintf(" (%s clearly passes, no higher one clearly fails).", exact(*s.Low))
	}
	return words + " (none clearly passes)."
}

// sweep says where the knee is, and which loads trade throughput for interactivity without waste.
func (p *page) sweep() {
	s := p.run.Sweep
	if s == nil {
		return
	}
	p.line("")
	p.line("%s", p.paint(bold, "Throughput against interactivity"))
	t := table{{"", "output tok/s", "tok/s/user", "optimal"}}
	for i, l := range s.Pareto {
		mark := "-"
		if l.Optimal {
			mark = "yes"
		}
		t = append(t, []string{p.run.Results[i].Point(), orDash(l.OutputTokensPerSec), orDash(l.TokensPerSecPerUser), mark})
	}
	p.write(t)
	p.paragraph(plain, "  ", "  "+p.knee(s))
}

func (p *page) knee(s *result.Sweep) string {
	k := s.Knee
	if k == nil {
		return "No knee inside the grid: sweep further."
	}
	words := fmt.Sprintf("Knee (most throughput per latency): %s %s", s.Over, exact(*k.Mean))
	switch {
	case k.CILower != nil && k.CIUpper != nil:
		words += fmt.Sprintf(" [%s, %s]", exact(*k.CILower), exact(*k.CIUpper))
	case k.NSamples < p.run.NTrials:
		words += fmt.Sprintf(" in %d of %d trials", k.NSamples, p.run.NTrials)
	}
	return words + "."
}

func orDash(x *float64) string {
	if x == nil {
		return "-"
	}
	return digits(*x)
}
