package vendors

import "strings"

// SecretVariable reports whether a variable of the environment holds a secret, as far as its
// name tells: *_TOKEN, *SECRET*, *PASSWORD* and *PRIVATE_KEY*.
func SecretVariable(name string) bool {
	name = strings.ToUpper(name)
	return strings.HasSuffix(name, "_TOKEN") || strings.Contains(name, "SECRET") || strings.Contains(name, "PASSWORD") ||
		strings.Contains(name, "PRIVATE_KEY")
}
