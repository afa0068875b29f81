package main

import (
	"fmt"
	"runtime"

	"github.com/splleed/splleed"
)

var version = splleed.Version()

type versionCmd struct{}

// Run prints what a report about this program has to say.
func (versionCmd) Run(c console) error {
	_, err := fmt.Fprintf(c.out, "splleed %s, %s, %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
