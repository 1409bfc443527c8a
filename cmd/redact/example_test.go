package redact_test

import (
	"fmt"
	"os"

	"buckethead/cmd/redact"
	"buckethead/vendors"
)

// Everything written through the writer is free of the set's secrets, even if one comes in
// several writes or is encoded.
func ExampleSet_Writer() {
	var secrets redact.Set
	secrets.Add(vendors.NewSecret("correct-horse-battery"))

	w := secrets.Writer(os.Stdout)
	fmt.Fprint(w, "the token is correct-horse")
	fmt.Fprintln(w, "-battery.")
	fmt.Fprintln(w, "in a URL: ?token=correct%2Dhorse%2Dbattery")
	if err := w.Flush(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// the token is [secret].
	// in a URL: ?token=[secret]
}
