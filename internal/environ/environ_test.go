package environ

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/smi"
)

func text(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func ptr[T any](v T) *T { return &v }

func TestGPUs(t *testing.T) {
	check := func(list, table string, want ...result.GPU) {
		t.Helper()
		if got := gpus(smi.Rows(list, 4), table); !reflect.DeepEqual(got, want) {
			t.Errorf("gpus(%q) = %+v, want %+v", list, got, want)
		}
	}
	h100 := func(i int) result.GPU {
		return result.GPU{Index: i, Name: "NVIDIA H100 80GB HBM3", VRAMMB: 81559, DriverVersion: ptr("550.54.15"), CUDAVersion: ptr("12.4")}
	}
	table := text(t, "smi-table.txt")
	check("0, NVIDIA H100 80GB HBM3, 81559, 550.54.15\n", table, h100(0))
	check("0, NVIDIA H100 80GB HBM3, 81559, 550.54.15\r\n1, NVIDIA H100 80GB HBM3, 81559, 550.54.15\r\n", table, h100(0), h100(1))
	check("0, NVIDIA GB10, [N/A], 580.95.05\n", "CUDA Version: 13.0",
		result.GPU{Name: "NVIDIA GB10", DriverVersion: ptr("580.95.05"), CUDAVersion: ptr("13.0")})
	check("3, Tesla P4, 7611, [N/A]\n", "CUDA Version: N/A", result.GPU{Index: 3, Name: "Tesla P4", VRAMMB: 7611})
	check("No devices were found\n", "")
	check("", "")
	check("what, is, this, line\n0, x\n", "")
}

func TestSummary(t *testing.T) {
	check := func(want string, gpus ...result.GPU) {
		t.Helper()
		got := Summary(gpus)
		if got == nil || *got != want {
			t.Errorf("Summary = %v, want %q", got, want)
		}
	}
	a100 := result.GPU{Name: "NVIDIA A100-SXM4-80GB", VRAMMB: 81920, CUDAVersion: ptr("12.4")}
	h100 := result.GPU{Name: "NVIDIA H100", VRAMMB: 81559, CUDAVersion: ptr("12.4")} // 79.6 GiB
	check("NVIDIA A100-SXM4-80GB (80GB, CUDA 12.4)", a100)
	check("NVIDIA H100 (80GB, CUDA 12.4)", h100)
	check("2 x NVIDIA A100-SXM4-80GB (80GB, CUDA 12.4), NVIDIA H100 (80GB, CUDA 12.4)", a100, h100, a100)
	check("GB10 (CUDA 13.0)", result.GPU{Name: "GB10", CUDAVersion: ptr("13.0")})
	check("P4 (7GB)", result.GPU{Name: "P4", VRAMMB: 7611}) // 7.4 GiB
	check("P4", result.GPU{Name: "P4"})
	if Summary(nil) != nil {
		t.Error("a summary of nothing")
	}
}

// A fake nvidia-smi that answers as the real one to what it is asked, and one that fails.
func TestGPUsAsksNvidiaSMI(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // no shell scripts
	}
	table, err := filepath.Abs("testdata/smi-table.txt")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	install := func(script string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte("#!/bin/sh\n"+script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	path := os.Getenv("PATH")
	t.Setenv("PATH", dir)
	if got := GPUs(t.Context()); got != nil {
		t.Errorf("without nvidia-smi: %+v", got)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+path)
	install(`case "$*" in
	"") cat "` + table + `" ;;
	"--query-gpu=index,name,memory.total,driver_version --format=csv,noheader,nounits") echo "0, NVIDIA L4, 23034, 550.54.15" ;;
	*) exit 2 ;;
	esac`)
	want := []result.GPU{{Name: "NVIDIA L4", VRAMMB: 23034, DriverVersion: ptr("550.54.15"), CUDAVersion: ptr("12.4")}}
	if got := GPUs(t.Context()); !reflect.DeepEqual(got, want) {
		t.Errorf("GPUs = %+v, want %+v", got, want)
	}
	install("echo 'NVIDIA-SMI has failed because it could not communicate with the driver'; exit 9")
	if got := GPUs(t.Context()); got != nil {
		t.Errorf("from a failing nvidia-smi: %+v", got)
	}
}

func TestSystem(t *testing.T) {
	s := System()
	if s.GoVersion != runtime.Version() || s.CPUCount != runtime.NumCPU() || s.PythonVersion != nil {
		t.Errorf("%+v", s)
	}
	if !strings.HasPrefix(s.Platform, runtime.GOOS+"-") || !strings.HasSuffix(s.Platform, "-"+runtime.GOARCH) {
		t.Errorf("platform %q", s.Platform)
	}
	if runtime.GOOS == "linux" && (s.MemoryGB <= 0 || strings.Count(s.Platform, "-") < 2) {
		t.Errorf("%+v", s)
	}
}
