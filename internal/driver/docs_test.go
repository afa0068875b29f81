package driver

import (
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// The tables of docs/protocol.md name every field that goes over the wire, in the row of what has it.
func TestProtocolIsDocumented(t *testing.T) {
	document, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	row := func(name string) string {
		t.Helper()
		for line := range strings.Lines(string(document)) {
			if strings.HasPrefix(line, "| `"+name+"` |") {
				return line
			}
		}
		t.Errorf("docs/protocol.md has no row of %s", name)
		return ""
	}
	has := func(name string, zero any) {
		t.Helper()
		text := row(name)
		for _, f := range fields(reflect.TypeOf(zero)) {
			if f.Name != "type" && !strings.Contains(text, "`"+f.Name+"`") {
				t.Errorf("docs/protocol.md: the row of %s does not name %s", name, f.Name)
			}
		}
	}
	has("run", splleed.Search{})
	has("run", splleed.Sweep{})
	has("compare", splleed.Comparing{})
	has("rescore", splleed.Scoring{})
	has("hello", hello{})
	has("progress", progress{})
	has("warning", warning{})
	has("result", outcome{})
	has("error", fault{})
	requests := row("run") + row("cancel") + row("render") + row("compare") + row("rescore") + row("schema")
	for _, f := range fields(reflect.TypeFor[request]()) {
		if f.Name != "type" && !strings.Contains(requests, "`"+f.Name+"`") {
			t.Errorf("docs/protocol.md: no request has a field %s", f.Name)
		}
	}
	for _, stage := range []string{"server", "warmup", "measure", "level_done", "precision"} {
		if !strings.Contains(row("progress"), "`"+stage+"`") {
			t.Errorf("docs/protocol.md does not name the stage %s", stage)
		}
	}
	for _, code := range []string{badRequest, badConfig, badResults, busy, cancelled, notFound, noAccess, unreached, failed} {
		row(code)
	}
}
