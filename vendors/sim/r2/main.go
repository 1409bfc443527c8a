// Command r2 serves a simulated Cloudflare account: R2, API tokens and the S3 API, with a rate limit. It is
// for trying a client without an account.
//
// The server listens on this machine only and keeps everything in memory, so nothing survives a restart.
// It prints the variables to export, and then a line for each call: method, path and status. Secrets in
// queries, headers and bodies are not printed. It runs until a signal ends it.
//
// # Faults
//
// --fault makes calls go wrong, before or after they act:
//
//	go run ./vendors/sim/r2 --fault token.create:after:reset:1
//
// This command only has the flags and what is printed; [buckethead/vendors/sim/cloudflare] simulates Cloudflare.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"

	"buckethead/vendors/sim/cloudflare"
	"buckethead/vendors/sim/kit"
)

func main() { os.Exit(kit.Main(signal.NotifyContext, os.Args, os.Stdout, os.Stderr, run)) }

// settings are what the flags say.
type settings struct {
	*kit.Command
	token   string
	options cloudflare.Options
}

// zones exist from the start, for custom domains.
var zones = []struct{ id, name string }{
	{"11112222333344445555666677778888", "example.com"},
	{"aaaabbbbccccddddeeeeffff00001111", "example.org"},
}

func parse(args []string, stderr io.Writer) (settings, error) {
	s := settings{Command: kit.NewCommand("r2", "127.0.0.1:8787", cloudflare.Operations(), stderr),
		options: cloudflare.Options{Now: time.Now, Sleep: kit.Sleep}}
	s.StringVar(&s.options.AccountID, "account", cloudflare.DefaultAccountID, "`id` of the account, 32 hex digits")
	s.StringVar(&s.token, "token", "r2sim", "value of the account `token`, which may do everything that bh does")
	s.DurationVar(&s.options.Latency, "latency", 0, "latency of every call")
	s.DurationVar(&s.options.KeyDelay, "key-delay", 0, "time until S3 knows a new or changed token")
	s.IntVar(&s.options.Limit, "limit", 1200, "REST calls in each window; 0 means no limit")
	s.DurationVar(&s.options.Window, "window", 5*time.Minute, "window of the limit, and how long a breach blocks all calls")
	s.Usage = func() {
		fmt.Fprintln(stderr, "Usage: r2 [flags]")
		s.PrintDefaults()
		fmt.Fprintln(stderr, "Zones for custom domains:")
		for _, z := range zones {
			fmt.Fprintf(stderr, "  %s  %s\n", z.id, z.name)
		}
	}
	if err := s.Parse(args); err != nil {
		return settings{}, err
	}
	if !cloudflare.ValidID(s.options.AccountID) {
		return settings{}, fmt.Errorf("--account: %q is not 32 hex digits", s.options.AccountID)
	}
	if s.token == "" || s.options.Limit < 0 || s.options.Window <= 0 || s.options.Latency < 0 || s.options.KeyDelay < 0 {
		return settings{}, errors.New("--token is empty, or --limit, --window, --latency or --key-delay is too small")
	}
	return s, nil
}

// run serves until the context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	sim := cloudflare.New(s.options)
	groups := []string{"Workers R2 Storage Write", "Account API Tokens Write"}
	sim.AddToken(cloudflare.TokenSpec{Name: "r2sim", Groups: groups, Value: s.token})
	for _, z := range zones {
		sim.AddZone(z.id, z.name)
	}
	return s.Serve(ctx, sim.Server, stdout, s.path, func(at string) [][2]string {
		return [][2]string{{"CLOUDFLARE_ACCOUNT_ID", s.options.AccountID}, {"CLOUDFLARE_API_TOKEN", s.token},
			{"CLOUDFLARE_API_BASE_URL", at + "/client/v4"}, {"CLOUDFLARE_S3_ENDPOINT_URL", at + "/s3/{jurisdiction}"}}
	})
}

// path is what is printed of a call: without the account, which would fill the line,
// and with the jurisdiction of calls that differ in a header alone.
func (s settings) path(c kit.Call) string {
	out := strings.TrimPrefix(c.Path, "/client/v4/accounts/"+s.options.AccountID)
	switch j := c.Jurisdiction; j {
	case "eu", "us", "fedramp":
		if !strings.HasPrefix(out, "/s3/") {
			out += " (" + j + ")"
		}
	}
	return out
}
