package doctor

import (
	"fmt"
	"io"
	"strings"
)

// Text writes the report for people.
func (r Report) Text(w io.Writer) error {
	names := 0
	for _, c := range r.Checks {
		names = max(names, len(c.Name))
	}
	var b strings.Builder
	indent := strings.Repeat(" ", names+10)
	for _, c := range r.Checks {
		fmt.Fprintf(&b, "%-7s  %-*s %s\n", c.Verdict, names, c.Name, folded(c.Found, indent))
		if c.Advice != "" {
			fmt.Fprintf(&b, "%s→ %s\n", indent, folded(c.Advice, indent+"  "))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", r.summary())
	_, err := io.WriteString(w, b.String())
	return err
}

func (r Report) summary() string {
	switch r.Verdict {
	case Bad:
		return "bad: what is marked so spoils measurements here; mend it first."
	case Warn:
		return "warn: this machine can measure, within what is said above."
	}
	return "ok: this machine can measure."
}

// folded breaks text into lines that end at column 100.
func folded(text, indent string) string {
	const width = 100
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(indent)+len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n"+indent)
}
