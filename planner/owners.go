package planner

import (
	"slices"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// owners says to which projects buckets and items belong, and which items have a
// title. Only a project that takes something new asks, so a plan without changes
// does not pay for it.
type owners struct {
	buckets map[BucketKey]addr.Address
	items   map[ItemKey]addr.Address
	titles  map[ItemKey][]string // by store and title (as ID): item ids
}

func (m *maker) owned() *owners {
	if m.owners != nil {
		return m.owners
	}
	o := &owners{buckets: map[BucketKey]addr.Address{}, items: map[ItemKey]addr.Address{}, titles: map[ItemKey][]string{}}
	for project, intents := range m.intents {
		for _, i := range intents {
			if i.Step == StepCreateBucket {
				o.buckets[BucketKey{i.Cloud, vendors.BucketID{Name: i.Name, Namespace: i.Namespace}}] = project
			}
		}
	}
	for project, r := range m.recorded {
		if r.Bucket != nil {
			o.buckets[BucketKey{r.Cloud, *r.Bucket}] = project
		}
		if r.Item != nil {
			o.items[ItemKey{r.Secrets, r.Item.ID}] = project
		}
	}
	for key, item := range m.in.Observed.Items {
		title := ItemKey{key.Secrets, item.Summary.Title}
		o.titles[title] = append(o.titles[title], key.ID)
	}
	for _, ids := range o.titles {
		slices.Sort(ids)
	}
	m.owners = o
	return o
}
