package planner

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"buckethead/config/addr"
	"buckethead/state"
	"buckethead/vendors"
)

// Claim says who owns something that carries a name or a mark of bh's. Stack, Lineage and
// Project, an address, are empty where they are not known.
type Claim struct {
	Owner   Owner
	Stack   string
	Lineage string
	Project string
}

// unknownOwner stands for the unknown part of an owner's name.
const unknownOwner = "unknown"

// String names the owner as import blocks do: STACK@LINEAGE, with the first eight letters of the
// lineage, or "unknown" for a part that is not known.
func (c Claim) String() string {
	if c.Stack == "" {
		return unknownOwner
	}
	return OwnerName(c.Stack, c.Lineage)
}

// OwnerName names a state by its stack and the first eight letters of its lineage.
func OwnerName(stack, lineage string) string {
	return stack + "@" + cmp.Or(lineage[:min(len(lineage), 8)], unknownOwner)
}

// family decides what belongs to this state. A mark says so. The name of a credential does
// not, but the id in it was drawn from a lineage, so a name can be checked against each
// lineage that is known.
type family struct {
	stack     string
	ours      []string            // lineages of this state
	others    map[string][]string // lineages of other states, by stack, as far as marks show
	sequences map[addr.Address]uint64
	in        Input
	hashes    map[string]shortened // made when first asked for
}

// shortened is what a short form in a name stands for.
type shortened struct {
	stack   string
	project addr.Address
}

// further is how many ids beyond the sequence that is recorded a lineage may have drawn: a
// state that was restored or rebuilt does not know how far the one before it got.
const further = 1000

func newFamily(in Input) *family {
	f := &family{stack: in.Desired.Stack, ours: in.Recorded.Meta.Lineages(), others: map[string][]string{},
		sequences: in.Recorded.Sequences, in: in}
	for _, item := range in.Observed.Items {
		if l := item.Mark.Lineage; l != "" && !slices.Contains(f.ours, l) && !slices.Contains(f.others[item.Mark.Stack], l) {
			f.others[item.Mark.Stack] = append(f.others[item.Mark.Stack], l)
		}
	}
	for _, lineages := range f.others {
		slices.Sort(lineages)
	}
	return f
}

// short returns what a short form stands for, as far as files, state and marks show.
func (f *family) short(hash string) (shortened, bool) {
	if f.hashes == nil {
		f.hashes = map[string]shortened{}
		add := func(stack string, p addr.Address) { f.hashes[shortForm(stack, p)] = shortened{stack, p} }
		for _, item := range f.in.Observed.Items {
			if p, err := addr.ParseProject(item.Mark.Address); err == nil && item.Mark.Stack != "" {
				add(item.Mark.Stack, p)
			}
		}
		for i := range f.in.Desired.Projects {
			add(f.stack, f.in.Desired.Projects[i].Addr)
		}
		for p := range f.in.Recorded.Records {
			add(f.stack, p)
		}
		for p := range f.in.Recorded.Sequences {
			add(f.stack, p)
		}
	}
	found, known := f.hashes[hash]
	return found, known
}

// drew reports whether a lineage can have drawn an operation id for a project.
func (f *family) drew(lineage string, p addr.Address, id string) bool {
	for n := range f.sequences[p] + further {
		if operationID(lineage, p, n+1) == id {
			return true
		}
	}
	return false
}

// drawn returns the claim of whoever drew an operation id of a stack.
func (f *family) drawn(stack string, p addr.Address, id string) Claim {
	c := Claim{Owner: UnknownStack, Stack: stack, Project: p.String()}
	if stack == f.stack {
		for _, l := range f.ours {
			if f.drew(l, p, id) {
				c.Owner, c.Lineage = ThisStack, l
				return c
			}
		}
	} else {
		c.Owner = AnotherStack
	}
	for _, l := range f.others[stack] {
		if f.drew(l, p, id) {
			c.Owner, c.Lineage = AnotherStack, l
			break
		}
	}
	return c
}

// ofName reads a credential's name: bh/STACK/ADDRESS/ID, where an address may have slashes
// in its key, or the short form bh/HASH/ID. A name for a later try ends with its number.
func (f *family) ofName(name string) Claim {
	rest, ours := strings.CutPrefix(name, "bh/")
	first, rest, _ := strings.Cut(rest, "/")
	end := strings.LastIndex(rest, "/")
	if !ours || rest == "" {
		return Claim{Owner: UnknownStack}
	}
	id, _, _ := strings.Cut(rest[end+1:], ".")
	if end < 0 {
		short, known := f.short(first)
		if !known {
			return Claim{Owner: UnknownStack}
		}
		return f.drawn(short.stack, short.project, id)
	}
	p, err := addr.ParseProject(rest[:end])
	if err != nil {
		return Claim{Owner: UnknownStack}
	}
	return f.drawn(first, p, id)
}

// ofMark reads a mark. One without a lineage is as good as the name of its operation.
func (f *family) ofMark(mark vendors.Mark) Claim {
	c := Claim{Owner: AnotherStack, Stack: mark.Stack, Lineage: mark.Lineage, Project: mark.Address}
	switch {
	case mark.Stack == "":
		c.Owner = UnknownStack
	case slices.Contains(f.ours, mark.Lineage):
		c.Owner = ThisStack
	case mark.Lineage == "":
		if p, err := addr.ParseProject(mark.Address); err == nil {
			return f.drawn(mark.Stack, p, mark.Operation)
		}
		if mark.Stack == f.stack {
			c.Owner = UnknownStack
		}
	}
	return c
}

// foreign reports whether a mark names another state. One without a lineage names none.
func (f *family) foreign(mark vendors.Mark) bool {
	return mark.Lineage != "" && !slices.Contains(f.ours, mark.Lineage)
}

func (m *maker) family() *family {
	if m.kin == nil {
		m.kin = newFamily(m.in)
	}
	return m.kin
}

// holding is the evidence that another state has a bucket: a credential or an item.
type holding struct {
	Claim
	credential string // its id
	item       string // its id
	secrets    string // the item's store
}

func (h holding) text() string {
	if h.item != "" {
		return "the item " + h.item + " in " + h.secrets + " is for it"
	}
	return "its credential " + h.credential + " opens it"
}

// claims holds what other states, or unknown owners, hold of buckets. Looking up the owner of
// a credential is slow, so it is done only for buckets that are asked for.
type claims struct {
	opened map[BucketKey][]vendors.Credential // by a live one that no record knows
	openBy map[BucketKey][]holding            // the same, as far as it was asked for
	named  map[vendors.BucketID][]holding     // by an item, which does not say in which cloud
	keys   map[string]Claim                   // by access key id: those in items of others
}

// claimed looks for claims of others once. It costs a look at each credential.
func (m *maker) claimed() *claims {
	if m.claims != nil {
		return m.claims
	}
	m.claims = &claims{map[BucketKey][]vendors.Credential{}, map[BucketKey][]holding{}, map[vendors.BucketID][]holding{},
		map[string]Claim{}}
	for key, claim := range m.othersItems() {
		fields := m.in.Observed.Items[key].Fields
		if id := fields[vendors.FieldAccessKeyID]; id != "" {
			m.claims.keys[id] = claim
		}
		bucket := vendors.BucketID{Name: fields[vendors.FieldBucket], Namespace: fields[vendors.FieldJurisdiction]}
		m.claims.named[bucket] = append(m.claims.named[bucket], holding{Claim: claim, item: key.ID, secrets: key.Secrets})
	}
	var known, begun map[CredentialKey]bool
	for key, c := range m.in.Observed.Credentials {
		_, stored := m.claims.keys[c.ID]
		if c.Bucket.Name == "" || c.Status != vendors.Active || !stored && !strings.HasPrefix(c.Name, "bh/") {
			continue
		}
		if known == nil {
			known, begun = m.vouched()
		}
		if known[key] || begun[CredentialKey{key.Cloud, c.Name}] {
			continue
		}
		bucket := BucketKey{key.Cloud, c.Bucket}
		m.claims.opened[bucket] = append(m.claims.opened[bucket], c)
	}
	for _, list := range m.claims.named {
		sortHoldings(list)
	}
	return m.claims
}

// claimOf says whose a credential is: that of the state in whose item it is, else that of
// the one that drew its name.
func (m *maker) claimOf(c vendors.Credential) Claim {
	if claim, stored := m.claimed().keys[c.ID]; stored {
		return claim
	}
	return m.family().ofName(c.Name)
}

func sortHoldings(list []holding) {
	slices.SortFunc(list, func(a, b holding) int {
		return cmp.Or(cmp.Compare(a.String(), b.String()), cmp.Compare(a.credential+a.secrets+a.item, b.credential+b.secrets+b.item))
	})
}

// othersItems returns the items that were read, that no record has, and that another
// state's mark is on.
func (m *maker) othersItems() map[ItemKey]Claim {
	out := map[ItemKey]Claim{}
	for key, item := range m.in.Observed.Items {
		if !item.Read || item.Mark.Stack == "" {
			continue
		}
		if _, held := m.owned().items[key]; held {
			continue
		}
		if claim := m.family().ofMark(item.Mark); claim.Owner != ThisStack {
			out[key] = claim
		}
	}
	return out
}

// openedByOthers returns the credentials of other states that open a bucket.
func (m *maker) openedByOthers(key BucketKey) []holding {
	c := m.claimed()
	list, asked := c.openBy[key]
	if !asked {
		for _, x := range c.opened[key] {
			if claim := m.claimOf(x); claim.Owner != ThisStack {
				list = append(list, holding{Claim: claim, credential: x.ID})
			}
		}
		sortHoldings(list)
		c.openBy[key] = list
	}
	return list
}

// heldByOthers returns all the evidence that a bucket has another owner.
func (m *maker) heldByOthers(key BucketKey) []holding {
	return append(slices.Clone(m.openedByOthers(key)), m.claimed().named[key.ID]...)
}

// ownersOf returns the names of the owners, each once.
func ownersOf(list []holding) []string {
	names := map[string]bool{}
	for _, h := range list {
		names[h.String()] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// taken reports whether another state took over a project's item after this one wrote or
// took it, and which.
func (m *maker) taken(r *state.Record) (Claim, bool) {
	if r == nil || r.Item == nil {
		return Claim{}, false
	}
	item := m.in.Observed.Items[ItemKey{r.Secrets, r.Item.ID}]
	if !item.Read || !m.family().foreign(item.Mark) || item.Mark.Operation == r.Item.Operation {
		return Claim{}, false
	}
	return m.family().ofMark(item.Mark), true
}
