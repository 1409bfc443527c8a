package connectsim

import (
	"cmp"
	"net/http"
	"time"
)

// Call is one call that arrived.
type Call struct {
	N            int    // of all calls, from 1
	Nth          int    // of the calls of this Op, from 1
	Op           string // such as "item.create"; "" for what is no operation
	Method, Path string // the path as it was sent, without the query
}

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults. Before the commit nothing is done, after it only the answer
// is lost or spoilt.
const (
	Status   FaultKind = "status"   // an error of the API
	Reset    FaultKind = "reset"    // the connection is cut without an answer
	Hang     FaultKind = "hang"     // no answer until the client gives up
	Truncate FaultKind = "truncate" // half of the body under the right status
	NonJSON  FaultKind = "nonjson"  // a page in HTML, as a proxy in front gives it
	Hook     FaultKind = "hook"     // Call is called, and nothing else happens
)

// Fault is one thing that goes wrong with one call.
type Fault struct {
	After      bool          // after the commit, else before
	Kind       FaultKind     // when empty, Hook where there is a Call and no Status, else Status
	Status     int           // 500 when 0, 502 for NonJSON
	RetryAfter time.Duration // sent in whole seconds
	Message    string
	Call       func() // called first, without a lock, with every kind
}

func (f *Fault) kind() FaultKind {
	if f.Kind == "" && f.Call != nil && f.Status == 0 {
		return Hook
	}
	return cmp.Or(f.Kind, Status)
}

// spoil gives what comes instead of an answer.
func (f *Fault) spoil(a answer) answer {
	switch kind := f.kind(); kind {
	case Status:
		status := cmp.Or(f.Status, http.StatusInternalServerError)
		a = failed(status, "%s", cmp.Or(f.Message, messages[status], http.StatusText(status)))
	case NonJSON:
		status := cmp.Or(f.Status, http.StatusBadGateway)
		a = answer{status: status, mime: "text/html", raw: []byte("<html><head><title>" + http.StatusText(status) + "</title></head></html>\n")}
	case Reset, Hang, Truncate:
		a.cut = kind
	case Hook:
	}
	a.retryAfter = f.RetryAfter
	return a
}

// messages are what the server says where no more is known.
// https://github.com/1Password/terraform-provider-onepassword/issues/222
// https://github.com/1Password/terraform-provider-onepassword/pull/295
var messages = map[int]string{
	http.StatusConflict:            "Conflict: Internal server conflict.",
	http.StatusInternalServerError: "Something went wrong",
	http.StatusUnauthorized:        badToken,
}
