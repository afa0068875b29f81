package dialect

import "testing"

func BenchmarkDecode(b *testing.B) {
	for name, payload := range map[string]string{
		"completions": `{"id":"cmpl-8571b9ab3ee07de0","object":"text_completion","created":1795451451,"model":"tiny","choices":[{"index":0,"text":" stri","logprobs":null,"finish_reason":null,"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}`,
		"chat":        `{"id":"chatcmpl-8ecdc7257983795a","object":"chat.completion.chunk","created":1795451459,"model":"tiny","choices":[{"index":0,"delta":{"content":"out"},"logprobs":null,"finish_reason":null,"token_ids":null}]}`,
		"tgi":         `{"index":1,"token":{"id":1509,"text":"ert","logprob":-1.5,"special":false},"generated_text":null,"details":null}`,
	} {
		b.Run(name, func(b *testing.B) {
			d, _ := Named(name)
			decoder, p := d.Decoder(), []byte(payload)
			b.SetBytes(int64(len(p)))
			b.ReportAllocs()
			for b.Loop() {
				if delta, err := decoder.Decode(p); err != nil || delta.Content != Text {
					b.Fatal(delta, err)
				}
			}
		})
	}
}
