package view

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"buckethead/config/diag"
	"buckethead/config/words"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/observed"
)

// tenants is a plan to provision so many tenants.
func tenants(n int) *planner.Plan {
	const r2, op = "cloudflare_r2.main", "onepassword.eng"
	p := &planner.Plan{Stack: "acme-prod"}
	for i := range n {
		key := fmt.Sprintf("customer-%04d", i+1)
		p.Operations = append(p.Operations, planner.Operation{Address: project(fmt.Sprintf("tenant[%q]", key)), Kind: planner.Provision,
			Reason: planner.Reason{Word: "new", Text: "declared, not created yet"}, Cloud: r2, Secrets: op,
			Bucket: bucket("acme-prod-" + key), Location: "weur", ItemTitle: "tenant " + key,
			Calls: []observed.Calls{{Connection: r2, Vendor: "cloudflare_r2", Reads: 1, Writes: 2}, {Connection: op, Vendor: "onepassword", Writes: 1}}})
	}
	for i := range p.Operations {
		p.Operations[i].Acts = acts(p.Operations[i])
	}
	return p
}

// show returns what the view of a format writes about a plan.
func show(t *testing.T, format string, width int, p *planner.Plan) string {
	t.Helper()
	var out, errs bytes.Buffer
	o := options()
	o.Width = width
	v, err := New(format, &out, &errs, o)
	if err != nil {
		t.Fatal(err)
	}
	v.Plan(p)
	if v.Done(End{Command: "plan"}); errs.Len() > 0 {
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
		}{"txt": {"human", 0}, "80.txt": {"human", 80}, "60.txt": {"human", 60}, "jsonl": {"json", 0}, "md": {"markdown", 0}, "mmd": {"mermaid", 0}} {
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
		if got := strings.Count(text, "+ provision"); got != n || !strings.Contains(strings.ReplaceAll(text, "\n  ", " "), "\nPlan: 2,000 to provision.\nCalls: Cloudflare 6,000 of 1,200 per 5 minutes (at least 20 minutes); 1Password 2,000 writes (a token has 100 an hour).\n") {
			t.Errorf("width %d: %d operations, and it ends with %q", width, got, text[len(text)-200:])
		}
	}
	changes, lines := 0, show(t, "json", 0, p)
	if types := validLines(t, lines); len(types) != n+3 {
		t.Errorf("%d lines", len(types))
	}
	for l := range strings.Lines(lines) {
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
	want := "\n\n" + words.Number(n-shown) + " of 2,000 operations are left out here, none of them blocked, failed or to destroy; `bh plan` shows all of them.\n"
	if !strings.Contains(text, want) || !strings.HasSuffix(text, "Plan digest `"+p.Digest()+"`\n\n<!-- bh:digest "+p.Digest()+" -->\n") {
		t.Errorf("it does not say what is left out, or lacks its end: %q", text[len(text)-400:])
	}
	golden(t, "plan-2000.head.md", []byte(text[:1000]))
	golden(t, "plan-2000.tail.md", []byte(text[strings.LastIndex(text, "| `+` |"):]))
	golden(t, "plan-2000.mmd", []byte(show(t, "mermaid", 0, p)))
	human := show(t, "human", 80, p)
	golden(t, "plan-2000.head.txt", []byte(human[:1000]))
	golden(t, "plan-2000.tail.txt", []byte(human[len(human)-1000:]))
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, "|") && !strings.HasSuffix(l, "|\n") {
			t.Errorf("a row is cut: %q", l)
		}
	}
}

// TestMarkdown_longTexts: texts of any length leave a comment that can be posted, and
// no operation without its row.
func TestMarkdown_longTexts(t *testing.T) {
	p := tenants(2)
	for range 50 {
		p.Operations[0].Notes = append(p.Operations[0].Notes, strings.Repeat("日", MarkdownLimit))
	}
	text := show(t, "markdown", 0, p)
	if len(text) >= MarkdownLimit || strings.Count(text, "\n| `+` | provision |") != 2 || !strings.Contains(text, "\n- 20 more\n") {
		t.Errorf("%d characters: %.300s", len(text), text)
	}
}

// TestMarkdown_graveFirst: what is blocked, destroys or failed has its row and its
// details before anything else has, wherever it stands in the plan.
func TestMarkdown_graveFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1500).Draw(t, "operations")
		graveEvery := rapid.IntRange(1, 400).Draw(t, "every")
		long := strings.Repeat("x", rapid.IntRange(0, 400).Draw(t, "long"))
		p := tenants(n)
		for i := range p.Operations {
			o := &p.Operations[i]
			o.Notes = []string{"note " + long}
			if i%graveEvery == graveEvery-1 {
				o.Kind, o.Blocked = planner.Destroy, []planner.Objection{{Word: "w", Text: "it is full " + long, Fix: "Empty it."}}
			}
		}
		text := PlanMarkdown(p, options())
		if len(text) >= MarkdownLimit {
			t.Fatalf("%d bytes", len(text))
		}
		grave := n / graveEvery
		shown, shownGrave := strings.Count(text, "\n| `+` |"), strings.Count(text, "\n| `-` |")
		if shown > 0 && shownGrave < grave || shown+shownGrave < n && !strings.Contains(text, "operations are left out here") {
			t.Fatalf("%d of %d rows that destroy, and %d others", shownGrave, grave, shown)
		}
		details, detailsGrave := strings.Count(text, "\n`+` provision"), strings.Count(text, "\n`-` destroy")
		if details > 0 && detailsGrave < grave {
			t.Fatalf("details of %d of %d that destroy, and of %d others", detailsGrave, grave, details)
		}
		if strings.Count(text, "<details") != strings.Count(text, "</details>") || strings.Count(text, "```")%2 != 0 {
			t.Fatal("something is not closed")
		}
	})
}

// TestMarkdown_manyFaults: an apply of which everything failed still fits, and has
// rows beside its faults.
func TestMarkdown_manyFaults(t *testing.T) {
	const n = 2000
	p, r := tenants(n), executor.Report{}
	for _, o := range p.Operations {
		r.Results = append(r.Results, executor.Result{Address: o.Address, Kind: o.Kind, Outcome: executor.Failed,
			Diagnostics: diag.List{{Severity: diag.Error, Kind: diag.Kind{Code: "BH4004", Summary: "It failed"}, Address: o.Address, Detail: strings.Repeat("日", 400)}}})
	}
	var out bytes.Buffer
	v, _ := New("markdown", &out, io.Discard, options())
	v.Plan(p)
	v.Report(p, r)
	v.Done(End{Command: "apply", Exit: 1})
	text := out.String()
	if len(text) >= MarkdownLimit || !strings.Contains(text, "### bh apply: not complete, 0 done, 2,000 failed\n") ||
		!strings.Contains(text, "of 2,000 faults are left out here.") || strings.Count(text, "| **failed** |") < 100 || !strings.Contains(text, "of them blocked, failed or to destroy**") {
		t.Errorf("%d bytes: %.2000s", len(text), text)
	}
}
