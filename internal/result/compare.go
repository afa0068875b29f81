package result

// Difference is something that two runs do not have in common.
type Difference struct {
	What string `json:"what"` // a path in the configuration, or "engine.version"
	A    string `json:"a"`    // "" for none
	B    string `json:"b"`
}

// ReportedVersion is the version that the engine reports, "" where it does not.
func (e *EngineInfo) ReportedVersion() string {
	if e == nil || e.Version == nil {
		return ""
	}
	return *e.Version
}
