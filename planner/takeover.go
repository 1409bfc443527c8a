package planner

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/config/write"
	"buckethead/planner/observed"
	"buckethead/planner/owners"
	"buckethead/vendors"
)

// TakeOverBlock returns the import block that takes over a bucket, and with item also that
// item. Owner names the state that has them; it is empty if no state does.
func TakeOverBlock(to addr.Address, bucket, item, owner string) string {
	e := config.Existing{To: to, Declared: true, Item: item, Owner: owner,
		Bucket: vendors.BucketSpec{ID: vendors.BucketID{Name: bucket}}}
	return strings.TrimSuffix(string(config.Generate([]config.Existing{e})), "\n")
}

// toCopy indents a block, because views do not break lines that begin with a space.
func toCopy(block string) string { return "  " + strings.ReplaceAll(block, "\n", "\n  ") }

// stateLost says what to do if the state that recorded something is gone.
const stateLost = "If the state was lost: bh state backup --list shows its copies, and bh state rebuild " +
	"makes a new one. If it was kept elsewhere: bh state migrate --from PLACE brings it here."

// mayHave reports whether the project may take over an existing bucket. If another state has the
// bucket, the import block must name that state.
func (m *maker) mayHave(s *subject, d *draft, key observed.BucketKey) bool {
	others, block := m.owners.HeldByOthers(key), m.imports[s.project]
	switch {
	case len(others) == 0 && (block.Owner == "" || block.Item != ""): // takeItem looks at the item
		return true
	case len(others) == 0:
		m.needlessOwner(s, block)
	case !owns(block.Owner, others):
		m.othersBucket(s, key, others)
	default:
		d.Notes = append(d.Notes, "it is taken over from "+block.Owner+": that state reports this and "+
			"changes nothing, until it releases the bucket with a removed block")
		return true
	}
	d.failed = true
	return false
}

// owns reports whether one of the owners has that name.
func owns(owner string, list []owners.Evidence) bool {
	for _, h := range list {
		if h.String() == owner {
			return true
		}
	}
	return false
}

// needlessOwner refuses an import block that names an owner although nothing shows that there is one.
func (m *maker) needlessOwner(s *subject, block config.Import) {
	m.fault(diag.Diagnostic{Kind: needlessOwner, Address: s.project, Subject: block.Range,
		Detail: "The import block names the owner " + block.Owner + ", but nothing shows that this or any " +
			"other state owns the bucket or item.",
		Fix: "Check that this is what you want to take over, and remove owner from the block."})
}

// othersBucket refuses to take a bucket that another state has.
func (m *maker) othersBucket(s *subject, key observed.BucketKey, others []owners.Evidence) {
	why := make([]string, len(others))
	for i, h := range others {
		why[i] = h.Text()
	}
	const most = 3
	if more := len(why) - most; more > 0 {
		why = append(why[:most], fmt.Sprintf("%d more", more))
	}
	m.othersThing(s, "The bucket "+key.ID.Name+" in "+key.Cloud, strings.Join(why, "; "), owners.Names(others),
		TakeOverBlock(s.project, key.ID.Name, m.imports[s.project].Item, others[0].String()))
}

// othersThing refuses to take what another state owns, and says how it could be taken.
func (m *maker) othersThing(s *subject, what, why string, states []string, block string) {
	d := diag.Diagnostic{Kind: ownedByAnother, Address: s.project, Subject: s.desired.Range,
		Detail: what + " belongs to " + words.List(states...) + ": " + why + ".",
		Fix: "Choose another name. To take it over from that state, which must then release it with a removed block:\n\n" +
			toCopy(block)}
	if imported, is := m.imports[s.project]; is {
		d.Subject = imported.Range
		if imported.Owner != "" {
			d.Detail += " The import block names " + imported.Owner + " as the owner."
		}
	}
	if m.nothingRecorded() {
		d.Fix += "\n\n" + stateLost
	}
	m.fault(d)
}

// mayTakeItem reports whether an import block may take over an item.
func (m *maker) mayTakeItem(s *subject, key observed.ItemKey, block config.Import) bool {
	item := m.in.Observed.Items[key]
	claim := m.owners.Mark(item.Mark)
	_, held := m.owners.Item(key)
	others := !held && item.Mark.Stack != "" && claim.Owner != owners.ThisStack
	bucket := observed.BucketKey{Cloud: s.desired.Cloud, ID: s.desired.Bucket.ID}
	switch {
	case !others && (block.Owner == "" || len(m.owners.HeldByOthers(bucket)) > 0):
		return true
	case !others:
		m.needlessOwner(s, block)
	case block.Owner != claim.String():
		m.othersThing(s, "The item \""+item.Summary.Title+"\" (id "+key.ID+") in "+key.Secrets, "it carries that mark",
			[]string{claim.String()}, TakeOverBlock(s.project, s.desired.Bucket.ID.Name, key.ID, claim.String()))
	default:
		return true
	}
	return false
}

// titleTaken refuses a second item with the same title.
func (m *maker) titleTaken(s *subject, id string) {
	d := diag.Diagnostic{Kind: titleTaken, Address: s.project, Subject: s.desired.Range,
		Detail: "The store " + s.desired.Secrets + " has an item \"" + s.desired.ItemTitle + "\" (id " + id +
			") that does not belong to " + s.project.String() + ". A reference could not tell two items with that title apart.",
		Fix: "Choose another item_title, with the environment in it if several share the store, or take the item over with an import block: item = " + write.Quoted(id) + "."}
	claim, others := m.owners.OthersItems()[observed.ItemKey{Secrets: s.desired.Secrets, ID: id}]
	if s.record != nil { // then an import block is not looked at
		d.Fix = "Rename or delete that item, or choose another item_title. If it is a copy with the present keys, " +
			"forget the record and take the item over:\n\n  bh state rm " + words.InShell(s.project.Label()) + "\n\n" +
			toCopy(TakeOverBlock(s.project, s.desired.Bucket.ID.Name, id, ""))
	}
	if others {
		d.Detail += " It belongs to " + claim.String() + "."
		d.Fix = "Choose another item_title, with the environment in it if several share the store."
		bucket := s.desired.Bucket.ID
		_, there := m.in.Observed.Bucket(s.desired.Cloud, bucket)
		if (there || s.desired.Register != nil) && s.record == nil {
			d.Fix += " To take over from that state what the item belongs to:\n\n" +
				toCopy(TakeOverBlock(s.project, bucket.Name, id, claim.String()))
		}
		if m.nothingRecorded() {
			d.Fix += "\n\n" + stateLost
		}
	}
	m.fault(d)
}

// over returns the lineage of another state in an item's mark, which a step may then overwrite.
func (m *maker) over(secrets, id string) string {
	if item, _ := m.in.Observed.Item(secrets, id); m.owners.Foreign(item.Mark) {
		return item.Mark.Lineage
	}
	return ""
}

// takenOver returns the operation of a project whose item another state took over. It is blocked,
// because the two states would overwrite each other's changes.
func (m *maker) takenOver(s *subject) *Operation {
	claim, taken := m.owners.Taken(s.record)
	if !taken {
		return nil
	}
	o := s.operation(Update, "taken_over", "another state took its item over")
	o.Blocked = append(o.Blocked, m.takenObjection(s, claim))
	return s.finish(o, false)
}

// takenObjection says why nothing is done to an item that another state took over.
func (m *maker) takenObjection(s *subject, claim owners.Claim) Objection {
	return Objection{Word: "taken_over", Text: claim.String() + " took its item over",
		Fix: "Release it: " + write.Removed(s.project) + " instead of its block. Or take it back: bh state rm " +
			words.InShell(s.project.Label()) + ", then an import block with item = " + write.Quoted(s.record.Item.ID) +
			" and owner = " + write.Quoted(claim.String()) + "."}
}

// sharedObjection says why a bucket is not deleted: another state has keys to it.
func sharedObjection(p addr.Address, others []owners.Evidence) Objection {
	if key, unknown := unknownKey(others); unknown {
		return Objection{Word: "taken_over", Text: "an unrecorded credential opens the bucket",
			Fix: "It is " + key + ", from an earlier time of this state or from another state. If nobody " +
				"uses it, revoke it with the provider and plan again. To keep the bucket for it, release it: " + write.Removed(p) + "."}
	}
	return Objection{Word: "taken_over",
		Text: words.List(owners.Names(others)...) + " has a credential that opens the bucket",
		Fix: "If it took the bucket over, release it: " + write.Removed(p) + ". If nobody uses that credential (" +
			others[0].Credential + "), revoke it with the provider and plan again."}
}

// unknownKey returns the id of the first credential if the owner of none of them is known. A state
// that was rebuilt from marks without a lineage does not know its own older keys either.
func unknownKey(others []owners.Evidence) (id string, unknown bool) {
	known := func(h owners.Evidence) bool { return h.Owner != owners.UnknownStack }
	return others[0].Credential, !slices.ContainsFunc(others, known)
}

// warnOfSharing warns of buckets of this state to which other states have keys.
func (m *maker) warnOfSharing() {
	if m.in.Mode != Normal {
		return // a destroy that must not happen is blocked
	}
	for key := range m.owners.Shared() {
		p, ours := m.owners.Bucket(key)
		if !ours || m.in.Scope != nil && !m.in.Scope(p) || m.forgets(p) {
			continue
		}
		others := m.owners.OpenedByOthers(key)
		if len(others) == 0 {
			continue
		}
		d := diag.Diagnostic{Severity: diag.Warning, Kind: openedByAnother, Address: p,
			Detail: "The bucket " + key.ID.Name + " of " + p.Label() + " is opened by a credential of " +
				words.List(owners.Names(others)...) + ": " + others[0].Credential + ".",
			Fix: "If that state took the bucket over, release it here: " + write.Removed(p) + " instead of its block. " +
				"If this state took it over, release it there, and revoke the credential when nobody uses it."}
		if id, unknown := unknownKey(others); unknown {
			d.Kind = openedByUnknown
			d.Detail = "The bucket " + key.ID.Name + " of " + p.Label() + " is opened by " + id + ", which bh issued. " +
				"It belongs to an earlier time of this state, or to another state."
			d.Fix = "Revoke it with the provider when nobody uses it."
		}
		if desired := m.desired[p]; desired != nil {
			d.Subject = desired.Range
		}
		m.fault(d)
	}
}

// warnOfName warns, before the first apply, that the stack's name is in use already.
func (m *maker) warnOfName() {
	if m.in.Mode != Normal || !m.nothingRecorded() || len(m.desired) == 0 || m.in.Desired.Stack == "" {
		return
	}
	credentials, items, others := 0, 0, map[string]bool{}
	for _, c := range m.in.Observed.Credentials {
		if claim := m.owners.Credential(c); claim.Owner != owners.ThisStack && claim.Stack == m.in.Desired.Stack {
			credentials, others[claim.String()] = credentials+1, true
		}
	}
	for _, claim := range m.owners.OthersItems() {
		if claim.Stack == m.in.Desired.Stack {
			items, others[claim.String()] = items+1, true
		}
	}
	if credentials+items == 0 {
		return
	}
	m.fault(diag.Diagnostic{Severity: diag.Warning, Kind: stackNameInUse,
		Detail: "This state records nothing yet, but the providers already have something of a stack " + m.in.Desired.Stack + ": " +
			words.Join(" and ", words.Some(credentials, "credential"), words.Some(items, "item")) + " of " +
			words.List(slices.Sorted(maps.Keys(others))...) + ". Two states with one name do not take each other's things, " +
			"but people cannot tell them apart.",
		Fix: "Give this stack its own name: bh { stack = \"...\" }. If you mean the other state, declare " +
			"where it is kept. " + stateLost})
}
