//go:build unix

package clouds

import (
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"buckethead/vendors"
	simulator "buckethead/vendors/sim/cloudflare"
	connectsim "buckethead/vendors/sim/connect"
)

const opEnv = `BUCKETHEAD_BUCKET__NAME="op://Engineering/my photos/keys/bucket"
BUCKETHEAD_BUCKET__ACCESS_KEY_ID="op://Engineering/my photos/keys/access_key_id"
BUCKETHEAD_BUCKET__SECRET_ACCESS_KEY="op://Engineering/my photos/keys/secret_access_key"
BUCKETHEAD_BUCKET__ENDPOINT_URL="op://Engineering/my photos/keys/endpoint_url"
`

const opRclone = `[photos]
type = s3
provider = Cloudflare
env_auth = false
access_key_id = {{ op://Engineering/my photos/keys/access_key_id }}
secret_access_key = {{ op://Engineering/my photos/keys/secret_access_key }}
endpoint = {{ op://Engineering/my photos/keys/endpoint_url }}
region = {{ op://Engineering/my photos/keys/region }}
no_check_bucket = true
`

// With a vault and R2: references are told without a call, and keys are given for one
// read of one item and none of the cloud.
func TestOP_usingTheKeys(t *testing.T) {
	// The loop that watches for signals is started once, and not in the bubble.
	outside := make(chan os.Signal, 1)
	signal.Notify(outside, syscall.SIGUSR1)
	signal.Stop(outside)
	opCase(t, connectsim.Options{}, func(t *testing.T, a *opAccount) {
		a.declare(strings.Replace(opPhotos, `"photos"`+"\n", `"photos"`+"\n  item_title = \"my photos\"\n", 1) + "project \"albums\" { bucket = \"albums\" }\n")
		a.must("apply", "--yes")
		time.Sleep(time.Hour)
		var store, cloud []string
		a.connect.OnCall(func(c connectsim.Call) *connectsim.Fault { store = append(store, c.Op); return nil })
		a.OnCall(func(c simulator.Call) *simulator.Fault { cloud = append(cloud, c.Method); return nil })
		for format, want := range map[string]string{"dotenv": opEnv, "rclone": opRclone} {
			if out := a.must("env", "photos", "--format", format); out != want {
				t.Errorf("%s:\n%s\nwant, with nothing on standard error:\n%s", format, out, want)
			}
		}
		if len(store)+len(cloud) > 0 {
			t.Errorf("bh env called %q and %q", store, cloud)
		}
		for _, x := range a.live() {
			if x.Title != "my photos" {
				continue
			}
			secret := value(x, vendors.FieldSecretAccessKey)
			// The command tells whether it has the secret, and does not show it.
			script := `test "$AWS_SECRET_ACCESS_KEY" = "$(cat "$0")" && echo "$AWS_ACCESS_KEY_ID $AWS_ENDPOINT_URL_S3 $AWS_REGION"`
			a.write("expected", secret)
			want := value(x, vendors.FieldAccessKeyID) + " " + value(x, vendors.FieldEndpointURL) + " auto\n"
			if out := a.must("exec", "photos", "--", "sh", "-c", script, filepath.Join(a.dir, "expected")); out != want {
				t.Errorf("got %q, want %q", out, want)
			}
		}
		if reads := slices.DeleteFunc(slices.Clone(store), func(op string) bool { return strings.Contains(strings.ToLower(op), "vault") }); len(reads) != 1 || len(store) > 2 || len(cloud) > 0 {
			t.Errorf("bh exec called %q and %q, want one read of one item", store, cloud)
		}
		if wrong := a.complaints(2); len(wrong) > 0 {
			t.Error(strings.Join(wrong, "\n"))
		}
	})
}
