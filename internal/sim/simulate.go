package sim

import "time"

// Arrival is a request and when it comes.
type Arrival struct {
	At time.Duration
	Work
}

// Outcome is what became of a request.
type Outcome struct {
	Admitted time.Duration
	Cached   int             // prompt tokens that the prefix cache had
	Tokens   []time.Duration // when each generated token came
}

// Simulate plays all arrivals, given in order of time, through an idle engine, in virtual time.
func Simulate(p Profile, arrivals []Arrival) ([]Outcome, error) {
	m := NewModel(p)
	outcomes := make([]Outcome, len(arrivals))
	for _, a := range arrivals {
		// Short of the arrival: others may come at the same moment.
		gather(outcomes, m.Advance(a.At-1))
		if _, err := m.Submit(a.At, a.Work); err != nil {
			return nil, err
		}
	}
	for at, ok := m.Next(); ok; at, ok = m.Next() {
		gather(outcomes, m.Advance(at))
	}
	return outcomes, nil
}

func gather(outcomes []Outcome, events []Event) {
	for _, e := range events {
		o := &outcomes[e.ID-1]
		if e.Kind == Admitted {
			o.Admitted, o.Cached = e.At, e.Tokens
			continue
		}
		for range e.Tokens {
			o.Tokens = append(o.Tokens, e.At)
		}
	}
}
