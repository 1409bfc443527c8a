package cli

import (
	"fmt"
	"regexp"
	"strings"
)

// envFormats are the formats of bh env.
var envFormats = []string{"dotenv", "op", "github", "rclone", "aws", "json"}

// envReferences holds the references to a project's keys, and what the formats need beside them.
type envReferences struct {
	project    string // its label
	cloudflare bool   // the endpoint is R2's own

	bucket, keyID, secret, endpoint, region string
}

// environment returns the variables that the Python library buckethead reads, in order.
func (e envReferences) environment() [][2]string {
	return [][2]string{{"BUCKETHEAD_BUCKET__NAME", e.bucket}, {"BUCKETHEAD_BUCKET__ACCESS_KEY_ID", e.keyID},
		{"BUCKETHEAD_BUCKET__SECRET_ACCESS_KEY", e.secret}, {"BUCKETHEAD_BUCKET__ENDPOINT_URL", e.endpoint}}
}

// text writes the references in a format other than JSON.
func (e envReferences) text(format string) string {
	var b strings.Builder
	switch format {
	case "dotenv":
		for _, pair := range e.environment() {
			fmt.Fprintf(&b, "%s=\"%s\"\n", pair[0], inDotenv.Replace(pair[1]))
		}
	case "op":
		for _, pair := range e.environment() {
			fmt.Fprintf(&b, "%s=%s\n", pair[0], injected(pair[1]))
		}
	case "github":
		b.WriteString("env:\n")
		for _, pair := range e.environment() {
			fmt.Fprintf(&b, "  %s: \"%s\"\n", pair[0], inYAML.Replace(pair[1]))
		}
	case "rclone":
		provider := "Other"
		if e.cloudflare {
			provider = "Cloudflare"
		}
		// Keys of one bucket may neither create it nor look for it.
		fmt.Fprintf(&b, "[%s]\ntype = s3\nprovider = %s\nenv_auth = false\naccess_key_id = %s\nsecret_access_key = %s\n"+
			"endpoint = %s\nregion = %s\nno_check_bucket = true\n", sectionName(e.project), provider,
			injected(e.keyID), injected(e.secret), injected(e.endpoint), injected(e.region))
	case "aws":
		fmt.Fprintf(&b, "# For ~/.aws/config. Without keys in a file: bh exec %s -- aws s3 ls\n", inShell(e.project))
		fmt.Fprintf(&b, "[profile %s]\naws_access_key_id = %s\naws_secret_access_key = %s\nendpoint_url = %s\nregion = %s\n",
			sectionName(e.project), injected(e.keyID), injected(e.secret), injected(e.endpoint), injected(e.region))
	}
	return b.String()
}

// injected returns a reference as op inject finds it in a template.
func injected(reference string) string { return "{{ " + reference + " }}" }

// Both escape text between double quotes: for a shell, which reads the same files as op run --env-file, and for YAML,
// which has fewer escapes.
var (
	inDotenv = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`", "\n", `\n`)
	inYAML   = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)
)

var notInSection = regexp.MustCompile(`[^\p{L}\p{N}_-]+`)

// sectionName returns a project's label without the characters that the name of a section cannot have. It is not empty,
// since a label begins with a letter.
func sectionName(label string) string {
	return strings.Trim(notInSection.ReplaceAllString(label, "_"), "_")
}
