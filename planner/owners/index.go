package owners

import (
	"iter"
	"maps"
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/planner/moves"
	"buckethead/planner/observed"
	"buckethead/state"
	"buckethead/vendors"
)

// The steps whose open intents say that something may belong to a project: the bucket that the intent
// names, or an item that an interrupted run stored.
const (
	StepCreateBucket    = "create_bucket"
	StepStoreCredential = "store_credential"
)

// Index says who owns things, as far as files, state, names and marks show.
type Index struct {
	desired  *config.Config
	recorded state.Snapshot
	observed observed.World
	holders  *holders // made when first asked for
	kin      *family  // the same
	others   *others  // the same
}

// New returns an index of the declared, recorded and observed things.
func New(desired *config.Config, recorded state.Snapshot, seen observed.World) *Index {
	return &Index{desired: desired, recorded: recorded, observed: seen}
}

// holders are the projects of this state that have buckets and items, and the items by title.
type holders struct {
	buckets map[observed.BucketKey]addr.Address
	items   map[observed.ItemKey]addr.Address
	titles  map[observed.ItemKey][]string // by store and title (as ID): item ids
}

// held indexes records, open intents and items when it is first called.
func (x *Index) held() *holders {
	if x.holders != nil {
		return x.holders
	}
	h := &holders{buckets: map[observed.BucketKey]addr.Address{}, items: map[observed.ItemKey]addr.Address{},
		titles: map[observed.ItemKey][]string{}}
	moved := moves.Of(x.desired, x.recorded)
	for _, i := range x.recorded.Intents {
		if i.Step == StepCreateBucket {
			id := vendors.BucketID{Name: i.Name, Namespace: i.Namespace}
			h.buckets[observed.BucketKey{Cloud: i.Cloud, ID: id}] = moved.Now(i.Project)
		}
	}
	for p, r := range x.recorded.Records {
		project := moved.Now(p)
		if r.Bucket != nil {
			h.buckets[observed.BucketKey{Cloud: r.Cloud, ID: *r.Bucket}] = project
		}
		if r.Item != nil {
			h.items[observed.ItemKey{Secrets: r.Secrets, ID: r.Item.ID}] = project
		}
	}
	for key, item := range x.observed.Items {
		title := observed.ItemKey{Secrets: key.Secrets, ID: item.Summary.Title}
		h.titles[title] = append(h.titles[title], key.ID)
	}
	for _, ids := range h.titles {
		slices.Sort(ids)
	}
	x.holders = h
	return h
}

// Bucket returns the project of this state that has a bucket, or was about to make it.
func (x *Index) Bucket(key observed.BucketKey) (holder addr.Address, held bool) {
	holder, held = x.held().buckets[key]
	return holder, held
}

// Item returns the project of this state that has an item.
func (x *Index) Item(key observed.ItemKey) (holder addr.Address, held bool) {
	holder, held = x.held().items[key]
	return holder, held
}

// Titled returns the ids of the items of a store that have a title, sorted.
func (x *Index) Titled(secrets, title string) []string {
	return x.held().titles[observed.ItemKey{Secrets: secrets, ID: title}]
}

func (x *Index) family() *family {
	if x.kin == nil {
		x.kin = newFamily(x.desired, x.recorded, x.observed)
	}
	return x.kin
}

// Mark says who owns an item with that mark.
func (x *Index) Mark(mark vendors.Mark) Claim { return x.family().ofMark(mark) }

// Name says who owns a credential with that name.
func (x *Index) Name(name string) Claim { return x.family().ofName(name) }

// Foreign reports whether a mark names another state. A mark without a lineage names no state.
func (x *Index) Foreign(mark vendors.Mark) bool { return x.family().foreign(mark) }

// OfOperation reports whether a mark is of this state and of this operation.
func (x *Index) OfOperation(mark vendors.Mark, id string) bool {
	return mark.Stack == x.desired.Stack && mark.Operation == id && !x.Foreign(mark)
}

// Vouched returns the credentials that records know, and the names (as ID) in open intents and watches.
func (x *Index) Vouched() (known, begun map[observed.CredentialKey]bool) {
	known = make(map[observed.CredentialKey]bool, len(x.recorded.Records))
	begun = map[observed.CredentialKey]bool{}
	for _, r := range x.recorded.Records {
		for _, c := range []*state.CredentialRef{r.Active, r.Pending} {
			if c != nil {
				known[observed.CredentialKey{Cloud: r.Cloud, ID: c.ID}] = true
			}
		}
		for _, c := range r.Retiring {
			known[observed.CredentialKey{Cloud: r.Cloud, ID: c.ID}] = true
		}
	}
	for _, i := range x.recorded.Intents {
		begun[observed.CredentialKey{Cloud: i.Cloud, ID: i.Name}] = true
	}
	for _, w := range x.recorded.Watches {
		begun[observed.CredentialKey{Cloud: w.Cloud, ID: w.Name}] = true
	}
	return known, begun
}

// others holds the evidence that other states, or unknown owners, have buckets. Looking up the owner
// of a credential is slow, so it is done only for buckets that are asked for.
type others struct {
	opened map[observed.BucketKey][]vendors.Credential // by one that is in no record
	openBy map[observed.BucketKey][]opener             // the same, as far as it was asked for
	named  map[vendors.BucketID][]Evidence             // by an item, which does not say in which cloud
	keys   map[string]Claim                            // by access key id: the keys in items of others
	kept   map[string]observed.ItemKey                 // the same: those in items of this state that no record has
}

// opener is a credential for a bucket that no record knows, live or not.
type opener struct {
	Claim
	credential vendors.Credential
}

// claimed looks for claims of others, at each item and each credential, when it is first called.
func (x *Index) claimed() *others {
	if x.others != nil {
		return x.others
	}
	x.others = &others{map[observed.BucketKey][]vendors.Credential{}, map[observed.BucketKey][]opener{},
		map[vendors.BucketID][]Evidence{}, map[string]Claim{}, map[string]observed.ItemKey{}}
	for key, claim := range x.unheldItems() {
		fields := x.observed.Items[key].Fields
		id := fields[vendors.FieldAccessKeyID]
		if claim.Owner == ThisStack {
			x.others.keep(id, key)
			continue
		}
		if id != "" {
			x.others.keys[id] = claim
		}
		bucket := vendors.BucketID{Name: fields[vendors.FieldBucket], Namespace: fields[vendors.FieldJurisdiction]}
		x.others.named[bucket] = append(x.others.named[bucket], Evidence{Claim: claim, Item: key.ID, Secrets: key.Secrets})
	}
	var known, begun map[observed.CredentialKey]bool
	for key, c := range x.observed.Credentials {
		_, stored := x.others.keys[c.ID]
		if c.Bucket.Name == "" || !stored && !strings.HasPrefix(c.Name, "bh/") {
			continue
		}
		if known == nil {
			known, begun = x.Vouched()
		}
		if known[key] || begun[observed.CredentialKey{Cloud: key.Cloud, ID: c.Name}] {
			continue
		}
		bucket := observed.BucketKey{Cloud: key.Cloud, ID: c.Bucket}
		x.others.opened[bucket] = append(x.others.opened[bucket], c)
	}
	for _, list := range x.others.named {
		sortEvidence(list)
	}
	return x.others
}

// Credential says who owns a credential: the state in whose item it is, or else the state
// that drew its name.
func (x *Index) Credential(c vendors.Credential) Claim {
	if claim, stored := x.claimed().keys[c.ID]; stored {
		return claim
	}
	return x.Name(c.Name)
}

// keep notes that an item holds a credential. Of several, it keeps the first by store and id.
func (o *others) keep(id string, in observed.ItemKey) {
	first, several := o.kept[id]
	if id != "" && (!several || in.Secrets+"\x00"+in.ID < first.Secrets+"\x00"+first.ID) {
		o.kept[id] = in
	}
}

// unheldItems returns the items with a mark that were read and that no record has.
func (x *Index) unheldItems() map[observed.ItemKey]Claim {
	out := map[observed.ItemKey]Claim{}
	for key, item := range x.observed.Items {
		if !item.Read || item.Mark.Stack == "" {
			continue
		}
		if _, held := x.Item(key); !held {
			out[key] = x.Mark(item.Mark)
		}
	}
	return out
}

// OthersItems returns the items with another state's mark that were read and that no record has.
func (x *Index) OthersItems() map[observed.ItemKey]Claim {
	out := x.unheldItems()
	maps.DeleteFunc(out, func(_ observed.ItemKey, c Claim) bool { return c.Owner == ThisStack })
	return out
}

// openers returns the credentials for a bucket that no record knows, by id.
func (x *Index) openers(key observed.BucketKey) []opener {
	c := x.claimed()
	list, asked := c.openBy[key]
	if !asked {
		for _, credential := range c.opened[key] {
			list = append(list, opener{x.Credential(credential), credential})
		}
		slices.SortFunc(list, func(a, b opener) int { return strings.Compare(a.credential.ID, b.credential.ID) })
		c.openBy[key] = list
	}
	return list
}

// OpenedByOthers returns the live credentials of other states that open a bucket.
func (x *Index) OpenedByOthers(key observed.BucketKey) []Evidence {
	var list []Evidence
	for _, o := range x.openers(key) {
		if o.Owner != ThisStack && o.credential.Status == vendors.Active {
			list = append(list, Evidence{Claim: o.Claim, Credential: o.credential.ID})
		}
	}
	sortEvidence(list)
	return list
}

// HeldByOthers returns all the evidence that a bucket has another owner.
func (x *Index) HeldByOthers(key observed.BucketKey) []Evidence {
	return append(slices.Clone(x.OpenedByOthers(key)), x.claimed().named[key.ID]...)
}

// Shared yields the buckets that unrecorded credentials open. The credentials may
// still belong to this state, see [Index.OpenedByOthers] and [Index.Unrecorded].
func (x *Index) Shared() iter.Seq[observed.BucketKey] { return maps.Keys(x.claimed().opened) }

// Taken reports whether another state took over a project's item after this one wrote it, and which
// state.
func (x *Index) Taken(r *state.Record) (Claim, bool) {
	if r == nil || r.Item == nil {
		return Claim{}, false
	}
	item := x.observed.Items[observed.ItemKey{Secrets: r.Secrets, ID: r.Item.ID}]
	if !item.Read || !x.Foreign(item.Mark) || item.Mark.Operation == r.Item.Operation {
		return Claim{}, false
	}
	return x.Mark(item.Mark), true
}
