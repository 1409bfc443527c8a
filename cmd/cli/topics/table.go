package topics

import (
	"slices"
	"strings"
	"unicode/utf8"
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
	for i, cells := range rows {
		if rule := i == 0; rule {
			if strings.Join(cells, "") == "" {
				continue
			}
			for c, text := range cells {
				cells[c] = strings.ToUpper(plain(text))
			}
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
func (p *printer) row(cells []string, widths []int) {
	filled := make([][]word, len(cells))
	height := 1
	for c, text := range cells {
		filled[c] = p.filled(text, widths[c])
		height = max(height, len(filled[c]))
	}
	for l := range height {
		var line strings.Builder
		for c := range cells {
			w := word{}
			if l < len(filled[c]) {
				w = filled[c][l]
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
			natural[c] = max(natural[c], utf8.RuneCountInString(plain(text)))
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
	wanted := 0
	for c, n := range natural {
		if widths[c] == 0 {
			wanted += n
		}
	}
	for c, n := range natural {
		if widths[c] == 0 {
			widths[c] = max(room*n/wanted, min(room/open, leastColumn))
			if widths[c] < longest[c] || widths[c] < leastColumn {
				return nil
			}
		}
	}
	if total := sum(widths); total > p.width-tableIndent-columnGap*(count-1) {
		return nil
	}
	return widths
}

func sum(numbers []int) (total int) {
	for _, n := range numbers {
		total += n
	}
	return total
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
