// Command s3 serves S3 with one pair of keys and one empty bucket. It is for trying a shared state
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
//	go run ./vendors/sim/s3 --fault PutObject:after:reset:1
//
// This command only has the flags and what is printed; [buckethead/vendors/sim/s3api] simulates S3.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"time"

	"buckethead/vendors/sim/kit"
	"buckethead/vendors/sim/s3api"
)

func main() { os.Exit(kit.Main(signal.NotifyContext, os.Args, os.Stdout, os.Stderr, run)) }

// run serves until the context ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o := s3api.Options{Now: time.Now, Tools: true, Buckets: []string{""}}
	c := kit.NewCommand("s3", "127.0.0.1:8789", s3api.Operations(), stderr)
	c.StringVar(&o.AccessKeyID, "access-key-id", "s3sim", "`id` of the key, which may do everything")
	c.StringVar(&o.SecretAccessKey, "secret-access-key", "s3sim-secret", "the `secret` of the key")
	c.StringVar(&o.Region, "region", "us-east-1", "`name` of the region")
	c.StringVar(&o.Buckets[0], "bucket", "states", "`name` of the bucket")
	if err := c.Parse(args); err != nil {
		return err
	}
	if o.AccessKeyID == "" || o.SecretAccessKey == "" || o.Region == "" || o.Buckets[0] == "" {
		return errors.New("--access-key-id, --secret-access-key, --region or --bucket is empty")
	}
	path := func(call kit.Call) string { return call.Path }
	return c.Serve(ctx, s3api.New(o).Server, stdout, path, func(at string) [][2]string {
		return [][2]string{{"AWS_ACCESS_KEY_ID", o.AccessKeyID}, {"AWS_SECRET_ACCESS_KEY", o.SecretAccessKey},
			{"AWS_REGION", o.Region}, {"AWS_ENDPOINT_URL_S3", at}}
	})
}
