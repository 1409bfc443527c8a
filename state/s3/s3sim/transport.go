package s3sim

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
)

// ServeHTTP serves S3 under /<bucket>/<key>, whatever the host.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away
	}
	a := s.serve(r, body)
	switch {
	case a.reset:
		reset(w)
		panic(http.ErrAbortHandler)
	case a.err != nil:
		panic(http.ErrAbortHandler)
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if s.o.NoDate {
		w.Header()["Date"] = nil // or net/http adds one
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.sent()) // a client that went away is no fault of the server
	if a.half {
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
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

// Transport answers requests in this process, whatever their host. It opens no socket,
// leaves no goroutine behind, and gives the cause of a context that ended.
func (s *Server) Transport() http.RoundTripper { return inProcess{s} }

type inProcess struct{ s *Server }

// RoundTrip answers a request. Faults look as a client on a network sees them.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in, body, err := incoming(r)
	if err != nil {
		return nil, err
	}
	a := t.s.serve(in, body)
	switch {
	case r.Context().Err() != nil:
		return nil, context.Cause(r.Context())
	case a.err != nil:
		return nil, a.err
	case a.reset:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	length, err := strconv.ParseInt(a.header.Get("Content-Length"), 10, 64)
	if err != nil {
		length = 0 // 204 and 304 have none
	}
	out := io.Reader(bytes.NewReader(a.sent()))
	if a.half {
		out = io.MultiReader(out, cutOff{})
	}
	return &http.Response{Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1,
		ProtoMinor: 1, Header: a.header, Body: io.NopCloser(out), ContentLength: length, Request: r}, nil
}

// incoming turns a client's request into a server's.
func incoming(r *http.Request) (in *http.Request, body []byte, err error) {
	if r.Body != nil {
		body, err = io.ReadAll(r.Body)
		_ = r.Body.Close() // it is read
		if err != nil {
			return nil, nil, err
		}
	}
	if r.Context().Err() != nil {
		return nil, nil, context.Cause(r.Context())
	}
	in = r.Clone(r.Context())
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	switch { // the wire has the length as a header, or has chunks
	case r.ContentLength < 0 || r.ContentLength == 0 && len(body) > 0:
		in.ContentLength = -1
		in.TransferEncoding = []string{"chunked"}
	case r.ContentLength > 0 || r.Method == http.MethodPut || r.Method == http.MethodPost:
		in.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	return in, body, nil
}

// cutOff is the end of a body that is shorter than its header says.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
