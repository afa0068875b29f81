package report

import (
	"fmt"
	"strings"

	"github.com/splleed/splleed/internal/result"
)

// notes are the marks that the tables used, each explained once below them.
type notes struct {
	interval *result.Interval
	lopsided bool   // [ ]
	trials   [2]int // the fewest and the most that intervals are over
	support  bool   // ?
	ramp     bool   // ~
	offered  bool   // +failed
	chunks   bool   // ITL (chunks)
	due      bool   // an open loop
	connect  bool
	ends     bool // lies in
}

const definitions = "TTFT: to the first token. ITL: per further token. ICL: between chunks; stall: its longest in a request. " +
	"TPOT: a request's mean ITL. E2E: the whole request."

// legend explains the words and the marks, only those that were used.
func (p *page) legend() {
	words := []string{definitions}
	if i := p.notes.interval; i != nil {
		words = append(words, fmt.Sprintf("%s: a %s %% Student-t interval over %s.", p.notes.signs(), exact(100*i.ConfidenceLevel), between(p.notes.trials)))
	}
	add := func(used bool, text string) {
		if used {
			words = append(words, text)
		}
	}
	add(p.notes.due, "TTFT and E2E count from when a request was due.")
	add(p.notes.connect, "connect: a request's own connection, made before it is sent.")
	add(p.notes.support, "?: too few samples.")
	add(p.notes.ramp, "~: ramp and tail included.")
	add(p.notes.ends, "lies in: between which numbers the client's own error leaves it; without it, within 1 % or 0.05 ms.")
	add(p.notes.offered, "+failed: failed requests count as endless.")
	add(p.notes.chunks, "(chunks): tokens per chunk unknown.")
	p.line("")
	p.paragraph(dim, "", strings.Join(words, " "))
}

// over notes an interval over trials.
func (n *notes) over(i *result.Interval) {
	if n.interval == nil {
		n.trials = [2]int{i.NSamples, i.NSamples}
	}
	n.interval = i
	n.trials = [2]int{min(n.trials[0], i.NSamples), max(n.trials[1], i.NSamples)}
}

// between is how many trials, in words: "3 trials", "3 to 4 trials".
func between(trials [2]int) string {
	most := plural(trials[1], "trial")
	if trials[0] == trials[1] {
		return most
	}
	return fmt.Sprintf("%d to %s", trials[0], most)
}

// signs are what intervals are printed with.
func (n *notes) signs() string {
	if n.lopsided {
		return "±, [ ]"
	}
	return "±"
}
