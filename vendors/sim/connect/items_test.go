package connect_test

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"buckethead/vendors/sim/connect"
)

func TestVaults(t *testing.T) {
	w := newWorld(t)
	w.create(good)
	for query, n := range map[string]int{"": 1, `name eq "Engineering"`: 1, `title eq "Engineering"`: 1, `name eq "engineering"`: 0, `name eq "Other"`: 0} {
		path := "/v1/vaults"
		if query != "" {
			path += "?filter=" + url.QueryEscape(query)
		}
		got := w.do("rw", "GET", path, "")
		if got.status != 200 || strings.Count(got.text, w.vault) != n || strings.Contains(got.text, w.other) {
			t.Errorf("%s: %d %s", query, got.status, got.text)
		}
	}
	v := w.ok("GET", "/v1/vaults/VAULT", "")
	want := map[string]any{"id": w.vault, "name": "Engineering", "attributeVersion": 1.0, "contentVersion": 2.0, "items": 1.0, "type": "USER_CREATED",
		"createdAt": "2026-11-23T12:00:00Z", "updatedAt": "2026-11-23T12:00:00Z"}
	if !reflect.DeepEqual(v, want) {
		t.Errorf("got %v", v)
	}
	w.clean()
}

func TestItem_life(t *testing.T) {
	w := newWorld(t)
	made := w.ok("POST", items, good)
	id := made["id"].(string)
	path := items + "/" + id
	if made["version"] != 1.0 || made["title"] != "x" || fmt.Sprint(made["tags"]) != "[a b]" || made["createdAt"] != "2026-11-23T12:00:00Z" || len(id) != 26 {
		t.Errorf("made %v", made)
	}
	if f := fieldOf(t, made, "a"); f["value"] != "1" || f["type"] != "CONCEALED" || fmt.Sprint(f["section"]) != "map[id:s]" {
		t.Errorf("field %v", f)
	}
	// What a category always has is there, and empty.
	for _, name := range []string{"notesPlain", "credential", "hostname"} {
		if f := fieldOf(t, made, name); f["value"] != nil || f["section"] != nil {
			t.Errorf("field %v", f)
		}
	}
	if got := w.ok("GET", path, ""); !reflect.DeepEqual(got, made) {
		t.Errorf("got %v, made %v", got, made)
	}
	list := w.do("rw", "GET", items, "").text
	for _, part := range []string{`"fields"`, `"sections"`, `"value"`} {
		if strings.Contains(list, part) {
			t.Errorf("the list has %s: %s", part, list)
		}
	}
	if !strings.Contains(list, `"version":1`) || !strings.Contains(list, `"tags":["a","b"]`) {
		t.Errorf("the list is %s", list)
	}

	w.pass(time.Hour)
	answer := w.ok("PUT", path, strings.Replace(good, `"title":"x"`, `"title":"y","id":"`+id+`"`, 1))
	// The answer has the version of before.
	if answer["version"] != 1.0 || answer["title"] != "y" {
		t.Errorf("the answer of PUT is %v", answer)
	}
	if got := w.ok("GET", path, ""); got["version"] != 2.0 || got["createdAt"] != "2026-11-23T12:00:00Z" || got["updatedAt"] != "2026-11-23T13:00:00Z" {
		t.Errorf("got %v", got)
	}
	if got := w.do("rw", "DELETE", path, ""); got.status != 204 || got.text != "" || got.header.Get("Content-Type") != "" {
		t.Errorf("delete: %+v", got)
	}
	for _, call := range []string{"GET", "DELETE", "PUT", "PATCH"} {
		body := map[string]string{"PUT": good, "PATCH": "[]"}[call]
		if got := w.do("rw", call, path, body); got.status != 404 || got.message() != "item "+id+" not found" {
			t.Errorf("%s: %d %s", call, got.status, got.text)
		}
	}
	if left, there := w.sim.Item(id); !there || left.State != "DELETED" || w.ok("GET", "/v1/vaults/VAULT", "")["contentVersion"] != 4.0 {
		t.Errorf("left is %v", left)
	}
	w.clean()
}

// An item as it was read can be sent back, and loses nothing.
func TestItem_roundTrip(t *testing.T) {
	w := newWorld(t)
	id := w.sim.AddItem(w.vault, connect.Item{Title: "x", Category: "CUSTOM", Tags: []string{"t"}, URLs: []connect.URL{{Label: "l", Href: "h", Primary: true}},
		Favorite: true, Notes: "n", Sections: []connect.Section{{ID: "s", Label: "S"}}, Files: []connect.File{{Name: "f", Content: []byte("c"), Section: "s"}},
		Fields: []connect.Field{{ID: "a", Type: "PHONE", Label: "a", Value: "1", Section: "s"}, {ID: "b", Type: "OTP", Value: "JBSWY3DPEHPK3PXP"}}})
	before, _ := w.sim.Item(id)
	text := w.do("rw", "GET", items+"/"+id, "").text
	w.ok("PUT", items+"/"+id, text)
	after, _ := w.sim.Item(id)
	if after.Version != 2 || after.LastEditedBy == before.LastEditedBy {
		t.Errorf("version %d by %s", after.Version, after.LastEditedBy)
	}
	after.Version, after.LastEditedBy = before.Version, before.LastEditedBy
	if !reflect.DeepEqual(before, after) {
		t.Errorf("before %#v\nafter  %#v", before, after)
	}
	w.clean()
	if got := w.do("rw", "PUT", items+"/"+id, strings.Replace(text, "PHONE", "ADDRESS", 1)); got.status != 400 {
		t.Errorf("a type of people is set: %d", got.status)
	}
	// What is left out is gone: the item is replaced whole.
	w.ok("PUT", items+"/"+id, `{"id":"`+id+`","title":"x","category":"CUSTOM","vault":{"id":"VAULT"}}`)
	if x, _ := w.sim.Item(id); len(x.Fields)+len(x.Sections)+len(x.Tags)+len(x.URLs)+len(x.Files) > 0 || x.Notes != "" || x.Favorite {
		t.Errorf("left is %#v", x)
	}
	for old, text := range map[string]string{`"category":"CUSTOM"`: `"category":"LOGIN"`, id: strings.Repeat("b", 26), `"vault":{"id":"VAULT"}`: `"vault":{"id":"OTHER"}`} {
		body := strings.Replace(`{"id":"`+id+`","title":"x","category":"CUSTOM","vault":{"id":"VAULT"}}`, old, text, 1)
		if got := w.do("rw", "PUT", items+"/"+id, body); got.status != 400 {
			t.Errorf("%s: %d %s", text, got.status, got.text)
		}
	}
}

func TestItem_versions(t *testing.T) {
	for _, strict := range []bool{false, true} {
		w := newWorld(t, func(o *connect.Options) { o.CheckVersions = strict })
		path := w.create(good)
		text := w.do("rw", "GET", path, "").text
		w.ok("PUT", path, text)
		if got := w.do("rw", "PUT", path, text); (got.status == 409) != strict || strict && !strings.Contains(got.message(), "onflict") {
			t.Errorf("%t: %d %s", strict, got.status, got.text)
		}
		w.ok("PATCH", path, `[{"op":"replace","path":"/title","value":"y"}]`)
		w.clean()
	}
}

// Two items may have one title, and one is found by a filter as often as it is there.
func TestItem_filters(t *testing.T) {
	w := newWorld(t)
	titles := []string{"x", "x", `a"b`, `a\b`, "Ü ", "X", `x" or title pr "`}
	for i, title := range titles {
		w.sim.AddItem(w.vault, connect.Item{Title: title, Category: "LOGIN", Tags: []string{fmt.Sprint("t", i), "all"}})
	}
	for filter, want := range map[string]int{`title eq "x"`: 2, `title eq "X"`: 1, `title eq "a\"b"`: 1, `title eq "a\\b"`: 1, `title eq "\u00dc "`: 1, `title eq "x\" or title pr \""`: 1,
		`title eq ""`: 0, `tag eq "all"`: len(titles), `tag eq "t3"`: 1, `tag eq "t"`: 0} {
		if got := w.list("?filter=" + url.QueryEscape(filter)); len(got) != want {
			t.Errorf("%s: %q", filter, got)
		}
	}
	if got := w.list(""); slices.Equal(got, titles) || len(got) != len(titles) {
		t.Errorf("the list is in the order of creation: %q", got)
	}
	w.clean()
	for _, filter := range []string{"", "x", `title eq x`, `title eq 'x'`, `title eq "x`, `title eq x"`, `title eq "a"b"`, `title eq "a\b\"`, `TITLE eq "x"`, `title EQ "x"`, `title  eq "x"`,
		`title eq  "x"`, ` title eq "x"`, `title eq "x" `, `title co "x"`, `title eq "x" or title pr ""`, `title eq "x" and tag eq "y"`, `title eq null`, `title eq ["x"]`, "title eq \"a\nb\""} {
		if got := w.do("rw", "GET", items+"?filter="+url.QueryEscape(filter), ""); got.status != 400 {
			t.Errorf("%s: %d %s", filter, got.status, got.text)
		}
	}
}

func TestItem_values(t *testing.T) {
	login := func(fields string) string {
		return `{"title":"x","category":"LOGIN","vault":{"id":"VAULT"},"urls":[{"href":"https://a.example","primary":true}],"fields":[` + fields + `]}`
	}
	w := newWorld(t)
	x := w.ok("POST", items, login(`{"id":"username","type":"STRING","purpose":"USERNAME","value":"me"},
		{"id":"password","type":"CONCEALED","purpose":"PASSWORD","generate":true,"recipe":{"length":10,"characterSets":["DIGITS"],"excludeCharacters":"01"}},
		{"id":"notesPlain","type":"STRING","purpose":"NOTES","value":"hello"},
		{"id":"day","type":"DATE","value":"1970-01-02"},{"id":"s","type":"DATE","value":"86400"},{"id":"m","type":"MONTH_YEAR","value":"203001"},
		{"id":"code","type":"OTP","value":"otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}`))
	password := fieldOf(t, x, "password")
	if v := password["value"].(string); len(v) != 10 || strings.Trim(v, "23456789") != "" || password["entropy"].(float64) != 30 || password["generate"] != nil || password["recipe"] != nil {
		t.Errorf("generated %v", password)
	}
	if password["label"] != "password" || fieldOf(t, x, "username")["label"] != "username" {
		t.Error("fields with a purpose have no label")
	}
	if fieldOf(t, x, "day")["value"] != "86400" || fieldOf(t, x, "s")["value"] != "86400" || fieldOf(t, x, "m")["value"] != "203001" {
		t.Errorf("dates: %v", x)
	}
	if kept, _ := w.sim.Item(x["id"].(string)); kept.Notes != "hello" || len(kept.URLs) != 1 {
		t.Errorf("kept %#v", kept)
	}
	// A value that exists is not generated again.
	text := w.do("rw", "GET", items+"/"+x["id"].(string), "").text
	w.ok("PUT", items+"/"+x["id"].(string), strings.Replace(text, `"purpose":"PASSWORD"`, `"purpose":"PASSWORD","generate":true`, 1))
	if again := fieldOf(t, w.ok("GET", items+"/"+x["id"].(string), ""), "password"); !maps.Equal(again, password) {
		t.Errorf("%v became %v", password, again)
	}
	other := fieldOf(t, w.ok("POST", items, login(`{"id":"p","type":"CONCEALED","generate":true}`)), "p")
	if len(other["value"].(string)) != 32 || other["entropy"] != nil {
		t.Errorf("generated %v", other)
	}
	w.clean()
	two := login(`{"id":"a","type":"CONCEALED","purpose":"PASSWORD"},{"id":"b","type":"CONCEALED","purpose":"PASSWORD"}`)
	if got := w.do("rw", "POST", items, two); got.status != 400 || !strings.Contains(got.message(), `only use one "password" field`) {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// https://www.rfc-editor.org/rfc/rfc6238#appendix-B, the last six digits.
func TestItem_oneTimeCode(t *testing.T) {
	for seconds, want := range map[int64]any{59: "287082", 1111111109: "081804", 20000000000: "353130"} {
		w := newWorld(t)
		*w.now = time.Unix(seconds, 0)
		id := w.sim.AddItem(w.vault, connect.Item{Title: "x", Category: "LOGIN", Fields: []connect.Field{{ID: "a", Type: "OTP", Value: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"},
			{ID: "b", Type: "OTP", Value: "no key"}, {ID: "c", Type: "STRING", Value: "GEZDGNBVGY3TQOJQ"}}})
		x := w.ok("GET", items+"/"+id, "")
		if got := fieldOf(t, x, "a")["totp"]; got != want || fieldOf(t, x, "b")["totp"] != nil || fieldOf(t, x, "c")["totp"] != nil {
			t.Errorf("at %d: %v, want %v", seconds, got, want)
		}
	}
}

// What people do shows at once.
func TestBehindTheBack(t *testing.T) {
	w := newWorld(t, func(o *connect.Options) { o.ReadDelay = time.Hour })
	id := w.sim.AddItem(w.vault, connect.Item{Title: "x", Category: "LOGIN", State: "", Version: 7})
	path := items + "/" + id
	w.sim.EditItem(id, func(x *connect.Item) { x.Title = "y" })
	if x := w.ok("GET", path, ""); x["title"] != "y" || x["version"] != 2.0 || w.ok("GET", "/v1/vaults/VAULT", "")["contentVersion"] != 3.0 {
		t.Errorf("edited: %v", x)
	}
	w.sim.ArchiveItem(id)
	if x := w.ok("GET", path, ""); x["state"] != "ARCHIVED" || len(w.list("")) != 1 || w.ok("GET", "/v1/vaults/VAULT", "")["items"] != 0.0 {
		t.Errorf("archived: %v", x)
	}
	if got := w.do("rw", "PATCH", path, "[]"); got.status != 404 {
		t.Errorf("an archived item is changed: %d", got.status)
	}
	moved := w.sim.MoveItem(id, w.other)
	if _, there := w.sim.Item(id); there || moved == id || len(w.sim.Items(w.other)) != 1 || w.do("rw", "GET", path, "").status != 404 {
		t.Error("it was not moved")
	}
	w.sim.RemoveItem(moved)
	if _, there := w.sim.Item(moved); there || len(w.sim.Items(w.other)) != 0 {
		t.Error("it was not removed")
	}
	late := w.create(good)
	w.sim.EditItem(strings.TrimPrefix(late, items+"/"), func(x *connect.Item) { x.Title = "z" })
	if x := w.ok("GET", late, ""); x["title"] != "z" {
		t.Errorf("edited before it showed: %v", x)
	}
	w.sim.RemoveItem(strings.TrimPrefix(late, items+"/"))
	if versions := w.sim.Vaults(); versions[0].ContentVersion != 8 || versions[1].ContentVersion != 3 {
		t.Errorf("versions: %+v", versions)
	}
	w.clean()
}

func TestHideArchived(t *testing.T) {
	w := newWorld(t, func(o *connect.Options) { o.HideArchived = true })
	path := w.create(good)
	w.sim.ArchiveItem(strings.TrimPrefix(path, items+"/"))
	if got := w.do("rw", "GET", path, ""); got.status != 404 || len(w.list("")) != 0 {
		t.Errorf("%d %s", got.status, got.text)
	}
}

// What is handed out is a copy.
func TestCopies(t *testing.T) {
	w := newWorld(t)
	x := connect.Item{Title: "x", Category: "LOGIN", Tags: []string{"a"}, Fields: []connect.Field{{ID: "f", Type: "STRING", Value: "v"}},
		Files: []connect.File{{Name: "f", Content: []byte("c")}}}
	id := w.sim.AddItem(w.vault, x)
	x.Tags[0], x.Fields[0].Value, x.Files[0].Content[0] = "b", "w", 'd'
	got, _ := w.sim.Item(id)
	if got.Tags[0] != "a" || got.Fields[0].Value != "v" || string(got.Files[0].Content) != "c" {
		t.Errorf("kept %#v", got)
	}
	got.Tags[0] = "c"
	w.sim.Items(w.vault)[0].Fields[0].Value = "w"
	if again, _ := w.sim.Item(id); again.Tags[0] != "a" || again.Fields[0].Value != "v" {
		t.Errorf("kept %#v", again)
	}
	if text := fmt.Sprint(got); strings.Contains(text, "v1") || !strings.Contains(text, "1 fields") {
		t.Errorf("printed as %s", text)
	}
}
