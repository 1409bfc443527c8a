package cli

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"buckethead/cmd/view"
	"buckethead/config"
	"buckethead/vendors"
)

type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("none") }

// newHostSession is a session of two clouds of one vendor and a store.
func newHostSession(t *testing.T, level slog.Level) (s *session, errs, log *bytes.Buffer) {
	t.Helper()
	errs, log = &bytes.Buffer{}, &bytes.Buffer{}
	now := func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }
	v, err := view.New("human", &bytes.Buffer{}, errs, view.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return &session{
		p:    Process{Now: now, Sleep: sleep, Hooks: Hooks{Transport: noNetwork{}}},
		view: view.Serial(v), log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level})), shared: map[string]any{},
		config: &config.Config{Dir: "/files", Secrets: []config.Connection{{Vendor: "age_file", Name: "main"}},
			Clouds: []config.Connection{{Vendor: "local", Name: "main"}, {Vendor: "local", Name: "other"}}},
	}, errs, log
}

func TestHost_hasAllThatAVendorMayAskFor(t *testing.T) {
	s, errs, log := newHostSession(t, levelTrace)
	h := s.host("age_file.main")
	if h.Dir != "/files" || h.Transport != (noNetwork{}) || h.Now().Year() != 2026 {
		t.Errorf("got %+v", h)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Sleep(ended, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("Sleep gave %v", err)
	}
	h.Waiting("1,200 calls in 5 minutes are used up", h.Now().Add(5*time.Minute))
	s.host("local.other").Waiting("slow", h.Now())
	if want := "age file: 1,200 calls in 5 minutes are used up; goes on at 12:05:00\nLocal (local.other): slow; goes on at 12:00:00\n"; errs.String() != want {
		t.Errorf("people were told %q, want %q", errs, want)
	}
	h.Trace(vendors.Exchange{Method: "POST", URL: "https://api.example/tokens", Status: 200, RequestID: "ray-1", Took: time.Second,
		Request: `{"name":"x"}`, Answer: `{"value":"(sensitive)"}`})
	h.Trace(vendors.Exchange{Method: "GET", URL: "https://api.example/", Err: errors.New("no answer came")})
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	for i, parts := range [][]string{{"msg=request", "connection=age_file.main", "method=POST", "url=https://api.example/tokens", "status=200", "request_id=ray-1",
		"took=1s", `request="{\"name\":\"x\"}"`, `(sensitive)`}, {"status=0", `error="no answer came"`}} {
		for _, part := range parts {
			if !strings.Contains(lines[i], part) {
				t.Errorf("line %d lacks %s: %s", i, part, lines[i])
			}
		}
	}
}

func TestHost_tracesOnlyWhereItIsAskedTo(t *testing.T) {
	s, _, _ := newHostSession(t, slog.LevelDebug)
	if s.host("local.main").Trace != nil {
		t.Error("requests would be put together for a log that leaves them out")
	}
}

func TestHost_sharesByKey(t *testing.T) {
	s, _, _ := newHostSession(t, slog.LevelInfo)
	made := 0
	make := func() any { made++; return made }
	a, b := s.host("local.main").Share("one", make), s.host("local.other").Share("one", make)
	if c := s.host("local.main").Share("two", make); a != b || a == c || made != 2 {
		t.Errorf("got %v, %v, %v", a, b, c)
	}
}
