package owners

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"buckethead/config/addr"
)

// OperationID returns the id of the n-th operation of a project within one state. It depends on the
// lineage, so that a state that was lost and recreated draws other ids.
func OperationID(lineage string, project addr.Address, n uint64) string {
	sum := sha256.Sum256([]byte(lineage + "\x00" + project.String() + "\x00" + strconv.FormatUint(n, 10)))
	return hex.EncodeToString(sum[:6])
}

// CredentialName returns the name under which an operation issues a credential: bh/STACK/ADDRESS/ID. If
// that is longer than limit (in bytes; 0 means no limit), a hash replaces stack and address. Four
// bytes are left free for what [RetryName] appends.
func CredentialName(stack string, project addr.Address, operation string, limit int) string {
	name := "bh/" + stack + "/" + project.String() + "/" + operation
	if limit == 0 || len(name)+4 <= limit {
		return name
	}
	return "bh/" + shortForm(stack, project) + "/" + operation
}

// RetryName returns the name for the n-th try to issue a credential, after the answers to earlier tries
// were lost. The first try has the plain name.
func RetryName(name string, n int) string {
	if n <= 1 {
		return name
	}
	return name + "." + strconv.Itoa(n)
}

// shortForm returns the hash that replaces stack and address if a whole name would be too long.
func shortForm(stack string, project addr.Address) string {
	sum := sha256.Sum256([]byte(stack + "\x00" + project.String()))
	return hex.EncodeToString(sum[:8])
}
