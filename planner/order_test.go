package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// TestOrder draws operations with any edges: each is listed once, after all that it waits for; where
// that cannot be, and only there, a circle is reported, whose operations wait for each other; and
// what waits for a blocked operation is blocked.
func TestOrder(t *testing.T) {
	words := []string{"bucket_name", "item_title", "credentials", "room", "recipients", "moved"}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 10).Draw(t, "operations")
		operations := make([]*planner.Operation, n)
		for i := range operations {
			operations[i] = &planner.Operation{Address: addr.Address{Kind: addr.Project, Name: fmt.Sprintf("p%02d", i)},
				Kind: rapid.SampledFrom(planner.Kinds()).Draw(t, "kind")}
			if rapid.IntRange(0, 5).Draw(t, "blocked") == 0 {
				operations[i].Blocked = []planner.Objection{{Word: "w"}}
			}
		}
		for range rapid.IntRange(0, n+n/2).Draw(t, "edges") {
			i, before := rapid.IntRange(0, n-1).Draw(t, "from"), rapid.IntRange(0, n-1).Draw(t, "to")
			o := operations[i]
			o.After = append(o.After, planner.Wait{Address: operations[before].Address, Reason: planner.Reason{Word: rapid.SampledFrom(words).Draw(t, "word")}})
		}
		given := map[addr.Address]*planner.Operation{}
		for _, o := range operations {
			given[o.Address] = o
		}
		inCircle := map[addr.Address]bool{}
		for a := range given {
			inCircle[a] = reaches(given, a, a, map[addr.Address]bool{})
		}
		blocked := map[addr.Address]bool{}
		for a, o := range given {
			blocked[a] = len(o.Blocked) > 0
		}
		out, diags := planner.Order(operations)
		listed := map[addr.Address]bool{}
		for _, o := range out {
			for _, w := range o.After {
				if !listed[w.Address] && !inCircle[o.Address] {
					t.Fatalf("%s comes before %s, for which it waits", o.Address, w.Address)
				}
				blocked[o.Address] = blocked[o.Address] || listed[w.Address] && blocked[w.Address]
			}
			if listed[o.Address] || blocked[o.Address] != (len(o.Blocked) > 0) {
				t.Fatalf("%s is listed before, or blocked wrongly: %v", o.Address, o.Blocked)
			}
			listed[o.Address] = true
		}
		circles := slices.ContainsFunc(operations, func(o *planner.Operation) bool { return inCircle[o.Address] })
		if len(listed) != n || diags.HasErrors() != circles {
			t.Fatalf("%d of %d are listed, circles: %t, %v", len(listed), n, circles, diags)
		}
		for _, d := range diags {
			if d.Code != "BH2046" || !inCircle[d.Address] || !strings.HasPrefix(d.Fix, "Do it in two applies: ") {
				t.Fatalf("got %+v", d)
			}
		}
	})
}

// reaches reports whether the operation from waits for to, by any number of edges.
func reaches(given map[addr.Address]*planner.Operation, from, to addr.Address, met map[addr.Address]bool) bool {
	for _, w := range given[from].After {
		if w.Address == to {
			return true
		}
		if !met[w.Address] {
			met[w.Address] = true
			if reaches(given, w.Address, to, met) {
				return true
			}
		}
	}
	return false
}

// TestOrder_withoutEdges: kinds come in groups, and within a group the order stays.
func TestOrder_withoutEdges(t *testing.T) {
	var operations []*planner.Operation
	for i, kind := range []planner.Kind{planner.Destroy, planner.Provision, planner.Forget, planner.Move, planner.Rotate, planner.Destroy, planner.Heal} {
		operations = append(operations, &planner.Operation{Address: addr.Address{Kind: addr.Project, Name: fmt.Sprint("p", i)}, Kind: kind})
	}
	operations = append(operations, &planner.Operation{Address: addr.Address{Kind: addr.Secrets, Name: store}, Kind: planner.Update})
	out, _ := planner.Order(operations)
	var got []string
	for _, o := range out {
		got = append(got, o.Address.Name)
	}
	if want := []string{store, "p2", "p3", "p1", "p4", "p6", "p0", "p5"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestOrder_blockedNamesTheFirst: what waits in a chain names the operation that is blocked itself.
func TestOrder_blockedNamesTheFirst(t *testing.T) {
	var operations []*planner.Operation
	for i, name := range []string{"a", "b", "c"} {
		o := &planner.Operation{Address: addr.Address{Kind: addr.Project, Name: name}, Kind: planner.Provision}
		if i == 0 {
			o.Blocked = []planner.Objection{{Word: "protected", Text: "it is protected"}}
		} else {
			o.After = []planner.Wait{{Address: operations[i-1].Address, Reason: planner.Reason{Word: "moved", Text: "takes its record to another address first"}}}
		}
		operations = append(operations, o)
	}
	out, _ := planner.Order(operations)
	var got []string
	for _, o := range out {
		got = append(got, fmt.Sprintf("%s (%s)", o.Blocked[0].Text, o.Blocked[0].Fix))
	}
	want := []string{"it is protected ()",
		"it waits for a, which takes its record to another address first, and that is blocked (First resolve what blocks a.)",
		"it waits for b, which takes its record to another address first, and that waits for a, which is blocked (First resolve what blocks a.)"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// chain has photos moved to pictures, albums moved to photos, and nothing declared at photos.
func chain() *scene {
	s := newScene()
	albumsRecord, albumsBucket := *s.rec, vendors.BucketID{Name: "albums-bucket"}
	albumsRecord.Project, albumsRecord.Bucket = albums, &albumsBucket
	albumsRecord.Active = &state.CredentialRef{ID: "K9", IssuedAt: now}
	albumsRecord.Item = &state.ItemRef{ID: "I9", Title: "albums", Address: albums, UpdatedAt: now}
	s.in.Recorded.Records[albums] = albumsRecord
	s.in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: albumsBucket}] = vendors.Bucket{ID: albumsBucket}
	s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: "K9"}] = vendors.Credential{ID: "K9", Bucket: albumsBucket, Access: vendors.ReadWrite, Status: vendors.Active}
	s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I9"}] = observed.Item{Summary: vendors.ItemSummary{ID: "I9", Title: "albums", UpdatedAt: now, Marked: true}}
	s.desc.Addr = pictures
	s.in.Desired.Moved = []config.Moved{{From: photos, To: pictures}, {From: albums, To: photos}}
	return s
}

var pictures = addr.Address{Kind: addr.Project, Name: "pictures"}

func TestMake_movesAwayFirst(t *testing.T) {
	s := chain()
	plan, diags := s.make(t)
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	leaves, _ := plan.Find(photos)
	if leaves.Kind != planner.Destroy || len(leaves.After) != 1 || leaves.After[0].Address != pictures || leaves.After[0].Reason.Word != "moved" || len(leaves.Freed()) > 0 {
		t.Errorf("got %+v", leaves)
	}

	s = chain()
	s.in.Scope = func(p addr.Address) bool { return p == photos }
	plan, _ = s.make(t)
	leaves, _ = plan.Find(photos)
	if len(leaves.Blocked) != 1 || leaves.Blocked[0].Word != "not_in_plan" || !strings.Contains(leaves.Blocked[0].Text, "the record of project.photos moves to pictures first") {
		t.Errorf("without what comes first: %+v", leaves.Blocked)
	}
}

// TestMake_circle: what moves away needs the title of what moves in and is destroyed.
func TestMake_circle(t *testing.T) {
	s := chain()
	delete(s.in.Observed.Items, observed.ItemKey{Secrets: store, ID: "I1"})
	s.desc.ItemTitle = "albums"
	plan, diags := s.make(t)
	if len(plan.Operations) != 2 || len(diags) != 1 || diags[0].Code != "BH2046" {
		t.Fatalf("got %v, %v", plan.Operations, diags)
	}
	const detail = "project.photos waits for project.pictures, which takes its record to another address first. " +
		"project.pictures waits for project.photos, which frees the title of the item."
	const fix = "Do it in two applies: give project.pictures another item_title and apply, then set item_title back and apply again."
	if d := diags[0]; d.Detail != detail && d.Detail != "project.pictures waits for project.photos, which frees the title of the item. "+
		"project.photos waits for project.pictures, which takes its record to another address first." || d.Fix != fix || d.Subject.IsZero() {
		t.Errorf("got %+v", d)
	}
}

// TestMake_storesComeFirst: what uses a store waits until it is written for its recipients, which
// changes nothing about the plan but the order.
func TestMake_storesComeFirst(t *testing.T) {
	s := newScene()
	s.in.Rotate = map[addr.Address]bool{photos: true}
	before, _ := s.make(t)
	s = newScene()
	s.in.Rotate = map[addr.Address]bool{photos: true}
	s.recipients([]string{"a"}, []string{"b"})
	plan, _ := s.make(t)
	if len(plan.Operations) != 2 || len(plan.Operations[1].After) != 1 || plan.Operations[1].After[0].Address != plan.Operations[0].Address ||
		plan.Operations[1].After[0].Reason.Word != "recipients" || plan.Operations[1].Digest != before.Operations[0].Digest {
		t.Errorf("got %+v", plan.Operations)
	}
}
