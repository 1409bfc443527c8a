package connectsim

import (
	"net/http"
	"slices"
)

// request is a call that was routed.
type request struct {
	vault, item, bearer string
	write               bool
	body                []byte
	filter              func(title string) bool // nil for none
}

// takes reports whether a list shows what has this title.
func (q request) takes(title string) bool { return q.filter == nil || q.filter(title) }

// authorized checks the token before it runs a call.
func (s *Simulator) authorized(q request, run func(request) answer) answer {
	token, known := s.tokens[q.bearer]
	switch {
	case !known:
		return status(http.StatusUnauthorized, "Invalid bearer token")
	case q.vault != "" && !slices.Contains(token.Vaults, q.vault):
		return status(http.StatusForbidden, "vault "+q.vault+" is not in scope")
	case q.write && !token.Write:
		return status(http.StatusForbidden, "the token may only read")
	}
	return run(q)
}

func (s *Simulator) listVaults(q request) answer {
	out := []map[string]any{}
	for _, v := range s.vaults {
		if slices.Contains(s.tokens[q.bearer].Vaults, v.ID) && q.takes(v.Name) {
			out = append(out, view(v))
		}
	}
	return answer{status: http.StatusOK, body: out}
}

func view(v *Vault) map[string]any {
	return map[string]any{"id": v.ID, "name": v.Name, "attributeVersion": 1, "contentVersion": v.ContentVersion, "items": len(v.items), "type": "USER_CREATED",
		"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z"}
}

// find gives a vault that is there.
func (s *Simulator) find(id string) *Vault {
	for _, v := range s.vaults {
		if v.ID == id {
			return v
		}
	}
	return &Vault{}
}

func (s *Simulator) getVault(q request) answer {
	return answer{status: http.StatusOK, body: view(s.find(q.vault))}
}

func (s *Simulator) listItems(q request) answer {
	out := []wire{}
	for _, e := range s.find(q.vault).items {
		if x, shows := s.seen(e); shows && x.State != "DELETED" && q.takes(x.Title) {
			w := x.view(false)
			w.Vault.ID = q.vault
			out = append(out, w)
		}
	}
	return answer{status: http.StatusOK, body: out}
}

// entryOf finds an item that is not deleted.
func (s *Simulator) entryOf(q request) *entry {
	for _, e := range s.find(q.vault).items {
		if e.now.ID == q.item && e.now.State != "DELETED" {
			return e
		}
	}
	return nil
}

func (s *Simulator) getItem(q request) answer {
	e := s.entryOf(q)
	if e == nil {
		return notFound
	}
	x, shows := s.seen(e)
	if !shows {
		return notFound
	}
	return s.whole(q, x)
}

func (s *Simulator) whole(q request, x Item) answer {
	w := x.view(true)
	w.Vault.ID = q.vault
	return answer{status: http.StatusOK, body: w}
}

func (s *Simulator) createItem(q request) answer {
	x, wrong := read(q.body, q.vault)
	if wrong != "" || x.ID != "" || x.Version != 0 || x.State != "" {
		s.unknown = append(s.unknown, "create: "+wrong)
		return status(http.StatusBadRequest, "Invalid item: "+wrong)
	}
	x.ID, x.Version, x.CreatedAt, x.UpdatedAt = s.draw("i"), 1, s.o.Now().UTC(), s.o.Now().UTC()
	slices.Sort(x.Tags)
	v := s.find(q.vault)
	v.items = append(v.items, &entry{now: x, written: s.o.Now()})
	v.ContentVersion++
	return s.whole(q, x)
}

// updateItem replaces an item. Its answer has the version of before.
// https://github.com/1Password/terraform-provider-onepassword (connect_client.go)
func (s *Simulator) updateItem(q request) answer {
	e := s.entryOf(q)
	if e == nil || e.now.State != "" {
		return notFound
	}
	x, wrong := read(q.body, q.vault)
	switch {
	case wrong != "" || x.ID != q.item:
		s.unknown = append(s.unknown, "update: "+wrong)
		return status(http.StatusBadRequest, "Invalid item: "+wrong)
	case x.Category != e.now.Category:
		return status(http.StatusBadRequest, "the category cannot be changed")
	}
	before := e.now.clone()
	version := e.now.Version
	x.CreatedAt, x.UpdatedAt, x.Version = e.now.CreatedAt, s.o.Now().UTC(), version+1
	slices.Sort(x.Tags)
	e.now, e.before, e.written = x, &before, s.o.Now()
	s.find(q.vault).ContentVersion++
	answered := x
	answered.Version = version
	return s.whole(q, answered)
}

func (s *Simulator) deleteItem(q request) answer {
	e := s.entryOf(q)
	if e == nil {
		return notFound
	}
	e.now.State = "DELETED"
	v := s.find(q.vault)
	v.ContentVersion++
	if s.o.DeleteAnswers500 {
		return status(http.StatusInternalServerError, "Something went wrong")
	}
	return answer{status: http.StatusNoContent}
}
