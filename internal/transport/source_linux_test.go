package transport

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/splleed/splleed/internal/record"
)

// TestSources deals connections over four addresses in turn.
func TestSources(t *testing.T) {
	const ranges = "127.0.0.2-127.0.0.5"
	check := func(e Engine, from *sync.Map) {
		t.Helper()
		for range 8 {
			ask(t, t.Context(), e, 0).checkHeard(t, "headers 200", "payload a", "done <nil>")
		}
		for _, a := range addresses(t, ranges) {
			n := 0
			from.Range(func(address, _ any) bool {
				if strings.HasPrefix(address.(string), a.String()+":") {
					n++
				}
				return true
			})
			if n != 2 {
				t.Errorf("%d connections came from %s", n, a)
			}
		}
	}
	onEach(t, func(t *testing.T, start starter) {
		var from sync.Map
		check(start(t, Options{Fresh: true, Sources: addresses(t, ranges), BaseURL: listen(t, func(p *peer) {
			from.Store(p.RemoteAddr().String(), true)
			p.request()
			p.say(answer(200, "data: a\n\n"))
		})}), &from)
	})
	var from sync.Map
	check(http2(t, Options{Fresh: true, Sources: addresses(t, ranges), BaseURL: h2server(t, func(w http.ResponseWriter, r *http.Request) {
		from.Store(r.RemoteAddr, true)
		tell(w, "data: a\n\n")
	})}), &from)
}

// TestSourceOfNobody connects from an address that this machine does not have, and from one that leads nowhere.
func TestSourceOfNobody(t *testing.T) {
	onEach(t, func(t *testing.T, start starter) {
		base := listen(t, func(p *peer) { p.request() })
		check := func(source string, messages ...string) {
			t.Helper()
			f := ask(t, t.Context(), start(t, Options{BaseURL: base, Sources: addresses(t, source)}), 0).failed
			for _, m := range messages {
				if f == nil || f.Type != record.Connect || !strings.Contains(f.Message, m) {
					t.Errorf("from %s: %v, want %q", source, f, m)
				}
			}
		}
		check("192.0.2.1", "dial tcp 192.0.2.1:0->"+base.Host+": bind: cannot assign requested address: the source address is none of this machine's")
		check("::1", "::1")
	})
}
