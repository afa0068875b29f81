package doctor

import (
	"fmt"
	"math"
	"strings"

	"github.com/splleed/splleed/internal/environ"
	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/steal"
)

// Of what a stream takes.
const (
	streamMemory = 8 << 10 // bytes: 4 KiB of the process, 4 KiB of the kernel's for an idle socket
	fewStreams   = 1000
)

// Machine judges what the machine says of itself. available is its free memory in bytes, 0 where that is not known.
func Machine(c result.Client, available uint64) []Check {
	return []Check{streams(c, available), cpus(c), governor(c), clockSource(c), sinceBoot(c)}
}

// streams is how many can be open at once: the least of what files, ports and memory allow.
func streams(c result.Client, available uint64) Check {
	most, because := math.Inf(1), ""
	limit := func(n float64, what string) {
		if n < most {
			most, because = n, what
		}
	}
	figures := map[string]any{"open_files": c.OpenFiles, "local_ports": c.LocalPorts, "available_memory_bytes": nil}
	if c.OpenFiles != nil {
		limit(math.Max(0, float64(*c.OpenFiles)-environ.SpareFiles), "open files (ulimit -n)")
	}
	if c.LocalPorts != nil {
		limit(float64(*c.LocalPorts), "local ports (net.ipv4.ip_local_port_range)")
	}
	if c.CgroupMemory != nil && (available == 0 || *c.CgroupMemory < available) {
		available = *c.CgroupMemory
	}
	if available > 0 {
		figures["available_memory_bytes"] = available
		limit(float64(available)/streamMemory, "memory")
	}
	if because == "" {
		return unknown("streams", "the system tells no limit")
	}
	figures["streams"], figures["limited_by"] = int(most), because
	check := Check{Name: "streams", Verdict: OK, Found: fmt.Sprintf("%s at once, limited by %s", count(most), because), Figures: figures}
	switch {
	case most < 1:
		check.Verdict = Bad
	case most < fewStreams:
		check.Verdict = Warn
	}
	return check.when("raise that limit (hard limits: /etc/security/limits.conf, a container's --ulimit nofile=65536) or stay below it")
}

func cpus(c result.Client) Check {
	n := float64(c.CPUs)
	if c.CgroupCPUs != nil {
		n = math.Min(n, *c.CgroupCPUs)
	}
	words := []string{fmt.Sprintf("%g to run on", math.Round(100*n)/100)}
	if c.Container != nil {
		words = append(words, "in a container ("+*c.Container+")")
	}
	if c.Virtual != nil {
		words = append(words, "virtual machine ("+*c.Virtual+")")
	}
	check := Check{
		Name: "cpus", Verdict: OK, Found: strings.Join(words, ", "),
		Figures: map[string]any{"cpus": c.CPUs, "cgroup_cpus": c.CgroupCPUs, "container": c.Container, "virtual_machine": c.Virtual, "smt": c.SMT},
	}
	switch {
	case n < 1:
		check.Verdict = Bad
	case n < 2 || c.CgroupCPUs != nil && *c.CgroupCPUs < float64(c.CPUs):
		check.Verdict = Warn
	}
	return check.when("give the client two whole CPUs; a quota (docker --cpus, a pod's limit) stops it for milliseconds at a time, --cpuset-cpus does not")
}

func governor(c result.Client) Check {
	if c.Governor == nil {
		return unknown("governor", "not told (usual in a virtual machine: the host decides)")
	}
	check := Check{Name: "governor", Verdict: OK, Found: *c.Governor, Figures: map[string]any{"cpu_governor": *c.Governor, "cpu_frequency_driver": c.FrequencyDriver}}
	if *c.Governor != "performance" {
		check.Verdict = Warn
	}
	return check.when("cpupower frequency-set -g performance: clocks that rise with load make light loads look slow")
}

// direct are the clock sources that are read without a system call.
var direct = []string{"tsc", "arch_sys_counter", "kvm-clock", "hyperv_clocksource_tsc_page"}

func clockSource(c result.Client) Check {
	if c.ClockSource == nil {
		return unknown("clock source", "not told")
	}
	check := Check{Name: "clock source", Verdict: Warn, Found: *c.ClockSource, Figures: map[string]any{"clock_source": *c.ClockSource}}
	for _, good := range direct {
		if good == *c.ClockSource {
			check.Verdict = OK
		}
	}
	return check.when("each reading is a system call of up to a microsecond or more: boot with clocksource=tsc if the CPU's is stable")
}

func sinceBoot(c result.Client) Check {
	if c.StealShare == nil {
		return unknown("steal", "not told")
	}
	return stolen("steal", *c.StealShare, "since boot")
}

// Meanwhile judges what was stolen between two looks.
func Meanwhile(before, after steal.Ticks) Check {
	const name = "steal, now"
	share := after.Since(before)
	if math.IsNaN(share) {
		return unknown(name, "not told")
	}
	return stolen(name, share, "during these checks")
}

func stolen(name string, share float64, when string) Check {
	check := Check{
		Name: name, Verdict: judge(share, 0.01, 0.05), Found: fmt.Sprintf("%.2f %% of CPU time %s", 100*share, when),
		Figures: map[string]any{"steal_share": share},
	}
	return check.when("the host gives this machine's CPUs to others: move to dedicated CPUs")
}
