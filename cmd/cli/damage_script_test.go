package cli_test

import (
	"bytes"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"buckethead/cmd/clitest"
	"buckethead/vendors/sim/s3api"
)

// damageFile changes a value in a state, so that its pages and its JSON stay whole: what
// is protected is not any more.
func damageFile(ts *testscript.TestScript, _ bool, args []string) {
	file, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	damaged := bytes.ReplaceAll(file, []byte(`"protected":true`), []byte(`"protected":null`))
	if bytes.Equal(damaged, file) {
		ts.Fatalf("%s has nothing that is protected", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), damaged, 0o600))
}

type statesKey struct{}

// damageObject changes a byte of the object of that name in the server of a script. A name
// that ends with a dot means all that begin with it.
func damageObject(ts *testscript.TestScript, _ bool, args []string) {
	server := ts.Value(statesKey{}).(*s3api.Server)
	n := 0
	for _, key := range server.Keys(clitest.StatesBucket) {
		if key != args[0] && (!strings.HasSuffix(args[0], ".") || !strings.HasPrefix(key, args[0])) || strings.HasSuffix(key, ".lock") {
			continue
		}
		body, _, _ := server.Object(clitest.StatesBucket, key)
		body = bytes.Clone(body)
		body[len(body)/2] ^= 0x55
		server.Put(clitest.StatesBucket, key, body)
		n++
	}
	if n == 0 {
		ts.Fatalf("there is no %s", args[0])
	}
}
