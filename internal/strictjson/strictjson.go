// Package strictjson decodes JSON into structs and reports everything that does not fit at once.
//
// It differs from encoding/json in what it refuses: fields that the struct does not have, also where only the case of a
// letter is wrong, and keys that stand twice. Embedded structs are flattened as encoding/json does, and a type with an
// UnmarshalJSON of its own decodes itself. A null leaves its field as it was.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/invalid"
)

// Decode decodes data into what into points to. Its error is an *invalid.Error of all that is wrong; what fits is
// decoded all the same. The members named by except are passed over: the caller has read them itself.
func Decode(data []byte, into any, except ...string) error {
	d := decoder{except: except}
	if err := syntax(data); err != nil {
		d.bad.Add("", "%v", err)
		return d.bad.Err()
	}
	d.value("", data, reflect.ValueOf(into).Elem())
	return d.bad.Err()
}

// syntax says where data stops being JSON.
func syntax(data []byte) error {
	var any json.RawMessage
	err := json.Unmarshal(data, &any)
	var bad *json.SyntaxError
	if !errors.As(err, &bad) {
		return err
	}
	before := data[:min(int(bad.Offset), len(data))]
	line := 1 + bytes.Count(before, []byte("\n"))
	column := len(before) - (bytes.LastIndexByte(before, '\n') + 1)
	return fmt.Errorf("not JSON at line %d, column %d: %w", line, column, err)
}

type decoder struct {
	bad    invalid.Fields
	except []string
}

func (d *decoder) value(path string, raw json.RawMessage, v reflect.Value) {
	raw = bytes.TrimSpace(raw)
	if string(raw) == "null" {
		return
	}
	if own, ok := v.Addr().Interface().(json.Unmarshaler); ok {
		d.own(path, raw, own)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		target := reflect.New(v.Type().Elem())
		d.value(path, raw, target.Elem())
		v.Set(target)
	case reflect.Struct:
		d.object(path, raw, v)
	case reflect.Slice:
		d.list(path, raw, v)
	case reflect.Map:
		d.table(path, raw, v)
	default:
		d.scalar(path, raw, v)
	}
}

func (d *decoder) own(path string, raw json.RawMessage, u json.Unmarshaler) {
	err := u.UnmarshalJSON(raw)
	fields, ok := invalid.In(err)
	if !ok && err != nil {
		d.bad.Add(path, "%v", err)
	}
	for _, f := range fields {
		d.bad.Add(join(path, f.Path), "%s", f.Message)
	}
}

func (d *decoder) object(path string, raw json.RawMessage, v reflect.Value) {
	fields, ok := d.members(path, raw, v)
	if !ok {
		return
	}
	known := map[string]reflect.Value{}
	flatten(v, known)
	for _, f := range fields {
		at := join(path, f.key)
		field, ok := known[f.key]
		switch {
		case ok:
			d.value(at, f.value, field)
		case path != "" || !slices.Contains(d.except, f.key):
			d.bad.Add(at, "unknown field%s", hint(f.key, known))
		}
	}
}

func (d *decoder) list(path string, raw json.RawMessage, v reflect.Value) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		d.mismatch(path, raw, v)
		return
	}
	list := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		d.value(fmt.Sprintf("%s[%d]", path, i), item, list.Index(i))
	}
	v.Set(list)
}

func (d *decoder) table(path string, raw json.RawMessage, v reflect.Value) {
	fields, ok := d.members(path, raw, v)
	if !ok {
		return
	}
	table := reflect.MakeMapWithSize(v.Type(), len(fields))
	for _, f := range fields {
		item := reflect.New(v.Type().Elem()).Elem()
		d.value(join(path, f.key), f.value, item)
		table.SetMapIndex(reflect.ValueOf(f.key), item)
	}
	v.Set(table)
}

// scalar decodes a leaf. Numbers of no known type stay as they were written: as a float64, 1000000 would go on to a
// command line as 1e+06.
func (d *decoder) scalar(path string, raw json.RawMessage, v reflect.Value) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if dec.Decode(v.Addr().Interface()) != nil {
		d.mismatch(path, raw, v)
	}
}

func (d *decoder) mismatch(path string, raw json.RawMessage, v reflect.Value) {
	d.bad.Add(path, "want %s, got %s", wanted(v.Kind()), shown(raw, v))
}

type member struct {
	key   string
	value json.RawMessage
}

// members are those of an object, in order.
func (d *decoder) members(path string, raw json.RawMessage, v reflect.Value) ([]member, bool) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if open, _ := dec.Token(); open != json.Delim('{') {
		d.mismatch(path, raw, v)
		return nil, false
	}
	var all []member
	seen := map[string]bool{}
	for dec.More() {
		key, _ := dec.Token()
		m := member{key: key.(string)}
		_ = dec.Decode(&m.value) // the syntax is known to be good
		d.bad.Check(!seen[m.key], join(path, m.key), "stands twice")
		seen[m.key] = true
		all = append(all, m)
	}
	return all, true
}

// flatten collects the fields of a struct by their JSON names. The outer of two fields of one name hides the inner.
func flatten(v reflect.Value, known map[string]reflect.Value) {
	var embedded []reflect.Value
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			embedded = append(embedded, v.Field(i))
		case !f.IsExported() || name == "-":
		default:
			if name == "" {
				name = f.Name
			}
			if _, hidden := known[name]; !hidden {
				known[name] = v.Field(i)
			}
		}
	}
	for _, e := range embedded {
		flatten(e, known)
	}
}

func join(path, key string) string {
	if path == "" || key == "" || strings.HasPrefix(key, "[") {
		return path + key
	}
	return path + "." + key
}
