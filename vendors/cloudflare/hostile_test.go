package cloudflare_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
	simulator "buckethead/vendors/sim/cloudflare"
	"buckethead/vendors/vendortest"
)

const apiToken = "cfat_0123456789abcdef0123456789abcdef01234567"

// hostileCall makes a call to an account that is reached by the way of the case.
func hostileCall(call func(context.Context, *cloudflare.Cloud) error) vendortest.Call {
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
		c, err := cloudflare.Vendor.OpenBuckets(ctx, host, vendors.Settings{"account_id": {Text: simulator.DefaultAccountID},
			"api_token": {Secret: vendors.NewSecret(apiToken)}, "token_kind": {Text: "account"}})
		if err != nil {
			return err
		}
		return call(ctx, c.(*cloudflare.Cloud))
	}
}

var hostileCalls = map[string]func(context.Context, *cloudflare.Cloud) error{
	"list buckets": func(ctx context.Context, c *cloudflare.Cloud) error { _, err := c.ListBuckets(ctx, ""); return err },
	"list tokens":  func(ctx context.Context, c *cloudflare.Cloud) error { _, err := c.ListCredentials(ctx); return err },
	"look for objects": func(ctx context.Context, c *cloudflare.Cloud) error {
		_, err := c.ProbeEmptiness(ctx, vendors.BucketID{Name: "photos"})
		return err
	},
	"list objects": func(ctx context.Context, c *cloudflare.Cloud) error {
		return c.EmptyBucket(ctx, vendors.BucketID{Name: "photos"})
	},
	"read bucket": func(ctx context.Context, c *cloudflare.Cloud) error {
		_, err := c.GetBucket(ctx, vendors.BucketID{Name: "photos"})
		return err
	},
	"read token": func(ctx context.Context, c *cloudflare.Cloud) error {
		_, err := c.GetCredential(ctx, strings.Repeat("a", 32))
		return err
	},
	"verify the token": func(ctx context.Context, c *cloudflare.Cloud) error { _, err := c.CheckPermissions(ctx); return err },
	"create bucket": func(ctx context.Context, c *cloudflare.Cloud) error {
		_, err := c.CreateBucket(ctx, vendors.BucketSpec{ID: vendors.BucketID{Name: "photos"}})
		return err
	},
	"create token": func(ctx context.Context, c *cloudflare.Cloud) error {
		_, err := c.IssueCredential(ctx, vendors.CredentialSpec{Name: "bh/x", Bucket: vendors.BucketID{Name: "photos"}, Access: vendors.ReadWrite})
		return err
	},
	"read custom domains": func(ctx context.Context, c *cloudflare.Cloud) error {
		_, err := c.ReadBucketSettings(ctx, vendors.BucketID{Name: "photos"}, []vendors.SettingsKind{vendors.DomainSettings})
		return err
	},
}

func TestCloud_hostileServers(t *testing.T) {
	for op, call := range hostileCalls {
		t.Run(op, func(t *testing.T) {
			o := vendortest.HostileOptions{Now: time.Now, Names: []string{"Cloudflare: " + op}, Secrets: []string{apiToken}}
			if op == "create token" {
				o.Calls = 2 // it looks up a permission group first
			}
			vendortest.Survive(t, vendortest.HostileServers(), o, hostileCall(call))
		})
	}
}

// ok is an answer of the API with a result and what stands beside it.
func ok(result, info string) string {
	return fmt.Sprintf(`{"success":true,"errors":[],"messages":[],"result":%s,"result_info":%s}`, result, info)
}

func bucketsFrom(first, count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, `,{"name":"b%07d"}`, first+i)
	}
	return `{"buckets":[` + strings.TrimPrefix(b.String(), ",") + `]}`
}

func tokensFrom(first, count int) string {
	var b strings.Builder
	for i := range count {
		fmt.Fprintf(&b, `,{"id":"%032x","name":"t"}`, first+i)
	}
	return `[` + strings.TrimPrefix(b.String(), ",") + `]`
}

// A list that is not one, or has no end, is an error: an empty list would mean that everything
// is gone.
func TestCloud_hostileLists(t *testing.T) {
	always := func(name, result, info string) vendortest.Hostile {
		return vendortest.Answers(name, 200, ok(result, info))
	}
	buckets := []vendortest.Hostile{
		always("null", "null", "null"),
		always("no list", `{}`, "null"),
		always("a null list", `{"buckets":null}`, "null"),
		always("another type", `{"buckets":"none"}`, "null"),
		always("a list of nothing known", `[]`, "null"),
		always("an object", `{"buckets":{"0":{"name":"a"}}}`, "null"),
		always("no name", `{"buckets":[{}]}`, "null"),
		always("a long name", `{"buckets":[{"name":"`+strings.Repeat("a", 1<<20)+`"}]}`, "null"),
		always("a cursor that repeats", bucketsFrom(1, 1), `{"cursor":"x"}`),
		always("empty pages with one cursor", bucketsFrom(1, 0), `{"cursor":"x"}`),
		vendortest.InTurn("a cycle of two pages", func(n int, _ *http.Request) string {
			return ok(bucketsFrom(n%2, 1), fmt.Sprintf(`{"cursor":"%d"}`, n%2))
		}),
		vendortest.InTurn("a cycle of cursors", func(n int, _ *http.Request) string {
			return ok(bucketsFrom(n, 1), fmt.Sprintf(`{"cursor":"%d"}`, n%2))
		}),
		vendortest.InTurn("empty pages for ever", func(n int, _ *http.Request) string {
			return ok(bucketsFrom(1, 0), fmt.Sprintf(`{"cursor":"%d"}`, n))
		}),
		vendortest.InTurn("pages for ever", func(n int, _ *http.Request) string {
			return ok(bucketsFrom(n, 1), fmt.Sprintf(`{"cursor":"%d"}`, n))
		}),
		vendortest.InTurn("long pages for ever", func(n int, _ *http.Request) string {
			return ok(bucketsFrom(20_000*n, 20_000), fmt.Sprintf(`{"cursor":"%d"}`, n))
		}),
		vendortest.Answers("a success with errors", 200, `{"success":true,"errors":[{"code":10006,"message":"gone"}],"result":{"buckets":[]}}`),
		vendortest.Answers("no success", 200, `{"errors":[],"result":{"buckets":[]}}`),
		vendortest.Answers("a success in words", 200, `{"success":"true","result":{"buckets":[]}}`),
	}
	tokens := []vendortest.Hostile{
		always("null", "null", `{"total_count":0}`),
		always("an object", `{}`, "null"),
		always("a string", `"x"`, "null"),
		always("no id", `[{"name":"x"}]`, "null"),
		always("an id of a number", `[{"id":7}]`, "null"),
		always("a total beyond memory", tokensFrom(0, 50), `{"total_count":10000000000}`),
		always("the largest total", tokensFrom(0, 50), `{"total_count":9223372036854775807}`),
		always("a total of many pages of none", `[]`, `{"total_count":40000}`),
		always("fewer than the total", tokensFrom(0, 10), `{"total_count":11}`),
		always("one page for all", tokensFrom(0, 50), `{"total_count":200}`),
		always("full pages, a total of a fraction", tokensFrom(0, 50), `{"total_count":1e99}`),
		always("full pages, a negative total", tokensFrom(0, 50), `{"total_count":-1}`),
		vendortest.InTurn("full pages for ever", func(n int, _ *http.Request) string { return ok(tokensFrom(50*n, 50), "null") }),
		vendortest.InTurn("long pages for ever", func(n int, _ *http.Request) string { return ok(tokensFrom(20_000*n, 20_000), "null") }),
	}
	growing := vendortest.InTurn("a total that grows", func(n int, _ *http.Request) string {
		return ok(tokensFrom(50*n, 50), fmt.Sprintf(`{"total_count":%d}`, 50*(n+1)))
	})
	growing.Harmless = true // those that were there at first are listed
	tokens = append(tokens, growing)
	// Reading a list of a thousand pages takes memory for each of its answers, one after another.
	o := func(op string) vendortest.HostileOptions {
		return vendortest.HostileOptions{Now: time.Now, Names: []string{"Cloudflare: " + op}, Memory: 512 << 20}
	}
	t.Run("buckets", func(t *testing.T) {
		vendortest.Survive(t, buckets, o("list buckets"), hostileCall(hostileCalls["list buckets"]))
	})
	t.Run("tokens", func(t *testing.T) {
		vendortest.Survive(t, tokens, o("list tokens"), hostileCall(hostileCalls["list tokens"]))
	})
	t.Run("objects", func(t *testing.T) {
		vendortest.Survive(t, []vendortest.Hostile{
			always("null", "null", "null"),
			always("an object", "{}", "null"),
			always("one that cannot be deleted", `[{"key":"a"}]`, "null"),
		}, o(""), hostileCall(hostileCalls["list objects"]))
	})
}

// Whether a list keeps to the size that was asked for or not, it is read to its end.
func TestListCredentials_pagesOfAnotherSize(t *testing.T) {
	infos := []string{`{"total_count":ALL}`, `{"total_count":0,"total_pages":PAGES}`, `{"per_page":SIZE}`}
	for i := range 4 * len(infos) {
		size, info := []int{5, 20, 49, 50}[i%4], infos[i/4]
		synctest.Test(t, func(t *testing.T) {
			const all = 101
			numbers := strings.NewReplacer("ALL", "101", "PAGES", fmt.Sprint((all+size-1)/size), "SIZE", fmt.Sprint(size))
			way := vendortest.InTurn("", func(n int, r *http.Request) string {
				var page int
				_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
				from := (page - 1) * size
				return ok(tokensFrom(from, max(min(size, all-from), 0)), numbers.Replace(info))
			})
			var mu sync.Mutex
			var found int
			err := hostileCall(func(ctx context.Context, c *cloudflare.Cloud) error {
				list, err := c.ListCredentials(ctx)
				found = len(list)
				return err
			})(t.Context(), roundTripper(func(r *http.Request) (*http.Response, error) {
				mu.Lock()
				defer mu.Unlock()
				return way.Answer(r)
			}))
			if err != nil || found != all {
				t.Errorf("pages of %d, %s: %d tokens, %v", size, info, found, err)
			}
		})
	}
}

// A list is read whatever collation orders it, and is not of two buckets if one was on two pages.
func TestListBuckets_anyOrder(t *testing.T) {
	var found []vendors.Bucket
	pages := vendortest.InTurn("", func(n int, _ *http.Request) string {
		return []string{ok(`{"buckets":[{"name":"ab"},{"name":"a-c"},{"name":"a1"}]}`, `{"cursor":"2"}`),
			ok(`{"buckets":[{"name":"a1"},{"name":"a-2"}]}`, "null")}[n-1]
	})
	err := hostileCall(func(ctx context.Context, c *cloudflare.Cloud) (err error) {
		found, err = c.ListBuckets(ctx, "")
		return err
	})(t.Context(), roundTripper(pages.Answer))
	if err != nil || len(found) != 4 {
		t.Errorf("got %v, %v", found, err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Pages that are read side by side end with the first fault, and with a signal.
func TestCloud_listsStop(t *testing.T) {
	answer := roundTripper(func(r *http.Request) (*http.Response, error) {
		var page int
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		return vendortest.Answers("", 200, ok(tokensFrom(50*page, 50), `{"total_count":50000}`)).Answer(r)
	})
	buckets := vendortest.InTurn("", func(n int, r *http.Request) string {
		return ok(bucketsFrom(1000*n, 1000), fmt.Sprintf(`{"cursor":"%d"}`, n))
	})
	for name, c := range map[string]struct {
		beside int
		call   func(context.Context, *cloudflare.Cloud) error
		answer http.RoundTripper
	}{
		"tokens":  {3, hostileCalls["list tokens"], answer},
		"buckets": {0, hostileCalls["list buckets"], roundTripper(buckets.Answer)},
	} {
		for _, n := range []int{1, 2, 20} {
			t.Run(fmt.Sprint(name, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { vendortest.StopsAtTheFirstFault(t, n, c.beside, hostileCall(c.call), c.answer) })
				synctest.Test(t, func(t *testing.T) { vendortest.StopsWhenCancelled(t, n, c.beside, hostileCall(c.call), c.answer) })
			})
		}
	}
}

// What is asked for too long says so with the vendor, the act and the request.
func TestCloud_saysWhatWaitWasAskedFor(t *testing.T) {
	for op, call := range hostileCalls {
		synctest.Test(t, func(t *testing.T) {
			way := vendortest.Answers("", 429, `{"success":false,"errors":[{"code":10058,"message":"TooManyRequests"}],"result":null}`,
				"Retry-After", "12000", "Cf-Ray", "ray-7")
			err := hostileCall(call)(t.Context(), roundTripper(way.Answer))
			var own *vendors.Error
			want := fmt.Sprintf("Cloudflare: %s: TooManyRequests; the server asks bh to wait 3h20m, until 2000-01-01T03:20:00Z; bh waits at most 15m (code 10058, request ray-7)", op)
			if op == "create token" { // the look-up of the group before it was refused first
				want = "Cloudflare: create token: the server asks bh to wait 3h20m, until 2000-01-01T03:20:00Z; bh waits at most 15m"
			}
			if !errors.As(err, &own) || own.Error() != want || !errors.Is(err, vendors.ErrRateLimited) || !vendors.Refused(err) {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}
