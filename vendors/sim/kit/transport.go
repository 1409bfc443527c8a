package kit

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
)

// ServeHTTP answers a request that came over a socket.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.serve(r)
	switch a.Cut {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
		panic(http.ErrAbortHandler)
	}
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.Status)
	if a.Cut == Truncate {
		_, _ = w.Write(a.Body[:len(a.Body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(a.Body) // a client that went away is not a fault of the server
}

// reset cuts a connection so that the client's kernel says so. If that is not possible
// the handler is aborted, which the client sees as the end of the connection.
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

// Transport answers requests in process, whatever their host. It opens no socket,
// leaves no goroutine behind, and returns the cause of a context that ended.
func (s *Server) Transport() http.RoundTripper { return inProcess{s} }

type inProcess struct{ s *Server }

// RoundTrip answers a request. Faults look as a client on a network sees them.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in, err := t.received(r)
	if err != nil {
		return nil, err
	}
	a := t.s.serve(in)
	if a.Cut == Hang {
		<-r.Context().Done()
	}
	if r.Context().Err() != nil {
		return nil, context.Cause(r.Context())
	}
	if a.Cut == Reset {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	if a.Header["Date"] == nil {
		delete(a.Header, "Date")
	}
	length, err := strconv.ParseInt(a.Header.Get("Content-Length"), 10, 64)
	if err != nil {
		length = 0 // 204 and 304 have none
	}
	var body io.ReadCloser = http.NoBody
	switch {
	case r.Method == http.MethodHead || len(a.Body) == 0:
	case a.Cut == Truncate:
		body = io.NopCloser(io.MultiReader(bytes.NewReader(a.Body[:len(a.Body)/2]), cutOff{}))
	default:
		body = io.NopCloser(bytes.NewReader(a.Body))
	}
	return &http.Response{Status: strconv.Itoa(a.Status) + " " + http.StatusText(a.Status), StatusCode: a.Status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.Header, Body: body, ContentLength: length, Request: r}, nil
}

// received turns a client's request into a server's.
func (t inProcess) received(r *http.Request) (*http.Request, error) {
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
	in.Body, in.RequestURI = io.NopCloser(bytes.NewReader(body)), r.URL.RequestURI()
	in.Host = cmp.Or(in.Host, r.URL.Host)
	in.RemoteAddr = net.JoinHostPort(cmp.Or(t.s.c.ClientIP, "127.0.0.1"), "1024")
	switch { // the wire has the length as a header, or has chunks
	case r.ContentLength < 0 || r.ContentLength == 0 && len(body) > 0:
		in.ContentLength, in.TransferEncoding = -1, []string{"chunked"}
	case r.ContentLength > 0 || r.Method == http.MethodPut || r.Method == http.MethodPost:
		in.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	return in, nil
}

// cutOff is the end of a body that is shorter than its header says.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
