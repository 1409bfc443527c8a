package config

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/config/policy"
)

// seeds adds the files of testdata/config, and the texts that other tests use.
func seeds(f *testing.F) {
	paths, err := filepath.Glob("../testdata/config/*.hcl")
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		src, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte(whole))
	f.Add(generate("for_each", 3))
}

func FuzzLoad(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		o := from("", "SECRET", canary)
		o.Overlay[DefaultFile] = src
		c, diags := Load(o)
		for _, d := range diags {
			checkRange(t, c, d.Subject, len(src))
			checkRange(t, c, d.Context, len(src))
			if d.Code == "" || d.Summary == "" || d.Detail == "" || d.Fix == "" {
				t.Errorf("a part is missing: %+v", d)
			}
		}
		if !diags.HasErrors() {
			checkConfig(t, c)
			diags = append(diags, checkPolicies(t, c, len(src))...)
		}
		again, twice := Load(o)
		if !twice.HasErrors() {
			twice = append(twice, checkPolicies(t, again, len(src))...)
		}
		if !slices.EqualFunc(diags, twice, func(a, b diag.Diagnostic) bool { return a.Error() == b.Error() && a.Fix == b.Fix }) || len(again.Projects) != len(c.Projects) {
			t.Errorf("the same text has other faults:\n%v\n%v", diags, twice)
		}
	})
}

// checkRange holds a range to lie within its file.
func checkRange(t *testing.T, c *Config, r diag.Range, size int) {
	t.Helper()
	if r.IsZero() {
		return
	}
	if _, known := c.Sources[r.File]; !known || r.Start.Byte < 0 || r.Start.Byte > r.End.Byte || r.End.Byte > size || r.Start.Line < 1 || r.Start.Column < 1 {
		t.Errorf("a range outside of its file of %d bytes: %+v", size, r)
	}
}

// checkConfig holds a config without faults to what everyone relies on.
func checkConfig(t *testing.T, c *Config) {
	t.Helper()
	for i, p := range c.Projects {
		if i > 0 && c.Projects[i-1].Addr.Compare(p.Addr) >= 0 {
			t.Errorf("%s is out of order", p.Addr)
		}
		if p.Bucket.ID.Name == "" || p.ItemTitle == "" || p.Secrets == "" || (p.Cloud == "") != (p.Register != nil) || p.Range.IsZero() {
			t.Errorf("incomplete: %+v", p)
		}
		if r := p.Register; r != nil && r.SecretAccessKey.IsZero() == (r.Reference == "") {
			t.Errorf("%s needs either a secret or a reference", p.Addr)
		}
	}
}

// checkPolicies evaluates the policies, for every project and for some operations.
func checkPolicies(t *testing.T, c *Config, size int) diag.List {
	t.Helper()
	operations := []policy.Operation{{Project: addr.Address{Kind: addr.Project, Name: "gone", Key: "x"}, Kind: "destroy", Reason: "undeclared", Blocked: true}}
	for _, p := range c.Projects {
		operations = append(operations, policy.Operation{Project: p.Addr, Kind: "update", Reason: "settings", Changes: []string{"access"}})
	}
	diags := append(c.CheckProjects(), c.CheckOperations(operations)...)
	for _, d := range diags {
		checkRange(t, c, d.Subject, size)
		checkRange(t, c, d.Context, size)
		if d.Code == "" || d.Summary == "" || d.Detail == "" || d.Fix == "" || strings.Contains(d.Error(), canary) && !bytes.Contains(c.Sources[DefaultFile], []byte(canary)) {
			t.Errorf("not what a diagnostic is: %+v", d)
		}
	}
	return diags
}

func FuzzFormat(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, src []byte) {
		once, diags := Format(src, "x.hcl")
		if diags.HasErrors() {
			if !bytes.Equal(once, src) {
				t.Error("broken text was changed")
			}
			return
		}
		twice, diags := Format(once, "x.hcl")
		if diags.HasErrors() || !bytes.Equal(once, twice) {
			t.Errorf("formatting again changes it:\n%q\n%q\n%q\n%v", src, once, twice, diags)
		}
	})
}
