package connect

import (
	"cmp"
	"net/http"
	"slices"

	"buckethead/vendors/sim/kit"
)

func (s *Simulator) listVaults(r *request) answer {
	f, err := r.filter(vaultAttributes)
	if err != nil {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, err)
	}
	out := []wireVault{}
	for _, v := range s.vaults {
		if read, write := r.token.rights(v.ID); (read || write) && f.takesVault(v) {
			out = append(out, s.vaultView(v))
		}
	}
	return done(out)
}

func (s *Simulator) getVault(r *request) answer { return done(s.vaultView(r.vault)) }

// listItems lists in a meaningless order, because the order of the real server is unverified.
func (s *Simulator) listItems(r *request) answer {
	f, err := r.filter(itemAttributes)
	if err != nil {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, err)
	}
	out := []wireItem{}
	for _, e := range r.vault.items {
		if x, there := s.seen(e); there && f.takesItem(x) {
			out = append(out, summary(r.vault, x))
		}
	}
	slices.SortFunc(out, func(a, b wireItem) int { return cmp.Compare(a.ID, b.ID) })
	return done(out)
}

func (r *request) itemNotFound() answer {
	return failed(http.StatusNotFound, "item %s not found", r.vars["item"])
}

// shown finds the item for a read.
func (s *Simulator) shown(r *request) (Item, bool) {
	if e := r.vault.entryOf(r.vars["item"]); e != nil {
		return s.seen(e)
	}
	return Item{}, false
}

func (s *Simulator) getItem(r *request) answer {
	x, there := s.shown(r)
	if !there {
		return r.itemNotFound()
	}
	return done(s.whole(r.vault, x))
}

func (s *Simulator) createItem(r *request) answer {
	x, wrong := s.read(r.vault, nil, r.body)
	if wrong != "" {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, wrong)
	}
	x.ID, x.Version, x.CreatedAt, x.UpdatedAt, x.LastEditedBy = s.drawID("item"), 1, s.now(), s.now(), byServer
	e := &entry{}
	s.change(e, nil, x)
	r.vault.items = append(r.vault.items, e)
	s.wrote(r.vault)
	return done(s.whole(r.vault, x))
}

// active finds the item for a write, which sees the current item and not what reads show. That
// archived items cannot be changed is unverified for Connect.
func (r *request) active() *entry {
	if e := r.vault.entryOf(r.vars["item"]); e != nil && e.now.State == "" {
		return e
	}
	return nil
}

func (s *Simulator) updateItem(r *request) answer {
	e := r.active()
	if e == nil {
		return r.itemNotFound()
	}
	return s.replace(r, e, r.body)
}

// replace replaces an item with the one in the request. The response has the previous version:
// https://github.com/1Password/terraform-provider-onepassword/blob/main/internal/onepassword/connect/connect_client.go
func (s *Simulator) replace(r *request, e *entry, body any) answer {
	x, wrong := s.read(r.vault, &e.now, body)
	if wrong != "" {
		return s.refuse(http.StatusBadRequest, "%s: %s", r.op, wrong)
	}
	var sent struct {
		Version int `json:"version"`
	}
	kit.Decode(kit.Encode(map[string]any{"version": body.(map[string]any)["version"]}), &sent)
	// Whether the real server looks at the version is unverified.
	if s.o.CheckVersions && sent.Version != e.now.Version {
		return failed(http.StatusConflict, "%s", messages[http.StatusConflict])
	}
	before := e.now.clone()
	x.Version, x.UpdatedAt, x.LastEditedBy = before.Version+1, s.now(), byServer
	s.change(e, &before, x)
	s.wrote(r.vault)
	x.Version = before.Version
	return done(s.whole(r.vault, x))
}

// deleteItem deletes for good: https://github.com/1Password/connect/blob/main/CHANGELOG.md
func (s *Simulator) deleteItem(r *request) answer {
	e := r.vault.entryOf(r.vars["item"])
	if e == nil || e.now.State == deleted {
		return r.itemNotFound()
	}
	before := e.now.clone()
	after := e.now.clone()
	after.State, after.UpdatedAt = deleted, s.now()
	s.change(e, &before, after)
	s.wrote(r.vault)
	if s.o.DeleteAnswers500 {
		return failed(http.StatusInternalServerError, "%s", messages[http.StatusInternalServerError])
	}
	return answer{status: http.StatusNoContent}
}
