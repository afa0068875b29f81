package environ

import "testing"

func TestCPUModel(t *testing.T) {
	check := func(cpuinfo, want string) {
		t.Helper()
		if got := cpuModel(cpuinfo); got != want {
			t.Errorf("cpuModel(%q) = %q, want %q", cpuinfo, got, want)
		}
	}
	check("processor\t: 0\nmodel\t\t: 106\nmodel name\t: Some CPU  @ 2.60GHz\nmodel name\t: Another\n", "Some CPU @ 2.60GHz")
	check("processor\t: 0\nBogoMIPS\t: 50.00\nModel\t\t: Small Board Rev 1.1\n", "Small Board Rev 1.1")
	check("processor\t: 0\nBogoMIPS\t: 50.00\n", "")
}

func TestMemTotal(t *testing.T) {
	check := func(meminfo string, want uint64) {
		t.Helper()
		if got := memTotal(meminfo); got != want {
			t.Errorf("memTotal(%q) = %d, want %d", meminfo, got, want)
		}
	}
	check("MemTotal:        8000000 kB\nMemFree:          100 kB\n", 8192000000) // 8,000,000 × 1024
	check("MemFree: 100 kB\n", 0)
	check("MemTotal: many kB\n", 0)
}
