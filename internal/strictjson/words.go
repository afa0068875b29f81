package strictjson

import (
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

// wanted says in words what a field holds.
func wanted(k reflect.Kind) string {
	switch k {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "an integer"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "an integer of 0 or more"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}

// longestShown is the length from which on a wrong value is only described.
const longestShown = 40

// shown is a wrong value as an error may print it. A type that marshals itself, as secrets do, is not shown.
func shown(raw json.RawMessage, v reflect.Value) string {
	_, hides := v.Interface().(json.Marshaler)
	switch {
	case raw[0] == '{':
		return "an object"
	case raw[0] == '[':
		return "a list"
	case hides || len(raw) > longestShown || !utf8.Valid(raw):
		return "something else"
	}
	return string(raw)
}

// hint names the known field that was probably meant.
func hint(key string, known map[string]reflect.Value) string {
	names := make([]string, 0, len(known))
	for name := range known {
		names = append(names, name)
	}
	if near := Nearest(key, names); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// Nearest is the name that word was probably meant to be, "" if there is none: at most a third of its letters differ.
func Nearest(word string, names []string) string {
	best, least := "", len(word)/3+1
	for _, name := range names {
		d := distance(normal(word), normal(name))
		if d < least || d == least && best != "" && name < best {
			best, least = name, d
		}
	}
	return best
}

// normal takes away differences of style: maxTokens, max-tokens, max_tokens.
func normal(s string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(s))
}

// distance is the number of letters to insert, delete, replace or swap with their neighbour to get from a to b.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			differ := 1
			if a[i-1] == b[j-1] {
				differ = 0
			}
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+differ)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
