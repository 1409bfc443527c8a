package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"buckethead/vendors/cloudflare/r2sim/simulator"
)

// logged writes one line for each call: method, path, jurisdiction where it is not
// the default, status. Other headers, bodies and queries, where secrets could be, are
// not written.
type logged struct {
	sim     *simulator.Simulator
	account string // what paths begin with, and is left out: it would fill the line
	mu      sync.Mutex
	to      io.Writer
}

// ServeHTTP also writes down what was cut: its status is 0.
func (l *logged) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seen := &watched{ResponseWriter: w}
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		fmt.Fprintf(l.to, "%s %s%s %d\n", r.Method, strings.TrimPrefix(r.URL.EscapedPath(), l.account), place(r), seen.status)
	}()
	l.sim.ServeHTTP(seen, r)
}

// place tells apart calls that differ in a header alone.
func place(r *http.Request) string {
	switch j := r.Header.Get("Cf-R2-Jurisdiction"); j {
	case "eu", "us", "fedramp":
		return " (" + j + ")"
	}
	return ""
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
