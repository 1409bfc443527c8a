package cloudflare

import (
	"fmt"
	"hash/crc32"
	"regexp"
)

const hexDigits = "0123456789abcdef"

var idShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

func isID(text string) bool { return idShape.MatchString(text) }

// ValidID reports whether a text can be the id of an account.
func ValidID(text string) bool { return isID(text) }

func (s *Simulator) drawID(what string) string { return s.draws.Text(what, hexDigits, 32) }

// drawValue generates the value of a token: a prefix, 40 characters, a checksum.
// https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/
func (s *Simulator) drawValue(user bool) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	body := s.draws.Text("value", digits, 40)
	prefix := "cfat_"
	if user {
		prefix = "cfut_"
	}
	return fmt.Sprintf("%s%s%08x", prefix, body, crc32.ChecksumIEEE([]byte(body)))
}
