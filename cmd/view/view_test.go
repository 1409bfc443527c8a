package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
	"buckethead/planner/observed"
	"buckethead/vendors"
)

var update = flag.Bool("update", false, "write what the views show into testdata/golden")

// golden compares with a file of testdata/golden.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("..", "..", "testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s\ngot:\n%s\nwant:\n%s", name, got, want)
	}
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func options() Options {
	return Options{
		Version: "0.1.0", Now: func() time.Time { return noon },
		Reference: func(connection, _, title string) string {
			if connection == "gone.main" {
				return ""
			}
			return "op://Engineering/" + title
		},
		VendorTitle: func(vendor string) string {
			return map[string]string{"cloudflare_r2": "Cloudflare", "onepassword": "1Password"}[vendor]
		},
		VendorWrites: func(vendor string) (int, string) {
			if vendor == "onepassword" {
				return 100, "a token has 100 an hour"
			}
			return 0, ""
		},
		VendorLimit: func(vendor string) (int, time.Duration) {
			if vendor == "cloudflare_r2" {
				return 1200, 5 * time.Minute
			}
			return 0, 0
		},
	}
}

func project(label string) addr.Address {
	p, err := addr.ParseProject(label)
	if err != nil {
		panic(err)
	}
	return p
}

func bucket(name string) vendors.BucketID { return vendors.BucketID{Name: name} }

// everyKind is a plan with an operation of each kind, and with names that a view
// has to be careful with.
func everyKind() *planner.Plan {
	const r2, op = "cloudflare_r2.main", "onepassword.eng"
	p := &planner.Plan{Stack: "acme-prod", Lineage: "l", Mode: planner.Normal, Operations: []planner.Operation{
		{Address: project("pictures"), Kind: planner.Move, Reason: planner.Reason{Word: "moved", Text: "a moved block renames photos"},
			Changes: []planner.Change{{Field: "address", Before: "project.photos", After: "project.pictures"}}},
		{Address: project("old_name"), Kind: planner.Forget, Reason: planner.Reason{Word: "removed", Text: "a removed block forgets it"}},
		{Address: project("photos"), Kind: planner.Provision, Reason: planner.Reason{Word: "new", Text: "declared, not created yet"},
			Cloud: r2, Secrets: op, Bucket: bucket("acme-prod-photos"), Location: "weur", ItemTitle: "photos (prod)",
			Calls: []observed.Calls{{Connection: r2, Vendor: "cloudflare_r2", Reads: 1, Writes: 2}, {Connection: op, Vendor: "onepassword", Writes: 1}}},
		{Address: project(`tenant["north"]`), Kind: planner.Adopt, Reason: planner.Reason{Word: "adopt", Text: "the bucket is there, and adopt is set"},
			Cloud: r2, Secrets: op, Bucket: vendors.BucketID{Name: "acme-prod-north", Namespace: "eu"}, ItemTitle: `tenant["north"]`},
		{Address: project("vendor_drop"), Kind: planner.Register, Reason: planner.Reason{Word: "new", Text: "declared, not created yet"},
			Secrets: op, Bucket: bucket("vendor-drop"), ItemTitle: "vendor_drop",
			Calls: []observed.Calls{{Connection: op, Vendor: "onepassword", Reads: 1, Writes: 1}}},
		{Address: project("reports"), Kind: planner.Update, Reason: planner.Reason{Word: "settings", Text: "access or allowed_ips changed"},
			Cloud: r2, Secrets: op, Bucket: bucket("acme-prod-reports"), ItemTitle: "reports", ItemID: "I1",
			Changes: []planner.Change{{Field: "access", Before: "read_write", After: "read_only"}, {Field: "allowed_ips", After: "192.0.2.0/24"},
				{Field: "secret_access_key", Sensitive: true}}},
		{Address: project("billing"), Kind: planner.Rotate, Reason: planner.Reason{Word: "rotation_due", Text: "rotation due since 2026-11-20"},
			Cloud: r2, Secrets: op, Bucket: bucket("acme-prod-billing"), ItemTitle: "billing", ItemID: "I2", Notes: []string{"the old key works until 2026-11-30"},
			Calls: []observed.Calls{{Connection: r2, Vendor: "cloudflare_r2", Reads: 1, Writes: 1}, {Connection: op, Vendor: "onepassword", Writes: 1}}},
		{Address: project("half"), Kind: planner.Heal, Reason: planner.Reason{Word: "left_behind", Text: "a credential was left behind"}},
		{Address: project("old_site"), Kind: planner.Destroy, Reason: planner.Reason{Word: "undeclared", Text: "it is no longer declared"},
			Cloud: r2, Secrets: op, Bucket: bucket("acme-prod-old-site"), ItemTitle: "old_site", ItemID: "I3",
			Blocked: []planner.Objection{{Word: "not_empty", Text: "bucket holds objects", Fix: "Empty the bucket first."}}},
		{Address: project("old_drop"), Kind: planner.Destroy, Reason: planner.Reason{Word: "undeclared", Text: "it is no longer declared"},
			Secrets: "gone.main", ItemTitle: "old_drop"},
	}, Quotas: []planner.Quota{{Connection: r2, Vendor: "cloudflare_r2", Limit: 1500, Live: 1135, After: 1137}}}
	for i := range p.Operations {
		p.Operations[i].Acts = acts(p.Operations[i])
	}
	return p
}

// acts returns the steps of an operation of this kind, as a planner makes them.
func acts(o planner.Operation) []planner.Act {
	bucket, item := o.Bucket.Name, o.ItemTitle
	switch o.Kind {
	case planner.Provision:
		return []planner.Act{{Step: "create_bucket", Target: bucket}, {Step: "issue_credential"}, {Step: "store_credential", Target: item}, {Step: "verify_credential"}}
	case planner.Adopt:
		return []planner.Act{{Step: "claim_bucket", Target: bucket}, {Step: "issue_credential"}, {Step: "store_credential", Target: item}, {Step: "verify_credential"}}
	case planner.Register:
		return []planner.Act{{Step: "take_credential"}, {Step: "store_credential", Target: item}, {Step: "verify_credential"}}
	case planner.Update:
		return []planner.Act{{Step: "update_credential"}}
	case planner.Rotate:
		return []planner.Act{{Step: "issue_credential"}, {Step: "store_credential", Target: item}, {Step: "verify_credential"}}
	case planner.Move:
		return []planner.Act{{Step: "update_item", Target: item}, {Step: "move_record"}}
	case planner.Heal:
		return []planner.Act{{Step: "revoke_credential"}}
	case planner.Forget:
		return []planner.Act{{Step: "forget_record"}}
	case planner.Destroy:
		return []planner.Act{{Step: "probe_empty", Target: bucket}, {Step: "revoke_credential"}, {Step: "delete_bucket", Target: bucket}, {Step: "delete_item", Target: item}}
	}
	return nil
}

// hostile is a plan whose names come from outside and would harm a terminal, a
// table, or a page.
func hostile() *planner.Plan {
	long := strings.Repeat("a", 40) + "-the-end"
	return &planner.Plan{Stack: "st|ack`", Operations: []planner.Operation{
		{Address: addr.Address{Kind: addr.Project, Name: "wide", Key: "日本語のバケット名はとても長い名前になります"}, Kind: planner.Provision, Reason: planner.Reason{Word: "new"},
			Cloud: "local.main", Secrets: "age.main", Bucket: bucket("b-" + long), ItemTitle: "日本語 " + long},
		{Address: project("control"), Kind: planner.Provision, Reason: planner.Reason{Word: "new"},
			Cloud: "local.main", Secrets: "age.main", Bucket: bucket("b\x1b[2Jb"), ItemTitle: "line\rfeed `|<b>[x](http://y)\n+ provision  forged\u202e"},
		{Address: addr.Address{Kind: addr.Project, Name: "long", Key: long}, Kind: planner.Update, Reason: planner.Reason{Word: "item", Text: "the item was edited outside of bh, and this sentence goes on for long"},
			Changes: []planner.Change{{Field: "item_title", Before: "a|b", After: "c\nd"}}},
	}}
}

func TestPlan_golden(t *testing.T) {
	for _, plan := range []struct {
		name string
		plan *planner.Plan
	}{{"every", everyKind()}, {"settings", withSettings(t)}, {"hostile", hostile()}, {"empty", &planner.Plan{Stack: "acme-prod"}}} {
		for _, form := range []struct {
			name, format string
			width        int
			color        bool
			verbose      bool
		}{{"txt", "human", 0, false, false}, {"80.txt", "human", 80, false, false}, {"color.txt", "human", 0, true, false},
			{"verbose.txt", "human", 100, false, true}, {"jsonl", "json", 0, false, false}, {"md", "markdown", 0, false, false}, {"mmd", "mermaid", 0, false, false}} {
			t.Run(plan.name+"."+form.name, func(t *testing.T) {
				var out, errs bytes.Buffer
				o := options()
				o.Width, o.Color, o.Verbose = form.width, form.color, form.verbose
				v, err := New(form.format, &out, &errs, o)
				if err != nil {
					t.Fatal(err)
				}
				v.Plan(plan.plan)
				v.Done(End{Command: "plan"})
				if errs.Len() > 0 {
					t.Errorf("a plan is a result, and something went to the other stream: %q", errs.String())
				}
				if strings.ContainsAny(out.String(), "\x1b\r\u202e") != (form.color && !plan.plan.Empty()) && form.format != "json" {
					t.Errorf("colour, or a control character: %q", out.String())
				}
				golden(t, "plan-"+plan.name+"."+form.name, out.Bytes())
			})
		}
	}
}

// TestPlan_fitsTheTerminal: the lines of a plan break between words where the terminal ends.
// Nothing is cut, so a line is too long only if one word is, or a reference, which is to be copied.
func TestPlan_fitsTheTerminal(t *testing.T) {
	head := regexp.MustCompile(`^(\S \S+)? *[-+]? *`)
	for _, width := range []int{60, 80, 100, 132} {
		for _, plan := range []*planner.Plan{everyKind(), withSettings(t), hostile(), tenants(3), granting()} {
			var out bytes.Buffer
			o := options()
			o.Width = width
			v, _ := New("human", &out, &out, o)
			v.Plan(plan)
			for _, l := range strings.Split(out.String(), "\n") {
				if words := head.ReplaceAllString(l, ""); strings.Contains(l, "\u2026") || runewidth.StringWidth(l) > width &&
					strings.Contains(words, " ") && !strings.HasPrefix(l, "      -> ") {
					t.Errorf("%d columns on a terminal of %d: %s", runewidth.StringWidth(l), width, l)
				}
			}
		}
	}
}

func report() (*planner.Plan, executor.Report) {
	failed := diag.List{{Severity: diag.Error, Kind: diag.Kind{Code: "BH4001", Summary: "Step failed"}, Address: project("reports"),
		Detail: "update credential: cloudflare_r2: update token: permission denied (code 9109).", Fix: "Give the token the permission, and apply again."}}
	return everyKind(), executor.Report{Results: []executor.Result{
		{Address: project("photos"), Kind: planner.Provision, Outcome: executor.Done, Reference: "op://Engineering/photos (prod)", Started: noon, Ended: noon.Add(1500 * time.Millisecond)},
		{Address: project("reports"), Kind: planner.Update, Outcome: executor.Failed, Diagnostics: failed, Started: noon, Ended: noon},
		{Address: project("old_site"), Kind: planner.Destroy, Outcome: executor.Blocked},
		{Address: project("billing"), Kind: planner.Rotate, Outcome: executor.Interrupted},
	}, Interrupted: true}
}

func TestReport_golden(t *testing.T) {
	for _, format := range []string{"human", "json", "markdown", "mermaid"} {
		t.Run(format, func(t *testing.T) {
			var out, errs bytes.Buffer
			o := options()
			o.ErrWidth = 60
			v, err := New(format, &out, &errs, o)
			if err != nil {
				t.Fatal(err)
			}
			plan, r := report()
			for _, e := range []executor.Event{
				executor.OperationStarted{Address: project("photos"), Kind: planner.Provision, At: noon},
				executor.StepStarted{Address: project("photos"), Step: "create_bucket", Target: "acme-prod-photos", At: noon},
				executor.StepDone{Address: project("photos"), Step: "create_bucket", Target: "acme-prod-photos", At: noon, Err: errors.New("never shown twice")},
				executor.Waiting{Address: project("photos"), Why: "the provider asks to wait", Until: noon.Add(time.Minute)},
				executor.OperationDone{Result: r.Results[0]}, executor.OperationDone{Result: r.Results[1]},
			} {
				v.Event(e)
			}
			v.Note("A sentence.")
			v.Report(plan, r)
			v.Done(End{Command: "apply", Exit: 130})
			golden(t, "report."+format+".txt", []byte("--- stdout\n"+out.String()+"--- stderr\n"+errs.String()))
		})
	}
}

// TestReport_page: the page of an apply has the plan in it, and what became of it.
func TestReport_page(t *testing.T) {
	var out, errs bytes.Buffer
	v, _ := New("markdown", &out, &errs, options())
	plan, r := report()
	v.Plan(plan)
	v.Report(plan, r)
	v.Fault(errors.New("close: no room"))
	v.Done(End{Command: "apply", Exit: 1})
	golden(t, "report.page.md", out.Bytes())
}

// TestFault_page: a command that has nothing but a fault to show has a page as well,
// and one with nothing to show has none.
func TestFault_page(t *testing.T) {
	var out, errs bytes.Buffer
	o := options()
	o.Stack = "acme-prod"
	v, _ := New("markdown", &out, &errs, o)
	v.Diagnostics(diag.List{{Severity: diag.Warning, Kind: diag.Kind{Code: "BH1001", Summary: "A <b>warning</b>"}, Detail: "One.\n  Two | three.", Fix: "Do it.", Address: project("photos"),
		Subject: diag.Range{File: "buckets.hcl", Start: diag.Pos{Line: 3}}}})
	v.Fault(errors.New("it | cannot\n  be helped"))
	v.Done(End{Command: "plan", Exit: 1})
	golden(t, "fault.page.md", out.Bytes())
	out.Reset()
	v, _ = New("markdown", &out, &errs, o)
	v.Note("nothing")
	if v.Done(End{Command: "status"}); out.Len() > 0 {
		t.Errorf("there is a page of nothing: %s", &out)
	}
	v, _ = New("markdown", &out, &errs, o)
	if v.Done(End{Command: "plan", Exit: 130}); out.String() != "<!-- bh:plan stack=acme-prod -->\n### bh plan: interrupted\n\nStack `acme-prod`.\n" {
		t.Errorf("a run that was interrupted has the page %q", &out)
	}
}

// TestJSON_lines: each line is an object with the five common fields, and the first
// one says which version of the lines this is.
func TestJSON_lines(t *testing.T) {
	var out bytes.Buffer
	v, err := New("json", &out, &out, options())
	if err != nil {
		t.Fatal(err)
	}
	plan, r := report()
	v.Plan(plan)
	v.Report(plan, r)
	v.Diagnostics(diag.List{{Severity: diag.Warning, Kind: diag.Kind{Summary: "A warning"}}})
	for i, l := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var object map[string]any
		if err := json.Unmarshal([]byte(l), &object); err != nil {
			t.Fatalf("line %d: %v", i, err)
		}
		for _, field := range []string{"@level", "@message", "@module", "@timestamp", "type"} {
			if text, _ := object[field].(string); text == "" {
				t.Errorf("line %d has no %s: %s", i, field, l)
			}
		}
		if (object["type"] == "version") != (i == 0) {
			t.Errorf("line %d is of type %v", i, object["type"])
		}
	}
}

func TestQuotas(t *testing.T) {
	two := &planner.Plan{Quotas: []planner.Quota{{Connection: "cloudflare_r2.a", Vendor: "cloudflare_r2", Limit: 500, Live: 130, After: 137},
		{Connection: "cloudflare_r2.b", Vendor: "cloudflare_r2", Limit: 50, After: 3}}}
	if got, want := quotasText(two, options()), "Credentials: Cloudflare (cloudflare_r2.a) 137 of 500; Cloudflare (cloudflare_r2.b) 3 of 50 after this plan."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := quotasText(&planner.Plan{}, options()); got != "" {
		t.Errorf("no limit, and got %q", got)
	}
}

// TestMarkdown_limit: the largest plan fits a pull request comment, and says what is
// left out.
func TestMarkdown_limit(t *testing.T) {
	p := everyKind()
	for range 12 {
		p.Operations = append(p.Operations, p.Operations...)
		if len(p.Operations) > 20_000 {
			break
		}
	}
	text := PlanMarkdown(p, options())
	if n := len(text); n >= MarkdownLimit || n < MarkdownLimit/2 {
		t.Errorf("%d characters, and the limit is %d", n, MarkdownLimit)
	}
	if !strings.Contains(text, "operations are left out here, **") || !strings.Contains(text, "Plan digest") {
		t.Error("it does not say that something is left out, or lacks its end")
	}
}

func TestDiagnostic_golden(t *testing.T) {
	source := []byte("project \"photos\" {\n\tbukcet = \"日本\" # no such thing\n  protect = true\n}\nlast")
	at := func(from, to string) diag.Range {
		start := bytes.Index(source, []byte(from))
		end := bytes.Index(source, []byte(to)) + len(to)
		line := bytes.Count(source[:start], []byte("\n")) + 1
		return diag.Range{File: "buckets.hcl", Start: diag.Pos{Line: line, Column: 1, Byte: start}, End: diag.Pos{Line: line, Byte: end}}
	}
	list := diag.List{
		{Severity: diag.Error, Kind: diag.Kind{Code: "BH1005", Summary: "Unknown attribute"}, Detail: "A project has no attribute \"bukcet\".", Fix: "Did you mean \"bucket\"?", Address: project("photos"), Subject: at("bukcet", "bukcet")},
		{Severity: diag.Warning, Kind: diag.Kind{Summary: "Over a wide character"}, Subject: at("\"日本\"", "\"日本\"")},
		{Severity: diag.Error, Kind: diag.Kind{Summary: "Over several lines"}, Subject: at("project", "}")},
		{Severity: diag.Error, Kind: diag.Kind{Summary: "At the end of the file"}, Subject: at("last", "last")},
		{Severity: diag.Error, Kind: diag.Kind{Summary: "Beyond the file"}, Subject: diag.Range{File: "buckets.hcl", Start: diag.Pos{Line: 99, Byte: 9999}, End: diag.Pos{Byte: 10000}}},
		{Severity: diag.Error, Kind: diag.Kind{Summary: "In a file that nobody kept"}, Subject: diag.Range{File: "other.hcl", Start: diag.Pos{Line: 3}}},
		{Severity: diag.Error, Kind: diag.Kind{Summary: "In no file"}, Address: project("photos"), Detail: "A long sentence that has to be broken where the terminal ends, and\n  bh plan --with a command that stays whole whatever the terminal's width is\nand one more.", Fix: "One\x1b[31mred."},
	}
	var plain, colored bytes.Buffer
	o := options()
	o.Sources = map[string][]byte{"buckets.hcl": source}
	o.ErrWidth = 60
	(&human{out: &plain, err: &plain, o: o}).Diagnostics(list)
	golden(t, "diagnostics.txt", plain.Bytes())
	o.ErrColor = true
	(&human{out: &colored, err: &colored, o: o}).Diagnostics(list[:2])
	golden(t, "diagnostics.color.txt", colored.Bytes())
}

func TestNew_format(t *testing.T) {
	if _, err := New("yaml", nil, nil, options()); err == nil || !strings.Contains(err.Error(), "human, json, markdown and mermaid") {
		t.Errorf("got %v", err)
	}
}

// TestSerial_andTee: both views see everything, one call at a time.
func TestSerial_andTee(t *testing.T) {
	var a, b bytes.Buffer
	human, _ := New("human", &a, &a, options())
	lines, _ := New("json", &b, &b, options())
	v := Serial(Tee(human, lines))
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			v.Note("note")
			v.Event(executor.Waiting{Address: project("photos"), Why: "event", Until: noon})
			v.Diagnostics(diag.List{{Severity: diag.Error, Kind: diag.Kind{Summary: "fault"}}})
			v.Plan(&planner.Plan{})
			v.Report(nil, executor.Report{})
		})
	}
	wg.Wait()
	for _, text := range []string{"note\n", "event", "Error: fault", "No changes.", "Apply complete: 0 done."} {
		if got := strings.Count(a.String(), text); got != 20 {
			t.Errorf("people saw %q %d times, want 20", text, got)
		}
	}
	if got := strings.Count(b.String(), "\n"); got != 1+20*5 {
		t.Errorf("%d lines, want %d", got, 1+20*5)
	}
}

func TestFit(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width int
		want  string
	}{
		{"short", 10, "short"}, {"short", 0, "short"}, {"a-rather-long-name", 9, "a-ra…name"}, {"a-rather-long-name", 3, "a-r"},
		{"日本語のバケット", 9, "日本…ット"},
	} {
		if got := fit(tt.text, tt.width); got != tt.want || tt.width > 0 && runewidth.StringWidth(got) > tt.width {
			t.Errorf("fit(%q, %d) = %q, want %q", tt.text, tt.width, got, tt.want)
		}
	}
}

func TestTableWithin(t *testing.T) {
	rows := [][]string{{"PROJECT", "EXPIRES", "KEY", "ITEM"}, {"photos", "-", "BHL1", "op://Engineering/photos"}, {"line\nbreak", "-", "BHL2", "-"}}
	for _, tt := range []struct {
		name  string
		width int
		want  string
	}{
		{"no terminal", 0, "PROJECT     EXPIRES  KEY   ITEM\nphotos      -        BHL1  op://Engineering/photos\nline break  -        BHL2  -\n"},
		{"wide enough", 80, "PROJECT     EXPIRES  KEY   ITEM\nphotos      -        BHL1  op://Engineering/photos\nline break  -        BHL2  -\n"},
		{"without what says nothing", 45, "PROJECT     KEY   ITEM\nphotos      BHL1  op://Engineering/photos\nline break  BHL2  -\n"},
		{"the last column below", 30, "PROJECT     KEY\nphotos      BHL1\n      op://Engineering/photos\nline break  BHL2\n"},
		{"all columns below the first", 15, "photos\n      key BHL1\n      op://Engineering/photos\nline break\n      key BHL2\n"},
	} {
		if got := TableWithin(rows, tt.width); got != tt.want {
			t.Errorf("%s:\n%s\nwant:\n%s", tt.name, got, tt.want)
		}
	}
	if got := TableWithin(nil, 10); got != "" {
		t.Errorf("a table of nothing is %q", got)
	}
	if rows[2][0] != "line\nbreak" {
		t.Error("the rows were changed")
	}
}

// TestFields: a long value breaks between words, a reference does not.
func TestFields(t *testing.T) {
	rows := [][]string{{"  allowed_ips", "192.0.2.0/24, 198.51.100.0/24, 203.0.113.0/24"}, {"  item", "op://Engineering/a long title of photos"}, {"  none", ""}}
	want := "  allowed_ips  192.0.2.0/24, 198.51.100.0/24,\n               203.0.113.0/24\n  item         op://Engineering/a long title of photos\n  none\n"
	if got := Fields(rows, 45); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := Fields(rows[:1], 0); got != Table(rows[:1]) {
		t.Errorf("without a terminal: %q", got)
	}
}

// TestReport_narrow: where names and references do not fit side by side, they stand
// one below the other.
func TestReport_narrow(t *testing.T) {
	var out bytes.Buffer
	o := options()
	o.Width = 60
	v, _ := New("human", &out, &out, o)
	name := addr.Address{Kind: addr.Project, Name: "tenant", Key: strings.Repeat("long-", 12)}
	v.Report(nil, executor.Report{Results: []executor.Result{{Address: name, Kind: planner.Provision, Outcome: executor.Done, Reference: "op://Engineering/" + name.Key}}})
	want := "tenant[\"" + name.Key + "\"]\n      -> op://Engineering/" + name.Key + "\nApply complete: 1 done.\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}
