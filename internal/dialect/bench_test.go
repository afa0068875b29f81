package dialect

import (
	"strings"
	"testing"
)

// BenchmarkDecode decodes events of which only the text changes (template), others that change elsewhere too (scanner),
// and such that the scanner is not sure of (json).
func BenchmarkDecode(b *testing.B) {
	for name, event := range map[string]string{
		"completions": `{"id":"cmpl-8571b9ab3ee07de0","object":"text_completion","created":1795451451,"model":"tiny","choices":[{"index":0,"text":"TEXT","logprobs":null,"finish_reason":null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}`,
		"chat":        `{"id":"chatcmpl-8ecdc7257983795a","object":"chat.completion.chunk","created":1795451459,"model":"tiny","choices":[{"index":0,"delta":{"content":"TEXT"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`,
		"tgi":         `{"index":1,"token":{"id":1509,"text":"TEXT","logprob":-1.5,"special":false},"generated_text":null,"details":null}`,
	} {
		run := func(path string, payloads ...string) {
			b.Run(path+"/"+name, func(b *testing.B) { benchmarkDecode(b, name, payloads) })
		}
		first, second := strings.Replace(event, "TEXT", " stri", 1), strings.Replace(event, "TEXT", "ng", 1)
		run("template", first, second)
		run("scanner", first, strings.Replace(second, "}", ` }`, 1))
		run("json", strings.Replace(first, "{", `{"X":0,`, 1))
	}
}

func benchmarkDecode(b *testing.B, name string, payloads []string) {
	d, _ := Named(name)
	decoder := d.Decoder()
	var all [][]byte
	for _, p := range payloads {
		all = append(all, []byte(p))
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if delta, err := decoder.Decode(all[i%len(all)]); err != nil || delta.Content != Text {
			b.Fatal(delta, err)
		}
	}
}
