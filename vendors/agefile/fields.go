package agefile

import "buckethead/vendors"

// checkText refuses what JSON could not hold as it is.
func checkText(spec vendors.ItemSpec) error {
	if !spec.ValidText() {
		return &fault{vendors.ErrInvalid, "the title or a field is not UTF-8"}
	}
	return nil
}

// keys returns what the fields hold. That they are text was checked when the entry was read.
func (e *entry) keys() vendors.BucketCredentials {
	return vendors.KeysOf(func(name string) vendors.Secret {
		var text string
		_ = e.fields.read(name, &text)
		return vendors.NewSecret(text)
	})
}
