package splleed_test

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/engine"
)

// Every field of every backend is in the document, between backquotes.
func TestBackendsAreDocumented(t *testing.T) {
	document, err := os.ReadFile("docs/backends.md")
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]bool{}
	for _, kind := range engine.Kinds {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(kind.New()).Elem()) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				fields[name] = true
			}
		}
	}
	if len(fields) < 40 {
		t.Errorf("only %d fields were found", len(fields))
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !strings.Contains(string(document), "`"+name+"`") {
			t.Errorf("docs/backends.md does not name %s", name)
		}
	}
}
