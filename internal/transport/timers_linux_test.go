package transport

import (
	"bytes"
	"testing"
	"time"
)

func TestTimers(t *testing.T) {
	var ts timers
	var fired []byte
	all := make([]timer, 6)
	for i, at := range []time.Duration{5, 3, 9, 1, 7, 3} {
		ts.set(&all[i], at, func() { fired = append(fired, byte('a'+i)) })
	}
	ts.set(&all[2], 2, all[2].fire) // sooner
	ts.set(&all[3], 6, all[3].fire) // later
	ts.unset(&all[4])
	ts.unset(&all[4])
	if ts.due(1) != nil {
		t.Error("early")
	}
	for x := ts.due(6); x != nil; x = ts.due(6) {
		x.fire()
	}
	if len(ts) != 0 || !bytes.Equal(fired, []byte("cbfad")) && !bytes.Equal(fired, []byte("cfbad")) {
		t.Errorf("%d left after %s", len(ts), fired)
	}
}
