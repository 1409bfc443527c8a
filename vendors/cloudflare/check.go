package cloudflare

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// nameLimit is how long a token's name may be, in characters (API reference, Create
// Token).
const nameLimit = 120

var (
	// bucketName is the rule that the dashboard and wrangler use. The API's schema says 64
	// characters; its error 10005 says 63.
	bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$`)
	// hexID is an account's, a token's or a zone's id.
	hexID = regexp.MustCompile(`^[0-9a-f]{32}$`)
	// jurisdictionName is the form of a jurisdiction in a state, which a later bh may have written.
	jurisdictionName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,19}$`)
	domainName       = regexp.MustCompile(`^([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)
)

// locations are the hints that R2 knows.
// https://developers.cloudflare.com/r2/reference/data-location/
var locations = []string{"apac", "eeur", "enam", "oc", "weur", "wnam"}

// storageClasses maps the words of the language to the API's.
var (
	storageClasses = map[string]string{"standard": "Standard", "infrequentaccess": "InfrequentAccess"}
	classNames     = []string{"standard", "infrequentaccess"}
)

func checkSettings(s vendors.Settings) []vendors.Problem {
	var out vendors.Problems
	if !hexID.MatchString(s.Text("account_id")) {
		out.Report("account_id", accountFault(s.Text("account_id")),
			"It has 32 lower-case hexadecimal digits; the dashboard shows it on the R2 page, and in the URL.")
	}
	if kind := s.Text("token_kind"); kind != "account" && kind != "user" {
		out.Report("token_kind", strconv.Quote(kind)+" is not a kind of token", `Use "account" or "user".`)
	}
	for _, name := range []string{"api_base_url", "s3_endpoint_url"} {
		if text := s.Text(name); text != "" && !transport.ValidURL(strings.ReplaceAll(text, placeholder, "default")) {
			out.Report(name, "this is not a valid API URL",
				"Use https (or http, only on this machine), without user, query and fragment.")
		}
	}
	if text := s.Text("token_limit"); text != "" {
		if n, err := strconv.Atoi(text); err != nil || n < 1 {
			out.Report("token_limit", strconv.Quote(text)+" is not a number of tokens", "Use the number that Cloudflare granted, such as 500.")
		}
	}
	return out
}

// accountFault says why a text is not an account id. It does not show the text, which may be a
// token in the wrong place.
func accountFault(text string) string {
	for i, r := range []rune(text) {
		if !strings.ContainsRune("0123456789abcdef", r) {
			return "not a valid account id: character " + strconv.Itoa(i+1) + " is not a lower-case hexadecimal digit"
		}
	}
	return "not a valid account id: it has " + strconv.Itoa(utf8.RuneCountInString(text)) + " digits"
}

func checkBucket(spec vendors.BucketSpec) []vendors.Problem {
	var out vendors.Problems
	if fault := vendors.BucketNameFault(spec.ID.Name, "an R2 bucket", "-"); fault != "" {
		out.Report("bucket", fault,
			"Use 3 to 63 lower-case letters, digits and hyphens, and begin and end with a letter or a digit.")
	}
	switch {
	case spec.ID.Namespace == "default":
		out.Report("jurisdiction", `"default" is what a bucket has if it has no jurisdiction`, "Remove the line.")
	case spec.ID.Namespace != "" && !slices.Contains(jurisdictions, spec.ID.Namespace):
		out.Report("jurisdiction", "R2 has no jurisdiction "+strconv.Quote(spec.ID.Namespace), "Use one of "+strings.Join(jurisdictions, ", ")+".")
	}
	if spec.Location != "" && !slices.Contains(locations, spec.Location) {
		out.Report("location", "R2 has no location "+strconv.Quote(spec.Location), "Use one of "+strings.Join(locations, ", ")+".")
	}
	if spec.StorageClass != "" && storageClasses[spec.StorageClass] == "" {
		out.Report("storage_class", "R2 has no storage class "+strconv.Quote(spec.StorageClass), "Use one of "+strings.Join(classNames, ", ")+".")
	}
	return append(out, checkBucketSettings(spec.Settings)...)
}

// checkBucketSettings checks rules that R2 requires in addition to those of the language.
func checkBucketSettings(s vendors.BucketSettings) []vendors.Problem {
	var out vendors.Problems
	for _, d := range s.Domains {
		if !domainName.MatchString(d.Domain) || len(d.Domain) > 253 {
			out.Report("custom_domain", strconv.Quote(d.Domain)+" is not a domain name",
				`Write it as "photos.example.com", in lower case.`)
		}
		if !hexID.MatchString(d.ZoneID) {
			out.Report("custom_domain", "the zone_id of "+strconv.Quote(d.Domain)+" is not a zone id",
				"It has 32 lower-case hexadecimal digits; the dashboard shows it on the zone's overview page.")
		}
	}
	return out
}

func checkCredential(spec vendors.CredentialSpec) []vendors.Problem {
	var out vendors.Problems
	if utf8.RuneCountInString(spec.Name) > nameLimit { // the language has none yet
		out.Report("name", "the token's name has more than 120 characters", "Use a shorter stack or project name.")
	}
	return append(out, spec.Problems()...)
}

// firstProblem returns the first problem as an error, or nil if there is none.
func (a act) firstProblem(problems []vendors.Problem) error {
	if len(problems) == 0 {
		return nil
	}
	return a.invalid("%s: %s", problems[0].Attribute, problems[0].Summary)
}
