// Dataset sends the prompts of a file: a JSON object a line, the prompt in one of its columns.
//
//	go run ./examples/dataset                                            # no GPU, prompts made up
//	go run ./examples/dataset -file alpaca.jsonl -column instruction -n 100 -endpoint http://localhost:8000
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"

	"github.com/splleed/splleed"
)

func main() {
	file := flag.String("file", "", "JSON lines; default: prompts made up here")
	column := flag.String("column", "instruction", "where the prompt is")
	n := flag.Int("n", 100, "how many prompts to take, at random")
	endpoint := flag.String("endpoint", "", "URL of a running server; default: the simulated one")
	model := flag.String("model", "", "its name, where the server has several models")
	flag.Parse()

	prompts, err := read(*file, *column)
	if err != nil {
		log.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(42, 0))
	rng.Shuffle(len(prompts), func(i, j int) { prompts[i], prompts[j] = prompts[j], prompts[i] })
	prompts = prompts[:min(*n, len(prompts))]

	var backend splleed.Backend = splleed.Sim{}
	if *endpoint != "" {
		backend = splleed.VLLM{Endpoint: *endpoint, Model: *model}
	}
	results, err := splleed.Benchmark{
		Backend:      backend,
		Prompts:      prompts,
		Dataset:      *file, // for the record
		PromptColumn: *column,
		NumSamples:   len(prompts),
		Concurrency:  []int{1, 8, 32},
		Sampling:     splleed.Sampling{MaxTokens: 64},
	}.Run(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	results.Print(os.Stdout)
}

// read returns a column of a file of JSON lines.
func read(file, column string) (prompts []string, err error) {
	if file == "" {
		for i := range 300 {
			prompts = append(prompts, fmt.Sprintf("Give %d tips for staying healthy.", i+1))
		}
		return prompts, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for rows := json.NewDecoder(f); rows.More(); {
		var row map[string]any
		if err := rows.Decode(&row); err != nil {
			return nil, fmt.Errorf("%s, row %d: %w", file, len(prompts)+1, err)
		}
		prompt, ok := row[column].(string)
		if !ok {
			return nil, fmt.Errorf("%s, row %d: no text in column %q", file, len(prompts)+1, column)
		}
		prompts = append(prompts, prompt)
	}
	return prompts, nil
}
