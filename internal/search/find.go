package search

import (
	"math"
	"slices"
)

// Plan is what to search.
type Plan struct {
	Start     float64 // the first load that is tried
	Min, Max  float64 // loads that are not left
	Tolerance float64 // how far apart, as a fraction, the highest good and the lowest bad load may stay
	Requests  int     // of a probe far from the edge; close to it up to six times as many
	Whole     bool    // loads are whole numbers: requests in flight
}

// Probe is what came of one load.
type Probe struct {
	Load     float64
	Requests int // planned
	Verdict  Verdict
	Confirms bool // a fresh trial of a load that had passed
}

// Answer is the highest load that passed below those that failed.
type Answer struct {
	Load      float64 // 0: none passed
	Confirmed bool    // it passed in a fresh trial, too; false where the search was stopped before
	// Low is the highest load up to it that clearly passed, High the lowest beyond it that clearly failed; 0 and +Inf where
	// none did.
	Low, High float64
	Bounded   bool // some load failed: otherwise the answer is only the highest that was tried
	Probes    []Probe
}

// Try probes a load with so many requests.
type Try func(load float64, requests int) (Verdict, error)

// Find searches: it doubles or halves the load until it has one that passes and one that fails, halves the ratio between
// them until they are as close as wanted, and confirms the highest that passed by a fresh trial, stepping down where that
// fails. An error ends the search with what is known so far.
func Find(p Plan, try Try) (Answer, error) {
	f := &finder{Plan: p, try: try}
	err := f.bracket()
	for err == nil && f.bad > 0 && f.good > 0 && !f.close() {
		err = f.probe(f.middle(), f.effort())
	}
	if err == nil {
		err = f.confirm()
	}
	return f.answer(), err
}

// finder is a search under way.
type finder struct {
	Plan
	try       Try
	good, bad float64 // the highest load that passed below the lowest that failed; 0: none yet
	probes    []Probe
}

// bracket finds a load that passes and one that fails, within the limits.
func (f *finder) bracket() error {
	load := f.whole(f.Start)
	for {
		if err := f.probe(load, f.Requests); err != nil {
			return err
		}
		next := load
		switch {
		case f.bad == 0:
			next = min(2*load, f.Max)
		case f.good == 0:
			next = f.whole(max(load/2, f.Min))
		}
		if next == load {
			return nil
		}
		load = next
	}
}

func (f *finder) probe(load float64, requests int) error {
	v, err := f.try(load, requests)
	if err != nil {
		return err
	}
	f.probes = append(f.probes, Probe{load, requests, v, false})
	if v.Passed() {
		f.good = max(f.good, load)
	} else if f.bad == 0 || load < f.bad {
		f.bad = load
	}
	return nil
}

// confirmation is how many times as many requests the confirming probe has as one far from the edge.
const confirmation = 6

// confirm tries the highest load that passed again; one that fails is bad after all, and a step below it is next.
func (f *finder) confirm() error {
	for f.good > 0 && !f.confirmed(f.good) {
		load := f.good
		requests := confirmation * f.Requests
		v, err := f.try(load, requests)
		if err != nil {
			return err
		}
		f.probes = append(f.probes, Probe{load, requests, v, true})
		if v.Passed() {
			return nil
		}
		f.bad, f.good = load, f.below(load)
	}
	return nil
}

// below is a step down from a load; 0 where that is the least of all.
func (f *finder) below(load float64) float64 {
	if load <= f.Min {
		return 0
	}
	next := f.whole(load / (1 + f.Tolerance))
	if next == load {
		next = f.whole(load - f.unit(load))
	}
	return max(next, f.Min)
}

// confirmed reports whether a fresh trial of a load has passed.
func (f *finder) confirmed(load float64) bool {
	return slices.ContainsFunc(f.probes, func(p Probe) bool { return p.Confirms && p.Load == load && p.Verdict.Passed() })
}

// close reports whether good and bad are as close as wanted, or so close that no load between them has a name.
func (f *finder) close() bool {
	if f.bad/f.good <= 1+f.Tolerance {
		return true
	}
	middle := f.middle()
	return middle <= f.good || middle >= f.bad
}

// middle is halfway between good and bad, on the scale of ratios.
func (f *finder) middle() float64 {
	return f.whole(math.Sqrt(f.good * f.bad))
}

// effort is how many requests the next probe has: more of them the closer it is to the edge.
func (f *finder) effort() int {
	switch ratio := f.bad / f.good; {
	case ratio <= 1.1:
		return 6 * f.Requests
	case ratio <= 1.5:
		return 3 * f.Requests
	}
	return f.Requests
}

// whole is a load that can be named: a whole number of requests in flight, or a rate of four digits.
func (f *finder) whole(load float64) float64 {
	unit := f.unit(load)
	return max(1, math.Round(load/unit)) * unit
}

// unit is what loads that can be named are multiples of.
func (f *finder) unit(load float64) float64 {
	if f.Whole {
		return 1
	}
	return math.Pow(10, math.Ceil(math.Log10(load))-4)
}

func (f *finder) answer() Answer {
	a := Answer{Load: f.highest(), High: math.Inf(1), Bounded: f.bad > 0, Probes: f.probes}
	a.Confirmed = f.confirmed(a.Load)
	for _, p := range f.probes {
		switch {
		case p.Verdict == Fails && p.Load > a.Load:
			a.High = min(a.High, p.Load)
		case p.Verdict == Passes && p.Load <= a.Load:
			a.Low = max(a.Low, p.Load)
		}
	}
	return a
}

// highest is the load that was confirmed. A search that was stopped before has only those that passed once: good may be a
// load that is yet to be tried.
func (f *finder) highest() (load float64) {
	if f.confirmed(f.good) {
		return f.good
	}
	for _, p := range f.probes {
		if p.Verdict.Passed() && (f.bad == 0 || p.Load < f.bad) {
			load = max(load, p.Load)
		}
	}
	return load
}
