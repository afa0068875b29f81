package compare

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// gate is a limit on how much a metric may change: one-sided non-inferiority.
type gate struct {
	text   string
	metric metric
	most   bool    // the limit is an upper one
	limit  float64 // of the ratio
}

var gateForm = regexp.MustCompile(`^([a-z0-9_.]+)\s*(<=|>=)\s*([+-]?[0-9.]+)\s*%$`)

// parseGates reads "ttft_p99<=+5%, throughput>=-2%".
func parseGates(text string) ([]gate, error) {
	var gates []gate
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		if item == "" {
			continue
		}
		parts := gateForm.FindStringSubmatch(item)
		if parts == nil {
			return nil, fmt.Errorf("want gates such as ttft_p99<=+5%% or throughput>=-2%%, got %q", item)
		}
		m, err := metricNamed(parts[1])
		if err != nil {
			return nil, err
		}
		percent, err := strconv.ParseFloat(parts[3], 64)
		if err != nil || percent <= -100 || percent > 1e6 {
			return nil, fmt.Errorf("%s: want a change of more than -100 %%", item)
		}
		g := gate{strings.ReplaceAll(item, " ", ""), m, parts[2] == "<=", 1 + percent/100}
		if g.most == m.higher {
			return nil, fmt.Errorf("%s: of %s, %s is worse: this gate would stop only what is better", item, m.name, map[bool]string{true: "less", false: "more"}[m.higher])
		}
		gates = append(gates, g)
	}
	return gates, nil
}

// ends are the figures with B at its worst and A at its best end that the client's own error allows, and the other way
// round.
func (g gate) ends(f figures) (worst, best sample) {
	if g.most {
		return f.most, f.least
	}
	return f.least, f.most
}

// judge holds a contrast against the gate, which passes by the worst figures and is broken by the best. Its p values
// count further from the limit.
func (g gate) judge(f figures, level float64) result.Gate {
	worst, best := g.ends(f)
	out := result.Gate{Gate: g.text, Limit: g.limit, Verdict: result.Undecided}
	if f.seen.logs {
		out.Ratio = number(math.Exp(f.seen.welch.Mean))
	} else {
		out.Note = f.seen.note
	}
	if d := worst.welch; worst.logs && g.most {
		out.Bound, out.P = number(math.Exp(d.Upper(level))), number(d.PBelow(math.Log(g.limit)))
	} else if worst.logs {
		out.Bound, out.P = number(math.Exp(d.Lower(level))), number(d.PAbove(math.Log(g.limit)))
	}
	out.PBroken = number(g.broken(best))
	return out
}

// broken is the p value that the limit is broken; NaN where nothing says so. Without ratios, because some figures are zero
// or beyond all measure, only their order is left: whether B is above (or below) what the limit makes of A. So a gate
// cannot be shown to hold.
func (g gate) broken(s sample) float64 {
	if s.logs && g.most {
		return s.welch.PAbove(math.Log(g.limit))
	} else if s.logs {
		return s.welch.PBelow(math.Log(g.limit))
	}
	atLimit := sample{a: times(s.a, g.limit), b: s.b}
	_, p := atLimit.mannWhitney()
	if g.most != atLimit.bAbove() {
		return math.NaN()
	}
	return p / 2
}

func times(xs []float64, factor float64) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = x * factor
	}
	return ys
}
