package wire

import (
	"bufio"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// transcripts are the bytes that real servers sent.
func transcripts(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("testdata/transcripts/*/*.raw")
	if err != nil || len(names) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	all := map[string]string{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = string(raw)
	}
	return all
}

// netHTTP reads raw as the standard library does, which also stands for our definition of right.
func netHTTP(raw string) (status int, body string, keep bool, err error) {
	in := bufio.NewReader(strings.NewReader(raw))
	for {
		r, err := http.ReadResponse(in, nil)
		if err != nil {
			return 0, "", false, err
		}
		if r.StatusCode < 200 && r.StatusCode != 101 {
			continue
		}
		b, err := io.ReadAll(r.Body)
		return r.StatusCode, string(b), !r.Close && r.StatusCode != 101, err
	}
}

func TestTranscriptsLikeNetHTTP(t *testing.T) {
	for name, raw := range transcripts(t) {
		status, body, keep, err := netHTTP(raw)
		for _, n := range []int{1, 100, len(raw)} {
			got := parse(raw, n)
			complete := got.End == "complete" || got.End == "close"
			if got.Status != status || got.Body != body || got.Keep != keep || complete != (err == nil) {
				t.Errorf("%s in steps of %d: got %+v\nnet/http: %d, %q, keep %v, %v", name, n, got, status, body, keep, err)
			}
		}
	}
}

func FuzzResponse(f *testing.F) {
	for _, raw := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200\r\nConnection: keep-alive\r\n\r\nhello",
		"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\nKeep-Alive: timeout=4\n\n5 ;x\nhello\n0\nA: b\n\nmore",
		"HTTP/1.1 101 x\r\n\r\nabc", "HTTP/1.1 304 x\r\nContent-Length: 4\r\n\r\nabcd",
	} {
		f.Add(raw, 3)
	}
	for _, raw := range transcripts(f) {
		if len(raw) < 1500 {
			f.Add(raw, 100)
		}
	}
	f.Fuzz(func(t *testing.T, raw string, n int) {
		whole := parse(raw, max(1, len(raw)))
		for _, n := range []int{1, max(1, n&0xff)} {
			if cut := parse(raw, n); cut != whole {
				t.Fatalf("in steps of %d: %+v\nwhole: %+v", n, cut, whole)
			}
		}
		status, body, keep, err := netHTTP(raw)
		if err != nil || whole.End != "complete" && whole.End != "close" {
			return // each refuses things that the other lets pass
		}
		if whole.Status != status || whole.Body != body || whole.Keep != keep {
			t.Fatalf("got %+v\nnet/http: %d, %q, keep %v", whole, status, body, keep)
		}
	})
}

// slowSSE is the standard's algorithm, word for word, on the whole body at once.
func slowSSE(body string) (payloads []string) {
	body = strings.TrimPrefix(body, "\uFEFF")
	body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(body, "\n")
	var data []string
	for _, line := range append(lines[:len(lines)-1], "") { // the last one is not ended; then ours: the missing blank line
		field, value, _ := strings.Cut(line, ":")
		if field == "data" {
			data = append(data, strings.TrimPrefix(value, " "))
		}
		if line == "" && data != nil {
			payloads = append(payloads, strings.Join(data, "\n"))
			data = nil
		}
	}
	return payloads
}

func FuzzSSE(f *testing.F) {
	for _, body := range []string{
		"data: a\n\ndata: b\r\n\r\n:c\r\rdata\ndata:  d\n\n", "\uFEFFdata: \u2028\n\n", "event: x\ndata:y\n\nda", "\r\n\r",
	} {
		f.Add(body, 2)
	}
	f.Fuzz(func(t *testing.T, body string, n int) {
		want := slowSSE(body)
		for _, n := range []int{1, max(1, n&0xff), max(1, len(body))} {
			if got := split(new(SSE), body, n); !slices.Equal(got, want) {
				t.Fatalf("in steps of %d: got %q, want %q", n, got, want)
			}
		}
	})
}

func FuzzLines(f *testing.F) {
	f.Add("a\nb\r\n\nc", 2)
	f.Fuzz(func(t *testing.T, body string, n int) {
		var want []string
		for line := range strings.SplitSeq(body, "\n") {
			if line = strings.TrimSuffix(line, "\r"); line != "" {
				want = append(want, line)
			}
		}
		for _, n := range []int{1, max(1, n&0xff), max(1, len(body))} {
			if got := split(new(Lines), body, n); !slices.Equal(got, want) {
				t.Fatalf("in steps of %d: got %q, want %q", n, got, want)
			}
		}
	})
}
