package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// usage is how much of the CPU some processes had used by some times, in order. A peer takes many seconds to start and to
// compute its report: only what it used while its load ran counts.
type usage []spent

type spent struct {
	at  int64   // Unix nanoseconds
	cpu float64 // seconds
}

// at interpolates.
func (u usage) at(t int64) float64 {
	for i := 1; i < len(u); i++ {
		if a, b := u[i-1], u[i]; t <= b.at {
			return a.cpu + (b.cpu-a.cpu)*float64(t-a.at)/float64(b.at-a.at)
		}
	}
	return 0
}

// play runs the peer on core 1, with all that it starts, and watches what they use from core 0.
func (p peer) play(j job) (use usage, err error) {
	if err := errors.Join(os.RemoveAll(p.out(j)), os.MkdirAll(p.out(j), 0o755)); err != nil {
		return nil, err
	}
	said, err := os.Create(filepath.Join(p.out(j), "said"))
	if err != nil {
		return nil, err
	}
	defer said.Close()
	words := p.command(j)
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.Env = append(os.Environ(), "HF_ENDPOINT=http://127.0.0.1:1", "DO_NOT_TRACK=1", "NO_PROXY=127.0.0.1")
	cmd.SysProcAttr = &unix.SysProcAttr{Setpgid: true}
	if err := (place{core: 1}).within(cmd.Start); err != nil {
		return nil, err
	}
	group := cmd.Process.Pid
	end := func() { _ = unix.Kill(-group, unix.SIGKILL) } // the group is there as long as one of it is
	defer time.AfterFunc(mostTime, end).Stop()
	defer end()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	err = place{core: 0}.within(func() (err error) {
		use, err = watch(group, ended)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%w: see %s", err, said.Name())
	}
	return use, nil
}

// watch looks at a process group until its first process has ended.
func watch(group int, ended <-chan error) (use usage, err error) {
	for {
		select {
		case err := <-ended:
			return use, err
		case <-time.After(100 * time.Millisecond):
			use = append(use, spent{now(), cpuOf(group)})
		}
	}
}

// cpuOf is what the processes of a group have used, and their children that have ended.
func cpuOf(group int) float64 {
	const perSecond = 100 // USER_HZ, on every Linux that Go runs on
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	ticks := 0
	for _, name := range files {
		text, _ := os.ReadFile(name) // a process may have gone
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		if len(fields) < 15 || fields[2] != strconv.Itoa(group) {
			continue
		}
		for _, f := range fields[11:15] { // utime, stime, cutime, cstime
			n, _ := strconv.Atoi(f)
			ticks += n
		}
	}
	return float64(ticks) / perSecond
}
