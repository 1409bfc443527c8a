package cli

import "strings"

// helpColumns is how wide a topic is.
const helpColumns = 78

// plainProse removes the marks of Markdown that mean nothing on a terminal.
var plainProse = strings.NewReplacer("**", "", "`", "")

// terminalText formats Markdown for a terminal: it fills prose and the items of lists, and indents tables and what
// stands between fences.
func terminalText(markdown string) string {
	var out strings.Builder
	var prose []string
	fill := func() {
		column, indent := 0, ""
		if len(prose) > 0 && prose[0] == "-" {
			indent = "  "
		}
		for _, word := range prose {
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
			prose = strings.Fields(plainProse.Replace(line))
		default:
			prose = append(prose, strings.Fields(plainProse.Replace(line))...)
		}
	}
	fill()
	return out.String()
}
