package result

import "fmt"

// Point names the load of a level in words.
func (l *Level) Point() string {
	switch {
	case l.ArrivalRate == nil && l.Concurrency != nil:
		return fmt.Sprintf("concurrency %d", *l.Concurrency)
	case l.ArrivalRate == nil:
		return "one at a time"
	case l.Concurrency == nil:
		return fmt.Sprintf("%.6g req/s", *l.ArrivalRate)
	}
	return fmt.Sprintf("%.6g req/s, cap %d", *l.ArrivalRate, *l.Concurrency)
}
