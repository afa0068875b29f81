package main

// queue holds streams by due time, the next one first: a binary heap.
type queue []due

type due struct {
	at int64
	st *stream
}

func (q *queue) push(st *stream, at int64) {
	h := append(*q, due{at, st})
	i := len(h) - 1
	for i > 0 && h[(i-1)/2].at > h[i].at {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
		i = (i - 1) / 2
	}
	*q = h
}

func (q *queue) pop() *stream {
	h := *q
	first := h[0].st
	last := len(h) - 1
	h[0], h = h[last], h[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if h[child].at < h[least].at {
				least = child
			}
		}
		if least == i {
			*q = h
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
