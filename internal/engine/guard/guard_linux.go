package guard

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Start runs a program under a guard. An error says that it could not be started, and that nothing is running.
func Start(p Program) (*Process, error) {
	lifeline, hold, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer lifeline.Close()
	reports, report, err := os.Pipe()
	if err != nil {
		hold.Close()
		return nil, err
	}
	defer report.Close()

	guard := &exec.Cmd{
		Path:        "/proc/self/exe", // still this program where its file was replaced meanwhile
		Args:        append([]string{alias, p.Grace.String(), p.Path}, p.Args...),
		Env:         p.Env,
		Stdout:      p.Output,
		Stderr:      p.Output,
		ExtraFiles:  []*os.File{lifeline, report}, // lifelineFD, reportFD
		SysProcAttr: &syscall.SysProcAttr{Setsid: true},
	}
	if err := guard.Start(); err != nil {
		hold.Close()
		reports.Close()
		return nil, fmt.Errorf("guard process: %w", err)
	}
	report.Close() // so that the reports end with the guard

	process := &Process{
		root:   guard.Process.Pid,
		exited: make(chan struct{}),
		gone:   make(chan struct{}),
		grace:  p.Grace,
		stop:   sync.OnceFunc(func() { hold.Close() }),
	}
	lines := bufio.NewReader(reports)
	if err := process.begin(lines); err != nil {
		process.stop()
		guard.Wait()
		reports.Close()
		return nil, err
	}
	go func() {
		defer reports.Close()
		process.follow(lines, guard)
	}()
	return process, nil
}

// begin reads the guard's first report: the program's process id, or why it has none.
func (p *Process) begin(reports *bufio.Reader) error {
	word, rest, err := next(reports)
	switch {
	case err != nil:
		return fmt.Errorf("guard process: %w", err)
	case word != started:
		return errors.New(rest)
	}
	p.PID, err = strconv.Atoi(rest)
	return err
}

// follow reads the guard's reports to their end, which is the guard's.
func (p *Process) follow(reports *bufio.Reader, guard *exec.Cmd) {
	for {
		word, rest, err := next(reports)
		if err != nil {
			break
		}
		if word == exited || word == stopped {
			p.state, p.alone = rest, word == exited
			close(p.exited)
		}
	}
	if err := guard.Wait(); err != nil {
		// Somebody killed the guard. The kernel has killed the program with it; its group may be left, and keeps
		// the id from being given to others.
		syscall.Kill(-p.PID, syscall.SIGKILL)
	}
	p.stop()
	if p.state == "" {
		p.state, p.alone = "its guard process was killed", true
		close(p.exited)
	}
	close(p.gone)
}

// next reads one report, a line of a word and the rest.
func next(reports *bufio.Reader) (word, rest string, err error) {
	line, err := reports.ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	word, rest, _ = strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	return word, rest, err
}
