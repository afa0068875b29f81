package smi

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A process that hangs in a driver cannot be killed. Nor can one be seen to end that somebody else traces and does not
// wait for, which is what this binary does with a process id in its environment.
const traceEnv = "SPLLEED_TEST_TRACE"

func TestMain(m *testing.M) {
	pid, err := strconv.Atoi(os.Getenv(traceEnv))
	if err != nil {
		os.Exit(m.Run())
	}
	runtime.LockOSThread()
	fmt.Println(syscall.PtraceAttach(pid))
	time.Sleep(time.Minute)
}

func TestUnkillable(t *testing.T) {
	dir := t.TempDir()
	id := filepath.Join(dir, "pid")
	script := "#!/bin/sh\necho $$ >" + id + ".part; mv " + id + ".part " + id + "; exec sleep 30\n"
	if err := os.WriteFile(filepath.Join(dir, "nvidia-smi"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answered := make(chan error, 1)
	go func() {
		_, err := Query(ctx, "index")
		answered <- err
	}()
	var pid []byte
	for pid = nil; len(pid) == 0; pid, _ = os.ReadFile(id) {
		time.Sleep(5 * time.Millisecond)
	}
	self, _ := os.Executable()
	tracer := exec.Command(self)
	tracer.Env = append(os.Environ(), traceEnv+"="+strings.TrimSpace(string(pid)))
	out, err := tracer.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tracer.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { tracer.Process.Kill(); tracer.Wait() }()
	var how string
	if fmt.Fscanln(out, &how); how != "<nil>" {
		t.Skip("needs to trace a process: ", how) // Yama or a sandbox may forbid it
	}
	cancel()
	select {
	case err := <-answered:
		if err == nil || !strings.Contains(err.Error(), "context canceled") {
			t.Errorf("error %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it is waited for although it cannot end")
	}
}
