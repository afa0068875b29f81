package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// flags is a command line in the making. Zero values add nothing: they leave the choice to the engine.
type flags []string

func (f *flags) add(name string, values ...string) { *f = append(append(*f, "--"+name), values...) }

func (f *flags) text(name, value string) {
	if value != "" {
		f.add(name, value)
	}
}

func (f *flags) number(name string, n int) {
	if n != 0 {
		f.add(name, strconv.Itoa(n))
	}
}

// when adds a switch that is on.
func (f *flags) when(name string, on bool) {
	if on {
		f.add(name)
	}
}

// either adds a switch that can also be switched off, in one form or the other.
func (f *flags) either(name string, on bool) {
	if !on {
		name = "no-" + name
	}
	f.add(name)
}

// style is how an engine's command line is read.
type style int

const (
	argparse  style = iota // Python: --no-switch, --list a b
	switches               // Python: switches without a negative, --list a b
	clap                   // Rust: switches without a negative, --list a --list b
	llamaArgs              // llama.cpp: --no-switch, --list a,b
)

// extraArgs turns what the user added into flags, in alphabetical order: max_loras: 4 is --max-loras 4.
func extraArgs(args map[string]any, s style) (f flags) {
	for _, key := range slices.Sorted(maps.Keys(args)) {
		name := flagName(key)
		switch value := reflect.ValueOf(args[key]); value.Kind() {
		case reflect.Invalid: // null
		case reflect.Bool:
			if s == clap || s == switches {
				f.when(name, value.Bool())
			} else {
				f.either(name, value.Bool())
			}
		case reflect.Slice:
			f.list(name, value, s)
		default:
			f.add(name, flagValue(args[key]))
		}
	}
	return f
}

func (f *flags) list(name string, values reflect.Value, s style) {
	var words []string
	for i := range values.Len() {
		words = append(words, flagValue(values.Index(i).Interface()))
	}
	switch s {
	case argparse, switches:
		f.add(name, words...)
	case llamaArgs:
		f.add(name, strings.Join(words, ","))
	case clap:
		for _, w := range words {
			f.add(name, w)
		}
	}
}

// flagName is the flag that a key means, as users write it: with _ or -, with or without -- before it.
func flagName(key string) string {
	return strings.ReplaceAll(strings.TrimLeft(key, "-"), "_", "-")
}

// flagValue writes text as it is, numbers without an exponent, and what has a structure as JSON.
func flagValue(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return fraction(v)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
