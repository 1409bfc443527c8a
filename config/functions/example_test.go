package functions_test

import (
	"fmt"

	"buckethead/config/functions"
)

func ExampleMissing() {
	why, fix, _ := functions.Missing("uuid")
	fmt.Println(why)
	fmt.Println(fix)
	// Output:
	// uuid() returns a random value, so the plan would differ each time.
	// Use uuidv5("dns", NAME), which is the same for the same name, or pass a value in as a variable.
}

func ExampleDocs() {
	for _, d := range functions.Docs() {
		if d.Name == "cidrsubnet" {
			fmt.Println(d.Signature)
			fmt.Println(d.Text)
			fmt.Println(d.Example, "is", d.Result)
		}
	}
	// Output:
	// cidrsubnet(prefix, newbits, netnum)
	// Adds bits to the length of a network, and returns the subnet with a number.
	// cidrsubnet("10.0.0.0/16", 8, 2) is "10.0.2.0/24"
}
