package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// peer is a published client. It has its defaults for all but the load, which is that of splleed's row above it.
type peer struct {
	name     string // of its package
	program  string
	args     string    // with the job's values in braces
	results  string    // the file of JSON that it leaves in {out}
	answered string    // where in there: how many requests were answered. A dot between levels
	told     [4]string // and TTFT p50 and p99, ITL p50 and p99, in ms
}

var published = []peer{
	{
		name:     "aiperf",
		program:  ".cache/peers/bin/aiperf",
		args:     "profile --model bench --url {url} --endpoint-type completions --streaming --tokenizer {tokenizer} --concurrency {streams} --request-count {requests} --isl 16 --osl {events} --ui none --artifact-dir {out}",
		results:  "profile_export_aiperf.json",
		answered: "request_count.avg",
		told:     [4]string{"time_to_first_token.p50", "time_to_first_token.p99", "inter_chunk_latency.p50", "inter_chunk_latency.p99"},
	},
	{
		name:     "vllm",
		program:  ".cache/engines/bin/vllm",
		args:     "bench serve --model bench --base-url {url} --tokenizer {tokenizer} --max-concurrency {streams} --num-prompts {requests} --random-input-len 16 --random-output-len {events} --save-result --result-dir {out} --result-filename results.json",
		results:  "results.json",
		answered: "completed",
		told:     [4]string{"median_ttft_ms", "p99_ttft_ms", "median_itl_ms", "p99_itl_ms"},
	},
}

// peers is the part "peers": splleed and the published clients take turns.
func peers() error {
	fmt.Println(peersHead)
	for _, n := range []int{64, 256} {
		if err := turns(job{Client: "epoll", Streams: n, Requests: 4 * n, Events: 128, TTFT: 50 * time.Millisecond, Gap: usualGap}); err != nil {
			return err
		}
	}
	return nil
}

func turns(j job) error {
	r, err := measure(j, false, 0)
	if err != nil {
		return err
	}
	percentiles := []float64{at(50, r.ttft.told), at(99, r.ttft.told), at(50, r.itl.told), at(99, r.itl.told)}
	printPeer(j, "splleed, epoll", r.truth, percentiles, r.CPU, r.Wall)
	for _, p := range published {
		if err := p.turn(j); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// turn plays a job with the peer, if it is installed.
func (p peer) turn(j job) error {
	version, err := p.version()
	if err != nil {
		fmt.Printf("%7d %s is not installed\n", j.Streams, p.name)
		return nil
	}
	var use usage
	t, err := against(j, func(j job) (err error) {
		use, err = p.play(j)
		return err
	})
	if err != nil {
		return err
	}
	percentiles, err := p.percentiles(j, t)
	if err != nil {
		return err
	}
	begun, ended := t.span()
	printPeer(j, p.name+" "+version, t, percentiles, use.at(ended)-use.at(begun), float64(ended-begun)/1e9)
	return nil
}

// version is that of the package which the program belongs to.
func (p peer) version() (string, error) {
	program, err := filepath.EvalSymlinks(p.program)
	if err != nil {
		return "", err
	}
	packages := filepath.Join(filepath.Dir(program), "../lib/python3*/site-packages")
	found, err := filepath.Glob(filepath.Join(packages, p.name+"-[0-9]*.dist-info"))
	if err != nil || len(found) == 0 {
		return "", fmt.Errorf("%s has no version", p.program)
	}
	return strings.TrimSuffix(strings.TrimPrefix(filepath.Base(found[0]), p.name+"-"), ".dist-info"), nil
}

// out is the folder of a job's results.
func (p peer) out(j job) string {
	return filepath.Join("out/peers", p.name+"-"+strconv.Itoa(j.Streams))
}

// command is the peer's, for a job.
func (p peer) command(j job) []string {
	args := strings.NewReplacer("{url}", j.URL, "{streams}", strconv.Itoa(j.Streams), "{requests}", strconv.Itoa(j.Requests),
		"{events}", strconv.Itoa(j.Events), "{tokenizer}", ".cache/engines/models/tiny", "{out}", p.out(j)).Replace(p.args)
	return append([]string{p.program}, strings.Fields(args)...)
}

// percentiles are those that the peer told. It is an error if it or the server tells of other requests than the job's.
func (p peer) percentiles(j job, t truth) ([]float64, error) {
	text, err := os.ReadFile(filepath.Join(p.out(j), p.results))
	if err != nil {
		return nil, err
	}
	var results map[string]any
	if err := json.Unmarshal(text, &results); err != nil {
		return nil, err
	}
	answered, err := lookUp(results, p.answered)
	if err != nil {
		return nil, err
	}
	if int(answered) != j.Requests || len(t.Requests) != j.Requests {
		return nil, fmt.Errorf("of %d requests %d were served and %v answered", j.Requests, len(t.Requests), answered)
	}
	var values []float64
	for _, key := range p.told {
		value, err := lookUp(results, key)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}

func lookUp(from any, key string) (float64, error) {
	for level := range strings.SplitSeq(key, ".") {
		fields, _ := from.(map[string]any)
		from = fields[level]
	}
	value, ok := from.(float64)
	if !ok {
		return 0, fmt.Errorf("no %s in the results", key)
	}
	return value, nil
}

const peersHead = `
Peers: 128 tokens a request, one every 20.48 ms; ms against the server's transmit stamps
streams client                 |   TTFT p50             p99           |   ITL p50              p99           | events/CPU-s  CPU
                               | true -> told      true -> told       | true -> told      true -> told       |`

func printPeer(j job, name string, t truth, told []float64, cpu, wall float64) {
	ttft, itl := t.latencies()
	fmt.Printf("%7d %-22s | %6.1f -> %-7.1f %6.1f -> %-8.1f | %6.2f -> %-7.2f %6.2f -> %-8.2f | %12.0f %4.0f%%\n", j.Streams, name,
		at(50, ttft), told[0], at(99, ttft), told[1], at(50, itl), told[2], at(99, itl), told[3],
		float64(len(ttft)+len(itl))/cpu, 100*cpu/wall)
}
