package transport_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/transport"
	"buckethead/vendors/vendortest"
)

// Whatever answers: a call through the transport ends, and what it read is bounded.
func TestTransport_hostileServers(t *testing.T) {
	for _, repeat := range []transport.Repeat{transport.Never, transport.WhenRefused, transport.Always} {
		t.Run(fmt.Sprint("repeat ", repeat), func(t *testing.T) {
			vendortest.Survive(t, vendortest.HostileServers(), vendortest.HostileOptions{Now: time.Now, Names: []string{""}},
				func(ctx context.Context, way http.RoundTripper) error {
					h := host()
					h.Transport = way
					client := transport.NewClient(transport.Options{Host: h, Limiter: transport.NewLimiter(1200, 5*time.Minute),
						Repeat: func(*http.Request) transport.Repeat { return repeat }, Redact: func(*http.Request, []byte) string { return "" }})
					r, err := http.NewRequestWithContext(ctx, http.MethodPut, "https://api.example/x", strings.NewReader("body"))
					if err != nil {
						return err
					}
					resp, err := client.Do(r)
					if err != nil {
						return errors.New("no answer") // what it says is for the adapter to word
					}
					body, err := io.ReadAll(resp.Body)
					if err != nil || len(body) > 16<<20 || resp.StatusCode >= 300 && len(body) > 64<<10 {
						t.Errorf("%d bytes of a body, %v", len(body), err)
					}
					return errors.New("an answer " + transport.RequestID(resp.Header))
				})
		})
	}
}

// Over real connections, what net/http bounds or has to be told to.
func TestTransport_hostileConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("it measures memory, of which the race detector takes more")
	}
	for name, c := range map[string]struct {
		serve func(net.Conn)
		want  string
	}{
		"headers of megabytes": {func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nX-A: "+strings.Repeat("x", 2<<20)+"\r\nContent-Length: 2\r\n\r\n{}")
		}, "exceeded"},
		"many headers": {func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for i := range 100_000 {
				if _, err := fmt.Fprintf(c, "X-%d: x\r\n", i); err != nil {
					return
				}
			}
		}, "exceeded"},
		"a flood of 1xx": {func(c net.Conn) {
			for {
				if _, err := io.WriteString(c, "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"); err != nil {
					return
				}
			}
		}, "exceeded"},
		"a length that is not kept": {func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}")
		}, "EOF"},
		"two lengths": {func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")
		}, "Content-Length"},
		"no HTTP":           {func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-OpenSSH_9.9\r\n") }, "malformed"},
		"nothing":           {func(net.Conn) {}, "EOF"},
		"a compressed bomb": {func(c net.Conn) { bomb(c, "gzip", 1<<30) }, "16384 KiB"},
		"chunks without end": {func(c net.Conn) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
			chunk := "10000\r\n" + strings.Repeat("x", 0x10000) + "\r\n"
			for {
				if _, err := io.WriteString(c, chunk); err != nil {
					return
				}
			}
		}, "16384 KiB"},
	} {
		t.Run(name, func(t *testing.T) {
			address := serveRaw(t, c.serve)
			h := host()
			client := transport.NewClient(transport.Options{Host: h, Repeat: func(*http.Request) transport.Repeat { return transport.Never },
				Redact: func(*http.Request, []byte) string { return "" }})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			resp, err := client.Get("http://" + address + "/")
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, %v, want an error with %q", resp, err, c.want)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > vendortest.MemoryOfCall {
				t.Errorf("took %d MiB", used>>20)
			}
		})
	}
}

// serveRaw answers the first request of each connection with what serve writes.
func serveRaw(t *testing.T, serve func(net.Conn)) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				if _, err := c.Read(make([]byte, 4096)); err == nil {
					serve(c)
				}
			}()
		}
	}()
	return listener.Addr().String()
}

// bomb writes an answer of a few kilobytes that unpacks to size bytes.
func bomb(to io.Writer, encoding string, size int) {
	_, _ = io.WriteString(to, "HTTP/1.1 200 OK\r\nContent-Encoding: "+encoding+"\r\nConnection: close\r\n\r\n")
	packer := gzip.NewWriter(to)
	zeros := make([]byte, 1<<16)
	for range size / len(zeros) {
		if _, err := packer.Write(zeros); err != nil {
			return
		}
	}
	_ = packer.Close()
}

// A redirect is never followed, so neither are a token and a body.
func TestClient_followsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			t.Errorf("%d: a request with %v went elsewhere", status, r.Header)
		}))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, status)
		}))
		client := transport.NewClient(transport.Options{Host: host(), Repeat: func(*http.Request) transport.Repeat { return transport.Always },
			Redact: func(*http.Request, []byte) string { return "" }})
		for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPost} {
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL, strings.NewReader("a secret"))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer secret")
			if resp, err := client.Do(r); err != nil || resp.StatusCode != status {
				t.Errorf("%s: %v, %v", method, resp, err)
			}
		}
		server.Close()
		elsewhere.Close()
	}
}
