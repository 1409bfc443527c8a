package cli

import (
	"slices"
	"strings"
	"testing"

	"buckethead/config"
)

// The command gets no token that bh works with, and no setting of AWS's that would
// win over its own.
func TestChildEnvironment(t *testing.T) {
	declared := &config.Config{Clouds: []config.Connection{{Vendor: "cloudflare_r2", Name: "main"}}, Secrets: []config.Connection{{Vendor: "onepassword", Name: "eng"}}}
	given := []string{"PATH=/bin", "CLOUDFLARE_API_TOKEN=x", "CLOUDFLARE_ACCOUNT_ID=y", "OP_SERVICE_ACCOUNT_TOKEN=x", "OP_CONNECT_TOKEN=x", "OP_CONNECT_HOST=z",
		"AWS_PROFILE=p", "AWS_SESSION_TOKEN=s", "AWS_ENDPOINT_URL=e", "AWS_DEFAULT_REGION=r", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_MAX_ATTEMPTS=3",
		"BH_VAR_password=x", "BH_CLI_ARGS_exec=--var password=x", "BH_LOG=info", "BH_AGE_IDENTITY=of no declared vendor"}
	kept := []string{"PATH=/bin", "CLOUDFLARE_ACCOUNT_ID=y", "OP_CONNECT_HOST=z", "AWS_MAX_ATTEMPTS=3", "BH_LOG=info", "BH_AGE_IDENTITY=of no declared vendor"}
	if got := childEnvironment(declared, given, false); !slices.Equal(got, kept) {
		t.Errorf("got %v, want %v", got, kept)
	}
	for _, pair := range childEnvironment(declared, given, true) {
		if name, _, _ := strings.Cut(pair, "="); slices.Contains(misleading, name) {
			t.Errorf("with everything kept: %s", pair)
		}
	}
	if got := childEnvironment(declared, given, true); !slices.Contains(got, "CLOUDFLARE_API_TOKEN=x") || !slices.Contains(got, "BH_VAR_password=x") {
		t.Errorf("with everything kept: %v", got)
	}
}
