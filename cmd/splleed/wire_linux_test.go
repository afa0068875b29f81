package main

import (
	"crypto/rand"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Two hosts that a wire joins: network namespaces with a pair of veth between them. On the client's side the kernel reads
// packets in a thread of its own, as it may for a network card; on loopback it does so in the sender's context.

const (
	clientAddress = "10.0.0.1"
	serverAddress = "10.0.0.2"
)

// wired moves client and server to a host each.
func (b *bed) wired() {
	b.t.Helper()
	if unix.Geteuid() != 0 || exec.Command("ip", "-V").Run() != nil || exec.Command("ethtool", "--version").Run() != nil {
		b.t.Skip("only root can make network namespaces, and it takes the commands ip and ethtool")
	}
	name := "splleed-" + strings.ToLower(rand.Text()[:6])
	b.client.net, b.server.net, b.host = name+"-c", name+"-s", serverAddress
	for _, net := range []string{b.client.net, b.server.net} {
		b.root("ip netns add " + net)
		b.t.Cleanup(func() { b.root("ip netns del " + net) })
	}
	b.root("ip link add wire netns " + b.client.net + " type veth peer name wire netns " + b.server.net)
	for net, address := range map[string]string{b.client.net: clientAddress, b.server.net: serverAddress} {
		b.root("ip -n " + net + " addr add " + address + "/24 dev wire")
		b.root("ip -n " + net + " link set wire up")
	}
}

// slowKernel has the client's kernel read packets in a thread of low priority on the client's core.
func (b *bed) slowKernel() {
	b.t.Helper()
	in := "ip netns exec " + b.client.net
	// The kernel leaves to its thread what it may join, which the sender must not have joined.
	b.root("ip netns exec " + b.server.net + " ethtool -K wire tso off")
	b.root(in + " ethtool -K wire gro on")
	b.root(in+" tee /sys/class/net/wire/threaded", "1")
	threads := kernelThreads("napi/wire-")
	if len(threads) == 0 {
		b.t.Fatal("no thread of the kernel reads the wire")
	}
	for _, thread := range threads {
		if err := bind(thread, b.client.core); err != nil {
			b.t.Fatal(err)
		}
		if err := unix.Setpriority(unix.PRIO_PROCESS, thread, 5); err != nil {
			b.t.Fatal(err)
		}
	}
}

// root runs a command, which may read a line.
func (b *bed) root(line string, input ...string) {
	b.t.Helper()
	args := strings.Fields(line)
	c := exec.Command(args[0], args[1:]...)
	c.Stdin = strings.NewReader(strings.Join(input, "\n"))
	if said, err := c.CombinedOutput(); err != nil {
		b.t.Fatalf("%s: %v\n%s", line, err, said)
	}
}

// kernelThreads are those whose name begins so.
func kernelThreads(prefix string) (threads []int) {
	names, _ := filepath.Glob("/proc/[0-9]*/comm")
	for _, path := range names {
		if strings.HasPrefix(text(path), prefix) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			threads = append(threads, pid)
		}
	}
	return threads
}

// A kernel that gets no core is late to stamp what the wire brings, which its own stamps cannot show.
func TestLateKernelStamps(t *testing.T) {
	for _, transport := range []string{"epoll", "portable"} {
		t.Run(transport, func(t *testing.T) {
			b := newBed(t)
			b.wired()
			b.slowKernel()
			url, _ := b.serve("--ttft-ms", "20", "--itl-ms", "8")
			r := b.measure(url, "--transport", transport, "--concurrency", "32", "--runs", "192", "--max-tokens", "64")
			until(t, 20*time.Second, "requests have ended", func() bool { return text(filepath.Join(b.dir, "records")) != "" })
			off := b.spinners()
			time.Sleep(time.Second) // no longer: beside other tests nothing else may get the core
			off()
			l := b.level(r, 0)
			if l.Instrument.Path.Kind != "veth" || !l.Instrument.Path.ThreadedNAPI {
				t.Errorf("path %+v", l.Instrument.Path)
			}
			blamed(t, l, "the kernel's own stamps may be late: its network threads waited for a core")
		})
	}
}
