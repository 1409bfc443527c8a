package rebuild

import (
	"maps"
	"slices"
	"strings"
	"time"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/config/write"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/state"
	"buckethead/vendors"
)

// Result is what can be recovered of a lost state: the records of declared projects, and what stays
// unknown. Lineages are those of the states whose things were taken. If things of several states were found
// and none was chosen, Choose lists the states and the rest is empty.
type Result struct {
	Records  []state.Record // by address
	Unknown  []Unknown
	Lineages []string
	Left     []Kin // what was not taken
	Choose   []Kin
}

// Unknown is something that the providers do not reveal. Word is a stable word for programs.
type Unknown struct {
	Address addr.Address `json:"address"`
	Word    string       `json:"word"`
	Text    string       `json:"text"`
	Fix     string       `json:"fix,omitempty"`
}

// Records recovers records from the world: what bh makes carries its stack and address, and
// the lineage of its state. It takes the things of one state, or of those that are chosen by
// their lineages, and only what a mark or a name proves. A bucket without either, and whatever
// belongs to no declared project, is left to a person. It returns records and nothing else: a
// plan made from them says what differs. The items that carry bh's mark must have been read,
// and in.Recorded must hold the meta value of the new state.
func Records(in planner.Input, chosen []string) (Result, error) {
	all := kinOf(in)
	taken, left, err := choose(all, chosen)
	if err != nil || len(all) > 1 && len(chosen) == 0 {
		return Result{Choose: all}, err
	}
	r := &rebuilder{items: map[addr.Address][]observed.ItemKey{}, credentials: map[addr.Address][]observed.CredentialKey{}}
	r.out.Left = left
	for _, k := range taken {
		if k.Lineage == "" {
			r.unsigned = true
			continue
		}
		r.out.Lineages = append(r.out.Lineages, k.Lineage)
	}
	in.Recorded.Meta = in.Recorded.Meta.Descends(r.out.Lineages...)
	r.in, r.owners = in, owners.New(in.Desired, in.Recorded, in.Observed)
	r.indexItems()
	r.indexCredentials()
	for i := range in.Desired.Projects {
		r.project(&in.Desired.Projects[i])
	}
	held := map[observed.CredentialKey]bool{}
	for _, record := range r.out.Records {
		if record.Active != nil {
			held[observed.CredentialKey{Cloud: record.Cloud, ID: record.Active.ID}] = true
		}
	}
	for _, record := range r.out.Records {
		r.others(record.Project, held)
	}
	r.leftOver(held)
	slices.SortFunc(r.out.Records, func(a, b state.Record) int { return a.Project.Compare(b.Project) })
	slices.SortStableFunc(r.out.Unknown, func(a, b Unknown) int { return a.Address.Compare(b.Address) })
	return r.out, nil
}

// rebuilder collects the records of one rebuild.
type rebuilder struct {
	in          planner.Input
	owners      *owners.Index // of a state that descends from the lineages that are taken
	unsigned    bool          // what has no known lineage is taken as well
	items       map[addr.Address][]observed.ItemKey
	credentials map[addr.Address][]observed.CredentialKey
	out         Result
}

// takes reports whether a claim is one of those that are taken.
func (r *rebuilder) takes(c owners.Claim) bool {
	return c.Stack == r.in.Desired.Stack && (c.Owner == owners.ThisStack || c.Lineage == "" && r.unsigned)
}

// unknown notes something that stays unknown.
func (r *rebuilder) unknown(p addr.Address, word, text, fix string) {
	r.out.Unknown = append(r.out.Unknown, Unknown{p, word, text, fix})
}

// indexItems sorts the items that carry this stack's mark by their address.
func (r *rebuilder) indexItems() {
	for key, item := range r.in.Observed.Items {
		if !item.Read || item.Mark.Stack == "" || !r.takes(r.owners.Mark(item.Mark)) {
			continue
		}
		if p, err := addr.ParseProject(item.Mark.Address); err == nil {
			r.items[p] = append(r.items[p], key)
		}
	}
	for _, keys := range r.items {
		slices.SortFunc(keys, func(a, b observed.ItemKey) int {
			return strings.Compare(a.Secrets+"\x00"+a.ID, b.Secrets+"\x00"+b.ID)
		})
	}
}

// indexCredentials sorts the credentials that carry a declared project's name.
func (r *rebuilder) indexCredentials() {
	clouds := map[addr.Address]string{}
	for i := range r.in.Desired.Projects {
		clouds[r.in.Desired.Projects[i].Addr] = r.in.Desired.Projects[i].Cloud
	}
	for key, c := range r.in.Observed.Credentials {
		named := r.owners.Name(c.Name)
		p, err := addr.ParseProject(named.Project)
		if err == nil && named.Stack == r.in.Desired.Stack && clouds[p] == key.Cloud && r.takes(r.owners.Credential(c)) {
			r.credentials[p] = append(r.credentials[p], key)
		}
	}
	for _, keys := range r.credentials {
		slices.SortFunc(keys, func(a, b observed.CredentialKey) int { return strings.Compare(a.ID, b.ID) })
	}
}

// project reads the record of one declared project.
func (r *rebuilder) project(p *config.Project) {
	record := state.Record{Project: p.Addr, Cloud: p.Cloud, Secrets: p.Secrets, Registered: p.Register != nil,
		Protected: p.Protect, OnDestroy: string(p.OnDestroy), CreatedAt: r.in.Now.UTC(),
		UpdatedAt: r.in.Now.UTC(), Generation: 1}
	item, found := r.item(p)
	if !found && len(r.credentials[p.Addr]) == 0 {
		if bucket, there := r.in.Observed.Bucket(p.Cloud, p.Bucket.ID); there && p.Cloud != "" {
			r.strange(p.Addr, observed.BucketKey{Cloud: p.Cloud, ID: bucket.ID})
		}
		return
	}
	if p.Register == nil {
		r.bucket(p, &record)
	} else {
		record.Applied.Unverified = p.Register.Unverified // nothing reveals it, and it does not matter
	}
	if found {
		record.Item = &state.ItemRef{ID: item.Summary.ID, Title: item.Summary.Title,
			Fields: maps.Clone(item.Fields), Address: p.Addr,
			Operation: item.Mark.Operation, UpdatedAt: item.Summary.UpdatedAt}
		r.active(p, item, &record)
	}
	r.out.Records = append(r.out.Records, record)
}

// strange reports an existing bucket that nothing from the lost state names.
func (r *rebuilder) strange(p addr.Address, key observed.BucketKey) {
	others := slices.DeleteFunc(r.owners.HeldByOthers(key), func(h owners.Evidence) bool { return r.takes(h.Claim) })
	if len(others) > 0 {
		r.unknown(p, "bucket_of_another", "the bucket "+key.ID.Name+" belongs to "+words.List(owners.Names(others)...),
			"Choose another bucket, or take it over from that state with an import block: owner = "+
				write.Quoted(others[0].String())+".")
		return
	}
	r.unknown(p, "bucket_unmarked", "the bucket "+key.ID.Name+" is there, but nothing shows that bh made it",
		"adopt = true or an import block takes it over, with new keys.")
}

// item returns the item of a project, if exactly one is in the declared store.
func (r *rebuilder) item(p *config.Project) (observed.Item, bool) {
	var here []observed.ItemKey
	for _, key := range r.items[p.Addr] {
		if key.Secrets == p.Secrets {
			here = append(here, key)
			continue
		}
		r.unknown(p.Addr, "item_elsewhere", "an item of it is in "+key.Secrets+" (id "+key.ID+")",
			"Delete it when nobody reads it.")
	}
	if len(here) > 1 {
		ids := make([]string, len(here))
		for i, key := range here {
			ids[i] = key.ID
		}
		r.unknown(p.Addr, "items_ambiguous", "several items have its mark: "+strings.Join(ids, ", "),
			"Delete those that are not used, and rebuild again.")
		return observed.Item{}, false
	}
	if len(here) == 0 {
		if len(r.credentials[p.Addr]) > 0 {
			r.unknown(p.Addr, "item_gone", "it has no item, so nobody has its keys", "The next apply issues new ones.")
		}
		return observed.Item{}, false
	}
	return r.in.Observed.Items[here[0]], true
}

// bucket records what is known from the bucket itself.
func (r *rebuilder) bucket(p *config.Project, record *state.Record) {
	key := observed.BucketKey{Cloud: p.Cloud, ID: p.Bucket.ID}
	b, there := r.in.Observed.Buckets[key]
	if !there {
		r.unknown(p.Addr, "bucket_gone", "its bucket "+p.Bucket.ID.Name+" is not there", "Run bh plan to see what you can do.")
	}
	id := p.Bucket.ID
	record.Bucket = &id
	if !b.CreatedAt.IsZero() {
		record.CreatedAt = b.CreatedAt.UTC()
	}
	record.Applied.Location, record.Applied.StorageClass = b.Location, b.StorageClass
	if b.Location == "" {
		record.Applied.Location = p.Bucket.Location // the cloud does not say, and a hint changes nothing
	}
	applied := r.in.Observed.Settings[key]
	for _, kind := range p.Bucket.Settings.Kinds() {
		if applied.Has(kind) && applied.Meets(kind, p.Bucket.Settings) {
			record.Applied.Settings = record.Applied.Settings.With(kind, p.Bucket.Settings)
		}
	}
}

// active records which credential the item holds.
func (r *rebuilder) active(p *config.Project, item observed.Item, record *state.Record) {
	id := item.Fields[vendors.FieldAccessKeyID]
	if id == "" || item.Fingerprint == "" {
		r.unknown(p.Addr, "item_without_keys", "its item holds no keys", "The next apply issues new ones.")
		return
	}
	record.Active = &state.CredentialRef{ID: id, IssuedAt: item.Mark.IssuedAt.UTC(), Fingerprint: item.Fingerprint}
	if record.Registered {
		return
	}
	c, live := r.in.Observed.Credential(p.Cloud, id)
	if !live {
		r.unknown(p.Addr, "credential_gone", "the key in its item, "+id+", no longer exists",
			"The next apply issues a new one.")
		return
	}
	record.Active.Name, record.Active.ExpiresAt = c.Name, c.ExpiresAt
	if record.Active.IssuedAt.IsZero() {
		record.Active.IssuedAt = c.IssuedAt
	}
	record.Applied.Access, record.Applied.AllowedIPs = c.Access, slices.Sorted(slices.Values(c.AllowedIPs))
	if !c.ExpiresAt.IsZero() {
		record.Applied.ExpiresAfter = c.ExpiresAt.Sub(record.Active.IssuedAt).Round(time.Second)
	}
}

// others reports the credentials with a project's name that no item holds. A credential keeps its name
// when its project is renamed, so one that another project's item holds is in use.
func (r *rebuilder) others(p addr.Address, held map[observed.CredentialKey]bool) {
	for _, key := range r.credentials[p] {
		if held[key] {
			continue
		}
		fix := "Revoke it with the provider when nobody uses it; bh leaves it alone."
		if r.owners.Credential(r.in.Observed.Credentials[key]).Owner == owners.ThisStack {
			fix = "The next apply gives it an end, as after a rotation; bh rotate " + words.InShell(p.Label()) +
				" --no-overlap ends it at once."
		}
		r.unknown(p, "credential_unknown",
			"the key "+key.ID+" of it is also live; bh does not know when it was to be revoked", fix)
	}
}

// leftOver reports things with this stack's mark that belong to no declared project.
func (r *rebuilder) leftOver(held map[observed.CredentialKey]bool) {
	declared := map[addr.Address]bool{}
	for i := range r.in.Desired.Projects {
		declared[r.in.Desired.Projects[i].Addr] = true
	}
	for p, keys := range r.items {
		if declared[p] {
			continue
		}
		for _, key := range keys {
			r.unknown(p, "undeclared", "it is not declared, and an item of it is in "+key.Secrets+" (id "+key.ID+")",
				"Declare it and rebuild again, then remove it in the usual way; or delete the rest by hand.")
		}
	}
	for key, c := range r.in.Observed.Credentials {
		named := r.owners.Name(c.Name)
		p, err := addr.ParseProject(named.Project)
		if err != nil || named.Stack != r.in.Desired.Stack || declared[p] || held[key] || !r.takes(r.owners.Credential(c)) {
			continue
		}
		r.unknown(p, "undeclared", "it is not declared, and a key of it is live in "+key.Cloud+" ("+key.ID+")",
			"Declare it and rebuild again, then remove it in the usual way; or revoke the key by hand.")
	}
	slices.SortFunc(r.out.Unknown, func(a, b Unknown) int { return strings.Compare(a.Text, b.Text) })
}
