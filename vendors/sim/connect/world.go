package connect

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Vault is one vault and its items.
type Vault struct {
	ID, Name, Description string
	ContentVersion        int // rises with every change of an item
	AttributeVersion      int
	CreatedAt, UpdatedAt  time.Time

	items  []*entry
	writes int // that came through the API
	past   []vaultPast
}

// vaultPast is a vault before a write, for stale reads.
type vaultPast struct {
	until   time.Time
	version int
	updated time.Time
}

// Item is an item as the server keeps it.
type Item struct {
	ID, Title, Category string
	Tags                []string
	URLs                []URL
	Favorite            bool
	Version             int
	State               string // "", ARCHIVED or DELETED
	Fields              []Field
	Sections            []Section
	Files               []File
	Notes               string
	LastEditedBy        string
	CreatedAt           time.Time
	UpdatedAt           time.Time
}

// Field is one field; Section is a section's id.
type Field struct {
	ID, Section, Type, Purpose, Label, Value string
	Entropy                                  float64 // of a password that was generated
}

// Section groups fields.
type Section struct{ ID, Label string }

// URL is a website of an item.
type URL struct {
	Label, Href string
	Primary     bool
}

// File is a file of an item. Files cannot be made through the API.
type File struct {
	ID, Name, Section string
	Content           []byte
}

// entry is an item with its earlier versions, for stale reads.
type entry struct {
	now  Item
	past []itemPast
}

type itemPast struct {
	until time.Time
	item  *Item // nil: it was not there
}

// Those who edit items: ids of the server's own user, and of a person.
const (
	byServer = "CONNECTSERVERAAAAAAAAAAAAA"
	byPerson = "PERSONAAAAAAAAAAAAAAAAAAAA"
)

// AddVault creates a vault and returns its id.
func (s *Simulator) AddVault(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := &Vault{ID: s.drawID("vault"), Name: name, ContentVersion: 1, AttributeVersion: 1,
		CreatedAt: s.now(), UpdatedAt: s.now()}
	s.vaults = append(s.vaults, v)
	return v.ID
}

// Vaults returns the vaults, without their items.
func (s *Simulator) Vaults() []Vault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Vault
	for _, v := range s.vaults {
		shown := *v
		shown.items, shown.past, shown.writes = nil, nil, 0
		out = append(out, shown)
	}
	return out
}

// Items returns the items of a vault in order of creation, including archived and deleted ones.
func (s *Simulator) Items(vault string) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Item
	if v := s.vaultOf(vault); v != nil {
		for _, e := range v.items {
			out = append(out, e.now.clone())
		}
	}
	return out
}

// Item returns an item, in whichever vault it is.
func (s *Simulator) Item(id string) (Item, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, e := s.entryOf(id); e != nil {
		return e.now.clone(), true
	}
	return Item{}, false
}

// The following methods act as a person would, and show at once: ReadDelay is only for writes
// through the API.

// AddItem puts an item into a vault and returns its id.
func (s *Simulator) AddItem(vault string, x Item) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.vaultOf(vault)
	if v == nil {
		panic("connect: no vault " + vault)
	}
	x = x.clone()
	x.ID, x.Version, x.CreatedAt, x.UpdatedAt = s.drawID("item"), 1, s.now(), s.now()
	x.LastEditedBy = cmp.Or(x.LastEditedBy, byPerson)
	for i := range x.Files {
		x.Files[i].ID = cmp.Or(x.Files[i].ID, s.drawID("file"))
	}
	v.items = append(v.items, &entry{now: x})
	s.touched(v)
	return x.ID
}

// EditItem changes an item.
func (s *Simulator) EditItem(id string, edit func(*Item)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, e := s.entryOf(id)
	if e == nil {
		panic("connect: no item " + id)
	}
	x := e.now.clone()
	edit(&x)
	x.ID, x.Version, x.UpdatedAt, x.LastEditedBy = id, e.now.Version+1, s.now(), byPerson
	e.now, e.past = x.clone(), nil
	s.touched(v)
}

// ArchiveItem archives an item, which no call of the API can do.
func (s *Simulator) ArchiveItem(id string) { s.EditItem(id, func(x *Item) { x.State = archived }) }

// RemoveItem removes an item for good.
func (s *Simulator) RemoveItem(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takeAway(id)
}

func (s *Simulator) takeAway(id string) Item {
	v, e := s.entryOf(id)
	if e == nil {
		panic("connect: no item " + id)
	}
	v.items = slices.DeleteFunc(v.items, func(other *entry) bool { return other == e })
	s.touched(v)
	return e.now
}

// MoveItem moves an item to another vault, where it has another id, and returns that.
func (s *Simulator) MoveItem(id, vault string) string {
	s.mu.Lock()
	moved := s.takeAway(id)
	s.mu.Unlock()
	return s.AddItem(vault, moved)
}

func (s *Simulator) vaultOf(id string) *Vault {
	for _, v := range s.vaults {
		if v.ID == id {
			return v
		}
	}
	return nil
}

func (s *Simulator) entryOf(id string) (*Vault, *entry) {
	for _, v := range s.vaults {
		if e := v.entryOf(id); e != nil {
			return v, e
		}
	}
	return nil, nil
}

func (v *Vault) entryOf(id string) *entry {
	for _, e := range v.items {
		if e.now.ID == id {
			return e
		}
	}
	return nil
}

// touched counts a change of a vault that shows at once.
func (s *Simulator) touched(v *Vault) {
	v.ContentVersion++
	v.UpdatedAt, v.past = s.now(), nil
}

// wrote counts a change of a vault that came through the API.
func (s *Simulator) wrote(v *Vault) {
	until := s.o.Now().Add(s.o.ReadDelay)
	v.past = append(v.past, vaultPast{until, v.ContentVersion, v.UpdatedAt})
	v.ContentVersion++
	v.writes++
	v.UpdatedAt = s.now()
}

// change changes an item; reads show that late. before is nil for a new item.
func (s *Simulator) change(e *entry, before *Item, after Item) {
	e.past = append(e.past, itemPast{s.o.Now().Add(s.o.ReadDelay), before})
	e.now = after
}

// seen returns an item as reads show it now, and false if they do not.
func (s *Simulator) seen(e *entry) (Item, bool) {
	x := &e.now
	for _, p := range e.past {
		if s.o.Now().Before(p.until) {
			x = p.item
			break
		}
	}
	if x == nil || x.State == deleted || x.State == archived && s.o.HideArchived {
		return Item{}, false
	}
	return *x, true
}

// now is the time as the server keeps it: in seconds.
func (s *Simulator) now() time.Time { return s.o.Now().UTC().Truncate(time.Second) }

func (x Item) clone() Item {
	x.Tags, x.URLs, x.Fields = slices.Clone(x.Tags), slices.Clone(x.URLs), slices.Clone(x.Fields)
	x.Sections, x.Files = slices.Clone(x.Sections), slices.Clone(x.Files)
	for i := range x.Files {
		x.Files[i].Content = slices.Clone(x.Files[i].Content)
	}
	return x
}

// String returns an item without its content, so that logs contain no secrets.
func (x Item) String() string {
	return fmt.Sprintf("%s %q (%s, version %d, %d fields) %s",
		x.ID, x.Title, x.Category, x.Version, len(x.Fields), x.State)
}
