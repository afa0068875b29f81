package instrument

import (
	"testing"
	"time"
)

func TestWatchLinux(t *testing.T) {
	begin := time.Now()
	now := func() time.Duration { return time.Since(begin) }
	w := Watch(now, true, true)
	time.Sleep(1100 * time.Millisecond)
	s := w.Stop()
	c := s.Client
	t.Logf("%+v\n%+v", show(c), show(s.Clocks))
	t.Logf("heartbeat %v cores on %v", *c.HeartbeatCores, c.HeartbeatCPUs)
	if c.CPUCores == nil || c.RunDelayShare == nil || c.RunDelayMeanMs == nil || c.StealShare == nil || c.HeartbeatMaxMs == nil || c.GCPauseMaxMs == nil {
		t.Errorf("%s", show(c))
	}
	if s.Clocks.Steps > 0 || s.Clocks.SlewPPM == nil {
		t.Errorf("%s", show(s.Clocks))
	}
	if s.Lag == nil || len(s.Lag.User) < 50 || len(s.Lag.Kernel) < 50 && softirqs("/proc") != nil {
		t.Errorf("%s", show(s.Lag))
	}
}
