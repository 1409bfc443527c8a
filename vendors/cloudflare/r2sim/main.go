// Command r2sim serves a simulated Cloudflare account on this machine: R2, API
// tokens and the S3 proof, in memory, with a limit and faults on demand. It is for
// trying a client without an account.
//
// What belongs here: flags, the socket, and what is printed. How Cloudflare behaves
// is in the package simulator.
//
//	go run ./vendors/cloudflare/r2sim --fault token.create:after:reset:1
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"buckethead/vendors/cloudflare/r2sim/simulator"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "r2sim:", err)
		os.Exit(1)
	}
}

// settings are what the flags say.
type settings struct {
	listen, token string
	options       simulator.Options
	faults        faults
}

// zones exist from the start, for custom domains.
var zones = []struct{ id, name string }{
	{"11112222333344445555666677778888", "example.com"},
	{"aaaabbbbccccddddeeeeffff00001111", "example.org"},
}

func parse(args []string, stderr io.Writer) (settings, error) {
	s := settings{options: simulator.Options{Now: time.Now, Sleep: sleep}}
	flags := flag.NewFlagSet("r2sim", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.listen, "listen", "127.0.0.1:8787", "loopback `address` to listen on")
	flags.StringVar(&s.options.AccountID, "account", simulator.DefaultAccountID, "`id` of the account, 32 hex digits")
	flags.StringVar(&s.token, "token", "r2sim", "value of the account `token` that may do everything bh does")
	flags.DurationVar(&s.options.Latency, "latency", 0, "of every call")
	flags.DurationVar(&s.options.KeyDelay, "key-delay", 0, "until S3 knows a fresh or changed token")
	flags.IntVar(&s.options.Limit, "limit", 1200, "REST calls in each window; 0: no limit")
	flags.DurationVar(&s.options.Window, "window", 5*time.Minute, "of the limit, and how long a breach blocks")
	flags.Var(&s.faults, "fault", "`OP:before|after:KIND[:N]`, repeatable: KIND is a status such as 503, reset, hang, truncate or\n"+
		"nonjson; N is which call of OP it hits, every one without. OP is a word such as bucket.create")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "Usage: r2sim [flags]")
		flags.PrintDefaults()
		fmt.Fprintln(stderr, "Zones for custom domains:")
		for _, z := range zones {
			fmt.Fprintf(stderr, "  %s  %s\n", z.id, z.name)
		}
	}
	if err := flags.Parse(args); err != nil {
		return settings{}, err
	}
	if flags.NArg() > 0 {
		return settings{}, fmt.Errorf("%q is no flag", flags.Arg(0))
	}
	return s, s.check()
}

func (s settings) check() error {
	host, _, err := net.SplitHostPort(s.listen)
	if err != nil {
		return fmt.Errorf("--listen: %w", err)
	}
	// A name could come to mean another machine's address, so only the one is taken.
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--listen: %s is no loopback address, and everybody who reaches r2sim could use it", s.listen)
	}
	if !simulator.ValidID(s.options.AccountID) {
		return fmt.Errorf("--account: %q is not 32 hex digits", s.options.AccountID)
	}
	if s.token == "" || s.options.Limit < 0 || s.options.Window <= 0 || s.options.Latency < 0 || s.options.KeyDelay < 0 {
		return errors.New("--token is empty, or --limit, --window, --latency or --key-delay is below what makes sense")
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// run serves until the context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	sim := simulator.New(s.options)
	sim.AddToken(simulator.TokenSpec{Name: "r2sim", Groups: []string{"Workers R2 Storage Write", "Account API Tokens Write"}, Value: s.token})
	for _, z := range zones {
		sim.AddZone(z.id, z.name)
	}
	if len(s.faults) > 0 {
		sim.OnCall(s.faults.pick)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.listen)
	if err != nil {
		return err
	}
	// The end of run ends what hangs, too.
	server := &http.Server{Handler: &logged{sim: sim, account: "/client/v4/accounts/" + s.options.AccountID, to: stderr},
		ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx }}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	at := "http://" + listener.Addr().String()
	_, err = fmt.Fprintf(stdout, "export CLOUDFLARE_ACCOUNT_ID=%s\nexport CLOUDFLARE_API_TOKEN=%s\nexport CLOUDFLARE_API_BASE_URL=%s\nexport CLOUDFLARE_S3_ENDPOINT_URL=%s\n",
		quote(s.options.AccountID), quote(s.token), quote(at+"/client/v4"), quote(at+"/s3/{jurisdiction}"))
	if err != nil {
		_ = listener.Close()
		return err
	}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
