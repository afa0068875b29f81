package main

import (
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/splleed/splleed"
)

// progress shows how far a run is: on a terminal in one line that is written over, elsewhere in a line a level.
type progress struct {
	console
	live bool
}

func newProgress(c console) *progress {
	return &progress{console: c, live: terminal(c.err) && c.getenv("TERM") != "dumb"}
}

func (p *progress) tell(now splleed.Progress) {
	switch {
	case now.Stage == "level_done":
		p.clear()
		p.say("%s: %s", place(now), now.Message)
	case now.Stage == "precision":
		p.clear()
		p.say("precision: %s", now.Message)
	case p.live:
		p.clear()
		fmt.Fprint(p.err, cut(status(now), p.width()-1))
	case now.Stage == "server" && now.Message != "":
		p.say("%s", now.Message)
	}
}

// clear empties the line that is written over.
func (p *progress) clear() {
	if p != nil && p.live {
		fmt.Fprint(p.err, "\r\x1b[K")
	}
}

func (p *progress) width() int {
	const otherwise = 80
	f, ok := p.err.(*os.File)
	if !ok {
		return otherwise
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width < 2 {
		return otherwise
	}
	return width
}

// place says where in the run a level stands.
func place(now splleed.Progress) string {
	where := fmt.Sprintf("[%d/%d] %s", now.LevelNo, now.Levels, now.Level)
	if now.Trials > 1 {
		where += fmt.Sprintf(", trial %d of %d", now.Trial, now.Trials)
	}
	return where
}

func status(now splleed.Progress) string {
	if now.Stage == "server" {
		return now.Message
	}
	var s strings.Builder
	s.WriteString(place(now))
	if now.Stage == "warmup" {
		s.WriteString(", warming up")
	} else {
		fmt.Fprintf(&s, ", %s", requests(now))
	}
	if now.Failed > 0 {
		fmt.Fprintf(&s, ", %d failed", now.Failed)
	}
	if now.ETASec > 0 {
		left := time.Duration(now.ETASec * float64(time.Second)).Round(time.Second)
		fmt.Fprintf(&s, ", %s left", left)
	}
	return s.String()
}

func requests(now splleed.Progress) string {
	if now.Total == 0 { // as many as the level's duration holds
		return fmt.Sprintf("%d requests", now.Done)
	}
	return fmt.Sprintf("%d of %d requests", now.Done, now.Total)
}

// cut shortens a line to one row of the terminal: a longer one could not be written over.
func cut(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(0, width)])
}
