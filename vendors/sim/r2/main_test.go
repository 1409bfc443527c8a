package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// lines is a writer that tests may read from another goroutine.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	var log lines
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--listen", "127.0.0.1:0", "--token", "it's", "--fault", "bucket.get:before:503:2", "--fault", "token.list:after:reset"}, in, &log)
	}()
	env := map[string]string{}
	for reader := bufio.NewReader(out); len(env) < 4; {
		line, err := reader.ReadString('\n')
		name, value, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "export "), "=")
		if err != nil || !ok {
			t.Fatalf("%q: %v", line, err)
		}
		env[name] = strings.Trim(value, "'")
	}
	if env["CLOUDFLARE_API_TOKEN"] != `it'\''s` || !strings.HasSuffix(env["CLOUDFLARE_S3_ENDPOINT_URL"], "/s3/{jurisdiction}") {
		t.Errorf("settings %v", env)
	}
	var got []int
	for _, call := range []string{"POST r2/buckets", "GET r2/buckets/abc?x=secret", "GET r2/buckets/abc", "GET r2/buckets/abc", "GET tokens"} {
		method, path, _ := strings.Cut(call, " ")
		var body io.Reader = http.NoBody
		if method == "POST" {
			body = strings.NewReader(`{"name":"abc"}`)
		}
		r, err := http.NewRequestWithContext(ctx, method, env["CLOUDFLARE_API_BASE_URL"]+"/accounts/"+env["CLOUDFLARE_ACCOUNT_ID"]+"/"+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer it's")
		r.Header.Set("Content-Type", "application/json")
		if len(got) == 3 {
			r.Header.Set("Cf-R2-Jurisdiction", "eu") // where there is no such bucket
		}
		resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
		if err != nil {
			got = append(got, 0)
			continue
		}
		got = append(got, resp.StatusCode)
		_ = resp.Body.Close()
	}
	if want := []int{200, 400, 503, 404, 0}; len(got) != 5 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] || got[4] != want[4] {
		t.Errorf("%v, want %v", got, want)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	text := log.String()
	if strings.Contains(text, "secret") || strings.Contains(text, "it's") || !strings.Contains(text, "\nGET /r2/buckets/abc 503\nGET /r2/buckets/abc (eu) 404\n") || strings.Count(text, "\n") != 5 {
		t.Errorf("log %s", text)
	}
}

func TestParse(t *testing.T) {
	for _, args := range [][]string{
		{"--listen", "0.0.0.0:8787"}, {"--listen", ":8787"}, {"--listen", "192.0.2.1:8787"}, {"--listen", "example.com:8787"}, {"--listen", "8787"},
		{"--account", "x"}, {"--token", ""}, {"--limit", "-1"}, {"--window", "0s"}, {"more"}, {"--fault", "x"}, {"--fault", "bucket.make:before:503"},
		{"--fault", "bucket.get:during:503"}, {"--fault", "bucket.get:before:200"}, {"--fault", "bucket.get:before:hook"}, {"--fault", "bucket.get:before:503:0"},
	} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
	for _, listen := range []string{"127.0.0.1:1", "127.8.9.1:1", "[::1]:1", "localhost:1"} {
		if _, err := parse([]string{"--listen", listen}, io.Discard); err != nil {
			t.Errorf("%s: %v", listen, err)
		}
	}
	var help bytes.Buffer
	if _, err := parse([]string{"--help"}, &help); err != flag.ErrHelp || !strings.Contains(help.String(), "example.org") {
		t.Errorf("%v: %s", err, help.String())
	}
}
