package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"buckethead/planner"
)

// tenants is a plan to provision so many tenants.
func tenants(n int) *planner.Plan {
	const r2, op = "cloudflare_r2.main", "onepassword.eng"
	p := &planner.Plan{Stack: "acme-prod"}
	for i := range n {
		key := fmt.Sprintf("customer-%04d", i+1)
		p.Operations = append(p.Operations, planner.Operation{Project: project(fmt.Sprintf("tenant[%q]", key)), Kind: planner.Provision,
			Reason: planner.Reason{Word: "new", Text: "declared and not there yet"}, Cloud: r2, Secrets: op,
			Bucket: bucket("acme-prod-" + key), Location: "weur", ItemTitle: "tenant " + key,
			Calls: []planner.Calls{{Connection: r2, Vendor: "cloudflare_r2", Reads: 1, Writes: 2}, {Connection: op, Vendor: "onepassword", Writes: 1}}})
	}
	return p
}

// show gives what a view of a format writes about a plan.
func show(t *testing.T, format string, width int, p *planner.Plan) string {
	t.Helper()
	var out, errs bytes.Buffer
	o := options()
	o.Width = width
	v, err := New(format, &out, &errs, o)
	if err != nil {
		t.Fatal(err)
	}
	if v.Plan(p); errs.Len() > 0 {
		t.Errorf("a plan is a result, and something went to the other stream: %q", errs.String())
	}
	return out.String()
}

// TestPlan_sizes shows plans of one operation and of seven in every form, and plans
// of every kind and with bad names on a narrow terminal.
func TestPlan_sizes(t *testing.T) {
	for _, n := range []int{1, 7} {
		for name, form := range map[string]struct {
			format string
			width  int
		}{"txt": {"human", 0}, "80.txt": {"human", 80}, "60.txt": {"human", 60}, "jsonl": {"json", 0}, "md": {"markdown", 0}} {
			golden(t, fmt.Sprintf("plan-%d.%s", n, name), []byte(show(t, form.format, form.width, tenants(n))))
		}
	}
	golden(t, "plan-every.60.txt", []byte(show(t, "human", 60, everyKind())))
	golden(t, "plan-hostile.60.txt", []byte(show(t, "human", 60, hostile())))
}

// TestPlan_large: a plan of two thousand is whole for people and programs. For a
// pull request it is cut between two rows, and says how many it lacks.
func TestPlan_large(t *testing.T) {
	const n = 2000
	p := tenants(n)
	for _, width := range []int{0, 60, 80} {
		text := show(t, "human", width, p)
		if got := strings.Count(text, "+ provision"); got != n || !strings.Contains(text, "\nPlan: 2000 to provision.\nCalls: Cloudflare 6,000 of 1,200 per 5 minutes (at least 20 minutes); 1Password 2,000 writes (a token has 100 an hour).\n") {
			t.Errorf("width %d: %d operations, and it ends with %q", width, got, text[len(text)-200:])
		}
	}
	changes := 0
	for l := range strings.Lines(show(t, "json", 0, p)) {
		var object struct{ Type string }
		if err := json.Unmarshal([]byte(l), &object); err != nil {
			t.Fatal(err)
		}
		if object.Type == "planned_change" {
			changes++
		}
	}
	if changes != n {
		t.Errorf("%d changes for programs", changes)
	}
	text := show(t, "markdown", 0, p)
	shown := strings.Count(text, "\n| `+` | provision |")
	if len(text) >= MarkdownLimit || shown < 300 || shown >= n {
		t.Errorf("%d characters and %d operations for a pull request", len(text), shown)
	}
	want := fmt.Sprintf("\n\n%d of %d operations are left out here; `bh plan` shows all of them.\n", n-shown, n)
	if !strings.Contains(text, want) || !strings.Contains(text, "Plan digest `"+p.Digest()+"`\n") {
		t.Errorf("it does not say what is left out, or lacks its end: %q", text[len(text)-400:])
	}
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, "|") && !strings.HasSuffix(l, "|\n") {
			t.Errorf("a row is cut: %q", l)
		}
	}
}

// TestMarkdown_oneTooLarge: even an operation that fits nowhere leaves a comment
// that can be posted.
func TestMarkdown_oneTooLarge(t *testing.T) {
	p := tenants(2)
	p.Operations[0].Kind, p.Operations[0].Notes = planner.Rotate, []string{strings.Repeat("日", MarkdownLimit)}
	text := show(t, "markdown", 0, p)
	if len(text) >= MarkdownLimit || !strings.Contains(text, "2 of 2 operations are left out here") {
		t.Errorf("%d characters: %.300s", len(text), text)
	}
}
