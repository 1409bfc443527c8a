package connect_test

import (
	"strings"
	"testing"

	"buckethead/vendors/sim/connect"
)

func TestPatch(t *testing.T) {
	field := func(x connect.Item, id string) connect.Field {
		for _, f := range x.Fields {
			if f.ID == id {
				return f
			}
		}
		return connect.Field{ID: "none"}
	}
	for name, c := range map[string]struct {
		patch string
		good  func(x connect.Item) bool
	}{
		"the title":      {`[{"op":"replace","path":"/title","value":"y"}]`, func(x connect.Item) bool { return x.Title == "y" }},
		"a favorite":     {`[{"op":"add","path":"/favorite","value":true}]`, func(x connect.Item) bool { return x.Favorite }},
		"a tag gone":     {`[{"op":"remove","path":"/tags/1"}]`, func(x connect.Item) bool { return strings.Join(x.Tags, " ") == "a" }},
		"a tag more":     {`[{"op":"add","path":"/tags/-","value":"0"}]`, func(x connect.Item) bool { return strings.Join(x.Tags, " ") == "0 a b" }},
		"a tag between":  {`[{"op":"add","path":"/tags/0","value":"0"}]`, func(x connect.Item) bool { return strings.Join(x.Tags, " ") == "0 a b" }},
		"a tag replaced": {`[{"op":"replace","path":"/tags/0","value":"z"}]`, func(x connect.Item) bool { return strings.Join(x.Tags, " ") == "b z" }},
		"all tags":       {`[{"op":"replace","path":"/tags","value":["q"]}]`, func(x connect.Item) bool { return strings.Join(x.Tags, " ") == "q" }},
		"no tags":        {`[{"op":"remove","path":"/tags"}]`, func(x connect.Item) bool { return len(x.Tags) == 0 }},
		"a value":        {`[{"op":"replace","path":"/fields/a/value","value":"2"}]`, func(x connect.Item) bool { return field(x, "a").Value == "2" && field(x, "a").Section == "s" }},
		"no value":       {`[{"op":"remove","path":"/fields/a/value"}]`, func(x connect.Item) bool { return field(x, "a").Value == "" && field(x, "a").Label == "a" }},
		"a label":        {`[{"op":"add","path":"/fields/a/label","value":"l"}]`, func(x connect.Item) bool { return field(x, "a").Label == "l" }},
		"an empty field": {`[{"op":"replace","path":"/fields/credential/value","value":"c"}]`, func(x connect.Item) bool { return field(x, "credential").Value == "c" }},
		"the notes":      {`[{"op":"replace","path":"/fields/notesPlain/value","value":"n"}]`, func(x connect.Item) bool { return x.Notes == "n" }},
		"a field gone":   {`[{"op":"remove","path":"/fields/a"}]`, func(x connect.Item) bool { return len(x.Fields) == 0 }},
		"a new field": {`[{"op":"add","path":"/fields","value":{"type":"STRING","label":"n","value":"v"}}]`, func(x connect.Item) bool {
			return len(x.Fields) == 2 && len(x.Fields[1].ID) == 26 && x.Fields[1].Value == "v"
		}},
		"another field": {`[{"op":"replace","path":"/fields/a","value":{"type":"STRING","value":"w"}}]`, func(x connect.Item) bool { return field(x, "a").Value == "w" && field(x, "a").Label == "" }},
		"a generated value": {`[{"op":"remove","path":"/fields/a/value"},{"op":"add","path":"/fields/a/generate","value":true}]`,
			func(x connect.Item) bool { return len(field(x, "a").Value) == 32 }},
		"a section": {`[{"op":"add","path":"/sections","value":{"id":"t/~","label":"T"}},{"op":"replace","path":"/sections/t~1~0/label","value":"U"}]`,
			func(x connect.Item) bool { return len(x.Sections) == 2 && x.Sections[1].Label == "U" }},
		"the item": {`[{"op":"replace","path":"/","value":{"id":"ID","title":"z","category":"API_CREDENTIAL","vault":{"id":"VAULT"}}}]`,
			func(x connect.Item) bool { return x.Title == "z" && len(x.Fields)+len(x.Tags) == 0 }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			path := w.create(good)
			id := strings.TrimPrefix(path, items+"/")
			answer := w.ok("PATCH", path, strings.ReplaceAll(c.patch, `"ID"`, `"`+id+`"`))
			if x, _ := w.sim.Item(id); !c.good(x) || x.Version != 2 || answer["version"] != 1.0 {
				t.Errorf("became %#v", x)
			}
			w.clean()
		})
	}
}

func TestPatch_nothing(t *testing.T) {
	w := newWorld(t)
	path := w.create(good)
	if x := w.ok("PATCH", path, "[]"); x["version"] != 1.0 || w.ok("GET", path, "")["version"] != 1.0 {
		t.Errorf("became %v", x)
	}
	w.clean()
}

// All operations are applied, or none.
func TestPatch_refused(t *testing.T) {
	for _, operation := range []string{
		`{"op":"move","path":"/title","from":"/tags"}`, `{"op":"test","path":"/title","value":"x"}`, `{"op":"replace","path":"title","value":"x"}`,
		`{"op":"replace","path":"/title"}`, `{"op":"remove","path":"/title","value":"x"}`, `{"op":"replace","path":"","value":{}}`, `{"op":"remove","path":"/"}`,
		`{"op":"replace","path":"/colour","value":"x"}`, `{"op":"replace","path":"/version","value":9}`, `{"op":"replace","path":"/state","value":"ARCHIVED"}`,
		`{"op":"replace","path":"/title/x","value":"x"}`, `{"op":"replace","path":"/title","value":7}`, `{"op":"remove","path":"/title"}`,
		`{"op":"remove","path":"/urls"}`, `{"op":"add","path":"/tags","value":"x"}`, `{"op":"replace","path":"/tags/2","value":"x"}`, `{"op":"replace","path":"/tags/01","value":"x"}`,
		`{"op":"replace","path":"/tags/-","value":"x"}`, `{"op":"replace","path":"/tags/0/x","value":"x"}`, `{"op":"add","path":"/fields","value":"x"}`,
		`{"op":"add","path":"/fields","value":{"id":"a","type":"STRING"}}`, `{"op":"add","path":"/fields","value":{"type":"string"}}`, `{"op":"remove","path":"/fields/none"}`,
		`{"op":"replace","path":"/fields/0/value","value":"x"}`, `{"op":"replace","path":"/fields/a/id","value":"x"}`, `{"op":"replace","path":"/fields/a/colour","value":"x"}`,
		`{"op":"replace","path":"/fields/a","value":{"id":"b","type":"STRING"}}`, `{"op":"replace","path":"/fields/a/section/id","value":"x"}`, `{"op":"remove","path":"/sections/s"}`,
		`{"op":"replace","path":"/","value":{"title":"x"}}`, `{"op":"replace","path":"/","value":"x"}`, `"x"`, `{"op":"replace","path":"/category","value":"LOGIN"}`,
	} {
		w := newWorld(t)
		path := w.create(good)
		got := w.do("rw", "PATCH", path, `[{"op":"replace","path":"/title","value":"y"},`+operation+`]`)
		if got.status != 400 || got.message() == "" || len(w.sim.Unknown()) != 1 || w.ok("GET", path, "")["title"] != "x" {
			t.Errorf("%s: %d %s, kept %q", operation, got.status, got.text, w.sim.Unknown())
		}
	}
}
