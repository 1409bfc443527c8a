package simulator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"regexp"
)

var idShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

func isID(text string) bool { return idShape.MatchString(text) }

// ValidID says whether a text can be the id of an account.
func ValidID(text string) bool { return isID(text) }

func hexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// draw gives 64 hex digits that were not given before. They follow from the order
// of the calls, so that a test that fails fails again.
func (s *Simulator) draw(what string) string {
	s.drawn++
	return hexHash(fmt.Sprintf("%s %s %d", s.o.AccountID, what, s.drawn))
}

func (s *Simulator) drawID(what string) string { return s.draw(what)[:32] }

// drawValue gives the value of a token: a prefix, 40 characters, a checksum.
// https://developers.cloudflare.com/fundamentals/api/get-started/token-formats/
func (s *Simulator) drawValue(user bool) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := sha256.Sum256([]byte(s.draw("value")))
	more := sha256.Sum256(sum[:])
	body := make([]byte, 40)
	for i, b := range append(sum[:], more[:]...)[:40] {
		body[i] = digits[int(b)%len(digits)]
	}
	prefix := "cfat_"
	if user {
		prefix = "cfut_"
	}
	return fmt.Sprintf("%s%s%08x", prefix, body, crc32.ChecksumIEEE(body))
}
