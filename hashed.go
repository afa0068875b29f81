package splleed

import (
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
)

// hashed hands on what is written to it, and knows its hash.
type hashed struct {
	to   io.Writer
	hash hash.Hash
	cut  bool // not all of it arrived
}

func newHashed(to io.Writer) *hashed { return &hashed{to: to, hash: sha256.New()} }

func (h *hashed) Write(p []byte) (int, error) {
	n, err := h.to.Write(p)
	h.hash.Write(p[:n])
	h.cut = h.cut || err != nil
	return n, err
}

// sum is nil where the writer took not all.
func (h *hashed) sum() *string {
	if h.cut {
		return nil
	}
	return known(hex.EncodeToString(h.hash.Sum(nil)))
}
