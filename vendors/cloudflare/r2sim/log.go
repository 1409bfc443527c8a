package main

import (
	"fmt"
	"io"
	"net/http"
	"sync"

	"buckethead/vendors/cloudflare/r2sim/simulator"
)

// logged writes one line for each call: method, path, status. Headers, bodies and
// queries, where secrets could be, are not written.
type logged struct {
	sim *simulator.Simulator
	mu  sync.Mutex
	to  io.Writer
}

// ServeHTTP also writes down what was cut: its status is 0.
func (l *logged) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &watched{ResponseWriter: w}
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		fmt.Fprintf(l.to, "%s %s %d\n", r.Method, r.URL.EscapedPath(), seen.status)
	}()
	l.sim.ServeHTTP(seen, r)
}

// watched keeps the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController through.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }
