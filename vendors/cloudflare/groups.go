package cloudflare

import (
	"context"
	"sync"

	"github.com/cloudflare/cloudflare-go/v7/option"

	"buckethead/vendors"
)

// group is a permission group. Those for objects are scoped to buckets.
type group struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// The groups that open one bucket, by access. The ids are the same for everyone, and are used
// if the look-up fails. https://developers.cloudflare.com/r2/api/tokens/#permissions
var bucketGroups = map[vendors.Access]group{
	vendors.ReadWrite: {ID: "2efd5506f9c8494dacb1fa10a3e7d5b6", Name: "Workers R2 Storage Bucket Item Write"},
	vendors.ReadOnly:  {ID: "6a018a9f2fc74eb6b293b0c548f38b39", Name: "Workers R2 Storage Bucket Item Read"},
}

// groupCache keeps the ids that were looked up, for as long as the cloud is open.
type groupCache struct {
	mu      sync.Mutex
	lookups map[vendors.Access]*lookup
}

// lookup is a look-up; it is over when done is closed.
type lookup struct {
	done chan struct{}
	id   string
}

// groupFor returns the group for an access by its id, which is looked up by name once;
// concurrent callers wait for the same look-up. If it fails or finds nothing, the known id is
// used: if the mint is then refused, the error names the group; if it works, the id was right.
func (c *Cloud) groupFor(ctx context.Context, access vendors.Access) (group, error) {
	c.groups.mu.Lock()
	if c.groups.lookups == nil {
		c.groups.lookups = map[vendors.Access]*lookup{}
	}
	l, begun := c.groups.lookups[access]
	if !begun {
		l = &lookup{done: make(chan struct{})}
		c.groups.lookups[access] = l
	}
	c.groups.mu.Unlock()
	if !begun {
		l.id = c.lookUp(ctx, bucketGroups[access])
		close(l.done)
	}
	select {
	case <-l.done:
		return group{ID: l.id}, ctx.Err()
	case <-ctx.Done():
		return group{}, ctx.Err()
	}
}

// lookUp asks for the id of a group, and returns the known one if it gets no better answer.
func (c *Cloud) lookUp(ctx context.Context, known group) string {
	var found []group
	_, err := c.call(act{op: "look up permission groups", about: aboutAccount}, &found,
		func(o ...option.RequestOption) error {
			return c.tokens.groups(ctx, append(o, option.WithQuery("name", known.Name))...)
		})
	for _, g := range found {
		if err == nil && g.Name == known.Name && hexID.MatchString(g.ID) {
			return g.ID
		}
	}
	return known.ID
}

// lookedUp returns the id that was found for an access, "" before there is one.
func (c *Cloud) lookedUp(access vendors.Access) string {
	c.groups.mu.Lock()
	l := c.groups.lookups[access]
	c.groups.mu.Unlock()
	if l == nil {
		return ""
	}
	select {
	case <-l.done:
		return l.id
	default:
		return ""
	}
}

// accessOf returns the access that groups grant to a bucket, the wider of two, or "" if
// they are not all ours.
func (c *Cloud) accessOf(groups []group) (access vendors.Access) {
	for _, g := range groups {
		one := c.accessOfOne(g)
		if one == "" {
			return ""
		}
		if access != vendors.ReadWrite {
			access = one
		}
	}
	return access
}

// accessOfOne is accessOf of one group, which is known by its name where the answer has it.
func (c *Cloud) accessOfOne(g group) vendors.Access {
	for access, known := range bucketGroups {
		if g.Name == known.Name || g.ID == known.ID || g.ID != "" && g.ID == c.lookedUp(access) {
			return access
		}
	}
	return ""
}
