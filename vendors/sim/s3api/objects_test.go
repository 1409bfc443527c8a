package s3api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"buckethead/vendors/sim/s3api"
)

const hello = `"5d41402abc4b2a76b9719d911017c592"` // of "hello"

func TestObject(t *testing.T) {
	eachWay(t, options(), func(t *testing.T, w *world) {
		ctx, key := t.Context(), "a dir/ü+$&=@:;,?#[]~.state"
		etag, err := w.put(ctx, key, "hello", "", "")
		must(t, err)
		out, err := w.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &key})
		must(t, err)
		if etag != hello || *out.ETag != hello || *out.ContentLength != 5 || out.LastModified.Nanosecond() != 0 || time.Since(*out.LastModified) > time.Minute {
			t.Errorf("%s, %v", etag, out)
		}
		if body, err := w.get(ctx, key); body != "hello" || err != nil {
			t.Errorf("%q, %v", body, err)
		}
		if body, etag, ok := w.sim.Object(bucket, key); string(body) != "hello" || etag != hello || !ok {
			t.Errorf("%q, %s, %t", body, etag, ok)
		}
		large := strings.Repeat("x", 3<<20) // the client waits for 100 Continue
		_, err = w.put(ctx, "large", large, "", "")
		must(t, err)
		if in, out := w.sim.Moved(); in != int64(5+len(large)) || out != 5 {
			t.Errorf("moved %d and %d", in, out)
		}
		for range 2 { // absence is success
			_, err = w.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(bucket), Key: &key})
			must(t, err)
		}
		_, err = w.get(ctx, key)
		is(t, err, 404, "NoSuchKey")
		_, err = w.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: &key})
		is(t, err, 404, "NotFound") // it has no body
		_, err = w.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(bucket)})
		must(t, err)
		w.sim.Put(bucket, "back", []byte("hello"))
		w.sim.Remove(bucket, "large")
		if got := w.sim.Keys(bucket); !slices.Equal(got, []string{"back"}) {
			t.Errorf("%v", got)
		}
		w.sim.DeleteBucket(bucket)
		_, err = w.get(ctx, "back")
		is(t, err, 404, "NoSuchBucket")
		_, err = w.put(ctx, "back", "", "", "")
		is(t, err, 404, "NoSuchBucket")
	})
}

func TestGetObject_conditions(t *testing.T) {
	eachWay(t, options(), func(t *testing.T, w *world) {
		w.sim.Put(bucket, "k", []byte("hello"))
		const other = `"00000000000000000000000000000000"`
		for _, tt := range []struct {
			match, none string
			status      int
			code        string
		}{
			{hello, "", 200, ""}, {"*", "", 200, ""}, {"", other, 200, ""}, {hello, other, 200, ""},
			{other, "", 412, "PreconditionFailed"}, {"", hello, 304, "NotModified"}, {"", "*", 304, "NotModified"}, {"bare", "", 400, "InvalidArgument"},
		} {
			in := &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")}
			if tt.match != "" {
				in.IfMatch = &tt.match
			}
			if tt.none != "" {
				in.IfNoneMatch = &tt.none
			}
			out, err := w.GetObject(t.Context(), in)
			if tt.status == 200 {
				must(t, err)
				_ = out.Body.Close()
			} else {
				is(t, err, tt.status, tt.code)
			}
		}
	})
}

func TestPutObject_conditions(t *testing.T) {
	eachWay(t, options(), func(t *testing.T, w *world) {
		ctx := t.Context()
		_, err := w.put(ctx, "k", "hello", hello, "")
		is(t, err, 404, "NoSuchKey")
		_, err = w.put(ctx, "k", "hello", "", "*")
		must(t, err)
		_, err = w.put(ctx, "k", "again", "", "*")
		is(t, err, 412, "PreconditionFailed")
		next, err := w.put(ctx, "k", "again", hello, "")
		must(t, err)
		_, err = w.put(ctx, "k", "third", hello, "")
		is(t, err, 412, "PreconditionFailed")
		_, err = w.put(ctx, "k", "third", "", next)
		is(t, err, 501, "NotImplemented")
		_, err = w.put(ctx, "k", "third", next, "*")
		is(t, err, 400, "InvalidRequest")
		_, err = w.put(ctx, "k", "third", "bare", "")
		is(t, err, 400, "InvalidArgument")
		if body, _, _ := w.sim.Object(bucket, "k"); string(body) != "again" {
			t.Errorf("%q", body)
		}
	})
}

func TestOptions(t *testing.T) {
	o := options()
	o.IgnoreConditions, o.NoDate = true, true
	eachWay(t, o, func(t *testing.T, w *world) {
		for range 2 {
			_, err := w.put(t.Context(), "k", "hello", "", "*")
			must(t, err)
		}
		answer, err := w.http.Get(w.endpoint + "/" + bucket)
		must(t, err)
		_ = answer.Body.Close()
		if _, there := answer.Header["Date"]; there {
			t.Errorf("%v", answer.Header)
		}
	})
	o = options()
	var seconds atomic.Int64
	o.Now = func() time.Time { return time.Now().Add(time.Duration(seconds.Add(2)) * time.Second) }
	o.LastModified = func(o s3api.Object) string {
		if string(o.Body) == "untold" {
			return ""
		}
		return o.Created.Add(time.Hour).Format(http.TimeFormat)
	}
	eachWay(t, o, func(t *testing.T, w *world) {
		var told []string
		for _, body := range []string{"hello", "again", "untold"} {
			_, err := w.put(t.Context(), "k", body, "", "")
			must(t, err)
			got, err := w.HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String(bucket), Key: aws.String("k")})
			must(t, err)
			told = append(told, fmt.Sprint(got.LastModified))
		}
		if told[0] == "<nil>" || told[1] != told[0] || told[2] != "<nil>" {
			t.Errorf("%q", told)
		}
	})
	o = options()
	o.RefuseConditions = true
	o.Now = func() time.Time { return time.Now().Add(10 * time.Minute) }
	eachWay(t, o, func(t *testing.T, w *world) {
		_, err := w.put(t.Context(), "k", "hello", "", "*")
		is(t, err, 501, "NotImplemented")
		_, err = w.put(t.Context(), "k", "hello", "", "")
		must(t, err)
		answer, err := w.http.Get(w.endpoint + "/" + bucket)
		must(t, err)
		_ = answer.Body.Close()
		at, err := time.Parse(time.RFC1123, answer.Header.Get("Date"))
		if off := time.Until(at); err != nil || off < 9*time.Minute || off > 11*time.Minute {
			t.Errorf("%v off, %v", off, err)
		}
	})
}

func TestCopyObject(t *testing.T) {
	eachWay(t, options(), func(t *testing.T, w *world) {
		w.sim.Put(bucket, "a/b c", []byte("hello"))
		for _, tt := range []struct {
			source, to, match string
			status            int
			code              string
		}{
			{"states/a/b%20c", "to", hello, 200, ""}, {"/states/a/b%20c", "to", "", 200, ""},
			{"states/a/b%20c", "to", `"0"`, 412, "PreconditionFailed"}, {"states/a/b%20c", "to", "bare", 400, "InvalidArgument"},
			{"states/gone", "to", "", 404, "NoSuchKey"}, {"gone/x", "to", "", 404, "NoSuchBucket"}, {"states", "to", "", 400, "InvalidArgument"},
			{"states/a/b%20c", "a/b c", "", 400, "InvalidRequest"}, {"states/a?versionId=1", "to", "", 501, "NotImplemented"},
		} {
			w.sim.Remove(bucket, "to")
			in := &s3.CopyObjectInput{Bucket: aws.String(bucket), Key: &tt.to, CopySource: &tt.source}
			if tt.match != "" {
				in.CopySourceIfMatch = &tt.match
			}
			out, err := w.CopyObject(t.Context(), in)
			if tt.status != 200 {
				is(t, err, tt.status, tt.code)
				continue
			}
			must(t, err)
			if body, _, _ := w.sim.Object(bucket, "to"); string(body) != "hello" || *out.CopyObjectResult.ETag != hello {
				t.Errorf("%q, %v", body, out.CopyObjectResult)
			}
		}
	})
}

func TestListAndDeleteObjects(t *testing.T) {
	eachWay(t, options(), func(t *testing.T, w *world) {
		want := []string{"p/1", "p/2", "p/3", "p/4 &<", "p/5"}
		for _, key := range append(want, "q") {
			w.sim.Put(bucket, key, []byte("hello"))
		}
		var got []string
		var pages []int
		for p := s3.NewListObjectsV2Paginator(w, &s3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: aws.String("p/"), MaxKeys: aws.Int32(2)}); p.HasMorePages(); {
			page, err := p.NextPage(t.Context())
			must(t, err)
			pages = append(pages, int(*page.KeyCount))
			for _, o := range page.Contents {
				if *o.ETag != hello || *o.Size != 5 {
					t.Errorf("%v", o)
				}
				got = append(got, *o.Key)
			}
		}
		if !slices.Equal(got, want) || !slices.Equal(pages, []int{2, 2, 1}) {
			t.Errorf("%q in %v", got, pages)
		}
		for _, in := range []*s3.ListObjectsV2Input{{ContinuationToken: aws.String("p/1")}, {MaxKeys: aws.Int32(-1)}} {
			in.Bucket = aws.String(bucket)
			_, err := w.ListObjectsV2(t.Context(), in)
			is(t, err, 400, "InvalidArgument")
		}
		_, err := w.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String(bucket), Delimiter: aws.String("/")})
		is(t, err, 400, "UnknownQueryParameter")
		out, err := w.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{Bucket: aws.String(bucket),
			Delete: &types.Delete{Objects: []types.ObjectIdentifier{{Key: aws.String("p/1")}, {Key: aws.String("p/4 &<")}, {Key: aws.String("gone")}}}})
		must(t, err)
		if left := w.sim.Keys(bucket); len(out.Deleted) != 3 || !slices.Equal(left, []string{"p/2", "p/3", "p/5", "q"}) {
			t.Errorf("%v, and %q are left", out.Deleted, left)
		}
	})
}
