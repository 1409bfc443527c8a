package connect

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"buckethead/vendors/sim/kit"
)

// patchItem applies operations of JSON Patch in which fields, sections and files go
// by their ids. All are applied, or none. https://www.rfc-editor.org/rfc/rfc6902
func (s *Simulator) patchItem(r *request) answer {
	e := r.active()
	if e == nil {
		return r.itemNotFound()
	}
	operations := r.body.([]any)
	if len(operations) == 0 {
		return done(s.whole(r.vault, e.now))
	}
	item, err := kit.ParseJSON(kit.Encode(s.whole(r.vault, e.now)))
	if err != nil {
		panic(err) // it was just encoded
	}
	for i, operation := range operations {
		o := operation.(map[string]any)
		value, given := o["value"]
		if remove := o["op"] == "remove"; remove == given {
			return s.refuse(http.StatusBadRequest, "%s: /%d has a value where there may be none, or none", r.op, i)
		}
		p := patch{s: s, op: o["op"].(string), value: value}
		var wrong string
		if item, wrong = p.item(item.(map[string]any), o["path"].(string)); wrong != "" {
			return s.refuse(http.StatusBadRequest, "%s: /%d %s", r.op, i, wrong)
		}
	}
	return s.replace(r, e, item)
}

// patch is one operation.
type patch struct {
	s     *Simulator
	op    string // add, remove or replace
	value any
}

// item applies an operation to a whole item. "/" is the item itself, other than in
// the standard: https://developer.1password.com/docs/connect/api-reference/
func (p patch) item(item map[string]any, path string) (any, string) {
	if path == "/" {
		whole, ok := p.value.(map[string]any)
		if p.op != "replace" || !ok {
			return nil, "can only replace the item, with an item"
		}
		return whole, ""
	}
	if !strings.HasPrefix(path, "/") {
		return nil, "has a path that does not begin with a slash"
	}
	parts := strings.Split(path[1:], "/")
	for i := range parts {
		parts[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(parts[i])
	}
	name, rest := parts[0], parts[1:]
	if itemShape.Fields[name] == nil || slices.Contains(readOnly, name) {
		return nil, "is about an attribute that is not known, or only read"
	}
	switch kind := itemShape.Fields[name].Kind; {
	case len(rest) == 0 && (kind != "list" || p.op != "add"):
		return item, p.member(item, name)
	case kind != "list":
		return nil, "goes into an attribute that has no parts"
	}
	list, ok := item[name].([]any)
	if item[name] != nil && !ok {
		return nil, "goes into something that is not a list any more"
	}
	list, wrong := p.list(list, name, rest)
	item[name] = list
	return item, wrong
}

// member sets or removes a member of an object.
func (p patch) member(m map[string]any, name string) string {
	_, there := m[name]
	switch {
	case p.op == "remove" && !there:
		return "removes what is not there"
	case p.op == "remove":
		delete(m, name)
	default:
		m[name] = p.value
	}
	return ""
}

// list changes a list of the item: fields and sections by id, others by number.
func (p patch) list(list []any, name string, rest []string) ([]any, string) {
	byID := name == "fields" || name == "sections"
	if len(rest) == 0 {
		return p.addTo(list, name, byID)
	}
	i := -1
	switch {
	case byID:
		i = slices.IndexFunc(list, func(x any) bool {
			m, _ := x.(map[string]any)
			return m["id"] == rest[0]
		})
	case rest[0] == "-" && p.op == "add" && len(rest) == 1:
		return append(list, p.value), ""
	default:
		if n, err := strconv.Atoi(rest[0]); err == nil && n >= 0 && n < len(list) && strconv.Itoa(n) == rest[0] {
			i = n
		}
	}
	if i < 0 {
		return nil, fmt.Sprintf("is about what is not there: The item doesn't have a %q in its %s.", rest[0], name)
	}
	if len(rest) > 1 {
		m, ok := list[i].(map[string]any)
		if len(rest) > 2 || !ok || rest[1] == "id" {
			return nil, "goes too deep, or changes an id"
		}
		return list, p.member(m, rest[1])
	}
	switch {
	case p.op == "remove":
		return slices.Delete(list, i, i+1), ""
	case byID:
		m, ok := p.value.(map[string]any)
		if !ok || m["id"] != nil && m["id"] != rest[0] {
			return nil, "puts something else there, or another id"
		}
		m["id"] = rest[0]
		list[i] = m
	case p.op == "add":
		return slices.Insert(list, i, p.value), ""
	default:
		list[i] = p.value
	}
	return list, ""
}

// addTo adds to a list. A new field without an id is given one, as the examples of
// the API reference have none; whatever else is wrong with it is found later.
func (p patch) addTo(list []any, name string, byID bool) ([]any, string) {
	if !byID {
		return nil, "adds a list where one may be: name a place in it, or replace it"
	}
	m, ok := p.value.(map[string]any)
	if !ok {
		return nil, "adds something that is not an object"
	}
	if m["id"] == nil {
		m["id"] = p.s.drawID(name)
	}
	return append(list, m), ""
}
