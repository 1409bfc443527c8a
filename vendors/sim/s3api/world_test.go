package s3api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"buckethead/vendors/sim/s3api"
)

const (
	keyID  = "AKIDSIM"
	secret = "sim-secret"
	region = "eu-central-1"
	bucket = "states"
)

// world is a server and the AWS SDK's client of it, which sends each request once.
type world struct {
	sim      *s3api.Server
	http     *http.Client
	endpoint string
	*s3.Client
}

func options() s3api.Options {
	return s3api.Options{AccessKeyID: keyID, SecretAccessKey: secret, Region: region, Buckets: []string{bucket, "other"}, Now: time.Now}
}

// inProcess reaches the server without a socket.
func inProcess(o s3api.Options) *world {
	sim := s3api.New(o)
	return connect(sim, &http.Client{Transport: sim.Transport()}, "http://s3.test")
}

func connect(sim *s3api.Server, client *http.Client, endpoint string) *world {
	return &world{sim, client, endpoint, s3.New(s3.Options{
		Region: region, BaseEndpoint: &endpoint, UsePathStyle: true, HTTPClient: client, Retryer: aws.NopRetryer{},
		Credentials:                credentials.NewStaticCredentialsProvider(keyID, secret, ""),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})}
}

// eachWay runs a test in the process and over a socket.
func eachWay(t *testing.T, o s3api.Options, test func(t *testing.T, w *world)) {
	t.Run("in process", func(t *testing.T) { test(t, inProcess(o)) })
	t.Run("socket", func(t *testing.T) {
		sim := s3api.New(o)
		server := httptest.NewServer(sim)
		defer server.Close()
		test(t, connect(sim, server.Client(), server.URL))
	})
}

func (w *world) put(ctx context.Context, key, body, match, none string) (etag string, err error) {
	in := &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: bytes.NewReader([]byte(body))}
	if match != "" {
		in.IfMatch = &match
	}
	if none != "" {
		in.IfNoneMatch = &none
	}
	out, err := w.PutObject(ctx, in)
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ETag), nil
}

func (w *world) get(ctx context.Context, key string) (string, error) {
	out, err := w.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
	if err != nil {
		return "", err
	}
	defer func() { _ = out.Body.Close() }()
	body, err := io.ReadAll(out.Body)
	return string(body), err
}

// is checks the status and the code of an S3 error.
func is(t *testing.T, err error, status int, code string) {
	t.Helper()
	var answer *awshttp.ResponseError
	var api smithy.APIError
	if !errors.As(err, &answer) || !errors.As(err, &api) || answer.HTTPStatusCode() != status || api.ErrorCode() != code {
		t.Errorf("got %v, want %d %s", err, status, code)
	} else if answer.RequestID == "" {
		t.Errorf("%v has no request id", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
