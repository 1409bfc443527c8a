package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/1Password/connect-sdk-go/connect"
	"github.com/1Password/connect-sdk-go/onepassword"
)

// 1Password's own client finds the server by what the command exports.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	var log bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--listen", "127.0.0.1:0", "--vault", "Ops", "--fault", "item.create:before:503:1"}, in, &log)
	}()
	lines := bufio.NewScanner(out)
	for n := 0; n < 2 && lines.Scan(); n++ {
		name, value, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		t.Setenv(name, strings.Trim(value, "'"))
	}
	client, err := connect.NewClientFromEnvironment()
	if err != nil {
		t.Fatal(err)
	}
	vault, err := client.GetVault("Ops")
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2 {
		made, err := client.CreateItem(&onepassword.Item{Title: "photos", Category: onepassword.Login, Vault: onepassword.ItemVault{ID: vault.ID}}, vault.ID)
		if (err != nil) != (n == 0) || n == 1 && made.ID == "" {
			t.Errorf("create %d: %+v, %v", n, made, err)
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if want := regexp.MustCompile(`^GET /v1/vaults 200\n(?:GET /v1/vaults/\w+ 200\n)?POST /v1/vaults/\w+/items 503\nPOST /v1/vaults/\w+/items 200\n$`); !want.MatchString(log.String()) {
		t.Errorf("logged %s", log.String())
	}
}

func TestRun_refuses(t *testing.T) {
	for _, args := range [][]string{{"--listen", ":1"}, {"--token", ""}, {"--vault", ""}, {"--latency", "-1s"}, {"--fault", "item.make:before:503"}, {"more"}} {
		ended, end := context.WithCancel(t.Context())
		end() // what is taken does not listen
		if err := run(ended, args, io.Discard, io.Discard); err == nil || errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "canceled") {
			t.Errorf("%q is taken: %v", args, err)
		}
	}
}
