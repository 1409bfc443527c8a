package simulator

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

// ServeHTTP serves REST under /client/v4, and S3 under /s3/<jurisdiction>/<bucket>
// and on the hosts <account>[.<jurisdiction>].r2.cloudflarestorage.com.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ray := s.serve(r)
	switch a.cut {
	case Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case Reset:
		reset(w)
		panic(http.ErrAbortHandler)
	}
	body := s.bodyFor(r, a)
	for name, values := range s.header(a, ray, len(body)) {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	if a.cut == Truncate {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body) // a client that went away is no fault of the server
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

func (s *Simulator) bodyFor(r *http.Request, a answer) []byte {
	if r.Method == http.MethodHead {
		return nil
	}
	return a.body(s.o.BareStrings)
}

// Transport serves requests in the process, whatever their host. It opens no
// socket and leaves no goroutine behind.
func (s *Simulator) Transport() http.RoundTripper { return inProcess{s} }

type inProcess struct{ s *Simulator }

// RoundTrip answers a request. Faults look as a client on a network sees them.
func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	in, err := t.request(r)
	if err != nil {
		return nil, err
	}
	a, ray := t.s.serve(in)
	if a.cut == Hang {
		<-r.Context().Done()
	}
	if err := r.Context().Err(); err != nil {
		return nil, context.Cause(r.Context())
	}
	if a.cut == Reset {
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	text := t.s.bodyFor(in, a)
	var body io.ReadCloser = http.NoBody
	switch {
	case a.cut == Truncate && len(text) > 0:
		body = io.NopCloser(io.MultiReader(bytes.NewReader(text[:len(text)/2]), cutOff{}))
	case len(text) > 0:
		body = io.NopCloser(bytes.NewReader(text))
	}
	return &http.Response{Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1,
		ProtoMinor: 1, Header: t.s.header(a, ray, len(text)), Body: body, ContentLength: int64(len(text)), Request: r}, nil
}

// request turns a client's request into a server's.
func (t inProcess) request(r *http.Request) (*http.Request, error) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		_ = r.Body.Close() // it is read
		if err != nil {
			return nil, err
		}
	}
	if err := r.Context().Err(); err != nil {
		return nil, context.Cause(r.Context())
	}
	in := r.Clone(r.Context())
	in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	in.RequestURI = r.URL.RequestURI()
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.RemoteAddr = net.JoinHostPort(t.s.o.ClientIP, "1024")
	return in, nil
}

// cutOff is the end of a body that is shorter than its header says.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
