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
