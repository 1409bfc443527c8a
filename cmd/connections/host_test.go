package connections

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"buckethead/config"
	"buckethead/vendors"
)

type noNetwork struct{}

func (noNetwork) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("none") }

// newTwoClouds are the connections of a file with two clouds of one vendor and a store.
// told is what people are told of waits.
func newTwoClouds(level slog.Level) (c *Connections, told *strings.Builder, log *bytes.Buffer) {
	told, log = &strings.Builder{}, &bytes.Buffer{}
	return New(Options{Env: noEnvironment,
		Config: &config.Config{Dir: "/files", Secrets: []config.Connection{{Vendor: "age_file", Name: "main"}},
			Clouds: []config.Connection{{Vendor: "local", Name: "main"}, {Vendor: "local", Name: "other"}}},
		Now:   func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, Transport: noNetwork{},
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: level})),
		Waiting: func(title, why string, until time.Time) {
			fmt.Fprintf(told, "%s: %s until %s\n", title, why, until.Format(time.TimeOnly))
		},
	}), told, log
}

func TestHost_hasAllThatAVendorMayAskFor(t *testing.T) {
	c, told, log := newTwoClouds(LevelTrace)
	h := c.host(t.Context(), "age_file.main", vendors.Vendor{})
	if h.Dir != "/files" || h.Transport != (noNetwork{}) || h.Now().Year() != 2026 {
		t.Errorf("got %+v", h)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := h.Sleep(ended, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("Sleep gave %v", err)
	}
	h.Waiting("1,200 calls in 5 minutes are used up", h.Now().Add(5*time.Minute))
	c.host(t.Context(), "local.other", vendors.Vendor{}).Waiting("slow", h.Now())
	if want := "age file: 1,200 calls in 5 minutes are used up until 12:05:00\nLocal (local.other): slow until 12:00:00\n"; told.String() != want {
		t.Errorf("people were told %q, want %q", told, want)
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
	c, _, _ := newTwoClouds(slog.LevelDebug)
	if c.host(t.Context(), "local.main", vendors.Vendor{}).Trace != nil {
		t.Error("requests would be put together for a log that leaves them out")
	}
}

func TestHost_sharesByKey(t *testing.T) {
	c, _, _ := newTwoClouds(slog.LevelInfo)
	made := 0
	make := func() any { made++; return made }
	a, b := c.host(t.Context(), "local.main", vendors.Vendor{}).Share("one", make), c.host(t.Context(), "local.other", vendors.Vendor{}).Share("one", make)
	if two := c.host(t.Context(), "local.main", vendors.Vendor{}).Share("two", make); a != b || a == two || made != 2 {
		t.Errorf("got %v, %v, %v", a, b, two)
	}
}
