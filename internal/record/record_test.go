package record

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever is appended in order comes back, in steps of 100 ns.
func TestArrivalsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var log Arrivals
		var want []Arrival
		at := Stamp(0)
		for range rapid.IntRange(0, 50).Draw(t, "n") {
			gap := rapid.Int64Range(0, 1e12).Draw(t, "gap") / 100 * 100
			at += Stamp(gap)
			a := Arrival{At: at, Tokens: rapid.IntRange(0, 4).Draw(t, "tokens"), Events: rapid.IntRange(1, 3).Draw(t, "events"),
				Bound: time.Duration(rapid.SampledFrom([]int64{0, 0, 100, 1e10, gap, gap * 3 / 400 * 100}).Draw(t, "bound"))}
			log.Append(a)
			want = append(want, a)
		}
		if got := slices.Collect(log.All()); !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
		if log.Len() != len(want) {
			t.Fatalf("Len = %d, want %d", log.Len(), len(want))
		}
		if len(want) > 0 && (log.First() != want[0].At || log.Last() != at) {
			t.Fatalf("First, Last = %d, %d, want %d, %d", log.First(), log.Last(), want[0].At, at)
		}
	})
}

func TestNoArrivals(t *testing.T) {
	var log Arrivals
	if log.First().Set() || log.Last().Set() {
		t.Errorf("an empty log has stamps %d and %d", log.First(), log.Last())
	}
}

func TestArrivalsAreSmall(t *testing.T) {
	var log Arrivals
	for i := range 1000 {
		log.Append(Arrival{At: Stamp(i+1) * 20_000_000, Tokens: 1, Events: 1})
	}
	if per := float64(len(log.log)) / 1000; per > 3 {
		t.Errorf("%v bytes an arrival at 20 ms gaps, want at most 3", per)
	}
}

func sample() *Record {
	r := New()
	r.ID, r.Trial, r.Level, r.Slot, r.Prompt, r.Phase = "x-1", 1, 2, 0, 7, Measured
	r.Scheduled, r.Sent, r.SentEnd, r.Headers = 0, 1000, 1500, 2000
	r.Arrivals.Append(Arrival{At: 50_000_000, Tokens: 1, Events: 1})
	r.Arrivals.Append(Arrival{At: 70_000_000, Tokens: 4, Events: 2, Bound: 20_000})
	r.Connected, r.Connect = true, 300_000
	r.SentEndSource = StampKernel
	r.TCP = TCP{Retransmitted: 1, OutOfOrder: 2, Received: 4711, RTT: 35_000}
	r.Finish, r.Done = 70_000_000, 71_000_000
	r.OutputTokens, r.CountSource, r.ITLSource, r.FinishReason, r.Status = 5, FromUsage, ITLTokens, "length", 200
	return r
}

func TestJournalRoundTrip(t *testing.T) {
	failed := New()
	failed.Failure = &Failure{Type: HTTP5xx, Message: "boom"}
	eight, rate := 8, 2.5
	var out bytes.Buffer
	j := NewJournal(&out, time.Unix(1000, 42))
	j.Add(sample(), Point{Concurrency: &eight})
	j.Add(failed, Point{ArrivalRate: &rate})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if first, _, _ := strings.Cut(out.String(), "\n"); !strings.Contains(first, `"arrivals":[[50000000,1,0],[20000000,4,20000]]`) {
		t.Errorf("arrivals are not [[delta_ns, tokens, bound_ns], …] in %s", first)
	}
	var got []*Record
	read := func(r *Record, at Point) error {
		got = append(got, r)
		return nil
	}
	damage, err := ReadJournal(strings.NewReader(out.String()+`{"id":"cut sho`), Reader{Record: read})
	if err != nil || !damage.Cut || len(damage.Lines) > 0 {
		t.Fatalf("%+v, %v; want a line cut short, and no other damage", damage, err)
	}
	if want := []*Record{sample(), failed}; !reflect.DeepEqual(got, want) {
		t.Errorf("read back %+v, want %+v", got, want)
	}
}

// Where a run measures nothing, what the writer holds from before is not to be touched.
func TestJournalBeginsWithTheFirstMeasured(t *testing.T) {
	written := func(phases ...Phase) int {
		var out bytes.Buffer
		j := NewJournal(&out, time.Unix(0, 0))
		j.Note("run", "x")
		for _, phase := range phases {
			r := sample()
			r.Phase = phase
			j.Add(r, Point{})
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		return strings.Count(out.String(), "\n")
	}
	if n := written(Warmup, Probe); n != 0 {
		t.Errorf("%d lines of a run that measured nothing", n)
	}
	if n := written(Warmup, Measured); n != 3 {
		t.Errorf("%d lines, want the note and both requests", n)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestJournalReportsWriteErrors(t *testing.T) {
	j := NewJournal(full{}, time.Unix(0, 0))
	j.Add(sample(), Point{})
	if err := j.Close(); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("Close = %v, want the writer's error", err)
	}
}
