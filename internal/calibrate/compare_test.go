package calibrate

import (
	"math"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/record"
)

// A request whose stamps are known against a truth that is known: errors derived by hand.
func TestCompare(t *testing.T) {
	const epoch, ms = int64(1e18), int64(time.Millisecond)
	r := record.New()
	r.ID, r.Scheduled, r.Sent, r.Finish, r.StampSource = "a", 0, record.Stamp(2*ms), record.Stamp(31*ms), record.StampKernel
	arrive := func(at int64, events int) {
		r.Arrivals.Append(record.Arrival{At: record.Stamp(at), Tokens: events, Events: events})
	}
	arrive(11*ms, 1)
	arrive(31*ms, 2)
	truths := map[string]truth{"a": {ID: "a", Events: [][3]int64{ // 1 ms each to write
		{epoch + 10*ms, epoch + 11*ms, 1}, {epoch + 18*ms, epoch + 19*ms, 1}, {epoch + 30*ms, epoch + 31*ms, 1},
	}}}
	bad := record.New()
	bad.ID, bad.Failure = "b", &record.Failure{Message: "gone"}
	o := compare([]*record.Record{r, bad}, epoch, truths)

	check := func(what string, got Errors, n int, bias, p50 float64) {
		t.Helper()
		if got.N != n || math.Abs(got.Bias-bias) > 1e-9 || math.Abs(got.P50-p50) > 1e-9 {
			t.Errorf("%s: %+v, want n %d, bias %v, p50 %v", what, got, n, bias, p50)
		}
	}
	check("TTFT", o.TTFT, 1, 1, 1)
	check("ITL", o.ITL, 2, 0, 2) // 10 and 10 for 8 and 12
	check("E2E", o.E2E, 1, 1, 1)
	check("stamp", o.Stamp, 3, 5, 1) // 1, 13, 1
	check("send", o.Send, 3, 1, 1)
	check("lateness", o.Lateness, 1, 2, 2)
	if o.Requests != 2 || o.Failed != 1 || o.Failure != "gone" || o.Events != 3 || o.Kernel != 1 {
		t.Errorf("%+v", o)
	}
}

// Of events of several tokens, the error on ITL is per token, as ITL is: one sample for each.
func TestCompareTokens(t *testing.T) {
	const ms = int64(time.Millisecond)
	r := record.New()
	r.ID, r.Finish = "a", record.Stamp(34*ms)
	for _, a := range []record.Arrival{{At: record.Stamp(10 * ms), Tokens: 4, Events: 1}, {At: record.Stamp(34 * ms), Tokens: 4, Events: 1}} {
		r.Arrivals.Append(a)
	}
	o := compare([]*record.Record{r}, 0, map[string]truth{"a": {ID: "a", Events: [][3]int64{{10 * ms, 10 * ms, 4}, {30 * ms, 30 * ms, 4}}}})
	if o.ITL.N != 4 || math.Abs(o.ITL.Bias-1) > 1e-9 || o.ITL.P99 != o.ITL.Bias { // 24/4 for 20/4
		t.Errorf("%+v", o.ITL)
	}
}

func TestCompareNothing(t *testing.T) {
	if o := compare(nil, 0, nil); o.Requests != 0 || o.TTFT.N != 0 || o.Kernel != 0 || o.EventsPerCPUSecond() != nil {
		t.Errorf("%+v", o)
	}
}
