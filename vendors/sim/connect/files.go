package connect

import (
	"net/http"
	"slices"
)

// longestInline is what a file may have to be sent within JSON: the default of
// OP_MAX_INLINE_FILE_SIZE_KB.
// https://developer.1password.com/docs/connect/connect-server-configuration/
const longestInline = 100 << 10

// inline reports whether the files' content is wanted.
func (s *Simulator) inline(r *request) (wanted bool, a answer, ok bool) {
	if !r.query.Has("inline_files") {
		return false, a, true
	}
	text := r.query.Get("inline_files")
	if text != "true" && text != "false" {
		return false, s.refuse(http.StatusBadRequest, "%s: inline_files is neither true nor false", r.op), false
	}
	return text == "true", a, true
}

func (s *Simulator) listFiles(r *request) answer {
	wanted, a, ok := s.inline(r)
	if !ok {
		return a
	}
	x, there := s.shown(r)
	if !there {
		return r.itemNotFound()
	}
	out := []wireFile{}
	for _, f := range x.Files {
		w, a, ok := fileAnswer(r, x, f, wanted)
		if !ok {
			return a
		}
		out = append(out, w)
	}
	return done(out)
}

func fileAnswer(r *request, x Item, f File, wanted bool) (wireFile, answer, bool) {
	w := fileView(r.vault, x, f)
	if !wanted {
		return w, answer{}, true
	}
	if len(f.Content) > longestInline {
		return w, failed(http.StatusRequestEntityTooLarge, "File is too large to inline in request. Use the "+
			"/v1/vaults/{vaultUUID}/items/{itemUUID}/files/{fileUUID}/content endpoint instead."), false
	}
	w.Content = f.Content
	return w, answer{}, true
}

// file finds the file of a call.
func (s *Simulator) file(r *request) (Item, File, answer, bool) {
	x, there := s.shown(r)
	if !there {
		return x, File{}, r.itemNotFound(), false
	}
	i := slices.IndexFunc(x.Files, func(f File) bool { return f.ID == r.vars["file"] })
	if i < 0 {
		return x, File{}, failed(http.StatusNotFound, "file %s not found", r.vars["file"]), false
	}
	return x, x.Files[i], answer{}, true
}

func (s *Simulator) getFile(r *request) answer {
	wanted, a, ok := s.inline(r)
	if !ok {
		return a
	}
	x, f, a, ok := s.file(r)
	if !ok {
		return a
	}
	w, a, ok := fileAnswer(r, x, f, wanted)
	if !ok {
		return a
	}
	return done(w)
}

func (s *Simulator) getContent(r *request) answer {
	_, f, a, ok := s.file(r)
	if !ok {
		return a
	}
	return answer{status: http.StatusOK, raw: append([]byte{}, f.Content...),
		mime: "application/octet-stream", name: f.Name}
}
