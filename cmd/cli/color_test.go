package cli_test

import (
	"bytes"
	"strings"
	"testing"

	"buckethead/cmd/cli"
	"buckethead/cmd/clitest"
)

// TestMain_color: a terminal gets colours unless they are turned off; anything else gets
// them only if they are asked for.
func TestMain_color(t *testing.T) {
	for _, tt := range []struct {
		name     string
		terminal bool
		env      map[string]string
		args     []string
		want     bool
	}{
		{"terminal", true, nil, nil, true},
		{"none", false, nil, nil, false},
		{"NO_COLOR", true, map[string]string{"NO_COLOR": "1"}, nil, false},
		{"NO_COLOR, empty", true, map[string]string{"NO_COLOR": ""}, nil, true},
		{"dumb", true, map[string]string{"TERM": "dumb"}, nil, false},
		{"never", true, nil, []string{"--color", "never"}, false},
		{"no-color", true, map[string]string{"FORCE_COLOR": "1"}, []string{"--no-color"}, false},
		{"always", false, map[string]string{"NO_COLOR": "1"}, []string{"--color", "always"}, true},
		{"FORCE_COLOR", false, map[string]string{"FORCE_COLOR": "1"}, nil, true},
	} {
		for _, format := range []string{"human", "markdown", "mermaid", "json"} {
			p, _ := clitest.InProcess(t, append([]string{"plan", "--format", format}, tt.args...)...)
			var out bytes.Buffer
			p.Stdout, p.StdoutTTY, p.StderrTTY, p.Width = &out, tt.terminal, tt.terminal, 80
			p.Env = func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }
			if code := cli.Main(p); code != 0 || strings.Contains(out.String(), "\x1b[") != (tt.want && format == "human") {
				t.Errorf("%s, %s: exit %d and %q", tt.name, format, code, out.String())
			}
		}
	}
}
