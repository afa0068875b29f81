package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/splleed/splleed/internal/strictjson"
)

// worded are arguments as commands know them: nothing, "help" and "--version" are what users of other programs try.
func worded(args []string) []string {
	switch {
	case len(args) == 0:
		return []string{"--help"}
	case args[0] == "help":
		return append(slices.Clone(args[1:]), "--help")
	case args[0] == "--version":
		return append([]string{"version"}, args[1:]...)
	}
	return args
}

var suggestion = regexp.MustCompile(`^(.* )(\S+), did you mean (?:one of )?(.*)\?$`)

// closer leaves out of kong's suggestions those that are other words: it suggests whatever is two letters away, which of
// --port is --lora.
func closer(message string) string {
	parts := suggestion.FindStringSubmatch(message)
	if parts == nil {
		return message
	}
	typed := strings.TrimLeft(parts[2], "-")
	near := slices.DeleteFunc(strings.Split(parts[3], ", "), func(quoted string) bool {
		name := strings.TrimLeft(strings.Trim(quoted, `"`), "-")
		return !strings.HasPrefix(name, typed) && strictjson.Nearest(typed, []string{name}) == ""
	})
	switch len(near) {
	case 0:
		return parts[1] + parts[2]
	case 1:
		return parts[1] + parts[2] + ", did you mean " + near[0] + "?"
	}
	return parts[1] + parts[2] + ", did you mean one of " + strings.Join(near, ", ") + "?"
}
