package main

import (
	"reflect"
	"slices"
	"strings"
)

// overlay is a configuration under construction: that of a file, with the flags that were set laid over it.
type overlay struct {
	config map[string]any
	flags  map[string]string // path to the flag that set it: "sampling.max_tokens" to "--max-tokens"
	known  map[string]string // path to the flag that could have
}

func newOverlay() *overlay {
	return &overlay{config: map[string]any{}, flags: map[string]string{}, known: map[string]string{}}
}

// set puts a value at a path.
func (o *overlay) set(path string, value any) {
	way := strings.Split(path, ".")
	at := o.config
	for _, step := range way[:len(way)-1] {
		next, ok := at[step].(map[string]any)
		if !ok {
			next = map[string]any{}
			at[step] = next
		}
		at = next
	}
	at[way[len(way)-1]] = value
}

// get is what stands at a path, if anything does.
func (o *overlay) get(path string) any {
	var at any = o.config
	for step := range strings.SplitSeq(path, ".") {
		fields, _ := at.(map[string]any)
		at = fields[step]
	}
	return at
}

// lay sets every field with the tag "at" that is not zero.
func (o *overlay) lay(flags any) {
	v := reflect.ValueOf(flags)
	for i := range v.NumField() {
		field := v.Type().Field(i)
		path := field.Tag.Get("at")
		if path == "" {
			continue
		}
		o.known[path] = "--" + flagName(field)
		if v.Field(i).IsZero() {
			continue
		}
		o.set(path, reflect.Indirect(v.Field(i)).Interface())
		o.flags[path] = o.known[path]
	}
}

// notes are what flags that change nothing have to say.
func notes(flags any) (said []string) {
	v := reflect.ValueOf(flags)
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if note := field.Tag.Get("note"); note != "" && !v.Field(i).IsZero() {
			said = append(said, "--"+flagName(field)+" changes nothing: "+note)
		}
	}
	return said
}

// given are the flags that were set, some apart.
func given(flags any, apart ...string) (names []string) {
	v := reflect.ValueOf(flags)
	for i := range v.NumField() {
		if name := flagName(v.Type().Field(i)); !v.Field(i).IsZero() && !slices.Contains(apart, name) {
			names = append(names, "--"+name)
		}
	}
	return names
}

// flagName is a field's name as kong makes it.
func flagName(field reflect.StructField) string {
	if name := field.Tag.Get("name"); name != "" {
		return name
	}
	var name strings.Builder
	for i, r := range field.Name {
		if i > 0 && 'A' <= r && r <= 'Z' {
			name.WriteByte('-')
		}
		name.WriteString(strings.ToLower(string(r)))
	}
	return name.String()
}

// flagOf is the flag that set what stands at a path, "" if it was the file.
func (o *overlay) flagOf(path string) string { return flagAt(o.flags, path) }

// wouldSet is the flag that is for what stands at a path; "" if there is none.
func (o *overlay) wouldSet(path string) string { return flagAt(o.known, path) }

func flagAt(flags map[string]string, path string) string {
	for set, flag := range flags {
		if rest, ok := strings.CutPrefix(path, set); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return flag
		}
	}
	return ""
}
