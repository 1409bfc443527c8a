package agefile

import (
	"slices"
	"unicode/utf8"

	"buckethead/vendors"
)

// fieldNames are the fields that bh writes, in the order in which they stand.
var fieldNames = []string{vendors.FieldAccessKeyID, vendors.FieldSecretAccessKey, vendors.FieldBucket, vendors.FieldEndpointURL,
	vendors.FieldRegion, vendors.FieldAccountID, vendors.FieldJurisdiction}

func fieldOf(k vendors.BucketCredentials, name string) string {
	switch name {
	case vendors.FieldAccessKeyID:
		return k.AccessKeyID
	case vendors.FieldSecretAccessKey:
		return k.SecretAccessKey.Reveal()
	case vendors.FieldBucket:
		return k.Bucket
	case vendors.FieldEndpointURL:
		return k.EndpointURL
	case vendors.FieldRegion:
		return k.Region
	case vendors.FieldAccountID:
		return k.AccountID
	}
	return k.Jurisdiction
}

// checkText refuses what JSON could not hold as it is.
func checkText(spec vendors.ItemSpec) error {
	texts := []string{spec.Title, spec.Mark.Stack, spec.Mark.Address, spec.Mark.Operation}
	for _, name := range fieldNames {
		texts = append(texts, fieldOf(spec.Keys, name))
	}
	if slices.ContainsFunc(texts, func(s string) bool { return !utf8.ValidString(s) }) {
		return &fault{vendors.ErrInvalid, "the title or a field is not UTF-8"}
	}
	return nil
}

// keys gives what the fields hold. That they are text was checked when the entry
// was read.
func (e *entry) keys() vendors.BucketCredentials {
	text := func(name string) (out string) {
		_ = e.fields.read(name, &out)
		return out
	}
	return vendors.BucketCredentials{
		AccessKeyID: text(vendors.FieldAccessKeyID), SecretAccessKey: vendors.NewSecret(text(vendors.FieldSecretAccessKey)),
		Bucket: text(vendors.FieldBucket), EndpointURL: text(vendors.FieldEndpointURL), Region: text(vendors.FieldRegion),
		AccountID: text(vendors.FieldAccountID), Jurisdiction: text(vendors.FieldJurisdiction),
	}
}
