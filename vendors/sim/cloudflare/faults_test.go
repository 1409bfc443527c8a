package cloudflare_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors/sim/cloudflare"
)

// TestFaults looks at each kind in the process and over a socket.
func TestFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		fault cloudflare.Fault
		want  string
	}{
		"status":      {cloudflare.Fault{Kind: cloudflare.Status, Status: 503, RetryAfter: 1500 * time.Millisecond}, "503 10043 2"},
		"no kind":     {cloudflare.Fault{}, "500 10001 "},
		"an error":    {cloudflare.Fault{Status: 409, Code: 10004, Message: "is there"}, "409 10004 "},
		"reset":       {cloudflare.Fault{Kind: cloudflare.Reset}, "reset"},
		"truncate":    {cloudflare.Fault{Kind: cloudflare.Truncate}, "cut 200"},
		"a page":      {cloudflare.Fault{Kind: cloudflare.NonJSON}, "502 page"},
		"a page, 520": {cloudflare.Fault{Kind: cloudflare.NonJSON, Status: 520}, "520 page"},
		"hook":        {cloudflare.Fault{Kind: cloudflare.Hook}, "200 0 "},
	} {
		for _, after := range []bool{false, true} {
			for _, socket := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, after %v, socket %v", name, after, socket), func(t *testing.T) {
					w := newWorld(t)
					called := false
					fault := tt.fault
					fault.After, fault.Call = after, func() { called = true; _ = w.sim.Buckets() }
					if name == "no kind" || name == "an error" {
						fault.Call = nil
					}
					w.sim.OnCall(func(cloudflare.Call) *cloudflare.Fault { return &fault })
					got := faultSeen(w, socket)
					if got != tt.want || called != (fault.Call != nil) {
						t.Errorf("%q, want %q; called %v", got, tt.want, called)
					}
					if made, want := len(w.sim.Buckets()) == 1, after || name == "hook"; made != want {
						t.Errorf("made %v, want %v", made, want)
					}
				})
			}
		}
	}
}

// faultSeen creates a bucket and says in short how that ended.
func faultSeen(w world, socket bool) string {
	transport, base := w.sim.Transport(), "https://api.cloudflare.com"
	if socket {
		server := httptest.NewServer(w.sim)
		defer server.Close()
		transport, base = server.Client().Transport, server.URL
	}
	r, err := http.NewRequestWithContext(w.t.Context(), "POST", base+"/client/v4/accounts/"+account+"/r2/buckets", strings.NewReader(`{"name":"abc"}`))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.value)
	r.Header.Set("Content-Type", "application/json")
	resp, err := (&http.Client{Transport: transport}).Do(r)
	if errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) {
		return "reset"
	}
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) && int64(len(text)) < resp.ContentLength:
		return fmt.Sprint("cut ", resp.StatusCode)
	case strings.HasPrefix(string(text), "<!DOCTYPE html>"):
		return fmt.Sprint(resp.StatusCode, " page")
	}
	code := 0
	if _, rest, ok := strings.Cut(string(text), `"code":`); ok {
		_, _ = fmt.Sscan(strings.SplitN(rest, ",", 2)[0], &code)
	}
	return fmt.Sprint(resp.StatusCode, " ", code, " ", resp.Header.Get("Retry-After"))
}

func TestFaults_hang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.sim.OnCall(func(c cloudflare.Call) *cloudflare.Fault {
			return &cloudflare.Fault{Kind: cloudflare.Hang, After: c.Nth == 2}
		})
		for n := range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			r, err := http.NewRequestWithContext(ctx, "POST", "https://api.cloudflare.com/client/v4/accounts/"+account+"/tokens", strings.NewReader(scoped))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", "Bearer "+w.value)
			r.Header.Set("Content-Type", "application/json")
			if got := w.send(r); !errors.Is(got.err, context.DeadlineExceeded) || len(w.sim.Tokens(false)) != 1+n {
				t.Errorf("%+v with %d tokens", got, len(w.sim.Tokens(false)))
			}
			cancel()
		}
	})
}

func TestFaults_hangOverASocket(t *testing.T) {
	w := newWorld(t)
	w.sim.OnCall(func(cloudflare.Call) *cloudflare.Fault { return &cloudflare.Fault{Kind: cloudflare.Hang} })
	server := httptest.NewServer(w.sim)
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/client/v4/user/tokens", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := server.Client().Do(r)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

func TestFaults_s3(t *testing.T) {
	w := newWorld(t)
	w.bucket("abc")
	h := w.head(w.mint(scoped))
	var got []int
	for _, fault := range []*cloudflare.Fault{{Status: 503}, {Kind: cloudflare.NonJSON}, {Kind: cloudflare.Truncate, After: true}, nil} {
		w.sim.OnCall(func(c cloudflare.Call) *cloudflare.Fault { return fault })
		got = append(got, w.proof(h))
	}
	if fmt.Sprint(got) != "[503 502 200 200]" {
		t.Errorf("%v", got)
	}
}

func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := newWorld(t, func(o *cloudflare.Options) {
			o.Latency = time.Second
			o.Sleep = func(ctx context.Context, d time.Duration) error {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(d):
					return nil
				}
			}
		})
		w.ok("GET", "r2/buckets", "")
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "GET", "https://api.cloudflare.com/client/v4/user/tokens", nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.send(r); !errors.Is(got.err, context.DeadlineExceeded) {
			t.Errorf("%+v", got)
		}
	})
}

func TestLog(t *testing.T) {
	w := newWorld(t)
	w.bucket("abc", "cf-r2-jurisdiction: eu")
	w.do("GET", "r2/buckets", "")
	w.do("GET", "nowhere", "")
	w.do("GET", "r2/buckets", "")
	want := fmt.Sprint([]cloudflare.Call{
		{N: 1, Nth: 1, Op: "bucket.create", Method: "POST", Path: "/client/v4/accounts/" + account + "/r2/buckets", Jurisdiction: "eu"},
		{N: 2, Nth: 1, Op: "bucket.list", Method: "GET", Path: "/client/v4/accounts/" + account + "/r2/buckets", Jurisdiction: "default"},
		{N: 3, Method: "GET", Path: "/client/v4/accounts/" + account + "/nowhere", Jurisdiction: "default"},
		{N: 4, Nth: 2, Op: "bucket.list", Method: "GET", Path: "/client/v4/accounts/" + account + "/r2/buckets", Jurisdiction: "default"},
	})
	if got := fmt.Sprint(w.sim.Log()); got != want || w.sim.Calls("bucket.list") != 2 || w.sim.Calls("") != 4 {
		t.Errorf("%s\nwant %s", got, want)
	}
	w.sim.ResetCounts()
	if len(w.sim.Log())+w.sim.Calls("bucket.list")+len(w.sim.Unknown()) != 0 {
		t.Error("counts are left")
	}
}

func TestConcurrent(t *testing.T) {
	w := newWorld(t, func(o *cloudflare.Options) { o.Limit, o.AccountTokens = 100000, 1000 })
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 20 {
				name := fmt.Sprintf("b-%d-%d", i, n)
				w.do("POST", "r2/buckets", fmt.Sprintf(`{"name":%q}`, name))
				w.do("POST", "tokens", scoped)
				w.do("GET", "r2/buckets", "")
				w.do("GET", "tokens", "")
				w.sim.PutObject("", name, "k", 1)
				w.sim.Buckets()
				w.sim.Tokens(false)
				w.sim.Log()
			}
		})
	}
	wg.Wait()
	if b, k := len(w.sim.Buckets()), len(w.sim.Tokens(false)); b != 160 || k != 161 {
		t.Errorf("%d buckets, %d tokens", b, k)
	}
	w.clean()
}
