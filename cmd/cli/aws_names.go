package cli

import (
	"slices"
	"strings"

	"buckethead/vendors"
)

// awsVariable is an environment variable that AWS clients read. It holds a field of an item, or a fixed text.
type awsVariable struct{ name, field, text string }

// awsVariables are the variables that bh exec sets and bh env --names aws prints. Without the last two, newer
// clients send checksums that some servers reject, R2 among them:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html
var awsVariables = []awsVariable{
	{name: "AWS_ACCESS_KEY_ID", field: vendors.FieldAccessKeyID},
	{name: "AWS_SECRET_ACCESS_KEY", field: vendors.FieldSecretAccessKey},
	{name: "AWS_ENDPOINT_URL_S3", field: vendors.FieldEndpointURL},
	{name: "AWS_REGION", field: vendors.FieldRegion},
	{name: "AWS_REQUEST_CHECKSUM_CALCULATION", text: "when_required"},
	{name: "AWS_RESPONSE_CHECKSUM_VALIDATION", text: "when_required"},
}

// withAWS adds the variables to an environment. A variable with a fixed text stays as the user set it.
func withAWS(environment []string, value func(field string) string) []string {
	for _, v := range awsVariables {
		set := func(pair string) bool { name, text, _ := strings.Cut(pair, "="); return name == v.name && text != "" }
		switch {
		case v.field != "":
			environment = append(environment, v.name+"="+value(v.field))
		case !slices.ContainsFunc(environment, set):
			environment = append(environment, v.name+"="+v.text)
		}
	}
	return environment
}
