package transport_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"buckethead/vendors/transport"
)

// goesAway is a server of HTTP/2 that takes a request on each connection, says that it did not look at it, and ends the
// connection. It returns its address, and counts the requests.
func goesAway(t *testing.T) (address string, requests *atomic.Int64) {
	t.Helper()
	lender := httptest.NewTLSServer(nil) // of its certificate
	lender.Close()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: lender.TLS.Certificates, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	requests = &atomic.Int64{}
	serve := func(c net.Conn) {
		defer func() { _ = c.Close() }()
		_, _ = io.CopyN(io.Discard, c, 24)                // the preface
		_, _ = c.Write([]byte{0, 0, 0, 4, 0, 0, 0, 0, 0}) // SETTINGS
		for head := make([]byte, 9); ; {
			if _, err := io.ReadFull(c, head); err != nil {
				return
			}
			_, _ = io.CopyN(io.Discard, c, int64(head[0])<<16|int64(head[1])<<8|int64(head[2]))
			if head[3] == 1 { // HEADERS
				requests.Add(1)
				_, _ = c.Write([]byte{0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) // GOAWAY, of no stream
				_, _ = io.Copy(io.Discard, c)
				return
			}
		}
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	return l.Addr().String(), requests
}

// TestTransport_goaway: net/http itself would send a request again as fast as it can, for as long as the attempt lasts.
func TestTransport_goaway(t *testing.T) {
	address, requests := goesAway(t)
	h := host()
	h.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
	client := transport.NewClient(transport.Options{Host: h, Repeat: func(*http.Request) transport.Repeat { return transport.Always },
		Redact: func(*http.Request, []byte) string { return "" }})
	_, err := client.Get("https://" + address)
	if n := requests.Load(); err == nil || !strings.Contains(err.Error(), "closes each connection") || n > 12 {
		t.Errorf("%d requests, and then %v", n, err)
	}
}
