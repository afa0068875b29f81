package engine

import (
	"context"
	"errors"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Entry is what splleed can do with a kind of server, and whether this machine could start one.
type Entry struct {
	Type       string   `json:"type"`
	Title      string   `json:"title"`
	About      string   `json:"about"`
	APIs       []string `json:"apis"`       // the first is the default
	Managed    bool     `json:"managed"`    // splleed can start it
	Executable string   `json:"executable"` // its path here; "" where there is none
	Version    string   `json:"version"`    // of the executable, as it says itself; "" where it does not
	Problem    string   `json:"problem"`    // why its version is not known
	Variable   string   `json:"variable"`   // of the environment, that names the executable
	Install    string   `json:"install"`    // how to come by it
	Command    []string `json:"command"`    // that starts it, where only the model is set; null where splleed cannot
	Health     string   `json:"health"`     // path: 200 says that it is well; ready is one that then generates a token
	VersionAt  string   `json:"version_at"` // path: tells it; "" for none
	Tokenize   string   `json:"tokenize"`   // path; "" for none
	Metrics    string   `json:"metrics"`    // path; "" for none
	Usage      string   `json:"usage"`      // when it counts tokens: "asked", "always"
	Tested     string   `json:"tested"`     // against which real version splleed was tested
	Untested   bool     `json:"untested"`   // against none
	Presets    []string `json:"presets,omitempty"`
}

// versionLimit is how long an executable may take to tell its version: vLLM's imports half of Python.
const versionLimit = 15 * time.Second

// Inventory looks for kinds of servers, all at once, and asks those that are here for their version.
func Inventory(ctx context.Context, getenv func(string) string, kinds ...Kind) []Entry {
	all := make([]Entry, len(kinds))
	var asking sync.WaitGroup
	for i, k := range kinds {
		asking.Go(func() { all[i] = k.entry(ctx, getenv) })
	}
	asking.Wait()
	return all
}

func (k Kind) entry(ctx context.Context, getenv func(string) string) Entry {
	e := Entry{
		Type: k.Type, Title: k.Title, About: k.About, APIs: k.apis.names(), Managed: k.launch.name != "",
		Tokenize: k.Tokenize, Metrics: k.Metrics, Usage: k.Usage, Tested: k.Tested, Untested: k.Tested == "",
		Health: k.health, VersionAt: k.about,
	}
	if k.Type == (OpenAI{}).Engine() {
		e.Presets = Presets()
	}
	if !e.Managed {
		return e
	}
	e.Variable, e.Install, e.Command = k.launch.env, k.launch.install, append([]string{k.launch.name}, k.launch.args(k.launch.port)...)
	path, err := k.launch.find(Launch{}, getenv)
	if err != nil {
		return e
	}
	e.Executable = path
	e.Version, err = k.launch.ask(ctx, path)
	if err != nil {
		e.Problem = err.Error()
	}
	return e
}

// versions are lines that say nothing else: "0.32.0", "text-generation-launcher 3.3.6", "version: 10434 (7e4c0a9)",
// "Warning: client version is 0.12.3". Other lines hold numbers that look the same: of GPUs, compilers, the time of day.
var versions = regexp.MustCompile(`(?im)^(?:.*\bversion:?(?: is)? +v?(\d[\w.+-]*)|(?:[a-z][a-z -]* )?v?(\d+\.\d[\w.+-]*))(?: +\(.*\))?\s*$`)

// versionIn is the last version that a program says; "" for none.
func versionIn(said []byte) string {
	all := versions.FindAllSubmatch(said, -1)
	if len(all) == 0 {
		return ""
	}
	last := all[len(all)-1]
	return string(last[1]) + string(last[2])
}

// ask runs an executable for its version.
func (c command) ask(ctx context.Context, path string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, versionLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, c.version...)
	cmd.WaitDelay = time.Second // a child of it may hold the pipe
	out, err := cmd.CombinedOutput()
	version := versionIn(out)
	switch {
	case version != "":
		return version, nil
	case ctx.Err() != nil:
		return "", errors.New("it did not tell its version within " + versionLimit.String())
	case err != nil:
		return "", errors.New(strings.TrimSpace(err.Error() + " " + firstLine(string(out))))
	}
	return "", errors.New("it told no version")
}
