package connectsim

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
)

// answer is what a call gets.
type answer struct {
	status int
	body   any // nil for none
	cut    FaultKind
}

// headers are those that clients may send; the last four come from 1Password's own
// client, which traces.
var headers = []string{"Accept", "Accept-Encoding", "Authorization", "Content-Length", "Content-Type", "User-Agent",
	"X-B3-Parentspanid", "X-B3-Sampled", "X-B3-Spanid", "X-B3-Traceid"}

// ServeHTTP answers one call.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.answer(r)
	text := encode(a)
	switch a.cut {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		panic(http.ErrAbortHandler)
	case Truncate:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_, _ = w.Write(text[:len(text)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	if a.body != nil {
		w.Header().Set("Content-Type", "application/json")
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(text)
}

// Transport serves requests in the process, whatever their host.
func (s *Simulator) Transport() http.RoundTripper { return inProcess{s} }

type inProcess struct{ s *Simulator }

// RoundTrip answers one call; faults look as on a network.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	a := t.s.answer(r)
	if a.cut == Hang {
		<-r.Context().Done()
	}
	if err := r.Context().Err(); err != nil {
		return nil, context.Cause(r.Context())
	}
	if a.cut == Reset {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	text := encode(a)
	var body io.Reader = bytes.NewReader(text)
	if a.cut == Truncate {
		body = io.MultiReader(bytes.NewReader(text[:len(text)/2]), cutOff{})
	}
	return &http.Response{StatusCode: a.status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(body), Request: r}, nil
}

type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func encode(a answer) []byte {
	switch body := a.body.(type) {
	case nil:
		return nil
	case string:
		return []byte(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			panic(err) // answers are plain data
		}
		return text
	}
}

// answer finds the fault, acts, and spoils.
func (s *Simulator) answer(r *http.Request) answer {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(io.LimitReader(r.Body, 1<<20))
	}
	op, run := s.route(r, body)
	s.mu.Lock()
	c := Call{N: len(s.log) + 1, Nth: 1, Op: op, Method: r.Method, Path: r.URL.EscapedPath()}
	for _, before := range s.log {
		if before.Op == op {
			c.Nth++
		}
	}
	s.log = append(s.log, c)
	ask := s.onCall
	s.mu.Unlock()
	if s.o.Latency > 0 && s.o.Sleep(r.Context(), s.o.Latency) != nil {
		return answer{cut: Hang}
	}
	var f *Fault
	if ask != nil {
		f = ask(c)
	}
	if f != nil && !f.After {
		if spoilt, is := f.spoil(answer{status: http.StatusOK, body: map[string]any{}}); is {
			return spoilt
		}
	}
	s.mu.Lock()
	a := run()
	s.mu.Unlock()
	if f != nil && f.After {
		a, _ = f.spoil(a)
	}
	return a
}

// spoil gives what comes instead of an answer, if something does.
func (f *Fault) spoil(a answer) (answer, bool) {
	if f.Call != nil {
		f.Call()
	}
	code := f.Status
	if code == 0 {
		code = http.StatusInternalServerError
	}
	switch {
	case f.Kind == Status, f.Kind == "" && f.Status != 0:
		return status(code, http.StatusText(code)), true
	case f.Kind == NonJSON:
		return answer{status: http.StatusBadGateway, body: "<html>bad gateway</html>"}, true
	case f.Kind != "":
		a.cut = f.Kind
		return a, true
	}
	return a, false
}

// route finds what a request asks for. What it gives is run under the lock.
func (s *Simulator) route(r *http.Request, body []byte) (op string, run func() answer) {
	strange := func(code int, why string) (string, func() answer) {
		return "", func() answer {
			s.unknown = append(s.unknown, r.Method+" "+r.URL.RequestURI()+": "+why)
			return status(code, why)
		}
	}
	for name := range r.Header {
		if !slices.Contains(headers, name) {
			return strange(http.StatusBadRequest, "the header "+name+" is not known")
		}
	}
	filter, wrong := filterOf(r)
	if wrong != "" {
		return strange(http.StatusBadRequest, wrong)
	}
	parts := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	switch {
	case r.Method == http.MethodGet && slices.Equal(parts, []string{"heartbeat"}):
		return "heartbeat", func() answer { return answer{status: http.StatusOK, body: "."} }
	case len(parts) < 2 || parts[0] != "v1" || parts[1] != "vaults" || len(parts) > 5 || len(parts) > 3 && parts[3] != "items":
		return strange(http.StatusNotFound, "no such path")
	}
	for _, id := range [][]string{parts[2:min(3, len(parts))], parts[min(4, len(parts)):]} {
		if len(id) == 1 && !idShape.MatchString(id[0]) {
			return strange(http.StatusBadRequest, "Invalid UUID")
		}
	}
	key := r.Method + " " + []string{2: "vaults", 3: "vault", 4: "items", 5: "item"}[len(parts)]
	acts := map[string]struct {
		op  string
		run func(q request) answer
	}{
		"GET vaults": {"vault.list", s.listVaults}, "GET vault": {"vault.get", s.getVault}, "GET items": {"item.list", s.listItems},
		"POST items": {"item.create", s.createItem}, "GET item": {"item.get", s.getItem}, "PUT item": {"item.update", s.updateItem},
		"DELETE item": {"item.delete", s.deleteItem},
	}
	act, known := acts[key]
	if !known {
		return strange(http.StatusMethodNotAllowed, "no such method")
	}
	if filter != nil && act.op != "vault.list" && act.op != "item.list" {
		return strange(http.StatusBadRequest, "only lists can be filtered")
	}
	q := request{filter: filter, body: body, write: r.Method != http.MethodGet, bearer: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")}
	if len(parts) > 2 {
		q.vault = parts[2]
	}
	if len(parts) > 4 {
		q.item = parts[4]
	}
	if len(body) > 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return strange(http.StatusBadRequest, "the body is no JSON")
	}
	return act.op, func() answer { return s.authorized(q, act.run) }
}
