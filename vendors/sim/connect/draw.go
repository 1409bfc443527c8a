package connect

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"time"
)

// idDigits are those of an id; 32 of the 36 that it may have.
const idDigits = "abcdefghijklmnopqrstuvwxyz234567"

func (s *Simulator) drawID(what string) string { return s.draws.Text(what, idDigits, 26) }

// characterSets are what values are generated from.
var characterSets = map[string]string{
	"LETTERS": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"DIGITS":  "0123456789",
	"SYMBOLS": "!@.-_*",
}

// generate generates a value and returns its entropy in bits. Without sets, it uses all of
// them, which is unverified.
func (s *Simulator) generate(r wireRecipe) (value string, entropy float64, wrong string) {
	sets, length := r.CharacterSets, r.Length
	if len(sets) == 0 {
		sets = []string{"LETTERS", "DIGITS", "SYMBOLS"}
	}
	if length == 0 {
		length = 32
	}
	var all string
	for i, name := range sets {
		if slices.Contains(sets[:i], name) {
			return "", 0, "has a character set twice"
		}
		all += characterSets[name]
	}
	all = strings.Map(func(c rune) rune {
		if strings.ContainsRune(r.ExcludeCharacters, c) {
			return -1
		}
		return c
	}, all)
	switch {
	case length < 1 || length > 64:
		return "", 0, "has a length that is not from 1 to 64"
	case all == "":
		return "", 0, "excludes all characters"
	}
	return s.draws.Text("value", all, length), float64(length) * math.Log2(float64(len(all))), ""
}

// oneTime returns the code of a one-time password at a time; "" where the value is no
// key. https://www.rfc-editor.org/rfc/rfc6238
func oneTime(value string, now time.Time) string {
	secret := value
	if strings.HasPrefix(value, "otpauth://") {
		u, err := url.Parse(value)
		if err != nil {
			return ""
		}
		secret = u.Query().Get("secret")
	}
	unpadded := strings.ToUpper(strings.TrimRight(secret, "="))
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(unpadded)
	if err != nil || len(key) == 0 {
		return ""
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, uint64(now.Unix()/30)) // a hash takes all
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7fffffff)%1_000_000)
}
