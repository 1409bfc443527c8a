package cli

import "strings"

// helpColumns is the width of a topic.
const helpColumns = 78

// terminalText formats Markdown for a terminal: it fills prose and list items, and indents tables and fenced
// blocks.
func terminalText(markdown string) string {
	var out strings.Builder
	var prose []string
	fill := func() {
		column, indent := 0, ""
		if len(prose) > 0 && prose[0] == "-" {
			indent = "  "
		}
		for _, word := range wholeCode(prose) {
			if column > 0 && column+1+len([]rune(word)) > helpColumns {
				out.WriteString("\n" + indent)
				column = len(indent)
			} else if column > 0 {
				out.WriteString(" ")
				column++
			}
			out.WriteString(word)
			column += len([]rune(word))
		}
		if len(prose) > 0 {
			out.WriteString("\n")
		}
		prose = nil
	}
	fenced := false
	for line := range strings.Lines(markdown) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			fill()
			fenced = !fenced
		case fenced:
			out.WriteString(strings.TrimRight("  "+line, " ") + "\n")
		case line == "":
			fill()
			out.WriteString("\n")
		case strings.HasPrefix(line, "## "):
			out.WriteString(strings.ToUpper(line[3:]) + "\n")
		case strings.HasPrefix(line, "### "):
			out.WriteString(line[4:] + "\n")
		case strings.HasPrefix(line, "|"), strings.HasPrefix(line, "!["):
			fill()
			out.WriteString("  " + line + "\n")
		case strings.HasPrefix(line, "- "):
			fill()
			prose = strings.Fields(strings.ReplaceAll(line, "**", ""))
		default:
			prose = append(prose, strings.Fields(strings.ReplaceAll(line, "**", ""))...)
		}
	}
	fill()
	return out.String()
}

// wholeCode keeps text in backquotes on one line, so that a command can be copied, unless it is too long.
func wholeCode(words []string) []string {
	var out []string
	for i := 0; i < len(words); i++ {
		code, end := words[i], i
		for strings.Count(code, "`")%2 > 0 && end+1 < len(words) {
			end++
			code += " " + words[end]
		}
		if strings.Count(code, "`")%2 > 0 || len([]rune(code)) > helpColumns {
			code, end = words[i], i
		}
		out, i = append(out, code), end
	}
	return out
}
