package cli_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// TestReadme_session records what a person sees who applies the quickstart, and then applies again, as the picture
// that the README shows.
func TestReadme_session(t *testing.T) {
	p, out := clitest.InProcess(t)
	quickstart, err := os.ReadFile(filepath.Join("..", "..", "testdata", "quickstart", "buckets.hcl"))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Dir(p.Args[1])
	if err := os.WriteFile(p.Args[1], quickstart, 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, command := range [][]string{{"apply"}, {"apply"}} {
		fmt.Fprintf(out, "\x1b[1m$ bh %s\x1b[0m\n", strings.Join(command, " "))
		typed := strings.NewReader("yes\n")
		code := cli.Main(cli.Process{Args: append([]string{"--file", p.Args[1]}, command...), Env: func(string) (string, bool) { return "", false },
			Stdin: io.TeeReader(typed, out), Stdout: out, Stderr: io.Discard, StdinTTY: true, StdoutTTY: true, Width: sessionColumns,
			Now: func() time.Time { return now }, Sleep: clitest.Sleep})
		if code != 0 || strings.Contains(out.String(), folder) {
			t.Fatalf("bh %v: exit %d\n%s", command, code, out)
		}
		out.WriteString("\n")
	}
	for _, want := range []string{"$ bh apply", "Plan: 4 to provision, 1 to register.", "Only 'yes' will be accepted: yes\n", "Apply complete: 5 done.", "No changes."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	path := filepath.Join("..", "..", "testdata", "golden", "session.svg")
	shown := strings.TrimRight(out.String(), "\n")
	got := terminalSVG(shown)
	if read := browserText(t, got); read != uncolored(shown) {
		t.Errorf("a browser shows\n%s\nand a terminal\n%s", read, uncolored(shown))
	}
	if *cli.Update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is stale; go test ./cmd/cli -run TestReadme -update rewrites it\n%s", path, out)
	}
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil || !bytes.Contains(readme, []byte("(testdata/golden/session.svg)")) {
		t.Errorf("the README does not show the session: %v", err)
	}
}

// sgrColors are the colors that the picture has for those of a terminal.
var sgrColors = map[string]string{"31": "#ff7b72", "32": "#7ee787", "33": "#e3b341", "34": "#79c0ff", "35": "#d2a8ff", "36": "#56d4dd"}

// The picture is narrow enough to be read on a phone.
const (
	sessionColumns = 66
	svgColumn      = 8
	svgRow         = 19
	svgMargin      = 16
)

// severalSpaces are where a browser would not keep columns: it draws one space for several, and none at an end.
var severalSpaces = regexp.MustCompile(` {2,}`)

// terminalSVG draws text with the codes of a terminal. What stands between several spaces is a text of its own, which
// says where it begins and how wide it is, so that columns stand below each other in any font and any browser.
func terminalSVG(text string) []byte {
	lines := strings.Split(text, "\n")
	var body strings.Builder
	widest := 0
	for n, line := range lines {
		x := 0
		for _, stretch := range stretches(line) {
			begin := 0
			for _, gap := range append(severalSpaces.FindAllStringIndex(stretch.text, -1), []int{len(stretch.text), len(stretch.text)}) {
				part := stretch.text[begin:gap[0]]
				column := x + utf8.RuneCountInString(stretch.text[:begin]) + len(part) - len(strings.TrimLeft(part, " "))
				if part = strings.TrimSpace(part); part != "" {
					fmt.Fprintf(&body, "<text x=\"%d\" y=\"%d\" textLength=\"%d\"%s>%s</text>\n", svgMargin+svgColumn*column, svgMargin+svgRow*(n+1)-5,
						svgColumn*utf8.RuneCountInString(part), stretch.style, html.EscapeString(part))
				}
				begin = gap[1]
			}
			x += utf8.RuneCountInString(stretch.text)
		}
		widest = max(widest, x)
	}
	width, height := 2*svgMargin+svgColumn*widest, 2*svgMargin+svgRow*len(lines)
	return fmt.Appendf(nil, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"bh apply, twice\">\n"+
		"<rect x=\"0.5\" y=\"0.5\" width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#0d1117\" stroke=\"#3d444d\"/>\n"+
		"<g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\" fill=\"#e6edf3\">\n%s</g>\n</svg>\n",
		width, height, width, height, width-1, height-1, body.String())
}

// browserText reads a picture as a browser draws it: of several spaces in a text it draws one, and none at an end, and
// stretches the rest to the length that the text says.
func browserText(t *testing.T, svg []byte) string {
	t.Helper()
	var picture struct {
		Texts []struct {
			X      int    `xml:"x,attr"`
			Y      int    `xml:"y,attr"`
			Length int    `xml:"textLength,attr"`
			Text   string `xml:",chardata"`
		} `xml:"g>text"`
	}
	if err := xml.Unmarshal(svg, &picture); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, x := range picture.Texts {
		row, column := (x.Y+5-svgMargin)/svgRow-1, (x.X-svgMargin)/svgColumn
		drawn := strings.Join(strings.Fields(x.Text), " ")
		if width := svgColumn * utf8.RuneCountInString(drawn); width != x.Length {
			t.Errorf("%q is %d wide and stretched to %d", drawn, width, x.Length)
		}
		for len(lines) <= row {
			lines = append(lines, "")
		}
		gap := column - utf8.RuneCountInString(lines[row])
		if gap < 0 {
			t.Errorf("%q is drawn over %q", drawn, lines[row])
		}
		lines[row] += strings.Repeat(" ", max(gap, 0)) + drawn
	}
	return strings.Join(lines, "\n")
}

// uncolored returns text without colors and without spaces at the ends of lines.
func uncolored(text string) string {
	text = regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(text, "")
	return regexp.MustCompile(`(?m) +$`).ReplaceAllString(text, "")
}

// TestBrowserText_seesLostSpaces: the reader of pictures notices what a browser would not show.
func TestBrowserText_seesLostSpaces(t *testing.T) {
	const picture = `<svg xmlns="http://www.w3.org/2000/svg"><g><text x="16" y="30" textLength="24">a  b</text></g></svg>`
	if got := browserText(t, []byte(picture)); got != "a b" {
		t.Errorf("got %q", got)
	}
}

// stretch is text of one look.
type stretch struct{ text, style string }

func stretches(line string) []stretch {
	var out []stretch
	style := ""
	for line != "" {
		before, after, found := strings.Cut(line, "\x1b[")
		if before != "" {
			out = append(out, stretch{before, style})
		}
		if !found {
			break
		}
		codes, rest, _ := strings.Cut(after, "m")
		style, line = "", rest
		for _, code := range strings.Split(codes, ";") {
			switch {
			case code == "1":
				style += " font-weight=\"bold\""
			case code == "2":
				style += " fill=\"#8b949e\""
			case sgrColors[code] != "":
				style += fmt.Sprintf(" fill=%q", sgrColors[code])
			}
		}
	}
	return out
}
