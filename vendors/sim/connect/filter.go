package connect

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// filter is the only supported kind: an attribute that equals a text, in the syntax of SCIM.
// https://www.rfc-editor.org/rfc/rfc7644#section-3.4.2.2
type filter struct{ attribute, value string }

// Attributes by which lists can be filtered. That vaults have a title, too, is known
// from 1Password's own client, which asks for nothing else:
// https://github.com/1Password/connect-sdk-go/blob/main/connect/client.go
var (
	vaultAttributes = []string{"name", "title"}
	itemAttributes  = []string{"title", "tag"}
)

// parseFilter reads a filter. The value is a string of JSON, so that quotes and
// backslashes within are escaped: a client that does not escape sends another filter
// than it means.
func parseFilter(text string, attributes []string) (filter, error) {
	attribute, rest, ok := strings.Cut(text, " eq ")
	if !ok || !slices.Contains(attributes, attribute) {
		return filter{}, errors.New("the filter is not of the form " + attributes[0] + ` eq "..."`)
	}
	var value string
	if !strings.HasPrefix(rest, `"`) || strings.HasSuffix(rest, " ") || json.Unmarshal([]byte(rest), &value) != nil {
		return filter{}, errors.New("the filter compares with no string, or goes on after it")
	}
	return filter{attribute, value}, nil
}

// takesVault and takesItem compare exactly; that case matters is unverified.
func (f filter) takesVault(v *Vault) bool { return f.attribute == "" || f.value == v.Name }

func (f filter) takesItem(x Item) bool {
	switch f.attribute {
	case "title":
		return x.Title == f.value
	case "tag":
		return slices.Contains(x.Tags, f.value)
	}
	return true
}
