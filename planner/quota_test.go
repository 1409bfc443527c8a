package planner_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// crowd is a cloud with a limit: projects to make, to rotate and to destroy, and
// credentials of others.
type crowd struct {
	provisions, rotations, destroys, others int
	limit, parallelism                      int
	blocked                                 int // how many of the destroys are
	heals                                   int // projects that are complete, each with a credential that was left behind
	left                                    int // credentials that runs left behind which did not complete the first project
	overlap                                 time.Duration
}

func (c crowd) input() planner.Input {
	in := planner.Input{Desired: &config.Config{Stack: "main", Clouds: []config.Connection{{Vendor: "local", Name: "main", Range: diag.Range{File: "buckets.hcl"}}}},
		Recorded: state.Snapshot{Meta: state.Meta{Lineage: "L"}, Records: map[addr.Address]state.Record{}, Sequences: map[addr.Address]uint64{}},
		Observed: observed.World{Buckets: map[observed.BucketKey]vendors.Bucket{}, Credentials: map[observed.CredentialKey]vendors.Credential{},
			Items: map[observed.ItemKey]observed.Item{}, Emptiness: map[observed.BucketKey]vendors.Emptiness{}, Listed: map[string]bool{cloud: true},
			CredentialLimit: map[string]int{cloud: c.limit}},
		Mode: planner.Normal, Now: now, Rotate: map[addr.Address]bool{}, Parallelism: c.parallelism}
	declare := func(name string) addr.Address {
		p := addr.Address{Kind: addr.Project, Name: name}
		d := config.Project{Addr: p, Cloud: cloud, Secrets: store, Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: name}}, Access: vendors.ReadWrite, ItemTitle: name}
		d.Rotate = &config.Rotation{Every: time.Hour, Overlap: c.overlap}
		in.Desired.Projects = append(in.Desired.Projects, d)
		return p
	}
	record := func(name string, protected bool) {
		p, id, credential := addr.Address{Kind: addr.Project, Name: name}, vendors.BucketID{Name: name}, vendors.Credential{ID: "K" + name, Status: vendors.Active, Access: vendors.ReadWrite}
		in.Recorded.Records[p] = state.Record{Project: p, Cloud: cloud, Secrets: store, Bucket: &id, Protected: protected, Proof: state.Proved,
			Applied: state.Applied{Access: vendors.ReadWrite}, Active: &state.CredentialRef{ID: credential.ID, IssuedAt: now, Fingerprint: "F"},
			Item: &state.ItemRef{ID: "I" + name, Title: name, Address: p, UpdatedAt: now}}
		in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: id}] = vendors.Bucket{ID: id}
		in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: credential.ID}] = credential
		in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I" + name}] = observed.Item{Summary: vendors.ItemSummary{ID: "I" + name, Title: name, UpdatedAt: now}}
	}
	for i := range c.provisions {
		declare(fmt.Sprintf("a%02d", i))
	}
	for i := range c.rotations {
		in.Rotate[declare(fmt.Sprintf("b%02d", i))] = true
		record(fmt.Sprintf("b%02d", i), false)
	}
	for i := range c.destroys {
		record(fmt.Sprintf("d%02d", i), i < c.blocked)
	}
	leave := func(name, id string) {
		p := addr.Address{Kind: addr.Project, Name: name}
		in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: id}] = vendors.Credential{ID: id, Status: vendors.Active}
		r := in.Recorded.Records[p]
		r.Project, r.Cloud, r.Secrets = p, cloud, store
		r.Retiring = append(r.Retiring, state.CredentialRef{ID: id})
		in.Recorded.Records[p] = r
	}
	for i := range c.heals {
		name := fmt.Sprintf("h%02d", i)
		declare(name)
		record(name, false)
		leave(name, "left"+name)
	}
	for i := range c.left {
		leave("a00", fmt.Sprintf("left%d", i))
	}
	for i := range c.others {
		id := fmt.Sprintf("other%02d", i)
		in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: id}] = vendors.Credential{ID: id, Status: vendors.Active}
	}
	return in
}

func TestMake_quotas(t *testing.T) {
	for _, test := range []struct {
		name  string
		crowd crowd
		wait  string // which operations wait for which
		quota string
		fault string // a part of it
	}{
		{"no limit", crowd{provisions: 3, others: 90}, "", "[]", ""},
		{"what runs left behind makes room", crowd{provisions: 1, left: 4, others: 1, limit: 5}, "", "[{local.main local 5 5 2}]", ""},
		{"what other projects have left over makes room", crowd{provisions: 2, heals: 2, others: 1, limit: 5}, "a00<h00 a01<h00,h01 ", "[{local.main local 5 5 5}]", ""},
		{"nothing is minted", crowd{destroys: 3, others: 9, limit: 5}, "", "[]", ""},
		{"room for all", crowd{provisions: 3, rotations: 2, others: 5, limit: 12}, "", "[{local.main local 12 7 10}]", ""},
		{"to the last place", crowd{provisions: 3, others: 5, limit: 8}, "", "[{local.main local 8 5 8}]", ""},
		{"one too many", crowd{provisions: 3, others: 5, limit: 7}, "", "[]",
			"BH2012 local.main may have 7 credentials at once and has 5, including those that bh did not make. This plan needs room for 8. Remove credentials"},
		{"the last waits for a destroy", crowd{provisions: 3, destroys: 2, others: 3, limit: 7}, "a02<d00 ", "[{local.main local 7 5 6}]", ""},
		{"each waits for what it needs", crowd{provisions: 4, destroys: 3, others: 2, limit: 6}, "a01<d00 a02<d00,d01 a03<d00,d01,d02 ", "[{local.main local 6 5 6}]", ""},
		{"what is blocked frees nothing", crowd{provisions: 2, destroys: 2, blocked: 1, others: 4, limit: 7}, "a01<d01 ", "[{local.main local 7 6 7}]", ""},
		{"blocked, and nothing else", crowd{provisions: 2, destroys: 1, blocked: 1, others: 4, limit: 6}, "", "[]", "BH2012"},
		{"destroys that do not free enough", crowd{provisions: 4, destroys: 1, others: 4, limit: 6}, "", "[]", "has 5, including those that bh did not make. This plan needs room for 8."},
		{"a rotation has both for a while", crowd{rotations: 1, limit: 1}, "", "[]", "This plan needs room for 2."},
		{"with one place to spare", crowd{rotations: 20, limit: 21, parallelism: 1}, "", "[{local.main local 21 20 20}]", ""},
		{"as many as run at once", crowd{rotations: 20, limit: 28}, "", "[{local.main local 28 20 20}]", ""},
		{"fewer at once would fit", crowd{rotations: 20, limit: 25}, "", "[]", "Run fewer operations at once: --parallelism 5. Or: remove"},
		{"an overlap keeps both", crowd{rotations: 2, limit: 3, overlap: time.Hour}, "", "[]", "This plan needs room for 4. Remove credentials that nobody uses, end the old keys at once with `bh rotate --no-overlap`, split"},
		{"a rotation waits", crowd{rotations: 2, destroys: 1, limit: 4, parallelism: 8}, "b01<d00 ", "[{local.main local 4 3 2}]", ""},
		{"the limit was raised", crowd{provisions: 3, others: 9, limit: 8}, "", "[]", "BH2013 local.main has 9 credentials, and bh assumes a limit of 8"},
	} {
		t.Run(test.name, func(t *testing.T) {
			plan, diags := planner.Make(test.crowd.input())
			wait := ""
			for _, o := range plan.Operations {
				if len(o.After) > 0 {
					wait += o.Address.Name + "<"
					for i, w := range o.After {
						wait += map[bool]string{true: ","}[i > 0] + w.Address.Name
					}
					wait += " "
				}
			}
			if wait != test.wait || fmt.Sprint(plan.Quotas) != test.quota {
				t.Errorf("waits %q, quotas %v; want %q, %s", wait, plan.Quotas, test.wait, test.quota)
			}
			fault := ""
			for _, d := range diags {
				fault += d.Code + " " + d.Detail + " " + d.Fix
				if (d.Severity == diag.Error) != (d.Code == "BH2012") || d.Subject.IsZero() {
					t.Errorf("got %+v", d)
				}
			}
			if (test.fault == "") != (fault == "") || !strings.Contains(fault, test.fault) {
				t.Errorf("got fault %q, want %q", fault, test.fault)
			}
		})
	}
}

func TestMake_quotaNotesSayWhatIsWaitedFor(t *testing.T) {
	plan, _ := planner.Make(crowd{provisions: 6, destroys: 6, limit: 6}.input())
	var notes []string
	for _, o := range plan.Operations {
		if o.Kind == planner.Provision {
			notes = append(notes, o.Notes...)
		}
	}
	want := []string{"waits for the destroy of d00, which frees a credential", "waits for the destroys of d00 and d01, which free 2 credentials",
		"waits for the destroys of d00, d01 and d02, which free 3 credentials", "waits for the destroys of d00, d01, d02 and d03, which free 4 credentials",
		"waits for the destroys of d00, d01, d02 and 2 others, which free 5 credentials", "waits for the destroys of d00, d01, d02 and 3 others, which free 6 credentials"}
	if strings.Join(notes, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(notes, "\n"), strings.Join(want, "\n"))
	}
}

// TestMake_neverPassesAQuota runs drawn plans, with the operations that can start in any
// order: the cloud never has more credentials than it may have. And a plan is
// refused only where not even all destroys first would make it fit.
func TestMake_neverPassesAQuota(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var in planner.Input
		if rapid.Bool().Draw(t, "crowd") {
			n := func(label string) int { return rapid.IntRange(0, 12).Draw(t, label) }
			c := crowd{provisions: n("provisions"), rotations: n("rotations"), destroys: n("destroys"), others: n("others"), blocked: n("blocked"),
				heals: n("heals"), left: n("left"), parallelism: rapid.IntRange(1, 9).Draw(t, "parallelism"), overlap: time.Duration(n("overlap")/8) * time.Hour}
			in = c.input()
		} else {
			in = drawInput(t)
			in.Parallelism = rapid.IntRange(1, 4).Draw(t, "parallelism")
		}
		limit := max(1, len(in.Observed.Credentials)+rapid.IntRange(0, 12).Draw(t, "room")) // 0 is none
		in.Observed.CredentialLimit = map[string]int{cloud: limit}
		plan, diags := planner.Make(in)
		refused := false
		for _, d := range diags {
			refused = refused || d.Code == "BH2012"
		}
		if refused {
			if most, some := behindAllDestroys(in, plan); most <= limit && some {
				t.Fatalf("refused, and would need %d of %d if all destroys came first", most, limit)
			}
			return
		}
		seed := rapid.Uint64().Draw(t, "order")
		if most := simulate(t, in, plan, rand.New(rand.NewPCG(seed, seed))); most > limit {
			t.Fatalf("%d credentials at once, and %d are allowed", most, limit)
		}
	})
}

// changes are what an operation does to the number of credentials, one by one.
func changes(in planner.Input, o planner.Operation) []int {
	var out []int
	for _, s := range o.Steps {
		switch s := s.(type) {
		case planner.IssueCredential:
			out = append(out, 1)
		case planner.RevokeCredential:
			if _, live := in.Observed.Credentials[observed.CredentialKey{Cloud: o.Cloud, ID: s.ID}]; live {
				out = append(out, -1)
			}
		}
	}
	return out
}

// simulate runs a plan as the executor does, with an order by chance among the operations that
// can start, and returns the highest number of credentials on the way.
func simulate(t *rapid.T, in planner.Input, plan *planner.Plan, chance *rand.Rand) int {
	live, running := len(in.Observed.Credentials), []int{}
	most, queue, left := live, plan.Queue(), len(plan.Operations)
	var waiting []int
	steps := make([][]int, len(plan.Operations))
	dead := map[addr.Address]bool{}
	for {
		for i, ready := queue.Next(); ready; i, ready = queue.Next() {
			o := plan.Operations[i]
			dead[o.Address] = len(o.Blocked) > 0 || slices.ContainsFunc(o.After, func(w planner.Wait) bool { return dead[w.Address] })
			if !dead[o.Address] {
				steps[i] = changes(in, o)
			}
			waiting = append(waiting, i)
		}
		switch {
		case len(waiting)+len(running) == 0:
			if left > 0 {
				t.Fatalf("%d operations never started", left)
			}
			return most
		case len(waiting) > 0 && len(running) < in.Parallelism && (len(running) == 0 || chance.IntN(2) == 0):
			n := chance.IntN(len(waiting))
			running = append(running, waiting[n])
			waiting = slices.Delete(waiting, n, n+1)
		default:
			n := chance.IntN(len(running))
			i := running[n]
			if len(steps[i]) == 0 {
				running = slices.Delete(running, n, n+1)
				queue.Done(i)
				left--
				continue
			}
			live += steps[i][0]
			steps[i] = steps[i][1:]
			most = max(most, live)
		}
	}
}

// behindAllDestroys returns the most credentials that there could be if all else came
// after the destroys, and whether there are any that free something.
func behindAllDestroys(in planner.Input, plan *planner.Plan) (most int, some bool) {
	level, exchanges := len(in.Observed.Credentials), 0
	for _, o := range plan.Operations {
		minted, revoked := 0, 0
		for _, c := range changes(in, o) {
			minted, revoked = minted+max(0, c), revoked+max(0, -c)
		}
		switch {
		case len(o.Blocked) > 0:
		case o.Kind == planner.Destroy:
			level -= revoked
			some = some || revoked > 0
		default:
			level += max(0, minted-revoked)
			if minted > 0 && revoked > 0 {
				exchanges++
			}
		}
	}
	return level + min(in.Parallelism, exchanges), some
}
