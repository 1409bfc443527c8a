package executor_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/state/s3"
	"buckethead/vendors"
	"buckethead/vendors/sim/s3api"
)

var every = flag.Bool("every", false, "draw as many worlds with a shared state as with one in memory")

// TestApply_sharedWorlds is TestApply_randomWorlds with the state in a bucket: a
// process that is killed takes with it all that was not written back, and the next one
// has nothing but what is in the bucket.
func TestApply_sharedWorlds(t *testing.T) {
	if testing.Short() {
		t.Skip("writes many states")
	}
	drawn := 0
	rapid.Check(t, func(t *rapid.T) {
		if drawn++; drawn > 12 && !*every {
			return // each costs as much as thirty in memory
		}
		r := newRigging()
		r.bucket = newBucket(rapid.SampledFrom([]int{1, 2, 1000}).Draw(t, "operations between two writes of the state"))
		randomWorld(t, r)
	})
}

// bucket is a state on a simulated server. Its clock goes on where the next process
// would have to wait for the lock of a dead one.
type bucket struct {
	server  *s3api.Server
	ahead   atomic.Int64 // of the server's clock, nanoseconds
	pace    int
	current *s3.Store // nil when nobody has it open
	line    *line     // of the process that has
	dead    bool
}

func newBucket(pace int) *bucket {
	b := &bucket{pace: pace}
	b.server = s3api.New(s3api.Options{AccessKeyID: "key", SecretAccessKey: "secret", Region: "auto", Buckets: []string{"states"},
		Now: func() time.Time { return time.Now().Add(time.Duration(b.ahead.Load())) }})
	return b
}

// line is how one process reaches the server: cut when the process is dead.
type line struct {
	to  http.RoundTripper
	cut atomic.Bool
}

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	if l.cut.Load() {
		gone := httptest.NewRecorder() // for good, so that nothing is tried again
		gone.WriteHeader(http.StatusForbidden)
		return gone.Result(), nil
	}
	return l.to.RoundTrip(r)
}

func (b *bucket) backend(l *line) (*s3.Backend, error) {
	return s3.New(context.Background(), s3.Options{Stack: stack, Now: time.Now, Transport: l, Pace: s3.Pace{Every: time.Hour, Operations: b.pace},
		Settings: vendors.Settings{"bucket": {Text: "states"}, "key": {Text: "state"}, "endpoint_url": {Text: "http://127.0.0.1:1"}, "region": {Text: "auto"},
			"access_key_id": {Text: "key"}, "secret_access_key": {Secret: vendors.NewSecret("secret")}}})
}

// open takes the state for one process.
func (b *bucket) open(r *rigging) (state.Journal, error) {
	b.line, b.dead = &line{to: b.server.Transport()}, false
	backend, err := b.backend(b.line)
	if err != nil {
		return nil, err
	}
	opened, err := backend.Open(context.Background())
	if err != nil {
		return nil, fmt.Errorf("open the state: %w", err)
	}
	b.current = opened.(*s3.Store)
	return mortal{b.current, b, r}, nil
}

// close ends the process; one that was killed leaves its lock, and its working copy is
// gone.
func (b *bucket) close() error {
	store := b.current
	b.current = nil
	if !b.dead {
		return store.Close()
	}
	b.line.cut.Store(true)
	_ = store.Close()
	b.ahead.Add(int64(10 * time.Minute))
	return nil
}

func (b *bucket) snapshot() (state.Snapshot, error) {
	if b.current != nil {
		return b.current.Snapshot()
	}
	backend, err := b.backend(&line{to: b.server.Transport()})
	if err != nil {
		return state.Snapshot{}, err
	}
	reader, err := backend.Read(context.Background())
	if err != nil {
		return state.Snapshot{}, err
	}
	snap, err := reader.Snapshot()
	return snap, errors.Join(err, reader.Close())
}

// mortal is a journal with the boundaries at which a process can be killed.
type mortal struct {
	*s3.Store
	b *bucket
	r *rigging
}

func (m mortal) at(method string, act func() error) error {
	if before := m.r.state.Before; before != nil {
		if err := before(method); err != nil {
			m.b.dead = m.b.dead || errors.Is(err, errDead)
			return err
		}
	}
	err := act()
	if after := m.r.state.After; after != nil {
		after(method)
	}
	return err
}

func (m mortal) Begin(ctx context.Context, i state.Intent) (out state.Intent, err error) {
	err = m.at("Begin", func() error { out, err = m.Store.Begin(ctx, i); return err })
	return out, err
}

func (m mortal) Commit(ctx context.Context, i state.Intent, r state.Record) error {
	return m.at("Commit", func() error { return m.Store.Commit(ctx, i, r) })
}

func (m mortal) Abort(ctx context.Context, i state.Intent) error {
	return m.at("Abort", func() error { return m.Store.Abort(ctx, i) })
}

func (m mortal) Move(ctx context.Context, from, to addr.Address, entries ...state.Entry) error {
	return m.at("Move", func() error { return m.Store.Move(ctx, from, to, entries...) })
}

func (m mortal) Settle(ctx context.Context, s state.Settlement) error {
	return m.at("Settle", func() error { return m.Store.Settle(ctx, s) })
}

func (m mortal) SetWatches(ctx context.Context, list []state.Watch) error {
	return m.at("SetWatches", func() error { return m.Store.SetWatches(ctx, list) })
}

func (m mortal) Append(ctx context.Context, entries ...state.Entry) error {
	return m.at("Append", func() error { return m.Store.Append(ctx, entries...) })
}
