package view

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"

	"buckethead/config/addr"
	"buckethead/config/diag"
	"buckethead/executor"
	"buckethead/planner"
)

// anyText draws names as they come from outside: wide, joined, right to left, with
// control characters, and with bytes that are no text.
func anyText() *rapid.Generator[string] {
	odd := rapid.SampledFrom([]string{"a", "-", " ", "日", "é", "e\u0301", "👩\u200d🚀", "🇩🇪", "ש", "\x1b[31m", "\u009b2J", "\r", "\n", "\t", "\x00", "\x7f",
		"\u202e", "\u2066", "\u061c", "\u200b", "\ufeff", "\u00ad", "\u2028", "\U000e0041", "\xff", "\xe2\x80", "|", "`", "<b>", "[x](y)", "@team", "\\", "&lt;", "..."})
	return rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOfN(odd, 0, 30), func(parts []string) string { return strings.Join(parts, "") }))
}

// TestFit_property: never wider than asked, always text, both ends of the name, and
// whole where it fits.
func TestFit_property(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, width := oneLine(anyText().Draw(t, "text")), rapid.IntRange(1, 60).Draw(t, "width")
		got := fit(text, width)
		if w := runewidth.StringWidth(got); w > width || !utf8.ValidString(got) {
			t.Fatalf("%q at %d is %q: %d columns", text, width, got, w)
		}
		if fits := runewidth.StringWidth(text) <= width; fits != (got == text) {
			t.Fatalf("%q at %d is %q", text, width, got)
		}
		if again := fit(got, width); again != got {
			t.Fatalf("%q became %q", got, again)
		}
		head, tail, cut := strings.Cut(got, "…")
		if cut && got != text && width >= 5 && !strings.Contains(text, "…") && (!strings.HasPrefix(text, head) || !strings.HasSuffix(text, tail)) {
			t.Fatalf("%q at %d is %q, which has other ends", text, width, got)
		}
		if padded := pad(got, width); runewidth.StringWidth(padded) != width {
			t.Fatalf("%q is padded to %d columns, not to %d", got, runewidth.StringWidth(padded), width)
		}
	})
}

// harmless says what in a text could act on a terminal, apart from tabs and the ends of lines.
func harmless(text string) string {
	if !utf8.ValidString(text) {
		return "invalid UTF-8"
	}
	for _, r := range text {
		joiner := r == 0x200c || r == 0x200d
		if r != '\n' && r != '\t' && !joiner && (unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)) || r == 0x200b || r == 0xfeff || r == 0xad {
			return string(rune(r))
		}
	}
	return ""
}

// foreign puts one text from outside in every place that can hold one. The name of a project
// cannot: it is an identifier.
func foreign(text string) (*planner.Plan, executor.Report, diag.List) {
	p := addr.Address{Kind: addr.Project, Name: "p", Key: text}
	list := diag.List{
		{Severity: diag.Error, Kind: diag.Kind{Summary: text}, Detail: text, Fix: text, Address: p, Subject: diag.Range{File: text, Start: diag.Pos{Line: 1}}},
		{Severity: diag.Warning, Kind: diag.Kind{Summary: text}, Detail: text, Address: p},
		{Severity: diag.Error, Kind: diag.Kind{Summary: "s"}, Subject: diag.Range{File: "f.hcl", Start: diag.Pos{Line: 1}, End: diag.Pos{Byte: len(text)}}},
	}
	plan := &planner.Plan{Stack: text, Operations: []planner.Operation{
		{Address: p, Kind: planner.Provision, Reason: planner.Reason{Word: "new"}, Cloud: text, Secrets: "age.main", Bucket: bucket(text), Location: text, ItemTitle: text},
		{Address: addr.Address{Kind: addr.Project, Name: "q"}, Kind: planner.Update, Reason: planner.Reason{Word: "item", Text: text}, Notes: []string{text},
			Changes: []planner.Change{{Field: text, Before: text, After: text}}, Blocked: []planner.Objection{{Text: text, Fix: text}}},
		{Address: addr.Address{Kind: addr.Project, Name: "r", Key: text}, Kind: planner.Destroy, ItemTitle: text, Acts: []planner.Act{{Step: "delete_item", Target: text}}},
	}}
	return plan, executor.Report{Diagnostics: list, Results: []executor.Result{
		{Address: p, Kind: planner.Provision, Outcome: executor.Done, Reference: text}, {Address: p, Outcome: executor.Failed, Diagnostics: list}}}, list
}

// TestViews_property: whatever comes from outside, no view shows what acts on a
// terminal, and no line of it begins as a line of ours does.
func TestViews_property(t *testing.T) {
	ours := regexp.MustCompile(`(?m)^(forged|[+~>!.-] +forged)`)
	rapid.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text") + rapid.SampledFrom([]string{"", "\nforged", "\r\nforged", "\n+ forged", "\u2028forged", "\vforged"}).Draw(t, "forged")
		plan, report, list := foreign(text)
		for _, format := range []string{"human", "json", "markdown"} {
			var out bytes.Buffer
			o := options()
			o.Verbose, o.Width, o.ErrWidth = true, rapid.SampledFrom([]int{0, 40, 80}).Draw(t, "width"), 60
			o.Sources = map[string][]byte{"f.hcl": []byte(text)}
			v, err := New(format, &out, &out, o)
			if err != nil {
				t.Fatal(err)
			}
			v.Plan(plan)
			v.Event(executor.StepStarted{Address: list[0].Address, Step: "s", Target: text})
			v.Event(executor.Waiting{Address: list[1].Address, Why: text})
			v.Report(plan, report)
			v.Diagnostics(list)
			v.Checks("cloud "+text, []Check{{Name: text, Outcome: Fault, Found: text, Source: text, Fix: text}})
			if bad := harmless(out.String()); bad != "" {
				t.Fatalf("%s shows %q:\n%q", format, bad, out.String())
			}
			if found := ours.FindString(out.String()); found != "" {
				t.Fatalf("%s has a line that begins with %q:\n%s", format, found, out.String())
			}
		}
	})
}

// TestJSON_saysTheSame: what is written in digits reads as what it was.
func TestJSON_saysTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.ToValidUTF8(anyText().Draw(t, "text"), "\ufffd")
		var out bytes.Buffer
		v, _ := New("json", &out, nil, options())
		v.Note("") // below the line of the version
		out.Reset()
		v.Note(text)
		var line struct {
			Message string `json:"@message"`
		}
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Message != text || strings.Count(out.String(), "\n") != 1 {
			t.Fatalf("%q became %q (%v) in %q", text, line.Message, err, out.String())
		}
	})
}

// TestMarkdown_cells: no text adds a cell or a row, ends its code, is a tag, a link,
// or calls somebody.
func TestMarkdown_cells(t *testing.T) {
	for text, want := range map[string]string{
		"plain-1.a_b": "plain-1.a_b", "a|b": "a&#124;b", `a\|b`: "a&#92;&#124;b", "<b>": "&#60;b&#62;", "&lt;": "&#38;lt;", "[x](y)": "&#91;x&#93;(y)",
		"a\nb\tc": "a b c", "`x`": "&#96;x&#96;", "*x* ~~y~~": "&#42;x&#42; &#126;&#126;y&#126;&#126;", "ask @team": "ask @<!-- -->team", "\x1b[1m": "\ufffd&#91;1m",
		"fixes #1": "fixes #<!-- -->1", "see https://x.y": "see https&#58;//x.y", "www.x.y": "www&#46;x.y", "$a$": "&#36;a&#36;", ":tada: a: b": "&#58;tada: a: b",
		"_x_ a_b": "&#95;x&#95; a_b", "1. one": "&#49;. one", "- one": "&#45; one", "# one": "#<!-- --> one",
	} {
		if got := cell(text); got != want {
			t.Errorf("cell(%q) = %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"": "", "a-b": "`a-b`", "a|b`": "<code>a&#124;b&#96;</code>", " a\\": "<code> a&#92;</code>", "@a": "`@a`"} {
		if got := code(text); got != want {
			t.Errorf("code(%q) = %q, want %q", text, got, want)
		}
	}
	comment := strings.NewReplacer("@<!-- -->", "", "#<!-- -->", "")
	rapid.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text")
		if got := cell(text); strings.ContainsAny(comment.Replace(got), "|<>\n\r`\\[]@") {
			t.Fatalf("cell(%q) = %q", text, got)
		}
		got := code(text)
		inner, tagged := strings.CutPrefix(got, "<code>")
		if strings.ContainsAny(got, "|\n\r\\") || tagged && strings.ContainsAny(strings.TrimSuffix(inner, "</code>"), "<>`") || !tagged && got != "" && strings.Count(got, "`") != 2 {
			t.Fatalf("code(%q) = %q", text, got)
		}
		marker := strings.TrimSuffix(strings.TrimPrefix(Marker(text), "<!-- bh:plan stack="), " -->")
		if decoded, err := url.PathUnescape(marker); err != nil || decoded != text || strings.ContainsAny(marker, "<> \n") || strings.Contains(marker, "--") {
			t.Fatalf("the marker of %q is %q", text, Marker(text))
		}
	})
	if got := Marker("acme-prod"); got != "<!-- bh:plan stack=acme-prod -->" {
		t.Errorf("the marker is %s", got)
	}
}

// TestMermaid_labels: no text ends its label, is a word of Mermaid's, or a tag.
func TestMermaid_labels(t *testing.T) {
	for text, want := range map[string]string{
		"tenant-1 a_b": "tenant-1 a_b", "a\"]:::x": "a#34;#93;#58;#58;#58;x", "a\nend\nb": "a end b", "<b>&#35;": "#60;b#62;#38;#35;35#59;", "`x`": "#96;x#96;",
		"- one": "#45; one", "日本 👩\u200d🚀": "日本 👩\u200d🚀", "%%{init}": "#37;#37;#123;init#125;",
		`a\nb`: "a\u29f5nb", "$$x$$ $": "\uff04\uff04x\uff04\uff04 #36;", "fa:fa-car: a": "fa\ua789fa-car#58; a",
	} {
		if got := pictureText(text); got != want {
			t.Errorf("pictureText(%q) = %q, want %q", text, got, want)
		}
	}
	number := regexp.MustCompile(`#\d+;`)
	rapid.Check(t, func(t *rapid.T) {
		text := anyText().Draw(t, "text")
		if got := number.ReplaceAllString(pictureText(text), ""); strings.ContainsAny(got, "\"`<>#;&[]{}()|%\n\r\\:") || harmless(got) != "" {
			t.Fatalf("pictureText(%q) = %q", text, pictureText(text))
		}
	})
}

// TestMermaid_property: every line of a picture of any plan is one of the few that a
// picture has, and there are not many of them.
func TestMermaid_property(t *testing.T) {
	label := `"[^"<>]*(<br/>[^"<>]*)*"`
	line := regexp.MustCompile(`^(flowchart LR|  subgraph (cloud|store)\d+\[` + label + `\]|  end|    b\d+\[\(` + label + `\)\]:::\w+|  ? ? ?k\d+\(\[` + label + `\]\):::\w+|    i\d+\[` + label + `\]:::\w+` +
		`|  p\d+\{\{` + label + `\}\}:::\w+( --> [bki]\d+)*|  classDef \w+ [\w#:, -]+|  class [\w,]+ frame)$`)
	rapid.Check(t, func(t *rapid.T) {
		p := tenants(rapid.IntRange(1, 60).Draw(t, "operations"))
		for i := range p.Operations {
			o := &p.Operations[i]
			o.Kind = rapid.SampledFrom(planner.Kinds()).Draw(t, "kind")
			o.Address.Key, o.Bucket.Name, o.ItemTitle = anyText().Draw(t, "key"), anyText().Draw(t, "bucket"), anyText().Draw(t, "item")
			o.Cloud = rapid.SampledFrom([]string{"", "cloudflare_r2.main", "local.a\"b"}).Draw(t, "cloud")
			o.Acts = acts(*o)
		}
		text := PlanMermaid(p, options())
		if n := strings.Count(text, "\n"); n > 5*pictureOperations || len(text) > 50_000 { // maxTextSize of Mermaid
			t.Fatalf("%d lines", n)
		}
		for l := range strings.Lines(text) {
			if !line.MatchString(strings.TrimSuffix(l, "\n")) {
				t.Fatalf("the line %q", l)
			}
		}
	})
}

// TestSnippet_marks: the marks stand below what is wrong, whatever stands before it.
func TestSnippet_marks(t *testing.T) {
	for before, want := range map[string]int{"": 0, "name = ": 7, "\t": 4, "日本": 4, "\x1b": 1, "a\u202eb": 3, "é": 1, "\xff": 1} {
		source := before + "wrong # rest"
		got := snippet(diag.Range{Start: diag.Pos{Line: 1, Byte: len(before)}, End: diag.Pos{Byte: len(before) + 5}}, []byte(source), false, 80)
		if before == "\xff" {
			if got != "" {
				t.Errorf("invalid UTF-8 is shown: %q", got)
			}
			continue
		}
		if _, mark, _ := strings.Cut(got, "\n"); mark != strings.Repeat(" ", 7+want)+"^^^^^\n" {
			t.Errorf("after %q:\n%s", before, got)
		}
	}
}

// TestSnippet_property: a line of any length fits, and the marks stand below what is
// wrong, or below what is left of it.
func TestSnippet_property(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.StringOfN(rapid.SampledFrom([]rune("ab =\"日本\t")), 0, 90, -1)
		before, wrong, after := letters.Draw(t, "before"), "<"+letters.Draw(t, "wrong")+">", letters.Draw(t, "after")
		width := rapid.IntRange(40, 120).Draw(t, "width")
		r := diag.Range{Start: diag.Pos{Line: 1, Byte: len(before)}, End: diag.Pos{Byte: len(before + wrong)}}
		line, mark, _ := strings.Cut(snippet(r, []byte(before+wrong+after), false, width), "\n")
		mark = strings.TrimSuffix(mark, "\n")
		if runewidth.StringWidth(line) > width || len(mark) > width {
			t.Fatalf("more than %d columns:\n%s\n%s", width, line, mark)
		}
		start := strings.Index(line, "<")
		if start < 0 || runewidth.StringWidth(line[:start]) != strings.Index(mark, "^") {
			t.Fatalf("the marks stand elsewhere:\n%s\n%s", line, mark)
		}
		if end := strings.Index(line, ">"); end >= 0 && runewidth.StringWidth(line[:end])+1 != len(mark) {
			t.Fatalf("the marks end elsewhere:\n%s\n%s", line, mark)
		}
		whole := plain(before + wrong + after)
		if fits := runewidth.StringWidth(whole)+7 <= width; fits != strings.HasSuffix(line, ": "+whole) {
			t.Fatalf("of %q there is %q", whole, line)
		}
	})
}

// TestWrap_property: prose loses no word, and no line that could be broken is too long.
func TestWrap_property(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, width := Clean(anyText().Draw(t, "text")), rapid.IntRange(20, 80).Draw(t, "width")
		got := wrap(text, width)
		if !slices.Equal(strings.Fields(got), strings.Fields(text)) {
			t.Fatalf("%q became %q", text, got)
		}
		for _, l := range strings.Split(got, "\n") {
			if runewidth.StringWidth(l) > width && len(phrases(strings.TrimSpace(l))) > 1 && !strings.HasPrefix(l, " ") {
				t.Fatalf("%q takes more than %d columns", l, width)
			}
		}
	})
}

// TestClean: what is replaced one for one, and what people write and keeps.
func TestClean(t *testing.T) {
	for _, r := range "\x00\x07\r\v\x1b\x7f\u0085\u009b\u00ad\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2060\u2066\u2069\ufeff\U000e0041" {
		text := "a" + string(r) + "b"
		if got := Clean(text); got != "a\ufffdb" {
			t.Errorf("Clean(%q) = %q", text, got)
		}
		var out bytes.Buffer
		v, _ := New("json", &out, nil, options())
		v.Note("") // below the line of the version
		out.Reset()
		v.Note(text)
		var line map[string]any
		if err := json.Unmarshal(out.Bytes(), &line); err != nil || line["@message"] != text || harmless(out.String()) != "" {
			t.Errorf("%q is %q (%v)", text, out.String(), err)
		}
	}
	for _, kept := range []string{"", "two\nlines\tand a tab", "日本語", "e\u0301", "👩\u200d🚀", "می\u200cخواهم", "\u0601", "שלום"} {
		if got := Clean(kept); got != kept {
			t.Errorf("Clean(%q) = %q", kept, got)
		}
	}
	if got := Clean("a\xffb"); got != "a\ufffdb" {
		t.Errorf("invalid UTF-8 becomes %q", got)
	}
}

func TestHang(t *testing.T) {
	for _, c := range []struct {
		text          string
		width, indent int
		want          string
	}{
		{"one two three four five six", 30, 10, "one two three four\n          five six"},
		{"one two", 0, 10, "one two"},
		{"one two three four five six", 25, 10, "one two three four five six"}, // no room worth the trouble
		{strings.Repeat("x", 30) + " y", 30, 10, strings.Repeat("x", 30) + "\n          y"},
		{"日本 日本 日本 日本 日本 日本", 30, 10, "日本 日本 日本 日本\n          日本 日本"},
		{"", 80, 10, ""},
		{"then bh state rm 't[\"a b c d\"]', and so on", 30, 10, "then bh state rm\n          't[\"a b c d\"]', and\n          so on"},
		{"release it: removed { from = project.t[\"a\"] } instead", 30, 10, "release it:\n          removed { from = project.t[\"a\"] }\n          instead"},
		{"it's one of the user's own things", 30, 10, "it's one of the\n          user's own things"},
		{"an open 'quote and so on and on", 30, 10, "an open 'quote and\n          so on and on"},
	} {
		if got := hang(c.text, c.width, c.indent); got != c.want {
			t.Errorf("%q in %d beside %d: got %q, want %q", c.text, c.width, c.indent, got, c.want)
		}
	}
}

// Where no terminal says how wide it is, a line is cut at some length all the same: 20 faults in one line
// of 32 MiB would be 600 MiB.
func TestSnippet_isBoundedWithoutATerminal(t *testing.T) {
	source := []byte(strings.Repeat("x", 1<<20))
	got := snippet(diag.Range{Start: diag.Pos{Line: 1, Byte: 1 << 19}, End: diag.Pos{Byte: 1<<19 + 5}}, source, false, 0)
	if len(got) > 3*longLine || !strings.Contains(got, "^^^^^") {
		t.Errorf("%d bytes", len(got))
	}
}
