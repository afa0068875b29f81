package report

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/splleed/splleed/internal/result"
)

// digits is a measured number as people read it: three to four digits, more where they stand before the point.
func digits(x float64) string {
	if math.Abs(x) >= 1e15 {
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	return strconv.FormatFloat(x, 'f', decimals(x), 64)
}

// decimals is how many digits stand behind the point.
func decimals(x float64) int {
	switch a := math.Abs(x); {
	case a >= 1000:
		return 0
	case a >= 100:
		return 1
	case a >= 1:
		return 2
	}
	return 3
}

// rough is half of an interval: two digits, more where they stand before the point.
func rough(x float64) string {
	decimals := 3
	switch {
	case x >= 1e15:
		return strconv.FormatFloat(x, 'g', 2, 64)
	case x >= 10:
		decimals = 0
	case x >= 1:
		decimals = 1
	case x >= 0.1:
		decimals = 2
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

// InPercent is a share in per cent: two digits, more where they stand before the point, and never an exponent.
func InPercent(share float64) string {
	x := 100 * share
	if math.Abs(x) >= 10 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return Plain(x, 2)
}

// exact is a number that somebody chose: 10, 2.5, 99.9.
func exact(x float64) string { return Plain(x, 6) }

// Plain is a number with so many significant digits at most, and never with a power of ten.
func Plain(x float64, most int) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', most, 64), 64) // what was just written is a number
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// printable is text from a server, made harmless: no line breaks and no escapes that would move a terminal's cursor.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// wrap breaks words into lines. Spaces at the start stay; a word longer than a line is broken.
func wrap(words string, width int) []string {
	var lines []string
	line := []rune(words)
	for len(line) > width {
		cut := width
		for cut > width/2 && line[cut] != ' ' {
			cut--
		}
		if line[cut] != ' ' {
			cut = width
		}
		lines = append(lines, strings.TrimRight(string(line[:cut]), " "))
		line = []rune(strings.TrimLeft(string(line[cut:]), " "))
	}
	return append(lines, string(line))
}

// byCount are the types of failure, most frequent first.
func byCount(types map[string]result.Failures) []string {
	names := slices.Collect(maps.Keys(types))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(types[b].Count-types[a].Count, strings.Compare(a, b))
	})
	return names
}

// look is how a line looks on a terminal.
type look string

const (
	plain  look = ""
	bold   look = "\x1b[1m"
	dim    look = "\x1b[2m"
	red    look = "\x1b[31m"
	yellow look = "\x1b[33m"
)

func (p *page) paint(l look, text string) string {
	if !p.style.Color || l == plain || utf8.RuneCountInString(strings.TrimSpace(text)) == 0 {
		return text
	}
	return string(l) + text + "\x1b[0m"
}
