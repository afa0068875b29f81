package splleed

import "runtime/debug"

// version is set by the linker in releases.
var version = ""

// Version is the version of splleed: of the release, else of the module in the program, else "devel".
func Version() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range append(info.Deps, &info.Main) {
			if m.Path == "github.com/splleed/splleed" && m.Version != "" && m.Version != "(devel)" {
				return m.Version
			}
		}
	}
	return "devel"
}
