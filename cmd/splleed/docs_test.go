package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/alecthomas/kong"
)

// Every flag that help shows is told of in the README or a document; those of sim are told of by its help alone.
func TestFlagsAreDocumented(t *testing.T) {
	pages, _ := filepath.Glob("../../docs/*.md")
	var documents []byte
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, text...)
	}
	var all commands
	for _, command := range kong.Must(&all, kong.ExplicitGroups(groups), kong.Vars{"backends": ""}).Model.Children {
		for _, flag := range command.Flags {
			if flag.Hidden || flag.Name == "help" || command.Name == "sim" {
				continue
			}
			if !regexp.MustCompile(`--(no-)?` + flag.Name + `\b`).Match(documents) {
				t.Errorf("no page tells of %s --%s", command.Name, flag.Name)
			}
		}
	}
}
