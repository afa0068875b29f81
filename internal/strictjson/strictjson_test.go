package strictjson

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

type inner struct {
	Key  string `json:"key"`
	Host string `json:"host"`
}

type secret string

func (secret) MarshalJSON() ([]byte, error) { return []byte(`"***"`), nil }

type sampling struct {
	MaxTokens   int      `json:"max_tokens"`
	Temperature *float64 `json:"temperature"`
}

type config struct {
	inner
	Host     int            `json:"host"` // hides inner's
	Levels   []int          `json:"levels"`
	Sampling sampling       `json:"sampling"`
	Extra    map[string]any `json:"extra"`
	Secret   secret         `json:"secret"`
	Seed     *uint64        `json:"seed"`
	On       bool           `json:"on"`
	Hidden   int            `json:"-"`
}

func TestFaults(t *testing.T) {
	check := func(in string, want ...string) {
		t.Helper()
		var c config
		err := Decode([]byte(in), &c)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != strings.Join(want, "\n") {
			t.Errorf("%s:\n got %q\nwant %q", in, got, strings.Join(want, "\n"))
		}
	}
	check(`{}`)
	check(`null`)
	check(`{"key":"k","host":1,"levels":[1,2],"sampling":{"max_tokens":5,"temperature":null}}`)
	check(`{"sampling":{"max_tokns":5}}`, "sampling.max_tokns: unknown field; did you mean max_tokens?")
	check(`{"sampling":{"maxTokens":5}}`, "sampling.maxTokens: unknown field; did you mean max_tokens?")
	check(`{"Host":5}`, "Host: unknown field; did you mean host?")
	check(`{"hsot":5}`, "hsot: unknown field; did you mean host?")
	check(`{"nothing_like_it":5}`, "nothing_like_it: unknown field")
	check(`{"Hidden":5}`, "Hidden: unknown field")
	check(`{"levels":[1,"x",2.5]}`, `levels[1]: want an integer, got "x"`, `levels[2]: want an integer, got 2.5`)
	check(`{"levels":4,"on":"yes"}`, `levels: want a list, got 4`, `on: want true or false, got "yes"`)
	check(`{"sampling":[1],"extra":7}`, `sampling: want an object, got a list`, `extra: want an object, got 7`)
	check(`{"sampling":{"temperature":{}}}`, `sampling.temperature: want a number, got an object`)
	check(`{"seed":-1}`, `seed: want an integer of 0 or more, got -1`)
	check(`{"secret":12345}`, `secret: want a string, got something else`)
	check(`{"on":true,"on":false}`, `on: stands twice`)
	check(`[]`, `want an object, got a list`)
	check("{\n  \"on\" true}", `not JSON at line 2, column 8: invalid character 't' after object key`)
	check(`{} {}`, `not JSON at line 1, column 4: invalid character '{' after top-level value`)
}

func TestValues(t *testing.T) {
	var c config
	in := `{"key":"k","host":7,"levels":[],"extra":{"n":1000000,"deep":{"x":[1.50]}},"seed":18446744073709551615}`
	if err := Decode([]byte(in), &c); err != nil {
		t.Fatal(err)
	}
	if c.Key != "k" || c.Host != 7 || c.inner.Host != "" || c.Levels == nil || *c.Seed != 1<<64-1 {
		t.Errorf("got %+v", c)
	}
	if n := c.Extra["n"]; n != json.Number("1000000") {
		t.Errorf("a number of no known type became %v (%T)", n, n)
	}
}

// What strictjson accepts, encoding/json must understand in the same way.
func FuzzDecode(f *testing.F) {
	f.Add(`{"key":"k","host":1,"levels":[1,2],"sampling":{"max_tokens":5},"on":true,"seed":3,"extra":{"a":[null]}}`)
	f.Add(`{"host":null,"levels":[null]}`)
	f.Fuzz(func(t *testing.T, in string) {
		var mine, theirs config
		if Decode([]byte(in), &mine) != nil {
			return
		}
		dec := json.NewDecoder(strings.NewReader(in))
		dec.UseNumber()
		if err := dec.Decode(&theirs); err != nil {
			t.Fatalf("accepted %q, which encoding/json refuses: %v", in, err)
		}
		if !reflect.DeepEqual(mine, theirs) {
			t.Fatalf("%q:\n got %+v\nwant %+v", in, mine, theirs)
		}
	})
}
