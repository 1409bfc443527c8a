package refresh

import "buckethead/config/diag"

// The kinds of fault of reading what the providers have. SecretWithheld is also that of a state that
// would be read from such a host.
var (
	connectionNotRead = diag.Kind{Code: "BH3001", Summary: "Cannot read from a provider",
		Meaning: "bh could not open a cloud or a store, or could not list what it has: the token was refused, the " +
			"network failed, a limit was reached. Without the list bh cannot tell what differs, so there is no plan. " +
			"Nothing was changed.",
		Example: "CLOUDFLARE_API_TOKEN is a token that has expired; `bh plan` reports this with Cloudflare's own " +
			"words.",
		WayOut: "Do what the message says, and run the command again. `bh doctor` says whose token it is, " +
			"what it may do and which permissions it lacks. To compare the files with only a local state: " +
			"`bh plan --offline`."}
	thingNotRead = diag.Kind{Code: "BH3002", Summary: "Cannot read what a project needs",
		Meaning: "The lists were read, and then the provider refused to show a single bucket, credential or item, " +
			"or did not answer. Nothing was changed.",
		Example: "The service account may list the items of a vault but not read them.",
		WayOut: "Do what the message says, and run the command again. `bh doctor --for plan` lists the " +
			"permissions that the token needs."}
	SecretWithheld = diag.Kind{Code: "BH3003", Summary: "No secret is sent to this host",
		Meaning: "A request would carry a secret to a host that neither the vendor nor the environment " +
			"names: only the file does. Otherwise anyone who can change the file in a pull request could " +
			"have your secrets sent to their own server. Nothing was sent.",
		Example: "The file has `connect_host = \"https://op.acme.test\"`, and OP_CONNECT_HOST is not set.",
		WayOut: "If the host is yours, name it in the environment in which bh runs; the message says which " +
			"variable to use. `bh help security` explains the rule. If you do not know the host, find out " +
			"who changed the file."}
)

// Codes returns every kind of fault that Observe and Survey report, by code.
func Codes() []diag.Kind {
	return []diag.Kind{
		connectionNotRead, thingNotRead, SecretWithheld,
	}
}
