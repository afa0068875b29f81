package marked

import (
	"crypto/rand"
	"os"
	"os/exec"
	"slices"
	"testing"
)

func TestRunning(t *testing.T) {
	mark := rand.Text()
	if found := Running(mark); len(found) > 0 {
		t.Fatalf("%v under a fresh mark", found)
	}
	cmd := exec.Command("cat") // until its input ends
	cmd.Env = append(os.Environ(), Env+"="+mark)
	input, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if found := Running(mark); !slices.Equal(found, []int{cmd.Process.Pid}) {
		t.Errorf("found %v, want %d", found, cmd.Process.Pid)
	}
	input.Close()
	cmd.Wait()
	if found := Running(mark); len(found) > 0 {
		t.Errorf("found %v, want none", found)
	}
}
