package sim

import "container/list"

// kv is the KV cache: a bounded number of blocks. A block in it is held by sequences, or idle (its content is kept for
// the prefix cache until its place is needed), or free.
//
// Note: a sequence reserves the blocks of its whole length at admission, as TGI does. vLLM allocates as it goes and
// preempts when it runs out; the queue it makes looks the same from outside, without the recomputation.
type kv struct {
	blocks int
	free   int
	shared map[uint64]*block // by identity: full prompt blocks that were computed
	idle   list.List         // *block, least recently used first
}

// block is a full block of a prompt. Its identity covers all text up to its end.
type block struct {
	id      uint64
	holders int
	idle    *list.Element // nil while it is held
}

// holding is what one sequence holds.
type holding struct {
	shared  []*block // the prompt's first blocks
	private int      // blocks that no other sequence can use
}

func newKV(blocks int) *kv {
	return &kv{blocks: blocks, free: blocks, shared: map[uint64]*block{}}
}

// used is the number of blocks that sequences hold.
func (c *kv) used() int { return c.blocks - c.free - c.idle.Len() }

// acquire reserves need blocks for a sequence, of which the longest known run of prefix is shared.
func (c *kv) acquire(prefix []uint64, need int) (holding, bool) {
	var h holding
	revived := 0
	for _, id := range prefix {
		b := c.shared[id]
		if b == nil {
			break
		}
		if b.idle != nil {
			revived++
		}
		h.shared = append(h.shared, b)
	}
	h.private = need - len(h.shared)
	if h.private > c.free+c.idle.Len()-revived {
		return holding{}, false
	}
	for _, b := range h.shared {
		c.hold(b)
	}
	c.take(h.private)
	return h, true
}

func (c *kv) hold(b *block) {
	if b.idle != nil {
		c.idle.Remove(b.idle)
		b.idle = nil
	}
	b.holders++
}

// take takes n blocks out of the free ones, forgetting idle blocks where these don't suffice.
func (c *kv) take(n int) {
	for ; c.free < n; c.free++ {
		b := c.idle.Remove(c.idle.Front()).(*block)
		delete(c.shared, b.id)
	}
	c.free -= n
}

// publish makes the computed blocks of a prompt known to others. It stops at a block that another sequence computed at
// the same time: what follows stays private.
func (c *kv) publish(h *holding, prefix []uint64) {
	for _, id := range prefix[len(h.shared):] {
		if c.shared[id] != nil {
			return
		}
		b := &block{id: id, holders: 1}
		c.shared[id] = b
		h.shared = append(h.shared, b)
		h.private--
	}
}

// release gives back what a sequence holds. The end of a prompt is forgotten before its beginning.
func (c *kv) release(h holding) {
	c.free += h.private
	for i := len(h.shared) - 1; i >= 0; i-- {
		b := h.shared[i]
		if b.holders--; b.holders == 0 {
			b.idle = c.idle.PushBack(b)
		}
	}
}
