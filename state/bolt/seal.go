package bolt

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
)

const sealName = `,"seal":"`

// Seal adds a last member to a JSON object: the digest of everything before it.
func Seal(object []byte) []byte {
	before := bytes.TrimSuffix(object, []byte("}"))
	return fmt.Appendf(slices.Clip(before), `%s%x"}`, sealName, sha256.Sum256(before))
}

// Unseal returns the object that was sealed, and false if it has changed since, or has no seal.
// It does not need to know the members of the object.
func Unseal(text []byte) (object []byte, whole bool) {
	before, _, found := bytes.Cut(text, []byte(sealName))
	object = append(slices.Clone(before), '}')
	return object, found && bytes.Equal(Seal(object), text)
}
