package metrics

import "github.com/splleed/splleed/internal/record"

// delayedAck is the share of gaps between arrivals from 38 to 46 ms, where they stand out: three times as many as beside
// them, and a hundredth of all, while half of all gaps are shorter than 28 ms. A server that leaves Nagle's algorithm on
// waits for an ACK that the client's kernel holds back for 40 ms. Nil where they do not stand out.
func delayedAck(served []*record.Record) *float64 {
	var mode, beside, shorter, all float64
	for _, r := range served {
		for _, gap := range icl(r, 0) {
			all++
			switch {
			case gap < 28:
				shorter++
			case gap >= 38 && gap < 46:
				mode++
			case gap < 56:
				beside++
			}
		}
	}
	const width, besideWidth = 46 - 38, 56 - 28 - (46 - 38)
	if mode < all/100 || shorter < all/2 || mode/width < 3*beside/besideWidth || mode < 3 {
		return nil
	}
	return number(mode / all)
}
