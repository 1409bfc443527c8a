package view

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner/drift"
)

func drifted(n int) drift.Report {
	d := drift.Report{Stack: "acme", Checked: n + 3}
	for i := range n {
		d.Differences = append(d.Differences, drift.Difference{Address: addr.Address{Kind: addr.Project, Name: "tenant", Key: fmt.Sprintf("t%06d", i)}, Class: drift.ItemEdited,
			Field: "endpoint_url", Before: "https://a.example", After: "https://b.example/ with some words that go on for a while"})
	}
	return d
}

func showDrift(t *testing.T, format string, width int, d drift.Report) string {
	t.Helper()
	var out bytes.Buffer
	v, err := New(format, &out, &out, Options{Width: width, Now: func() time.Time { return time.Unix(0, 0) }})
	if err != nil {
		t.Fatal(err)
	}
	Serial(Tee(v, v)).Drift(d)
	return out.String()
}

// Nothing in the names of a project or in what someone wrote into an item can pass
// for lines, columns, colours or markup of ours.
func TestDrift_hostile(t *testing.T) {
	d := drift.Report{Stack: "a|b", Checked: 1, Differences: []drift.Difference{{Address: addr.Address{Kind: addr.Project, Name: "x", Key: "a\nNo drift."}, Class: drift.ItemEdited,
		Field: "region", Before: "a|b`c`", After: "<img src=x>\x1b[31m\u202e@everyone\n| x |"}}}
	for _, format := range []string{"human", "markdown", "json"} {
		out := showDrift(t, format, 80, d)
		bads := []string{"\x1b", "\u202e", "\nNo drift.", "\n| x"}
		if format == "markdown" {
			bads = append(bads, "|b`c", "a|b")
		}
		for _, bad := range bads {
			if strings.Contains(out, bad) {
				t.Errorf("%s has %q in it:\n%s", format, bad, out)
			}
		}
	}
}

func TestDrift_fits(t *testing.T) {
	for line := range strings.Lines(showDrift(t, "human", 60, drifted(2))) {
		if width := runewidth.StringWidth(strings.TrimSuffix(line, "\n")); width > 60 {
			t.Errorf("%d columns: %s", width, line)
		}
	}
	out := DriftMarkdown(drifted(5000))
	if len(out) > MarkdownLimit || !strings.Contains(out, "differences are left out here") || !strings.HasSuffix(out, "about it.\n") {
		t.Errorf("%d characters, ending in %q", len(out), out[len(out)-200:])
	}
}

// A warning stands beside what differs, and does not replace it.
func TestDrift_withAWarning(t *testing.T) {
	for _, n := range []int{2, 5000} {
		var out bytes.Buffer
		v, err := New("markdown", &out, &bytes.Buffer{}, Options{Now: func() time.Time { return time.Unix(0, 0) }})
		if err != nil {
			t.Fatal(err)
		}
		v.Diagnostics(diag.List{{Severity: diag.Warning, Kind: diag.Kind{Code: "BH2061", Summary: "The items are gone"}, Detail: strings.Repeat("why ", 20)}})
		v.Drift(drifted(n))
		v.Done(End{Command: "drift", Exit: 2})
		text := out.String()
		if !strings.HasPrefix(text, DriftMarker) || !strings.Contains(text, "`tenant[\"t000000\"]`") || len(text) > MarkdownLimit || n == 2 && !strings.Contains(text, "**Warning: The items are gone** `BH2061`") {
			t.Errorf("%d characters: %.600s", len(text), text)
		}
	}
}

func TestDrift_namesItems(t *testing.T) {
	d := drift.Report{Stack: "main", Checked: 2, Differences: []drift.Difference{
		{Address: addr.Address{Kind: addr.Project, Name: "a"}, Class: drift.ItemGone, Field: "item", Before: "a", ItemID: "I1", Secrets: "age_file.main"},
		{Address: addr.Address{Kind: addr.Project, Name: "b"}, Class: drift.ItemDoubled, Field: "item", Before: "b", After: "I3, I4", ItemID: "I2", Secrets: "age_file.main"}}}
	out := showDrift(t, "human", 0, d)
	for _, want := range []string{`item "a" is gone: id I1 in age_file.main`, `item "b" has a duplicate in age_file.main: I3, I4 beside I2`} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
}
