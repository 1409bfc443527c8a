package view

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"buckethead/config/addr"
	"buckethead/config/diag"
)

// diagnosticText writes a diagnostic: what is wrong, where, the line, why, and what to do.
func diagnosticText(d diag.Diagnostic, sources map[string][]byte, color bool, width int) string {
	var b strings.Builder
	head, code := "Error", red
	if d.Severity == diag.Warning {
		head, code = "Warning", yellow
	}
	b.WriteString(paint(color, bold+";"+code, head+":") + " " + paint(color, bold, oneLine(d.Summary)))
	if d.Code != "" {
		b.WriteString(paint(color, dim, " ["+d.Code+"]"))
	}
	b.WriteString("\n")
	if !d.Subject.IsZero() {
		where := fmt.Sprintf("on %s line %d", d.Subject.File, d.Subject.Start.Line)
		if !d.Address.IsZero() {
			where += ", in " + placeOf(d.Address)
		}
		b.WriteString("  " + oneLine(where) + ":\n" + snippet(d.Subject, sources[d.Subject.File], color, width))
	} else if !d.Address.IsZero() {
		b.WriteString("  in " + oneLine(placeOf(d.Address)) + "\n")
	}
	for _, text := range []string{d.Detail, d.Fix} {
		if text != "" {
			b.WriteString("\n" + indent(wrap(Clean(text), width-2)) + "\n")
		}
	}
	b.WriteString("\n")
	return b.String()
}

// placeOf returns what a diagnostic is about: project photos, or secrets.age_file.main.
func placeOf(a addr.Address) string {
	if a.Kind == addr.Project {
		return "project " + a.Label()
	}
	return a.String()
}

// faultOf makes a diagnostic from an error. Its first line is the summary.
func faultOf(err error) diag.Diagnostic {
	summary, detail, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return diag.Diagnostic{Severity: diag.Error, Kind: diag.Kind{Summary: summary}, Detail: strings.TrimSpace(detail), Cause: err}
}

func indent(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return strings.Join(lines, "\n")
}

// longLine is how much of a line is shown if there is no terminal to set the width.
const longLine = 1000

// snippet shows the source line, with a mark below the faulty part.
func snippet(r diag.Range, source []byte, color bool, width int) string {
	if source == nil || r.Start.Byte > len(source) {
		return ""
	}
	start := bytes.LastIndexByte(source[:r.Start.Byte], '\n') + 1
	end := len(source)
	if i := bytes.IndexByte(source[r.Start.Byte:], '\n'); i >= 0 {
		end = r.Start.Byte + i
	}
	if width == 0 {
		width = longLine
	}
	text := strings.TrimRight(string(source[start:end]), "\r")
	if !utf8.ValidString(text) {
		return ""
	}
	from := min(r.Start.Byte-start, len(text))
	to := min(max(r.End.Byte-start, from), len(text))
	number := fmt.Sprintf("%5d: ", r.Start.Line)
	before, marked, after := window(plain(text[:from]), plain(text[from:to]), plain(text[to:]), width-len(number))
	mark := strings.Repeat(" ", len(number)+runewidth.StringWidth(before)) +
		paint(color, red, strings.Repeat("^", max(1, runewidth.StringWidth(marked))))
	return number + before + marked + after + "\n" + mark + "\n"
}

// window cuts the parts of a line to a number of columns, around the marked part. A terminal would wrap a longer
// line, and the marks would no longer be below what they mark.
func window(before, marked, after string, width int) (string, string, string) {
	if width < 20 || runewidth.StringWidth(before+marked+after) <= width {
		return before, marked, after
	}
	marked = runewidth.Truncate(marked, width-width/4, "…")
	rest := width - runewidth.StringWidth(marked)
	if room := max(rest/2, rest-runewidth.StringWidth(after)-1); runewidth.StringWidth(before) > room {
		before = runewidth.TruncateLeft(before, runewidth.StringWidth(before)-room+1, "…")
	}
	return before, marked, runewidth.Truncate(after, max(0, rest-runewidth.StringWidth(before)), "…")
}

// plain returns source as a snippet shows it. Marks are measured in the same form.
func plain(text string) string { return Clean(strings.ReplaceAll(text, "\t", "    ")) }

// wrap breaks lines of prose at spaces so that they fit. It does not break a line that begins with a space, which is
// meant to be copied, or a word that is too long.
func wrap(text string, width int) string {
	if width < 20 {
		return text
	}
	var out []string
	for _, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(line, " ") {
			out = append(out, line)
			continue
		}
		current := ""
		for _, word := range phrases(line) {
			if current != "" && runewidth.StringWidth(current)+1+runewidth.StringWidth(word) > width {
				out = append(out, current)
				current = word
				continue
			}
			if current != "" {
				current += " "
			}
			current += word
		}
		out = append(out, current)
	}
	return strings.Join(out, "\n")
}
