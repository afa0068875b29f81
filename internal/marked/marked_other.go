//go:build !linux

// Package marked finds, for tests, every process that they have caused to run. It does so on Linux only.
package marked

// Env is the variable that holds the mark.
const Env = "SPLLEED_TEST_MARK"
