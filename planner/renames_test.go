package planner_test

import (
	"slices"
	"strings"
	"testing"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// renamed is a state and a file: which bucket each address has in the one, and
// which it declares in the other. Everything that is recorded is there.
type renamed struct {
	recorded, declared map[string]string
	moved              [][2]string
	change             func(*planner.Input)
}

func address(t *testing.T, text string) addr.Address {
	t.Helper()
	p, err := addr.ParseProject(text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (r renamed) input(t *testing.T) planner.Input {
	in := newScene().in
	in.Desired.Projects, in.Recorded.Records = nil, map[addr.Address]state.Record{}
	in.Observed.Items = map[observed.ItemKey]observed.Item{}
	for text, bucket := range r.recorded {
		p, id := address(t, text), vendors.BucketID{Name: bucket}
		in.Recorded.Records[p] = state.Record{Project: p, Cloud: cloud, Secrets: store, Bucket: &id, Proof: state.Proved, OnDestroy: "refuse",
			Applied: state.Applied{Access: vendors.ReadWrite}}
		in.Observed.Buckets[observed.BucketKey{Cloud: cloud, ID: id}] = vendors.Bucket{ID: id}
	}
	for text, bucket := range r.declared {
		p := address(t, text)
		in.Desired.Projects = append(in.Desired.Projects, config.Project{Addr: p, Cloud: cloud, Secrets: store, ItemTitle: p.Label(), Access: vendors.ReadWrite,
			OnDestroy: config.Refuse, Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: bucket}}, Range: diag.Range{File: "buckets.hcl", Start: diag.Pos{Line: 3}}})
	}
	for _, m := range r.moved {
		in.Desired.Moved = append(in.Desired.Moved, config.Moved{From: address(t, m[0]), To: address(t, m[1])})
	}
	if r.change != nil {
		r.change(&in)
	}
	return in
}

func only(names ...string) func(addr.Address) bool {
	return func(p addr.Address) bool { return slices.Contains(names, p.Name) }
}

func onDestroy(in *planner.Input, how string) {
	for p, r := range in.Recorded.Records {
		r.OnDestroy = how
		in.Recorded.Records[p] = r
	}
}

func TestMake_renames(t *testing.T) {
	type buckets = map[string]string
	one := renamed{recorded: buckets{"old": "b"}, declared: buckets{"new": "b"}}
	with := func(r renamed, change func(*planner.Input)) renamed { r.change = change; return r }
	for name, c := range map[string]struct {
		renamed
		code  string
		moves []string // "from to" of each block
		says  string
	}{
		"renamed": {one, "BH2020", []string{"old new"}, "destroys it, its keys and its bucket"},
		"renamed, and it is protected": {with(one, func(in *planner.Input) {
			for p, r := range in.Recorded.Records {
				r.Protected = true
				in.Recorded.Records[p] = r
			}
		}), "BH2020", []string{"old new"}, "would end it, but it is protected"},
		"renamed, and it retains its bucket": {with(one, func(in *planner.Input) { onDestroy(in, "retain") }), "BH2021", []string{"old new"}, "belongs to project.old, which"},
		"renamed, retained, and adopted": {with(one, func(in *planner.Input) { onDestroy(in, "retain"); in.Desired.Projects[0].Adopt = true }), "BH2020",
			[]string{"old new"}, "ends it and its keys, and leaves the bucket"},
		"the new one alone is looked at": {with(one, func(in *planner.Input) { in.Scope = only("new") }), "BH2021", []string{"old new"}, "no longer declare"},
		"the old one alone is looked at": {with(one, func(in *planner.Input) { in.Scope = only("old") }), "BH2020", []string{"old new"}, "destroys it"},
		"neither is looked at":           {with(one, func(in *planner.Input) { in.Scope = only("other") }), "", nil, ""},
		"a key renamed": {renamed{recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`t["a"]`: "b1", `t["x"]`: "b2"}}, "BH2020",
			[]string{`t["b"] t["x"]`}, ""},
		"a for_each renamed": {renamed{recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`u["a"]`: "b1", `u["b"]`: "b2"}}, "BH2020",
			[]string{"t u"}, "The same is true of 1 more of project.t."},
		"a for_each renamed, one instance looked at": {with(renamed{recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`u["a"]`: "b1", `u["b"]`: "b2"}},
			func(in *planner.Input) {
				in.Scope = func(p addr.Address) bool { return p == addr.Address{Kind: addr.Project, Name: "u", Key: "a"} }
			}), "BH2021", []string{"t u"}, ""},
		"a for_each renamed in part": {renamed{recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`t["a"]`: "b1", `u["b"]`: "b2"}}, "BH2020",
			[]string{`t["b"] u["b"]`}, ""},
		"a for_each renamed with other keys": {renamed{recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`u["x"]`: "b1", `u["b"]`: "b2"}}, "BH2020",
			[]string{`t["b"] u["b"]`, `t["a"] u["x"]`}, ""},
		"a for_each renamed, and an instance less": {renamed{recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`u["a"]`: "b1"}}, "BH2020",
			[]string{"t u"}, ""},
		"a name that would land on another bucket": {renamed{recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`u["a"]`: "b1", `u["b"]`: "b3"}}, "BH2020",
			[]string{`t["a"] u["a"]`}, ""},
		"for_each added":      {renamed{recorded: buckets{"t": "b"}, declared: buckets{`t["a"]`: "b"}}, "BH2020", []string{`t t["a"]`}, ""},
		"for_each taken away": {renamed{recorded: buckets{`t["a"]`: "b"}, declared: buckets{"t": "b"}}, "BH2020", []string{`t["a"] t`}, ""},
		"renamed, and the old name has for_each": {renamed{recorded: buckets{"t": "b"}, declared: buckets{"u": "b", `t["a"]`: "b2"}}, "BH2020", nil,
			"bh state mv project.t project.u"},
		"renamed, and the old name has an empty for_each": {with(one, func(in *planner.Input) { in.Desired.Names = []string{"new", "old"} }), "BH2020", nil,
			"bh state mv project.old project.new"},
		"something was begun under the new name": {with(one, func(in *planner.Input) {
			in.Scope = only("new")
			in.Recorded.Watches = []state.Watch{{Name: "bh/main/project.new/op1", Cloud: cloud, Project: addr.Address{Kind: addr.Project, Name: "new"}}}
		}), "BH2021", nil, "nothing can move here"},
		"after a move":   {renamed{recorded: buckets{"first": "b"}, declared: buckets{"third": "b"}, moved: [][2]string{{"first", "second"}}}, "BH2020", []string{"second third"}, ""},
		"with the block": {renamed{recorded: buckets{"old": "b"}, declared: buckets{"new": "b"}, moved: [][2]string{{"old", "new"}}}, "", nil, ""},
		"a removed block says that it goes": {with(one, func(in *planner.Input) {
			in.Desired.Removed = []config.Removed{{From: addr.Address{Kind: addr.Project, Name: "old"}, Destroy: true}}
		}), "", nil, ""},
		"a removed block that forgets": {with(one, func(in *planner.Input) {
			in.Desired.Removed = []config.Removed{{From: addr.Address{Kind: addr.Project, Name: "old"}}}
		}), "BH2021", nil, "adopt = true"},
		"the same name in another cloud":        {with(one, func(in *planner.Input) { in.Desired.Projects[0].Cloud = "local.other" }), "", nil, ""},
		"the same name in another jurisdiction": {with(one, func(in *planner.Input) { in.Desired.Projects[0].Bucket.ID.Namespace = "eu" }), "", nil, ""},
		"another bucket":                        {renamed{recorded: buckets{"old": "b"}, declared: buckets{"new": "c"}}, "", nil, ""},
		"the holder is declared with another":   {renamed{recorded: buckets{"x": "b", "y": "c"}, declared: buckets{"x": "d", "z": "b", "y": "c"}}, "BH2021", nil, `Set it back to "b"`},
		"everything is destroyed":               {with(one, func(in *planner.Input) { in.Mode = planner.DestroyAll }), "", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := planner.Make(c.input(t))
			diags = slices.DeleteFunc(diags, func(d diag.Diagnostic) bool { return d.Code == "BH2003" })
			if c.code == "" {
				if len(diags) > 0 {
					t.Fatalf("got %v, want nothing", diags)
				}
				return
			}
			if len(diags) != 1 || diags[0].Code != c.code || (diags[0].Severity == diag.Error) != (c.code == "BH2021") {
				t.Fatalf("got %+v, want one of code %s", diags, c.code)
			}
			d := diags[0]
			var want []string
			for _, move := range c.moves {
				from, to, _ := strings.Cut(move, " ")
				want = append(want, "  moved {\n    from = project."+from+"\n    to   = project."+to+"\n  }")
			}
			if !strings.Contains(d.Fix, strings.Join(want, "\n\n")) || strings.Count(d.Fix, "moved {") != len(want) || !strings.Contains(d.Detail+d.Fix, c.says) {
				t.Errorf("got %s\n%s\nwant %q and %q", d.Detail, d.Fix, want, c.says)
			}
			if d.Subject.Start.Line != 3 {
				t.Errorf("it points to %s, want the block", d.Subject)
			}
		})
	}
}

// The blocks that are printed do what they are for: with them nothing is destroyed
// and nothing made.
func TestMake_movedBlocksHelp(t *testing.T) {
	type buckets = map[string]string
	for name, r := range map[string]renamed{
		"renamed":     {recorded: buckets{"old": "b"}, declared: buckets{"new": "b"}},
		"a for_each":  {recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`u["a"]`: "b1", `u["b"]`: "b2"}},
		"other keys":  {recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`u["x"]`: "b1", `u["b"]`: "b2"}},
		"added":       {recorded: buckets{"t": "b"}, declared: buckets{`t["a"]`: "b"}},
		"taken away":  {recorded: buckets{`t["a"]`: "b"}, declared: buckets{"t": "b"}},
		"one in part": {recorded: buckets{`t["a"]`: "b1", `t["b"]`: "b2"}, declared: buckets{`t["a"]`: "b1", `u["b"]`: "b2"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, diags := planner.Make(r.input(t))
			for _, d := range diags {
				words := strings.Fields(strings.NewReplacer("{", "", "}", "", "=", "").Replace(d.Fix))
				for i, word := range words {
					if word == "from" {
						r.moved = append(r.moved, [2]string{words[i+1], words[i+3]})
					}
				}
			}
			plan, diags := planner.Make(r.input(t))
			if len(diags) > 0 || len(r.moved) == 0 {
				t.Fatalf("with %v: %v", r.moved, diags)
			}
			for _, o := range plan.Operations {
				if o.Kind == planner.Destroy || slices.ContainsFunc(o.Steps, func(s planner.Step) bool { return s.Name() == create }) {
					t.Errorf("with %v: %s of %s", r.moved, o.Kind, o.Address)
				}
			}
		})
	}
}
