package main

import (
	"fmt"

	"github.com/splleed/splleed/internal/engine"
)

type backendsCmd struct{}

// Run prints the table of backends.
func (backendsCmd) Run(c console) error {
	for _, k := range engine.Kinds {
		if _, err := fmt.Fprintf(c.out, "%-8s %s\n", k.Type, k.About); err != nil {
			return err
		}
	}
	return nil
}

func kinds() []string {
	names := make([]string, len(engine.Kinds))
	for i, k := range engine.Kinds {
		names[i] = k.Type
	}
	return names
}
