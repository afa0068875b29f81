package engine

import (
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/splleed/splleed/internal/invalid"
)

// Launch is how a managed server is started, whatever its engine. It inherits the program's environment.
//
// On Linux no process of the server outlives the program that started it, also when that is killed. Elsewhere Close ends
// the server's process group (Windows: its process), and a program that is killed leaves its server running.
type Launch struct {
	Executable    string  `json:"executable,omitempty"`      // path or name; default: the engine's environment variable, then PATH
	Quiet         *bool   `json:"quiet,omitempty"`           // ask the engine to log little; default true
	ReadyTimeoutS float64 `json:"ready_timeout_s,omitempty"` // seconds to wait until the server answers; default 600
	GraceTimeoutS float64 `json:"grace_timeout_s,omitempty"` // seconds between SIGTERM and SIGKILL at the end; default 10
	LogFile       string  `json:"log_file,omitempty"`        // the server's output is appended to it; default: a file in Host.LogDir
}

func (l Launch) faults() (fs invalid.Fields) {
	const longest = 7 * 24 * 3600
	fs.Check(l.ReadyTimeoutS >= 0 && l.ReadyTimeoutS <= longest, "ready_timeout_s", "must be within 0 and %d seconds", longest)
	fs.Check(l.GraceTimeoutS >= 0 && l.GraceTimeoutS <= longest, "grace_timeout_s", "must be within 0 and %d seconds", longest)
	return fs
}

func (l Launch) readyTimeout() time.Duration { return seconds(l.ReadyTimeoutS, 600) }
func (l Launch) graceTimeout() time.Duration { return seconds(l.GraceTimeoutS, 10) }

// seconds converts s, or what a zero stands for, rounded up: a wish for little is not one for the default.
func seconds(s, byDefault float64) time.Duration {
	if s == 0 {
		s = byDefault
	}
	return time.Duration(math.Ceil(s * float64(time.Second)))
}

// command is how one engine is started.
type command struct {
	name    string                  // "vllm": the engine, and its executable on PATH
	title   string                  // for people: "vLLM"
	env     string                  // the variable that names the executable
	install string                  // what to do where there is none
	quiet   string                  // "KEY=value": makes it log little
	host    string                  // listens there
	port    int                     // and there; -1 is any that is free
	args    func(port int) []string // from the first argument on
	environ func(port int) []string // variables that configure it; nil for none
	version []string                // arguments with which it tells its version
}

// find returns the absolute path of the engine's executable.
func (c command) find(l Launch, getenv func(string) string) (string, error) {
	name := l.Executable
	if name == "" && getenv != nil {
		name = getenv(c.env)
	}
	if name == "" {
		name = c.name
	}
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return filepath.Abs(path)
	case errors.Is(err, exec.ErrDot):
		return "", fmt.Errorf("%q is in the current folder, which PATH names; say ./%s to mean it", name, name)
	case strings.ContainsRune(name, filepath.Separator):
		return "", fmt.Errorf("%s executable not found at: %s: %w", c.name, name, errors.Unwrap(err))
	}
	return "", fmt.Errorf(`there is no command %q on PATH to start %s with: %w. Ways out:
  1. install it: %s
  2. name its executable in 'executable'
  3. or in the environment: %s=/path/to/%s
  4. start the server yourself, anywhere, and give its URL in 'endpoint'
  5. try splleed without a model or a GPU: backend "sim"`,
		name, c.title, errors.Unwrap(err), c.install, c.env, c.name)
}

// environment is what the engine inherits: all of this program's, and a wish for quiet unless the user has one.
func (c command) environment(port int, quiet bool) []string {
	env := os.Environ()
	if c.environ != nil {
		env = append(env, c.environ(port)...)
	}
	if c.quiet == "" {
		return env
	}
	key, _, _ := strings.Cut(c.quiet, "=")
	if _, set := os.LookupEnv(key); quiet && !set {
		env = append(env, c.quiet)
	}
	return env
}
