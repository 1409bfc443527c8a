package vendors

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Fingerprint returns the HMAC-SHA256 of a secret under key, in hex. It shows whether a secret
// changed, but not the secret. It returns "" for the zero Secret.
func Fingerprint(key []byte, s Secret) string {
	if s.IsZero() || len(key) == 0 {
		return ""
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(s.Reveal()))
	return hex.EncodeToString(mac.Sum(nil))
}
