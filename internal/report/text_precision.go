package report

import (
	"fmt"

	"github.com/splleed/splleed/internal/result"
)

// precision says how wide each interval is beside what was wanted, in a run that was to go on until it is narrow enough.
func (p *page) precision() {
	if p.run.Precision == nil {
		return
	}
	p.line("")
	p.line("%s", p.paint(bold, "Precision: "+p.run.Precision.Verdict))
	for _, t := range p.run.Precision.Targets {
		p.paragraph(plain, "    ", "  "+target(t))
	}
}

func target(t result.Target) string {
	now := "unknown"
	if t.HalfWidth != nil {
		now = fmt.Sprintf("±%s %%", InPercent(*t.HalfWidth))
	}
	words := fmt.Sprintf("%s at %s: %s, wanted ±%s %%", t.Stat, t.Level, now, InPercent(t.Wanted))
	if t.Needed != nil {
		words += fmt.Sprintf(" (%s needed)", plural(*t.Needed, "trial"))
	}
	return words
}
