package engine

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
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
