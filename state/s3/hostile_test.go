package s3_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"buckethead/state"
	"buckethead/state/bolt"
	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/sim/s3api"
	"buckethead/vendors/vendortest"
)

// hostileCall makes a call to a state that is reached by the way of the case.
func hostileCall(call func(context.Context, *s3.Backend) error) vendortest.Call {
	return func(ctx context.Context, way http.RoundTripper) error {
		b, err := s3.New(ctx, s3.Options{Stack: "main", Now: time.Now, Transport: way, Holder: state.Holder{Actor: "ada"}, LockTimeout: time.Minute,
			Settings: vendors.Settings{"bucket": {Text: states}, "key": {Text: "bh/main.state"}, "endpoint_url": {Text: "https://s3.example"},
				"region": {Text: "auto"}, "access_key_id": {Text: keyID}, "secret_access_key": {Secret: vendors.NewSecret(secret)}}})
		if err != nil {
			return err
		}
		return call(ctx, b)
	}
}

var hostileCalls = map[string]func(context.Context, *s3.Backend) error{
	"read": func(ctx context.Context, b *s3.Backend) error { _, err := b.Read(ctx); return err },
	"open": func(ctx context.Context, b *s3.Backend) error {
		store, err := b.Open(ctx)
		if err == nil {
			err = store.Close()
		}
		return err
	},
	"locked":  func(ctx context.Context, b *s3.Backend) error { _, err := b.Locked(ctx); return err },
	"lock":    func(ctx context.Context, b *s3.Backend) error { _, err := b.Lock(ctx, time.Minute); return err },
	"unlock":  func(ctx context.Context, b *s3.Backend) error { _, err := b.Unlock(ctx, "x"); return err },
	"pull":    func(ctx context.Context, b *s3.Backend) error { _, err := b.Pull(ctx); return err },
	"backup":  func(ctx context.Context, b *s3.Backend) error { _, err := b.Backup(ctx); return err },
	"backups": func(ctx context.Context, b *s3.Backend) error { _, err := b.Backups(ctx); return err },
	"restore": func(ctx context.Context, b *s3.Backend) error {
		_, err := b.Restore(ctx, "s3://states/bh/main.state.previous")
		return err
	},
}

// elsewhere fails the test if a request goes where an answer pointed.
func elsewhere(t *testing.T, call vendortest.Call) vendortest.Call {
	return func(ctx context.Context, way http.RoundTripper) error {
		return call(ctx, roundTripper(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host != "s3.example" {
				t.Errorf("a request with %v went to %s", r.Header, r.URL.Host)
			}
			return way.RoundTrip(r)
		}))
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestBackend_hostileServers(t *testing.T) {
	s3.LowerLimits(t, 8<<20, 8<<20, 16<<20)
	for name, call := range hostileCalls {
		if name == "lock" || name == "pull" || name == "backup" {
			continue // which begin as open, read and restore do
		}
		t.Run(name, func(t *testing.T) {
			o := vendortest.HostileOptions{Now: time.Now, Names: []string{"s3://states/bh/main.state", state.ErrUnsafe.Error()}, Secrets: []string{secret}}
			vendortest.Survive(t, vendortest.HostileServers(), o, elsewhere(t, hostileCall(call)))
		})
	}
}

// lockOf is a lock object as a hostile server can make it up.
func lockOf(edit func(map[string]any)) string {
	l := map[string]any{"bh_lock": 2, "id": "0123456789abcdef", "holder": map[string]any{"actor": "eve"}, "acquired_at": "2000-01-01T00:00:00Z", "expires_in": 60}
	edit(l)
	text, err := json.Marshal(l)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// dated answers each request with a body and dates, given as times from now.
func dated(name, body string, written, now time.Duration) vendortest.Hostile {
	return vendortest.Hostile{Name: name, Answer: func(r *http.Request) (*http.Response, error) {
		at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
		return vendortest.Answers("", 200, body, "Etag", `"0"`, "Date", at(now), "Last-Modified", at(written)).Answer(r)
	}}
}

// A lock is what the server says: no number and no date in it makes bh wait for ever, or take it.
func TestBackend_hostileLocks(t *testing.T) {
	released := func(l map[string]any) { l["released"], l["broken_by"] = true, map[string]any{"actor": "eve"} }
	const years = 50 * 365 * 24 * time.Hour
	cases := []vendortest.Hostile{
		dated("held", lockOf(func(map[string]any) {}), 0, 0),
		dated("held for 292 years", lockOf(func(l map[string]any) { l["expires_in"] = int64(9223372036) }), 0, 0),
		dated("held for 290 billion years", lockOf(func(l map[string]any) { l["expires_in"] = int64(9223372036854775807) }), 0, 0),
		dated("held for a negative time", lockOf(func(l map[string]any) { l["expires_in"] = -1 }), 0, 0),
		dated("held for a fraction", lockOf(func(l map[string]any) { l["expires_in"] = 0.5 }), 0, 0),
		dated("held since a time to come", lockOf(func(map[string]any) {}), years, 0),
		dated("held, by a clock of 1970", lockOf(func(map[string]any) {}), 0, -30*365*24*time.Hour),
		dated("released, to be left alone for a year", lockOf(func(l map[string]any) { released(l); l["expires_in"] = 365 * 24 * 3600 }), 0, 0),
		dated("released in a time to come", lockOf(released), years, 0),
		dated("released again and again", lockOf(func(l map[string]any) { released(l); l["expires_in"] = 3600 }), 0, 0),
		dated("of a later format", lockOf(func(l map[string]any) { l["bh_lock"] = 1 << 40 }), 0, 0),
		dated("of a huge id", lockOf(func(l map[string]any) { l["id"] = strings.Repeat("x\x1b[2J", 1<<16) }), 0, 0),
		dated("with a field that is not known", lockOf(func(l map[string]any) { l["note"] = strings.Repeat("y\x1b[2J", 1<<16) }), 0, 0),
		{Name: "free, but all writes are refused", Answer: func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodPut {
				return vendortest.Answers("", 412, "<Error><Code>PreconditionFailed</Code></Error>").Answer(r)
			}
			etag := fmt.Sprintf("%q", time.Now().String())
			return vendortest.Answers("", 200, lockOf(func(l map[string]any) { l["released"] = true }), "Etag", etag,
				"Last-Modified", time.Now().UTC().Format(http.TimeFormat)).Answer(r)
		}},
	}
	for _, name := range []string{"open", "lock", "restore"} {
		t.Run(name, func(t *testing.T) {
			vendortest.Survive(t, cases, vendortest.HostileOptions{Now: time.Now, Names: []string{"s3://states/bh/main.state", state.ErrUnsafe.Error()}}, hostileCall(hostileCalls[name]))
		})
	}
	t.Run("unlock", func(t *testing.T) {
		vendortest.Survive(t, cases[len(cases)-1:], vendortest.HostileOptions{Now: time.Now, Names: []string{"s3://"}}, hostileCall(func(ctx context.Context, b *s3.Backend) error {
			held := roundTripper(func(r *http.Request) (*http.Response, error) {
				if r.Method == http.MethodPut {
					return vendortest.Answers("", 412, "<Error><Code>PreconditionFailed</Code></Error>").Answer(r)
				}
				return dated("", lockOf(func(map[string]any) {}), 0, 0).Answer(r)
			})
			return hostileCall(func(ctx context.Context, b *s3.Backend) error {
				_, err := b.Unlock(ctx, "0123456789abcdef")
				return err
			})(ctx, held)
		}))
	})
}

// objectOf is a state object whose first line says what size its file has.
func objectOf(t *testing.T, size int64, file func(io.Writer)) string {
	t.Helper()
	line, err := json.Marshal(map[string]any{"bh_state": 2, "stack": "main", "lineage": "l", "serial": 1, "size": size, "sha256": strings.Repeat("0", 64), "lock": "x", "written_at": time.Unix(0, 0)})
	must(t, err)
	var out bytes.Buffer
	out.Write(append(bolt.Seal(line), '\n'))
	packer := gzip.NewWriter(&out)
	file(packer)
	must(t, packer.Close())
	return out.String()
}

func zeros(n int) func(io.Writer) {
	return func(w io.Writer) {
		chunk := make([]byte, 1<<20)
		for range n >> 20 {
			_, _ = w.Write(chunk) // into memory
		}
	}
}

// A small object that unpacks to a huge file is refused before it is unpacked, or after as many
// bytes as its first line says.
func TestBackend_hostileObjects(t *testing.T) {
	cases := []vendortest.Hostile{
		dated("a bomb that says so", objectOf(t, 1<<40, zeros(64<<20)), 0, 0),
		dated("a bomb that does not", objectOf(t, 1000, zeros(256<<20)), 0, 0),
		dated("a negative size", objectOf(t, -1, zeros(1<<20)), 0, 0),
		dated("a file of zeros", objectOf(t, 8<<20, zeros(8<<20)), 0, 0),
		dated("a line without end", strings.Repeat("{", 1<<20), 0, 0),
	}
	vendortest.Survive(t, cases, vendortest.HostileOptions{Now: time.Now, Names: []string{"s3://states/bh/main.state"}}, hostileCall(hostileCalls["pull"]))
}

// A list of copies that does not end is an error, and what it names beside the copies is neither
// read nor removed.
func TestBackend_hostileLists(t *testing.T) {
	page := func(next string, keys ...string) string {
		var b strings.Builder
		for _, key := range keys {
			b.WriteString("<Contents><Key>" + key + "</Key><Size>9223372036854775807</Size></Contents>")
		}
		return "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>" + next + "</NextContinuationToken>" + b.String() + "</ListBucketResult>"
	}
	cases := []vendortest.Hostile{
		vendortest.Answers("a token that repeats", 200, page("x", "a")),
		vendortest.InTurn("a cycle of tokens", func(n int, _ *http.Request) string { return page(fmt.Sprint(n%2), "a") }),
		vendortest.InTurn("tokens for ever", func(n int, _ *http.Request) string { return page(fmt.Sprint(n)) }),
		vendortest.Answers("entries for ever", 200, page("x", strings.Repeat("y", 32<<20))),
	}
	vendortest.Survive(t, cases, vendortest.HostileOptions{Now: time.Now, Names: []string{"s3://states/bh/main.state"}}, hostileCall(hostileCalls["backups"]))

	var others []string
	for i := range 100 {
		others = append(others, fmt.Sprintf("payroll-%d", i))
	}
	s := newServer(t, s3api.Options{})
	o := s.options("bh/main.state", "ada")
	must(t, s.open(o).Close())
	next := s.next
	s.next = roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Query().Has("list-type") {
			body := strings.Replace(page("", others...), "<IsTruncated>true", "<IsTruncated>false", 1)
			return vendortest.Answers("", 200, body).Answer(r)
		}
		if strings.Contains(r.URL.Path, "payroll") {
			t.Errorf("%s %s", r.Method, r.URL.Path)
		}
		return next.RoundTrip(r)
	})
	_, err := s.backend(o).Backup(t.Context())
	must(t, err)
	_, err = s.backend(o).Backups(t.Context())
	must(t, err)
}

// What is too large to be read is not written.
func TestBackend_writesNoMoreThanItReads(t *testing.T) {
	s := newServer(t, s3api.Options{})
	o := s.options("bh/main.state", "ada")
	store := s.open(o)
	must(t, store.Close())
	before := s.object("bh/main.state")
	s3.LowerLimits(t, 64, 1<<20, 1<<30)
	if _, err := s.backend(o).Open(t.Context()); err == nil || !strings.Contains(err.Error(), "a state of bh has at most 0 MiB") {
		t.Errorf("got %v", err)
	}
	s3.LowerLimits(t, 1<<30, 1<<20, int64(len(before)))
	if store, err := s.backend(o).Open(t.Context()); err == nil {
		_ = store.Close()
		t.Error("a file above its limit was read")
	}
	if !bytes.Equal(before, s.object("bh/main.state")) {
		t.Error("the state was changed")
	}
}
