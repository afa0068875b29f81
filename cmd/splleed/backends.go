package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/splleed/splleed/internal/engine"
)

type backendsCmd struct {
	JSON bool `name:"json" help:"As JSON, for programs."`
}

// Run prints the table of backends, with what is installed here.
func (b backendsCmd) Run(ctx context.Context, c console) error {
	all := engine.Inventory(ctx, c.getenv)
	if b.JSON {
		e := json.NewEncoder(c.out)
		e.SetIndent("", "  ")
		return e.Encode(all)
	}
	t := tabwriter.NewWriter(c.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BACKEND\tSTARTS IT\tHERE\tUSAGE\tTOKENIZE\tMETRICS\tTESTED\tAPIS")
	for _, e := range all {
		fmt.Fprintln(t, strings.Join([]string{
			e.Type, yes(e.Managed), here(e), e.Usage, yes(e.Tokenize != ""), yes(e.Metrics != ""), tested(e), strings.Join(e.APIs, " "),
		}, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(c.out, "\nAPIS: the first is the default. USAGE: the server counts its tokens when asked, or always. untested: what\nsplleed knows of it is from its documentation. Presets of openai: %s.\n", strings.Join(engine.Presets(), ", "))
	return err
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "-"
}

// here says which version is installed.
func here(e engine.Entry) string {
	switch {
	case e.Executable == "":
		return "-"
	case e.Version == "":
		return "broken"
	}
	return e.Version
}

func tested(e engine.Entry) string {
	if e.Untested {
		return "untested"
	}
	return e.Tested
}

func kinds() []string {
	names := make([]string, len(engine.Kinds))
	for i, k := range engine.Kinds {
		names[i] = k.Type
	}
	return names
}
