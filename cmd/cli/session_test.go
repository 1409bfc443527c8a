package cli_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// TestReadme_session records what a person sees who plans and applies the quickstart,
// and then applies again, as the picture that the README shows.
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
	for _, command := range [][]string{{"plan"}, {"apply"}, {"apply"}} {
		fmt.Fprintf(out, "\x1b[1m$ bh %s\x1b[0m\n", strings.Join(command, " "))
		typed := strings.NewReader("yes\n")
		code := cli.Main(cli.Process{Args: append([]string{"--file", p.Args[1]}, command...), Env: func(string) (string, bool) { return "", false },
			Stdin: io.TeeReader(typed, out), Stdout: out, Stderr: io.Discard, StdinTTY: true, StdoutTTY: true, Width: 100,
			Now: func() time.Time { return now }, Sleep: clitest.Sleep})
		if code != 0 || strings.Contains(out.String(), folder) {
			t.Fatalf("bh %v: exit %d\n%s", command, code, out)
		}
		out.WriteString("\n")
	}
	for _, want := range []string{"$ bh plan", "Plan: 4 to provision, 1 to register.", "Only 'yes' will be accepted: yes\n", "Apply complete: 5 done.", "No changes."} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
	path := filepath.Join("..", "..", "testdata", "golden", "session.svg")
	got := terminalSVG(strings.TrimRight(out.String(), "\n"))
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

// terminalSVG draws text with the codes of a terminal. Each stretch says how wide it
// is, so that columns stand below each other in any font.
func terminalSVG(text string) []byte {
	const column, row, margin = 8.0, 19, 16
	lines := strings.Split(text, "\n")
	var body strings.Builder
	widest := 0
	for n, line := range lines {
		x := 0
		for _, stretch := range stretches(line) {
			width := utf8.RuneCountInString(stretch.text)
			if strings.TrimSpace(stretch.text) != "" {
				fmt.Fprintf(&body, "<text x=\"%g\" y=\"%d\" textLength=\"%g\"%s>%s</text>\n", margin+column*float64(x), margin+row*(n+1)-5,
					column*float64(width), stretch.style, html.EscapeString(stretch.text))
			}
			x += width
		}
		widest = max(widest, x)
	}
	width, height := 2*margin+column*float64(widest), 2*margin+row*len(lines)
	return fmt.Appendf(nil, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%g\" height=\"%d\" viewBox=\"0 0 %g %d\" role=\"img\" aria-label=\"bh plan, bh apply, bh apply\">\n"+
		"<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"#0d1117\"/>\n"+
		"<g font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"13\" fill=\"#e6edf3\" xml:space=\"preserve\">\n%s</g>\n</svg>\n",
		width, height, width, height, body.String())
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
