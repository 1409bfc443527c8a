package connect

import (
	"fmt"
	"slices"
	"strings"

	"buckethead/vendors/sim/kit"
)

// reading is an item that is being parsed from a request.
type reading struct {
	s     *Simulator
	old   Item // what it was; zero for a new one
	fresh bool
	out   Item
	ids   map[string]bool // of fields
	uses  map[string]bool // purposes
}

// read parses the item in a request for a vault, and says what is wrong with it. Quoted words
// in its errors come from the server or are ids, never values.
func (s *Simulator) read(v *Vault, old *Item, body any) (Item, string) {
	if pointer, wrong := itemShape.Check(body, ""); wrong != "" {
		return Item{}, strings.TrimSpace(pointer + " " + wrong)
	}
	var w wireItem
	kit.Decode(kit.Encode(forDecoding(body)), &w)
	r := &reading{s: s, fresh: old == nil, ids: map[string]bool{}, uses: map[string]bool{}}
	if old != nil {
		r.old = *old
	}
	r.out = Item{ID: r.old.ID, Title: w.Title, Category: w.Category, Favorite: w.Favorite, Tags: w.Tags,
		CreatedAt: r.old.CreatedAt}
	if wrong := r.head(v, w); wrong != "" {
		return Item{}, wrong
	}
	for _, section := range w.Sections {
		if section.ID == "" || slices.ContainsFunc(r.out.Sections, func(s Section) bool { return s.ID == section.ID }) {
			return Item{}, "/sections has an id that is empty or there twice"
		}
		r.out.Sections = append(r.out.Sections, Section(section))
	}
	for i, f := range w.Fields {
		if wrong := r.field(f); wrong != "" {
			return Item{}, fmt.Sprintf("/fields/%d %s", i, wrong)
		}
	}
	slices.Sort(r.out.Tags) // https://github.com/1Password/terraform-provider-onepassword/pull/155
	return r.out, r.files(w.Files)
}

// forDecoding drops read-only members.
func forDecoding(body any) any {
	out := map[string]any{}
	for name, value := range body.(map[string]any) {
		if name != "createdAt" && name != "updatedAt" && name != "files" {
			out[name] = value
		}
		if name == "files" && value != nil {
			files := []any{}
			for _, f := range value.([]any) {
				files = append(files, map[string]any{"id": f.(map[string]any)["id"]})
			}
			out[name] = files
		}
	}
	return out
}

// head checks the members that are not lists.
func (r *reading) head(v *Vault, w wireItem) string {
	switch {
	case w.Vault.ID != v.ID:
		return "/vault/id is another vault's"
	case w.ID != r.old.ID:
		return "/id is not the item's"
	case w.State != r.old.State:
		return "/state cannot be set"
	case r.fresh && w.Version != 0:
		return "/version cannot be set"
	case r.fresh && slices.Contains([]string{"CUSTOM", "DOCUMENT"}, w.Category):
		return "Invalid item category: items of category " + w.Category + " cannot be created"
	case !r.fresh && w.Category != r.old.Category: // unverified
		return "/category cannot be changed"
	case w.Title == "": // unverified
		return "/title is missing"
	}
	for i, tag := range w.Tags {
		// That other clients of 1Password's refuse these is known; that Connect does is unverified.
		foreign := strings.ContainsFunc(tag, func(c rune) bool { return c > '~' || c < ' ' })
		if strings.Trim(tag, " \t") == "" || slices.Contains(w.Tags[:i], tag) || foreign {
			return "/tags has one that is empty, there twice, or not of ASCII"
		}
	}
	// Websites are of logins and passwords; what an item has, it may keep. Unverified.
	if len(w.URLs) > 0 && len(r.old.URLs) == 0 && w.Category != "LOGIN" && w.Category != "PASSWORD" {
		return "/urls are for the categories LOGIN and PASSWORD"
	}
	for _, u := range w.URLs {
		r.out.URLs = append(r.out.URLs, URL{u.Label, u.Href, u.Primary})
	}
	return ""
}

// field reads one field.
func (r *reading) field(w wireField) string {
	f := Field{ID: w.ID, Type: w.Type, Purpose: w.Purpose, Label: w.Label, Value: w.Value}
	if w.Section != nil {
		f.Section = w.Section.ID
	}
	had := r.old.field(w.ID)
	switch {
	case w.ID == "" || r.ids[w.ID]:
		return "has an id that is empty or there twice"
	case f.Section != "" && !slices.ContainsFunc(r.out.Sections, func(s Section) bool { return s.ID == f.Section }):
		return "is in a section that the item does not have"
	case !slices.Contains(fieldTypes, f.Type) && (had == nil || had.Type != f.Type):
		return "has a type that is not known"
	case w.Recipe != nil && !w.Generate:
		return "has a recipe, and nothing is generated"
	}
	r.ids[w.ID] = true
	if wrong := r.purpose(&f); wrong != "" {
		return wrong
	}
	if wrong := r.value(&f, w, had); wrong != "" {
		return wrong
	}
	own := slices.ContainsFunc(builtin[r.out.Category], func(b Field) bool { return b.ID == f.ID })
	switch {
	case f.ID == notes.ID:
		r.out.Notes = f.Value
	case f.Value == "" && own && f.Section == "":
		// It is there anyway.
	default:
		r.out.Fields = append(r.out.Fields, f)
	}
	return ""
}

// purpose checks what a field is for. Only one may be for the same:
// https://github.com/1Password/connect-sdk-python/issues/71
func (r *reading) purpose(f *Field) string {
	if (f.ID == notes.ID) != (f.Purpose == notes.Purpose) {
		return "has an id and a purpose of which one is that of notes"
	}
	if f.Purpose == "" {
		return ""
	}
	if r.uses[f.Purpose] {
		return fmt.Sprintf("is one too many: You can only use one %q field.", strings.ToLower(f.Purpose))
	}
	r.uses[f.Purpose] = true
	login, password := r.out.Category == "LOGIN", r.out.Category == "PASSWORD"
	if f.Purpose == "USERNAME" && !login || f.Purpose == "PASSWORD" && !login && !password {
		return "has a purpose that the category does not know" // unverified
	}
	if f.Label == "" {
		f.Label = strings.ToLower(f.Purpose)
	}
	return ""
}

// value checks and makes the value of a field.
func (r *reading) value(f *Field, w wireField, had *Field) string {
	if had != nil && had.Value == f.Value {
		f.Entropy = had.Entropy
		if !w.Generate || f.Value != "" {
			return ""
		}
	}
	if w.Generate && w.Value == "" {
		recipe := wireRecipe{}
		if w.Recipe != nil {
			recipe = *w.Recipe
		}
		value, entropy, wrong := r.s.generate(recipe)
		if f.Value = value; f.Purpose == "PASSWORD" {
			f.Entropy = entropy
		}
		if wrong != "" {
			wrong = "has a recipe that " + wrong
		}
		return wrong
	}
	if f.Value == "" {
		return ""
	}
	// Both are checked since 1.5.2: https://github.com/1Password/connect/blob/main/CHANGELOG.md
	switch f.Type {
	case "DATE":
		day, ok := dated(f.Value)
		if f.Value = day; !ok {
			return "is not a date"
		}
	case "MONTH_YEAR":
		if !isMonth(f.Value) {
			return "is not a month of a year"
		}
	}
	return ""
}

// files keeps those that are still named. None can be added. That others go is
// unverified.
func (r *reading) files(sent []wireFile) string {
	for _, w := range sent {
		i := slices.IndexFunc(r.old.Files, func(f File) bool { return f.ID == w.ID })
		if i < 0 {
			return "/files has one that the item does not have"
		}
		r.out.Files = append(r.out.Files, r.old.Files[i])
	}
	return ""
}
