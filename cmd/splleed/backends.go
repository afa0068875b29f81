package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/splleed/splleed/internal/engine"
)

type backendsCmd struct {
	Kind string `arg:"" optional:"" help:"Tell more of this one." placeholder:"BACKEND"`
	JSON bool   `name:"json" help:"As JSON, for programs."`
}

// Validate is for kong: a kind that is not known is bad input.
func (b backendsCmd) Validate() error {
	if _, ok := engine.KindOf(b.Kind); b.Kind != "" && !ok {
		return fmt.Errorf("no backend %q: want %s", b.Kind, strings.Join(kinds(), ", "))
	}
	return nil
}

// Run prints the table of backends, or all of one, with what is installed here.
func (b backendsCmd) Run(ctx context.Context, c console) error {
	asked := engine.Kinds
	if one, ok := engine.KindOf(b.Kind); ok {
		asked = []engine.Kind{one}
	}
	all := engine.Inventory(ctx, c.getenv, asked...)
	switch {
	case b.JSON:
		e := json.NewEncoder(c.out)
		e.SetIndent("", "  ")
		return e.Encode(all)
	case b.Kind != "":
		return describe(c.out, all[0])
	}
	return list(c.out, all)
}

// list prints a line a backend.
func list(out io.Writer, all []engine.Entry) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BACKEND\tSTARTS IT\tHERE\tUSAGE\tTOKENIZE\tMETRICS\tTESTED\tAPIS")
	for _, e := range all {
		fmt.Fprintln(t, strings.Join([]string{
			e.Type, yes(e.Managed), here(e), e.Usage, yes(e.Tokenize != ""), yes(e.Metrics != ""), tested(e), strings.Join(e.APIs, " "),
		}, "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "\nAPIS: the first is the default. USAGE: the server counts its tokens when asked, or always. untested: what\nsplleed knows of it is from its documentation. Presets of openai: %s.\n", strings.Join(engine.Presets(), ", "))
	return err
}

// describe prints what is known of one backend.
func describe(out io.Writer, e engine.Entry) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	say := func(what, form string, args ...any) { fmt.Fprintln(t, what+"\t"+fmt.Sprintf(form, args...)) }
	say(e.Type, "%s", e.About)
	if e.Managed {
		say("starts", "%s", strings.Join(e.Command, " "))
		say("executable", "%s", installed(e))
	}
	say("ready", "GET %s is 200, and a token is generated", e.Health)
	say("version", "%s", path("GET", e.VersionAt))
	say("apis", "%s; the first is the default", strings.Join(e.APIs, ", "))
	say("tokens", "counted by the server: %s", map[string]string{"asked": "when asked", "always": "always"}[e.Usage])
	say("tokenize", "%s", path("POST", e.Tokenize))
	say("metrics", "%s", path("GET", e.Metrics))
	say("tested", "%s", tested(e))
	if len(e.Presets) > 0 {
		say("presets", "%s", strings.Join(e.Presets, ", "))
	}
	return t.Flush()
}

// installed says where its executable is, or how to come by it.
func installed(e engine.Entry) string {
	switch {
	case e.Executable == "":
		return fmt.Sprintf("none: not in %s, no %s on PATH; to install: %s", e.Variable, e.Command[0], e.Install)
	case e.Version == "":
		return e.Executable + ", broken: " + e.Problem
	}
	return e.Executable + ", version " + e.Version
}

func path(method, path string) string {
	if path == "" {
		return "-"
	}
	return method + " " + path
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
