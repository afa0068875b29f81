package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// naive plays a job as a load client is written in an afternoon: a goroutine a stream, net/http, bufio.Scanner,
// encoding/json, and time.Now once an event is understood. Nothing in it is made slow on purpose.
func naive(j job) (*outcome, error) {
	n := naiveClient{job: j, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: j.Streams, DisableCompression: true}}}
	cost := startCost()
	var all sync.WaitGroup
	for range j.Streams {
		all.Go(n.slot)
	}
	all.Wait()
	cost.end(&n.outcome)
	return &n.outcome, nil
}

type naiveClient struct {
	job
	http *http.Client
	next atomic.Int64

	mu      sync.Mutex
	outcome outcome
}

// slot sends one request after the other.
func (n *naiveClient) slot() {
	for i := int(n.next.Add(1)) - 1; i < n.Requests; i = int(n.next.Add(1)) - 1 {
		h, err := n.ask(i)
		n.mu.Lock()
		if err != nil {
			n.outcome.Failed, n.outcome.Failure = n.outcome.Failed+1, err.Error()
		} else {
			n.outcome.Requests = append(n.outcome.Requests, h)
			n.outcome.Events += len(h.Arrivals)
		}
		n.mu.Unlock()
	}
}

// completion is an event, as far as the client cares.
type completion struct {
	Choices []struct {
		Text         string `json:"text"`
		FinishReason string `json:"finish_reason"`
	} `json:"choices"`
}

func (n *naiveClient) ask(i int) (heard, error) {
	body := `{"model":"bench","prompt":"The capital of France is","stream":true,"max_tokens":` + strconv.Itoa(n.Events) + `}`
	request, err := http.NewRequest(http.MethodPost, n.URL+"/v1/completions", strings.NewReader(body))
	if err != nil {
		return heard{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Request-Id", strconv.Itoa(i))
	h := heard{ID: i, Sent: now()}
	h.Scheduled = h.Sent
	response, err := n.http.Do(request)
	if err != nil {
		return heard{}, err
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		data, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: "))
		if !ok || string(data) == "[DONE]" {
			continue
		}
		var c completion
		if err := json.Unmarshal(data, &c); err != nil {
			return heard{}, err
		}
		if len(c.Choices) > 0 && c.Choices[0].Text != "" {
			h.Arrivals = append(h.Arrivals, arrival{At: now(), Tokens: 1})
		}
	}
	return h, lines.Err()
}
