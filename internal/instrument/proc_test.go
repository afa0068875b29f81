package instrument

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// show is a value as JSON: pointers are what they point to.
func show(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}

func TestProc(t *testing.T) {
	check := func(what string, got, want float64) {
		t.Helper()
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	nan := math.NaN()
	dropped, squeezed := softnet("0000ff00 00000002 0000000a 0\n00000001 00000001 00000010 0\n")
	check("dropped", dropped, 3)
	check("squeezed", squeezed, 26)
	dropped, _ = softnet("x\n")
	check("dropped of nothing", dropped, nan)
	netstat := "TcpExt: SyncookiesSent PruneCalled RcvPruned\nTcpExt: 1 2 3\nIpExt: PruneCalled\nIpExt: 9\n"
	check("PruneCalled", counter(netstat, "TcpExt", "PruneCalled"), 2)
	check("RcvPruned", counter(netstat, "TcpExt", "RcvPruned"), 3)
	check("IpExt", counter(netstat, "IpExt", "PruneCalled"), 9)
	check("none", counter(netstat, "Tcp", "PruneCalled"), nan)
	check("cut short", counter("Tcp: A B\nTcp: 1\n", "Tcp", "B"), nan)
	turns := schedstat("2000000000 500000000 12\n")
	check("ran", turns.ran, 2)
	check("waited", turns.waited, 0.5)
	check("times", turns.times, 12)
	check("ran of nothing", schedstat("").ran, nan)
	check("throttled_usec", field("nr_periods 5\nthrottled_usec 700\n", "throttled_usec", 1), 700)
}

func TestNetCPUs(t *testing.T) {
	check := func(text string, want ...int) {
		t.Helper()
		if got := netCPUs(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	check("   CPU0 CPU1 CPU2 CPU3\n NET_TX: 9 9 9 9\n NET_RX: 10 500 0 400\n", 1, 3)
	check(" NET_RX: 1 99 0\n", 1)
	check(" NET_RX: 40 30 50\n", 2, 0)
	check(" NET_RX:"+strings.Repeat(" 90", 31)+" 99\n", 31) // spread over so many that none has a tenth
	check(" NET_RX: 0 0\n")
	check("")
	check(" NET_RX: many\n")
}

// By hand: 2 s of the hardware's clock in which the monotonic one gained 0.2 ms, and the machine slept 5 ms.
func TestClocksAgainstEachOther(t *testing.T) {
	before := reading{mono: 1e9, raw: 2e9, awaken: 1e9}
	ppm, slept := before.against(reading{mono: 3e9 + 2e5, raw: 4e9, awaken: 3e9 + 2e5 + 5e6})
	if math.Abs(*ppm-100) > 1e-6 || *slept != 5 {
		t.Errorf("%v ppm, slept %v ms", *ppm, *slept)
	}
	if ppm, _ := before.against(reading{mono: 1e9 + 5e8, raw: 2e9 + 5e8, awaken: 1e9 + 5e8}); ppm != nil {
		t.Errorf("half a second tells %v ppm", *ppm)
	}
	if _, slept := before.against(reading{mono: 2e9, raw: 3e9, awaken: 2e9 - 100}); math.Signbit(*slept) {
		t.Errorf("100 ns less than nothing are %v ms", *slept)
	}
}

// A thread that ends between two looks must not take away what the others had.
func TestTaken(t *testing.T) {
	before := map[string]turns{"stays": {1, 1, 10}, "ends": {500, 100, 9000}}
	after := map[string]turns{"stays": {3, 1.5, 30}, "new": {0.25, 0.5, 2}}
	if got, want := taken(before, after), (turns{2.25, 1, 22}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	if got := taken(nil, nil); !math.IsNaN(got.ran) {
		t.Errorf("%v of no thread", got)
	}
}
