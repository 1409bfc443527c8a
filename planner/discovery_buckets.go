package planner

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"buckethead/config"
	"buckethead/config/addr"
	"buckethead/vendors"
)

// discoverBuckets finds those that no project of the state has, and says how each
// could be taken over. It needs the credentials: they tell whose a bucket is.
func (m *maker) discoverBuckets(d *Discovery) {
	declared := make(map[BucketKey]*config.Project, len(m.in.Desired.Projects))
	for i := range m.in.Desired.Projects {
		if p := &m.in.Desired.Projects[i]; p.Register == nil {
			declared[BucketKey{p.Cloud, p.Bucket.ID}] = p
		}
	}
	openedBy := map[BucketKey]FoundCredential{}
	for _, c := range d.Credentials {
		if c.Owner != ThisStack && c.Bucket.Name != "" && c.Status == vendors.Active {
			openedBy[BucketKey{c.Cloud, c.Bucket}] = c
		}
	}
	var keys []BucketKey
	for key := range m.in.Observed.Buckets {
		if _, held := m.owned().buckets[key]; !held {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b BucketKey) int {
		return cmp.Or(cmp.Compare(a.Cloud, b.Cloud), cmp.Compare(a.ID.Namespace, b.ID.Namespace),
			cmp.Compare(a.ID.Name, b.ID.Name))
	})
	names := newNames(m.in)
	for _, key := range keys {
		b := m.in.Observed.Buckets[key]
		f := FoundBucket{Cloud: key.Cloud, Bucket: key.ID, Location: b.Location, StorageClass: b.StorageClass,
			CreatedAt: b.CreatedAt}
		if c, opened := openedBy[key]; opened {
			f.Owner, f.Stack = c.Owner, c.Stack
		}
		if p := declared[key]; p != nil {
			f.Project, f.Declared = p.Addr, p.Range
		} else {
			f.Project = names.forBucket(key.ID.Name)
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
	f.Block = "import {\n  to     = " + f.Project.String() + "\n  bucket = " + strconv.Quote(f.Bucket.Name) + "\n}"
	if !f.Declared.IsZero() {
		f.TakeOver = "declared as " + f.Project.String() + " (" + f.Declared.String() +
			"): add adopt = true, or an import block"
		return
	}
	words := []string{"bh", "import", f.Project.Label(), "--bucket", f.Bucket.Name}
	if severalClouds {
		words = append(words, "--cloud", f.Cloud)
	}
	if f.Bucket.Namespace != "" {
		words = append(words, "--jurisdiction", f.Bucket.Namespace)
	}
	for i, word := range words {
		words[i] = shellWord(word)
	}
	f.TakeOver = strings.Join(words, " ")
}

// shellWord quotes what a shell would read in another way.
func shellWord(word string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("._-/", r)
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
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

// forBucket makes a name of a bucket's: what a name cannot have becomes an
// underscore, and a number tells apart what would be the same.
func (n names) forBucket(bucket string) addr.Project {
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
	return addr.Project{Name: name}
}

// nameHashes returns the projects whose credentials' names are short forms, by that form.
func (m *maker) nameHashes() map[string]addr.Project {
	out := map[string]addr.Project{}
	add := func(p addr.Project) { out[shortForm(m.in.Desired.Stack, p)] = p }
	for i := range m.in.Desired.Projects {
		add(m.in.Desired.Projects[i].Addr)
	}
	for p := range m.in.Recorded.Records {
		add(p)
	}
	for p := range m.in.Recorded.Sequences {
		add(p)
	}
	return out
}

// shortForm stands for stack and address where a whole name would be too long.
func shortForm(stack string, project addr.Project) string {
	sum := sha256.Sum256([]byte(stack + "\x00" + project.String()))
	return hex.EncodeToString(sum[:8])
}

// ownerOfName reads a credential's name: bh/STACK/ADDRESS/ID, where an address may
// have slashes in its key, or the short form bh/HASH/ID.
func (m *maker) ownerOfName(name string, hashes map[string]addr.Project) (owner Owner, stack, project string) {
	parts := strings.SplitN(strings.TrimPrefix(name, "bh/"), "/", 2)
	if len(parts) < 2 {
		return UnknownStack, "", ""
	}
	end := strings.LastIndex(parts[1], "/")
	if end < 0 {
		if p, ours := hashes[parts[0]]; ours {
			return ThisStack, m.in.Desired.Stack, p.String()
		}
		return UnknownStack, "", ""
	}
	p, err := addr.Parse(parts[1][:end])
	switch {
	case err != nil:
		return UnknownStack, "", ""
	case parts[0] == m.in.Desired.Stack:
		return ThisStack, parts[0], p.String()
	}
	return AnotherStack, parts[0], p.String()
}
