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

// The groups that open one bucket, by access. The ids are the same for everyone;
// they stand in for a look-up that fails.
// https://developers.cloudflare.com/r2/api/tokens/#permissions
var bucketGroups = map[vendors.Access]group{
	vendors.ReadWrite: {ID: "2efd5506f9c8494dacb1fa10a3e7d5b6", Name: "Workers R2 Storage Bucket Item Write"},
	vendors.ReadOnly:  {ID: "6a018a9f2fc74eb6b293b0c548f38b39", Name: "Workers R2 Storage Bucket Item Read"},
}

// groupCache keeps the ids that were looked up, for as long as the cloud is open.
type groupCache struct {
	mu  sync.Mutex
	ids map[vendors.Access]string
}

// groupFor gives the group of an access by its id, looked up by name once. Where
// the look-up fails or finds nothing the known id is used: a mint that is then
// refused names the group, and one that works was right.
func (c *Cloud) groupFor(ctx context.Context, access vendors.Access) group {
	c.groups.mu.Lock()
	defer c.groups.mu.Unlock()
	known := bucketGroups[access]
	if id := c.groups.ids[access]; id != "" {
		return group{ID: id}
	}
	var found []group
	_, err := c.call(act{op: "look up permission groups", about: aboutAccount}, &found, func(o ...option.RequestOption) error {
		return c.tokens.groups(ctx, append(o, option.WithQuery("name", known.Name))...)
	})
	id := known.ID
	for _, g := range found {
		if g.Name == known.Name && hexID.MatchString(g.ID) {
			id = g.ID
		}
	}
	if err == nil || ctx.Err() == nil {
		if c.groups.ids == nil {
			c.groups.ids = map[vendors.Access]string{}
		}
		c.groups.ids[access] = id
	}
	return group{ID: id}
}

// accessOf gives the access that groups give to a bucket; "" where they are not
// exactly one of ours. A group is known by its name where the answer has it.
func (c *Cloud) accessOf(groups []group) vendors.Access {
	if len(groups) != 1 {
		return ""
	}
	c.groups.mu.Lock()
	defer c.groups.mu.Unlock()
	for access, known := range bucketGroups {
		if groups[0].Name == known.Name || groups[0].ID == known.ID || groups[0].ID == c.groups.ids[access] {
			return access
		}
	}
	return ""
}
