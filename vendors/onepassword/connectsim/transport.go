package connectsim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"
)

// answer is what a call is answered with, before it is written.
type answer struct {
	status     int
	body       any    // as JSON; nil for none
	raw        []byte // instead of body
	mime       string // of raw
	name       string // of a file that is sent
	retryAfter time.Duration
	cut        FaultKind // Reset, Hang or Truncate
}

// wireError is the body of every error.
type wireError struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func done(body any) answer { return answer{status: http.StatusOK, body: body} }

func failed(status int, format string, args ...any) answer {
	return answer{status: status, body: wireError{status, fmt.Sprintf(format, args...)}}
}

func (a answer) text() []byte {
	if a.raw != nil || a.body == nil {
		return a.raw
	}
	text, err := json.Marshal(a.body)
	if err != nil {
		panic(fmt.Sprintf("connectsim: encode an answer: %v", err)) // answers are plain data of this package
	}
	return append(text, '\n')
}

// header gives the headers of an answer with a body of n bytes. The server tells its
// version, and no id of the request: https://github.com/1Password/connect/blob/main/CHANGELOG.md
func (s *Simulator) header(a answer, n int) http.Header {
	h := http.Header{}
	h.Set("Date", s.o.Now().UTC().Format(http.TimeFormat))
	h.Set("1Password-Connect-Version", serverVersion)
	if a.status != http.StatusNoContent {
		h.Set("Content-Length", strconv.Itoa(n))
	}
	switch {
	case a.raw != nil:
		h.Set("Content-Type", a.mime)
	case n > 0:
		h.Set("Content-Type", "application/json")
	}
	if a.name != "" {
		h.Set("Content-Disposition", "attachment; filename="+strconv.Quote(a.name))
	}
	if a.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((a.retryAfter+time.Second-1)/time.Second)))
	}
	return h
}

// ServeHTTP answers one call.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.serve(r)
	switch a.cut {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
		panic(http.ErrAbortHandler)
	}
	text := a.text()
	for name, values := range s.header(a, len(text)) {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	if a.cut == Truncate {
		_, _ = w.Write(text[:len(text)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(text) // a client that went away is no fault of the server
}

// reset cuts a connection so that the client's kernel says so. Where that cannot be
// done the handler is aborted, which the client sees as the end of the connection.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// Transport serves requests in the process, whatever their host. It opens no socket
// and leaves no goroutine behind.
func (s *Simulator) Transport() http.RoundTripper { return inProcess{s} }

type inProcess struct{ s *Simulator }

// RoundTrip answers a request. Faults look as a client on a network sees them.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in, err := received(r)
	if err != nil {
		return nil, err
	}
	a := t.s.serve(in)
	if a.cut == Hang {
		<-r.Context().Done()
	}
	if err := r.Context().Err(); err != nil {
		return nil, context.Cause(r.Context())
	}
	if a.cut == Reset {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	text := a.text()
	if r.Method == http.MethodHead {
		text = nil
	}
	var body io.ReadCloser = http.NoBody
	switch {
	case a.cut == Truncate && len(text) > 0:
		body = io.NopCloser(io.MultiReader(bytes.NewReader(text[:len(text)/2]), cutOff{}))
	case len(text) > 0:
		body = io.NopCloser(bytes.NewReader(text))
	}
	return &http.Response{Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1,
		ProtoMinor: 1, Header: t.s.header(a, len(text)), Body: body, ContentLength: int64(len(text)), Request: r}, nil
}

// received turns a client's request into a server's.
func received(r *http.Request) (*http.Request, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		_ = r.Body.Close() // it is read
		if err != nil {
			return nil, err
		}
	}
	if r.Context().Err() != nil {
		return nil, context.Cause(r.Context())
	}
	in := r.Clone(r.Context())
	in.Body, in.ContentLength, in.RequestURI = io.NopCloser(bytes.NewReader(body)), int64(len(body)), r.URL.RequestURI()
	return in, nil
}

// cutOff is the end of a body that is shorter than its header says.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
