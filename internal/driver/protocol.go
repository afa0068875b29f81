package driver

import (
	"encoding/json"

	"github.com/splleed/splleed"
)

// Protocol is the version of the protocol. It is raised when a client of the version before would go wrong.
const Protocol = 1

// request is what the client asks for, one a line.
type request struct {
	Type          string          `json:"type"`           // "run", "cancel", "render", "compare", "rescore", "schema"
	Config        json.RawMessage `json:"config"`         // run: a Benchmark
	Search        *splleed.Search `json:"search"`         // run: the highest load that meets its goals, in place of the levels
	Sweep         *splleed.Sweep  `json:"sweep"`          // run: its grid of loads, in place of the levels
	Records       bool            `json:"records"`        // run: send a record event for every finished request
	RecordsFile   string          `json:"records_file"`   // run: a file for the journal, in place of the events
	PythonVersion string          `json:"python_version"` // run: for environment.system in the results
	Results       json.RawMessage `json:"results"`        // render: results as saved; compare: a list of two

	Comparing splleed.Comparing `json:"comparing"` // compare: how
	Journals  []string          `json:"journals"`  // rescore: files; several are merged
	Scoring   splleed.Scoring   `json:"scoring"`   // rescore: what is chosen anew
}

type hello struct {
	Type     string `json:"type"`
	Protocol int    `json:"protocol"`
	Version  string `json:"version"`
}

type progress struct {
	Type string `json:"type"`
	splleed.Progress
}

type warning struct {
	Type    string `json:"type"`
	Message string `json:"message"`
}

// outcome ends a run that measured something. Error says why it ended early, or is not good all the same.
type outcome struct {
	Type        string          `json:"type"`
	Interrupted bool            `json:"interrupted"`
	ExitCode    int             `json:"exit_code"` // 0; 1 it went wrong; 3 too many requests failed; 4 a goal failed; 5 one is undecided; 6 strict, and the instrument is not ok
	Error       string          `json:"error,omitempty"`
	Results     json.RawMessage `json:"results"`
	rendering
}

// rendering is results as texts.
type rendering struct {
	Table string `json:"table"`
	CSV   string `json:"csv"`
}

// rendered answers a render request.
type rendered struct {
	Type string `json:"type"`
	rendering
}

// compared answers a compare request.
type compared struct {
	Type       string              `json:"type"`
	Comparison *splleed.Comparison `json:"comparison"`
	Texts      map[string]string   `json:"texts"` // by format
}

// The codes of fault.
const (
	badRequest = "bad_request" // not a request of this protocol
	badConfig  = "bad_config"  // fields says what is wrong; nothing ran
	badResults = "bad_results" // not results of a run
	busy       = "busy"        // a run is going on, and still is
	cancelled  = "cancelled"   // the run was cancelled before it had results
	notFound   = "not_found"   // an executable or a file is missing
	noAccess   = "file"        // a file or a folder cannot be read or written
	unreached  = "unreached"   // the server does not answer
	failed     = "failed"      // anything else
)

// fault is an error event. It ends a run, unless its code is badRequest or busy.
type fault struct {
	Type    string               `json:"type"`
	Code    string               `json:"code"`
	Message string               `json:"message"`
	Fields  []splleed.FieldError `json:"fields,omitempty"`
}

func newFault(code, message string) fault {
	return fault{Type: "error", Code: code, Message: message}
}
