package connect_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"buckethead/vendors/sim/connect"
)

func TestFiles(t *testing.T) {
	w := newWorld(t)
	id := w.sim.AddItem(w.vault, connect.Item{Title: "x", Category: "DOCUMENT", Sections: []connect.Section{{ID: "s"}},
		Files: []connect.File{{Name: "a.txt", Content: []byte("hello"), Section: "s"}}})
	path := items + "/" + id + "/files"
	item, _ := w.sim.Item(id)
	file := item.Files[0].ID
	content := "/v1/vaults/" + w.vault + "/items/" + id + "/files/" + file + "/content"
	want := `{"id":"` + file + `","name":"a.txt","size":5,"content_path":"` + content + `","section":{"id":"s"}}` + "\n"
	if got := w.do("rw", "GET", path+"/"+file, ""); got.text != want {
		t.Errorf("got %s, want %s", got.text, want)
	}
	if got := w.do("rw", "GET", path+"?inline_files=false", ""); got.text != "["+strings.TrimSpace(want)+"]\n" {
		t.Errorf("got %s", got.text)
	}
	for _, query := range []string{"?inline_files=true", "/" + file + "?inline_files=true"} {
		if got := w.do("rw", "GET", path+query, ""); !strings.Contains(got.text, `"content":"`+base64.StdEncoding.EncodeToString([]byte("hello"))+`"`) {
			t.Errorf("%s: %s", query, got.text)
		}
	}
	got := w.do("rw", "GET", content, "")
	if got.text != "hello" || got.header.Get("Content-Type") != "application/octet-stream" || got.header.Get("Content-Disposition") != `attachment; filename="a.txt"` {
		t.Errorf("got %+v", got)
	}
	if whole := w.do("rw", "GET", items+"/"+id, ""); !strings.Contains(whole.text, content) || strings.Contains(whole.text, `"content":`) {
		t.Errorf("the item is %s", whole.text)
	}
	w.sim.EditItem(id, func(x *connect.Item) {
		x.Files = append(x.Files, connect.File{ID: strings.Repeat("f", 26), Content: make([]byte, 100<<10+1)}, connect.File{ID: strings.Repeat("e", 26)})
	})
	for query, status := range map[string]int{"?inline_files=true": 413, "/" + strings.Repeat("f", 26) + "?inline_files=true": 413, "/" + strings.Repeat("f", 26) + "/content": 200,
		"/" + strings.Repeat("e", 26) + "/content": 200, "/" + strings.Repeat("g", 26): 404, "/" + strings.Repeat("g", 26) + "/content": 404} {
		if got := w.do("rw", "GET", path+query, ""); got.status != status {
			t.Errorf("%s: %d", query, got.status)
		}
	}
	if got := w.do("rw", "GET", nobody+"/files", ""); got.status != 404 {
		t.Errorf("files of no item: %d", got.status)
	}
	w.clean()
}

func TestHealth(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct{ token, status string }{{"", "TOKEN_NEEDED"}, {"who", "TOKEN_NEEDED"}, {"over", "TOKEN_NEEDED"}, {"rw", "ACTIVE"}, {"", "ACTIVE"}} {
		got := w.do(c.token, "GET", "/health", "")
		if got.status != 200 || !strings.Contains(got.text, `{"service":"sync","status":"`+c.status+`"}`) || !strings.Contains(got.text, `"name":"1Password Connect API"`) {
			t.Errorf("%q: %d %s", c.token, got.status, got.text)
		}
	}
	w = newWorld(t)
	w.do("rw", "GET", "/v1/vaults", "")
	if got := w.do("", "GET", "/health", ""); !strings.Contains(got.text, `"sync","status":"ACTIVE"`) {
		t.Errorf("after a call: %s", got.text)
	}
	if got := w.do("", "GET", "/heartbeat", ""); got.text != "." || !strings.HasPrefix(got.header.Get("Content-Type"), "text/plain") {
		t.Errorf("heartbeat: %+v", got)
	}
	if got := w.do("", "GET", "/metrics", ""); !strings.Contains(got.text, "# TYPE go_goroutines gauge") || got.header.Get("1Password-Connect-Version") == "" {
		t.Errorf("metrics: %+v", got)
	}
	w.clean()
}
