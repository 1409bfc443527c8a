package agefile

import "buckethead/vendors"

// checkText refuses text that JSON cannot hold unchanged.
func checkText(spec vendors.ItemSpec) error {
	if !spec.ValidText() {
		return &fault{vendors.ErrInvalid, "the title or a field is not UTF-8"}
	}
	return nil
}

// keys returns the content of bh's fields. check has made sure that they are text.
func (e *entry) keys() vendors.BucketCredentials {
	return vendors.KeysOf(func(name string) vendors.Secret {
		var text string
		_ = e.fields.read(name, &text)
		return vendors.NewSecret(text)
	})
}
