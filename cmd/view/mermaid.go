package view

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"buckethead/executor"
	"buckethead/planner"
)

// mermaid is the picture of a plan, alone on out. All else is text for people on err.
type mermaid struct {
	human
	picture io.Writer
}

func newMermaid(out, err io.Writer, o Options) *mermaid {
	o.Color, o.Width = o.ErrColor, o.ErrWidth
	return &mermaid{human: newHuman(err, err, o), picture: out}
}

func (m *mermaid) Plan(p *planner.Plan) {
	m.human.planned(p)
	_, _ = io.WriteString(m.picture, PlanMermaid(p, m.o))
}

func (m *mermaid) Report(p *planner.Plan, r executor.Report) { m.human.Report(p, r) }

// pictureOperations is how many operations a picture shows one by one. Above it they
// are grouped: nobody reads a larger one, and pages refuse to draw it.
const pictureOperations = 12

// chain is one row of a picture: what happens, to which bucket, credential and item.
// Parts that the operation does not touch are empty.
type chain struct {
	class              string
	cloud, store       string // connections
	operation          []string
	bucket, keys, item part
}

// part is one thing that an operation touches, in lines; kept where nothing happens
// to it.
type part struct {
	lines []string
	kept  bool
}

func (p part) class(of string) string {
	if p.kept && of != "blocked" {
		return "keep"
	}
	return of
}

// PlanMermaid gives a plan as a Mermaid flowchart that ends with a newline: clouds
// and stores, what is in them, and what happens to each. It is bounded, whatever the
// plan's size.
func PlanMermaid(p *planner.Plan, o Options) string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	if p.Empty() {
		b.WriteString("  none([\"No changes\"]):::keep\n" + pictureClasses)
		return b.String()
	}
	chains := chainsOf(p)
	framed := frames(&b, "cloud", chains, func(c chain) string { return c.cloud }, func(i int, c chain) []string {
		return []string{node("b", i, `[("`, c.bucket.lines, `")]`, c.bucket.class(c.class)), node("k", i, `(["`, c.keys.lines, `"])`, c.keys.class(c.class))}
	}, o)
	framed = append(framed, frames(&b, "store", chains, func(c chain) string { return c.store }, func(i int, c chain) []string {
		return []string{node("i", i, `["`, c.item.lines, `"]`, c.item.class(c.class))}
	}, o)...)
	for i, c := range chains {
		if c.cloud == "" && len(c.keys.lines) > 0 { // brought by someone: they are in no cloud
			b.WriteString("  " + node("k", i, `(["`, c.keys.lines, `"])`, c.keys.class(c.class)) + "\n")
		}
		link := "  " + node("p", i, `{{"`, c.operation, `"}}`, c.class)
		for n, touched := range []part{c.bucket, c.keys, c.item} {
			if len(touched.lines) > 0 {
				link += " --> " + "bki"[n:n+1] + strconv.Itoa(i)
			}
		}
		b.WriteString(link + "\n")
	}
	b.WriteString(pictureClasses)
	if len(framed) > 0 {
		b.WriteString("  class " + strings.Join(framed, ",") + " frame\n")
	}
	return b.String()
}

// The colours are those of the text, and readable on light pages and dark ones.
const pictureClasses = `  classDef add fill:#dafbe1,stroke:#1a7f37,color:#1f2328
  classDef change fill:#fff8c5,stroke:#9a6700,color:#1f2328
  classDef move fill:#ddf4ff,stroke:#0969da,color:#1f2328
  classDef remove fill:#ffebe9,stroke:#cf222e,color:#1f2328
  classDef blocked fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:5 4
  classDef keep fill:#f6f8fa,stroke:#59636e,color:#1f2328
  classDef frame fill:none,stroke:#59636e
`

// frames draws a frame for each connection, with what is in it, and gives their names.
func frames(b *strings.Builder, name string, chains []chain, connection func(chain) string, nodes func(int, chain) []string, o Options) (names []string) {
	var seen []string
	for _, c := range chains {
		if address := connection(c); address != "" && !slices.Contains(seen, address) {
			seen = append(seen, address)
		}
	}
	for n, address := range seen {
		vendor, _, _ := strings.Cut(address, ".")
		title := address
		if o.VendorTitle != nil && o.VendorTitle(vendor) != "" {
			title = o.VendorTitle(vendor) + " " + address
		}
		names = append(names, name+strconv.Itoa(n))
		fmt.Fprintf(b, "  subgraph %s%d[\"%s\"]\n", name, n, pictureText(title))
		for i, c := range chains {
			if connection(c) != address {
				continue
			}
			for _, text := range nodes(i, c) {
				if text != "" {
					b.WriteString("    " + text + "\n")
				}
			}
		}
		b.WriteString("  end\n")
	}
	return names
}

// node is one shape with its lines; "" where there are none.
func node(name string, i int, open string, lines []string, end, class string) string {
	if len(lines) == 0 {
		return ""
	}
	safe := make([]string, len(lines))
	for n, l := range lines {
		safe[n] = pictureText(l)
	}
	return name + strconv.Itoa(i) + open + strings.Join(safe, "<br/>") + end + ":::" + class
}

// pictureText is text that no name can break out of, and in which Mermaid finds no
// sign of its own nor of Markdown: all that is no letter or digit is a number.
func pictureText(text string) string {
	const columns = 40
	// Mermaid reads some signs even where they are numbers: \n, $$formula$$, fa:fa-icon.
	text = strings.NewReplacer("\\", "\u29f5", "$$", "\uff04\uff04").Replace(oneLine(text))
	runes := []rune(fit(text, columns))
	var b strings.Builder
	for i, r := range runes {
		inWord := (r == '-' || r == '_') && i > 0 && i+1 < len(runes) && isWord(runes[i-1]) && isWord(runes[i+1])
		if r == ':' && i > 0 && i+1 < len(runes) && isWord(runes[i-1]) && isWord(runes[i+1]) {
			r = '\ua789'
		}
		if r == ' ' || r >= utf8.RuneSelf || isWord(r) || inWord {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
