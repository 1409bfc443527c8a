package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"buckethead/vendors"
)

// envFormats are the formats of bh env.
var envFormats = []string{"dotenv", "docker", "op", "github", "rclone", "aws", "json"}

// envNames are the sets of names that variables can have in these formats.
var envNames = []string{"buckethead", "aws"}

// envVariable is an environment variable: a reference, or a text that is not secret.
type envVariable struct {
	name, text string
	reference  bool
}

// envReferences holds the references to a project's keys by field, and whatever else the formats need.
type envReferences struct {
	project    string // its label
	cloudflare bool   // the endpoint is R2's own
	names      string // one of envNames
	fields     map[string]string
	unseen     bool // the item should have been read, but could not be
}

// environment returns the variables, in order: those that the Python library buckethead reads, or those that bh exec
// sets.
func (e envReferences) environment() []envVariable {
	list := []awsVariable{
		{name: "BUCKETHEAD_BUCKET__NAME", field: vendors.FieldBucket},
		{name: "BUCKETHEAD_BUCKET__ACCESS_KEY_ID", field: vendors.FieldAccessKeyID},
		{name: "BUCKETHEAD_BUCKET__SECRET_ACCESS_KEY", field: vendors.FieldSecretAccessKey},
		{name: "BUCKETHEAD_BUCKET__ENDPOINT_URL", field: vendors.FieldEndpointURL},
	}
	if e.names == "aws" {
		list = awsVariables
	}
	out := make([]envVariable, len(list))
	for i, v := range list {
		out[i] = envVariable{v.name, v.text, false}
		if v.field != "" {
			out[i] = envVariable{v.name, e.fields[v.field], true}
		}
	}
	return out
}

// onOneLine returns an error if a value does not fit on a line: docker run --env-file and the like read a value
// up to the end of its line.
func (e envReferences) onOneLine() error {
	for _, v := range e.environment() {
		if !utf8.ValidString(v.text) || strings.ContainsFunc(v.text, unicode.IsControl) {
			return fmt.Errorf("the value of %s is %q, which does not fit on one line", v.name, v.text)
		}
	}
	return nil
}

// text writes the references in a format other than JSON.
func (e envReferences) text(format string) string {
	var b strings.Builder
	switch format {
	case "dotenv":
		for _, v := range e.environment() {
			fmt.Fprintf(&b, "%s=\"%s\"\n", v.name, inDotenv.Replace(v.text))
		}
	case "docker": // as docker run --env-file reads it: everything after the equals sign is the value, quotes included
		for _, v := range e.environment() {
			fmt.Fprintf(&b, "%s=%s\n", v.name, v.text)
		}
	case "op":
		for _, v := range e.environment() {
			if v.reference {
				v.text = injected(v.text)
			}
			fmt.Fprintf(&b, "%s=%s\n", v.name, v.text)
		}
	case "github":
		b.WriteString("env:\n")
		for _, v := range e.environment() {
			fmt.Fprintf(&b, "  %s: \"%s\"\n", v.name, inYAML.Replace(v.text))
		}
	case "rclone":
		provider := "Other"
		if e.cloudflare {
			provider = "Cloudflare"
		}
		// Keys of one bucket may neither create it nor look for it.
		fmt.Fprintf(&b, "[%s]\ntype = s3\nprovider = %s\nenv_auth = false\naccess_key_id = %s\nsecret_access_key = %s\n"+
			"endpoint = %s\nregion = %s\nno_check_bucket = true\n", sectionName(e.project), provider,
			e.injected(vendors.FieldAccessKeyID), e.injected(vendors.FieldSecretAccessKey),
			e.injected(vendors.FieldEndpointURL), e.injected(vendors.FieldRegion))
	case "aws":
		fmt.Fprintf(&b, "# For ~/.aws/config. Without keys in a file: bh exec %s -- aws s3 ls\n", inShell(e.project))
		fmt.Fprintf(&b, "[profile %s]\naws_access_key_id = %s\naws_secret_access_key = %s\nendpoint_url = %s\nregion = %s\n",
			sectionName(e.project), e.injected(vendors.FieldAccessKeyID), e.injected(vendors.FieldSecretAccessKey),
			e.injected(vendors.FieldEndpointURL), e.injected(vendors.FieldRegion))
		for _, v := range awsVariables {
			if v.field == "" { // the settings of the same names
				fmt.Fprintf(&b, "%s = %s\n", strings.ToLower(strings.TrimPrefix(v.name, "AWS_")), v.text)
			}
		}
	}
	return b.String()
}

func (e envReferences) injected(field string) string { return injected(e.fields[field]) }

// injected returns a reference as op inject finds it in a template.
func injected(reference string) string { return "{{ " + reference + " }}" }

// Both escape text for double quotes: one for a shell, which reads the same files as op run --env-file, and one for
// YAML, which has fewer escapes.
var (
	inDotenv = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`")
	inYAML   = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
)

var (
	// inSection matches the characters that both rclone's remotes and AWS's profiles allow in names.
	inSection    = regexp.MustCompile(`^[A-Za-z0-9_.-]+$`)
	notInSection = regexp.MustCompile(`[^A-Za-z0-9_-]+`)
)

// sectionName returns the name of a section for a project, which no other project has: the project's name, a dot
// (which names of projects do not contain), and its key. Characters that are not allowed are replaced, and part of a
// digest is added to keep such names distinct. The result depends only on the project, so a section keeps its name
// when projects come and go.
func sectionName(label string) string {
	name, key, keyed := strings.Cut(strings.TrimSuffix(label, `"]`), `["`)
	plain := inSection.MatchString(name)
	if keyed {
		plain, name = plain && inSection.MatchString(key), name+"."+key
	}
	if plain {
		return name
	}
	sum := sha256.Sum256([]byte(label))
	base := strings.Trim(notInSection.ReplaceAllString(label, "_"), "_-")
	return strings.TrimPrefix(base+"_", "_") + hex.EncodeToString(sum[:4])
}
