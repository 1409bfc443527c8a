package language

import (
	"slices"
	"time"
)

// Form is the kind of value that an attribute takes, in words for people.
type Form string

// The forms.
const (
	Text       Form = "string"
	Texts      Form = "list of strings"
	TextMap    Form = "map of strings"
	Flag       Form = "true or false"
	Length     Form = "duration"
	Date       Form = "date"
	Secret     Form = "secret"
	Connection Form = "reference to a block"
	Address    Form = "address of a project"
	Name       Form = "name without quotes"
	Any        Form = "any value"
)

// Canonical returns the canonical form of a text, or what is wrong with it and how to fix it. name
// is the name of the attribute.
type Canonical func(name, text string) (canonical, fault, fix string)

// Attribute is one row of the table of a block.
type Attribute struct {
	Name     string
	Form     Form
	Default  string   // as it is written in a file, without quotes; "" for none
	Words    []string // every text that it takes; nil for any text
	Required bool
	// ByCloud says that only some clouds know it: those whose vendor lists it. Clouds are those
	// vendors, for the reference.
	ByCloud bool
	Clouds  []string
	// Values are what vendors take for it, by vendor, for the reference.
	Values map[string][]string
	// Needless says that it has no effect in a project with register.
	Needless bool
	Doc      string // one or two sentences
	Example  string // its line in a block
	// Canonical is applied to a Text and to each of Texts; nil accepts every text.
	Canonical Canonical
	// Most is the longest Length; 0 for no limit. MayBeZero accepts no time at all.
	Most      time.Duration
	MayBeZero bool
	// At returns a pointer to where the value is kept in what the block becomes: a *string,
	// *[]string, *bool, *time.Duration, *time.Time or *addr.Address, depending on the form. It is nil
	// for attributes that the decoder reads specially.
	At func(any) any
}

// At makes an accessor for [Attribute.At] from one that knows its type.
func At[T any](at func(*T) any) func(any) any { return func(v any) any { return at(v.(*T)) } }

// Block is one type of block.
type Block struct {
	Name       string
	Labels     []string // names for its labels, in capitals
	Several    bool     // there may be more than one with the same labels
	ByCloud    bool     // see Attribute
	Clouds     []string // see Attribute
	Needless   bool     // see Attribute
	Secret     bool     // a value under a misspelled name may be a secret
	Doc        string
	Example    string
	Attributes []Attribute
	Blocks     []*Block
	// Kinds holds the tables of a block whose content depends on its first label, by label.
	Kinds map[string]*Block

	index map[string]int
}

// Index makes the names in the block, and in the blocks inside it, quick to find. It returns the
// block. Index a block before several goroutines use it.
func (b *Block) Index() *Block {
	b.index = make(map[string]int, len(b.Attributes)+len(b.Blocks))
	for i := range b.Attributes {
		b.index[b.Attributes[i].Name] = i
	}
	for i, inner := range b.Blocks {
		b.index[inner.Name] = len(b.Attributes) + i
		inner.Index()
	}
	for _, kind := range b.Kinds {
		kind.Index()
	}
	return b
}

// Attribute returns the row of an attribute, or nil.
func (b *Block) Attribute(name string) *Attribute {
	if i, ok := b.index[name]; ok && i < len(b.Attributes) {
		return &b.Attributes[i]
	}
	return nil
}

// Block returns the type of a block within this one, or nil.
func (b *Block) Block(name string) *Block {
	if i, ok := b.index[name]; ok && i >= len(b.Attributes) {
		return b.Blocks[i-len(b.Attributes)]
	}
	return nil
}

// AttributeNames returns the names of the attributes, in the order of the table.
func (b *Block) AttributeNames() []string {
	out := make([]string, len(b.Attributes))
	for i := range b.Attributes {
		out[i] = b.Attributes[i].Name
	}
	return out
}

// BlockNames returns the types of the blocks within this one, in the order of the table.
func (b *Block) BlockNames() []string {
	out := make([]string, len(b.Blocks))
	for i, inner := range b.Blocks {
		out[i] = inner.Name
	}
	return out
}

// Set is a set of attributes and blocks of one block.
type Set uint64

// Set returns the set of these members. It ignores names that the block does not have.
func (b *Block) Set(names ...string) Set {
	var out Set
	for _, name := range names {
		if i, ok := b.index[name]; ok {
			out |= 1 << i
		}
	}
	return out
}

// Where returns the set of the attributes and of the blocks for which these functions report
// true; nil means none of them.
func (b *Block) Where(attribute func(*Attribute) bool, block func(*Block) bool) Set {
	var out Set
	for i := range b.Attributes {
		if attribute != nil && attribute(&b.Attributes[i]) {
			out |= 1 << i
		}
	}
	for i, inner := range b.Blocks {
		if block != nil && block(inner) {
			out |= 1 << (len(b.Attributes) + i)
		}
	}
	return out
}

// Names returns the members of a set, sorted.
func (b *Block) Names(set Set) []string {
	var out []string
	for name, i := range b.index {
		if set&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}
