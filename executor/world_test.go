package executor_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/executor"
	"buckethead/executor/orchestrator"
	"buckethead/planner"
	"buckethead/planner/refresh"
	"buckethead/state"
	"buckethead/state/statetest"
	"buckethead/vendors"
	"buckethead/vendors/memory"
)

const (
	cloud = "memory.main"
	store = "memory.eng"
	other = "memory.ops"
	stack = "acme"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// errDead is the answer to everything that a dead process would have asked:
// nothing of it reaches a vendor or the state.
var errDead = errors.New("the process is dead")

// rigging is one machine: a clock, a world of vendors, a state, and the files.
type rigging struct {
	now    time.Time
	world  *memory.World
	state  *statetest.Memory
	bucket *bucket // where the state is instead, nil for memory
	config *config.Config
	rotate map[addr.Address]bool
	allow  planner.Allowance
	verify bool
	stop   chan struct{}
	limit  int    // how many mints are refused from now on, because there were too many calls
	slept  func() // called when something waits
	shape  string // how stores write items by now
	moved  string // where buckets are reached by now, if not where the world issues keys for
	ends   bool   // rotations that are asked for end older keys at once
	full   int    // how many mints were refused because there were too many credentials

	onlyDue  bool                    // plan as bh rotate --due does
	leaveDue func(addr.Address) bool // plan as bh apply --expect does

	planned *planner.Plan // the last one
	shared  bool          // another state has credentials in the world
	untold  bool          // the state was lost, and need not know of every credential
}

func newRigging() *rigging {
	r := &rigging{now: start, state: statetest.NewMemory(stack), config: &config.Config{Stack: stack}, verify: true, rotate: map[addr.Address]bool{}}
	r.world = memory.NewWorld(func() time.Time { return r.now })
	return r
}

func (r *rigging) rigs(_ context.Context, _, secrets string) (orchestrator.Rig, error) {
	snap, err := r.snapshot()
	return orchestrator.Rig{
		Buckets: limited{r.world.Cloud(cloud), r}, Secrets: r.world.Store(secrets), Connection: secrets,
		Stores: func(_ context.Context, connection string) (vendors.SecretStore, error) {
			return r.world.Store(connection), nil
		},
		Shape: r.shape, Register: r.register, Prover: r.world.Prover(), Fingerprint: func(s vendors.Secret) string { return vendors.Fingerprint(snap.Meta.FingerprintKey, s) },
		Stack: stack, Lineages: snap.Meta.Lineages(), Now: func() time.Time { return r.now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			if r.slept != nil {
				r.slept()
			}
			r.now = r.now.Add(d)
			return ctx.Err()
		},
	}, err
}

// limited is a cloud that refuses mints as long as the rigging says so.
type limited struct {
	vendors.BucketProvider
	r *rigging
}

func (l limited) Unwrap() any { return l.BucketProvider }

func (l limited) IssueCredential(ctx context.Context, spec vendors.CredentialSpec) (vendors.Issued, error) {
	if l.r.limit > 0 {
		l.r.limit--
		return vendors.Issued{}, &vendors.Error{Vendor: cloud, Op: "issue credential", Kind: vendors.ErrRateLimited, Message: "slow down", RetryAfter: 20 * time.Second}
	}
	issued, err := l.BucketProvider.IssueCredential(ctx, spec)
	issued.Keys.EndpointURL = l.r.address(cloud, spec.Bucket).EndpointURL
	var refused *vendors.Error
	if errors.As(err, &refused) && refused.Code == memory.CodeLimit {
		l.r.full++
	}
	return issued, err
}

// VerifyCredential proves keys from a machine that keys with allowed_ips leave out, at the
// endpoint that stands in the item.
func (l limited) VerifyCredential(ctx context.Context, id vendors.BucketID, keys vendors.BucketCredentials) error {
	if strings.HasSuffix(keys.EndpointURL, unheard) {
		return &vendors.Error{Vendor: cloud, Op: "open the bucket", Kind: vendors.ErrUnavailable, Err: vendors.ErrUnreachable}
	}
	if err := l.r.world.Cloud(cloud).VerifyCredential(ctx, id, keys); err != nil {
		return err
	}
	for _, c := range l.r.world.Cloud(cloud).Credentials() {
		if c.ID == keys.AccessKeyID && len(c.AllowedIPs) > 0 {
			return &vendors.Error{Vendor: cloud, Op: "open the bucket", Kind: vendors.ErrDenied, Code: "AccessDenied"}
		}
	}
	return nil
}

// unheard ends an endpoint at which nothing listens.
const unheard = ".invalid"

func (r *rigging) register(_ context.Context, p addr.Address) (vendors.BucketCredentials, error) {
	for _, d := range r.config.Projects {
		if d.Addr == p && d.Register != nil {
			return vendors.BucketCredentials{AccessKeyID: d.Register.AccessKeyID, SecretAccessKey: d.Register.SecretAccessKey}, nil
		}
	}
	return vendors.BucketCredentials{}, errors.New("not registered")
}

func (r *rigging) readers() refresh.Readers {
	return refresh.Readers{
		Buckets: func(context.Context, string) (vendors.BucketReader, error) { return r.world.Cloud(cloud), nil },
		Secrets: func(_ context.Context, c string) (vendors.SecretReader, error) { return r.world.Store(c), nil },
	}
}

func (r *rigging) plan(ctx context.Context, mode planner.Mode) (*planner.Plan, state.Snapshot, error) {
	snap, err := r.snapshot()
	if err != nil {
		return nil, snap, err
	}
	desired := r.config
	if r.onlyDue {
		desired = planner.AsRecorded(r.config, snap)
	}
	world, diags := refresh.Observe(ctx, r.readers(), refresh.Request{Desired: desired, Recorded: snap, Mode: mode, Parallelism: 1})
	if err := diags.Err(); err != nil {
		return nil, snap, err
	}
	plan, diags := planner.Make(planner.Input{Desired: r.config, Recorded: snap, Observed: world, Mode: mode, Now: r.now, Rotate: r.rotate, NoOverlap: r.ends, Allowance: r.allow, Parallelism: 1,
		OnlyDue: r.onlyDue, LeaveDue: r.leaveDue,
		Address: r.address, Shape: func(string) string { return r.shape }})
	r.planned = plan
	return plan, snap, diags.Err()
}

// apply plans and applies, as bh apply does. The error is the plan's.
func (r *rigging) apply(mode planner.Mode) (report executor.Report, plan *planner.Plan, err error) {
	ctx := context.Background()
	var journal state.Journal = r.state
	if r.bucket != nil {
		shared, err := r.bucket.open(r)
		if err != nil {
			return executor.Report{}, nil, err
		}
		journal = shared
		defer func() { err = errors.Join(err, r.bucket.close()) }()
	}
	plan, snap, err := r.plan(ctx, mode)
	if err != nil {
		return executor.Report{}, plan, err
	}
	if r.bucket != nil && !plan.Empty() {
		if err := r.bucket.current.Announce(ctx, executor.Announcement(plan, executor.Run{}, r.now)); err != nil {
			return executor.Report{}, plan, err
		}
	}
	report = executor.Apply(ctx, plan, r.rigs, snap, journal, executor.Options{
		Parallelism: 1, Verify: r.verify, Now: func() time.Time { return r.now }, Stop: r.stop})
	return report, plan, nil
}

// snapshot reads the state, wherever it is.
func (r *rigging) snapshot() (state.Snapshot, error) {
	if r.bucket != nil {
		return r.bucket.snapshot()
	}
	return r.state.Snapshot()
}

// cut lets the n-th boundary from now on be the last: the process is dead from
// there. A boundary is before and after each call to a vendor, and before and
// after each transaction of the state. met reports whether that boundary was reached.
func (r *rigging) cut(n int) (met func() bool) {
	count := 0
	dead := func() error {
		count++
		if count >= n {
			return errDead
		}
		return nil
	}
	r.state.Before = func(string) error { return dead() }
	r.state.After = func(string) { _ = dead() }
	r.world.Before = func(memory.Call) error { return dead() }
	r.world.After = func(memory.Call) error { return dead() }
	return func() bool {
		r.state.Before, r.state.After, r.world.Before, r.world.After = nil, nil, nil, nil
		return count >= n
	}
}

func project(name string) config.Project {
	return config.Project{Addr: addr.Address{Kind: addr.Project, Name: name}, Cloud: cloud, Secrets: store, Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: name}},
		Access: vendors.ReadWrite, ItemTitle: name, OnDestroy: config.Refuse}
}

func registered(name, secret string) config.Project {
	p := project(name)
	p.Cloud = ""
	p.Register = &config.Register{AccessKeyID: "AKIA" + name, SecretAccessKey: vendors.NewSecret(secret), EndpointURL: "https://s3.example", Region: "auto"}
	return p
}

// mustConverge applies until there is nothing to do, which has to be at once:
// one apply, then a plan that is empty.
func mustConverge(t testing.TB, r *rigging) {
	report, plan, err := r.apply(planner.Normal)
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	if !report.OK() {
		t.Fatalf("apply of %v: %+v", kinds(plan), report)
	}
	r.rotate = map[addr.Address]bool{}
	plan, _, err = r.plan(context.Background(), planner.Normal)
	if err != nil || !plan.Empty() {
		t.Fatalf("the next plan: %v %v, want it empty", kinds(plan), err)
	}
}

func kinds(p *planner.Plan) []string {
	var out []string
	if p != nil {
		for _, o := range p.Operations {
			out = append(out, fmt.Sprintf("%s %s (%s) %v blocked=%d", o.Kind, o.Address.Label(), o.Reason.Word, o.Acts, len(o.Blocked)))
		}
	}
	return out
}

// complaints says what is wrong with a world in which everything is done: each
// project has one credential that works, stored where it should be, and there is
// nothing else.
func (r *rigging) complaints() []string {
	var out []string
	wanted := map[string]int{}
	live := map[string]bool{}
	snap, _ := r.snapshot()
	for _, d := range r.config.Projects {
		wanted[d.Secrets+"/"+d.ItemTitle]++
		item, found := r.item(d.Secrets, d.ItemTitle)
		switch {
		case !found:
			out = append(out, "no item for "+d.Addr.String())
		case d.Register != nil:
			if !item.Keys.SecretAccessKey.Equal(d.Register.SecretAccessKey) {
				out = append(out, "other keys than registered for "+d.Addr.String())
			}
			if proof := snap.Records[d.Addr].Proof; proof == state.Unproved || proof == state.Waived && r.verify && !d.Register.Unverified {
				out = append(out, "the keys of "+d.Addr.String()+" are not proved")
			}
		case !r.world.Cloud(cloud).Works(item.Keys, d.Bucket.ID):
			out = append(out, "the stored keys of "+d.Addr.String()+" do not work")
		}
		if proof := snap.Records[d.Addr].Proof; d.Register == nil && proof != state.Proved && (proof != state.Waived || r.verify) &&
			(proof != state.Restricted || len(d.AllowedIPs) == 0) {
			out = append(out, fmt.Sprintf("the proof of %s is %q", d.Addr, proof))
		}
		if d.Register == nil && found {
			live[item.Keys.AccessKeyID] = true
		}
		for _, c := range snap.Records[d.Addr].Retiring {
			if !c.RetireAfter.IsZero() {
				live[c.ID] = true
			}
		}
	}
	for _, c := range r.world.Cloud(cloud).Credentials() {
		if !live[c.ID] {
			out = append(out, "credential "+c.Name+" is left over")
		}
	}
	for _, name := range []string{store, other} {
		for _, item := range r.world.Store(name).Items() {
			wanted[name+"/"+item.Title]--
		}
	}
	for title, n := range wanted {
		if n != 0 {
			out = append(out, fmt.Sprintf("item %s: %d too few (too many when negative)", title, n))
		}
	}
	out = append(out, r.settingsComplaints(snap)...)
	out = append(out, r.comparedComplaints(snap)...)
	if len(snap.Intents) > 0 {
		out = append(out, fmt.Sprintf("intents are left open: %v", snap.Intents))
	}
	slices.Sort(out)
	return out
}

func (r *rigging) item(secrets, title string) (vendors.Item, bool) {
	for _, item := range r.world.Store(secrets).Items() {
		if item.Title == title {
			return item, true
		}
	}
	return vendors.Item{}, false
}

func editSecret(_ *string, keys *vendors.BucketCredentials, _ *vendors.Mark) {
	keys.SecretAccessKey = vendors.NewSecret("edited")
}

func editEndpoint(_ *string, keys *vendors.BucketCredentials, _ *vendors.Mark) {
	keys.EndpointURL = "https://edited.example"
}
