package planner

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner/observed"
)

// discoverBuckets finds those that no project of the state has, and says how each
// could be taken over. Credentials and items tell whose a bucket is.
func (m *maker) discoverBuckets(d *Discovery) {
	declared := make(map[observed.BucketKey]*config.Project, len(m.in.Desired.Projects))
	for i := range m.in.Desired.Projects {
		if p := &m.in.Desired.Projects[i]; p.Register == nil {
			declared[observed.BucketKey{Cloud: p.Cloud, ID: p.Bucket.ID}] = p
		}
	}
	var keys []observed.BucketKey
	for key := range m.in.Observed.Buckets {
		if _, held := m.owners.Bucket(key); !held {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b observed.BucketKey) int {
		return cmp.Or(cmp.Compare(a.Cloud, b.Cloud), cmp.Compare(a.ID.Namespace, b.ID.Namespace),
			cmp.Compare(a.ID.Name, b.ID.Name))
	})
	names := newNames(m.in)
	for _, key := range keys {
		b := m.in.Observed.Buckets[key]
		f := FoundBucket{Cloud: key.Cloud, Bucket: key.ID, Location: b.Location, StorageClass: b.StorageClass,
			CreatedAt: b.CreatedAt}
		if others := m.owners.HeldByOthers(key); len(others) > 0 {
			f.Owner, f.Stack, f.Lineage = others[0].Owner, others[0].Stack, others[0].Lineage
		}
		if p := declared[key]; p != nil {
			f.Address, f.Declared = p.Addr, p.Range
		} else {
			f.Address = names.forBucket(key.ID.Name)
		}
		f.takeOver(len(d.Clouds) > 1)
		d.Buckets = append(d.Buckets, f)
	}
}

// takeOver says how to take the bucket over.
func (f *FoundBucket) takeOver(severalClouds bool) {
	if f.Owner != "" {
		return
	}
	f.Block = TakeOverBlock(f.Address, f.Bucket.Name, "", "")
	if !f.Declared.IsZero() {
		f.TakeOver = "declared as " + f.Address.String() + " (" + f.Declared.String() +
			"): add adopt = true, or an import block"
		return
	}
	line := []string{"bh", "import", f.Address.Label(), "--bucket", f.Bucket.Name}
	if severalClouds {
		line = append(line, "--cloud", f.Cloud)
	}
	if f.Bucket.Namespace != "" {
		line = append(line, "--jurisdiction", f.Bucket.Namespace)
	}
	for i, word := range line {
		line[i] = words.InShell(word)
	}
	f.TakeOver = strings.Join(line, " ")
}

// names makes names of projects that are not taken.
type names struct{ taken map[string]bool }

func newNames(in Input) names {
	n := names{taken: map[string]bool{}}
	for _, name := range in.Desired.Names {
		n.taken[name] = true
	}
	for i := range in.Desired.Projects {
		n.taken[in.Desired.Projects[i].Addr.Name] = true
	}
	for p := range in.Recorded.Records {
		n.taken[p.Name] = true
	}
	for p := range in.Recorded.Sequences {
		n.taken[p.Name] = true // a name that was in use would share its history
	}
	for _, x := range in.Desired.Moved {
		n.taken[x.From.Name], n.taken[x.To.Name] = true, true
	}
	for _, x := range in.Desired.Removed {
		n.taken[x.From.Name] = true
	}
	return n
}

// forBucket makes a project's name out of a bucket's: characters that it cannot have become
// underscores, and a number is added to a name that is taken.
func (n names) forBucket(bucket string) addr.Address {
	base := strings.Map(func(r rune) rune {
		if r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return r
		}
		return '_'
	}, bucket)
	if !addr.ValidName(base) {
		base = "bucket_" + base
	}
	name := base
	for i := 2; n.taken[name]; i++ {
		name = base + "_" + strconv.Itoa(i)
	}
	n.taken[name] = true
	return addr.Address{Kind: addr.Project, Name: name}
}
