package cli

import "testing"

// TestMayBeLive: lines are rewritten only on a terminal that can do so, while nothing
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
		p := Process{StderrTTY: tt.terminal, Ticks: eachSecond,
			Env: func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok }}
		if got := mayBeLive(p, common{command: tt.command}); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}
