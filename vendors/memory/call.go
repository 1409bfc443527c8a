package memory

import "strings"

// Call is one call that arrived: the name of the cloud or store, the method of
// the contract, what it is about (a bucket's name, a credential's name when it is
// issued and its id afterwards, an item's title when it is made and its id
// afterwards, a namespace, a reference, a bucket and a group of its settings or a
// domain of it), and its number in this world, from 1.
type Call struct {
	Vendor, Method, Target string
	N                      int
}

// Reads reports whether the call cannot change anything.
func (c Call) Reads() bool { return reads(c.Method) }

func reads(method string) bool {
	for _, prefix := range []string{"List", "Get", "Read", "Probe", "Prove", "Verify", "Resolve"} {
		if strings.HasPrefix(method, prefix) {
			return true
		}
	}
	return false
}

// operations names each method in the project's words, for errors.
var operations = map[string]string{
	"ListBuckets": "list buckets", "GetBucket": "read bucket", "CreateBucket": "create bucket",
	"DeleteBucket": "delete bucket", "UpdateBucket": "update bucket", "EmptyBucket": "empty bucket",
	"ProbeEmptiness": "check that the bucket is empty", "ReadBucketSettings": "read bucket settings",
	"WriteBucketSettings": "write bucket settings", "ListCredentials": "list credentials",
	"GetCredential": "read credential", "IssueCredential": "issue credential",
	"UpdateCredential": "update credential", "RevokeCredential": "revoke credential",
	"VerifyCredential": "verify credential", "ListItems": "list items", "GetItem": "read item",
	"CreateItem": "create item", "UpdateItem": "update item", "DeleteItem": "delete item",
	"ResolveReference": "resolve reference", "ProveKeys": "prove keys",
}

// counted is what calls are counted by.
type counted struct{ vendor, method string }

func (w *World) arrive(vendor, method, target string) Call {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls++
	w.counts[counted{vendor, method}]++
	return Call{Vendor: vendor, Method: method, Target: target, N: w.calls}
}

// paged counts the pages of a list of n entries. The lock is held.
func (w *World) paged(n int) {
	size := w.PageSize
	if size <= 0 {
		size = defaultPage
	}
	w.pages += max(1, (n+size-1)/size)
}

// Calls returns how many calls of a method have arrived in all clouds and stores.
func (w *World) Calls(method string) int {
	return w.count(func(c counted) bool { return c.method == method })
}

// Reads returns how many calls have arrived that cannot change anything.
func (w *World) Reads() int { return w.count(func(c counted) bool { return reads(c.method) }) }

// Writes returns how many calls have arrived that can change something.
func (w *World) Writes() int { return w.count(func(c counted) bool { return !reads(c.method) }) }

// Pages returns how many pages the lists have had together.
func (w *World) Pages() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.pages
}

// ResetCounts sets all counts to zero; calls are still numbered from where they were.
func (w *World) ResetCounts() {
	w.mu.Lock()
	defer w.mu.Unlock()
	clear(w.counts)
	w.pages = 0
}

func (w *World) count(which func(counted) bool) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	sum := 0
	for c, n := range w.counts {
		if which(c) {
			sum += n
		}
	}
	return sum
}
