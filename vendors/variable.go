package vendors

import "strings"

// SecretVariable reports whether an environment variable holds a secret, judging by its name:
// *_TOKEN, *SECRET*, *PASSWORD*, *PRIVATE_KEY* and similar names.
func SecretVariable(name string) bool {
	name = strings.ToUpper(name)
	for _, part := range []string{"SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "PRIVATE_KEY"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	name = "_" + name
	return strings.HasSuffix(name, "_TOKEN") || strings.HasSuffix(name, "_API_KEY")
}
