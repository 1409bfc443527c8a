package cloudflare

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"buckethead/vendors/sim/kit"
)

// TokenSpec describes a token to create behind the API.
type TokenSpec struct {
	Name      string
	User      bool
	Groups    []string // names of permission groups, on all that they apply to
	ExpiresOn time.Time
	Value     string // drawn when empty
}

// AddToken creates a token behind the API: quotas do not apply, and S3 knows it at once.
func (s *Simulator) AddToken(spec TokenSpec) (id, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &Token{Name: spec.Name, Status: "active", User: spec.User, ExpiresOn: spec.ExpiresOn, Value: spec.Value}
	for _, name := range spec.Groups {
		g, ok := groupByName(name)
		if !ok {
			panic(fmt.Sprintf("cloudflare: there is no permission group %q", name))
		}
		resources := map[string]any{accountScope + "." + s.o.AccountID: "*"}
		switch g.Scopes[0] {
		case userScope:
			resources = map[string]any{userScope + "." + s.userID(): "*"}
		case bucketScope, zoneScope:
			resources = map[string]any{accountScope + "." + s.o.AccountID: map[string]any{g.Scopes[0] + ".*": "*"}}
		}
		t.Policies = append(t.Policies, Policy{ID: s.drawID("policy"), Effect: "allow",
			Groups: []Group{{g.ID, g.Name}}, Resources: resources})
	}
	s.mint(t)
	t.keysFrom = t.IssuedOn
	return t.ID, t.Value
}

// Token returns a token by its id.
func (s *Simulator) Token(id string) (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.ID == id {
			return t.clone(), true
		}
	}
	return Token{}, false
}

// Tokens returns all tokens of the user or of the account, oldest first.
func (s *Simulator) Tokens(user bool) []Token {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Token
	for _, t := range s.tokens {
		if t.User == user {
			out = append(out, t.clone())
		}
	}
	return out
}

// SetTokenStatus sets any status, even one that no client can set.
func (s *Simulator) SetTokenStatus(id, status string) {
	s.EditToken(id, func(t *Token) { t.Status = status })
}

// RemoveToken removes a token, if it exists.
func (s *Simulator) RemoveToken(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = slices.DeleteFunc(s.tokens, func(t *Token) bool { return t.ID == id })
}

// EditToken changes a token behind the API, if it exists. S3 knows at once. f is called with
// the simulator locked.
func (s *Simulator) EditToken(id string, f func(*Token)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tokens {
		if t.ID == id {
			f(t)
		}
	}
}

// clone returns a deep copy of the token.
func (t *Token) clone() Token {
	out := *t
	out.RequestIP, out.NotRequestIP = slices.Clone(t.RequestIP), slices.Clone(t.NotRequestIP)
	out.Policies = nil
	for _, p := range t.Policies {
		p.Groups, p.Resources = slices.Clone(p.Groups), maps.Clone(p.Resources)
		out.Policies = append(out.Policies, p)
	}
	return out
}

// Buckets returns all buckets, sorted by jurisdiction and name.
func (s *Simulator) Buckets() []Bucket {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Bucket
	for _, key := range slices.SortedFunc(maps.Keys(s.buckets), bucketKey.compare) {
		out = append(out, s.buckets[key].clone())
	}
	return out
}

// AddBucket creates a bucket behind the API. Empty fields get the defaults of a create.
func (s *Simulator) AddBucket(b Bucket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b = b.clone()
	b.Jurisdiction = normal(b.Jurisdiction)
	s.keep(&b, "")
}

// RemoveBucket removes a bucket with everything in it, if it exists.
func (s *Simulator) RemoveBucket(jurisdiction, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets, bucketKey{normal(jurisdiction), name})
}

// EditBucket changes a bucket behind the API, if it exists. f is called with the simulator
// locked.
func (s *Simulator) EditBucket(jurisdiction, name string, f func(*Bucket)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[bucketKey{normal(jurisdiction), name}]; b != nil {
		f(b)
	}
}

// PutObject puts an object into a bucket, if the bucket exists, whatever its locks say.
func (s *Simulator) PutObject(jurisdiction, bucket, key string, size int) {
	s.EditBucket(jurisdiction, bucket, func(b *Bucket) { b.put(key, size, s.o.Now()) })
}

// clone returns a deep copy of the bucket.
func (b *Bucket) clone() Bucket {
	out := *b
	out.Objects = maps.Clone(b.Objects)
	if b.store != nil {
		out.Objects, out.store = map[string]int{}, b.store.Clone()
		for key, o := range b.store.Objects {
			out.Objects[key] = len(o.Body)
		}
	}
	out.CORS, out.Lifecycle, out.Lock = copyOf(b.CORS), copyOf(b.Lifecycle), copyOf(b.Lock)
	out.CustomDomains = slices.Clone(b.CustomDomains)
	for i, d := range out.CustomDomains {
		out.CustomDomains[i].Ciphers = slices.Clone(d.Ciphers)
	}
	return out
}

// copyOf copies settings, all of which are plain data.
func copyOf[T any](list []T) []T {
	if list == nil {
		return nil
	}
	out := []T{}
	kit.Decode(kit.Encode(list), &out)
	return out
}
