package cloudflare_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
	simulator "buckethead/vendors/sim/cloudflare"
)

// Lists end at their true end, whatever stands around them, and cost their pages.
func TestLists(t *testing.T) {
	for _, c := range []struct {
		buckets, tokens, bucketCalls, tokenCalls int
		options                                  simulator.Options
	}{
		{0, 0, 1, 1, simulator.Options{}},
		{999, 49, 1, 1, simulator.Options{}}, // bh's own token is one more
		{1000, 50, 1, 2, simulator.Options{}},
		{1001, 149, 2, 3, simulator.Options{}},
		{2500, 1000, 3, 21, simulator.Options{SparseLists: true}},
		{1000, 10, 2, 1, simulator.Options{NullResultInfo: true}}, // a full page, and no word of an end
		{999, 10, 1, 1, simulator.Options{NullResultInfo: true}},
		{2500, 10, 3, 1, simulator.Options{NullResultInfo: true, BareStrings: true}},
	} {
		l := newLab(t, "account", c.options)
		for i := range c.buckets {
			l.AddBucket(simulator.Bucket{Name: fmt.Sprintf("bucket-%04d", i), Jurisdiction: "eu"})
		}
		for i := range c.tokens {
			l.AddToken(simulator.TokenSpec{Name: fmt.Sprint("token ", i)})
		}
		cloud := l.open(t)
		buckets, err := cloud.ListBuckets(t.Context(), "eu")
		tokens, err2 := cloud.ListCredentials(t.Context())
		if err != nil || err2 != nil || len(buckets) != c.buckets || len(tokens) != c.tokens+1 {
			t.Errorf("%+v: got %d buckets and %d tokens: %v %v", c, len(buckets), len(tokens), err, err2)
		}
		if l.Calls("bucket.list") != c.bucketCalls || l.Calls("token.list") != c.tokenCalls {
			t.Errorf("%+v: %d and %d calls", c, l.Calls("bucket.list"), l.Calls("token.list"))
		}
		if counted, able := vendors.As[vendors.CallCounter](cloud); !able || counted.Calls() != c.bucketCalls+c.tokenCalls {
			t.Errorf("%+v: it counted %d", c, counted.Calls())
		}
	}
}

// An account has tokens of all kinds; none of them hides the others, and only those
// that open exactly one bucket are taken for such.
func TestTokensOfOthers(t *testing.T) {
	l := newLab(t, "account", simulator.Options{})
	cloud := l.open(t)
	if _, err := cloud.CreateBucket(t.Context(), vendors.BucketSpec{ID: vendors.BucketID{Name: "photos", Namespace: "us"}}); err != nil {
		t.Fatal(err)
	}
	issued, err := cloud.IssueCredential(t.Context(), vendors.CredentialSpec{Name: "own", Bucket: vendors.BucketID{Name: "photos", Namespace: "us"}, Access: vendors.ReadOnly})
	if err != nil {
		t.Fatal(err)
	}
	if want := "https://" + simulator.DefaultAccountID + ".us.r2.cloudflarestorage.com"; issued.Keys.EndpointURL != want || issued.Keys.Jurisdiction != "us" {
		t.Errorf("got %+v, want the endpoint %s", issued.Keys, want)
	}
	l.AddToken(simulator.TokenSpec{Name: "none"})
	l.AddToken(simulator.TokenSpec{Name: "all", Groups: []string{"Workers R2 Storage Read"}})
	two, _ := l.AddToken(simulator.TokenSpec{Name: "two"})
	own, _ := l.Token(issued.Credential.ID)
	edit := func(name string, change func(*simulator.Policy) []simulator.Policy) {
		id, _ := l.AddToken(simulator.TokenSpec{Name: name})
		l.EditToken(id, func(x *simulator.Token) {
			p := own.Policies[0]
			x.Policies = append(change(&p), p)
		})
	}
	write := simulator.Group{ID: "2efd5506f9c8494dacb1fa10a3e7d5b6", Name: "Workers R2 Storage Bucket Item Write"}
	l.EditToken(two, func(x *simulator.Token) { x.Policies = append(own.Policies, own.Policies...) })
	edit("both", func(p *simulator.Policy) []simulator.Policy {
		p.Groups = append([]simulator.Group{write}, p.Groups...)
		return nil
	})
	edit("more", func(p *simulator.Policy) []simulator.Policy {
		p.Groups = append([]simulator.Group{{ID: "4755a26eedb94da69e1066d98aa820be", Name: "DNS Write"}}, p.Groups...)
		return nil
	})
	edit("denied", func(p *simulator.Policy) []simulator.Policy {
		other := *p
		other.Effect = "deny"
		return []simulator.Policy{other}
	})
	edit("several", func(p *simulator.Policy) []simulator.Policy {
		other := *p
		other.Resources = map[string]any{"com.cloudflare.edge.r2.bucket." + simulator.DefaultAccountID + "_default_albums": "*"}
		return []simulator.Policy{other}
	})
	list, err := cloud.ListCredentials(t.Context())
	if err != nil || len(list) != 9 {
		t.Fatalf("%v, %v", list, err)
	}
	opening := map[string]vendors.Access{"own": vendors.ReadOnly, "two": vendors.ReadOnly, "both": vendors.ReadWrite}
	for _, c := range list {
		if opens := c.Bucket.Name == "photos"; opens != (opening[c.Name] != "") || c.Access != opening[c.Name] {
			t.Errorf("%s opens %v with %q", c.Name, c.Bucket, c.Access)
		}
	}
}

// What may be sent again is, and what may not never is.
func TestRepeats(t *testing.T) {
	id := vendors.BucketID{Name: "photos"}
	spec := vendors.CredentialSpec{Name: "x", Bucket: id, Access: vendors.ReadOnly}
	reset, busy, conflict := simulator.Fault{Kind: simulator.Reset, After: true}, simulator.Fault{Status: 429, RetryAfter: time.Second}, simulator.Fault{Status: 409, Code: 12345}
	for name, c := range map[string]struct {
		op    string
		fault simulator.Fault
		sent  int
		call  func(vendors.BucketProvider) error
	}{
		"a mint whose answer is lost": {"token.create", reset, 1, func(p vendors.BucketProvider) error { _, err := p.IssueCredential(t.Context(), spec); return err }},
		"a mint that comes too often": {"token.create", busy, 1, func(p vendors.BucketProvider) error { _, err := p.IssueCredential(t.Context(), spec); return err }},
		"a create whose answer is lost": {"bucket.create", reset, 1, func(p vendors.BucketProvider) error {
			_, err := p.CreateBucket(t.Context(), vendors.BucketSpec{ID: id})
			return err
		}},
		"a create that comes too often": {"bucket.create", busy, 6, func(p vendors.BucketProvider) error {
			_, err := p.CreateBucket(t.Context(), vendors.BucketSpec{ID: id})
			return err
		}},
		"a create that meets another": {"bucket.create", conflict, 1, func(p vendors.BucketProvider) error {
			_, err := p.CreateBucket(t.Context(), vendors.BucketSpec{ID: id})
			return err
		}},
		"a delete that meets another":   {"bucket.delete", conflict, 1, func(p vendors.BucketProvider) error { return p.DeleteBucket(t.Context(), id) }},
		"a delete whose answer is lost": {"bucket.delete", reset, 6, func(p vendors.BucketProvider) error { return p.DeleteBucket(t.Context(), id) }},
		"a read whose answer is lost":   {"bucket.list", reset, 6, func(p vendors.BucketProvider) error { _, err := p.ListBuckets(t.Context(), ""); return err }},
		"a revoke whose answer is lost": {"token.delete", reset, 6, func(p vendors.BucketProvider) error { return p.RevokeCredential(t.Context(), strings.Repeat("a", 32)) }},
		"an update whose answer is lost": {"token.update", reset, 6, func(p vendors.BucketProvider) error {
			return p.UpdateCredential(t.Context(), strings.Repeat("a", 32), spec)
		}},
		"a proof that finds nobody at all": {"s3.list", simulator.Fault{Status: 503}, 1, func(p vendors.BucketProvider) error {
			keys := vendors.BucketCredentials{AccessKeyID: strings.Repeat("a", 32), SecretAccessKey: vendors.NewSecret("x")}
			return p.(vendors.CredentialVerifier).VerifyCredential(t.Context(), id, keys)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, "account", simulator.Options{})
			cloud := l.open(t)
			l.fault(c.op, c.fault)
			if err := c.call(cloud); err == nil {
				t.Error("no error")
			}
			if got := l.Calls(c.op); got != c.sent {
				t.Errorf("%d requests, want %d", got, c.sent)
			}
			if c.sent > 1 && len(l.waits) == 0 && c.fault.Status == 429 {
				t.Error("nobody was told of the wait")
			}
		})
	}
}

// Groups are looked up by name, once; where that fails the known ids do.
func TestGroups(t *testing.T) {
	for name, c := range map[string]struct {
		fault   *simulator.Fault
		lookups int
	}{
		"looked up": {nil, 1},
		"denied":    {&simulator.Fault{Status: 403}, 1},
		"not well":  {&simulator.Fault{Status: 503}, 6},
		"nonsense":  {&simulator.Fault{Kind: simulator.NonJSON, Status: 200}, 1},
	} {
		l := newLab(t, "user", simulator.Options{})
		cloud := l.open(t)
		if c.fault != nil {
			l.fault("group.list", *c.fault)
		}
		for i := range 3 {
			if _, err := cloud.IssueCredential(t.Context(), vendors.CredentialSpec{Name: fmt.Sprint(i), Bucket: vendors.BucketID{Name: "photos"}, Access: vendors.ReadWrite}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := l.Calls("group.list"); got != c.lookups || len(l.minted()) != 3 {
			t.Errorf("%s: %d look-ups, %d tokens", name, got, len(l.minted()))
		}
	}
}

// The storage class is changed where Cloudflare lets it be, and said what to do where not.
func TestStorageClassIsRefused(t *testing.T) {
	l := newLab(t, "account", simulator.Options{PatchRefused: true})
	l.AddBucket(simulator.Bucket{Name: "photos"})
	_, err := l.open(t).(vendors.BucketUpdater).UpdateBucket(t.Context(), vendors.BucketSpec{ID: vendors.BucketID{Name: "photos"}, StorageClass: "infrequentaccess"})
	if !errors.Is(err, vendors.ErrInvalid) || !strings.Contains(err.Error(), "on the bucket's page") || !strings.Contains(err.Error(), "7001") {
		t.Errorf("got %v", err)
	}
}

// Nothing that is traced holds a secret, and all is traced.
func TestTraces(t *testing.T) {
	l := newLab(t, "account", simulator.Options{})
	cloud := l.open(t)
	issued, err := cloud.IssueCredential(t.Context(), vendors.CredentialSpec{Name: "x", Bucket: vendors.BucketID{Name: "photos"}, Access: vendors.ReadWrite})
	if err != nil {
		t.Fatal(err)
	}
	_ = cloud.(vendors.CredentialVerifier).VerifyCredential(t.Context(), vendors.BucketID{Name: "photos"}, issued.Keys)
	if len(l.traces) != 3 || len(l.Log()) != 3 {
		t.Errorf("%d traces of %d calls", len(l.traces), len(l.Log()))
	}
	for _, secret := range []string{l.value, l.minted()[0].Value, issued.Keys.SecretAccessKey.Reveal()} {
		if text := fmt.Sprintf("%+v", l.traces); strings.Contains(text, secret) {
			t.Errorf("a secret is in %s", text)
		}
	}
}

func TestCheckSettings(t *testing.T) {
	good := func() vendors.Settings {
		return vendors.Settings{"account_id": {Text: simulator.DefaultAccountID}, "token_kind": {Text: "account"}}
	}
	for name, c := range map[string]struct {
		edit func(vendors.Settings)
		want string
	}{
		"good":                  {func(vendors.Settings) {}, ""},
		"an account's name":     {func(s vendors.Settings) { s["account_id"] = vendors.Value{Text: "acme"} }, "account_id"},
		"another kind":          {func(s vendors.Settings) { s["token_kind"] = vendors.Value{Text: "zone"} }, "token_kind"},
		"no TLS":                {func(s vendors.Settings) { s["api_base_url"] = vendors.Value{Text: "http://api.example"} }, "api_base_url"},
		"this machine":          {func(s vendors.Settings) { s["api_base_url"] = vendors.Value{Text: "http://127.0.0.1:8787/client/v4"} }, ""},
		"a placeholder":         {func(s vendors.Settings) { s["s3_endpoint_url"] = vendors.Value{Text: "https://{jurisdiction}.example"} }, ""},
		"a user in the URL":     {func(s vendors.Settings) { s["s3_endpoint_url"] = vendors.Value{Text: "https://u:p@example"} }, "s3_endpoint_url"},
		"no number":             {func(s vendors.Settings) { s["token_limit"] = vendors.Value{Text: "many"} }, "token_limit"},
		"a number above limits": {func(s vendors.Settings) { s["token_limit"] = vendors.Value{Text: "2000"} }, ""},
	} {
		s := good()
		c.edit(s)
		problems := cloudflare.Vendor.CheckSettings(s)
		if (c.want == "") != (len(problems) == 0) || c.want != "" && problems[0].Attribute != c.want {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}
