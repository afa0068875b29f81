package splleed

import (
	"bytes"
	"errors"
	"testing"
)

// shut takes no more after some bytes.
type shut struct{ room int }

func (s *shut) Write(p []byte) (int, error) {
	if s.room -= len(p); s.room < 0 {
		return 0, errors.New("no room")
	}
	return len(p), nil
}

// The hash is that of SHA-256's own example; what has not arrived whole has none.
func TestHashed(t *testing.T) {
	var out bytes.Buffer
	h := newHashed(&out)
	h.Write([]byte("a"))
	h.Write([]byte("bc"))
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if sum := h.sum(); sum == nil || *sum != abc || out.String() != "abc" {
		t.Errorf("the hash of %q is %v, want %s", &out, sum, abc)
	}
	h = newHashed(&shut{room: 2})
	h.Write([]byte("a"))
	if _, err := h.Write([]byte("bc")); err == nil || h.sum() != nil {
		t.Errorf("cut off, with error %v, it has the hash %v", err, h.sum())
	}
}
