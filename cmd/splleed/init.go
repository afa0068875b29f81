package main

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

//go:embed init.yaml
var initial []byte

type initCmd struct {
	File  string `arg:"" optional:"" default:"splleed.yaml" help:"Where to write it (default: splleed.yaml)."`
	Force bool   `help:"Replace a file that exists."`
}

// Run does not touch a file that exists, unless forced.
func (i *initCmd) Run(c console) error {
	mode := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if i.Force {
		mode = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(i.File, mode, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return faulty("%s exists; --force replaces it", i.File)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(initial)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Wrote %s. Next: splleed run %s\n", i.File, i.File)
	return nil
}
