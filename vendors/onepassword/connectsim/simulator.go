// Package connectsim simulates a 1Password Connect server in memory, for tests:
// vaults and items over HTTP, strictly, with faults before and after each call acts.
//
// What belongs here: how Connect answers, as its API reference
// (https://developer.1password.com/docs/connect/api-reference/) and its users' code
// tell. It shares no code with the client that it judges, and where the real server
// is not known it is never laxer. Files, activity and server-side generation of
// values are not simulated, and answered as unknown paths and members.
package connectsim

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Options say what the server is like. Now is required.
type Options struct {
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error // required with Latency
	// Latency is of every call. ReadDelay is how long what was written shows as it
	// was before: a new item is not there yet.
	Latency   time.Duration
	ReadDelay time.Duration
	// DeleteAnswers500: a delete works and says that something went wrong, as it
	// does when another write was under way.
	DeleteAnswers500 bool
}

// Simulator is one server. Safe for concurrent use.
type Simulator struct {
	o Options

	mu      sync.Mutex
	drawn   int
	vaults  []*Vault
	tokens  map[string]Token
	onCall  func(Call) *Fault
	log     []Call
	unknown []string
}

// Vault is one vault and its items.
type Vault struct {
	ID, Name       string
	ContentVersion int
	items          []*entry
}

// Token is what a bearer token may do: Write is for the vaults of its list, too.
type Token struct {
	Vaults []string // ids
	Write  bool
}

// Item is an item as the server keeps it.
type Item struct {
	ID, Title, Category string
	Tags                []string
	Version             int
	State               string // "", ARCHIVED or DELETED
	Fields              []Field
	Sections            []Section
	Notes               string
	CreatedAt           time.Time
	UpdatedAt           time.Time
}

// Field is one field; Section is a section's id.
type Field struct{ ID, Section, Type, Purpose, Label, Value string }

// Section groups fields.
type Section struct{ ID, Label string }

// entry is an item with what it was before the last write, for late reads.
type entry struct {
	now     Item
	before  *Item // nil: it was not there
	written time.Time
}

// Call is one call that arrived. N counts all from 1, Nth those of its Op.
type Call struct {
	N, Nth           int
	Op, Method, Path string
}

// FaultKind is what goes wrong.
type FaultKind string

// The kinds of faults.
const (
	Status   FaultKind = "status"
	Reset    FaultKind = "reset"
	Hang     FaultKind = "hang"
	Truncate FaultKind = "truncate"
	NonJSON  FaultKind = "nonjson"
)

// Fault is one thing that goes wrong with one call: before it acts, or after.
type Fault struct {
	After  bool
	Kind   FaultKind // Status when empty
	Status int       // 500 when 0
	Call   func()    // called first; with no kind and no status nothing else happens
}

// New makes a server without vaults.
func New(o Options) *Simulator {
	if o.Now == nil || o.Latency > 0 && o.Sleep == nil {
		panic("connectsim: Options lack Now, or Sleep")
	}
	return &Simulator{o: o, tokens: map[string]Token{}}
}

// AddVault makes a vault and gives its id.
func (s *Simulator) AddVault(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := &Vault{ID: s.draw("v"), Name: name, ContentVersion: 1}
	s.vaults = append(s.vaults, v)
	return v.ID
}

// AddToken lets a bearer token in.
func (s *Simulator) AddToken(value string, t Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[value] = t
}

// draw gives an id of 26 letters and digits.
func (s *Simulator) draw(kind string) string {
	s.drawn++
	return fmt.Sprintf("%s%025d", kind, s.drawn)
}

// Items gives the items of a vault, those that are archived or deleted included.
func (s *Simulator) Items(vault string) []Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Item
	for _, v := range s.vaults {
		if v.ID != vault {
			continue
		}
		for _, e := range v.items {
			out = append(out, e.now.clone())
		}
	}
	return out
}

// AddItem puts an item into a vault, as a person would.
func (s *Simulator) AddItem(vault string, x Item) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	x = x.clone()
	x.ID, x.Version, x.CreatedAt, x.UpdatedAt = s.draw("i"), 1, s.o.Now(), s.o.Now()
	for _, v := range s.vaults {
		if v.ID == vault {
			v.items = append(v.items, &entry{now: x, before: &x})
			v.ContentVersion++
		}
	}
	return x.ID
}

// EditItem changes an item as a person would, in whichever vault it is.
func (s *Simulator) EditItem(id string, edit func(*Item)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.vaults {
		for _, e := range v.items {
			if e.now.ID == id {
				edit(&e.now)
				e.now.Version++
				e.now.UpdatedAt = s.o.Now()
				e.before = nil
				whole := e.now.clone()
				e.before = &whole
				v.ContentVersion++
			}
		}
	}
}

// RemoveItem takes an item away for good; MoveItem puts it into another vault, where
// it has another id, as 1Password does.
func (s *Simulator) RemoveItem(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.vaults {
		v.items = slices.DeleteFunc(v.items, func(e *entry) bool { return e.now.ID == id })
		v.ContentVersion++
	}
}

// MoveItem moves an item to another vault and gives its new id.
func (s *Simulator) MoveItem(id, vault string) string {
	var moved Item
	for _, v := range s.Vaults() {
		for _, x := range s.Items(v.ID) {
			if x.ID == id {
				moved = x
			}
		}
	}
	s.RemoveItem(id)
	return s.AddItem(vault, moved)
}

// Vaults gives the vaults, without their items.
func (s *Simulator) Vaults() []Vault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Vault
	for _, v := range s.vaults {
		out = append(out, Vault{ID: v.ID, Name: v.Name, ContentVersion: v.ContentVersion})
	}
	return out
}

// OnCall is asked for every call that reaches the API; nil means no fault.
func (s *Simulator) OnCall(f func(Call) *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onCall = f
}

// Log gives the calls since the last ResetCounts.
func (s *Simulator) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.log)
}

// Calls counts the calls of an operation, of all for "".
func (s *Simulator) Calls(op string) int {
	n := 0
	for _, c := range s.Log() {
		if op == "" || c.Op == op {
			n++
		}
	}
	return n
}

// ResetCounts forgets the calls.
func (s *Simulator) ResetCounts() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = nil
}

// Unknown gives what no client should have sent.
func (s *Simulator) Unknown() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unknown)
}

func (x Item) clone() Item {
	x.Tags, x.Fields, x.Sections = slices.Clone(x.Tags), slices.Clone(x.Fields), slices.Clone(x.Sections)
	return x
}

// seen gives an item as reads show it now; false where it does not show yet.
func (s *Simulator) seen(e *entry) (Item, bool) {
	if s.o.Now().Before(e.written.Add(s.o.ReadDelay)) && !e.written.IsZero() && s.o.ReadDelay > 0 {
		if e.before == nil {
			return Item{}, false
		}
		return *e.before, true
	}
	return e.now, true
}

// MarshalJSON writes an item whole.
func (x Item) MarshalJSON() ([]byte, error) { return json.Marshal(x.view(true)) }
