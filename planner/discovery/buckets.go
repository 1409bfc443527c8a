package discovery

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/config/words"
	"buckethead/planner"
	"buckethead/planner/observed"
)

// buckets finds the buckets that no project of the state has, and says how to take each of them
// over. Credentials and items tell whose a bucket is.
func (f *finder) buckets() {
	declared := make(map[observed.BucketKey]*config.Project, len(f.in.Desired.Projects))
	for i := range f.in.Desired.Projects {
		if p := &f.in.Desired.Projects[i]; p.Register == nil {
			declared[observed.BucketKey{Cloud: p.Cloud, ID: p.Bucket.ID}] = p
		}
	}
	var keys []observed.BucketKey
	for key := range f.in.Observed.Buckets {
		if _, held := f.owners.Bucket(key); !held {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b observed.BucketKey) int {
		return cmp.Or(cmp.Compare(a.Cloud, b.Cloud), cmp.Compare(a.ID.Namespace, b.ID.Namespace),
			cmp.Compare(a.ID.Name, b.ID.Name))
	})
	names := newNames(f.in)
	for _, key := range keys {
		b := f.in.Observed.Buckets[key]
		x := Bucket{Cloud: key.Cloud, Bucket: key.ID, Location: b.Location, StorageClass: b.StorageClass,
			CreatedAt: b.CreatedAt}
		if others := f.owners.HeldByOthers(key); len(others) > 0 {
			x.Owner, x.Stack, x.Lineage = others[0].Owner, others[0].Stack, others[0].Lineage
		}
		if p := declared[key]; p != nil {
			x.Address, x.Declared = p.Addr, p.Range
		} else {
			x.Address = names.forBucket(key.ID.Name)
		}
		x.takeOver(len(f.found.Clouds) > 1)
		f.found.Buckets = append(f.found.Buckets, x)
	}
}

// takeOver says how to take the bucket over.
func (b *Bucket) takeOver(severalClouds bool) {
	if b.Owner != "" {
		return
	}
	b.Block = planner.TakeOverBlock(b.Address, b.Bucket.Name, "", "")
	if !b.Declared.IsZero() {
		b.TakeOver = "declared as " + b.Address.String() + " (" + b.Declared.String() +
			"): add adopt = true, or an import block"
		return
	}
	line := []string{"bh", "import", b.Address.Label(), "--bucket", b.Bucket.Name}
	if severalClouds {
		line = append(line, "--cloud", b.Cloud)
	}
	if b.Bucket.Namespace != "" {
		line = append(line, "--jurisdiction", b.Bucket.Namespace)
	}
	for i, word := range line {
		line[i] = words.InShell(word)
	}
	b.TakeOver = strings.Join(line, " ")
}

// names makes names for projects that are not taken.
type names struct{ taken map[string]bool }

// newNames returns names in which those that files and state use, or have used, are taken.
func newNames(in planner.Input) names {
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

// forBucket makes the name of a project from that of a bucket. Characters that a name cannot have become
// underscores, and a name that is taken gets a number.
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
