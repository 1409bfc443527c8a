// Command op serves a simulated 1Password Connect server with one empty vault. It is for trying a client
// without an account.
//
// The server listens on this machine only and keeps everything in memory, so nothing survives a restart.
// It prints the variables to export, and then a line for each call: method, path and status. Secrets in
// queries, headers and bodies are not printed. It runs until a signal ends it.
//
// # Faults
//
// --fault makes calls go wrong, before or after they act:
//
//	go run ./vendors/sim/op --fault item.create:after:reset:1
//
// This command only has the flags and what is printed; [buckethead/vendors/sim/connect] simulates Connect.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"time"

	"buckethead/vendors/sim/connect"
	"buckethead/vendors/sim/kit"
)

func main() { os.Exit(kit.Main(signal.NotifyContext, os.Args, os.Stdout, os.Stderr, run)) }

// run serves until the context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var token, vault string
	o := connect.Options{Now: time.Now, Sleep: kit.Sleep}
	c := kit.NewCommand("op", "127.0.0.1:8788", connect.Operations(), stderr)
	c.StringVar(&token, "token", "opsim", "value of the `token` that can read and write the vault")
	c.StringVar(&vault, "vault", "Engineering", "`name` of the vault")
	c.DurationVar(&o.Latency, "latency", 0, "latency of every call; writes that overlap then conflict")
	c.DurationVar(&o.ReadDelay, "read-delay", 0, "time until reads show what a write did")
	if err := c.Parse(args); err != nil {
		return err
	}
	if token == "" || vault == "" || o.Latency < 0 || o.ReadDelay < 0 {
		return errors.New("--token or --vault is empty, or --latency or --read-delay is negative")
	}
	sim := connect.New(o)
	sim.AddToken(token, connect.Token{Vaults: []string{sim.AddVault(vault)}, Write: true})
	path := func(call kit.Call) string { return call.Path }
	return c.Serve(ctx, sim.Server, stdout, path, func(at string) [][2]string {
		return [][2]string{{"OP_CONNECT_HOST", at}, {"OP_CONNECT_TOKEN", token}}
	})
}
