package splleed_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/result"
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

// What is only named here is shown without its fields: each alias says what it is, and points at headings that there are.
func TestAliasesAreDocumented(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "splleed.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	document, err := os.ReadFile("docs/backends.md")
	if err != nil {
		t.Fatal(err)
	}
	anchors := anchorsOf(string(document))
	link := regexp.MustCompile(`docs/backends\.md#([a-z0-9-]+)`)
	ast.Inspect(file, func(n ast.Node) bool {
		alias, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if !strings.HasPrefix(alias.Doc.Text(), alias.Name.Name+" ") {
			t.Errorf("%s has no comment of its own", alias.Name)
		}
		for _, to := range link.FindAllStringSubmatch(alias.Doc.Text(), -1) {
			if !slices.Contains(anchors, to[1]) {
				t.Errorf("%s points at %s, which is not there", alias.Name, to[0])
			}
		}
		return true
	})
}

// anchorsOf are the headings of a document as links name them.
func anchorsOf(markdown string) (anchors []string) {
	for line := range strings.Lines(markdown) {
		if title := strings.TrimLeft(line, "#"); title != line {
			title = strings.ToLower(strings.TrimSpace(title))
			anchors = append(anchors, strings.ReplaceAll(regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(title, ""), " ", "-"))
		}
	}
	return anchors
}

// Every key of results and comparisons is told of, as code, on the page of results or on one that it links.
func TestResultsAreDocumented(t *testing.T) {
	told, code := map[string]bool{}, regexp.MustCompile("`[^`\n]+`")
	for _, page := range []string{"results", "metrics", "statistics", "instrument", "goals", "search", "compare", "server-metrics", "transport"} {
		document, err := os.ReadFile("docs/" + page + ".md")
		if err != nil {
			t.Fatal(err)
		}
		for _, span := range code.FindAllString(string(document), -1) {
			for _, key := range regexp.MustCompile(`\w+`).FindAllString(span, -1) {
				told[key] = true
			}
		}
	}
	keys := map[string]string{}
	for _, root := range []any{result.Run{}, result.Comparison{}} {
		keysOf(reflect.TypeOf(root), keys)
	}
	if len(keys) < 250 {
		t.Errorf("only %d keys were found", len(keys))
	}
	flat := regexp.MustCompile(`^(ttft|itl|tpot|e2el)_(p50|p95|p99|mean)_ms$`)
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if !told[key] && !flat.MatchString(key) {
			t.Errorf("no page tells of %s.%s", keys[key], key)
		}
	}
}

// keysOf collects the JSON keys of a type and of all that it holds, each with the name of a type that has it.
func keysOf(t reflect.Type, keys map[string]string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
		keysOf(t.Elem(), keys)
	case reflect.Struct:
		for _, f := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				keys[name] = t.Name()
			}
			keysOf(f.Type, keys)
		}
	}
}
