package cli

import (
	"net/url"
	"slices"
	"strings"

	"buckethead/cmd/connections"
	"buckethead/cmd/redact"
	"buckethead/config"
	"buckethead/vendors"
	"buckethead/vendors/registry"
)

// twoUses is the advice for a secret that was about to be recorded.
const twoUses = "Look for a value that is a secret in one place and a name, title or key id in another. " +
	"If there is none, this is a bug in bh: please report it."

// proxyVariables may hold the URL of a proxy with a password in it.
var proxyVariables = []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"}

// secretsOf returns the secrets in the environment, judging by the names of its variables. The
// secrets that bh works with are added once the files are read.
func secretsOf(p Process) *redact.Set {
	secrets := &redact.Set{}
	for _, name := range secretVariables() {
		secrets.Hide(vendors.NewSecret(p.get(name)))
	}
	if p.Environ != nil {
		known := config.Options{Vendors: registry.All(), States: connections.StateKinds()}
		for _, pair := range p.Environ() {
			if name, value, _ := strings.Cut(pair, "="); known.SecretVariable(name) && !refersTo(name, value) {
				secrets.Hide(vendors.NewSecret(value))
			}
		}
	}
	for _, name := range proxyVariables {
		value := p.get(name)
		if !strings.Contains(value, "://") {
			value = "http://" + value
		}
		if proxy, err := url.Parse(value); err == nil {
			password, _ := proxy.User.Password()
			secrets.Hide(vendors.NewSecret(password))
		}
	}
	return secrets
}

// secretVariables lists the variables that stand in for secret settings.
func secretVariables() []string {
	var out []string
	list := func(settings []vendors.Setting) {
		for _, s := range settings {
			if s.Secret {
				out = append(out, s.Env...)
			}
		}
	}
	for _, v := range registry.All() {
		list(v.Settings)
	}
	for _, kind := range connections.StateKinds() {
		list(kind.Settings)
	}
	return out
}

// refersTo reports whether a variable named like a secret only says where one is.
func refersTo(name, value string) bool {
	scheme, _, _ := strings.Cut(value, "://")
	return slices.ContainsFunc([]string{"_FILE", "_PATH", "_DIR"}, func(end string) bool {
		return strings.HasSuffix(strings.ToUpper(name), end)
	}) || slices.ContainsFunc(registry.All(), func(v vendors.Vendor) bool {
		return v.ReferenceScheme != "" && v.ReferenceScheme == scheme
	})
}

// learnFrom adds the secrets that the files declare.
func learnFrom(secrets *redact.Set, declared *config.Config) {
	secrets.Hide(declared.Sensitive...)
	settings := []vendors.Settings{declared.State.Settings}
	for _, connection := range slices.Concat(declared.Clouds, declared.Secrets) {
		settings = append(settings, connection.Settings)
	}
	for _, s := range settings {
		for _, value := range s {
			secrets.Add(value.Secret)
		}
	}
	for i := range declared.Projects {
		if register := declared.Projects[i].Register; register != nil {
			secrets.Add(register.SecretAccessKey)
		}
	}
}
