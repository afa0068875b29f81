package environ

import (
	"encoding/json"
	"reflect"
	"testing"
	"testing/fstest"

	"github.com/splleed/splleed/internal/result"
)

// system is one of these files.
func system(files map[string]string) root {
	fsys := fstest.MapFS{}
	for path, text := range files {
		fsys[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return root{fsys}
}

func TestClientOfFiles(t *testing.T) {
	got := system(map[string]string{
		"proc/sys/kernel/osrelease":                                       "6.8.0-41-generic\n",
		"proc/meminfo":                                                    "MemTotal: 1024 kB\n",
		"proc/stat":                                                       "cpu  100 0 50 800 0 0 0 50 7 0\ncpu0 1 2 3\n", // 50 of 1000; guests are in user
		"proc/cpuinfo":                                                    "flags : fpu hypervisor\n",
		"proc/sys/net/ipv4/ip_local_port_range":                           "32768\t60999\n",
		"proc/self/cgroup":                                                "0::/a/b\n",
		"sys/fs/cgroup/a/b/cpu.max":                                       "max 100000\n",
		"sys/fs/cgroup/a/cpu.max":                                         "150000 100000\n",
		"sys/fs/cgroup/a/memory.max":                                      "4096\n",
		"sys/fs/cgroup/a/b/memory.max":                                    "max\n",
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_governor":            "powersave\n",
		"sys/devices/system/cpu/cpu1/cpufreq/scaling_governor":            "powersave\n",
		"sys/devices/system/cpu/cpu0/cpufreq/scaling_driver":              "intel_pstate\n",
		"sys/devices/system/cpu/cpu1/cpufreq/scaling_driver":              "acpi-cpufreq\n",
		"sys/devices/system/cpu/smt/active":                               "1\n",
		"sys/devices/system/node/online":                                  "0-1,4\n",
		"sys/devices/system/clocksource/clocksource0/current_clocksource": "hpet\n",
		"sys/class/net/lo/mtu":                                            "65536\n",
		"sys/class/dmi/id/sys_vendor":                                     "QEMU\n",
		"sys/class/dmi/id/product_name":                                   "Standard PC\n",
		".dockerenv":                                                      "",
	}).client()
	want := result.Client{
		Kernel: "6.8.0-41-generic", Governor: ptr("powersave"), FrequencyDriver: ptr("intel_pstate, acpi-cpufreq"), SMT: ptr(true),
		NUMANodes: ptr(3), ClockSource: ptr("hpet"), MemoryBytes: ptr[uint64](1 << 20), CgroupCPUs: ptr(1.5), CgroupMemory: ptr[uint64](4096),
		Container: ptr("docker"), Virtual: ptr("kvm"), StealShare: ptr(0.05), LoopbackMTU: ptr(65536), LocalPorts: ptr(28232),
	}
	if !reflect.DeepEqual(got, want) {
		a, _ := json.Marshal(got)
		b, _ := json.Marshal(want)
		t.Errorf("got %s\nwant %s", a, b)
	}
}

// What a system does not tell, or tells in a way that nobody understands, stays empty.
func TestClientOfNothing(t *testing.T) {
	for _, files := range []map[string]string{nil, {
		"proc/stat": "cpu 1 2\n", "proc/self/cgroup": "what\n0::/..\n", "sys/fs/cgroup/cpu.max": "0 0\n", "sys/class/net/lo/mtu": "wide",
		"sys/devices/system/node/online": "3-1", "proc/sys/net/ipv4/ip_local_port_range": "7",
	}} {
		if got := system(files).client(); !reflect.DeepEqual(got, result.Client{}) {
			t.Errorf("%v: %+v", files, got)
		}
	}
}

func TestCgroupVersion1(t *testing.T) {
	r := system(map[string]string{
		"proc/self/cgroup":                           "4:memory:/docker/x\n3:cpu,cpuacct:/docker/x\n0::/\n",
		"sys/fs/cgroup/cpu/cpu.cfs_quota_us":         "50000\n",
		"sys/fs/cgroup/cpu/cpu.cfs_period_us":        "100000\n",
		"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
	})
	if got := r.cgroupCPUs(); got == nil || *got != 0.5 {
		t.Errorf("CPUs %v", got)
	}
	if got := r.cgroupMemory(); got != nil {
		t.Errorf("memory %v, want no limit", *got)
	}
}

func TestKindsOfMachines(t *testing.T) {
	check := func(files map[string]string, container, virtual string) {
		t.Helper()
		r := system(files)
		word := func(s *string) string {
			if s == nil {
				return ""
			}
			return *s
		}
		if c, v := word(r.container()), word(r.virtual()); c != container || v != virtual {
			t.Errorf("%v: %q, %q; want %q, %q", files, c, v, container, virtual)
		}
	}
	check(nil, "", "")
	check(map[string]string{"proc/self/cgroup": "0::/kubepods.slice/pod1\n", ".dockerenv": ""}, "kubernetes", "")
	check(map[string]string{"run/.containerenv": "", "sys/hypervisor/type": "xen\n"}, "podman", "xen")
	check(map[string]string{"proc/self/cgroup": "1:cpu:/lxc/box\n", "proc/cpuinfo": "flags : hypervisor\n"}, "lxc", "unknown")
	check(map[string]string{"proc/sys/kernel/osrelease": "5.15-microsoft-standard-WSL2\n", "proc/cpuinfo": "flags : hypervisor\n"}, "", "wsl")
	check(map[string]string{"sys/class/dmi/id/sys_vendor": "Amazon EC2", "sys/class/dmi/id/product_name": "c5.metal"}, "", "")
	check(map[string]string{"sys/class/dmi/id/sys_vendor": "Dell Inc.", "sys/class/dmi/id/product_name": "PowerEdge"}, "", "")
}

func TestClient(t *testing.T) {
	c := Client()
	if c.Kernel == "" || c.CPUs < 1 || c.MemoryBytes == nil || c.OpenFiles == nil || *c.OpenFiles == 0 || c.LocalPorts == nil {
		t.Errorf("%+v", c)
	}
}
