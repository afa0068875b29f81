package driver

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/splleed/splleed"
)

// ask holds a conversation with the real library: one request, all events until the one that ends it.
func ask(t *testing.T, request string, hear func(event map[string]any, in io.Closer)) map[string]any {
	t.Helper()
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- Serve(t.Context(), inR, outW, "1.2.3", func(string) string { return "" })
		outW.Close()
	}()
	if _, err := io.WriteString(inW, request+"\n"); err != nil {
		t.Fatal(err)
	}
	var last map[string]any
	for lines := bufio.NewReader(outR); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var event map[string]any
		if err := json.Unmarshal(line, &event); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		switch event["type"] {
		case "result", "error", "render", "compare":
			last = event
			inW.Close()
		default:
			hear(event, inW)
		}
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	return last
}

func ignore(map[string]any, io.Closer) {}

const quick = `"backend":{"type":"sim","speed":50},"sampling":{"max_tokens":4},"prompts":["a b c"]`

func TestRunOfTheLibrary(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	records, stages := 0, map[any]bool{}
	last := ask(t, `{"type":"run","records":true,"python_version":"3.11.7","config":{`+quick+`,"runs":5,"output_file":"`+file+`"}}`,
		func(event map[string]any, _ io.Closer) {
			stages[event["stage"]] = true
			if record, ok := event["record"].(map[string]any); ok && record["phase"] == "measured" {
				records++
			}
		})
	if records != 5 || !stages["level_done"] {
		t.Errorf("%d records and the stages %v, want 5 and level_done among them", records, stages)
	}
	if last["type"] != "result" || last["interrupted"] != false || last["exit_code"] != 0. {
		t.Fatalf("the run ended with %.300v", last)
	}
	if s, _ := last["table"].(string); !strings.Contains(s, "TTFT") {
		t.Errorf("table: %q", s)
	}
	var saved, said splleed.Results
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := json.Marshal(last["results"])
	for r, data := range map[*splleed.Results][]byte{&saved: data, &said: again} {
		if err := json.Unmarshal(data, r); err != nil {
			t.Fatal(err)
		}
		if v := r.Environment.System.PythonVersion; v == nil || *v != "3.11.7" {
			t.Errorf("python_version is %v", v)
		}
		if n := r.Results[0].NumSuccessful; n != 5 {
			t.Errorf("%d successes, want 5", n)
		}
	}
	rendered := ask(t, `{"type":"render","results":`+string(again)+`}`, ignore)
	if rendered["table"] != last["table"] || rendered["csv"] != last["csv"] {
		t.Errorf("rendered again as\n%v\nwas\n%v", rendered["table"], last["table"])
	}
}

func TestEndOfInputKeepsWhatIsDone(t *testing.T) {
	last := ask(t, `{"type":"run","config":{`+quick+`,"runs":100000}}`, func(event map[string]any, in io.Closer) {
		if event["stage"] == "measure" {
			in.Close()
		}
	})
	if last["type"] != "result" || last["interrupted"] != true || last["error"] != nil {
		t.Errorf("the run ended with %.300v", last)
	}
}

func TestErrorsHaveCodes(t *testing.T) {
	check := func(config, code, message string, paths ...string) {
		t.Helper()
		last := ask(t, `{"type":"run","config":`+config+`}`, ignore)
		got, _ := last["message"].(string)
		if last["type"] != "error" || last["code"] != code || !strings.Contains(got, message) {
			t.Errorf("%s ends with %.500v, want %s: …%s…", config, last, code, message)
		}
		fields, _ := last["fields"].([]any)
		if len(fields) != len(paths) {
			t.Fatalf("%s: fields %v, want those of %v", config, fields, paths)
		}
		for i, f := range fields {
			if path := f.(map[string]any)["path"]; path != paths[i] {
				t.Errorf("%s: field %v, want %s", config, path, paths[i])
			}
		}
	}
	check(`{`+quick+`,"runs":-1,"trials":-1}`, badConfig, "runs", "runs", "trials")
	check(`{`+quick+`,"rums":1,"trials":"x"}`, badConfig, "rums", "rums", "trials")
	check(`{"backend":{"type":"vllm","endpoint":"http://127.0.0.1:1"},"prompts":["a"]}`, unreached, "nothing listens")
	check(`{"backend":{"type":"vllm","model":"m","executable":"/nowhere/vllm"},"prompts":["a"]}`, notFound, "/nowhere/vllm")
}

func TestRenderOfOtherFiles(t *testing.T) {
	check := func(results, kind string) {
		t.Helper()
		if got := ask(t, `{"type":"render","results":`+results+`}`, ignore); got["type"] != kind {
			t.Errorf("rendering %s gives %v, want %s", results, got, kind)
		}
	}
	check(`{"engine":"vllm","model":"m","results":[{"concurrency":1,"num_requests":2,"ttft_p50_ms":20.5}]}`, "render") // splleed 0.1's
	check(`{"schema_version":99,"results":[]}`, "error")
	check(`[]`, "error")
}

// A file gets the journal as it is: its hash is that of the results. A run that is refused leaves what stood there.
func TestRecordsGoToAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "r.ndjson")
	run := func(config string) map[string]any {
		return ask(t, `{"type":"run","records_file":"`+path+`","config":{`+config+`}}`, func(event map[string]any, _ io.Closer) {
			if event["type"] == "record" || event["type"] == "note" {
				t.Errorf("an event beside the file: %v", event)
			}
		})
	}
	ran := run(quick + `,"runs":5`)
	journal, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	identity := ran["results"].(map[string]any)["identity"].(map[string]any)
	if sum := fmt.Sprintf("%x", sha256.Sum256(journal)); identity["journal_hash"] != sum {
		t.Errorf("the journal's hash is %v, that of its file %s", identity["journal_hash"], sum)
	}
	for config, code := range map[string]string{
		quick + `,"runs":-1`:                      badConfig,
		quick + `,"source_address":["192.0.2.1"]`: badConfig, // no machine has it: the run finds out
		`"backend":{"type":"vllm","endpoint":"http://127.0.0.1:1"},"prompts":["a"]`: unreached,
	} {
		if last := run(config); last["code"] != code {
			t.Errorf("%s ends with %.300v, want %s", config, last, code)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, journal) {
			t.Errorf("after %s the file holds %d bytes, %v", config, len(now), err)
		}
	}
}

// What cannot be saved is said once.
func TestSavingFailsOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "out.json")
	if err := os.Symlink("/dev/full", file); err != nil || runtime.GOOS != "linux" {
		t.Skip("no full device here")
	}
	last := ask(t, `{"type":"run","config":{`+quick+`,"runs":5,"output_file":"`+file+`"}}`, ignore)
	if said, _ := last["error"].(string); strings.Count(said, "no space left") != 1 {
		t.Errorf("the error is %q", said)
	}
}

// What a run recorded can be scored again, and its results compared.
func TestRescoreAndCompare(t *testing.T) {
	journal := filepath.Join(t.TempDir(), "r.ndjson")
	var lines strings.Builder
	ran := ask(t, `{"type":"run","records":true,"config":{`+quick+`,"runs":5}}`, func(event map[string]any, _ io.Closer) {
		for _, kind := range []string{"record", "note"} {
			if line, ok := event[kind]; ok {
				text, _ := json.Marshal(line)
				lines.Write(append(text, '\n'))
			}
		}
	})
	if err := os.WriteFile(journal, []byte(lines.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	path, _ := json.Marshal(journal)
	scored := ask(t, `{"type":"rescore","journals":[`+string(path)+`],"scoring":{"goals":["e2e_p99=0.001"]}}`, ignore)
	if scored["type"] != "result" || scored["exit_code"] != 4. || !strings.Contains(scored["error"].(string), "e2e_p99=0.001") {
		t.Errorf("rescored: %.300v", scored)
	}
	if table, _ := scored["table"].(string); !strings.Contains(table, "Goals: fail") {
		t.Errorf("table: %s", table)
	}
	undecided := ask(t, `{"type":"rescore","journals":[`+string(path)+`],"scoring":{"goals":["e2e_p99=60000"]}}`, ignore)
	if undecided["exit_code"] != 5. {
		t.Errorf("rescored: %.300v", undecided)
	}
	one, _ := json.Marshal(ran["results"])
	made := ask(t, `{"type":"compare","results":[`+string(one)+`,`+string(one)+`],"comparing":{"gate":"e2e_p50<=+5%","name_b":"it again"}}`, ignore)
	c, _ := made["comparison"].(map[string]any)
	texts, _ := made["texts"].(map[string]any)
	if c["verdict"] != "undecided" || len(texts) != len(splleed.ComparisonFormats()) || !strings.Contains(texts["text"].(string), "it again against A") {
		t.Errorf("compared: %.500v", made)
	}
	check := func(request, code string) {
		t.Helper()
		last := ask(t, request, ignore)
		if words, _ := last["message"].(string); last["type"] != "error" || last["code"] != code || strings.Contains(words, "JSON input") {
			t.Errorf("%.100s ends with %v, want %s", request, last, code)
		}
	}
	check(`{"type":"run"}`, badConfig)
	check(`{"type":"run","search":{},"sweep":{},"config":{`+quick+`}}`, badConfig)
	check(`{"type":"run","records":true,"records_file":"`+journal+`","config":{`+quick+`}}`, badConfig)
	check(`{"type":"rescore","journals":["/nowhere"]}`, notFound)
	check(`{"type":"rescore","journals":["/"]}`, noAccess)
	check(`{"type":"rescore","journals":[]}`, badResults)
	check(`{"type":"rescore","journals":[`+string(path)+`],"scoring":{"goals":["speed=1"]}}`, badConfig)
	check(`{"type":"compare","results":[]}`, badResults)
	check(`{"type":"compare","results":[{},[]]}`, badResults)
	check(`{"type":"compare","results":[`+string(one)+`,`+string(one)+`],"comparing":{"gate":"x"}}`, badConfig)
	check(`{"type":"frobnicate"}`, badRequest)
}
