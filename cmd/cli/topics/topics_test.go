package topics

import (
	"slices"
	"strings"
	"testing"
)

const sample = `# Keys

Prose that is **long** is filled, and a command stays whole: ` + "`bh state rebuild --force`" + `. It is long enough to be filled
again, because it has more than the seventy-eight columns. See [shared state](shared-state.md#the-lock),
[the web](https://example.com), [below](#more) and [testdata/r2](../../../testdata/r2).

` + "```sh\nbh plan   # as it is | **too**\n```" + `

### Item

- ` + "`one`" + ` is an item of a list that has more words than one line of a terminal holds.
- two

| a | b |
| --- | --- |
| ` + "`x \\| y`" + ` | short |
| c | a cell with more text than there is room for in a column of this width, so it is filled |
`

func TestText(t *testing.T) {
	want := `KEYS

Prose that is long is filled, and a command stays whole:
bh state rebuild --force. It is long enough to be filled again, because it has
more than the seventy-eight columns. See bh help shared-state, the web
(https://example.com), below and testdata/r2.

  bh plan   # as it is | **too**

Item

- one is an item of a list that has more words than one line of a terminal
  holds.
- two

  A      B
  x | y  short
  c      a cell with more text than there is room for in a column of this
         width, so it is filled
`
	if got := Text(sample, 0, false); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Colors take no columns, and say where code and headings are.
func TestText_color(t *testing.T) {
	colored := Text(sample, 60, true)
	if !strings.Contains(colored, "\x1b[1mKEYS\x1b[0m\n") || !strings.Contains(colored, "\x1b[36mbh state rebuild --force\x1b[0m.") ||
		!strings.Contains(colored, "\x1b[1mlong\x1b[0m") {
		t.Errorf("got %q", colored)
	}
	without := strings.NewReplacer("\x1b[1m", "", "\x1b[36m", "", "\x1b[0m", "").Replace(colored)
	if want := Text(sample, 60, false); without != want {
		t.Errorf("got\n%s\nwant\n%s", without, want)
	}
}

// A table becomes paragraphs if its columns would be too narrow.
func TestText_tableWithoutRoom(t *testing.T) {
	page := "| you | needs | why |\n| --- | --- | --- |\n| `a-name-that-cannot-be-broken` | `another-name-of-that-kind` | a reason in some words |\n| b | | none |\n"
	want := "  a-name-that-cannot-be-broken\n      needs: another-name-of-that-kind\n      why: a reason in some words\n\n  b\n      why: none\n"
	if got := Text(page, 50, false); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A command can be copied although its comment does not fit, and a link that only names a page is short.
func TestText_narrow(t *testing.T) {
	page := "```hcl\nbh {\n  stack = \"acme\" # marks what this file owns\n}\n```\n\nAll blocks: [shared state](shared-state.md).\n"
	want := "  bh {\n    # marks what this file\n    # owns\n    stack = \"acme\"\n  }\n\nAll blocks:\nbh help shared-state.\n"
	if got := Text(page, 30, false); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string][]span{
		"a `b*` c":        {{"a ", normal}, {"b*", typed}, {" c", normal}},
		"**a** [x] *":     {{"a", bold}, {" [", normal}, {"x] *", normal}},
		"an ` alone":      {{"an `", normal}, {" alone", normal}},
		"[`x`](x)":        {{"x", typed}},
		"[R2](r2.md)":     {{"bh help r2", typed}},
		"See [R2](r2.md)": {{"See ", normal}, {"bh help r2", typed}},
		"for an [age file](age-file.md), take": {{"for an ", normal}, {"age file (", normal},
			{"bh help age-file", typed}, {")", normal}, {", take", normal}},
		"[y](r2.md)":      {{"y (", normal}, {"bh help r2", typed}, {")", normal}},
		"[r](../../x/y)]": {{"r (", normal}, {"x/y", typed}, {")", normal}, {"]", normal}},
	} {
		if got := spans(text, see("bh help ", "")); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// No text of a page is an instruction of roff, and a page names those that it leads to.
func TestMan(t *testing.T) {
	page := "# A \"title\"\n\n.so text\n\n## 'ig\n\n```\n.so code\n\\back\n```\n\n| a | b |\n| --- | --- |\n| .so cell | 'x [s](shared-state.md) |\n"
	want := `.TH BH\-X 7 "" "bh 1.0" "bh manual"
.nh
.SH NAME
bh\-x \- A \(dqtitle\(dq
.SH DESCRIPTION
\&.so text
.SH 'IG
.RS 2
.nf
\&.so code
\eback
.fi
.RE
.TP
\&.so cell
\&'x s (\fBbh\-shared\-state(7)\fR)
.SH SEE ALSO
.BR bh (1) ,
.BR bh\-shared\-state (7)
`
	if got := Man("x", page, "1.0"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestNames(t *testing.T) {
	names := Names()
	if !slices.IsSorted(names) || !slices.Contains(names, "shared-state") || !slices.Contains(names, "language") {
		t.Errorf("got %v", names)
	}
	if page, is := Page("shared-state"); !is || Title(page) != "State that runners share" {
		t.Errorf("got %t, %q", is, Title(page))
	}
	if _, is := Page("nothing"); is {
		t.Error("there is a page about nothing")
	}
}
