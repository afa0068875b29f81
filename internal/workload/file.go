package workload

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// longest is the longest line of a file of prompts, in bytes.
const longest = 64 << 20

// ReadLines reads one prompt a line. Empty lines are passed over.
func ReadLines(r io.Reader) ([]string, error) {
	return scan(r, func(line []byte) (string, error) { return string(line), nil })
}

// ReadJSONL reads one JSON object a line; the prompt is the string in the given column.
func ReadJSONL(r io.Reader, column string) ([]string, error) {
	return scan(r, func(line []byte) (string, error) {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(line, &object); err != nil {
			return "", err
		}
		raw, ok := object[column]
		if !ok {
			return "", fmt.Errorf("no column %q", column)
		}
		var prompt *string
		if json.Unmarshal(raw, &prompt) != nil || prompt == nil {
			return "", fmt.Errorf("column %q is no string", column)
		}
		return *prompt, nil
	})
}

// scan reads what each line holds. Empty lines are passed over.
func scan[T any](r io.Reader, read func([]byte) (T, error)) ([]T, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longest)
	var all []T
	number := 0
	for lines.Scan() {
		number++
		line := bytes.TrimRight(lines.Bytes(), "\r")
		if number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // the byte order mark of some editors
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		one, err := read(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		all = append(all, one)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("line %d: %w", number+1, err)
	}
	return all, nil
}

// ReadShareGPT reads a JSON list of conversations; a prompt is the first turn of one, where a person speaks.
func ReadShareGPT(r io.Reader) ([]string, error) {
	var conversations []struct {
		Turns []struct {
			From  string `json:"from"`
			Value string `json:"value"`
		} `json:"conversations"`
	}
	if err := json.NewDecoder(r).Decode(&conversations); err != nil {
		return nil, err
	}
	var prompts []string
	for _, c := range conversations {
		if len(c.Turns) > 0 && (c.Turns[0].From == "human" || c.Turns[0].From == "user") && strings.TrimSpace(c.Turns[0].Value) != "" {
			prompts = append(prompts, c.Turns[0].Value)
		}
	}
	return prompts, nil
}
