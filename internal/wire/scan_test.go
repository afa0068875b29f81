package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

// walk reads a text whose shape it does not know.
func walk(text string) (value string, sure bool) {
	s := NewScanner([]byte(text))
	value = string(s.Value())
	return value, s.Done()
}

func TestScannerValues(t *testing.T) {
	check := func(text, want string, sure bool) {
		t.Helper()
		if got, ok := walk(text); got != want || ok != sure {
			t.Errorf("%s: got %s, %v, want %s, %v", text, got, ok, want, sure)
		}
	}
	for _, value := range []string{`{}`, `[ ]`, `{"A\u00e9":[1,{"b":null}], "c" :true}`, `"\"\\\/\b\f\n\r\t\uD800"`, `-0.5e+10`, `0`, `false`, "\"\xff\""} {
		check(" "+value+"\r\n\t", value, true)
	}
	for _, text := range []string{``, ` `, `{`, `[1,]`, `{"a":1,}`, `[1}`, `"`, `"\`, `"\u00`, `"\x"`, "\"\n\"", `01`, `-`, `1.`, `1e`, `+1`, `nul`, `[1]x`, `a`, "\x00", `{1:2}`} {
		if value, ok := walk(text); ok {
			t.Errorf("%q is taken for %s", text, value)
		}
	}
	check(strings.Repeat("[", 64)+strings.Repeat("]", 64), strings.Repeat("[", 64)+strings.Repeat("]", 64), true)
	check(strings.Repeat("[", 65)+strings.Repeat("]", 65), `null`, false)
}

// sum adds up the numbers of {"n": 1, "list": [2, 3], "in": {"n": 4}, "word": "5"} in places, and counts the word.
func sum(text string) (total int, sure bool) {
	s := NewScanner([]byte(text))
	for s.Open('{'); s.Field(); {
		n := 0
		switch string(s.Key) {
		case "n":
			s.Int(&n)
		case "list":
			for s.Open('['); s.Element(); {
				i := 0
				s.Int(&i)
				n += i
			}
		case "in":
			for s.Open('{'); s.Field(); {
				s.Int(&n)
			}
		case "word":
			n = len(s.Word())
		}
		total += n
	}
	return total, s.Done()
}

func TestScannerFields(t *testing.T) {
	check := func(text string, want int) {
		t.Helper()
		if got, sure := sum(text); got != want || !sure {
			t.Errorf("%s: got %d, %v, want %d", text, got, sure, want)
		}
	}
	check(`{"n":1,"list":[2,3],"in":{"n":4},"word":"five"}`, 14)
	check(` { "n" : 1 , "list" : [ 2 , 3 ] , "x" : [ { "N" : 9 } ] } `, 6)
	check(`{"n":null,"list":null,"in":null,"word":null}`, 0)
	check(`{"n":-7,"list":[],"in":{},"word":""}`, -7)
	check(`null`, 0)
	check(`{"x":{"y":[{}]},"n":1,"z":"\u00e9","list":[4]}`, 5)
	unsure := func(text string) {
		t.Helper()
		if got, sure := sum(text); sure {
			t.Errorf("%s: got %d", text, got)
		}
	}
	for _, text := range []string{
		`{"N":1}`, `{"\u006e":1}`, `{"é":1}`, `{"n":1.0}`, `{"n":"1"}`, `{"n":99999999999999999999}`, `{"list":{}}`, `{"in":[]}`, `{"in":{"N":1}}`,
		`{"word":"A"}`, `{"word":"\n"}`, `{"word":"é"}`, `{"word":5}`, `{"word":[]}`, `{"x":[1,]}`, `{"x"}`, `{"n":1}{`, `[]`, ``,
	} {
		unsure(text)
	}
}

func TestScannerSkip(t *testing.T) {
	s := NewScanner([]byte(`{"a": 12 ,"b":3}`))
	if s.Skip([]byte(`{"b"`)) || !s.Skip([]byte(`{"a":`)) || string(s.Value()) != "12" || s.Pos() != 8 {
		t.Errorf("stands at %d", s.Pos())
	}
	if s.Fail(); s.Skip([]byte("a")) || s.Done() {
		t.Error("goes on after a failure")
	}
}

func FuzzScanner(f *testing.F) {
	for _, text := range []string{`{"n":1,"list":[2,3],"in":{"n":4},"word":"five"}`, `[{"a":"\u00e9\\"},-1.5e-3,null]`, `{"n":1,"N":2}`, "\"\xff\""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		value, sure := walk(text)
		valid, shallow := json.Valid([]byte(text)), strings.Count(text, "[")+strings.Count(text, "{") <= maxDepth
		if sure && !valid || valid && shallow && !sure || sure && value != strings.Trim(text, " \t\r\n") {
			t.Fatalf("%q is %q, %v; encoding/json says %v", text, value, sure, valid)
		}
		var fields map[string]json.RawMessage
		if _, sure := sum(text); sure && json.Unmarshal([]byte(text), &fields) != nil {
			t.Fatalf("%q is no object for encoding/json", text)
		}
	})
}
