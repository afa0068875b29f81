package driver

import (
	"encoding/json"
	"reflect"
	"strings"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/engine"
	"github.com/splleed/splleed/internal/result"
)

// schema is the answer to a schema request: the fields of every type that a client mirrors, so that it can check itself.
type schema struct {
	Type  string             `json:"type"`
	Types map[string][]field `json:"types"`
}

type field struct {
	Name string `json:"name"`
	Kind string `json:"kind"` // "string", "integer", "number", "boolean", "array", "object" or "any"
}

// mirrored are the types beside the backends, by the name under which a schema lists them.
var mirrored = map[string]any{
	"benchmark":   splleed.Benchmark{},
	"sampling":    splleed.Sampling{},
	"slo":         splleed.SLO{},
	"search":      splleed.Search{},
	"sweep":       splleed.Sweep{},
	"scoring":     splleed.Scoring{},
	"comparing":   splleed.Comparing{},
	"comparison":  result.Comparison{},
	"part":        splleed.Part{},
	"probe":       splleed.Probe{},
	"trace":       splleed.TraceRequest{},
	"timeouts":    splleed.Timeouts{},
	"progress":    splleed.Progress{},
	"results":     result.Run{},
	"level":       result.Level{},
	"trial":       result.Trial{},
	"aggregate":   result.Aggregate{},
	"interval":    result.Interval{},
	"environment": result.Environment{},
	"gpu":         result.GPU{},
	"engine":      result.EngineInfo{},
	"model":       result.ModelInfo{},
	"system":      result.System{},
	"client":      result.Client{},
}

func describe() schema {
	s := schema{"schema", map[string][]field{}}
	for name, zero := range mirrored {
		s.Types[name] = fields(reflect.TypeOf(zero))
	}
	for _, kind := range engine.Kinds {
		s.Types["backend:"+kind.Type] = fields(reflect.TypeOf(kind.New()).Elem())
	}
	return s
}

// fields lists the fields of a struct as its JSON form has them, those of embedded structs among them.
func fields(t reflect.Type) []field {
	var fs []field
	for _, f := range reflect.VisibleFields(t) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" || name == "" {
			continue
		}
		fs = append(fs, field{name, kindOf(f.Type)})
	}
	return fs
}

var (
	rawMessage = reflect.TypeFor[json.RawMessage]()
	timestamp  = reflect.TypeFor[result.Time]()
)

func kindOf(t reflect.Type) string {
	if t == rawMessage {
		return "any"
	}
	if t == timestamp {
		return "string"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "boolean"
	case reflect.Float64, reflect.Float32:
		return "number"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map, reflect.Interface:
		return "object"
	default:
		return "integer"
	}
}
