package vendors_test

import (
	"testing"

	"buckethead/vendors"
)

func TestSecretVariable(t *testing.T) {
	for name, want := range map[string]bool{"GITHUB_TOKEN": true, "my_cf_token": true, "AWS_SECRET_ACCESS_KEY": true, "PGPASSWORD": true,
		"DEPLOY_PRIVATE_KEY_2": true, "TOKEN": true, "RESTIC_PASSPHRASE": true, "SOME_API_KEY": true, "TOKEN_KIND": false, "CLOUDFLARE_ACCOUNT_ID": false, "AWS_ACCESS_KEY_ID": false, "PATH": false, "": false} {
		if got := vendors.SecretVariable(name); got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
