package engine

// Launch is how a managed server is started, whatever its engine.
type Launch struct {
	Executable   string  `json:"executable,omitempty"`      // path or name; default: the engine's environment variable, then PATH
	Quiet        *bool   `json:"quiet,omitempty"`           // ask the engine to log little; default true
	ReadyTimeout float64 `json:"ready_timeout_s,omitempty"` // seconds to wait until the server answers; default 600
	GraceTimeout float64 `json:"grace_timeout_s,omitempty"` // seconds between SIGTERM and SIGKILL at the end; default 10
	LogFile      string  `json:"log_file,omitempty"`        // the server's output; default: a file in Host.LogDir
}
