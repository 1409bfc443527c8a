package owners

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"buckethead/config/addr"
)

// OperationID names the n-th operation of a project within one state. It is a
// hash that depends on the lineage, so that a state that was lost and recreated draws other names.
func OperationID(lineage string, project addr.Address, n uint64) string {
	sum := sha256.Sum256([]byte(lineage + "\x00" + project.String() + "\x00" + strconv.FormatUint(n, 10)))
	return hex.EncodeToString(sum[:6])
}

// CredentialName is the name under which an operation mints: bh/STACK/ADDRESS/ID.
// Where that is longer than limit (in bytes; 0 for none), the stack and address
// are a hash. Retries within the operation append to it, so four bytes are kept.
func CredentialName(stack string, project addr.Address, operation string, limit int) string {
	name := "bh/" + stack + "/" + project.String() + "/" + operation
	if limit == 0 || len(name)+4 <= limit {
		return name
	}
	return "bh/" + shortForm(stack, project) + "/" + operation
}

// RetryName is the name for the n-th try of a mint whose answers were lost; the
// first try has the plain name.
func RetryName(name string, n int) string {
	if n <= 1 {
		return name
	}
	return name + "." + strconv.Itoa(n)
}

// shortForm stands for stack and address where a whole name would be too long.
func shortForm(stack string, project addr.Address) string {
	sum := sha256.Sum256([]byte(stack + "\x00" + project.String()))
	return hex.EncodeToString(sum[:8])
}
