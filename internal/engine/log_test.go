package engine

import (
	"fmt"
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	check := func(want string, lines ...string) {
		t.Helper()
		log, err := openLog("", t.TempDir(), "x")
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		fmt.Fprintln(log, strings.Join(lines, "\n"))
		if got := strings.Join(log.quote(), "\n"); got != want {
			t.Errorf("quoted:\n%s\nwant:\n%s", got, want)
		}
	}
	var last []string
	for i := range quoted {
		last = append(last, fmt.Sprintf("frame %d", i))
	}
	end := strings.Join(last, "\n")
	check("a\nb", "a", "b")
	check(end, append([]string{"a", "no errors: 0"}, last...)...)
	// The worker's own words, once, though two processes repeat them; not those of long ago.
	check("(Worker) RuntimeError: cannot allocate\nValueError: worker failed\n…\n"+end, append([]string{
		"(Worker) RuntimeError: cannot allocate", "at alloc.cpp", "(Core) ValueError: worker failed", "ValueError: worker failed",
	}, last...)...)
	check("BError: 2\nCError: 3\nx.DException: 4\n…\n"+end, append([]string{"AError: 1", "BError: 2", "CError: 3", "x.DException: 4"}, last...)...)
}
