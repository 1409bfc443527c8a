package onepassword

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

const vendorName = "onepassword"

// Vendor describes 1Password, for the registry.
var Vendor = vendors.Vendor{
	Name: vendorName, Title: title, ReferenceScheme: scheme,
	Settings: []vendors.Setting{
		{Name: "vault", Required: true, Example: `vault = "Engineering"`, Doc: "The vault, by its name or its id."},
		{Name: "service_account_token", Env: []string{"OP_SERVICE_ACCOUNT_TOKEN"}, Secret: true,
			Example: `service_account_token = env("OP_BH_TOKEN")`,
			Doc:     "The token of a service account that can read and write items in the vault."},
		{Name: "connect_host", Env: []string{"OP_CONNECT_HOST"}, Endpoint: vendors.ReceivesSecrets,
			Example: `connect_host = "http://localhost:8080"`,
			Doc:     "The URL of a Connect server. With connect_token, it takes precedence over a service account."},
		{Name: "connect_token", Env: []string{"OP_CONNECT_TOKEN"}, Secret: true,
			Example: `connect_token = env("OP_BH_CONNECT_TOKEN")`,
			Doc:     "The token of the Connect server; it must be able to read and write the vault."},
		{Name: "on_delete", Default: "archive", Words: []string{"archive", "delete"}, Example: `on_delete = "delete"`,
			Doc: `What a destroy does with the item: "archive", or "delete". A Connect server cannot archive.`},
		{Name: "fields", Map: true, Example: `fields = { access_key_id = "Access Key ID" }`,
			Doc: "Labels for the fields of an item, by bh's names for them: " + strings.Join(vendors.FieldNames(), ", ") + "."},
	},
	Limits: vendors.Limits{Writes: 100,
		WritesNote: "a token has 100 an hour on Teams and Families, 1,000 on Business"},
	Reference: func(s vendors.Settings, id, title, field string) (string, error) {
		l := layoutOf(s)
		return named{vault: s.Text("vault"), id: id, title: title}.reference(l.name(field))
	},
	ReferenceSettings: []string{"vault", "fields"},
	Permissions:       permissions,
	CheckSettings:     checkSettings,
	CheckItemTitle:    checkTitle,
	Shape:             func(s vendors.Settings) string { return layoutOf(s).shape() },
	OpenSecrets: func(_ context.Context, host vendors.Host, s vendors.Settings) (vendors.SecretStore, error) {
		return open(host, s)
	},
}

func open(host vendors.Host, s vendors.Settings) (*Store, error) {
	if problems := checkSettings(s); len(problems) > 0 {
		return nil, refuse("open", vendors.ErrInvalid, problems[0].Attribute+": "+problems[0].Summary)
	}
	l := layoutOf(s)
	archives := s.Text("on_delete") != "delete"
	connect, service := s["connect_token"].Secret, s["service_account_token"].Secret
	switch {
	case s.Text("connect_host") != "" && !connect.IsZero():
		return newStore(host, newConnectWay(host, s.Text("connect_host"), connect), s.Text("vault"), l, archives), nil
	case service.IsZero():
		return nil, refuse("open", vendors.ErrDenied,
			"there is no token: set OP_SERVICE_ACCOUNT_TOKEN, or OP_CONNECT_HOST and OP_CONNECT_TOKEN")
	}
	if fault := tokenFault(service); fault != "" {
		return nil, refuse("open", vendors.ErrDenied, fault)
	}
	return newStore(host, newSDKWay(host, service), s.Text("vault"), l, archives), nil
}

func layoutOf(s vendors.Settings) layout { return layout{labels: s["fields"].Map} }

func checkSettings(s vendors.Settings) []vendors.Problem {
	var out vendors.Problems
	if strings.TrimSpace(s.Text("vault")) == "" {
		out.Report("vault", "the vault has no name", "Set it to the name or the id of a vault.")
	}
	host := s.Text("connect_host")
	hasConnect := !s["connect_token"].Secret.IsZero() || s["connect_token"].Reference != ""
	if host != "" && !transport.ValidURL(host) {
		out.Report("connect_host", "this is not a valid Connect URL",
			"Use https (or http, only on this machine), without user, query and fragment.")
	}
	if (host != "") != hasConnect {
		out.Report("connect_host", "connect_host and connect_token belong together",
			"Set both OP_CONNECT_HOST and OP_CONNECT_TOKEN, or neither.")
	}
	if token := s["service_account_token"].Secret; !token.IsZero() && host == "" {
		if fault := tokenFault(token); fault != "" {
			out.Report("service_account_token", fault,
				"Copy the whole token again; the dashboard shows it only once, when the service account is created.")
		}
	}
	switch s.Text("on_delete") {
	case "delete":
	case "archive", "":
		if host != "" && hasConnect {
			out.Report("on_delete", "a Connect server cannot archive items",
				`Write on_delete = "delete" in the block: a destroy then deletes items for good. `+
					"Or use a service account, with OP_CONNECT_HOST unset.")
		}
	default:
		out.Report("on_delete", "not an action for an item", `Use "archive" or "delete".`)
	}
	for _, name := range slices.Sorted(maps.Keys(s["fields"].Map)) {
		label := s["fields"].Map[name]
		if names := vendors.FieldNames(); !slices.Contains(names, name) {
			out.Report("fields", "an item has no field "+name, "The fields are "+strings.Join(names, ", ")+".")
		} else if strings.TrimSpace(label) == "" {
			out.Report("fields", "the label of "+name+" is empty", "Set a label, or remove the field.")
		} else if other := layoutOf(s).sharing(name); other != "" {
			out.Report("fields", "the label of "+name+" is also the label of "+other+" too", "Give each field its own label.")
		}
	}
	return out
}

// tokenFault says what is wrong with the form of a service account's token ("ops_", then JSON
// in base64url). The SDK would need two seconds to say so.
func tokenFault(token vendors.Secret) string {
	rest, ok := strings.CutPrefix(token.Reveal(), "ops_")
	if !ok {
		if strings.Count(token.Reveal(), ".") == 2 {
			return "this is the token of a Connect server, not of a service account"
		}
		return "not the token of a service account: those begin with ops_"
	}
	text, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(rest, "="))
	var parts map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &parts) != nil {
		return "the token is cut off, or contains something else"
	}
	for _, name := range []string{"signInAddress", "email", "secretKey", "srpX", "muk", "userAuth", "deviceUuid"} {
		if _, there := parts[name]; !there {
			return "the token lacks its " + name
		}
	}
	return ""
}

func checkTitle(text string) []vendors.Problem {
	if !utf8.ValidString(text) || strings.TrimSpace(text) == "" {
		return []vendors.Problem{{Attribute: "item_title", Summary: "not a title for an item",
			Fix: "Give the item a title."}}
	}
	return nil
}

// checkSpec refuses text that JSON cannot hold unchanged.
func checkSpec(op string, spec vendors.ItemSpec) error {
	if !spec.ValidText() {
		return refuse(op, vendors.ErrInvalid, "the title or a field is not UTF-8")
	}
	if strings.TrimSpace(spec.Title) == "" {
		return refuse(op, vendors.ErrInvalid, "the title is empty")
	}
	return nil
}
