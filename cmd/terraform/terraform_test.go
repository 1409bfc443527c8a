package terraform_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/terraform"
)

var update = flag.Bool("update", false, "write what comes out into testdata")

const vault = "vaultvaultvaultvaultvaultv"

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var (
	tokenValue = regexp.MustCompile(`(v[0-9]+|show)-(token-value|password)-[-a-z0-9]+`)
	hashed     = regexp.MustCompile(`SHA256:([-a-z0-9]+)`)
)

// fixture reads a file of testdata with what cannot stand in it: hashes, and ids of 1Password.
func fixture(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	text = hashed.ReplaceAllFunc(text, func(m []byte) []byte {
		sum := sha256.Sum256(m[len("SHA256:"):])
		return []byte(hex.EncodeToString(sum[:]))
	})
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("VAULT"), []byte(vault)), []byte("ITEM"), []byte("itemitemitemitemitemitemi"))
}

// secretsOf returns every secret of a fixture, and what is made of it.
func secretsOf(t testing.TB, name string) []string {
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, m := range tokenValue.FindAll(text, -1) {
		sum := sha256.Sum256(m)
		out = append(out, string(m), hex.EncodeToString(sum[:]), base64.StdEncoding.EncodeToString(m), base64.StdEncoding.EncodeToString(sum[:]))
	}
	return out
}

func read(t testing.TB, text []byte) *terraform.State {
	t.Helper()
	s, err := terraform.Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// described is a conversion in lines.
func described(c terraform.Converted) string {
	var b strings.Builder
	if c.Cloud != nil {
		fmt.Fprintf(&b, "cloud %s of %s, user's tokens %t\n", c.Cloud.Address, c.Cloud.Account, c.Cloud.User)
	}
	if c.Store != nil {
		fmt.Fprintf(&b, "store %s: %s (%s, %s)\n", c.Store.Address, c.Store.Vault, c.Store.KeyLabel, c.Store.SecretLabel)
	}
	for _, p := range c.Projects {
		fmt.Fprintf(&b, "project %s: %s %s in %s, %s %s\n", p.Name, p.Cloud, p.Bucket.ID.Name, p.Bucket.ID.Namespace, p.Bucket.Location, p.Bucket.StorageClass)
		for _, kind := range p.Bucket.Settings.Kinds() {
			fmt.Fprintf(&b, "  %s: %s\n", kind, strings.Join(p.Bucket.Settings.Words(kind), "; "))
		}
		if p.Token != nil {
			fmt.Fprintf(&b, "  token %s: %s %v %s\n", p.Token.ID, p.Access, p.AllowedIPs, p.ExpiresAfter)
		}
		if p.Item != nil {
			fmt.Fprintf(&b, "  item %s %q\n", p.Item.ID, p.Item.Title)
		}
		fmt.Fprintf(&b, "  of %s\n", strings.Join(p.Addresses, ", "))
	}
	for _, left := range c.Left {
		fmt.Fprintf(&b, "left %s: %s\n", left.Address, left.Reason)
	}
	return b.String()
}

// TestConvert reads each fixture, as a state and as terraform show -json has the same, and compares what
// becomes of it.
func TestConvert(t *testing.T) {
	for _, name := range []string{"v4.tfstate", "v5.9.tfstate", "v5.15.tfstate", "v5.22.tfstate", "v5.22.show.json"} {
		t.Run(name, func(t *testing.T) {
			text := fixture(t, name)
			convert := func(text []byte) string {
				return described(terraform.Convert(read(t, text), terraform.Options{Now: now, Taken: map[string]bool{}}))
			}
			got := convert(text)
			golden := filepath.Join("testdata", name+".want")
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got != string(want) {
				t.Errorf("got\n%s\nwant\n%s%v", got, want, err)
			}
			for _, secret := range secretsOf(t, name) {
				if strings.Contains(got+fmt.Sprintf("%+v", read(t, text)), secret) {
					t.Errorf("it has the secret %q", secret)
				}
			}
			if strings.HasSuffix(name, ".tfstate") {
				if shown := convert(shownAs(t, text)); shown != got {
					t.Errorf("shown, it becomes\n%s\nand not\n%s", shown, got)
				}
			}
		})
	}
}

// shownAs makes of a state what terraform show -json prints of it.
func shownAs(t *testing.T, text []byte) []byte {
	t.Helper()
	var state struct {
		Resources []struct {
			Module, Mode, Type, Name, Provider string
			Instances                          []struct {
				IndexKey   any    `json:"index_key"`
				Status     string `json:"status"`
				Deposed    string `json:"deposed"`
				Attributes json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	var resources []any
	for _, r := range state.Resources {
		for _, i := range r.Instances {
			address := r.Type + "." + r.Name
			switch key := i.IndexKey.(type) {
			case string:
				address += fmt.Sprintf("[%q]", key)
			case float64:
				address += fmt.Sprintf("[%d]", int(key))
			}
			if r.Mode == "data" {
				address = "data." + address
			}
			if r.Module != "" {
				address = r.Module + "." + address
			}
			provider := strings.Split(r.Provider, `"`)[1]
			resources = append(resources, map[string]any{"address": address, "mode": r.Mode, "type": r.Type, "name": r.Name, "index": i.IndexKey,
				"provider_name": provider, "values": i.Attributes, "tainted": i.Status == "tainted", "deposed_key": i.Deposed})
		}
	}
	// Everything is in one module below the root: only addresses say where it is.
	out, err := json.Marshal(map[string]any{"format_version": "1.0", "values": map[string]any{"root_module": map[string]any{
		"child_modules": []any{map[string]any{"address": "module.x", "resources": resources}}}}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRead_refuses(t *testing.T) {
	for name, c := range map[string]struct{ text, says, fix string }{
		"encrypted":          {string(fixture(t, "encrypted.tfstate")), "encrypted state of OpenTofu", "tofu state pull"},
		"a plan":             {string(fixture(t, "plan.json")), "a plan", "terraform show -json"},
		"version 3":          {`{"version":3,"terraform_version":"0.11.14","modules":[{"resources":{}}]}`, "version 3", "terraform state pull"},
		"version 1":          {`{"version":1.0}`, "version 1", "terraform state pull"},
		"a later version":    {`{"version":5,"resources":[]}`, "version 5", "newer bh"},
		"a version in words": {`{"version":"4"}`, "neither", "terraform state pull"},
		"something else":     {`{"resources":[]}`, "neither", "terraform state pull"},
		"a list":             {`[]`, "not JSON as Terraform writes it", ""},
		"a text":             {`# cloudflare_r2_bucket.photos:`, "not JSON as Terraform writes it", "terraform show -json"},
		"nothing":            {" \n", "empty", ""},
		"a part":             {`{"version":4,"resources":[{"mode":"managed"`, "breaks off", ""},
		"a wrong type":       {`{"version":4,"resources":[{"type":5}]}`, "another type", ""},
		"more after it":      {`{"version":4}{"version":4}`, "more in the file", ""},
		"UTF-16":             {"\xff\xfe{\x00", "UTF-16", "utf8"},
		"modules without end": {`{"format_version":"1.0","values":{"root_module":` + strings.Repeat(`{"child_modules":[`, 70) + strings.Repeat(`]}`, 70) + `}}`,
			"64 deep", ""},
	} {
		_, err := terraform.Read([]byte(c.text))
		var format *terraform.FormatError
		if !errors.As(err, &format) || !strings.Contains(format.Detail, c.says) || !strings.Contains(format.Fix, c.fix) {
			t.Errorf("%s: got %+v", name, err)
		}
	}
	for name, text := range map[string]string{"an empty state": `{"version":4,"resources":[]}`, "the same shown": `{"format_version":"1.0"}`,
		"with a byte-order mark": "\ufeff{\"version\": 4e0, \"resources\": null}", "without values": `{"format_version":"1.0","values":null}`} {
		if s := read(t, []byte(text)); len(s.Buckets)+len(s.Tokens)+len(s.Left) > 0 {
			t.Errorf("%s: got %+v", name, s)
		}
	}
}

// A large state takes time and memory in proportion to its size.
func TestRead_large(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	large := func(n int) []byte {
		var b bytes.Buffer
		b.WriteString(`{"version":4,"outputs":{},"resources":[`)
		filler := strings.Repeat("x", 1000)
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			kind := "aws_instance"
			if i%10 == 0 {
				kind = "cloudflare_r2_bucket"
			}
			fmt.Fprintf(&b, `{"mode":"managed","type":%q,"name":"n%d","provider":"provider[\"registry.terraform.io/cloudflare/cloudflare\"]",`+
				`"instances":[{"attributes":{"account_id":"a","name":"bucket-%d","filler":%q}}]}`, kind, i, i, filler)
		}
		b.WriteString(`]}`)
		return b.Bytes()
	}
	took := func(text []byte) time.Duration {
		began := time.Now()
		c := terraform.Convert(read(t, text), terraform.Options{Now: now, Taken: map[string]bool{}})
		if len(c.Projects) == 0 || len(c.Left) > 0 {
			t.Fatalf("%d projects, %d left", len(c.Projects), len(c.Left))
		}
		return time.Since(began)
	}
	small, big := large(5_000), large(53_000) // 6 and 64 MB
	if len(big) < 60<<20 {
		t.Fatalf("it has %d bytes", len(big))
	}
	base := max(took(small), took(small), 50*time.Millisecond)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if long := took(big); long > 40*base {
		t.Errorf("ten times as much took %s, and %s before", long, base)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 8*uint64(len(big)) {
		t.Errorf("it allocated %d bytes for %d", used, len(big))
	}
}

// One thing that is there many times is no more work for each.
func TestConvert_many(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	const n = 40_000
	var names, policies, resources, fields, buckets, tokens []string
	for i := range n {
		names = append(names, fmt.Sprintf(`{"index_key":"%d","attributes":{"account_id":%q,"name":"bucket-%d"}}`, i, acct, i))
		policies = append(policies, fmt.Sprintf(`{"effect":"allow","permission_groups":["group-%d"],"resources":{}}`, i))
		resources = append(resources, fmt.Sprintf(`"com.cloudflare.edge.r2.bucket.%s_default_bucket-%d":"*"`, acct, i))
		fields = append(fields, fmt.Sprintf(`{"label":"x","value":"%032x"}`, i))
		buckets = append(buckets, fmt.Sprintf(`{"attributes":{"account_id":%q,"name":"same-%d"}}`, acct, i))
		tokens = append(tokens, fmt.Sprintf(`{"attributes":{"id":"%032x","policies":[]}}`, i))
	}
	all := func(kind, name string, instances []string) string {
		return fmt.Sprintf(`{"mode":"managed","type":%q,"name":%q,"provider":"cloudflare onepassword","instances":[%s]}`, kind, name, strings.Join(instances, ","))
	}
	began := time.Now()
	c := convert(t, terraform.Options{}, all("cloudflare_r2_bucket", "b", names), all("cloudflare_r2_bucket", "same", buckets), all("cloudflare_account_token", "t", tokens),
		managed("cloudflare_account_token", "policies", `{"id":"f0000000000000000000000000000000","policies":[`+strings.Join(policies, ",")+`]}`),
		managed("cloudflare_account_token", "grants", `{"id":"f0000000000000000000000000000001","policies":[{"effect":"allow","permission_groups":["`+write+`"],"resources":{`+strings.Join(resources, ",")+`}}]}`),
		item("i", `"section":[{"field":[`+strings.Join(fields, ",")+`]}]`))
	if len(c.Projects) != 2*n || time.Since(began) > 60*time.Second {
		t.Errorf("%d projects after %s", len(c.Projects), time.Since(began))
	}
}

// FuzzRead: whatever a file holds, it is read or refused, and what is read can be converted.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		f.Add(fixture(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := terraform.Read(text)
		if err != nil {
			var format *terraform.FormatError
			if !errors.As(err, &format) || format.Detail == "" || format.Fix == "" {
				t.Fatalf("%v", err)
			}
			return
		}
		taken := map[string]bool{}
		c := terraform.Convert(s, terraform.Options{Now: now, Taken: taken})
		if len(taken) != len(c.Projects) {
			t.Fatalf("%d names for %d projects", len(taken), len(c.Projects))
		}
		for _, p := range c.Projects {
			if p.Token == nil && p.Item != nil || len(p.Addresses) == 0 {
				t.Fatalf("got %+v", p)
			}
		}
	})
}
