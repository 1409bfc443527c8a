package cli

import (
	"bytes"
	"strings"
	"testing"
)

// TestMain_color: a terminal gets colours, unless someone says that it shall not; what
// is no terminal gets them only where they are asked for.
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
			p, _ := inProcess(t, append([]string{"plan", "--format", format}, tt.args...)...)
			var out bytes.Buffer
			p.Stdout, p.StdoutTTY, p.StderrTTY, p.Width = &out, tt.terminal, tt.terminal, 80
			p.Env = func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }
			if code := Main(p); code != 0 || strings.Contains(out.String(), "\x1b[") != (tt.want && format == "human") {
				t.Errorf("%s, %s: exit %d and %q", tt.name, format, code, out.String())
			}
		}
	}
}

// TestMayBeLive: lines are written anew only on a terminal that can, while nothing
// else writes there and somebody looks.
func TestMayBeLive(t *testing.T) {
	for _, tt := range []struct {
		name     string
		terminal bool
		command  string
		env      map[string]string
		want     bool
	}{
		{"terminal", true, "bh apply", nil, true},
		{"none", false, "bh apply", nil, false},
		{"dumb", true, "bh apply", map[string]string{"TERM": "dumb"}, false},
		{"CI", true, "bh apply", map[string]string{"CI": "true"}, false},
		{"CI, off", true, "bh apply", map[string]string{"CI": "false"}, true},
		{"log", true, "bh apply", map[string]string{"BH_LOG": "debug"}, false},
		{"log in a file", true, "bh apply", map[string]string{"BH_LOG": "debug", "BH_LOG_PATH": "log"}, true},
		{"the terminal is another's", true, "bh exec", nil, false},
	} {
		p := Process{StderrTTY: tt.terminal, Ticks: eachSecond, Env: func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }}
		if got := mayBeLive(p, common{command: tt.command}); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}
