package vendors

// Address is where S3 clients reach a bucket. A field is empty if it does not follow from the
// settings alone; such a field is not compared with anything.
type Address struct {
	EndpointURL string
	Region      string
	// AccountID is the account that the bucket and its credentials belong to.
	AccountID string
	// Issuer is the kind of credentials that the cloud issues, if there are several. It cannot
	// see credentials of another kind.
	Issuer string
	// Setting names the setting that EndpointURL comes from.
	Setting string
}

// Texts returns the parts of the address that clients need, by the names of an item's fields.
func (a Address) Texts() map[string]string {
	return BucketCredentials{EndpointURL: a.EndpointURL, Region: a.Region}.Texts()
}

// Variable returns the environment variable that a setting's value came from, or "".
func (v Vendor) Variable(s Settings, name string) string {
	source := s[name].Source
	for _, setting := range v.Settings {
		if setting.Name != name {
			continue
		}
		for _, variable := range setting.Env {
			if variable == source {
				return variable
			}
		}
	}
	return ""
}
