package search

import "math"

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

// Answer is the highest load that passed and was confirmed.
type Answer struct {
	Load float64 // 0: none passed
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
	for f.good > 0 && !f.confirmed() {
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
		f.bad, f.good = load, f.whole(load/(1+f.Tolerance))
		if f.good == load {
			f.good--
		}
		if f.good < f.Min {
			f.good = 0
		}
	}
	return nil
}

// confirmed reports whether a fresh trial of the highest good load has passed.
func (f *finder) confirmed() bool {
	for _, p := range f.probes {
		if p.Confirms && p.Load == f.good && p.Verdict.Passed() {
			return true
		}
	}
	return false
}

// close reports whether good and bad are as close as wanted.
func (f *finder) close() bool {
	if f.Whole && f.bad-f.good <= 1 {
		return true
	}
	return f.bad/f.good <= 1+f.Tolerance
}

// middle is halfway between good and bad, on the scale of ratios.
func (f *finder) middle() float64 {
	load := f.whole(math.Sqrt(f.good * f.bad))
	if f.Whole {
		load = min(max(load, f.good+1), f.bad-1)
	}
	return load
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
	if f.Whole {
		return max(1, math.Round(load))
	}
	unit := math.Pow(10, math.Ceil(math.Log10(load))-4)
	return math.Round(load/unit) * unit
}

func (f *finder) answer() Answer {
	a := Answer{Load: f.good, High: math.Inf(1), Bounded: f.bad > 0, Probes: f.probes}
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
