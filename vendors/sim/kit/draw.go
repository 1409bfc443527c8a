package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Draws generates unique ids and values. They depend only on the order of the calls, so that a
// failing test fails again.
type Draws struct {
	Seed string
	n    int
}

// Bytes returns n bytes.
func (d *Draws) Bytes(what string, n int) []byte {
	d.n++
	var out []byte
	for i := 0; len(out) < n; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %d", d.Seed, what, d.n, i))
		out = append(out, sum[:]...)
	}
	return out[:n]
}

// Text returns n of some characters.
func (d *Draws) Text(what, characters string, n int) string {
	out := d.Bytes(what, n)
	for i := range out {
		out[i] = characters[int(out[i])%len(characters)]
	}
	return string(out)
}

// HexHash returns the SHA-256 of a text in hex.
func HexHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
