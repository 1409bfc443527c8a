package planner_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner"
	"buckethead/planner/discovery"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

const theirs = "ffffffff00000000"

// drawnBy is the name of a credential that a lineage draws for the n-th operation of a project.
func drawnBy(lineage string, p addr.Address, n uint64) string {
	return owners.CredentialName("main", p, owners.OperationID(lineage, p, n), 0)
}

// shared lets another state of the same stack have a key to the bucket of photos, and an item.
func (s *scene) shared() {
	s.addCredential("K9", drawnBy(theirs, albums, 2), "photos-bucket")
	s.addItem("I9", true, vendors.Mark{Stack: "main", Lineage: theirs, Address: albums.String(), Operation: owners.OperationID(theirs, albums, 2)})
}

// taken has another state take the item of photos over.
func (s *scene) taken() {
	s.item(func(i *observed.Item) {
		i.Mark = vendors.Mark{Stack: "main", Lineage: theirs, Address: albums.String(), Operation: owners.OperationID(theirs, albums, 1)}
	})
}

func imports(owner, item string) func(*scene) {
	return func(s *scene) {
		if !s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I1"}].Read {
			s.item(func(*observed.Item) {})
		}
		s.forgetRecord()
		s.in.Desired.Imports = []config.Import{{To: photos, Bucket: "photos-bucket", Owner: owner, Item: item}}
	}
}

func TestMake_owners(t *testing.T) {
	const owner = "main@ffffffff"
	tests := []struct {
		name    string
		change  func(*scene)
		codes   []string // of diagnostics
		kind    planner.Kind
		blocked bool
		says    string
	}{
		{"a key of another state to a bucket of ours", func(s *scene) { s.shared() }, []string{"BH2043"}, "", false, owner},
		{"a destroy of a bucket to which another state has a key", func(s *scene) { s.shared(); s.undeclare() },
			[]string{"BH2043"}, planner.Destroy, true, "main@ffffffff has a credential that opens the bucket"},
		{"the same, where the bucket stays", func(s *scene) { s.shared(); s.undeclare(); s.rec.OnDestroy = "retain" },
			[]string{"BH2043"}, planner.Destroy, false, ""},
		{"letting go of a bucket to which another state has a key", func(s *scene) {
			s.shared()
			s.undeclare()
			s.in.Desired.Removed = []config.Removed{{From: photos}}
		}, nil, planner.Forget, false, ""},
		{"an item that another state took over", func(s *scene) { s.taken() }, nil, planner.Update, true, owner + " took its item over"},
		{"the same, and its key is gone", func(s *scene) { s.taken(); s.deleteCredential() }, nil, planner.Update, true, owner},
		{"the same, and a rotation is asked for", func(s *scene) { s.taken(); s.in.Rotate[photos] = true }, nil, planner.Update, true, owner},
		{"the same, and it is no longer declared", func(s *scene) { s.taken(); s.undeclare() }, nil, planner.Destroy, true, owner},
		{"the same of registered keys", func(s *scene) {
			s.taken()
			s.desc.Cloud, s.desc.Register = "", &config.Register{AccessKeyID: "K1"}
			s.rec.Cloud, s.rec.Registered, s.rec.Bucket = "", true, nil
		}, nil, planner.Update, true, owner},
		{"an item with a mark of an ancestor", func(s *scene) {
			s.in.Recorded.Meta.Ancestors = []string{"A"}
			s.item(func(i *observed.Item) { i.Mark.Lineage = "A" })
		}, nil, "", false, ""},
		{"an item that this state is about to take over, cut before it was marked", func(s *scene) {
			s.taken()
			s.rec.Item.Operation = owners.OperationID(theirs, albums, 1)
		}, nil, planner.Update, false, ""},
		{"a bucket that another state owns, undeclared how", func(s *scene) { s.forgetRecord(); s.shared(); s.deleteItem() },
			[]string{"BH2041", "BH2044"}, "", false, "owner  = \"main@ffffffff\""},
		{"adopting it", func(s *scene) { s.forgetRecord(); s.shared(); s.deleteItem(); s.desc.Adopt = true }, []string{"BH2041", "BH2044"}, "", false, owner},
		{"importing it without its owner", func(s *scene) { imports("", "")(s); s.shared(); s.deleteItem() }, []string{"BH2041", "BH2044"}, "", false, owner},
		{"importing it of another owner", func(s *scene) { imports("main@00000000", "")(s); s.shared(); s.deleteItem() },
			[]string{"BH2041", "BH2044"}, "", false, "names main@00000000 as the owner"},
		{"importing it of its owner", func(s *scene) { imports(owner, "")(s); s.shared(); s.deleteItem() }, []string{"BH2044"}, planner.Adopt, false, ""},
		{"importing of an owner what nobody owns", func(s *scene) { imports(owner, "")(s); s.deleteCredential(); s.deleteItem() },
			[]string{"BH2042"}, "", false, owner},
		{"importing an item without its owner", func(s *scene) { s.taken(); imports("", "I1")(s) }, []string{"BH2041", "BH2044"}, "", false, "item   = \"I1\""},
		{"importing an item of its owner", func(s *scene) { s.taken(); imports(owner, "I1")(s) }, []string{"BH2044"}, planner.Adopt, false, ""},
		{"importing an item of an owner that nobody has", func(s *scene) {
			s.item(func(i *observed.Item) { i.Mark = vendors.Mark{} })
			imports(owner, "I1")(s)
		}, []string{"BH2042"}, "", false, owner},
		{"registering with the item of another state", func(s *scene) {
			s.taken()
			imports("", "I1")(s)
			s.desc.Cloud, s.desc.Register = "", &config.Register{AccessKeyID: "K1"}
		}, []string{"BH2041", "BH2044"}, "", false, owner},
		{"a title that an item of another state has", func(s *scene) {
			s.taken()
			s.forgetRecord()
			s.deleteCredential()
			s.deleteBucket()
		}, []string{"BH2008", "BH2044"}, "", false, "It belongs to " + owner},
		{"a bucket of an own project that was forgotten", func(s *scene) { s.forgetRecord(); s.deleteItem(); s.desc.Adopt = true }, nil, planner.Adopt, false, ""},
		{"an item of an own project that was forgotten, with a mark of before there were lineages", imports("", "I1"), nil, planner.Adopt, false, ""},
		{"the same of which nobody knows the state", func(s *scene) {
			s.item(func(i *observed.Item) { i.Mark.Operation = "0123456789ab" })
			imports("", "I1")(s)
		}, []string{"BH2041", "BH2044"}, "", false, "main@unknown"},
		{"the name of the stack alone", func(s *scene) {
			s.forgetRecord()
			s.deleteCredential()
			s.deleteItem()
			s.deleteBucket()
			s.addCredential("K9", drawnBy(theirs, albums, 1), "albums")
		}, []string{"BH2044"}, planner.Provision, false, "1 credential of main@unknown"},
		{"a key of which nobody knows the state, to a bucket of ours", func(s *scene) {
			s.addCredential("K9", drawnBy("lost", photos, 1), "photos-bucket")
		}, []string{"BH2045"}, "", false, "opened by K9, which bh issued. It belongs to an earlier time of this state, or to another state"},
		{"the same, and a destroy", func(s *scene) { s.addCredential("K9", drawnBy("lost", photos, 1), "photos-bucket"); s.undeclare() },
			[]string{"BH2045"}, planner.Destroy, true, "an unrecorded credential opens the bucket"},
		{"the name of the stack, of one that is known and one that is not", func(s *scene) {
			s.shared()
			s.forgetRecord()
			s.deleteItem()
			s.deleteBucket()
			s.addCredential("K8", drawnBy("lost", albums, 1), "albums")
		}, []string{"BH2044"}, planner.Provision, false, "credentials and 1 item of main@ffffffff and main@unknown"},
		{"a copy of an item that is gone", func(s *scene) {
			s.deleteItem()
			s.addItem("I9", true, vendors.Mark{Stack: "main", Address: photos.String(), Operation: owners.OperationID("L", photos, 1)})
			copied := s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I9"}]
			copied.Summary.Title = s.desc.ItemTitle
			s.in.Observed.Items[observed.ItemKey{Secrets: store, ID: "I9"}] = copied
		}, []string{"BH2008"}, "", false, "  bh state rm photos\n\n  import {\n    to     = project.photos\n    bucket = \"photos-bucket\"\n    item   = \"I9\"\n  }"},
		{"a former item that another state took over", func(s *scene) {
			s.rec.Former = []state.FormerItem{{Secrets: store, ID: "I9", Title: "old"}}
			s.addItem("I9", true, vendors.Mark{Stack: "main", Lineage: theirs})
		}, nil, "", false, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newScene()
			test.change(s)
			plan, diags := s.make(t)
			var codes []string
			said := ""
			for _, d := range diags {
				codes = append(codes, d.Code)
				said += "\n" + d.Detail + "\n" + d.Fix
			}
			slices.Sort(codes)
			if !slices.Equal(codes, test.codes) {
				t.Errorf("got %v, want %v: %v", codes, test.codes, diags)
			}
			var kind planner.Kind
			blocked := false
			for _, o := range plan.Operations {
				kind, blocked = o.Kind, len(o.Blocked) > 0
				for _, b := range o.Blocked {
					said += "\n" + b.Text + "\n" + b.Fix
				}
			}
			if kind != test.kind || blocked != test.blocked || len(plan.Operations) > 1 {
				t.Errorf("got %q, blocked %t, want %q, %t", kind, blocked, test.kind, test.blocked)
			}
			if !strings.Contains(said, test.says) {
				t.Errorf("it lacks %q: %s", test.says, said)
			}
		})
	}
}

// Only a step that is meant to writes over another state's mark.
func TestMake_writesOverAMark(t *testing.T) {
	over := func(change func(*scene)) (out []string) {
		s := newScene()
		change(s)
		plan, _ := s.make(t)
		for _, o := range plan.Operations {
			for _, step := range o.Steps {
				if u, is := step.(planner.UpdateItem); is {
					out = append(out, u.Over)
				}
			}
		}
		return out
	}
	if got := over(func(s *scene) { s.taken(); imports("main@ffffffff", "I1")(s) }); !slices.Equal(got, []string{theirs}) {
		t.Errorf("an import writes over %q", got)
	}
	if got := over(func(s *scene) { s.desc.ItemTitle = "new" }); !slices.Equal(got, []string{""}) {
		t.Errorf("a new title writes over %q", got)
	}
}

// Whose a credential is takes a thousand hashes to say at worst. Those that open buckets of
// others are not asked, or a plan would cost as much for each key of a state of the same name.
func TestMake_asksOnlyForItsBuckets(t *testing.T) {
	const many = 50
	s := newScene()
	for n := range many {
		s.addCredential("K"+strconv.Itoa(100+n), drawnBy(theirs, albums, uint64(n)), "theirs-"+strconv.Itoa(n))
	}
	if allocations := testing.AllocsPerRun(1, func() { s.make(t) }); allocations > 100*many {
		t.Errorf("a plan beside %d keys of others allocates %.0f times", many, allocations)
	}
}

// A name belongs to every state that can have drawn it, also if it was drawn after the copy was
// made from which a state was restored, and one of a later try.
func TestDiscover_checksNames(t *testing.T) {
	for name, c := range map[string]struct {
		name string
		want owners.Owner
	}{
		"ours":                     {drawnBy("L", albums, 1), owners.ThisStack},
		"ours of a later try":      {drawnBy("L", albums, 7) + ".3", owners.ThisStack},
		"beyond what is recorded":  {drawnBy("L", albums, 500), owners.ThisStack},
		"an ancestor's":            {drawnBy("A", albums, 3), owners.ThisStack},
		"another state's":          {drawnBy(theirs, albums, 1), owners.UnknownStack},
		"of another project":       {"bh/main/project.photos/" + owners.OperationID("L", albums, 1), owners.UnknownStack},
		"of another stack":         {"bh/other/project.albums/" + owners.OperationID("L", albums, 1), owners.AnotherStack},
		"of a state that is known": {drawnBy("known", albums, 4), owners.AnotherStack},
	} {
		s := surveyed()
		s.in.Recorded.Meta.Ancestors = []string{"A"}
		s.in.Recorded.Records[photos] = *s.rec
		s.addItem("I9", true, vendors.Mark{Stack: "main", Lineage: "known", Address: "project.x", Operation: "op"})
		s.addCredential("K9", c.name, "")
		d := discovery.Discover(s.in)
		if len(d.Credentials) != 1 || d.Credentials[0].Owner != c.want {
			t.Errorf("%s: got %+v, want %s", name, d.Credentials, c.want)
		}
	}
}
