package planner

// draft is an operation that is still being decided. Steps are added to it, and the first cause that
// is found sets its kind and reason.
type draft struct {
	*Operation
	rotating bool // a new credential is stored
	verified bool // the proof is among the steps
	ended    bool // older credentials are revoked before a new one is issued
	failed   bool // a fault was reported: there is no operation
}

// because sets kind and reason, unless an earlier cause has set them.
func (d *draft) because(kind Kind, word, text string) {
	if d.Kind == "" {
		d.Kind, d.Reason = kind, Reason{word, text}
	}
}

func (d *draft) add(steps ...Step) { d.Steps = append(d.Steps, steps...) }

func (d *draft) change(field, before, after string) {
	d.Changes = append(d.Changes, Change{Field: field, Before: before, After: after})
}

// changes collects the fields that differ.
type changes []Change

func (c *changes) compare(field, before, after string) {
	if before != after {
		*c = append(*c, Change{Field: field, Before: before, After: after})
	}
}

// makesBucket reports whether a step creates the bucket.
func makesBucket(s Step) bool {
	_, ok := s.(CreateBucket)
	return ok
}

// changesPolicy reports whether a step changes what a credential may do.
func changesPolicy(s Step) bool {
	_, ok := s.(UpdateCredential)
	return ok
}
