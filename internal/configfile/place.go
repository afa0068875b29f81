package configfile

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"

	"github.com/splleed/splleed/internal/invalid"
)

// Explain shows where the bad fields of an *invalid.Error stand in the file. Any other error is returned as it is.
func (f *File) Explain(err error) error {
	fields, ok := invalid.In(err)
	if !ok {
		return err
	}
	var placed invalid.Fields
	for _, field := range fields {
		placed.Add("", "%s", f.Place(field))
	}
	return placed.Err()
}

// Place is a bad field as it is shown: file, line, column, fault, and the line itself with a caret. A field that is not
// in the file stands where it is missing.
func (f *File) Place(field invalid.Field) string {
	field.Path = f.original(field.Path)
	return f.at(find(f.root, steps(field.Path)), field.String())
}

// original is the path under which a converted field stands in the file.
func (f *File) original(path string) string {
	for now, before := range f.moved {
		if rest, ok := strings.CutPrefix(path, now); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return before + rest
		}
	}
	return path
}

func (f *File) at(t *token.Token, message string) string {
	if t == nil || t.Position == nil || t.Position.Line > len(f.lines) {
		return f.name + ": " + message
	}
	line, column := t.Position.Line, t.Position.Column
	number := strconv.Itoa(line)
	text, before := around(concealed(f.lines[line-1]), max(0, column-1))
	return fmt.Sprintf("%s:%d:%d: %s\n  %s | %s\n  %s | %s^", f.name, line, column, message,
		number, text, strings.Repeat(" ", len(number)), strings.Repeat(" ", before))
}

// around is what a terminal has room for of a line, and how much of it stands before a place in it.
func around(line string, at int) (text string, before int) {
	const room = 120
	runes := []rune(line)
	if from := min(at, len(runes)) - room/2; from > 0 && len(runes) > room {
		runes, at = append([]rune("…"), runes[from:]...), room/2+1
	}
	if len(runes) > room {
		runes = append(runes[:room], '…')
	}
	return string(runes), at
}

var secretLine = regexp.MustCompile(`(?i)((?:api[-_]?key|token|secret|password|authorization)["']?\s*[:=]\s*)\S.*`)

// concealed is a line of the file without the secret that it may hold.
func concealed(line string) string {
	return secretLine.ReplaceAllString(strings.ReplaceAll(line, "\t", " "), "$1***")
}

func splitLines(data []byte) []string {
	return strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
}

// steps are those of a path: "a.b[2]" is a, b, 2.
func steps(path string) []string {
	return strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' })
}

// find is the token of the deepest node on the way that exists: the key of a member, the first token of an item.
func find(node ast.Node, steps []string) *token.Token {
	at := node.GetToken()
	for node != nil && len(steps) > 0 {
		var next ast.Node
		switch n := node.(type) {
		case *ast.MappingNode:
			for _, member := range n.Values {
				if member.Key.GetToken().Value == steps[0] {
					next, at = member.Value, member.Key.GetToken()
				}
			}
		case *ast.MappingValueNode:
			if n.Key.GetToken().Value == steps[0] {
				next, at = n.Value, n.Key.GetToken()
			}
		case *ast.SequenceNode:
			if i, err := strconv.Atoi(steps[0]); err == nil && i < len(n.Values) {
				next, at = n.Values[i], n.Values[i].GetToken()
			}
		case *ast.AnchorNode:
			node = n.Value
			continue
		}
		node, steps = next, steps[1:]
	}
	return at
}
