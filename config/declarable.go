package config

import (
	"context"
	"fmt"
	"strings"

	"buckethead/config/addr"
	"buckethead/vendors"
)

// Declarable returns as much of a bucket as the language can express, so that a plan finds
// nothing to change, and describes what it left out. If the language cannot express a rule,
// its whole group is left out, because a group is written as a whole. The error says why the
// bucket itself cannot be declared.
func Declarable(v vendors.Vendor, spec vendors.BucketSpec) (vendors.BucketSpec, []string, error) {
	if readsBack(v, spec) == nil {
		return spec, nil, nil
	}
	out := vendors.BucketSpec{ID: spec.ID}
	if err := readsBack(v, out); err != nil {
		return out, nil, err
	}
	var left []string
	try := func(what string, change func(*vendors.BucketSpec)) {
		next := out
		change(&next)
		if err := readsBack(v, next); err != nil {
			left = append(left, what+": "+err.Error())
			return
		}
		out = next
	}
	try(fmt.Sprintf("location %q", spec.Location), func(s *vendors.BucketSpec) { s.Location = spec.Location })
	try(fmt.Sprintf("storage_class %q", spec.StorageClass),
		func(s *vendors.BucketSpec) { s.StorageClass = spec.StorageClass })
	for _, kind := range vendors.SettingsKinds() {
		if kind == vendors.DomainSettings {
			for _, d := range spec.Settings.Domains { // each is independent
				try("custom_domain "+d.Domain, func(s *vendors.BucketSpec) {
					s.Settings.Domains = append(s.Settings.Domains[:len(s.Settings.Domains):len(s.Settings.Domains)], d)
				})
			}
			continue
		}
		try(kind.Block()+" ("+strings.Join(spec.Settings.Words(kind), "; ")+")",
			func(s *vendors.BucketSpec) { s.Settings = s.Settings.With(kind, spec.Settings) })
	}
	return out, left, nil
}

// readsBack writes the block of a bucket, reads it back, and says what came out differently.
func readsBack(v vendors.Vendor, spec vendors.BucketSpec) error {
	const name = "generated.hcl"
	text := Append([]byte("cloud \"c\" \"c\" {}\nsecrets \"s\" \"s\" {}\n"),
		Generate([]Existing{{To: addr.Address{Kind: addr.Project, Name: "p"}, Bucket: spec}}))
	cloud := vendors.Vendor{Name: "c", Title: v.Title, BucketAttributes: v.BucketAttributes, CheckBucket: v.CheckBucket,
		OpenBuckets: opensNothing[vendors.BucketProvider]}
	store := vendors.Vendor{Name: "s", OpenSecrets: opensNothing[vendors.SecretStore]}
	c, diags := Load(Options{Path: name, Overlay: map[string][]byte{name: text}, Vendors: []vendors.Vendor{cloud, store}})
	if len(diags) > 0 {
		return fmt.Errorf("%s", strings.TrimSuffix(diags[0].Detail, "."))
	}
	got := c.Projects[0].Bucket
	if got.ID != spec.ID || got.Location != spec.Location || got.StorageClass != spec.StorageClass {
		return fmt.Errorf("the language writes it differently")
	}
	for _, kind := range vendors.SettingsKinds() {
		if !spec.Settings.Meets(kind, got.Settings) || len(spec.Settings.Words(kind)) != len(got.Settings.Words(kind)) {
			return fmt.Errorf("the language cannot express all of it")
		}
	}
	return nil
}

func opensNothing[T any](context.Context, vendors.Host, vendors.Settings) (none T, err error) {
	return none, nil
}
