package view

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// outline writes indented lines. The zero value is ready to use.
type outline struct {
	strings.Builder
	depth int
}

func (o *outline) line(text string) { o.WriteString(strings.Repeat("  ", o.depth) + text + "\n") }

// open writes a line and indents those that follow, up to the matching close.
func (o *outline) open(text string) {
	o.line(text)
	o.depth++
}

func (o *outline) close(text string) {
	o.depth--
	o.line(text)
}

// flowchart writes a flowchart in Mermaid's language. quote escapes the text of a label, which
// is put in double quotes.
type flowchart struct {
	outline
	quote func(string) string
}

func newFlowchart(quote func(string) string) *flowchart {
	f := &flowchart{quote: quote}
	f.open("flowchart LR")
	return f
}

// shape holds the brackets around a node's label.
type shape [2]string

var (
	rectangle = shape{"[", "]"}
	cylinder  = shape{"[(", ")]"}
	stadium   = shape{"([", "])"}
	hexagon   = shape{"{{", "}}"}
)

// node returns a node with a label of one or more lines. It may be a line of its own or either
// end of an arrow.
func (f *flowchart) node(id string, s shape, class string, lines ...string) string {
	quoted := make([]string, len(lines))
	for i, l := range lines {
		quoted[i] = f.quote(l)
	}
	text := id + s[0] + `"` + strings.Join(quoted, "<br/>") + `"` + s[1]
	if class != "" {
		text += ":::" + class
	}
	return text
}

// frame begins a frame around the nodes that follow, up to end.
func (f *flowchart) frame(id, title string) { f.open("subgraph " + f.node(id, rectangle, "", title)) }

func (f *flowchart) end() { f.close("end") }

func (f *flowchart) edge(from, to string, dashed bool) {
	arrow := " --> "
	if dashed {
		arrow = " -.-> "
	}
	f.line(from + arrow + to)
}

// mermaidText escapes text for a label. Mermaid reads entities and Markdown in it: text that
// looks like the beginning of a list would become one.
func mermaidText(text string) string {
	escaped := strings.NewReplacer("#", "#35;", `"`, "#quot;", "&", "#amp;", "<", "#lt;", ">", "#gt;", "`", "#96;",
		`\`, "#92;", "*", "#42;", ". ", "#46; ").Replace(oneLine(text))
	if first, rest, spaced := strings.Cut(escaped, " "); spaced && (first == "-" || first == "+") {
		escaped = fmt.Sprintf("#%d; ", first[0]) + rest
	}
	return escaped
}

// pictureText is mermaidText for pages, which draw whatever a pull request names. It cuts text to 40 columns and writes
// everything but letters, digits and spaces as a number.
func pictureText(text string) string {
	const columns = 40
	// Mermaid interprets some signs even as numbers: \n, $$formula$$, fa:fa-icon.
	text = strings.NewReplacer("\\", "\u29f5", "$$", "\uff04\uff04").Replace(oneLine(text))
	runes := []rune(fit(text, columns))
	var b strings.Builder
	for i, r := range runes {
		inWord := i > 0 && i+1 < len(runes) && isWord(runes[i-1]) && isWord(runes[i+1])
		if r == ':' && inWord {
			r = '\ua789'
		}
		if r == ' ' || r >= utf8.RuneSelf || isWord(r) || inWord && (r == '-' || r == '_') {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
