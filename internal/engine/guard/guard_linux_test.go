package guard

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/splleed/splleed/internal/marked"
)

// The test binary plays all parts: the program under guard, its children, and the program that owns the guard. Which
// one is in its environment, with a mark by which the test finds everything that it has caused to run.
const role = "SPLLEED_GUARD_TEST_ROLE"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "polite":
		fmt.Println("up")
		wait()
	case "stubborn":
		signal.Ignore(syscall.SIGTERM)
		fmt.Println("up")
		wait()
	case "failing":
		os.Exit(3)
	case "father": // dies, and leaves a daemon
		spawn("midwife")
	case "family": // polite itself, with a daemon that is not
		spawn("midwife")
		wait()
	case "midwife": // forks once more, so that the daemon is nobody's child
		spawn("stubborn")
	case "owner":
		if _, err := Start(program(os.Getenv(role+"_2"), os.Stdout)); err != nil {
			fmt.Println(err)
		}
		wait()
	}
}

// wait is for longer than any test, but not forever. Nor is it select {}: where nothing else runs, that is a deadlock.
func wait() { time.Sleep(3 * time.Minute) }

// spawn starts the test binary in a part and a session of its own, and returns when it has ended or said that it is up.
func spawn(part string) {
	p := program(part, os.Stdout)
	cmd := exec.Cmd{Path: p.Path, Env: p.Env, Stdout: os.Stdout, SysProcAttr: &syscall.SysProcAttr{Setsid: true}}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	if part == "midwife" {
		cmd.Wait()
	}
}

// program is the test binary in a part.
func program(part string, output *os.File) Program {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return Program{
		Path: path, Args: []string{part}, Env: append(os.Environ(), role+"="+part), Output: output, Grace: 300 * time.Millisecond,
	}
}

// stage is a fresh mark, and a file for the output of what runs under it.
func stage(t *testing.T) (name string, output *os.File) {
	name = rand.Text()
	t.Setenv(marked.Env, name)
	t.Setenv("GORACE", "atexit_sleep_ms=0") // under -race, processes else take a second to end
	output, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { output.Close() })
	return name, output
}

// until waits for a fact, generously.
func until(t *testing.T, limit time.Duration, what string, fact func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !fact(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

func contains(f *os.File, text string) func() bool {
	return func() bool {
		data, _ := os.ReadFile(f.Name())
		return bytes.Contains(data, []byte(text))
	}
}

// run starts a part and waits until "up" was written.
func run(t *testing.T, part string) (p *Process, name string) {
	t.Helper()
	name, output := stage(t)
	p, err := Start(program(part, output))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop() })
	until(t, 20*time.Second, "the program is up", contains(output, "up"))
	return p, name
}

func TestStopEndsTheWholeTree(t *testing.T) {
	check := func(part string, atLeast, atMost time.Duration) {
		t.Helper()
		p, name := run(t, part)
		begun := time.Now()
		if err := p.Stop(); err != nil {
			t.Errorf("%s: %v", part, err)
		}
		if <-p.Exited(); p.Alone() {
			t.Error("a program that was stopped is said to have ended by itself")
		}
		if took := time.Since(begun); took < atLeast || took > atMost {
			t.Errorf("%s: stopped after %v, want %v to %v", part, took, atLeast, atMost)
		}
		if left := marked.Running(name); len(left) > 0 {
			t.Errorf("%s: still running: %v", part, left)
		}
		if err := p.Stop(); err != nil {
			t.Errorf("%s: second Stop: %v", part, err)
		}
	}
	// Grace is 300 ms: what listens to SIGTERM need not wait for it, what does not is killed after it.
	check("polite", 0, 5*time.Second)
	check("stubborn", 300*time.Millisecond, 5*time.Second)
	check("family", 300*time.Millisecond, 5*time.Second)
}

func TestStateSaysHowTheProgramEnded(t *testing.T) {
	check := func(part, want string) {
		t.Helper()
		_, output := stage(t)
		p, err := Start(program(part, output))
		if err != nil {
			t.Fatal(err)
		}
		defer p.Stop()
		if part != "failing" {
			until(t, 20*time.Second, "the program is up", contains(output, "up"))
			syscall.Kill(p.PID, syscall.SIGKILL)
		}
		select {
		case <-p.Exited():
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: its end was not noticed", part)
		}
		if p.State() != want || !p.Alone() {
			t.Errorf("%s: state %q, by itself: %v; want %q, true", part, p.State(), p.Alone(), want)
		}
	}
	check("failing", "exit status 3")
	check("polite", "signal: killed")
}

// A program may end before what it started: that is still there until Stop.
func TestChildrenOfAnEndedProgram(t *testing.T) {
	p, name := run(t, "father")
	<-p.Exited()
	if p.State() != "exit status 0" {
		t.Errorf("state %q", p.State())
	}
	if len(marked.Running(name)) != 2 { // the daemon and the guard
		t.Errorf("running: %v, want the daemon and the guard", marked.Running(name))
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if left := marked.Running(name); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

func TestNoSuchProgram(t *testing.T) {
	name, output := stage(t)
	p := program("polite", output)
	p.Path = "/nowhere/engine"
	_, err := Start(p)
	if err == nil || err.Error() != "start /nowhere/engine: no such file or directory" {
		t.Errorf("error %v", err)
	}
	if left := marked.Running(name); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
}

// kill -9 of the program that owns the guard, at once and when all is up: nothing is left.
func TestOwnerKilled(t *testing.T) {
	check := func(part, after string) {
		t.Helper()
		name, output := stage(t)
		p := program("owner", output)
		owner := exec.Cmd{Path: p.Path, Env: append(p.Env, role+"_2="+part), Stdout: output}
		if err := owner.Start(); err != nil {
			t.Fatal(err)
		}
		if after == "" { // as soon as there is more than the owner itself
			until(t, 20*time.Second, "the guard is there", func() bool { return len(marked.Running(name)) > 1 })
		} else {
			until(t, 20*time.Second, "the program is up", contains(output, after))
		}
		owner.Process.Kill()
		owner.Wait()
		until(t, 300*time.Millisecond+5*time.Second, "no process is left", func() bool { return len(marked.Running(name)) == 0 })
	}
	check("polite", "")
	check("family", "")
	check("polite", "up")
	check("family", "up")
}

// Whoever kills the guard kills the program.
func TestGuardKilled(t *testing.T) {
	p, name := run(t, "polite")
	syscall.Kill(p.root, syscall.SIGKILL)
	select {
	case <-p.Exited():
	case <-time.After(20 * time.Second):
		t.Fatal("the guard's end was not noticed")
	}
	if want := "its guard process was killed"; p.State() != want {
		t.Errorf("state %q, want %q", p.State(), want)
	}
	until(t, 5*time.Second, "no process is left", func() bool { return len(marked.Running(name)) == 0 })
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
}

// Also where the owner can do nothing about it.
func TestGuardKilledWhileItsOwnerIsStopped(t *testing.T) {
	name, output := stage(t)
	p := program("owner", output)
	owner := exec.Cmd{Path: p.Path, Env: append(p.Env, role+"_2=polite"), Stdout: output}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	defer owner.Wait()
	defer owner.Process.Kill()
	until(t, 20*time.Second, "the program is up", contains(output, "up"))
	owner.Process.Signal(syscall.SIGSTOP)
	for _, pid := range marked.Running(name) {
		if args, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); bytes.HasPrefix(args, []byte(alias)) {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
	until(t, 5*time.Second, "only the owner is left", func() bool { return len(marked.Running(name)) == 1 })
}

// The program must not hold the guard's pipes: it would keep the guard alive, or its owner waiting.
func TestProgramInheritsNoPipe(t *testing.T) {
	p, _ := run(t, "polite")
	fd := func(pid int, fd string) string { return fmt.Sprintf("/proc/%d/fd/%s", pid, fd) }
	var pipes []string
	for _, n := range []int{lifelineFD, reportFD} {
		pipe, err := os.Readlink(fd(p.root, strconv.Itoa(n)))
		if err != nil || !strings.HasPrefix(pipe, "pipe:") {
			t.Fatalf("the guard's descriptor %d is %s, %v", n, pipe, err)
		}
		pipes = append(pipes, pipe)
	}
	links, _ := filepath.Glob(fd(p.PID, "*"))
	if len(links) < 3 {
		t.Fatalf("descriptors of the program: %v", links)
	}
	for _, link := range links {
		if to, _ := os.Readlink(link); slices.Contains(pipes, to) {
			t.Errorf("%s is %s", link, to)
		}
	}
}

func TestParentIn(t *testing.T) {
	check := func(stat string, want int, ok bool) {
		t.Helper()
		if got, gotOK := parentIn([]byte(stat)); got != want || gotOK != ok {
			t.Errorf("parentIn(%q) = %d, %v, want %d, %v", stat, got, gotOK, want, ok)
		}
	}
	check("7 (sh) S 3 7 7 0 -1", 3, true)
	check("7 (a) R 1 (b c) S 3 7", 3, true) // a name made to confuse
	check("7 (sh", 0, false)
	check("", 0, false)
}

func TestNextReport(t *testing.T) {
	lines := bufio.NewReader(strings.NewReader("started 12\nexited exit status 1\nexi"))
	check := func(word, rest string, fails bool) {
		t.Helper()
		w, r, err := next(lines)
		if (err != nil) != fails || !fails && (w != word || r != rest) {
			t.Errorf("next = %q, %q, %v", w, r, err)
		}
	}
	check("started", "12", false)
	check("exited", "exit status 1", false)
	check("", "", true)
}
