package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// parts are what else the test binary plays, by the name under which it is started.
var parts = map[string]func(){}

func TestMain(m *testing.M) {
	if play, ok := parts[filepath.Base(os.Args[0])]; ok {
		play()
		return
	}
	testscript.Main(m, map[string]func(){"splleed": main})
}

// The scripts run the command as users do: arguments in, streams, files and exit codes out.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: false,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
	})
}
