package main

import (
	"errors"
	"fmt"
)

type validateCmd struct {
	Files []string `arg:"" name:"file" help:"Configuration (YAML); - is standard input."`
}

// Run checks all files before it ends with the first one's faults.
func (v *validateCmd) Run(c console) error {
	var faults []error
	for _, path := range v.Files {
		p, err := (&runCmd{File: path}).plan(c)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		for _, note := range p.notes {
			c.say("%s", note)
		}
		b := p.benchmark
		mode := b.Mode
		if mode == "" {
			mode = "throughput"
		}
		fmt.Fprintf(c.out, "%s: good: %s of %s, %d prompts\n", path, mode, b.Backend.Engine(), len(b.Prompts))
	}
	return errors.Join(faults...)
}
