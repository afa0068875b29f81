package splleed_test

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/splleed/splleed"

// allowed says what each package may import of ours: data flows one way. A package that is not listed may not exist.
var allowed = map[string][]string{
	"stats": {}, "wire": {}, "schedule": {}, "record": {}, "invalid": {}, "quiet": {}, "workload": {}, "result": {}, "sim": {}, "secret": {}, "marked": {}, "smi": {}, "prefetch": {}, "wallclock": {}, "steal": {},

	"engine/guard": {},

	"strictjson": {"invalid"},
	"environ":    {"result", "smi", "steal"},
	"dialect":    {"prefetch", "wire"},
	"transport":  {"wire", "dialect", "prefetch", "record", "wallclock"},
	"engine":     {"dialect", "engine/guard", "invalid", "secret", "sim"},
	"load":       {"dialect", "prefetch", "record", "schedule", "transport"},
	"metrics":    {"record", "result", "scrape", "stats"},
	"instrument": {"record", "result", "steal", "wallclock"},
	"report":     {"result"},
	"calibrate":  {"dialect", "load", "quiet", "record", "schedule", "stats", "transport", "wire"},
	"doctor":     {"calibrate", "environ", "result", "secret", "stats", "steal"},
	"compare":    {"result", "stats"},
	"search":     {"stats"},
	"scrape":     {"record", "result", "smi"},

	"": {"calibrate", "compare", "dialect", "engine", "environ", "instrument", "invalid", "load", "metrics", "quiet", "record", "report", "result", "schedule", "scrape", "search", "secret", "strictjson", "transport", "wire", "workload"},

	"configfile": {"invalid", "strictjson", "workload"},
	"driver":     {"", "engine", "invalid", "record", "report", "result"},
}

func TestArchitecture(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/internal/")
		if strings.HasPrefix(name, "/") { // cmd and examples stand above everything
			continue
		}
		seen++
		may, ok := allowed[name]
		if !ok {
			t.Errorf("package %s is not in the table of who may import whom", p.ImportPath)
		}
		for _, imported := range p.Imports {
			ours, ok := strings.CutPrefix(imported, module)
			if ours = strings.TrimPrefix(ours, "/internal/"); ok && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
	}
	if seen < len(allowed) {
		t.Errorf("the table lists %d packages, the module has %d", len(allowed), seen)
	}
}
