package connect

import (
	"strconv"
	"time"

	"buckethead/vendors/sim/kit"
)

// The states of items that are not active.
const (
	archived = "ARCHIVED"
	deleted  = "DELETED"
)

// categories are those of the API reference. Items of the last two can be changed, but not
// created: https://github.com/1Password/connect/blob/main/CHANGELOG.md
var categories = []string{"LOGIN", "PASSWORD", "API_CREDENTIAL", "SERVER", "DATABASE", "CREDIT_CARD",
	"MEMBERSHIP", "PASSPORT", "SOFTWARE_LICENSE", "OUTDOOR_LICENSE", "SECURE_NOTE", "WIRELESS_ROUTER",
	"BANK_ACCOUNT", "DRIVER_LICENSE", "IDENTITY", "REWARD_PROGRAM", "EMAIL_ACCOUNT",
	"SOCIAL_SECURITY_NUMBER", "MEDICAL_RECORD", "SSH_KEY", "DOCUMENT", "CUSTOM"}

// fieldTypes are those of the API reference. Fields that people made have more, and
// keep them: https://github.com/1Password/connect-sdk-go/blob/main/onepassword/items.go
var fieldTypes = []string{"STRING", "EMAIL", "CONCEALED", "URL", "OTP", "DATE", "MONTH_YEAR", "MENU", "SSHKEY"}

// builtin are fields that items of a category always have, if empty, and in no
// section. The notes of a new item are seen in
// https://github.com/1Password/connect-sdk-python/issues/34, and that empty fields of
// the template are there at all in https://github.com/1Password/onepassword-operator/issues/249;
// which they are is known for API credentials alone, from
// https://github.com/1Password/terraform-provider-onepassword. Unverified in part.
var builtin = map[string][]Field{
	"LOGIN": {
		{ID: "username", Type: "STRING", Purpose: "USERNAME", Label: "username"},
		{ID: "password", Type: "CONCEALED", Purpose: "PASSWORD", Label: "password"},
	},
	"PASSWORD": {{ID: "password", Type: "CONCEALED", Purpose: "PASSWORD", Label: "password"}},
	"API_CREDENTIAL": {
		{ID: "username", Type: "STRING", Label: "username"},
		{ID: "credential", Type: "CONCEALED", Label: "credential"},
		{ID: "type", Type: "MENU", Label: "type"},
		{ID: "filename", Type: "STRING", Label: "filename"},
		{ID: "validFrom", Type: "DATE", Label: "valid from"},
		{ID: "expires", Type: "DATE", Label: "expires"},
		{ID: "hostname", Type: "STRING", Label: "hostname"},
	},
}

var notes = Field{ID: "notesPlain", Type: "STRING", Purpose: "NOTES", Label: "notesPlain"}

// The types of request bodies. Read-only members are accepted and ignored: clients send back
// what they got. Null counts as a member that is not there; unverified.
var (
	aText, aBool, aTime = kit.Plain("string"), kit.Plain("bool"), kit.Plain("time")
	aNumber, anInt      = kit.Number(0, 0), kit.Integer(0, 0)

	may, must, object, oneOf = kit.May, kit.Must, kit.Nullable, kit.OneOf

	inSection   = object(must("id", aText), may("label", aText))
	recipeShape = object(may("length", anInt), may("excludeCharacters", aText),
		may("characterSets", listOf(oneOf("LETTERS", "DIGITS", "SYMBOLS"))))
	fieldShape = object(must("id", aText), may("section", inSection), must("type", aText),
		may("purpose", oneOf("", "USERNAME", "PASSWORD", "NOTES")), may("label", aText), may("value", aText),
		may("generate", aBool), may("recipe", recipeShape), may("entropy", aNumber), may("totp", aText))
	fileShape = object(must("id", aText), may("name", aText), may("size", anInt), may("content_path", aText),
		may("section", inSection), may("content", aText))
	urlShape  = object(may("label", aText), may("primary", aBool), must("href", aText))
	itemShape = object(may("id", aText), may("title", aText), must("vault", object(must("id", aText))),
		must("category", oneOf(categories...)), may("urls", listOf(urlShape)), may("favorite", aBool),
		may("tags", listOf(aText)), may("version", anInt), may("state", oneOf(archived, deleted)),
		may("createdAt", aTime), may("updatedAt", aTime), may("lastEditedBy", aText),
		may("sections", listOf(inSection)), may("fields", listOf(fieldShape)), may("files", listOf(fileShape)))
	patchShape = listOf(object(must("op", oneOf("add", "remove", "replace")), must("path", aText),
		may("value", kit.Plain("any"))))
)

// readOnly lists the attributes of an item that no patch can change.
var readOnly = []string{"id", "vault", "version", "state", "createdAt", "updatedAt", "lastEditedBy", "files"}

func listOf(items *kit.Schema) *kit.Schema { return kit.List(items, 0) }

// wireVault, wireItem and the rest are the types of requests and responses.
type wireVault struct {
	ID               string    `json:"id"`
	Name             string    `json:"name"`
	Description      string    `json:"description,omitempty"`
	AttributeVersion int       `json:"attributeVersion"`
	ContentVersion   int       `json:"contentVersion"`
	Items            int       `json:"items"`
	Type             string    `json:"type"`
	CreatedAt        time.Time `json:"createdAt"`
	UpdatedAt        time.Time `json:"updatedAt"`
}

type wireItem struct {
	ID           string        `json:"id"`
	Title        string        `json:"title"`
	URLs         []wireURL     `json:"urls,omitempty"`
	Favorite     bool          `json:"favorite,omitempty"`
	Tags         []string      `json:"tags,omitempty"`
	Version      int           `json:"version"`
	Vault        wireID        `json:"vault"`
	Category     string        `json:"category"`
	State        string        `json:"state,omitempty"`
	Sections     []wireSection `json:"sections,omitempty"`
	Fields       []wireField   `json:"fields,omitempty"`
	Files        []wireFile    `json:"files,omitempty"`
	LastEditedBy string        `json:"lastEditedBy"`
	CreatedAt    time.Time     `json:"createdAt"`
	UpdatedAt    time.Time     `json:"updatedAt"`
}

type wireID struct {
	ID string `json:"id"`
}

type wireURL struct {
	Label   string `json:"label,omitempty"`
	Primary bool   `json:"primary,omitempty"`
	Href    string `json:"href"`
}

type wireSection struct {
	ID    string `json:"id"`
	Label string `json:"label,omitempty"`
}

type wireField struct {
	ID       string      `json:"id"`
	Section  *wireID     `json:"section,omitempty"`
	Type     string      `json:"type"`
	Purpose  string      `json:"purpose,omitempty"`
	Label    string      `json:"label,omitempty"`
	Value    string      `json:"value,omitempty"`
	Generate bool        `json:"generate,omitempty"`
	Recipe   *wireRecipe `json:"recipe,omitempty"`
	Entropy  float64     `json:"entropy,omitempty"`
	TOTP     string      `json:"totp,omitempty"`
}

type wireRecipe struct {
	Length            int      `json:"length,omitempty"`
	CharacterSets     []string `json:"characterSets,omitempty"`
	ExcludeCharacters string   `json:"excludeCharacters,omitempty"`
}

type wireFile struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Size        int     `json:"size"`
	ContentPath string  `json:"content_path"`
	Section     *wireID `json:"section,omitempty"`
	Content     []byte  `json:"content,omitempty"`
}

// vaultView returns a vault as reads show it now.
func (s *Simulator) vaultView(v *Vault) wireVault {
	out := wireVault{ID: v.ID, Name: v.Name, Description: v.Description, AttributeVersion: v.AttributeVersion,
		ContentVersion: v.ContentVersion, Type: "USER_CREATED", CreatedAt: v.CreatedAt, UpdatedAt: v.UpdatedAt}
	for _, p := range v.past {
		if s.o.Now().Before(p.until) {
			out.ContentVersion, out.UpdatedAt = p.version, p.updated
			break
		}
	}
	for _, e := range v.items {
		if x, there := s.seen(e); there && x.State == "" {
			out.Items++
		}
	}
	return out
}

// summary returns an item as lists show it: without fields, sections and files.
func summary(v *Vault, x Item) wireItem {
	out := wireItem{ID: x.ID, Title: x.Title, Favorite: x.Favorite, Tags: x.Tags, Version: x.Version,
		Vault: wireID{v.ID}, Category: x.Category, State: x.State,
		LastEditedBy: x.LastEditedBy, CreatedAt: x.CreatedAt, UpdatedAt: x.UpdatedAt}
	for _, u := range x.URLs {
		out.URLs = append(out.URLs, wireURL{u.Label, u.Primary, u.Href})
	}
	return out
}

// whole returns a complete item.
func (s *Simulator) whole(v *Vault, x Item) wireItem {
	out := summary(v, x)
	for _, section := range x.Sections {
		out.Sections = append(out.Sections, wireSection(section))
	}
	for _, f := range x.allFields() {
		w := wireField{ID: f.ID, Section: ref(f.Section), Type: f.Type, Purpose: f.Purpose, Label: f.Label,
			Value: f.Value, Entropy: f.Entropy}
		if f.Type == "OTP" {
			w.TOTP = oneTime(f.Value, s.o.Now())
		}
		out.Fields = append(out.Fields, w)
	}
	for _, f := range x.Files {
		out.Files = append(out.Files, fileView(v, x, f))
	}
	return out
}

// allFields returns an item's fields, including those that its category always has.
func (x Item) allFields() []Field {
	note := notes
	note.Value = x.Notes
	out := []Field{note}
	for _, f := range builtin[x.Category] {
		if x.field(f.ID) == nil {
			out = append(out, f)
		}
	}
	return append(out, x.Fields...)
}

func (x Item) field(id string) *Field {
	for i := range x.Fields {
		if x.Fields[i].ID == id {
			return &x.Fields[i]
		}
	}
	return nil
}

// ref names a section, if there is one.
func ref(id string) *wireID {
	if id == "" {
		return nil
	}
	return &wireID{id}
}

func fileView(v *Vault, x Item, f File) wireFile {
	return wireFile{ID: f.ID, Name: f.Name, Size: len(f.Content), Section: ref(f.Section),
		ContentPath: "/v1/vaults/" + v.ID + "/items/" + x.ID + "/files/" + f.ID + "/content"}
}

// dated returns a date as the server keeps it: in seconds since 1970. It takes both
// forms; the Terraform provider sends seconds.
// https://github.com/1Password/terraform-provider-onepassword/blob/main/internal/onepassword/model/item.go
func dated(value string) (string, bool) {
	if day, err := time.Parse(time.DateOnly, value); err == nil {
		return strconv.FormatInt(day.Unix(), 10), true
	}
	_, err := strconv.ParseInt(value, 10, 64)
	return value, err == nil
}

// isMonth reports whether a value is a year and a month, as in 203001.
func isMonth(value string) bool {
	_, err := time.Parse("200601", value)
	return err == nil
}
