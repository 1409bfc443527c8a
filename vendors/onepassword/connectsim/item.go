package connectsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// categories are those of the API reference.
var categories = []string{"LOGIN", "PASSWORD", "API_CREDENTIAL", "SERVER", "DATABASE", "CREDIT_CARD", "MEMBERSHIP", "PASSPORT", "SOFTWARE_LICENSE",
	"OUTDOOR_LICENSE", "SECURE_NOTE", "WIRELESS_ROUTER", "BANK_ACCOUNT", "DRIVER_LICENSE", "IDENTITY", "REWARD_PROGRAM", "EMAIL_ACCOUNT",
	"SOCIAL_SECURITY_NUMBER", "MEDICAL_RECORD", "SSH_KEY"}

var fieldTypes = []string{"STRING", "EMAIL", "CONCEALED", "URL", "OTP", "TOTP", "DATE", "MONTH_YEAR", "MENU"}

var idShape = regexp.MustCompile(`^[\da-z]{26}$`)

// wire is an item as it is sent, with every member that the API has.
type wire struct {
	ID           string          `json:"id,omitempty"`
	Title        string          `json:"title"`
	Vault        wireVault       `json:"vault"`
	Category     string          `json:"category"`
	URLs         json.RawMessage `json:"urls,omitempty"`
	Favorite     bool            `json:"favorite,omitempty"`
	Tags         []string        `json:"tags,omitempty"`
	Version      int             `json:"version,omitempty"`
	State        string          `json:"state,omitempty"`
	CreatedAt    *time.Time      `json:"createdAt,omitempty"`
	UpdatedAt    *time.Time      `json:"updatedAt,omitempty"`
	LastEditedBy string          `json:"lastEditedBy,omitempty"`
	Sections     []wireSection   `json:"sections,omitempty"`
	Fields       []wireField     `json:"fields,omitempty"`
	Files        json.RawMessage `json:"files,omitempty"`
}

type wireVault struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

type wireSection struct {
	ID    string `json:"id,omitempty"`
	Label string `json:"label,omitempty"`
}

type wireField struct {
	ID       string          `json:"id"`
	Section  *wireSection    `json:"section,omitempty"`
	Type     string          `json:"type"`
	Purpose  string          `json:"purpose,omitempty"`
	Label    string          `json:"label,omitempty"`
	Value    string          `json:"value,omitempty"`
	Generate bool            `json:"generate,omitempty"`
	Recipe   json.RawMessage `json:"recipe,omitempty"`
	Entropy  float64         `json:"entropy,omitempty"`
}

// view gives an item as it is sent: whole, or as lists show it.
func (x Item) view(whole bool) wire {
	out := wire{ID: x.ID, Title: x.Title, Category: x.Category, Tags: x.Tags, Version: x.Version, State: x.State, CreatedAt: &x.CreatedAt, UpdatedAt: &x.UpdatedAt,
		LastEditedBy: "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
	if !whole {
		return out
	}
	for _, s := range x.Sections {
		out.Sections = append(out.Sections, wireSection(s))
	}
	for _, f := range x.Fields {
		w := wireField{ID: f.ID, Type: f.Type, Purpose: f.Purpose, Label: f.Label, Value: f.Value}
		if f.Section != "" {
			w.Section = &wireSection{ID: f.Section}
		}
		out.Fields = append(out.Fields, w)
	}
	if x.Notes != "" {
		out.Fields = append(out.Fields, wireField{ID: "notesPlain", Type: "STRING", Purpose: "NOTES", Label: "notesPlain", Value: x.Notes})
	}
	return out
}

// read decodes an item that was sent, and says what is wrong with it.
func read(body []byte, vault string) (Item, string) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	var w wire
	if err := decoder.Decode(&w); err != nil || decoder.More() {
		return Item{}, fmt.Sprintf("the item cannot be read: %v", err)
	}
	switch {
	case w.Vault.ID != vault:
		return Item{}, "the item is of another vault"
	case !slices.Contains(categories, w.Category):
		return Item{}, fmt.Sprintf("invalid category %q", w.Category)
	case w.Title == "":
		return Item{}, "the item has no title"
	}
	x := Item{ID: w.ID, Title: w.Title, Category: w.Category, Tags: w.Tags, Version: w.Version, State: w.State}
	for _, s := range w.Sections {
		x.Sections = append(x.Sections, Section(s))
	}
	ids := map[string]bool{}
	for _, f := range w.Fields {
		if f.ID == "notesPlain" {
			x.Notes = f.Value
			continue
		}
		in := ""
		if f.Section != nil {
			in = f.Section.ID
		}
		switch {
		case f.ID == "" || ids[f.ID]:
			return Item{}, fmt.Sprintf("the id %q of a field is empty or there twice", f.ID)
		case !slices.Contains(fieldTypes, f.Type):
			return Item{}, fmt.Sprintf("invalid type %q of a field", f.Type)
		case f.Generate:
			return Item{}, "values are not generated here"
		case in != "" && !slices.ContainsFunc(x.Sections, func(s Section) bool { return s.ID == in }):
			return Item{}, fmt.Sprintf("the section %q of a field is none of the item", in)
		}
		ids[f.ID] = true
		x.Fields = append(x.Fields, Field{f.ID, in, f.Type, f.Purpose, f.Label, f.Value})
	}
	return x, ""
}

// status is the body of an error.
func status(code int, message string) answer {
	return answer{status: code, body: map[string]any{"status": code, "message": message}}
}

var notFound = status(http.StatusNotFound, "item not found")
