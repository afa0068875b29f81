package workload

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func TestReaders(t *testing.T) {
	column := func(name string) func(io.Reader) ([]string, error) {
		return func(r io.Reader) ([]string, error) { return ReadJSONL(r, name) }
	}
	check := func(read func(io.Reader) ([]string, error), in, fault string, want ...string) {
		t.Helper()
		got, err := read(strings.NewReader(in))
		if fault == "" && (err != nil || !slices.Equal(got, want)) {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
		if fault != "" && (err == nil || !strings.HasPrefix(err.Error(), fault)) {
			t.Errorf("%q: %v; want %s", in, err, fault)
		}
	}
	check(ReadLines, "", "")
	check(ReadLines, "\ufeffone\r\n\n  two \nthree", "", "one", "  two ", "three")
	check(column("prompt"), `{"prompt":"a\nb","n":1}`+"\n\n"+`{"prompt":"c"}`, "", "a\nb", "c")
	check(column("text"), `{"prompt":"a"}`, `line 1: no column "text"`)
	check(column("prompt"), `{"prompt":"a"}`+"\n"+`{"prompt":7}`, `line 2: column "prompt" is no string`)
	check(column("prompt"), `{"prompt":null}`, `line 1: column "prompt" is no string`)
	check(column("prompt"), "\n{", `line 2: unexpected end`)
	check(ReadShareGPT, `[{"id":"x","conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"a"}]},
		{"conversations":[{"from":"gpt","value":"a"}]},{"conversations":[]}]`, "", "q")
	check(ReadShareGPT, `{"conversations":[]}`, "json: cannot unmarshal")
}
