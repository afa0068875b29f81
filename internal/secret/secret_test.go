package secret

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestName(t *testing.T) {
	for _, name := range []string{"api_key", "API-KEY", "--hf-token", "token", "x.secret", "db_password", "Authorization", "Cookie"} {
		if !Name(name) {
			t.Errorf("%q names no secret", name)
		}
	}
	for _, name := range []string{"", "max_tokens", "tokenizer", "--trust-remote-code", "keyboard", "max-num-batched-tokens", "ignore_eos"} {
		if Name(name) {
			t.Errorf("%q names a secret", name)
		}
	}
}

func TestArgs(t *testing.T) {
	check := func(args, want string) {
		t.Helper()
		if got := Args(strings.Fields(args)); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("%s\n got %s\nwant %s", args, got, want)
		}
	}
	check("vllm serve m --max-num-seqs 8 --api-key abc def --port 1", "vllm serve m --max-num-seqs 8 --api-key *** *** --port 1")
	check("s --api-key=abc --no-x", "s --api-key=*** --no-x")
	check("s --hf-token --tokenizer t", "s --hf-token --tokenizer t") // its value is missing
	check("s --hub http://me:pw@host/x?token=abcd&v=1", "s --hub http://***@host/x?token=***&v=1")
	check("s --note hf_abcdefghij", "s --note ***")
	check("s -m sk-model", "s -m sk-model")
}

func TestText(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		if got := Text(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
	check("Incorrect API key provided: sk-abcdEFGH1234.", "Incorrect API key provided: ***.")
	check("Authorization: Bearer abc.def-123", "Authorization: Bearer ***")
	check("args: {'api_key': ['hello-there'], 'port': 1}", "args: {'api_key': ['***'], 'port': 1}")
	check("proxy http://user:pass@proxy:3128/ is used", "proxy http://***@proxy:3128/ is used")
	check("GET /v1?sig=aaaa&n=2", "GET /v1?sig=***&n=2")
	check("max_tokens=100, mail a@b.c, 3 tokens: fine", "max_tokens=100, mail a@b.c, 3 tokens: fine")
}

func TestFields(t *testing.T) {
	var fields map[string]any
	if err := json.Unmarshal([]byte(`{"n":1,"headers":{"X-A":"one"},"deep":[{"hf_token":"two"},"sk-threethree"],"keys":{"api_key":["four"]},"api_key":""}`), &fields); err != nil {
		t.Fatal(err)
	}
	Fields(fields)
	got, _ := json.Marshal(fields)
	const want = `{"api_key":"","deep":[{"hf_token":"***"},"***"],"headers":{"X-A":"***"},"keys":{"api_key":["***"]},"n":1}`
	if string(got) != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestValues(t *testing.T) {
	vs := OfHeader(map[string]string{"Authorization": "Bearer opensesame", "X-Tenant": "a/b c d e", "X-Short": "ok"})
	if got := vs.Text("opensesame is ok; tenant=a%2Fb+c+d+e; a/b c d e"); got != "*** is ok; tenant=***; ***" {
		t.Errorf("got %s", got)
	}
}
