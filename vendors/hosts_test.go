package vendors_test

import (
	"reflect"
	"slices"
	"testing"

	"buckethead/vendors"
)

func TestHosts(t *testing.T) {
	for list, want := range map[string]vendors.Hosts{
		"": nil, " , ": nil,
		"API.Example.com.,b.example":  {"api.example.com", "b.example"},
		"*.Example.com 10.0.0.1\n::1": {"*.example.com", "10.0.0.1", "::1"},
		"[2001:DB8::1]":               {"2001:db8::1"},
		"minio,my_host":               {"minio", "my_host"},
	} {
		if got, err := vendors.ParseHosts(list); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q, %v", list, got, err)
		}
	}
	for _, list := range []string{"https://a.example", "a.example:443", "a.example/path", "*", "*.", "a.*.example", "*a.example",
		"a..example", "user@a.example", "bücher.example"} {
		if got, err := vendors.ParseHosts(list); err == nil {
			t.Errorf("%q: got %q", list, got)
		}
	}
}

func TestHosts_contains(t *testing.T) {
	hosts := vendors.Hosts{"*.below.example", "s3.*.aws.example", "*.s3.*.private.example", "::1"}
	for host, want := range map[string]bool{
		"a.below.example": true, "A.B.Below.Example.": true, "below.example": false, ".below.example": false, "notbelow.example": false,
		"s3.eu.aws.example": true, "s3.a.eu.aws.example": false, "x.s3.eu.aws.example": false, "s3.aws.example": false, "s3..aws.example": false,
		"a.b.s3.eu.private.example": true, "s3.eu.private.example": false, "a.s3.eu.x.private.example": false, "0:0::1": true, "": false,
		"a.below.example.evil.example": false,
		// Other full stops, which end labels as well when a host is looked up.
		"s3.a。eu.aws.example": false, "s3.a．eu.aws.example": false, "s3.a｡eu.aws.example": false, "s3.a․eu.aws.example": false,
	} {
		if got := hosts.Contains(host); got != want {
			t.Errorf("%q: %v", host, got)
		}
	}
}

func TestHostOf(t *testing.T) {
	for text, want := range map[string]string{
		"https://API.example.com:8443/v4":           "api.example.com",
		"https://{jurisdiction}.r2.example.com":     "jurisdiction.r2.example.com",
		"https://[::1]:9000":                        "::1",
		"https://a.example.@evil.example/":          "evil.example",
		"https://api.cloudflare.com\\@evil.example": "",
		"api.cloudflare.com":                        "",
		"":                                          "",
	} {
		if got := vendors.HostOf(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestServers(t *testing.T) {
	described := []vendors.Setting{{Name: "vault"}, {Name: "api", Default: "https://api.vendor.example", Endpoint: vendors.ReceivesSecrets},
		{Name: "s3", Endpoint: vendors.ReceivesSignatures}}
	own := vendors.Hosts{"api.vendor.example", "*.s3.vendor.example"}
	for name, test := range map[string]struct {
		settings vendors.Settings
		want     []vendors.Server
	}{
		"none": {nil, []vendors.Server{{Setting: "api", Host: "api.vendor.example", Endpoint: vendors.ReceivesSecrets, Own: true}}},
		"both": {vendors.Settings{"api": {Text: "https://Other.example/x"}, "s3": {Text: "https://eu.s3.vendor.example"}},
			[]vendors.Server{{Setting: "api", Host: "other.example", Endpoint: vendors.ReceivesSecrets},
				{Setting: "s3", Host: "eu.s3.vendor.example", Endpoint: vendors.ReceivesSignatures, Own: true}}},
	} {
		if got := vendors.Servers(described, own, test.settings); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}
