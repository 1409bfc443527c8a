package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"buckethead/vendors"
	"buckethead/vendors/cloudflare"
	"buckethead/vendors/sim/kit"
)

// start runs the command on a free port until the test ends, and returns what it exports.
func start(t *testing.T, args ...string) map[string]string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, append(args, "--listen", "127.0.0.1:0"), in, io.Discard) }()
	t.Cleanup(func() {
		if stop(); <-ended != nil {
			t.Error("the command failed")
		}
	})
	env := map[string]string{}
	for lines := bufio.NewScanner(out); len(env) < 4 && lines.Scan(); {
		name, value, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "export "), "=")
		env[name] = strings.Trim(value, "'")
	}
	return env
}

// account opens bh's adapter on what a command exports.
func account(t *testing.T, env map[string]string) vendors.BucketProvider {
	t.Helper()
	cloud, err := cloudflare.Vendor.OpenBuckets(t.Context(), vendors.Host{Now: time.Now, Sleep: kit.Sleep, Transport: http.DefaultTransport},
		vendors.Settings{"account_id": {Text: env["CLOUDFLARE_ACCOUNT_ID"]}, "api_token": {Secret: vendors.NewSecret(env["CLOUDFLARE_API_TOKEN"])},
			"api_base_url": {Text: env["CLOUDFLARE_API_BASE_URL"]}, "s3_endpoint_url": {Text: env["CLOUDFLARE_S3_ENDPOINT_URL"]}, "token_kind": {Text: "account"}})
	if err != nil {
		t.Fatal(err)
	}
	return cloud
}

// made is a bucket with a key that the adapter made, and the AWS SDK's client with that key.
type made struct {
	*s3.Client
	id   vendors.BucketID
	name *string
}

func makeBucket(t *testing.T, cloud vendors.BucketProvider, id vendors.BucketID, access vendors.Access) made {
	t.Helper()
	if _, err := cloud.CreateBucket(t.Context(), vendors.BucketSpec{ID: id}); err != nil && !errors.Is(err, vendors.ErrExists) {
		t.Fatal(err)
	}
	issued, err := cloud.IssueCredential(t.Context(), vendors.CredentialSpec{Name: "bh/" + id.Name + "/" + string(access), Bucket: id, Access: access})
	if err != nil {
		t.Fatal(err)
	}
	keys := issued.Keys
	return made{s3.New(s3.Options{Region: keys.Region, BaseEndpoint: &keys.EndpointURL, UsePathStyle: true, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(keys.AccessKeyID, keys.SecretAccessKey.Reveal(), ""),
		// These two are what config.LoadDefaultConfig sets.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported}),
		id, aws.String(id.Name)}
}

func (m made) put(t *testing.T, key, body string) error {
	_, err := m.PutObject(t.Context(), &s3.PutObjectInput{Bucket: m.name, Key: &key, Body: strings.NewReader(body)})
	return err
}

func (m made) list(t *testing.T) ([]string, error) {
	out, err := m.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: m.name})
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
	}
	return keys, nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// denied fails unless an error is a 403.
func denied(t *testing.T, what string, err error) {
	t.Helper()
	var answer *awshttp.ResponseError
	if !errors.As(err, &answer) || answer.HTTPStatusCode() != http.StatusForbidden {
		t.Errorf("%s: %v, want 403", what, err)
	}
}

// Keys that bh makes open their bucket for a client that nobody here wrote, and the REST
// API sees what it does.
func TestS3_keysOfBH(t *testing.T) {
	cloud := account(t, start(t))
	for _, id := range []vendors.BucketID{{Name: "acme-photos"}, {Name: "acme-photos", Namespace: "eu"}} {
		photos := makeBucket(t, cloud, id, vendors.ReadWrite)
		for _, key := range []string{"a b/ü+1", "b", "c", "d"} {
			must(t, photos.put(t, key, "hello "+key))
		}
		_, err := photos.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: photos.name})
		must(t, err)
		head, err := photos.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: photos.name, Key: aws.String("b")})
		must(t, err)
		got, err := photos.GetObject(t.Context(), &s3.GetObjectInput{Bucket: photos.name, Key: aws.String("a b/ü+1")})
		must(t, err)
		body, err := io.ReadAll(got.Body)
		if err != nil || string(body) != "hello a b/ü+1" || *head.ContentLength != 7 {
			t.Errorf("%q of %d bytes: %v", body, *head.ContentLength, err)
		}
		if keys, err := photos.list(t); err != nil || !slices.Equal(keys, []string{"a b/ü+1", "b", "c", "d"}) {
			t.Errorf("listed %q: %v", keys, err)
		}
		found, err := cloud.(vendors.EmptinessProber).ProbeEmptiness(t.Context(), id)
		if err != nil || found.Objects != 4 {
			t.Errorf("the REST API sees %+v: %v", found, err)
		}
		if err := cloud.DeleteBucket(t.Context(), id); !errors.Is(err, vendors.ErrNotEmpty) {
			t.Errorf("a bucket with objects of S3 was deleted: %v", err)
		}
		_, err = photos.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: photos.name, Key: aws.String("d")})
		must(t, err)
		gone, err := photos.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: photos.name,
			Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("a b/ü+1")}, {Key: aws.String("b")}}}})
		must(t, err)
		if keys, err := photos.list(t); err != nil || len(gone.Deleted) != 2 || !slices.Equal(keys, []string{"c"}) {
			t.Errorf("%d deleted, left are %q: %v", len(gone.Deleted), keys, err)
		}
		must(t, cloud.(vendors.BucketEmptier).EmptyBucket(t.Context(), id))
		must(t, cloud.DeleteBucket(t.Context(), id))
	}
}

// A key opens its bucket and no other, also not that of the same name elsewhere; one
// that may only read changes nothing.
func TestS3_keysOfOthers(t *testing.T) {
	cloud := account(t, start(t))
	id := vendors.BucketID{Name: "acme-photos"}
	photos := makeBucket(t, cloud, id, vendors.ReadWrite)
	must(t, photos.put(t, "k", "hello"))
	for name, other := range map[string]made{
		"of another bucket":       makeBucket(t, cloud, vendors.BucketID{Name: "acme-videos"}, vendors.ReadWrite),
		"of another jurisdiction": makeBucket(t, cloud, vendors.BucketID{Name: "acme-photos", Namespace: "us"}, vendors.ReadWrite),
		"that only reads":         makeBucket(t, cloud, id, vendors.ReadOnly),
	} {
		other.Client = s3.New(other.Options(), func(o *s3.Options) { o.BaseEndpoint = photos.Options().BaseEndpoint })
		other.name = photos.name
		_, err := other.list(t)
		if name == "that only reads" {
			must(t, err)
		} else {
			denied(t, "a list with a key "+name, err)
		}
		denied(t, "a put with a key "+name, other.put(t, "k", "changed"))
		_, err = other.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: other.name, Key: aws.String("k")})
		denied(t, "a delete with a key "+name, err)
		_, err = other.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: other.name, Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("k")}}}})
		denied(t, "a batch delete with a key "+name, err)
	}
	videos := makeBucket(t, cloud, vendors.BucketID{Name: "acme-videos"}, vendors.ReadWrite)
	_, err := videos.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: videos.name, Key: aws.String("k"), CopySource: aws.String("acme-photos/k")})
	denied(t, "a copy out of another bucket", err)
	if keys, err := photos.list(t); err != nil || !slices.Equal(keys, []string{"k"}) {
		t.Errorf("left are %q: %v", keys, err)
	}
}

// Objects under a lock of the bucket are kept, whichever API asks.
func TestS3_locks(t *testing.T) {
	cloud := account(t, start(t))
	id := vendors.BucketID{Name: "acme-audit"}
	audit := makeBucket(t, cloud, id, vendors.ReadWrite)
	must(t, audit.put(t, "audit/1", "first"))
	must(t, cloud.(vendors.BucketSettingsWriter).WriteBucketSettings(t.Context(), id, vendors.SettingsChange{Kind: vendors.LockSettings,
		Settings: vendors.BucketSettings{Lock: []vendors.LockRule{{ID: "audit", Enabled: true, Prefix: "audit/", Indefinite: true}}}}))
	must(t, audit.put(t, "free", "first"))
	must(t, audit.put(t, "free", "second"))
	denied(t, "an overwrite", audit.put(t, "audit/1", "second"))
	_, err := audit.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: audit.name, Key: aws.String("audit/1")})
	denied(t, "a delete", err)
	out, err := audit.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: audit.name,
		Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("audit/1")}, {Key: aws.String("free")}}}})
	if err != nil || len(out.Deleted) != 1 || len(out.Errors) != 1 || *out.Errors[0].Key != "audit/1" {
		t.Errorf("a batch: %+v, %v", out, err)
	}
}
