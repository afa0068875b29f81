package workload

import (
	"strings"
	"testing"
)

func TestReadTrace(t *testing.T) {
	all, err := ReadTrace(strings.NewReader("\ufeff"+`{"timestamp": 27482, "input_length": 3, "output_length": 52, "hash_ids": [46, 47]}

{"timestamp": 30535, "prompt": "hello", "max_tokens": 4}
{"at_s": 31, "prompt": "again"}
`), 1)
	if err != nil || len(all) != 3 {
		t.Fatalf("%d requests, %v", len(all), err)
	}
	if n := len(strings.Fields(all[0].Text)); all[0].At != 0 || n != 3 || all[0].MaxTokens != 52 {
		t.Errorf("the first: %+v", all[0])
	}
	if d := all[1].At - 3.053; d > 1e-9 || d < -1e-9 || all[1].Text != "hello" || all[1].MaxTokens != 4 {
		t.Errorf("the second: %+v", all[1])
	}
}

func TestBadTraces(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "no requests",
		"{":                               "line 1",
		`{"prompt":"x"}`:                  "no time",
		`{"at_s":1}`:                      "nothing to send",
		`{"at_s":1,"input_length":99e99}`: "line 1",
		`{"at_s":1,"prompt":"x"}` + "\n" + `{"at_s":0,"prompt":"x"}`: "line 2: its time",
	} {
		if _, err := ReadTrace(strings.NewReader(text), 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}
