package config

import (
	"testing"

	"buckethead/config/faults"
)

func TestFormat_alignsAndKeepsMeaning(t *testing.T) {
	src := "project \"p\" {\nbucket=\"a\" # name\n  item_title   = \"b\"\n}\n"
	want := "project \"p\" {\n  bucket     = \"a\" # name\n  item_title = \"b\"\n}\n"
	got, diags := Format([]byte(src), "x.hcl")
	if string(got) != want || diags != nil {
		t.Errorf("got %q, %v", got, diags)
	}
}

func TestFormat_refusesBrokenText(t *testing.T) {
	src := "project \"p\" {\n  bucket = \n}\n"
	got, diags := Format([]byte(src), "x.hcl")
	if string(got) != src || len(diags) != 1 || diags[0].Code != faults.InvalidSyntax.Code || diags[0].Subject.String() != "x.hcl:2" {
		t.Errorf("got %q, %v", got, diags)
	}
}
