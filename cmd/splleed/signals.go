package main

import (
	"context"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
)

// signals turns the first Ctrl-C, SIGTERM or lost terminal into the end of a context, and the second into the end of the
// program.
type signals struct {
	first  atomic.Int32 // exit code of the signal that came; 0 for none
	notify chan os.Signal
	cancel context.CancelFunc
}

func watchSignals() (context.Context, *signals) {
	ctx, cancel := context.WithCancel(context.Background())
	s := &signals{notify: make(chan os.Signal, 2), cancel: cancel}
	signal.Notify(s.notify, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup's wish
		signal.Notify(s.notify, syscall.SIGHUP)
	}
	go func() {
		for got := range s.notify {
			code := int32(terminated)
			if got == os.Interrupt {
				code = interrupted
			}
			if !s.first.CompareAndSwap(good, code) {
				os.Exit(int(code)) // managed servers have a guard of their own
			}
			cancel()
		}
	}()
	return ctx, s
}

// code is the exit code of the signal that came, or good.
func (s *signals) code() int { return int(s.first.Load()) }

func (s *signals) stop() {
	signal.Stop(s.notify)
	close(s.notify)
	s.cancel()
}
