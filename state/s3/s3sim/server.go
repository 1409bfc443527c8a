package s3sim

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"buckethead/vendors/cloudflare/r2sim/sigv4"
)

// Options are what a server is made with. Now is required. IgnoreConditions makes
// one that has no conditional writes and does not say so, RefuseConditions one that
// does; NoDate one whose answers carry no Date.
type Options struct {
	AccessKeyID, SecretAccessKey, Region string
	Buckets                              []string
	Now                                  func() time.Time
	IgnoreConditions                     bool
	RefuseConditions                     bool
	NoDate                               bool
}

// Server is one server. Safe for concurrent use.
type Server struct {
	o       Options
	mu      sync.Mutex
	buckets map[string]map[string]object
	count   int
}

type object struct {
	body     []byte
	etag     string // quoted
	modified time.Time
}

// New makes a server with empty buckets.
func New(o Options) *Server {
	s := &Server{o: o, buckets: map[string]map[string]object{}}
	for _, name := range o.Buckets {
		s.buckets[name] = map[string]object{}
	}
	return s
}

// Object gives what is there, for looking in.
func (s *Server) Object(bucket, key string) (body []byte, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.buckets[bucket][key]
	return bytes.Clone(o.body), ok
}

// Put changes what is there behind everyone's back; a nil body removes it.
func (s *Server) Put(bucket, key string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if body == nil {
		delete(s.buckets[bucket], key)
		return
	}
	s.buckets[bucket][key] = s.object(body)
}

// DeleteBucket makes a bucket vanish with all that it holds.
func (s *Server) DeleteBucket(bucket string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets, bucket)
}

// Keys gives the names of the objects in a bucket, sorted.
func (s *Server) Keys(bucket string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]string, 0, len(s.buckets[bucket]))
	for key := range s.buckets[bucket] {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

func (s *Server) object(body []byte) object {
	sum := md5.Sum(body)
	return object{bytes.Clone(body), `"` + hex.EncodeToString(sum[:]) + `"`, s.o.Now().UTC()}
}

// Transport answers requests in this process, without a socket.
func (s *Server) Transport() http.RoundTripper { return transport{s} }

type transport struct{ s *Server }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	in := r.Clone(r.Context())
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	if r.ContentLength > 0 { // the wire has it as a header
		in.Header.Set("Content-Length", strconv.FormatInt(r.ContentLength, 10))
	}
	out := httptest.NewRecorder()
	t.s.ServeHTTP(out, in)
	answer := out.Result()
	answer.Request = r
	answer.ContentLength = int64(out.Body.Len())
	return answer, nil
}

// fault is an error of S3. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
type fault struct {
	status        int
	code, message string
}

func bad(format string, args ...any) *fault {
	return &fault{http.StatusBadRequest, "SimulatorRefuses", fmt.Sprintf(format, args...)}
}

// ServeHTTP answers one request, one after the other.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	id := fmt.Sprintf("SIM%013d", s.count)
	w.Header().Set("X-Amz-Request-Id", id)
	if s.o.NoDate {
		w.Header()["Date"] = nil // or net/http adds one
	} else {
		w.Header().Set("Date", s.o.Now().UTC().Format(http.TimeFormat))
	}
	f := s.admit(r, body)
	if f == nil {
		f = s.act(w, r, body)
	}
	if f == nil {
		return
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(f.status)
	if r.Method != http.MethodHead {
		_, _ = fmt.Fprintf(w, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Error><Code>%s</Code><Message>%s</Message><RequestId>%s</RequestId></Error>", f.code, f.message, id)
	}
}

// known are the headers that the AWS SDK sends, beside those of each call.
var known = []string{"Accept-Encoding", "Amz-Sdk-Invocation-Id", "Amz-Sdk-Request", "Authorization", "Connection", "Content-Length", "Content-Type",
	"User-Agent", "X-Amz-Content-Sha256", "X-Amz-Date", "If-Match", "If-None-Match", "X-Amz-Copy-Source", "X-Amz-Copy-Source-If-Match"}

// admit checks what every request has to have.
func (s *Server) admit(r *http.Request, body []byte) *fault {
	for name, values := range r.Header {
		if !slices.Contains(known, name) || len(values) != 1 {
			return bad("the header %s is not known, or there more than once", name)
		}
	}
	sig, ok := sigv4.Read(r.Header.Get("Authorization"))
	at, err := time.Parse(sigv4.TimeLayout, r.Header.Get("X-Amz-Date"))
	switch {
	case !ok || err != nil || !strings.HasPrefix(r.Header.Get("X-Amz-Date"), sig.Date):
		return &fault{http.StatusForbidden, "AccessDenied", "the request is not signed as it should be"}
	case !sig.Covers(r.Header) || sig.Service != "s3":
		return bad("host or a header of x-amz is not signed, or not for s3")
	case sig.Region != s.o.Region:
		return &fault{http.StatusBadRequest, "AuthorizationHeaderMalformed", "the region '" + sig.Region + "' is wrong; expecting '" + s.o.Region + "'"}
	case sig.KeyID != s.o.AccessKeyID:
		return &fault{http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."}
	}
	if skew := s.o.Now().Sub(at); skew > 15*time.Minute || skew < -15*time.Minute {
		return &fault{http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."}
	}
	if sig.Sign(r, s.o.SecretAccessKey) != sig.Value {
		return &fault{http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."}
	}
	sum := sha256.Sum256(body)
	switch hash := r.Header.Get("X-Amz-Content-Sha256"); {
	case strings.HasPrefix(hash, "STREAMING-"):
		return &fault{http.StatusNotImplemented, "NotImplemented", "no streams"}
	case hash != hex.EncodeToString(sum[:]) && hash != "UNSIGNED-PAYLOAD":
		return &fault{http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."}
	}
	return nil
}

// query reads a query that has these names alone.
func query(r *http.Request, names ...string) (url.Values, *fault) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, bad("the query is malformed")
	}
	for name := range values {
		if !slices.Contains(names, name) {
			return nil, bad("the query has %s, which is not known", name)
		}
	}
	return values, nil
}
