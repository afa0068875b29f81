package engine

import (
	"bytes"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// serverLog is the file that takes the output of one start of a server. The server writes to it itself.
type serverLog struct {
	*os.File
	start int64 // where this start's output begins
}

// openLog opens the file that the user named, to append to it, or makes one in dir.
func openLog(named, dir, start string) (*serverLog, error) {
	if named == "" {
		if dir == "" {
			dir = os.TempDir()
		}
		named = filepath.Join(dir, start+".log")
	}
	if err := os.MkdirAll(filepath.Dir(named), 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(named, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		f.Close()
		return nil, err
	}
	return &serverLog{f, size}, nil
}

// decoration is what makes logs colourful on terminals and unreadable elsewhere.
var decoration = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")

// tail returns up to n last lines that are not blank. Of a line that was written over again and again (a progress bar)
// it is the last state.
func (l *serverLog) tail(n int) []string {
	const most = 32 << 10
	info, err := l.Stat()
	if err != nil {
		return nil
	}
	from := max(l.start, info.Size()-most)
	text, _ := io.ReadAll(io.NewSectionReader(l, from, info.Size()-from))
	if from > l.start {
		_, text, _ = bytes.Cut(text, []byte("\n")) // begins within a line
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, " \r\n")
		line = decoration.ReplaceAllString(line[strings.LastIndexByte(line, '\r')+1:], "")
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-n):]
}

const (
	quoted = 20 // lines at the end of a log that an error quotes
	causes = 3  // lines before those that name an error, at most
)

// complaint is how Python ends the story of an exception.
var complaint = regexp.MustCompile(`\b\w*(Error|Exception): .*`)

// quote returns the end of the log. An engine of several processes says last that one of them failed; why, that one has
// said far above: so the last errors before the end are quoted, too.
func (l *serverLog) quote() []string {
	lines := l.tail(math.MaxInt)
	end := max(0, len(lines)-quoted)
	var why []string
	said := map[string]bool{}
	for _, line := range slices.Backward(lines[:end]) {
		what := complaint.FindString(line)
		if what == "" || said[what] || len(why) == causes {
			continue
		}
		said[what] = true
		why = append(why, line)
	}
	if len(why) == 0 {
		return lines[end:]
	}
	slices.Reverse(why)
	return slices.Concat(why, []string{"…"}, lines[end:])
}
