package view

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"buckethead/executor"
	"buckethead/planner"
)

// mermaid writes the picture of a plan to out. Everything else is text for people on err.
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

// pictureOperations is how many operations a picture shows one by one. If there are more, they are grouped: nobody
// reads a larger picture, and pages refuse to draw it.
const pictureOperations = 12

// chain is one row of a picture: an operation and the things that it touches.
type chain struct {
	class        string
	cloud, store string // connections
	operation    []string
	pieces       [len(pieces)]part // empty if the operation does not touch it
}

// The pieces of a chain, and how they are drawn.
const (
	bucketPiece = iota
	keysPiece
	itemPiece
)

var pieces = [...]struct {
	letter string
	shape  shape
}{bucketPiece: {"b", cylinder}, keysPiece: {"k", stadium}, itemPiece: {"i", rectangle}}

// part is one thing that an operation touches, as the lines of a label. It is drawn as kept if
// the operation does not change it.
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

// PlanMermaid returns a plan as a Mermaid flowchart: clouds and stores, what is in them, and
// what happens to each. Its size is bounded, whatever the plan's size.
func PlanMermaid(p *planner.Plan, o Options) string {
	f := newFlowchart(pictureText)
	if p.Empty() {
		f.line(f.node("none", stadium, "keep", "No changes"))
		return f.String() + pictureClasses
	}
	chains := chainsOf(p)
	framed := frames(f, "cloud", chains, func(c chain) string { return c.cloud }, o, bucketPiece, keysPiece)
	framed = append(framed, frames(f, "store", chains, func(c chain) string { return c.store }, o, itemPiece)...)
	for i, c := range chains {
		if c.cloud == "" { // keys from elsewhere are in no cloud
			f.piece(i, c, keysPiece)
		}
		link := f.node("p"+strconv.Itoa(i), hexagon, c.class, c.operation...)
		for n, touched := range c.pieces {
			if len(touched.lines) > 0 {
				link += " --> " + pieces[n].letter + strconv.Itoa(i)
			}
		}
		f.line(link)
	}
	f.WriteString(pictureClasses)
	if len(framed) > 0 {
		f.line("class " + strings.Join(framed, ",") + " frame")
	}
	return f.String()
}

// The colours match those of the text, and are readable on light and dark pages.
const pictureClasses = `  classDef add fill:#dafbe1,stroke:#1a7f37,color:#1f2328
  classDef change fill:#fff8c5,stroke:#9a6700,color:#1f2328
  classDef move fill:#ddf4ff,stroke:#0969da,color:#1f2328
  classDef remove fill:#ffebe9,stroke:#cf222e,color:#1f2328
  classDef blocked fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:5 4
  classDef keep fill:#f6f8fa,stroke:#59636e,color:#1f2328
  classDef frame fill:none,stroke:#59636e
`

// frames draws a frame for each connection, with the given pieces in it, and returns the
// frames' names.
func frames(f *flowchart, name string, chains []chain,
	connection func(chain) string, o Options, in ...int) (names []string) {
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
		f.frame(names[n], title)
		for i, c := range chains {
			if connection(c) == address {
				f.piece(i, c, in...)
			}
		}
		f.end()
	}
	return names
}

// piece writes the nodes of the pieces that the chain has.
func (f *flowchart) piece(i int, c chain, of ...int) {
	for _, n := range of {
		if p := c.pieces[n]; len(p.lines) > 0 {
			f.line(f.node(pieces[n].letter+strconv.Itoa(i), pieces[n].shape, p.class(c.class), p.lines...))
		}
	}
}
