package diag

import (
	"errors"
	"io/fs"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"buckethead/config/addr"
)

func at(file string, line, byte int) Range {
	p := Pos{Line: line, Column: 1, Byte: byte}
	return Range{File: file, Start: p, End: p}
}

func TestDiagnostic_saysWhereAndWhat(t *testing.T) {
	for want, d := range map[string]Diagnostic{
		"buckets.hcl:3: Wrong type: It is a list.": {Kind: Kind{Summary: "Wrong type"}, Detail: "It is a list.", Subject: at("buckets.hcl", 3, 20)},
		"Wrong type: It is a list.":                {Kind: Kind{Summary: "Wrong type"}, Detail: "It is a list."},
		"Wrong type":                               {Kind: Kind{Summary: "Wrong type"}},
	} {
		if got := d.Error(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if r := (Range{}); r.String() != "" || !r.IsZero() {
		t.Error("the zero range points somewhere")
	}
}

func TestList_joinsErrorsAndNotWarnings(t *testing.T) {
	warning := Diagnostic{Severity: Warning, Kind: Kind{Summary: "Careful"}}
	fault := Diagnostic{Severity: Error, Kind: Kind{Summary: "Not found"}, Cause: fs.ErrNotExist}
	var none List
	if none.HasErrors() || none.Err() != nil || (List{warning}).HasErrors() || (List{warning}).Err() != nil {
		t.Error("no error became one")
	}
	l := List{warning, fault}
	if !l.HasErrors() || !errors.Is(l.Err(), fs.ErrNotExist) || l.Err().Error() != "Not found" {
		t.Errorf("got %v", l.Err())
	}
}

func TestList_sortsByPlaceAndKeepsEachOnce(t *testing.T) {
	first := Diagnostic{Kind: Kind{Summary: "a"}, Subject: at("a.hcl", 1, 0)}
	second := Diagnostic{Kind: Kind{Summary: "a"}, Subject: at("a.hcl", 2, 9)}
	other := Diagnostic{Kind: Kind{Summary: "a"}, Subject: at("b.hcl", 1, 0)}
	nowhere := Diagnostic{Kind: Kind{Summary: "a"}}
	project := Diagnostic{Kind: Kind{Summary: "a"}, Subject: at("b.hcl", 1, 0), Address: addr.Address{Kind: addr.Project, Name: "p"}}
	want := List{first, second, other, project, nowhere}
	rapid.Check(t, func(t *rapid.T) {
		l := List(rapid.Permutation(append(slices.Clone(want), want...)).Draw(t, "list"))
		before := slices.Clone(l)
		if got := l.Sorted(); !slices.Equal(got, want) {
			t.Fatalf("got %v", got)
		}
		if !slices.Equal(l, before) {
			t.Fatal("the list itself was changed")
		}
	})
	if List(nil).Sorted() != nil {
		t.Error("nothing became something")
	}
}
