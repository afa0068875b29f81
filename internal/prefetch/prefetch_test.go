package prefetch

import "testing"

// Whatever 64 bytes of the memory lie in one line of the cache, one of them is read.
func TestBytes(t *testing.T) {
	memory := make([]byte, 8*line)
	for from := range line {
		for size := range 4 * line {
			p := memory[from : from+size]
			for begin := -from % line; begin < size; begin += line { // as if lines began with memory
				here := p[max(0, begin):max(0, min(size, begin+line))]
				for i := range here {
					here[i] = 1
				}
				if len(here) > 0 && Bytes(p) == 0 {
					t.Fatalf("of %d bytes from %d on, those from %d to %d are not read", size, from, begin, begin+line)
				}
				clear(here)
			}
		}
	}
}

func TestObject(t *testing.T) {
	var none *[300]byte
	some := [300]byte{0: 1, 64: 1, 128: 1, 192: 1, 256: 1, 299: 1}
	if got := Object(&some); got != 6 || Object(none) != 0 {
		t.Errorf("read %d of 6 pieces", got)
	}
}
