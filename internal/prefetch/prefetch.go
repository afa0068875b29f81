// Package prefetch brings memory into the processor's cache before it is needed. What thousands of streams have to do with
// an event is in no cache any more when the event comes, and a processor that serves them in turn waits for each piece of
// it, one pointer after the other. Read for a batch of events ahead, the same pieces come a dozen at a time.
//
// Sums of what was read mean nothing; they keep the compiler from leaving the reading out.
package prefetch

import "unsafe"

// Chain is memory that is reached by one pointer after another.
type Chain interface {
	// Touch reads of what is so many pointers away, and has been fetched as far as these pointers.
	Touch(depth int) (sum byte)
}

const line = 64 // bytes that a processor fetches at a time

// Object reads of all that *p is, nil aside.
func Object[T any](p *T) (sum byte) {
	if p == nil {
		return 0
	}
	return Bytes(unsafe.Slice((*byte)(unsafe.Pointer(p)), unsafe.Sizeof(*p)))
}

// Bytes reads of all of p.
func Bytes(p []byte) (sum byte) {
	for i := 0; i < len(p); i += line {
		sum += p[i]
	}
	if len(p) > 0 { // which need not begin with a line
		sum += p[len(p)-1]
	}
	return sum
}
