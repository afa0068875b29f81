package environ

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/splleed/splleed/internal/result"
	"github.com/splleed/splleed/internal/smi"
)

// GPUs are those that nvidia-smi finds on this machine; none without it. They are a server's only where that runs here,
// so ask for managed servers alone.
func GPUs(ctx context.Context) []result.GPU {
	list, err := smi.Query(ctx, "index", "name", "memory.total", "driver_version")
	if err != nil || len(list) == 0 {
		return nil
	}
	table, _ := smi.Table(ctx)
	return gpus(list, table)
}

// banner finds the newest CUDA that the driver supports, which only nvidia-smi's table for people tells.
var banner = regexp.MustCompile(`CUDA Version:\s*(\d+(?:\.\d+)*)`)

// gpus reads rows of index, name, MiB and driver, and the table for people.
func gpus(list [][]string, table string) (found []result.GPU) {
	var cuda *string
	if m := banner.FindStringSubmatch(table); m != nil {
		cuda = &m[1]
	}
	for _, row := range list {
		index, err := strconv.Atoi(row[0])
		if err != nil {
			continue
		}
		mib, _ := strconv.Atoi(row[2]) // "[N/A]" where the GPU shares the system's memory
		found = append(found, result.GPU{Index: index, Name: row[1], VRAMMB: mib, DriverVersion: known(row[3]), CUDAVersion: cuda})
	}
	return found
}

// known is nil for nvidia-smi's words for nothing: "[N/A]", "[Not Supported]".
func known(s string) *string {
	if s == "" || strings.HasPrefix(s, "[") {
		return nil
	}
	return &s
}

// Summary is GPUs in a line, "2 x NVIDIA H100 (80GB, CUDA 12.4)"; nil without any. Kinds are in the order of their first.
func Summary(gpus []result.GPU) *string {
	if len(gpus) == 0 {
		return nil
	}
	count := map[string]int{}
	var kinds []string
	for _, g := range gpus {
		k := kind(g)
		if count[k] == 0 {
			kinds = append(kinds, k)
		}
		count[k]++
	}
	for i, k := range kinds {
		if count[k] > 1 {
			kinds[i] = fmt.Sprintf("%d x %s", count[k], k)
		}
	}
	line := strings.Join(kinds, ", ")
	return &line
}

// kind is one GPU without its index: "NVIDIA H100 (80GB, CUDA 12.4)", with memory in GiB as makers write it.
func kind(g result.GPU) string {
	var memory, cuda string
	if g.VRAMMB > 0 {
		memory = fmt.Sprintf("%dGB", (g.VRAMMB+512)/1024)
	}
	if g.CUDAVersion != nil {
		cuda = "CUDA " + *g.CUDAVersion
	}
	if more := joined(", ", memory, cuda); more != "" {
		return g.Name + " (" + more + ")"
	}
	return g.Name
}
