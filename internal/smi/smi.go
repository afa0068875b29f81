// Package smi asks nvidia-smi about the GPUs of this machine. What is asked, and what an answer means, is up to the caller.
package smi

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// limit is how long nvidia-smi may take: it hangs where a driver does.
const limit = 5 * time.Second

// Query is a row a GPU of the fields that are asked for, as nvidia-smi writes them, without units.
func Query(ctx context.Context, fields ...string) ([][]string, error) {
	text, err := run(ctx, "--query-gpu="+strings.Join(fields, ","), "--format=csv,noheader,nounits")
	if err != nil {
		return nil, err
	}
	return Rows(text, len(fields)), nil
}

// Table is what nvidia-smi shows to people.
func Table(ctx context.Context) (string, error) { return run(ctx) }

// Rows takes an answer apart. Lines with another number of fields are passed over: "No devices were found".
func Rows(text string, fields int) (rows [][]string) {
	r := csv.NewReader(strings.NewReader(text))
	r.TrimLeadingSpace, r.FieldsPerRecord, r.LazyQuotes = true, -1, true
	lines, _ := r.ReadAll()
	for _, line := range lines {
		if len(line) == fields {
			rows = append(rows, line)
		}
	}
	return rows
}

func run(ctx context.Context, args ...string) (string, error) {
	smi, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return "", errors.New("nvidia-smi is not on PATH")
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %v", limit))
	defer cancel()
	cmd := exec.CommandContext(ctx, smi, args...)
	cmd.WaitDelay = time.Second // something below it may hold the pipe
	type answer struct {
		out []byte
		err error
	}
	come := make(chan answer, 1)
	go func() { // on its own, since nothing ends a process that hangs in a driver
		out, err := cmd.Output()
		come <- answer{out, err}
	}()
	select {
	case <-ctx.Done():
		return "", fmt.Errorf("nvidia-smi: %w", context.Cause(ctx))
	case a := <-come:
		if a.err != nil {
			said, _, _ := strings.Cut(strings.TrimSpace(string(a.out)), "\n") // it complains where it else answers
			return "", fmt.Errorf("nvidia-smi: %w: %s", a.err, said)
		}
		return string(a.out), nil
	}
}
