package connect

import "net/http"

// serverVersion is the newest that was released when this was written.
// https://github.com/1Password/connect
const serverVersion = "1.8.1"

func (s *Simulator) heartbeat(*request) answer {
	return answer{status: http.StatusOK, raw: []byte("."), mime: "text/plain; charset=utf-8"}
}

type dependency struct {
	Service string `json:"service"`
	Status  string `json:"status"`
	Message string `json:"message,omitempty"`
}

// health reports that the server waits for its first token, which can come here, too.
func (s *Simulator) health(r *request) answer {
	if t, known := s.tokens[r.bearer]; known && t.live(s.o.Now()) {
		s.unlocked = true
	}
	sync := "TOKEN_NEEDED"
	if s.unlocked {
		sync = "ACTIVE"
	}
	return done(struct {
		Name         string       `json:"name"`
		Version      string       `json:"version"`
		Dependencies []dependency `json:"dependencies"`
	}{"1Password Connect API", serverVersion,
		[]dependency{{"sync", sync, ""}, {"sqlite", "ACTIVE", "Connected to ./1password.sqlite"}}})
}

func (s *Simulator) metrics(*request) answer {
	return answer{status: http.StatusOK, mime: "text/plain; version=0.0.4; charset=utf-8",
		raw: []byte("# HELP go_goroutines Number of goroutines that currently exist.\n" +
			"# TYPE go_goroutines gauge\ngo_goroutines 7\n")}
}
