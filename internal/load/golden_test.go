package load

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/splleed/splleed/internal/dialect"
	"github.com/splleed/splleed/internal/record"
	"github.com/splleed/splleed/internal/transport"
)

const transcripts = "../wire/testdata/transcripts/"

// expectation is a row of the table that expect.py, which shares no code with us, makes of the transcripts. What its
// columns mean stands there. We keep no text, so its column holds only where the api is "-": there it is the body's.
type expectation struct {
	file, api, text string
	golden
}

// golden is what a response must come to. Numbers are as the table writes them: "" where there is none.
type golden struct {
	Status                  string
	Failure                 record.FailureType
	Finish                  string
	Input, Output           string
	Events, FirstTokenEvent string
}

func expectations(t *testing.T) (rows []expectation) {
	t.Helper()
	table, err := os.ReadFile(transcripts + "expected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(c) != 11 {
			t.Fatalf("%d columns: %q", len(c), line)
		}
		rows = append(rows, expectation{c[0], c[1], c[9], golden{c[2], record.FailureType(c[3]), c[4], c[5], c[6], c[7], c[8]}})
	}
	return rows[1:]
}

// watch is a stream that counts what each payload brought.
type watch struct {
	*stream
	payloads, events, first int
	body                    []byte
}

func (w *watch) Payload(p []byte) {
	before := w.read.text
	w.stream.Payload(p)
	w.payloads++
	w.events += w.read.text - before
	if w.first == 0 && w.Active() {
		w.first = w.payloads
	}
	w.body = append(w.body, p...)
}

// watched plays a transcript in reads of n bytes.
func watched(p *player, d dialect.Dialect, raw []byte, n int) (*record.Record, *watch) {
	var reads [][]byte
	for ; len(raw) > n; raw = raw[n:] {
		reads = append(reads, raw[:n])
	}
	w := new(watch)
	r := p.play(d, append(reads, raw), func(s *stream) transport.Sink { w.stream = s; return w })
	return r, w
}

// came is what a response came to.
func came(r *record.Record, w *watch) golden {
	o := understood(r)
	first := ""
	if w.first > 0 {
		first = strconv.Itoa(w.first)
	}
	return golden{strconv.Itoa(o.Status), o.Failure, o.Finish, known(o.Input), known(o.Output), strconv.Itoa(w.events), first}
}

func known(c record.Count) string {
	if !c.Known() {
		return ""
	}
	return strconv.Itoa(int(c))
}

func TestGolden(t *testing.T) {
	rows := expectations(t)
	names, err := filepath.Glob(transcripts + "*/*.raw")
	if err != nil || len(rows) != len(names) || len(rows) == 0 {
		t.Fatalf("%d rows for %d transcripts: %v", len(rows), len(names), err)
	}
	player := newPlayer(t)
	for _, row := range rows {
		raw, err := os.ReadFile(transcripts + row.file + ".raw")
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{max(1, len(raw)), 97} {
			row.check(t, player, raw, n)
		}
	}
}

func (e expectation) check(t *testing.T, p *player, raw []byte, n int) {
	t.Helper()
	name, whole := strings.CutSuffix(e.api, " whole")
	if e.api == "-" {
		name, whole = "completions", true
	}
	d, known := dialect.Named(name)
	if whole && known {
		d, known = dialect.Unstreamed(d)
	}
	if !known {
		t.Fatalf("%s: no dialect %q", e.file, e.api)
	}
	r, w := watched(p, d, raw, n)
	got := came(r, w)
	if e.api == "-" {
		if body := digest(w.body); got.Status != e.Status || body != e.text {
			t.Errorf("%s in reads of %d: status %s, body %s; want %s, %s", e.file, n, got.Status, body, e.Status, e.text)
		}
		return
	}
	if got != e.golden {
		t.Errorf("%s in reads of %d:\n got %+v\nwant %+v", e.file, n, got, e.golden)
	}
}

// digest is what stands for a body in the table.
func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return fmt.Sprintf("%d %x", len(body), sum[:8])
}
