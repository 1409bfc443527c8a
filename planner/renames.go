package planner

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/config/write"
	"buckethead/planner/observed"
)

// seemRenamed returns, by the new address, what looks like a rename without a moved
// block. A bucket of the same name in another cloud or namespace is another
// bucket, and a removed block says that the old project is meant to go.
func (m *maker) seemRenamed() map[addr.Address]renaming {
	if m.renames != nil {
		return m.renames
	}
	m.renames = map[addr.Address]renaming{}
	if !m.anyDeparts() {
		return m.renames
	}
	for to, d := range m.desired {
		key := observed.BucketKey{Cloud: d.Cloud, ID: d.Bucket.ID}
		from, held := m.owners.Bucket(key)
		if d.Register == nil && held && from != to && m.leavesUnsaid(from) && !m.known(to) {
			m.renames[to] = renaming{from, to, key}
		}
	}
	return m.renames
}

// anyDeparts reports whether any project has left the files without a removed block.
func (m *maker) anyDeparts() bool {
	for p := range m.recorded {
		if m.leavesUnsaid(p) {
			return true
		}
	}
	for p := range m.intents {
		if m.leavesUnsaid(p) {
			return true
		}
	}
	return false
}

// leavesUnsaid reports whether a project has left the files without a removed block.
func (m *maker) leavesUnsaid(p addr.Address) bool {
	_, removed := m.removed[p]
	return m.in.Mode != DestroyAll && m.desired[p] == nil && !removed
}

// known reports whether the state knows anything of an address. Nothing moves to such an address.
func (m *maker) known(p addr.Address) bool {
	return m.recorded[p] != nil || len(m.intents[p]) > 0 || len(m.watches[p]) > 0
}

// reportRenames reports what looks renamed, with the block to write: an error if the new
// project cannot have the bucket in this plan, else a warning if the plan ends the old one.
// Instances that move together are reported together.
func (m *maker) reportRenames() {
	groups := map[[2]string][]renaming{}
	for _, r := range m.seemRenamed() {
		names := [2]string{r.from.Name, r.to.Name}
		groups[names] = append(groups[names], r)
	}
	for _, group := range groups {
		slices.SortFunc(group, func(a, b renaming) int { return a.to.Compare(b.to) })
		refused := slices.IndexFunc(group, func(r renaming) bool { return m.refused[r.to] })
		ended := slices.IndexFunc(group, func(r renaming) bool { return m.in.Scope == nil || m.in.Scope(r.from) })
		switch {
		case refused >= 0:
			m.reportRename(group, group[refused],
				diag.Diagnostic{Severity: diag.Error, Kind: bucketOfAnother})
		case ended >= 0:
			m.reportRename(group, group[ended],
				diag.Diagnostic{Severity: diag.Warning, Kind: seemsRenamed})
		}
	}
}

// reportRename reports one group of renames, at the place of one of them.
func (m *maker) reportRename(group []renaming, at renaming, d diag.Diagnostic) {
	d.Address, d.Subject = at.to, m.desired[at.to].Range
	d.Detail = "The bucket " + at.bucket.ID.Name + " in " + at.bucket.Cloud + " belongs to " + at.from.String() +
		", which this stack's state records and the files no longer declare."
	if n := len(group) - 1; n > 0 {
		d.Detail += fmt.Sprintf(" The same is true of %d more of project.%s.", n, at.from.Name)
	}
	if d.Severity == diag.Warning {
		what := "ends it and its keys, and leaves the bucket"
		if _, bucketGoes := m.departs(at.from); bucketGoes {
			what = "destroys it, its keys and its bucket"
		}
		if r := m.recorded[at.from]; r != nil && r.Protected {
			what = "would end it, but it is protected, and so both are blocked"
		}
		d.Detail += " This plan " + what + "."
	}
	blocks, possible := m.movedBlocks(group)
	d.Fix = "If it was renamed, keep the bucket and its keys with:\n\n" + strings.Join(blocks, "\n\n")
	if !possible {
		d.Fix = "If it was renamed, keep the bucket and its keys with:\n\n" + strings.Join(blocks, "\n") +
			"\n\nA moved block cannot do that, because project." + at.from.Name + " is still declared, with for_each."
	}
	m.fault(d)
}

// movedBlocks returns the blocks that say what was renamed: one for the name, if
// that moves each instance to where it is declared, else one for each instance. It
// returns false if no block can express it, and commands instead of blocks.
func (m *maker) movedBlocks(group []renaming) (blocks []string, possible bool) {
	old := addr.Address{Kind: addr.Project, Name: group[0].from.Name}
	now := addr.Address{Kind: addr.Project, Name: group[0].to.Name}
	if m.movesByName(group) {
		return []string{movedBlock(old, now)}, true
	}
	for _, r := range group {
		if r.from.Key == "" && r.to.Key == "" && m.declaresName(r.from.Name) {
			return []string{"  bh state mv " + words.InShell(r.from.String()) + " " + words.InShell(r.to.String())}, false
		}
		blocks = append(blocks, movedBlock(r.from, r.to))
	}
	return blocks, true
}

// movedBlock returns the text of a moved block, to be copied.
func movedBlock(from, to addr.Address) string {
	return toCopy(write.Moved(from, to))
}

// movesByName reports whether moving the whole name does exactly what is meant: no other instance
// may move to an address that is declared with another bucket.
func (m *maker) movesByName(group []renaming) bool {
	old, now := group[0].from.Name, group[0].to.Name
	if old == now || m.declaresName(old) {
		return false
	}
	moved := map[addr.Address]bool{}
	for _, r := range group {
		if r.from.Key != r.to.Key {
			return false
		}
		moved[r.from] = true
	}
	lands := func(p addr.Address) bool {
		return p.Name == old && !moved[p] && m.desired[addr.Address{Kind: addr.Project, Name: now, Key: p.Key}] != nil
	}
	for p := range m.recorded {
		if lands(p) {
			return false
		}
	}
	for p := range m.intents {
		if lands(p) {
			return false
		}
	}
	return true
}

// declaresName reports whether a project with the name is declared, with any key or,
// if for_each is empty, without instances.
func (m *maker) declaresName(name string) bool {
	if slices.Contains(m.in.Desired.Names, name) {
		return true
	}
	for p := range m.desired {
		if p.Name == name {
			return true
		}
	}
	return false
}

// foreignBucket refuses an existing bucket that is not the project's.
func (m *maker) foreignBucket(s *subject, d *draft) {
	d.failed = true
	id := s.desired.Bucket.ID
	if _, renamed := m.seemRenamed()[s.project]; renamed {
		m.refused[s.project] = true // reported with the others
		return
	}
	fault := diag.Diagnostic{Kind: bucketNotManaged, Address: s.project, Subject: s.desired.Range,
		Detail: "There is a bucket " + id.Name + " in " + s.desired.Cloud + " that is not in this stack's state.",
		Fix: "To take it over as it is: adopt = true, or an import block, which bh import writes. " +
			"Otherwise choose another name."}
	if len(m.recorded) == 0 {
		fault.Fix += " " + stateLost
	}
	if holder, held := m.owners.Bucket(observed.BucketKey{Cloud: s.desired.Cloud, ID: id}); held {
		fault.Kind = bucketOfAnother
		fault.Detail = "The bucket " + id.Name + " in " + s.desired.Cloud + " belongs to " + holder.String() +
			" in this stack's state."
		fault.Fix = m.wayToBucket(holder)
	} else if others := m.owners.HeldByOthers(observed.BucketKey{Cloud: s.desired.Cloud, ID: id}); len(others) > 0 {
		m.othersBucket(s, observed.BucketKey{Cloud: s.desired.Cloud, ID: id}, others)
		return
	}
	m.fault(fault)
}

// wayToBucket says how the project can get a bucket that another project has.
func (m *maker) wayToBucket(holder addr.Address) string {
	if d := m.desired[holder]; d != nil {
		return cmp.Or(m.otherBucket(holder), "Choose another name: a bucket stays with its project.")
	}
	if _, removed := m.removed[holder]; removed {
		return "The removed block forgets it; to take it over as it is: adopt = true, or an import block."
	}
	return "An earlier run of this project was stopped, so nothing can move here. Choose another name, or " +
		"destroy what it left: remove this block, and apply."
}

// otherBucket says which other bucket the holder declares now, "" if it declares the same.
func (m *maker) otherBucket(holder addr.Address) string {
	d := m.desired[holder]
	r := m.recorded[holder]
	if d.Register != nil || r == nil || r.Bucket == nil || d.Bucket.ID.Name == r.Bucket.Name {
		return ""
	}
	return holder.String() + " now declares the bucket " + d.Bucket.ID.Name +
		"; a bucket stays with its project. Set it back to " + write.Quoted(r.Bucket.Name) +
		", and choose another name here."
}
