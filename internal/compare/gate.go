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

// judge holds a contrast against the gate. Its p values count further from the limit.
func (g gate) judge(s sample, level float64) result.Gate {
	out := result.Gate{Gate: g.text, Limit: g.limit, Verdict: result.Undecided}
	limit := math.Log(g.limit)
	if s.logs {
		bound, holds, broken := s.welch.Upper(level), s.welch.PBelow(limit), s.welch.PAbove(limit)
		if !g.most {
			bound, holds, broken = s.welch.Lower(level), s.welch.PAbove(limit), s.welch.PBelow(limit)
		}
		out.Ratio, out.Bound = number(math.Exp(s.welch.Mean)), number(math.Exp(bound))
		out.P, out.PBroken = number(holds), number(broken)
		return out
	}
	// Without ratios, because some figures are zero or beyond all measure, only their order is left: a gate cannot be
	// shown to hold, only to be broken: where B is above (or below) what the limit makes of A.
	atLimit := sample{a: times(s.a, g.limit), b: s.b}
	if _, p := atLimit.mannWhitney(); g.most == atLimit.bAbove() && !math.IsNaN(p) {
		out.PBroken = number(p / 2)
	}
	out.Note = s.note
	return out
}

func times(xs []float64, factor float64) []float64 {
	ys := make([]float64, len(xs))
	for i, x := range xs {
		ys[i] = x * factor
	}
	return ys
}
