package simulator

import (
	"cmp"
	"net/http"
	"strconv"
	"time"
)

// Call is one call that arrived.
type Call struct {
	N            int    // of all calls, from 1
	Nth          int    // of the calls of this Op, from 1
	Op           string // such as "bucket.create"; "" for what is no operation
	Method, Path string // the path as it was sent, without the query
	Jurisdiction string // "default" when not said
}

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults. Before the commit nothing is done, after it only the answer
// is lost or spoilt.
const (
	Status   FaultKind = "status"   // an envelope with an error
	Reset    FaultKind = "reset"    // the connection is cut without an answer
	Hang     FaultKind = "hang"     // no answer until the client gives up
	Truncate FaultKind = "truncate" // half of the body under the right status
	NonJSON  FaultKind = "nonjson"  // a page in HTML
	Hook     FaultKind = "hook"     // Call is called, and nothing else happens
)

// Fault is one thing that goes wrong with one call.
type Fault struct {
	After      bool          // after the commit, else before
	Kind       FaultKind     // Status when empty and Call is nil
	Status     int           // 500 when 0, 502 for NonJSON
	RetryAfter time.Duration // sent in whole seconds
	Code       int           // the API's, which follows from Status when 0
	Message    string
	Call       func() // called first, without a lock, with every kind
}

// spoil gives what comes instead of an answer.
func (f *Fault) spoil(a answer) answer {
	kind := f.Kind
	if kind == "" && f.Call == nil {
		kind = Status
	}
	switch kind {
	case Status:
		a = f.refusal()
	case NonJSON:
		status := cmp.Or(f.Status, http.StatusBadGateway)
		a = answer{status: status, mime: "text/html; charset=UTF-8", raw: []byte("<!DOCTYPE html>\n<html><head><title>" + strconv.Itoa(status) +
			" " + http.StatusText(status) + "</title></head><body>cloudflare</body></html>\n")}
	case Reset, Hang, Truncate:
		a.cut = kind
	case Hook:
	}
	if f.RetryAfter > 0 {
		a.retryAfter = f.RetryAfter
	}
	return a
}

// refusal is an error of the API. Codes of R2:
// https://developers.cloudflare.com/r2/api/error-codes/
func (f *Fault) refusal() answer {
	status := cmp.Or(f.Status, http.StatusInternalServerError)
	code := f.Code
	if code == 0 {
		code = map[int]int{401: 10000, 403: 10000, 404: 7003, 405: 7001, 429: 971, 503: 10043}[status]
	}
	if code == 0 {
		code = 10001
	}
	return failed(status, code, "%s", cmp.Or(f.Message, http.StatusText(status), "error"))
}
