package cloudflare_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
	simulator "buckethead/vendors/sim/cloudflare"
)

// zone is one that every lab has.
const (
	zoneID = "00000000000000000000000000000abc"
	zone   = "example.com"
)

// clock is a time that moves when someone sleeps.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep is over at once, and the time has passed.
func (c *clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	c.now = c.now.Add(d)
	return nil
}

// lab is an account at the simulator, and the token that bh has of it.
type lab struct {
	*simulator.Simulator
	clock  *clock
	kind   string
	value  string
	traces []vendors.Exchange
	waits  []string
	mu     sync.Mutex
}

// newLab makes an account. Clock and Sleep of o are filled in.
func newLab(t testing.TB, kind string, o simulator.Options) *lab {
	t.Helper()
	l := &lab{clock: newClock(), kind: kind}
	o.Now, o.Sleep = l.clock.Now, l.clock.Sleep
	l.Simulator = simulator.New(o)
	l.AddZone(zoneID, zone)
	groups := []string{"Workers R2 Storage Write", "Account API Tokens Write"}
	if kind == "user" {
		groups[1] = "API Tokens Write"
	}
	_, l.value = l.AddToken(simulator.TokenSpec{Name: "bh", User: kind == "user", Groups: groups})
	t.Cleanup(func() {
		if strange := l.Unknown(); len(strange) > 0 && !t.Failed() {
			t.Errorf("the simulator refused what the API does not know: %q", strange)
		}
	})
	return l
}

// host is the machine of a lab.
func (l *lab) host() vendors.Host {
	return vendors.Host{Now: l.clock.Now, Sleep: l.clock.Sleep, Transport: l.Transport(),
		Waiting: func(why string, _ time.Time) { l.mu.Lock(); l.waits = append(l.waits, why); l.mu.Unlock() },
		Trace:   func(e vendors.Exchange) { l.mu.Lock(); l.traces = append(l.traces, e); l.mu.Unlock() }}
}

func (l *lab) settings() vendors.Settings {
	return vendors.Settings{"account_id": {Text: simulator.DefaultAccountID}, "api_token": {Secret: vendors.NewSecret(l.value)}, "token_kind": {Text: l.kind}}
}

// open returns the adapter, on the lab's account.
func (l *lab) open(t testing.TB) vendors.BucketProvider {
	t.Helper()
	c, err := cloudflare.Vendor.OpenBuckets(context.Background(), l.host(), l.settings())
	if err != nil {
		t.Fatal(err)
	}
	labs.Store(c, l)
	return c
}

// opened finds the lab of a cloud, for what happens behind its back.
type opened struct{ sync.Map }

var labs opened

func (o *opened) of(p vendors.BucketProvider) *lab {
	l, _ := o.Load(p)
	return l.(*lab)
}

// minted returns the tokens that were created through the API.
func (l *lab) minted() []simulator.Token {
	return slices.DeleteFunc(l.Tokens(l.kind == "user"), func(t simulator.Token) bool { return t.Value == l.value })
}

// fault arms one fault for every call of an operation.
func (l *lab) fault(op string, f simulator.Fault) {
	l.OnCall(func(c simulator.Call) *simulator.Fault {
		if c.Op != op {
			return nil
		}
		return &f
	})
}

func isWrite(c simulator.Call) bool { return c.Method != http.MethodGet && c.Method != http.MethodHead }
