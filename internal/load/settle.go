package load

import (
	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
)

// settle decides how many tokens each arrival carried, from most to least trusted, and writes the arrivals' log:
//
//   - the response came in one piece: all of them;
//   - every event said so (token ids, TGI): those;
//   - usage came with every text: its steps;
//   - usage equals the events with text: one each;
//   - usage equals all events, with and without text: one each, also those without;
//   - any other usage (several tokens an event): usage spread evenly over the events with text, marked ITLChunks;
//   - no usage: one per event with text.
//
// An event without text never starts TTFT unless it said that it carries a token: its token counts with the next text.
func settle(r *record.Record, arrivals *arrivals, usage dialect.Usage, runningUsage bool) {
	var sum arrival
	for a := range arrivals.all() {
		sum.text += a.text
		sum.blank += a.blank
		sum.tokens += a.tokens
		sum.steps += a.steps
	}
	r.ITLSource = record.ITLTokens
	var tokens func(arrival) int
	counted := usage.Known && usage.Output >= 0 && believable(usage.Output, r.RequestedMax)
	switch out := usage.Output; {
	case r.Whole:
		tokens = whole(r, sum.tokens)
	case sum.tokens > 0 && (!counted || out == sum.tokens):
		tokens = func(a arrival) int { return a.tokens }
		r.CountSource, r.OutputTokens = record.FromTokenIDs, record.Count(sum.tokens)
	case runningUsage && counted && believable(sum.steps, r.RequestedMax):
		tokens = func(a arrival) int { return a.steps }
	case !counted, out == sum.text:
		tokens = func(a arrival) int { return a.text }
		r.CountSource, r.OutputTokens = record.FromEvents, record.Count(sum.text)
	case out == sum.text+sum.blank:
		tokens = func(a arrival) int { return a.text + a.blank }
	default:
		tokens = spread(out, sum.text)
		r.ITLSource = record.ITLChunks
	}
	if counted {
		r.CountSource, r.OutputTokens = record.FromUsage, record.Count(usage.Output)
	}
	if usage.Known {
		r.InputTokens = record.Count(usage.Input)
	}
	if usage.CachedKnown {
		r.CachedTokens = record.Count(usage.Cached)
	}
	write(&r.Arrivals, arrivals, tokens)
}

// whole counts the tokens of a response in one piece. Where the server does not, nobody can.
func whole(r *record.Record, ids int) func(arrival) int {
	r.CountSource = record.FromNobody
	if ids > 0 {
		r.CountSource, r.OutputTokens = record.FromTokenIDs, record.Count(ids)
	}
	return func(arrival) int { return r.OutputTokens.OrZero() }
}

// believable reports whether a request that asked for at most so many tokens can have got so many: a server's nonsense
// must not become samples by the million. The factor leaves room for several answers to a request.
func believable(tokens, asked int) bool { return asked == 0 || tokens <= 100*asked }

// spread deals total tokens evenly over the given number of events, at least one to the first.
func spread(total, events int) func(arrival) int {
	seen, dealt := 0, 0
	return func(a arrival) int {
		if a.text == 0 {
			return 0
		}
		seen += a.text
		share := max((total*seen+events-1)/events-dealt, 0)
		dealt += share
		return share
	}
}

// write logs the arrivals that carried tokens or text. Tokens that came before any text wait for it, unless their
// events said that they carry a token.
func write(log *record.Arrivals, arrivals *arrivals, tokens func(arrival) int) {
	log.Grow(bySize(arrivals))
	early, events := 0, 0
	for a := range arrivals.all() {
		n := tokens(a)
		started := log.Len() > 0 || a.text > 0 || a.tokens > 0 // has, by now, any token been seen?
		if !started {
			early, events = early+n, events+a.blank
			continue
		}
		if n+early == 0 && a.text == 0 {
			continue
		}
		log.Append(record.Arrival{At: a.at, Tokens: n + early, Events: a.text + a.blank + events, Bound: a.bound})
		early, events = 0, 0
	}
}

// bySize is how many arrivals brought one event, and how many brought another number.
func bySize(arrivals *arrivals) (single, others int) {
	for a := range arrivals.all() {
		if a.text+a.blank == 1 {
			single++
		}
	}
	return single, arrivals.n - single
}
