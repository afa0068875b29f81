package driver

import (
	"encoding/json"
	"io"
	"os"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/report"
)

func (library) answer(req request) any {
	switch req.Type {
	case "render":
		return render(req.Results)
	case "compare":
		return compare(req)
	case "rescore":
		return rescore(req)
	}
	return nil
}

// render is results, as saved, as texts.
func render(saved json.RawMessage) any {
	r, err := read(saved)
	if err != nil {
		return newFault(badResults, err.Error())
	}
	texts, err := textsOf(r)
	if err != nil {
		return newFault(badResults, err.Error())
	}
	return rendered{"render", texts}
}

func read(saved json.RawMessage) (*splleed.Results, error) {
	run, err := report.Parse(saved)
	if err != nil {
		return nil, err
	}
	return &splleed.Results{Run: *run}, nil
}

// compare sets the second of two results against the first.
func compare(req request) any {
	var saved []json.RawMessage
	if err := json.Unmarshal(req.Results, &saved); err != nil || len(saved) != 2 {
		return newFault(badResults, "want a list of two results")
	}
	var arms [2]*splleed.Results
	for i := range arms {
		var err error
		if arms[i], err = read(saved[i]); err != nil {
			return newFault(badResults, err.Error())
		}
	}
	made, err := req.Comparing.Compare(arms[0], arms[1])
	if err != nil {
		return newFault(badConfig, err.Error())
	}
	texts := map[string]string{}
	for _, format := range splleed.ComparisonFormats() {
		text, err := splleed.ComparisonsText(format, made)
		if err != nil {
			return newFault(failed, err.Error())
		}
		texts[format] = string(text)
	}
	return compared{"compare", made, texts}
}

// rescore computes results again from journals.
func rescore(req request) any {
	var journals []io.Reader
	for _, path := range req.Journals {
		f, err := os.Open(path)
		if err != nil {
			return faultOf(err, failed)
		}
		defer f.Close()
		journals = append(journals, f)
	}
	results, err := splleed.Merge(req.Scoring, journals...)
	if results == nil {
		return faultOf(err, badResults)
	}
	return conclude(results, err)
}
