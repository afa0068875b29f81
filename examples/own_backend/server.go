package main

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"time"
)

// question is the body of a request.
type question struct {
	About string `json:"about"`
	Words int    `json:"words"`
}

// line is a line of the answer: a word, or the end.
type line struct {
	Word   string `json:"word,omitempty"`
	End    string `json:"end,omitempty"`
	Heard  int    `json:"heard,omitempty"`
	Spoken int    `json:"spoken,omitempty"`
}

// serve starts the toy server, and returns where it is and how to stop it.
func serve() (url string, stop func() error, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /speak", speak)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	stop = func() error {
		err := server.Close()
		if served := <-ended; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
	return "http://" + listener.Addr().String(), stop, nil
}

// speak writes a word every 2 ms.
func speak(w http.ResponseWriter, r *http.Request) {
	var q question
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out, flush := json.NewEncoder(w), http.NewResponseController(w)
	for range q.Words {
		time.Sleep(2 * time.Millisecond)
		if out.Encode(line{Word: "bla"}) != nil || flush.Flush() != nil {
			return // the client has gone
		}
	}
	out.Encode(line{End: "limit", Heard: len(strings.Fields(q.About)), Spoken: q.Words})
}
