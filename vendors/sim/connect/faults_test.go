package connect_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors/sim/connect"
)

// Every fault before the commit leaves nothing behind, and after it an item, in the
// process and over a socket.
func TestFaults(t *testing.T) {
	for name, c := range map[string]struct {
		fault  connect.Fault
		status int // 0: no answer, or half of one
		text   string
	}{
		"default":     {connect.Fault{}, 500, `{"status":500,"message":"Something went wrong"}`},
		"conflict":    {connect.Fault{Status: 409}, 409, `{"status":409,"message":"Conflict: Internal server conflict."}`},
		"limit":       {connect.Fault{Status: 429, RetryAfter: 1500 * time.Millisecond}, 429, `{"status":429,"message":"Too Many Requests"}`},
		"own words":   {connect.Fault{Kind: connect.Status, Status: 503, Message: "later"}, 503, `{"status":503,"message":"later"}`},
		"page":        {connect.Fault{Kind: connect.NonJSON}, 502, "<html>"},
		"page of 200": {connect.Fault{Kind: connect.NonJSON, Status: 200}, 200, "<html>"},
		"reset":       {connect.Fault{Kind: connect.Reset}, 0, ""},
		"truncated":   {connect.Fault{Kind: connect.Truncate}, 0, ""},
	} {
		for _, after := range []bool{false, true} {
			for _, socket := range []bool{false, true} {
				w := newWorld(t)
				hooked := -1
				fault := c.fault
				fault.After, fault.Call = after, func() { hooked = len(w.sim.Items(w.vault)) }
				if fault.Kind == "" && fault.Status == 0 {
					fault.Call, hooked = nil, map[bool]int{true: 1}[after]
				}
				w.sim.OnCall(func(connect.Call) *connect.Fault { return &fault })
				status, header, text, err := w.post(socket)
				made := len(w.sim.Items(w.vault))
				if status != c.status || !strings.Contains(text, c.text) || (err != nil) != (c.status == 0) {
					t.Errorf("%s after=%t socket=%t: %d %s %v", name, after, socket, status, text, err)
				}
				if (made == 1) != after || hooked != made {
					t.Errorf("%s after=%t socket=%t: %d items, the hook saw %d", name, after, socket, made, hooked)
				}
				if c.fault.RetryAfter > 0 && header.Get("Retry-After") != "2" {
					t.Errorf("%s: Retry-After is %q", name, header.Get("Retry-After"))
				}
				if fault.Kind == connect.Reset && !errors.Is(err, syscall.ECONNRESET) || fault.Kind == connect.Truncate && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%s after=%t socket=%t: %v", name, after, socket, err)
				}
			}
		}
	}
}

// post creates an item, in the process or over a socket.
func (w world) post(socket bool) (status int, header http.Header, text string, err error) {
	w.t.Helper()
	client, base := &http.Client{Transport: w.sim.Transport()}, "https://connect.example"
	if socket {
		server := httptest.NewServer(w.sim)
		defer server.Close()
		client, base = server.Client(), server.URL
	}
	names := strings.NewReplacer("VAULT", w.vault)
	r, err := http.NewRequestWithContext(w.t.Context(), "POST", base+names.Replace(items), strings.NewReader(names.Replace(good)))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer rw")
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return 0, nil, "", err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return 0, nil, "", err
	}
	return resp.StatusCode, resp.Header, string(body), nil
}

func TestFaults_hang(t *testing.T) {
	for _, after := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.sim.OnCall(func(connect.Call) *connect.Fault { return &connect.Fault{Kind: connect.Hang, After: after} })
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			start := time.Now()
			r, _ := http.NewRequestWithContext(ctx, "POST", "https://connect.example"+strings.Replace(items, "VAULT", w.vault, 1), strings.NewReader(strings.Replace(good, "VAULT", w.vault, 1)))
			r.Header.Set("Authorization", "Bearer rw")
			r.Header.Set("Content-Type", "application/json")
			got := w.send(r)
			if !errors.Is(got.err, context.DeadlineExceeded) || time.Since(start) != time.Minute || (len(w.sim.Items(w.vault)) == 1) != after {
				t.Errorf("after=%t: %v in %s", after, got.err, time.Since(start))
			}
		})
	}
}

// A hook alone spoils nothing, before or after.
func TestFaults_hook(t *testing.T) {
	w := newWorld(t)
	var seen []int
	for _, after := range []bool{false, true} {
		w.sim.OnCall(func(c connect.Call) *connect.Fault {
			return &connect.Fault{After: after, Call: func() { seen = append(seen, len(w.sim.Items(w.vault))) }}
		})
		w.create(good)
	}
	if len(seen) != 2 || seen[0] != 0 || seen[1] != 2 {
		t.Errorf("hooks saw %v", seen)
	}
}

func TestCounts(t *testing.T) {
	w := newWorld(t)
	var met []connect.Call
	w.sim.OnCall(func(c connect.Call) *connect.Fault { met = append(met, c); return nil })
	path := w.create(good)
	w.ok("GET", path, "")
	w.do("rw", "GET", "/nothing", "")
	w.create(good)
	last := w.sim.Log()[3]
	if w.sim.Calls("") != 4 || w.sim.Calls("item.create") != 2 || w.sim.Calls("item.get") != 1 || last.N != 4 || last.Nth != 2 || last.Op != "item.create" || last.Method != "POST" {
		t.Errorf("log %+v", w.sim.Log())
	}
	if len(met) != 3 {
		t.Errorf("met %+v", met) // what is not an operation is not asked about
	}
	w.sim.ResetCounts()
	if w.sim.Calls("")+w.sim.Calls("item.get")+len(w.sim.Log()) != 0 || len(w.sim.Unknown()) != 1 {
		t.Error("not reset, or forgot what was refused")
	}
}

// Reads are late by as long as they are told to be, write by write.
func TestReadDelay(t *testing.T) {
	w := newWorld(t, func(o *connect.Options) { o.ReadDelay = time.Minute })
	path := w.create(good)
	id := strings.TrimPrefix(path, items+"/")
	show := func(when string, status int, title any, version float64) {
		t.Helper()
		got := w.do("rw", "GET", path, "")
		listed := w.list("")
		v := w.ok("GET", "/v1/vaults/VAULT", "")
		if got.status != status || len(listed) != map[int]int{200: 1}[status] || v["contentVersion"] != version || v["items"] != float64(len(listed)) ||
			status == 200 && (got.object(t)["title"] != title || listed[0] != title) {
			t.Errorf("%s: %d %s, listed %q, vault %v", when, got.status, got.text, listed, v)
		}
	}
	show("at once", 404, nil, 1)
	put := func(title string) {
		w.ok("PUT", path, strings.Replace(good, `"title":"x"`, `"id":"`+id+`","title":"`+title+`"`, 1))
	}
	w.pass(30 * time.Second)
	put("y")
	show("after half a minute", 404, nil, 1)
	w.pass(30 * time.Second)
	show("after a minute", 200, "x", 2)
	w.pass(30 * time.Second)
	show("after a minute and a half", 200, "y", 3)
	put("z")
	if got := w.do("rw", "DELETE", path, ""); got.status != 204 {
		t.Errorf("delete: %d", got.status)
	}
	show("deleted", 200, "y", 3)
	w.pass(time.Minute)
	show("a minute later", 404, nil, 5)
	w.clean()
}

func TestDeleteAnswers500(t *testing.T) {
	w := newWorld(t, func(o *connect.Options) { o.DeleteAnswers500 = true })
	path := w.create(good)
	if got := w.do("rw", "DELETE", path, ""); got.status != 500 || got.message() != "Something went wrong" {
		t.Errorf("%d %s", got.status, got.text)
	}
	if got := w.do("rw", "DELETE", path, ""); got.status != 404 {
		t.Errorf("again: %d", got.status)
	}
	w.clean()
}

// Of two writes to one vault that overlap the second is in conflict; reads, and
// writes one after the other, are not.
func TestConflicts(t *testing.T) {
	for _, method := range []string{"POST", "DELETE"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, func(o *connect.Options) {
				o.Now, o.Latency = time.Now, 20*time.Millisecond
				o.Sleep = func(ctx context.Context, d time.Duration) error {
					select {
					case <-ctx.Done():
						return ctx.Err()
					case <-time.After(d):
						return nil
					}
				}
			})
			start := time.Now()
			path := w.create(good)
			w.create(good)
			if time.Since(start) != 40*time.Millisecond {
				t.Errorf("two calls took %s", time.Since(start))
			}
			var group sync.WaitGroup
			group.Go(func() { w.do("rw", "POST", items, good) })
			group.Go(func() {
				if got := w.do("rw", "GET", path, ""); got.status != 200 {
					t.Errorf("a read: %d", got.status)
				}
			})
			synctest.Wait()
			time.Sleep(10 * time.Millisecond)
			body := map[string]string{"POST": good}[method]
			if method == "POST" {
				path = items
			}
			got := w.do("rw", method, path, body)
			group.Wait()
			if want := map[string]int{"POST": 409, "DELETE": 500}[method]; got.status != want || len(w.sim.Items(w.vault)) != 3 {
				t.Errorf("%s: %d %s", method, got.status, got.text)
			}
			if got := w.do("rw", method, path, body); got.status >= 300 {
				t.Errorf("%s again: %d %s", method, got.status, got.text)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, "GET", "https://connect.example/v1/vaults", nil)
			if got := w.send(r); !errors.Is(got.err, context.DeadlineExceeded) {
				t.Errorf("a call that was given up: %+v", got)
			}
			w.clean()
		})
	}
}

func TestNew_panics(t *testing.T) {
	for _, o := range []connect.Options{{}, {Now: time.Now, Latency: 1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v is taken", o)
				}
			}()
			connect.New(o)
		}()
	}
}
