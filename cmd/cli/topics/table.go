package topics

import (
	"math"
	"slices"
	"strings"
)

const (
	tableIndent = 2
	columnGap   = 2
	leastColumn = 14 // a column that has to be narrower is none
)

// table writes rows as columns, in whose cells text is filled. If there is no room for that, each row becomes a
// paragraph.
func (p *printer) table(rows [][]string) {
	if len(rows) == 0 {
		return
	}
	rows = even(rows)
	widths := p.columns(rows)
	if widths == nil {
		p.records(rows)
		return
	}
	for c, text := range rows[0] {
		rows[0][c] = strings.ToUpper(plain(text))
	}
	filled := make([][][]word, len(rows))
	tall := 0
	for i, cells := range rows {
		filled[i] = make([][]word, len(cells))
		for c, text := range cells {
			filled[i][c] = p.filled(text, widths[c])
		}
		if slices.ContainsFunc(filled[i], func(lines []word) bool { return len(lines) > 1 }) {
			tall++
		}
	}
	apart := tall > len(rows)/3 // rows of several lines run into each other
	for i, cells := range filled {
		if apart && i > 0 {
			p.out.WriteString("\n")
		}
		p.row(cells, widths)
	}
}

// even gives all rows the same number of cells.
func even(rows [][]string) [][]string {
	count := len(rows[0])
	for _, r := range rows {
		count = max(count, len(r))
	}
	out := make([][]string, len(rows))
	for i, r := range rows {
		out[i] = append(slices.Clone(r), make([]string, count-len(r))...)
	}
	return out
}

// row writes the cells of one row beside each other.
func (p *printer) row(cells [][]word, widths []int) {
	height := 1
	for _, lines := range cells {
		height = max(height, len(lines))
	}
	for l := range height {
		var line strings.Builder
		for c, lines := range cells {
			w := word{}
			if l < len(lines) {
				w = lines[l]
			}
			line.WriteString(w.text + strings.Repeat(" ", max(widths[c]-w.width, 0)+columnGap))
		}
		p.line(tableIndent, line.String())
	}
}

// columns returns how wide the columns are, or nil if there is no room for them.
func (p *printer) columns(rows [][]string) []int {
	count := len(rows[0])
	natural, longest := make([]int, count), make([]int, count)
	for _, cells := range rows {
		for c, text := range cells {
			for _, whole := range p.filled(text, math.MaxInt) {
				natural[c] = max(natural[c], whole.width)
			}
			for _, w := range p.words(text, 1) {
				longest[c] = max(longest[c], w.width)
			}
		}
	}
	room := p.width - tableIndent - columnGap*(count-1)
	widths, open := make([]int, count), count
	for settled := true; settled && open > 0; { // columns that need less than their share leave it to the others
		settled = false
		for c, n := range natural {
			if widths[c] == 0 && n <= room/open {
				widths[c], settled = max(n, 1), true
				room -= widths[c]
				if open--; open == 0 {
					break
				}
			}
		}
	}
	share(widths, natural, longest, room)
	for c, w := range widths {
		if w < longest[c] || w < min(natural[c], leastColumn) {
			return nil
		}
	}
	return widths
}

// share gives the columns that have no width yet what is left of the room, by how much they hold. Those that would have
// to break words take from the widest.
func share(widths, natural, longest []int, room int) {
	wanted := 0
	var open []int
	for c, n := range natural {
		if widths[c] == 0 {
			open = append(open, c)
			wanted += n
		}
	}
	lacks := 0
	for _, c := range open {
		widths[c] = room * natural[c] / wanted
		if lack := longest[c] - widths[c]; lack > 0 {
			widths[c], lacks = longest[c], lacks+lack
		}
	}
	if lacks > 0 {
		widths[slices.MaxFunc(open, func(a, b int) int { return widths[a] - widths[b] })] -= lacks
	}
}

// records writes each row as a paragraph: its first cell, and below it the others, with the title of their column if
// there are several.
func (p *printer) records(rows [][]string) {
	for i, cells := range rows[1:] {
		if i > 0 {
			p.out.WriteString("\n")
		}
		p.fill(cells[0], "  ", "  ")
		for c, text := range cells[1:] {
			if text == "" {
				continue
			}
			if title := rows[0][c+1]; len(cells) > 2 && title != "" {
				text = title + ": " + text
			}
			p.fill(text, "      ", "      ")
		}
	}
}
