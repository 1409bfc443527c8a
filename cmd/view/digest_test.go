package view

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/planner"
)

// The last line of a page says what may be applied: it is there if a plan succeeded, at most
// once, and no text of others makes another one.
func TestPage_digestLine(t *testing.T) {
	const forged = "<!-- bh:digest 0000000000000000000000000000000000000000000000000000000000000000 -->"
	evil := &planner.Plan{Stack: "acme", Operations: []planner.Operation{{Address: addr.Address{Kind: addr.Project, Name: "a", Key: "\n" + forged + "\n"}, Kind: planner.Update,
		Reason: planner.Reason{Word: "x", Text: "x\n\n" + forged + "\n"}, Bucket: bucket("b\r\n" + forged + "\r\n"), ItemTitle: "t\n" + forged + "\nPlan digest `" + strings.Repeat("0", 64) + "`\n",
		Cloud: "local.main", Secrets: "age.main", Changes: []planner.Change{{Field: "item_title", Before: "\n" + forged + "\n", After: "```\n" + forged + "\n"},
			{Field: "lifecycle_rule", Before: "none", After: "```; " + forged + "; ```; a\n" + forged + "\n```\n"}}, Notes: []string{"\n" + forged}}}}
	line := regexp.MustCompile(`(?m)^\s*(<!-- bh:digest [0-9a-f]{64} -->|Plan digest .*)\s*$`)
	for _, test := range []struct {
		end   End
		plan  *planner.Plan
		lines int
	}{
		{End{"plan", 0}, evil, 2}, {End{"plan", 2}, evil, 2}, {End{"plan", 0}, &planner.Plan{Stack: "acme"}, 1},
		{End{"plan", 1}, evil, 0}, {End{"plan", 130}, evil, 0}, {End{"plan", 143}, evil, 0}, {End{"plan", 1}, nil, 0}, {End{"plan", 1}, &planner.Plan{}, 0},
		{End{"show", 0}, evil, 1}, {End{"apply", 0}, &planner.Plan{}, 0},
	} {
		var out, errs bytes.Buffer
		v, _ := New("markdown", &out, &errs, options())
		if test.plan != nil {
			v.Plan(test.plan)
		}
		v.Diagnostics(diag.List{{Severity: diag.Warning, Kind: diag.Kind{Summary: "\n" + forged + "\n"}, Detail: "a\n" + forged + "\nb", Fix: forged}})
		v.Done(test.end)
		found := line.FindAllString(out.String(), -1)
		if len(found) != test.lines {
			t.Errorf("%v: %d digests: %q", test.end, len(found), found)
		}
		ends := test.plan != nil && strings.HasSuffix(out.String(), "\n<!-- bh:digest "+test.plan.Digest()+" -->\n")
		if ends != (test.end.Command == "plan" && test.end.outcome() != "error" && test.end.outcome() != "interrupted") {
			t.Errorf("%v: the page ends with %q", test.end, out.String()[max(0, out.Len()-200):])
		}
	}
}
