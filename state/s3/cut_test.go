package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"buckethead/state"
	"buckethead/vendors/vendortest"
)

// partial is a body of which only the beginning arrives.
type partial struct {
	io.Reader
	wait <-chan struct{} // before the error, if it is there
	err  func() error
}

func (p partial) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	if err == nil {
		return n, nil
	}
	if p.wait != nil {
		<-p.wait
	}
	return n, p.err()
}

func (p partial) Close() error { return nil }

// TestGet_cutOff: an answer that breaks off is asked for again; one that does not arrive in time is the server's fault, and
// the error says how much came.
func TestGet_cutOff(t *testing.T) {
	part := func(r *http.Request, wait <-chan struct{}, err func() error) (*http.Response, error) {
		resp, _ := vendortest.Answers("", 200, "", "Content-Length", fmt.Sprint(30<<20)).Answer(r)
		resp.ContentLength, resp.Body = 30<<20, partial{strings.NewReader(strings.Repeat("x", 20<<20)), wait, err}
		return resp, nil
	}
	pull := hostileCall(hostileCalls["pull"])
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		err := pull(t.Context(), roundTripper(func(r *http.Request) (*http.Response, error) {
			if asked++; asked < 3 {
				return part(r, nil, func() error { return syscall.ECONNRESET })
			}
			return vendortest.Answers("", 404, "<Error><Code>NoSuchKey</Code></Error>").Answer(r)
		}))
		if !errors.Is(err, io.EOF) || asked != 3 {
			t.Errorf("reset twice: %v after %d requests", err, asked)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		err := pull(t.Context(), roundTripper(func(r *http.Request) (*http.Response, error) {
			return part(r, r.Context().Done(), func() error { return context.Cause(r.Context()) })
		}))
		if !errors.Is(err, state.ErrServer) || !strings.Contains(err.Error(), "only 20,480 of 30,720 KiB arrived in 2m") {
			t.Errorf("too slow: %v", err)
		}
	})
}
