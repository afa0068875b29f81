package workload

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// Source is where prompts come from that a configuration does not list: a file, or words at random.
type Source struct {
	Path   string // one prompt a line; .jsonl: an object a line; .json: conversations as ShareGPT has them
	Column string // .jsonl: where the prompt is; default "prompt"
	Limit  int    // the first so many prompts of the file; 0 means all

	Count              int // without a file: so many prompts,
	MinWords, MaxWords int // each of a length between these, every length as likely
}

// What is made stays far within a machine's memory, and takes a second.
const (
	MostWords = 1_000_000 // of a prompt
	mostInAll = 16 << 20  // words of all prompts: beyond that there are fewer prompts, which come again
)

// Prompts reads or makes the prompts. There is at least one.
func (s Source) Prompts(seed uint64) ([]string, error) {
	if s.Path == "" {
		return s.synthetic(seed)
	}
	f, err := os.Open(s.Path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	prompts, err := s.read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Path, err)
	}
	if len(prompts) == 0 {
		return nil, fmt.Errorf("%s: no prompts in it", s.Path)
	}
	if s.Limit > 0 && s.Limit < len(prompts) {
		prompts = prompts[:s.Limit]
	}
	return prompts, nil
}

func (s Source) read(r io.Reader) ([]string, error) {
	switch strings.ToLower(filepath.Ext(s.Path)) {
	case ".jsonl", ".ndjson":
		column := s.Column
		if column == "" {
			column = "prompt"
		}
		return ReadJSONL(r, column)
	case ".json":
		return ReadShareGPT(r)
	}
	return ReadLines(r)
}

func (s Source) synthetic(seed uint64) ([]string, error) {
	if s.MinWords < 1 || s.MaxWords < s.MinWords || s.MaxWords > MostWords {
		return nil, fmt.Errorf("prompts of %d to %d words: want 1 to 1,000,000", s.MinWords, s.MaxWords)
	}
	lengths := rand.New(rand.NewPCG(seed, 1))
	words := NewSynthetic(nil, seed)
	prompts := make([]string, max(1, min(s.Count, mostInAll/s.MaxWords)))
	for i := range prompts {
		var err error
		if prompts[i], err = words.Prompt(s.MinWords + lengths.IntN(s.MaxWords-s.MinWords+1)); err != nil {
			return nil, err
		}
	}
	return prompts, nil
}
