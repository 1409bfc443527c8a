package cli

import (
	"slices"
	"strings"

	"buckethead/vendors"
)

// awsVariable is a variable of the environment by which AWS's clients find keys: the field of an item that it holds,
// or a text that is the same for all.
type awsVariable struct{ name, field, text string }

// awsVariables are those that bh exec sets, and bh env --names aws prints. Without the last two, newer clients send
// checksums that not every server knows, R2 among them:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-dataintegrity.html
var awsVariables = []awsVariable{
	{name: "AWS_ACCESS_KEY_ID", field: vendors.FieldAccessKeyID},
	{name: "AWS_SECRET_ACCESS_KEY", field: vendors.FieldSecretAccessKey},
	{name: "AWS_ENDPOINT_URL_S3", field: vendors.FieldEndpointURL},
	{name: "AWS_REGION", field: vendors.FieldRegion},
	{name: "AWS_REQUEST_CHECKSUM_CALCULATION", text: "when_required"},
	{name: "AWS_RESPONSE_CHECKSUM_VALIDATION", text: "when_required"},
}

// withAWS adds the variables to an environment. Those that are the same for all stay as the user set them.
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
