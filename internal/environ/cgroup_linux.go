package environ

import (
	"errors"
	"math"
	"path"
	"strconv"
	"strings"
)

// errNoLimit is what a cgroup without one says.
var errNoLimit = errors.New("no limit")

// cgroupCPUs is the least number of CPUs' time that the cgroups of this process leave it, nil without a limit.
func (r root) cgroupCPUs() *float64 {
	return least(r.cgroups("cpu"), func(dir string) *float64 {
		if quota := parsed(r, dir+"/cpu.max", func(s string) (float64, error) { return quotient(strings.Fields(s)) }); quota != nil {
			return quota
		}
		return parsed(r, dir+"/cpu.cfs_quota_us", func(s string) (float64, error) {
			return quotient([]string{s, r.line(dir + "/cpu.cfs_period_us")})
		})
	})
}

// quotient is quota / period.
func quotient(of []string) (float64, error) {
	if len(of) != 2 || of[0] == "max" || of[0] == "-1" {
		return 0, errNoLimit
	}
	quota, err := strconv.ParseFloat(of[0], 64)
	period, bad := strconv.ParseFloat(of[1], 64)
	if err := errors.Join(err, bad); err != nil || quota <= 0 || period <= 0 {
		return 0, errors.Join(errNoLimit, err)
	}
	return quota / period, nil
}

// cgroupMemory is the least memory that the cgroups of this process leave it, in bytes, nil without a limit.
func (r root) cgroupMemory() *uint64 {
	bytes := func(s string) (uint64, error) {
		n, err := strconv.ParseUint(s, 10, 64)
		if err == nil && n >= math.MaxInt64-1<<20 { // version 1's word for none, rounded to a page
			err = errNoLimit
		}
		return n, err
	}
	return least(r.cgroups("memory"), func(dir string) *uint64 {
		if limit := parsed(r, dir+"/memory.max", bytes); limit != nil {
			return limit
		}
		return parsed(r, dir+"/memory.limit_in_bytes", bytes)
	})
}

func least[T float64 | uint64](dirs []string, limit func(dir string) *T) (low *T) {
	for _, dir := range dirs {
		if l := limit(dir); l != nil && (low == nil || *l < *low) {
			low = l
		}
	}
	return low
}

// cgroups are the folders that tell of the cgroup of this process and of those above it, for a controller, in both
// versions of cgroups. In a container the path may be that of the host, of which only the root can be seen.
func (r root) cgroups(controller string) (dirs []string) {
	const mount = "sys/fs/cgroup"
	for line := range strings.Lines(r.text("proc/self/cgroup")) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3) // id:controllers:path
		if len(parts) != 3 {
			continue
		}
		top := mount
		switch {
		case parts[1] == "": // version 2
		case strings.Contains(","+parts[1]+",", ","+controller+","):
			top = mount + "/" + controller
		default:
			continue
		}
		for at := path.Clean("/" + parts[2]); ; at = path.Dir(at) {
			dirs = append(dirs, strings.TrimSuffix(top+at, "/"))
			if at == "/" {
				break
			}
		}
	}
	return dirs
}
