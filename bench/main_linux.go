// Command bench measures splleed itself: its figures against the truth, and what they cost.
//
// Every line of its table is a run of its own: a server on core 0 that knows from the kernel when it sent what, and one
// client on core 1, each a process. Clients take turns. docs/performance.md explains the figures.
package main

import (
	"encoding/gob"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is one of the parts; without a name, the one that starts the others.
func run(args []string) error {
	if len(args) == 0 {
		return benchmark(os.Getenv("BENCH") == "quick")
	}
	if args[0] == "hog" {
		return hog(args[1])
	}
	var j job
	if err := json.Unmarshal([]byte(args[1]), &j); err != nil {
		return err
	}
	switch {
	case args[0] == "serve":
		return serve(j)
	case j.Client == "naive":
		return report(naive(j))
	default:
		return report(play(j))
	}
}

func report(o *outcome, err error) error {
	if err != nil {
		return err
	}
	return gob.NewEncoder(os.Stdout).Encode(o)
}

// hog is a program that wants all of its core, for some time.
func hog(spell string) error {
	d, err := time.ParseDuration(spell)
	for begun := time.Now(); time.Since(begun) < d; {
	}
	return err
}

// trial plays a job with both sides in their places, beside so many hogs on the client's core.
func trial(j job, rr bool, hogs int) (truth, outcome, error) {
	var (
		t truth
		o outcome
	)
	server, err := place{0, rr}.start("serve", j.String())
	if err != nil {
		return t, o, err
	}
	line, err := server.out.ReadString('\n')
	j.URL = strings.TrimSpace(line)
	if err == nil {
		for range hogs {
			h, err := place{1, false}.start("hog", "8s")
			if err != nil {
				return t, o, err
			}
			defer func() { _ = h.cmd.Process.Kill(); _ = h.cmd.Wait() }()
		}
		o, err = client(j, rr)
	}
	if ended := server.end(&t); err == nil {
		err = ended
	}
	if err == nil && o.Failed > 0 {
		err = fmt.Errorf("%s: %d requests failed: %s", j, o.Failed, o.Failure)
	}
	return t, o, err
}

func client(j job, rr bool) (o outcome, err error) {
	c, err := place{1, rr}.start("client", j.String())
	if err != nil {
		return o, err
	}
	return o, c.end(&o)
}
