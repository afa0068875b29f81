package doctor

import (
	"fmt"
	"strings"
)

// Route is how packets leave for a server.
type Route struct {
	Kind string // "loopback", "veth", "bridge", "nic"; "" where the system does not tell
	Name string // of the interface
	Interface
}

func (r Route) String() string {
	switch r.Kind {
	case "loopback":
		return "loopback: stamps are taken in the sender's context, and the server shares this machine's CPUs"
	case "veth", "bridge":
		return fmt.Sprintf("%s (%s): a virtual link, to a container or a namespace", r.Kind, r.Name)
	case "nic":
		return fmt.Sprintf("network interface %s", r.Name)
	}
	return "not told"
}

// Interface is what a network card does to packets before the kernel stamps them; nil is what it does not tell.
type Interface struct {
	CoalesceUs       *uint32 // µs that it may wait before it interrupts
	AdaptiveCoalesce *bool   // it chooses that by itself
	GRO, LRO, TSO    *bool   // merging of packets on receipt, and splitting on sending
}

// checks are about real cards only: others tell nothing.
func (i Interface) checks() []Check {
	if i.CoalesceUs == nil && i.GRO == nil && i.LRO == nil && i.TSO == nil {
		return []Check{unknown("nic", "it tells nothing of coalescing and offloads")}
	}
	return []Check{i.coalescing(), i.offloads()}
}

func (i Interface) coalescing() Check {
	if i.CoalesceUs == nil {
		return unknown("nic coalescing", "not told")
	}
	check := Check{
		Name: "nic coalescing", Verdict: judge(float64(*i.CoalesceUs), 50, 1000), Found: fmt.Sprintf("waits up to %d µs before it interrupts", *i.CoalesceUs),
		Figures: map[string]any{"rx_usecs": *i.CoalesceUs, "adaptive_rx": i.AdaptiveCoalesce},
	}
	if i.AdaptiveCoalesce != nil && *i.AdaptiveCoalesce {
		check.Found += ", adaptively"
		if check.Verdict == OK {
			check.Verdict = Warn
		}
	}
	return check.when("kernel stamps are late by as much: ethtool -C INTERFACE adaptive-rx off rx-usecs 10")
}

func (i Interface) offloads() Check {
	var on []string
	for _, o := range []struct {
		name string
		is   *bool
	}{{"GRO", i.GRO}, {"LRO", i.LRO}, {"TSO", i.TSO}} {
		if o.is != nil && *o.is {
			on = append(on, o.name)
		}
	}
	check := Check{Name: "nic offloads", Verdict: OK, Found: "on: " + strings.Join(on, ", "), Figures: map[string]any{"gro": i.GRO, "lro": i.LRO, "tso": i.TSO}}
	if len(on) == 0 {
		check.Found = "none is on"
	}
	if i.LRO != nil && *i.LRO {
		check.Verdict = Warn
	}
	return check.when("LRO merges events of a stream before the kernel stamps them: ethtool -K INTERFACE lro off")
}
