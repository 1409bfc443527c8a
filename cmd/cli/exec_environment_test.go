package cli

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"buckethead/cmd/redact"
	"buckethead/config"
	"buckethead/vendors"
)

// The command gets no token that bh works with, and no setting of AWS's that would
// win over its own.
func TestChildEnvironment(t *testing.T) {
	declared := &config.Config{Clouds: []config.Connection{{Vendor: "cloudflare_r2", Name: "main"}}, Secrets: []config.Connection{{Vendor: "onepassword", Name: "eng"}}}
	given := []string{"PATH=/bin", "CLOUDFLARE_API_TOKEN=x", "CLOUDFLARE_ACCOUNT_ID=y", "OP_SERVICE_ACCOUNT_TOKEN=x", "OP_CONNECT_TOKEN=x", "OP_CONNECT_HOST=z",
		"AWS_PROFILE=p", "AWS_CONTAINER_AUTHORIZATION_TOKEN=t", "AWS_SESSION_TOKEN=s", "AWS_ENDPOINT_URL=e", "AWS_DEFAULT_REGION=r", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_MAX_ATTEMPTS=3",
		"BH_VAR_password=x", "BH_CLI_ARGS_exec=--var password=x", "BH_LOG=info", "BH_AGE_IDENTITY=of no declared vendor"}
	kept := []string{"PATH=/bin", "CLOUDFLARE_ACCOUNT_ID=y", "OP_CONNECT_HOST=z", "AWS_MAX_ATTEMPTS=3", "BH_LOG=info", "BH_AGE_IDENTITY=of no declared vendor"}
	if got := childEnvironment(declared, nil, given, false); !slices.Equal(got, kept) {
		t.Errorf("got %v, want %v", got, kept)
	}
	for _, pair := range childEnvironment(declared, nil, given, true) {
		if name, _, _ := strings.Cut(pair, "="); slices.Contains(misleading, name) {
			t.Errorf("with everything kept: %s", pair)
		}
	}
	if got := childEnvironment(declared, nil, given, true); !slices.Contains(got, "CLOUDFLARE_API_TOKEN=x") || !slices.Contains(got, "BH_VAR_password=x") {
		t.Errorf("with everything kept: %v", got)
	}
}

// Secrets that bh works with are withheld by their value, and nothing else is.
func TestChildEnvironment_byValue(t *testing.T) {
	const token = "cfat_0123456789abcdef"
	secrets := &redact.Set{}
	secrets.Add(vendors.NewSecret(token), vendors.NewSecret("short"), vendors.Secret{})
	secrets.Hide(vendors.NewSecret("the proxy's password"))
	given := []string{"ANY=" + token, "TWICE=" + token, "HEADER=Authorization: Bearer " + token, "SHORT=short",
		"BASIC=Basic " + base64.StdEncoding.EncodeToString([]byte("user:"+token)), `DOCKER_AUTH={"auth":"` + token + `"}`,
		"LINES=Y2ZhdF8wMTIz\nNDU2Nzg5YWJj\n ZGVm\n", "BASH_FUNC_f%%=() {  echo " + token + "\n}",
		"EMPTY=", "SHORTER=a short text", "PART=cfat_0123456789", "HTTPS_PROXY=http://u:the%20proxy%27s%20password@proxy:3128",
		"OTHER_TOKEN=not one of bh's", "NAMELESS"}
	kept := given[8:]
	if got := childEnvironment(&config.Config{}, secrets, given, false); !slices.Equal(got, kept) {
		t.Errorf("got %v, want %v", got, kept)
	}
	if got := childEnvironment(&config.Config{}, secrets, given, true); !slices.Equal(got, given) {
		t.Errorf("with everything kept: %v", got)
	}
}

// A cloud's reference is not read, because exec calls no cloud. So a variable that holds the reference is
// passed on: it is of use only with what opens its store, which is withheld. What the reference names is in
// no variable by bh's doing; bh could not recognise a copy of it without reading the item.
func TestChildEnvironment_references(t *testing.T) {
	const reference, opens = "op://Engineering/cloudflare/credential", "ops_0123456789abcdef"
	declared := &config.Config{
		Clouds: []config.Connection{{Vendor: "cloudflare_r2", Name: "main", Settings: vendors.Settings{"api_token": {Reference: reference}}}},
		Secrets: []config.Connection{{Vendor: "onepassword", Name: "eng",
			Settings: vendors.Settings{"service_account_token": {Secret: vendors.NewSecret(opens)}}}}}
	given := []string{"OP_SERVICE_ACCOUNT_TOKEN=" + opens, "MY_OP=" + opens, "CLOUDFLARE_API_TOKEN=" + reference, "REF_TOKEN=" + reference}
	secrets := secretsOf(Process{Environ: func() []string { return given }, Env: func(string) (string, bool) { return "", false }})
	learnFrom(secrets, declared)
	if got := childEnvironment(declared, secrets, given, false); !slices.Equal(got, given[3:]) {
		t.Errorf("got %v, want %v", got, given[3:])
	}
}

// What a user set about checksums stays, and the rest is set.
func TestWithAWS(t *testing.T) {
	const request, response = "AWS_REQUEST_CHECKSUM_CALCULATION=", "AWS_RESPONSE_CHECKSUM_VALIDATION="
	keys := []string{"AWS_ACCESS_KEY_ID=access_key_id", "AWS_SECRET_ACCESS_KEY=secret_access_key",
		"AWS_ENDPOINT_URL_S3=endpoint_url", "AWS_REGION=region"}
	for _, tt := range []struct{ given, more []string }{
		{nil, []string{request + "when_required", response + "when_required"}},
		{[]string{request + "when_supported"}, []string{response + "when_required"}},
		{[]string{response}, []string{request + "when_required", response + "when_required"}},
	} {
		want := slices.Concat(tt.given, keys, tt.more)
		if got := withAWS(tt.given, func(field string) string { return field }); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", tt.given, got, want)
		}
	}
}
