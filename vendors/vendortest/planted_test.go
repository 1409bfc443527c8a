package vendortest_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"buckethead/vendors"
	"buckethead/vendors/memory"
	"buckethead/vendors/vendortest"
)

// plantedFault names the fault that this process has; see TestSuites_catchPlantedFaults.
const plantedFault = "VENDORTEST_FAULT"

// cloud is an honest one with one fault: methods that are nil are the honest ones.
type cloud struct {
	*memory.Cloud
	create  func(context.Context, vendors.BucketSpec) (vendors.Bucket, error)
	remove  func(context.Context, vendors.BucketID) error
	get     func(context.Context, vendors.BucketID) (vendors.Bucket, error)
	list    func(context.Context, string) ([]vendors.Bucket, error)
	issue   func(context.Context, vendors.CredentialSpec) (vendors.Issued, error)
	update  func(context.Context, string, vendors.CredentialSpec) error
	revoke  func(context.Context, string) error
	listAll func(context.Context) ([]vendors.Credential, error)
	verify  func(context.Context, vendors.BucketID, vendors.BucketCredentials) error

	readSettings  func(context.Context, vendors.BucketID, []vendors.SettingsKind) (vendors.BucketSettings, error)
	writeSettings func(context.Context, vendors.BucketID, vendors.SettingsChange) error
}

func (c *cloud) CreateBucket(ctx context.Context, s vendors.BucketSpec) (vendors.Bucket, error) {
	if c.create != nil {
		return c.create(ctx, s)
	}
	return c.Cloud.CreateBucket(ctx, s)
}

func (c *cloud) DeleteBucket(ctx context.Context, id vendors.BucketID) error {
	if c.remove != nil {
		return c.remove(ctx, id)
	}
	return c.Cloud.DeleteBucket(ctx, id)
}

func (c *cloud) GetBucket(ctx context.Context, id vendors.BucketID) (vendors.Bucket, error) {
	if c.get != nil {
		return c.get(ctx, id)
	}
	return c.Cloud.GetBucket(ctx, id)
}

func (c *cloud) ListBuckets(ctx context.Context, namespace string) ([]vendors.Bucket, error) {
	if c.list != nil {
		return c.list(ctx, namespace)
	}
	return c.Cloud.ListBuckets(ctx, namespace)
}

func (c *cloud) IssueCredential(ctx context.Context, s vendors.CredentialSpec) (vendors.Issued, error) {
	if c.issue != nil {
		return c.issue(ctx, s)
	}
	return c.Cloud.IssueCredential(ctx, s)
}

func (c *cloud) UpdateCredential(ctx context.Context, id string, s vendors.CredentialSpec) error {
	if c.update != nil {
		return c.update(ctx, id, s)
	}
	return c.Cloud.UpdateCredential(ctx, id, s)
}

func (c *cloud) RevokeCredential(ctx context.Context, id string) error {
	if c.revoke != nil {
		return c.revoke(ctx, id)
	}
	return c.Cloud.RevokeCredential(ctx, id)
}

func (c *cloud) ListCredentials(ctx context.Context) ([]vendors.Credential, error) {
	if c.listAll != nil {
		return c.listAll(ctx)
	}
	return c.Cloud.ListCredentials(ctx)
}

func (c *cloud) VerifyCredential(ctx context.Context, id vendors.BucketID, keys vendors.BucketCredentials) error {
	if c.verify != nil {
		return c.verify(ctx, id, keys)
	}
	return c.Cloud.VerifyCredential(ctx, id, keys)
}

// store is an honest one with one fault.
type store struct {
	*memory.Store
	create func(context.Context, vendors.ItemSpec) (vendors.Item, error)
	update func(context.Context, string, string, vendors.ItemSpec) (vendors.Item, error)
	remove func(context.Context, string) error
	get    func(context.Context, string) (vendors.Item, error)
	list   func(context.Context) ([]vendors.ItemSummary, error)
}

func (s *store) CreateItem(ctx context.Context, spec vendors.ItemSpec) (vendors.Item, error) {
	if s.create != nil {
		return s.create(ctx, spec)
	}
	return s.Store.CreateItem(ctx, spec)
}

func (s *store) UpdateItem(ctx context.Context, id, version string, spec vendors.ItemSpec) (vendors.Item, error) {
	if s.update != nil {
		return s.update(ctx, id, version, spec)
	}
	return s.Store.UpdateItem(ctx, id, version, spec)
}

func (s *store) DeleteItem(ctx context.Context, id string) error {
	if s.remove != nil {
		return s.remove(ctx, id)
	}
	return s.Store.DeleteItem(ctx, id)
}

func (s *store) GetItem(ctx context.Context, id string) (vendors.Item, error) {
	if s.get != nil {
		return s.get(ctx, id)
	}
	return s.Store.GetItem(ctx, id)
}

func (s *store) ListItems(ctx context.Context) ([]vendors.ItemSummary, error) {
	if s.list != nil {
		return s.list(ctx)
	}
	return s.Store.ListItems(ctx)
}

// world returns an empty world. Its clock stands still: what must advance has to advance by itself.
func world() *memory.World {
	return memory.NewWorld(func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) })
}

// faulty returns a vendor whose calls go wrong while it is armed.
func faulty[P any](w *memory.World, p P, before, after error) vendortest.Faulty[P] {
	set := func(b, a error) func() {
		return func() {
			w.Before, w.After = nil, nil
			if b != nil {
				w.Before = func(memory.Call) error { return b }
			}
			if a != nil {
				w.After = func(memory.Call) error { return a }
			}
		}
	}
	return vendortest.Faulty[P]{Vendor: p, Arm: set(before, after), Disarm: set(nil, nil),
		Requests: func() int { return w.Reads() + w.Writes() }, RetryAfter: time.Minute}
}

var (
	lost    = &vendors.Error{Vendor: "memory", Op: "call", Kind: vendors.ErrUnavailable, OutcomeUnknown: true}
	limited = &vendors.Error{Vendor: "memory", Op: "call", Kind: vendors.ErrRateLimited, RetryAfter: time.Minute}
)

// TestPlanted is the suite on vendors with the fault that the environment names.
func TestPlanted(t *testing.T) {
	name := os.Getenv(plantedFault)
	if name == "" {
		t.Skip("it is run by TestSuites_catchPlantedFaults")
	}
	plantCloud, plantStore := cloudFaults[name].plant, storeFaults[name].plant
	openCloud := func(w *memory.World) *cloud {
		c := &cloud{Cloud: w.Cloud("main")}
		if plantCloud != nil {
			plantCloud(c)
		}
		return c
	}
	openStore := func(w *memory.World) *store {
		s := &store{Store: w.Store("main")}
		if plantStore != nil {
			plantStore(s)
		}
		return s
	}
	vendortest.Buckets(t, func(*testing.T) vendors.BucketProvider { return openCloud(world()) }, vendortest.BucketOptions{
		Attributes: world().Vendor().BucketAttributes, Location: "weur", StorageClass: "cold", Many: 5,
		ZoneID: "zone", Domain: "example.com",
		Address: func(_ vendors.BucketProvider, id vendors.BucketID) vendors.Address {
			return world().Vendor().Address(vendors.Settings{"name": {Text: "main"}}, id)
		},
		PutObject: func(_ *testing.T, p vendors.BucketProvider, id vendors.BucketID) { p.(*cloud).PutObjects(id, 1) },
		Cut: func(*testing.T) vendortest.Faulty[vendors.BucketProvider] {
			w := world()
			return faulty[vendors.BucketProvider](w, openCloud(w), nil, lost)
		},
		Limit: func(*testing.T) vendortest.Faulty[vendors.BucketProvider] {
			w := world()
			return faulty[vendors.BucketProvider](w, openCloud(w), limited, nil)
		},
	})
	vendortest.Secrets(t, func(*testing.T) vendors.SecretStore { return openStore(world()) }, vendortest.SecretOptions{
		Many: 5,
		AddField: func(_ *testing.T, s vendors.SecretStore, id, name, value string) {
			s.(*store).AddField(id, name, value)
		},
		Field:      func(_ *testing.T, s vendors.SecretStore, id, name string) string { return s.(*store).Field(id, name) },
		ShowSecret: func(_ *testing.T, s vendors.SecretStore, id string) { s.(*store).ShowSecret(id) },
		Cut: func(*testing.T) vendortest.Faulty[vendors.SecretStore] {
			w := world()
			return faulty[vendors.SecretStore](w, openStore(w), nil, lost)
		},
		Limit: func(*testing.T) vendortest.Faulty[vendors.SecretStore] {
			w := world()
			return faulty[vendors.SecretStore](w, openStore(w), limited, nil)
		},
	})
}

var failed = regexp.MustCompile(`--- FAIL: TestPlanted/(\S+)`)

// TestSuites_catchPlantedFaults runs both suites in another process, once on
// honest vendors and once for each fault, and looks which promises failed.
func TestSuites_catchPlantedFaults(t *testing.T) {
	faults := map[string]string{"none": ""}
	for name, f := range cloudFaults {
		faults[name] = f.breaks
	}
	for name, f := range storeFaults {
		faults[name] = f.breaks
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, breaks := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), self, "-test.run", "^TestPlanted$")
			cmd.Env = append(os.Environ(), plantedFault+"="+name)
			out, err := cmd.CombinedOutput()
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				t.Fatal(err)
			}
			var broken []string
			for _, m := range failed.FindAllSubmatch(out, -1) {
				broken = append(broken, string(m[1]))
			}
			text := strings.Join(broken, ", ")
			if (err != nil) != (breaks != "") || !strings.Contains(text, strings.ReplaceAll(breaks, " ", "_")) {
				t.Errorf("broken are [%s], want %q among them\n%.2000s", text, breaks, out)
			}
		})
	}
}

// TestSuites_wantReasons: an exemption of nothing, or without a reason, is a fault.
func TestSuites_wantReasons(t *testing.T) {
	if os.Getenv(plantedFault) != "" {
		vendortest.Secrets(t, func(*testing.T) vendors.SecretStore { return world().Store("main") }, vendortest.SecretOptions{
			Exempt: map[string]string{"no such promise": "because", "delete absent = nil": ""}})
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run", "^TestSuites_wantReasons$", "-test.v")
	cmd.Env = append(os.Environ(), plantedFault+"=none")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("the suite passed")
	}
	for _, want := range []string{`the exemption "no such promise"`, `the exemption "delete absent = nil"`, "needs the option Many", "needs the option Cut", "needs the option AddField"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it does not say %s:\n%s", want, fmt.Sprintf("%.3000s", out))
		}
	}
}
