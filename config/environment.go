package config

import (
	"strings"

	"github.com/zclconf/go-cty/cty"

	"buckethead/vendors"
)

// Whether a variable of the environment holds a secret is decided by its name, and not by
// the file: a plan evaluates files that nobody has reviewed, in a job that holds secrets.

// environment returns a variable as env() does, with the marks that say what it is. One that is
// empty is not set: CI sets a variable to nothing where its secret is not configured.
func (l *loader) environment(name string) (cty.Value, bool) {
	text, _ := l.options.env(name)
	if text == "" {
		return cty.NilVal, false
	}
	v := cty.StringVal(text).Mark(environment)
	if l.options.SecretVariable(name) {
		v = v.Mark(secretOf(name))
	}
	if own, is := strings.CutPrefix(name, "BH_VAR_"); is && l.variables[own] != nil && l.variables[own].sensitive {
		v = v.Mark(sensitive)
	}
	return v, true
}

// SecretVariable reports whether an environment variable holds a secret: because a vendor or a
// kind of state says so, whether the file declares it or not, or because of its name.
func (o Options) SecretVariable(name string) bool {
	for i := range o.Vendors {
		if declaresSecret(o.Vendors[i].Settings, name) {
			return true
		}
	}
	for i := range o.States {
		if declaresSecret(o.States[i].Settings, name) {
			return true
		}
	}
	return vendors.SecretVariable(name)
}

// declaresSecret reports whether one of the secret settings is taken from the variable, or
// from one that its name begins with, such as CLOUDFLARE_API_TOKEN for CLOUDFLARE_API_TOKEN_EU.
func declaresSecret(settings []vendors.Setting, name string) bool {
	name = strings.ToUpper(name)
	for i := range settings {
		if !settings[i].Secret {
			continue
		}
		for _, variable := range settings[i].Env {
			if rest, is := strings.CutPrefix(name, variable); is && (rest == "" || rest[0] == '_') {
				return true
			}
		}
	}
	return false
}
