package s3

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// Kind is the label of the block: state "s3".
const Kind = "s3"

// The limits for how long a lock lasts if nobody renews it. The shortest still leaves time for
// a late response to a renewal.
const (
	defaultExpiry  = 2 * time.Minute
	shortestExpiry = 5 * time.Second
	longestExpiry  = time.Hour
)

// OwnHosts are the hosts of AWS S3 and of R2. A session token may be sent to them no matter who
// names them, because only the operator of the service sees it. Other names below amazonaws.com
// belong to servers of AWS customers, such as ID.execute-api.REGION.amazonaws.com.
// https://docs.aws.amazon.com/general/latest/gr/s3.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/privatelink-interface-endpoints.html
var OwnHosts = vendors.Hosts{"s3.amazonaws.com", "s3.*.amazonaws.com", "s3.dualstack.*.amazonaws.com",
	"s3-fips.*.amazonaws.com", "s3-fips.dualstack.*.amazonaws.com", "*.s3.*.vpce.amazonaws.com",
	"s3.*.amazonaws.com.cn", "s3.dualstack.*.amazonaws.com.cn", "s3.*.amazonaws.eu", "*.r2.cloudflarestorage.com"}

// Settings returns the attributes of the block. Keys that are not set come from the AWS SDK's
// default chain: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
func Settings() []vendors.Setting {
	return []vendors.Setting{
		{Name: "bucket", Required: true, Example: `bucket = "acme-states"`, Doc: "The bucket. It must exist."},
		{Name: "key", Required: true, Example: `key = "acme/bh.state"`, Doc: "The name of the object."},
		{Name: "region", Example: `region = "eu-central-1"`, Doc: `The region of the bucket; "auto" for R2.`},
		{Name: "endpoint_url", Env: []string{"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"},
			Example:  `endpoint_url = "https://0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com"`,
			Endpoint: vendors.ReceivesSignatures, Doc: "The S3 server, if it is not AWS's."},
		{Name: "access_key_id", Example: `access_key_id = "AKIAIOSFODNN7EXAMPLE"`,
			Doc: "The keys. If they are not set, the AWS SDK finds them as usual: environment, profile, role."},
		{Name: "secret_access_key", Secret: true, Example: `secret_access_key = env("STATE_SECRET")`,
			Doc: "The keys. A reference such as op://VAULT/ITEM/FIELD is read from its store."},
		{Name: "profile", Example: `profile = "acme"`, Doc: "A profile of the AWS configuration."},
		{Name: "lock_expires_after", Default: words.Length(defaultExpiry), Example: `lock_expires_after = "5m"`,
			Doc: "How long after a runner died another one may take over."},
	}
}

// keyName matches keys whose characters need no escaping anywhere.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
var keyName = regexp.MustCompile(`^[A-Za-z0-9_=+-][A-Za-z0-9_.=+-]*(/[A-Za-z0-9_=+-][A-Za-z0-9_.=+-]*)*$`)

// besideAState matches the names of the objects next to a state.
var besideAState = regexp.MustCompile(`(\.lock|\.previous)$|\.backups/|\.before-restore-`)

// regionName matches the names of regions. The AWS SDK makes a region part of host names, even of
// the one that gets the runner's identity, so it must be a single label.
var regionName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// longestKey leaves room for the names of the objects beside it.
const longestKey = 900

// CheckSettings returns what is wrong with the attributes, offline.
func CheckSettings(s vendors.Settings) []vendors.Problem {
	var out []vendors.Problem
	wrong := func(attribute, summary, fix string) {
		out = append(out, vendors.Problem{Attribute: attribute, Summary: summary, Fix: fix})
	}
	if fault := vendors.BucketNameFault(s.Text("bucket"), "a bucket", ".-"); fault != "" {
		// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
		wrong("bucket", fault,
			"Use an existing bucket: 3 to 63 lower-case letters, digits, dots and hyphens.")
	}
	if key := s.Text("key"); !keyName.MatchString(key) || len(key) > longestKey {
		wrong("key", fmt.Sprintf("%q cannot be the name of the state", key),
			"Use letters, digits and - _ . = +, with / between parts, such as bh/acme-prod.state.")
	}
	if key := s.Text("key"); besideAState.MatchString(key) {
		wrong("key", fmt.Sprintf("%q is reserved for an object next to a state", key),
			"Choose one that does not end in .lock or .previous, and has no part that ends in .backups.")
	}
	if region := s.Text("region"); region != "" && !regionName.MatchString(region) {
		wrong("region", fmt.Sprintf("%q cannot be the name of a region", region), `Write it as "eu-central-1", or "auto" for R2.`)
	}
	if text := s.Text("endpoint_url"); text != "" && !transport.ValidURL(text) {
		wrong("endpoint_url", "the URL of the server must begin with https://",
			"Write it as https://host, without a user, query or fragment. Plain http is only for this machine.")
	}
	secret := s["secret_access_key"]
	hasSecret := !secret.Secret.IsZero() || secret.Reference != ""
	if (s.Text("access_key_id") != "") != hasSecret {
		wrong("access_key_id", "access_key_id and secret_access_key belong together",
			"Set both, or neither to use the AWS SDK's default chain.")
	}
	if strings.Contains(s.Text("access_key_id"), "://") {
		wrong("access_key_id", "access_key_id is a reference, but only secret_access_key can be one",
			"Write the key id itself: it is not a secret.")
	}
	if s.Text("profile") != "" && hasSecret {
		wrong("profile", "keys and a profile cannot be combined", "Remove profile, or the keys.")
	}
	if _, err := expiry(s); err != nil {
		wrong("lock_expires_after", err.Error(),
			fmt.Sprintf("Write a duration from %s to %s, such as \"2m\".", shortestExpiry, longestExpiry))
	}
	return out
}

// expiry reads lock_expires_after.
func expiry(s vendors.Settings) (time.Duration, error) {
	text := s.Text("lock_expires_after")
	if text == "" {
		return defaultExpiry, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < shortestExpiry || d > longestExpiry || d%time.Second != 0 {
		return 0, fmt.Errorf("a lock cannot last %q", text)
	}
	return d, nil
}

// place returns the place of a state, for people.
func place(s vendors.Settings) string {
	return "s3://" + s.Text("bucket") + "/" + strings.TrimPrefix(s.Text("key"), "/")
}
