package kit

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults. Before a call acts, nothing is done; after it, only the response is lost
// or broken.
const (
	Status   FaultKind = "status"   // an error of the API
	Reset    FaultKind = "reset"    // the connection is cut without an answer
	Hang     FaultKind = "hang"     // no answer until the client gives up
	Truncate FaultKind = "truncate" // half of the body under the right status
	NonJSON  FaultKind = "nonjson"  // a page in HTML, as from a proxy in front
	Hook     FaultKind = "hook"     // Call is called, and nothing else happens
)

// Fault is one thing that goes wrong with one call.
type Fault struct {
	After      bool          // after the call acts, else before
	Kind       FaultKind     // if empty, Hook with a Call and no Status, else Status
	Status     int           // 500 if 0, 502 for NonJSON
	RetryAfter time.Duration // sent in whole seconds
	Code       int           // Cloudflare's, which follows from Status if 0
	Word       string        // S3's, which follows from Status if empty
	Message    string
	Call       func() // called first, without a lock, with every kind
}

func (f *Fault) kind() FaultKind {
	if f.Kind == "" && f.Call != nil && f.Status == 0 {
		return Hook
	}
	return cmp.Or(f.Kind, Status)
}

// spoil returns what is sent instead of a response, which is empty if the call did not act.
func (f *Fault) spoil(a Answer, fail func() Answer) Answer {
	switch kind := f.kind(); kind {
	case Status:
		a = fail()
	case NonJSON:
		status := cmp.Or(f.Status, http.StatusBadGateway)
		title := strconv.Itoa(status) + " " + http.StatusText(status)
		page := "<!DOCTYPE html>\n<html><head><title>" + title + "</title></head></html>\n"
		a = NewAnswer(status, "text/html; charset=UTF-8", []byte(page))
	case Reset, Hang, Truncate:
		if a.Status == 0 {
			a = NewAnswer(http.StatusOK, "application/json", []byte("{}\n"))
		}
		a.Cut = kind
	case Hook:
	}
	if f.RetryAfter > 0 {
		a = a.with(http.Header{"Retry-After": {Seconds(f.RetryAfter)}})
	}
	return a
}
