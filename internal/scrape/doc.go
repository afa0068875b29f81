// Package scrape is the server's side of the story: what an engine says of itself on its Prometheus endpoint while a
// load runs, in one vocabulary, beside what the client has measured.
//
// A Watcher reads the endpoint before, during and after a level; Describe makes of what it saw, and of the level's
// records, what results hold: a time series, gauges and growth of counters over the window, the server's own latencies
// beside ours, and in words where the two disagree. The server's GPUs are watched in the same way (gpu.go). It judges no level by itself, and nothing of it stands in the way of
// a request: it runs in a goroutine of its own, once a second, bounded in time and size.
package scrape
