package vendors

import "strings"

// SecretVariable reports whether a variable of the environment holds a secret, as far as its
// name tells: *_TOKEN, *SECRET*, *PASSWORD*, *PRIVATE_KEY* and the other words for the same.
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
