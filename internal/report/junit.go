package report

import (
	"encoding/xml"
	"io"

	"github.com/splleed/splleed/internal/result"
)

type junitSuites struct {
	XMLName xml.Name     `xml:"testsuites"`
	Suites  []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
}

// JUnit writes the verdicts on goals as test cases, one a goal and level: one that fails is a failure, one that is
// undecided is skipped.
func JUnit(w io.Writer, r *result.Run, _ Style) error {
	suite := junitSuite{Name: "splleed: " + served(r)}
	for i := range r.Results {
		at := r.Results[i].Point()
		for g := range r.Results[i].Goals {
			goal := &r.Results[i].Goals[g]
			suite.add(at, goal.Goal, goal.Verdict, goalWords(goal, at))
		}
	}
	return junitSuites{Suites: []junitSuite{suite}}.write(w)
}

func (s *junitSuite) add(class, name string, verdict result.Verdict, words string) {
	c := junitCase{Name: name, Class: class, Output: words}
	s.Tests++
	switch verdict {
	case result.Fail, result.Worse:
		c.Failure = &junitMessage{words}
		s.Failures++
	case result.Undecided:
		c.Skipped = &junitMessage{words}
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func (s junitSuites) write(w io.Writer) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(s); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}
