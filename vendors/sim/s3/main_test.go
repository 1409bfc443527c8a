package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// The AWS SDK finds the server by what the command exports.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	var log bytes.Buffer
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"--listen", "127.0.0.1:0", "--fault", "GetObject:before:503:1"}, in, &log)
	}()
	lines := bufio.NewScanner(out)
	for n := 0; n < 4 && lines.Scan(); n++ {
		name, value, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		t.Setenv(name, strings.Trim(value, "'"))
	}
	t.Setenv("AWS_CONFIG_FILE", "/nowhere")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
	found, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		t.Fatal(err)
	}
	client := s3.NewFromConfig(found, func(o *s3.Options) { o.UsePathStyle, o.Retryer = true, aws.NopRetryer{} })
	if _, err := client.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("states"), Key: aws.String("k"), Body: strings.NewReader("hello")}); err != nil {
		t.Error(err)
	}
	for n := range 2 {
		got, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("states"), Key: aws.String("k")})
		if (err != nil) != (n == 0) {
			t.Errorf("read %d: %v", n, err)
		}
		if err == nil {
			_ = got.Body.Close()
		}
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if want := "PUT /states/k 200\nGET /states/k 503\nGET /states/k 200\n"; log.String() != want {
		t.Errorf("logged %s, want %s", log.String(), want)
	}
}

func TestRun_refuses(t *testing.T) {
	for _, args := range [][]string{{"--listen", "0.0.0.0:1"}, {"--bucket", ""}, {"--access-key-id", ""}, {"--fault", "s3.head:before:503"}, {"more"}} {
		ended, end := context.WithCancel(t.Context())
		end() // what is taken does not listen
		if err := run(ended, args, io.Discard, io.Discard); err == nil || errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "canceled") {
			t.Errorf("%q is taken: %v", args, err)
		}
	}
}
