package vendors_test

import (
	"maps"
	"slices"
	"testing"

	"buckethead/vendors"
)

func TestFields(t *testing.T) {
	keys := vendors.BucketCredentials{AccessKeyID: "key id", SecretAccessKey: vendors.NewSecret("canary"), Bucket: "bucket",
		EndpointURL: "endpoint", Region: "region", AccountID: "account", Jurisdiction: "jurisdiction"}
	want := map[string]string{"access_key_id": "key id", "secret_access_key": "canary", "bucket": "bucket",
		"endpoint_url": "endpoint", "region": "region", "account_id": "account", "jurisdiction": "jurisdiction"}
	if names := vendors.FieldNames(); !slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(maps.Keys(want))) {
		t.Errorf("the fields are %v", names)
	}
	for name, value := range want {
		if got := keys.Field(name).Reveal(); got != value {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	again := vendors.KeysOf(keys.Field)
	if !again.SecretAccessKey.Equal(keys.SecretAccessKey) {
		t.Error("the secret did not come back")
	}
	again.SecretAccessKey = keys.SecretAccessKey
	if again != keys {
		t.Errorf("the keys came back as %+v", again)
	}
	delete(want, "secret_access_key")
	delete(want, "region")
	keys.Region = ""
	if got := keys.Texts(); !maps.Equal(got, want) {
		t.Errorf("the texts are %v, want %v", got, want)
	}
	if !keys.Field("Region").IsZero() || !keys.Field("").IsZero() {
		t.Error("a name that is no field has a value")
	}
}
