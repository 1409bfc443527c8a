package planner_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/discovery"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"

	"pgregory.net/rapid"
)

// surveyed is the scene with its connections declared.
func surveyed() *scene {
	s := newScene()
	s.in.Desired.Clouds = []config.Connection{{Vendor: "local", Name: "main"}}
	s.in.Desired.Secrets = []config.Connection{{Vendor: "age_file", Name: "main"}}
	return s
}

func (s *scene) addBucket(name, namespace string) {
	id := vendors.BucketID{Name: name, Namespace: namespace}
	s.in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: id}] = vendors.Bucket{ID: id}
}

func (s *scene) addCredential(id, name, bucket string) {
	s.in.Observed.Credentials[observed.CredentialKey{Cloud: cloud, ID: id}] = vendors.Credential{ID: id, Name: name, Status: vendors.Active, Bucket: vendors.BucketID{Name: bucket}}
}

func (s *scene) addItem(id string, marked bool, mark vendors.Mark) {
	s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: id}] = observed.Item{Summary: vendors.ItemSummary{ID: id, Title: "title of " + id, Marked: marked}, Read: marked, Mark: mark}
}

func found(d discovery.Discovery) []string {
	var out []string
	for _, b := range d.Buckets {
		out = append(out, strings.TrimSpace(fmt.Sprintf("bucket %s %s: %s %s", b.Bucket.Name, b.Address, b.TakeOver, b.Stack)))
	}
	for _, c := range d.Credentials {
		out = append(out, strings.TrimSpace(fmt.Sprintf("credential %s %s %s %s", c.ID, c.Owner, c.Stack, c.Address)))
	}
	for _, i := range d.Items {
		out = append(out, strings.TrimSpace(fmt.Sprintf("item %s %s %s %s", i.ID, i.Owner, i.Stack, i.Address)))
	}
	return out
}

func TestDiscover(t *testing.T) {
	long := addr.Address{Kind: addr.Project, Name: "p", Key: strings.Repeat("k", 100)}
	short := owners.CredentialName("main", long, owners.OperationID("L", long, 2), 60)
	x, tenant := addr.Address{Kind: addr.Project, Name: "x"}, addr.Address{Kind: addr.Project, Name: "tenant", Key: "a/b"}
	tests := []struct {
		name   string
		change func(*scene)
		want   []string
		others map[string]int
	}{
		{"nothing", func(*scene) {}, nil, nil},
		{"a bucket", func(s *scene) { s.addBucket("old-photos", "") },
			[]string{"bucket old-photos project.old_photos: bh import old_photos --bucket old-photos"}, nil},
		{"a bucket in a jurisdiction, and several clouds", func(s *scene) {
			s.addBucket("old-photos", "eu")
			s.in.Desired.Clouds = append(s.in.Desired.Clouds, config.Connection{Vendor: "local", Name: "other"})
		}, []string{"bucket old-photos project.old_photos: bh import old_photos --bucket old-photos --cloud local.main --jurisdiction eu"}, nil},
		{"names that are taken", func(s *scene) {
			s.addBucket("photos", "")
			s.addBucket("a.b", "")
			s.addBucket("a-b", "")
			s.addBucket("9", "")
		},
			[]string{"bucket 9 project.bucket_9: bh import bucket_9 --bucket 9", "bucket a-b project.a_b: bh import a_b --bucket a-b",
				"bucket a.b project.a_b_2: bh import a_b_2 --bucket a.b", "bucket photos project.photos_2: bh import photos_2 --bucket photos"}, nil},
		{"a bucket that is declared", func(s *scene) {
			s.addBucket("albums-bucket", "")
			s.in.Desired.Projects = append(s.in.Desired.Projects, config.Project{Addr: albums, Cloud: cloud, Secrets: store,
				Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: "albums-bucket"}}, Range: diag.Range{File: "buckets.hcl", Start: diag.Pos{Line: 7}}})
		}, []string{"bucket albums-bucket project.albums: declared as project.albums (buckets.hcl:7): add adopt = true, or an import block"}, nil},
		{"a bucket of another stack", func(s *scene) {
			s.addBucket("theirs", "")
			s.addCredential("K7", "bh/prod/project.x/0123456789ab", "theirs")
		}, []string{"bucket theirs project.theirs:  prod", "credential K7 another_stack prod project.x"}, nil},
		{"a bucket of this stack, whose state was lost", func(s *scene) {
			s.addBucket("ours", "")
			s.addCredential("K7", "bh/main/project.x/"+owners.OperationID("L", x, 3), "ours")
		}, []string{"bucket ours project.ours: bh import ours --bucket ours", "credential K7 this_stack main project.x"}, nil},
		{"a bucket that an interrupted run is making", func(s *scene) { s.addBucket("new", ""); s.intent(planner.StepCreateBucket, "new") }, nil, nil},
		{"credentials", func(s *scene) {
			s.addCredential("K2", "bh/main/"+tenant.String()+"/"+owners.OperationID("L", tenant, 1)+".2", "x")
			s.addCredential("K3", "bh/other/project.y/0123456789ab", "x")
			s.addCredential("K4", "bh/something else", "x")
			s.addCredential("K5", "bh/main/no address/x", "x")
			s.addCredential("K6", "terraform", "x")
		}, []string{"credential K2 this_stack main project.tenant[\"a/b\"]", "credential K5 unknown", "credential K4 unknown", "credential K3 another_stack other project.y"},
			map[string]int{cloud: 1}},
		{"a short name of ours, and of someone's", func(s *scene) {
			s.in.Recorded.Sequences[long] = 3
			s.addCredential("K2", short, "x")
			s.addCredential("K3", owners.CredentialName("main", addr.Address{Kind: addr.Project, Name: "p", Key: strings.Repeat("x", 100)}, "0123456789ab", 60), "x")
		}, []string{"credential K2 this_stack main " + long.String(), "credential K3 unknown"}, nil},
		{"credentials that the state knows", func(s *scene) {
			s.addCredential("K2", "bh/main/project.photos/b", "x")
			s.addCredential("K3", "bh/main/project.photos/c", "x")
			s.addCredential("K4", "bh/main/project.photos/d", "x")
			s.addCredential("K5", "bh/main/project.photos/e", "x")
			s.rec.Pending, s.rec.Retiring = &state.CredentialRef{ID: "K2"}, []state.CredentialRef{{ID: "K3"}}
			s.intent(planner.StepIssueCredential, "bh/main/project.photos/d")
			s.in.Recorded.Watches = []state.Watch{{Name: "bh/main/project.photos/e", Cloud: cloud, Project: photos}}
		}, nil, nil},
		{"items", func(s *scene) {
			s.addItem("I2", true, vendors.Mark{Stack: "main", Address: "project.x", Operation: owners.OperationID("L", x, 1)})
			s.addItem("I3", true, vendors.Mark{Stack: "prod", Address: "project.y"})
			s.addItem("I4", true, vendors.Mark{})
			s.addItem("I5", false, vendors.Mark{})
			s.addItem("I6", true, vendors.Mark{Stack: "main", Address: "project.photos", Operation: "op2"})
			s.intent(planner.StepStoreCredential, "photos") // of op2
			s.addItem("I7", true, vendors.Mark{Stack: "main"})
			s.rec.Former = []state.FormerItem{{Secrets: store, ID: "I7"}}
		}, []string{"item I2 this_stack main project.x", "item I4 unknown", "item I3 another_stack prod project.y"}, map[string]int{store: 1}},
		{"a name and a mark with the address of a store", func(s *scene) {
			a := addr.Address{Kind: addr.Secrets, Name: "a.b"}
			id := owners.OperationID("L", a, 1)
			s.addCredential("K2", "bh/main/"+a.String()+"/"+id, "x")
			s.addItem("I2", true, vendors.Mark{Stack: "main", Address: a.String(), Operation: id})
		}, []string{"credential K2 unknown", "item I2 unknown main secrets.a.b"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := surveyed()
			test.change(s)
			s.in.Recorded.Records[photos] = *s.rec
			d := discovery.Discover(s.in)
			if got := found(d); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			for _, connection := range []string{cloud, store} {
				if d.Others[connection] != test.others[connection] {
					t.Errorf("%s: %d of others, want %d", connection, d.Others[connection], test.others[connection])
				}
			}
		})
	}
}

// However buckets are called, the names made of theirs are names, and no two the same.
func TestDiscover_makesNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := surveyed()
		for _, name := range rapid.SliceOf(rapid.StringMatching(`[a-cA-C0-9.\-_é $'"]{1,4}`)).Draw(t, "buckets") {
			s.addBucket(name, "")
		}
		seen := map[addr.Address]bool{photos: true}
		for _, b := range discovery.Discover(s.in).Buckets {
			if !addr.ValidName(b.Address.Name) || seen[b.Address] {
				t.Fatalf("the bucket %q gets the name %q", b.Bucket.Name, b.Address.Name)
			}
			seen[b.Address] = true
		}
	})
}
