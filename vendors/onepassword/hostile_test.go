package onepassword

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdk "github.com/1password/onepassword-sdk-go"

	"buckethead/vendors"
	"buckethead/vendors/vendortest"
)

const (
	hostileVault  = "vaultvaultvaultvaultvault1"
	hostileToken  = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.signature"
	hostileSecret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

var hostileVaults = `[{"id":"` + hostileVault + `","name":"Engineering","contentVersion":1}]`

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// behindVaults lets the list of vaults through, so that the case answers what follows.
func behindVaults(way http.RoundTripper) http.RoundTripper {
	vaults := vendortest.Answers("", 200, hostileVaults)
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/v1/vaults" {
			return vaults.Answer(r)
		}
		return way.RoundTrip(r)
	})
}

// hostileCall makes a call to a Connect server; traces collects what it traces.
func hostileCall(traces *[]vendors.Exchange, call func(context.Context, *Store) error) vendortest.Call {
	return func(ctx context.Context, way http.RoundTripper) error {
		host := vendors.Host{Now: time.Now, Transport: way, Sleep: func(ctx context.Context, d time.Duration) error {
			timer := time.NewTimer(d)
			defer timer.Stop()
			select {
			case <-timer.C:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		if traces != nil {
			host.Trace = func(e vendors.Exchange) { *traces = append(*traces, e) }
		}
		w := newConnectWay(host, "https://connect.example", vendors.NewSecret(hostileToken))
		return call(ctx, newStore(host, w, "Engineering", layout{}, false))
	}
}

func hostileSpec() vendors.ItemSpec {
	return vendors.ItemSpec{Title: "photos", Keys: vendors.BucketCredentials{AccessKeyID: "key", SecretAccessKey: vendors.NewSecret(hostileSecret), Bucket: "photos"}}
}

var hostileCalls = map[string]func(context.Context, *Store) error{
	"list items": func(ctx context.Context, s *Store) error { _, err := s.ListItems(ctx); return err },
	"read item": func(ctx context.Context, s *Store) error {
		_, err := s.GetItem(ctx, strings.Repeat("a", 26))
		return err
	},
	"create item": func(ctx context.Context, s *Store) error { _, err := s.CreateItem(ctx, hostileSpec()); return err },
	"delete item": func(ctx context.Context, s *Store) error { return s.DeleteItem(ctx, strings.Repeat("a", 26)) },
	"": func(ctx context.Context, s *Store) error {
		_, faults := s.ResolveReferences(ctx, []string{"op://Engineering/photos/secret", "op://Engineering/photos/other"})
		for _, err := range faults {
			return err
		}
		return nil
	},
}

func TestConnect_hostileServers(t *testing.T) {
	for op, call := range hostileCalls {
		o := vendortest.HostileOptions{Now: time.Now, Names: []string{"1Password: " + op}, Secrets: []string{hostileToken, hostileSecret}}
		cases := vendortest.HostileServers()
		if op == "delete item" {
			o.Calls = 2 // it looks for the item after a 500
			for i := range cases {
				// A success needs no body, and a 404 is one.
				cases[i].Harmless = !strings.Contains(cases[i].Name, "page")
			}
		}
		t.Run(op, func(t *testing.T) {
			vendortest.Survive(t, cases, o, func(ctx context.Context, way http.RoundTripper) error {
				return hostileCall(nil, call)(ctx, behindVaults(way))
			})
		})
		if op == "list items" {
			t.Run("find the vault", func(t *testing.T) {
				o.Names = []string{"1Password: find the vault"}
				vendortest.Survive(t, cases, o, hostileCall(nil, call))
			})
		}
	}
}

func TestConnect_hostileLists(t *testing.T) {
	id := strings.Repeat("a", 26)
	list := []vendortest.Hostile{
		vendortest.Answers("null", 200, "null"),
		vendortest.Answers("null with spaces", 200, " null\n"),
		vendortest.Answers("an object", 200, `{"items":[]}`),
		vendortest.Answers("no id", 200, `[{"title":"x"}]`),
		vendortest.Answers("an id that leads elsewhere", 200, `[{"id":"../../../vaults","title":"x"}]`),
		vendortest.Answers("a huge id", 200, `[{"id":"`+strings.Repeat("a", 1<<20)+`"}]`),
		vendortest.Answers("a null in it", 200, `[null]`),
		vendortest.Answers("a time of another kind", 200, `[{"id":"`+id+`","updatedAt":1e99}]`),
	}
	vendortest.Survive(t, list, vendortest.HostileOptions{Now: time.Now, Names: []string{"1Password: list items"}},
		func(ctx context.Context, way http.RoundTripper) error {
			return hostileCall(nil, hostileCalls["list items"])(ctx, behindVaults(way))
		})
	items := []vendortest.Hostile{
		vendortest.Answers("another item", 200, `{"id":"`+strings.Repeat("b", 26)+`","title":"x","version":1}`),
		vendortest.Answers("a version of another kind", 200, `{"id":"`+id+`","version":"x"}`),
		vendortest.Answers("fields of another kind", 200, `{"id":"`+id+`","version":1,"fields":{"a":1}}`),
		vendortest.Answers("a value of another kind", 200, `{"id":"`+id+`","version":1,"fields":[{"id":"a","value":7}]}`),
	}
	vendortest.Survive(t, items, vendortest.HostileOptions{Now: time.Now, Names: []string{"1Password: read item"}},
		func(ctx context.Context, way http.RoundTripper) error {
			return hostileCall(nil, hostileCalls["read item"])(ctx, behindVaults(way))
		})
}

// Neither the token nor the secret of an item is in a trace, whatever a server repeats.
func TestConnect_hostileEchoes(t *testing.T) {
	for _, c := range vendortest.HostileServers() {
		if !strings.Contains(c.Name, "repeats the request") {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			var traces []vendors.Exchange
			way := behindVaults(roundTripper(c.Answer))
			err := hostileCall(&traces, hostileCalls["create item"])(t.Context(), way)
			text := fmt.Sprintf("%+v %v", traces, err)
			if err == nil || len(traces) != 2 || !strings.Contains(text, "(sensitive)") {
				t.Fatalf("%s: %v, %d traces", c.Name, err, len(traces))
			}
			for _, secret := range []string{hostileToken, hostileSecret} {
				if strings.Contains(text, secret) {
					t.Errorf("%s: shows %s", c.Name, secret)
				}
			}
		})
	}
}

// Items are read one by one, until one cannot be read or a signal comes.
func TestConnect_readsStop(t *testing.T) {
	var ids []string
	for i := range 120 {
		ids = append(ids, fmt.Sprintf("%026d", i))
	}
	read := func(ctx context.Context, s *Store) error { _, err := s.GetItems(ctx, ids); return err }
	answer := roundTripper(func(r *http.Request) (*http.Response, error) {
		id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
		text, err := json.Marshal(map[string]any{"id": id, "title": id, "version": 1})
		if err != nil {
			return nil, err
		}
		if id == "vaults" {
			text = []byte(hostileVaults)
		}
		return vendortest.Answers("", 200, string(text)).Answer(r)
	})
	for _, n := range []int{1, 2, 30, 75} {
		synctest.Test(t, func(t *testing.T) { vendortest.StopsAtTheFirstFault(t, n, 0, hostileCall(nil, read), answer) })
		synctest.Test(t, func(t *testing.T) { vendortest.StopsWhenCancelled(t, n, 0, hostileCall(nil, read), answer) })
	}
}

// A server that cannot be asked is asked once, however many references there are.
func TestConnect_referencesStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		way := vendortest.Answers("", 429, "{}", "Retry-After", "12000")
		err := hostileCall(nil, func(ctx context.Context, s *Store) error {
			var refs []string
			for i := range 100 {
				refs = append(refs, fmt.Sprintf("op://Engineering/item %d/field", i))
			}
			_, faults := s.ResolveReferences(ctx, refs)
			if len(faults) != len(refs) {
				t.Errorf("%d faults", len(faults))
			}
			return faults[refs[99]]
		})(t.Context(), roundTripper(func(r *http.Request) (*http.Response, error) { sent++; return way.Answer(r) }))
		if sent != 1 || err == nil || !strings.Contains(err.Error(), "the server asks bh to wait 3h20m") {
			t.Errorf("%d requests, %v", sent, err)
		}
	})
}

// What the SDK's core says is cut, and nothing is asked after the first fault or a signal.
func TestSDK_hostileTexts(t *testing.T) {
	a := newAccount(ticking())
	a.vaultList = []sdk.VaultOverview{{ID: vaultID, Title: "Engineering"}}
	s := storeOn(t, a, true)
	var ids []string
	for i := range 500 {
		ids = append(ids, fmt.Sprintf("%026d", i))
	}
	for _, text := range []string{strings.Repeat("x\x1b[2J\u202e", 1<<20), strings.Repeat("\x00", 1<<20), "\xff\xfe", ""} {
		a.calls = nil
		a.before = func(call string) error {
			if call == "GetAll" {
				return errors.New(text)
			}
			return nil
		}
		_, err := s.GetItems(t.Context(), ids)
		if err == nil || len(err.Error()) > 8000 || strings.ContainsAny(err.Error(), "\x1b\x00\u202e\n") {
			t.Errorf("%.20q becomes %.300q", text, err)
		}
		if n := strings.Count(strings.Join(a.calls, " "), "GetAll"); n != 1 {
			t.Errorf("%d calls", n)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	a.calls = nil
	a.before = func(call string) error {
		if call == "GetAll" {
			cancel()
		}
		return nil
	}
	if _, err := s.GetItems(ctx, ids); !errors.Is(err, context.Canceled) || strings.Count(strings.Join(a.calls, " "), "GetAll") != 1 {
		t.Errorf("%v after %q", err, a.calls)
	}
}
