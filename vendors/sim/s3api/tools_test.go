package s3api_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"buckethead/vendors/sim/s3api"
)

// tools is a server for tools, and the AWS SDK's client with its default settings.
type tools struct {
	*world
	hashes []string // of the payloads that were sent
}

func newTools(t *testing.T, secure bool) *tools {
	t.Helper()
	o := options()
	o.Tools = true
	w := &tools{world: &world{sim: s3api.New(o)}}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.hashes = append(w.hashes, r.Header.Get("X-Amz-Content-Sha256"))
		w.sim.ServeHTTP(out, r)
	}))
	if secure {
		server.StartTLS()
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	w.http, w.endpoint = server.Client(), server.URL
	w.Client = s3.New(s3.Options{Region: region, BaseEndpoint: &server.URL, UsePathStyle: true, HTTPClient: server.Client(),
		Credentials: credentials.NewStaticCredentialsProvider(keyID, secret, ""),
		// These two are what config.LoadDefaultConfig sets.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported})
	return w
}

// eachScheme runs a test without TLS, where the SDK signs what it sends, and with it,
// where it sends checksums behind the body.
func eachScheme(t *testing.T, test func(t *testing.T, w *tools)) {
	for _, secure := range []bool{false, true} {
		t.Run(fmt.Sprintf("secure=%t", secure), func(t *testing.T) {
			w := newTools(t, secure)
			test(t, w)
			if streamed := slices.Contains(w.hashes, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"); streamed != secure {
				t.Errorf("something was sent in chunks: %t", streamed)
			}
			if strange := w.sim.Unknown(); len(strange) > 0 {
				t.Errorf("refused: %q", strange)
			}
		})
	}
}

func TestTools_object(t *testing.T) {
	eachScheme(t, func(t *testing.T, w *tools) {
		body := strings.Repeat("0123456789", 100_000)
		for _, algorithm := range []types.ChecksumAlgorithm{"", "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"} {
			key := "dir/" + string(algorithm)
			_, err := w.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(body), ChecksumAlgorithm: algorithm,
				ContentType: aws.String("text/plain"), ContentEncoding: aws.String("gzip"), Metadata: map[string]string{"mtime": "1"}})
			must(t, err)
			out, err := w.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
			must(t, err)
			got, err := io.ReadAll(out.Body)
			if err != nil || string(got) != body || *out.ContentType != "text/plain" || *out.ContentEncoding != "gzip" || out.Metadata["mtime"] != "1" {
				t.Errorf("%s: %d bytes, %+v, %v", algorithm, len(got), out, err)
			}
			if algorithm == "" && out.ChecksumCRC32 == nil && out.ChecksumCRC64NVME == nil {
				t.Error("the checksum that the SDK sends by default was not kept")
			}
		}
	})
}

func TestTools_range(t *testing.T) {
	eachScheme(t, func(t *testing.T, w *tools) {
		_, err := w.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), Body: strings.NewReader("0123456789")})
		must(t, err)
		for span, want := range map[string]string{"bytes=0-3": "0123", "bytes=8-": "89", "bytes=-3": "789", "bytes=5-100": "56789", "bytes=-100": "0123456789"} {
			out, err := w.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), Range: &span})
			must(t, err)
			if got, err := io.ReadAll(out.Body); err != nil || string(got) != want || !strings.HasSuffix(aws.ToString(out.ContentRange), "/10") {
				t.Errorf("%s: %q, %v", span, got, err)
			}
		}
		for _, span := range []string{"bytes=10-", "bytes=3-2", "bytes=-0", "bytes=x-1", "bytes=-", "lines=0-1", "bytes=1"} {
			_, err := w.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("k"), Range: &span})
			is(t, err, 416, "InvalidRange")
		}
	})
}

func TestTools_list(t *testing.T) {
	w := newTools(t, false)
	for _, key := range []string{"a", "b/1", "b/2", "c d+ü", "e/1"} {
		w.sim.Put(bucket, key, nil)
	}
	for name, tt := range map[string]struct {
		in   s3.ListObjectsV2Input
		want string
	}{
		"folders":        {s3.ListObjectsV2Input{Delimiter: aws.String("/")}, "a c d+ü b/ e/ "},
		"by two":         {s3.ListObjectsV2Input{Delimiter: aws.String("/"), MaxKeys: aws.Int32(2)}, "a b/ c d+ü e/ "},
		"one by one":     {s3.ListObjectsV2Input{MaxKeys: aws.Int32(1)}, "a b/1 b/2 c d+ü e/1 "},
		"in a folder":    {s3.ListObjectsV2Input{Delimiter: aws.String("/"), Prefix: aws.String("b/")}, "b/1 b/2 "},
		"after a name":   {s3.ListObjectsV2Input{Delimiter: aws.String("/"), StartAfter: aws.String("b/1")}, "c d+ü b/ e/ "},
		"names as URLs":  {s3.ListObjectsV2Input{Prefix: aws.String("c d"), EncodingType: "url"}, "c%20d%2B%C3%BC "},
		"nothing at all": {s3.ListObjectsV2Input{Prefix: aws.String("x")}, ""},
	} {
		tt.in.Bucket = aws.String(bucket)
		got := ""
		for p := s3.NewListObjectsV2Paginator(w, &tt.in); p.HasMorePages(); {
			page, err := p.NextPage(t.Context())
			must(t, err)
			for _, o := range page.Contents {
				got += *o.Key + " "
			}
			for _, f := range page.CommonPrefixes {
				got += *f.Prefix + " "
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestTools_upload(t *testing.T) {
	eachScheme(t, func(t *testing.T, w *tools) {
		ctx, key := t.Context(), "large"
		begin := func() *string {
			t.Helper()
			begun, err := w.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: &key, ContentType: aws.String("video/mp4")})
			must(t, err)
			return begun.UploadId
		}
		id := begin()
		part := func(n int32, size int) types.CompletedPart {
			t.Helper()
			made, err := w.UploadPart(ctx, &s3.UploadPartInput{Bucket: aws.String(bucket), Key: &key, UploadId: id, PartNumber: &n,
				Body: bytes.NewReader(bytes.Repeat([]byte{byte(n)}, size))})
			must(t, err)
			return types.CompletedPart{ETag: made.ETag, PartNumber: &n, ChecksumCRC32: made.ChecksumCRC32}
		}
		complete := func(parts ...types.CompletedPart) error {
			_, err := w.CompleteMultipartUpload(ctx, &s3.CompleteMultipartUploadInput{Bucket: aws.String(bucket), Key: &key, UploadId: id,
				MultipartUpload: &types.CompletedMultipartUpload{Parts: parts}})
			return err
		}
		first, last, small := part(1, 5<<20), part(3, 10), part(2, 10)
		is(t, complete(first, first), 400, "InvalidPartOrder")
		is(t, complete(first, small, last), 400, "EntityTooSmall")
		is(t, complete(types.CompletedPart{ETag: first.ETag, PartNumber: aws.Int32(4)}), 400, "InvalidPart")
		if _, _, there := w.sim.Object(bucket, key); there {
			t.Error("an upload that is not complete is there")
		}
		must(t, complete(first, last))
		out, err := w.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: &key})
		must(t, err)
		if body, err := io.ReadAll(out.Body); err != nil || len(body) != 5<<20+10 || body[len(body)-1] != 3 || !strings.HasSuffix(*out.ETag, `-2"`) || *out.ContentType != "video/mp4" {
			t.Errorf("%d bytes, %+v, %v", len(body), out, err)
		}
		is(t, complete(first, last), 404, "NoSuchUpload")
		id = begin()
		_, err = w.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: aws.String(bucket), Key: &key, UploadId: id})
		must(t, err)
		is(t, complete(first), 404, "NoSuchUpload")
	})
}

func TestTools_rest(t *testing.T) {
	eachScheme(t, func(t *testing.T, w *tools) {
		ctx := t.Context()
		for _, key := range []string{"a", "b"} {
			_, err := w.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader("hello")})
			must(t, err)
		}
		_, err := w.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String(bucket), Key: aws.String("c"), CopySource: aws.String(bucket + "/a"), ContentType: aws.String("text/plain")})
		must(t, err)
		_, err = w.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("c"), ChecksumMode: types.ChecksumModeEnabled})
		must(t, err)
		_, err = w.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: aws.String("c")})
		must(t, err)
		_, err = w.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: aws.String(bucket), Delete: &types.Delete{Quiet: aws.Bool(true),
			Objects: []types.ObjectIdentifier{{Key: aws.String("a")}, {Key: aws.String("b")}}}})
		must(t, err)
		if left := w.sim.Keys(bucket); len(left) > 0 {
			t.Errorf("left are %q", left)
		}
	})
}

// What is wrong with a body in chunks is found.
func TestTools_chunks(t *testing.T) {
	const trailer, streamed = "x-amz-checksum-crc32", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	const sum = "NhCmhg==" // of "hello"
	for name, tt := range map[string]struct {
		body, length string
		status       int
		code         string
		unsized      bool // there is no Content-Length, as from the AWS CLI
	}{
		"without length":    {"5\r\nhello\r\n0\r\n" + trailer + ":" + sum + "\r\n\r\n", "5", 200, "", true},
		"in order":          {"5\r\nhello\r\n0\r\n" + trailer + ":" + sum + "\r\n\r\n", "5", 200, "", false},
		"two chunks":        {"2\r\nhe\r\n3\r\nllo\r\n0\r\n" + trailer + ":" + sum + "\r\n\r\n", "5", 200, "", false},
		"another sum":       {"5\r\nhallo\r\n0\r\n" + trailer + ":" + sum + "\r\n\r\n", "5", 400, "BadDigest", false},
		"no trailer":        {"5\r\nhello\r\n0\r\n\r\n", "5", 400, "MalformedTrailerError", false},
		"another trailer":   {"5\r\nhello\r\n0\r\nx-amz-checksum-sha1:" + sum + "\r\n\r\n", "5", 400, "MalformedTrailerError", false},
		"another length":    {"5\r\nhello\r\n0\r\n" + trailer + ":" + sum + "\r\n\r\n", "6", 400, "IncompleteBody", false},
		"no last chunk":     {"5\r\nhello\r\n", "5", 400, "IncompleteBody", false},
		"half a chunk":      {"5\r\nhel", "5", 400, "IncompleteBody", false},
		"a chunk too short": {"4\r\nhello\r\n0\r\n" + trailer + ":" + sum + "\r\n\r\n", "5", 400, "IncompleteBody", false},
		"a size of letters": {"x\r\nhello\r\n0\r\n\r\n", "5", 400, "IncompleteBody", false},
		"nothing":           {"", "5", 400, "IncompleteBody", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTools(t, false)
			answer := raw{method: "PUT", body: tt.body, hash: streamed, before: func(r *http.Request) {
				if tt.unsized {
					r.ContentLength = -1
				}
				r.Header.Set("X-Amz-Trailer", trailer)
				r.Header.Set("X-Amz-Decoded-Content-Length", tt.length)
				r.Header.Set("Content-Encoding", "aws-chunked")
			}}.send(t, w.world)
			defer func() { _ = answer.Body.Close() }()
			text, err := io.ReadAll(answer.Body)
			must(t, err)
			if answer.StatusCode != tt.status || !strings.Contains(string(text), tt.code) {
				t.Errorf("%d %s, want %d %s", answer.StatusCode, text, tt.status, tt.code)
			}
			if body, _, there := w.sim.Object(bucket, "k"); there != (tt.status == 200) || there && string(body) != "hello" {
				t.Errorf("%q is there", body)
			}
		})
	}
}

// An upload that is cut off leaves nothing behind.
func TestTools_cutOff(t *testing.T) {
	w := newTools(t, false)
	half := io.MultiReader(strings.NewReader("hel"), failing{})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, w.endpoint+"/"+bucket+"/k", half)
	must(t, err)
	r.ContentLength = 5
	keys := aws.Credentials{AccessKeyID: keyID, SecretAccessKey: secret}
	r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	must(t, v4.NewSigner().SignHTTP(t.Context(), keys, r, "UNSIGNED-PAYLOAD", "s3", region, time.Now()))
	done := make(chan int, 1)
	w.sim.OnDone(func(_ s3api.Call, status int, _ bool) { done <- status })
	if answer, err := w.http.Do(r); err == nil {
		_ = answer.Body.Close()
		t.Error("half an upload is answered")
	}
	if status := <-done; status != 400 {
		t.Errorf("status %d", status)
	}
	if _, _, there := w.sim.Object(bucket, "k"); there {
		t.Error("half an object is there")
	}
}

// failing is a body that breaks.
type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }
