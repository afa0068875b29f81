package engine

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/marked"
)

// kill -9s the fake at path, and waits until it is gone.
func kill(t *testing.T, path string) {
	t.Helper()
	for _, pid := range marked.Running(os.Getenv(marked.Env)) {
		if name, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline"); strings.HasPrefix(string(name), filepath.Base(path)+"\x00") {
			syscall.Kill(pid, syscall.SIGKILL)
			until(t, 10*time.Second, "it is gone", func() bool { return !slices.Contains(marked.Running(os.Getenv(marked.Env)), pid) })
			return
		}
	}
	t.Fatal("no such process")
}

func until(t *testing.T, limit time.Duration, what string, fact func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !fact(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

// kill -9 of a program that has opened a server, at three moments: the engine has just been started, it listens but is
// not ready, and it is ready. Whatever the engine is like, nothing is left within the grace time + 5 s.
func TestOwnerKilled(t *testing.T) {
	const grace = 0.5
	check := func(f *fake, ready bool) {
		t.Helper()
		path, mark := install(t, "vllm", f)
		v := VLLM{Model: "m", Port: -1, Launch: Launch{Executable: path, GraceTimeoutS: grace, LogFile: filepath.Join(t.TempDir(), "log")}}
		config, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		self, _ := os.Executable()
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), ownerEnv+"="+string(config), fakeEnv+"=", fakeEnv+"_2="+os.Getenv(fakeEnv))
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		sign := f.Record
		if ready {
			sign = v.LogFile + ".ready"
		}
		until(t, 30*time.Second, "there is "+sign, func() bool { _, err := os.Stat(sign); return err == nil })
		if len(marked.Running(mark)) < 3 {
			t.Errorf("running: %v, want the program, the guard and the engine at least", marked.Running(mark))
		}
		cmd.Process.Kill()
		cmd.Wait()
		until(t, grace*1000*time.Millisecond+5*time.Second, "no process is left", func() bool { return len(marked.Running(mark)) == 0 })
	}
	check(&fake{Delay: 3 * time.Minute}, false)
	check(&fake{Delay: 3 * time.Minute, Deaf: true, Daemons: true}, false)
	check(&fake{Loading: 1 << 30, Deaf: true, Daemons: true}, false)
	check(&fake{}, true)
	check(&fake{Deaf: true, Daemons: true}, true)
}

// A stranger's server that has the port by the time ours should answer would be measured in its place.
func TestStrangerOnThePort(t *testing.T) {
	f := &fake{Delay: 3 * time.Minute}
	path, _ := install(t, "vllm", f)
	port, err := claim("127.0.0.1", -1)
	if err != nil {
		t.Fatal(err)
	}
	stranger := &http.Server{Addr: address("127.0.0.1", port), Handler: &fake{Models: []string{"m"}}}
	defer stranger.Close()
	go func() {
		for _, err := os.Stat(f.Record); err != nil; _, err = os.Stat(f.Record) { // until ours has started
			time.Sleep(5 * time.Millisecond)
		}
		stranger.ListenAndServe()
	}()
	s := open(t, VLLM{Model: "m", Port: port, Launch: Launch{Executable: path}}, Host{LogDir: t.TempDir()})
	if len(s.Warnings) != 1 || !strings.Contains(s.Warnings[0], "held by a process that splleed did not start") {
		t.Errorf("warnings %q", s.Warnings)
	}
}
