package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/splleed/splleed"
	"github.com/splleed/splleed/internal/report"
)

// stdout is the path of an output that goes to standard output.
const stdout = "-"

// outputOf takes an --output apart: FILE, FORMAT=FILE, or - for JSON on standard output.
func outputOf(target string) (format report.Format, path string, err error) {
	if target == stdout || target == "/dev/stdout" {
		target = "json=" + stdout
	}
	if format, path, err = report.Target(target); err != nil {
		return format, path, faulty("--output: %v", err)
	}
	return format, path, nil
}

// outputs are the files of the flags, else that of the configuration.
func (r *runCmd) outputs(p *plan) error {
	p.outputs = r.Output.Output
	if r.Output.SaveResult || r.Output.ResultFilename != "" {
		name := r.Output.ResultFilename
		if name == "" {
			name = "splleed-" + time.Now().Format("20060102-150405") + ".json"
		}
		p.outputs = append(p.outputs, filepath.Join(r.Output.ResultDir, name))
	}
	if len(p.outputs) > 0 {
		p.benchmark.OutputFile = "" // the library would save it, too
	}
	log, _ := p.overlay.get("backend.log").(string)
	return checkOutputs(p.outputs, written{"--records", r.Output.Records}, written{"--sim-log", log},
		written{"output_file", p.benchmark.OutputFile}, written{"the configuration", r.File})
}

// written is a file, and what asks for it to be written or read.
type written struct{ by, path string }

// checkOutputs refuses unknown formats, and any two files that are one: the second would replace the first.
func checkOutputs(targets []string, others ...written) error {
	var faults []error
	files := others
	for _, target := range targets {
		_, path, err := outputOf(target)
		faults = append(faults, err)
		files = append(files, written{"--output", path})
	}
	by := map[string]string{}
	for _, f := range files {
		place := placeOf(f.path)
		switch before := by[place]; {
		case place == "":
		case before != "":
			faults = append(faults, faulty("%s and %s: both are %s: want a file for each", before, f.by, f.path))
		default:
			by[place] = f.by
		}
	}
	return errors.Join(faults...)
}

// placeOf is what two names of one file have in common; "" for no file, for a stream and for a device.
func placeOf(path string) string {
	if path == "" || path == stdout {
		return ""
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return ""
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	} else if folder, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		path = filepath.Join(folder, filepath.Base(path))
	}
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

// probeOutputs finds out whether results can be saved, before there are any.
func probeOutputs(targets []string) error {
	for _, target := range targets {
		_, path, err := outputOf(target)
		if err != nil {
			return err
		}
		if path == stdout {
			continue
		}
		if err := report.Probe(target); err != nil {
			return faulty("--output: %v", err)
		}
	}
	return nil
}

// save saves results, or prints them in a format for machines.
func (c console) save(results *splleed.Results, target string) error {
	format, path, err := outputOf(target)
	switch {
	case err != nil:
		return err
	case path == stdout:
		return format.Write(c.out, &results.Run, report.Style{})
	}
	return results.Save(target)
}

// forPeople is where tables go: beside results that go to standard output.
func (c console) forPeople(targets []string) io.Writer {
	for _, target := range targets {
		if _, path, _ := outputOf(target); path == stdout {
			return c.err
		}
	}
	return c.out
}
