package s3api

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"buckethead/vendors/sim/kit"
)

// What tests need to watch calls and inject faults.
type (
	Call  = kit.Call
	Fault = kit.Fault
)

// Options configures a [Server].
type Options struct {
	AccessKeyID, SecretAccessKey, Region string
	Buckets                              []string
	Now                                  func() time.Time    // required
	Tools                                bool                // see [API]
	IgnoreConditions, RefuseConditions   bool                // see [API]
	LastModified                         func(Object) string // see [API]
	NoDate                               bool                // answers have no Date header
}

// Server is S3 for one pair of keys, which may do everything, under /<bucket>/<key> of
// any host. Safe for concurrent use; conditional writes are linearizable.
type Server struct {
	*kit.Server
	keyID, secret string
	api           API

	mu      sync.Mutex
	buckets map[string]*Bucket
	deny    func(Call) bool

	in, out atomic.Int64
}

// New returns a server with empty buckets. It panics if Options.Now is nil.
func New(o Options) *Server {
	s := &Server{keyID: o.AccessKeyID, secret: o.SecretAccessKey, buckets: map[string]*Bucket{}}
	s.api = API{o.Now, []string{o.Region}, o.Tools, o.IgnoreConditions, o.RefuseConditions, o.LastModified}
	for _, name := range o.Buckets {
		s.buckets[name] = NewBucket()
	}
	s.Server = kit.NewServer(kit.Config{Now: o.Now, World: &s.mu, NoDate: o.NoDate, Read: s.job})
	return s
}

func (s *Server) job(r *http.Request, body []byte, whole bool) kit.Job {
	q := NewRequest(r, r.URL.Path, body, whole)
	return kit.Job{Call: q.Call(),
		Act: func(c Call) kit.Answer {
			if q.Op == "PutObject" {
				s.in.Add(int64(len(body)))
			}
			a, refused := s.api.Do(q, gate{s, c})
			if refused != nil {
				return s.refuse(q, c, refused)
			}
			if q.Op == "GetObject" {
				s.out.Add(int64(len(a.Body)))
			}
			return a
		},
		Fail: func(c Call, f *Fault) kit.Answer { return s.refuse(q, c, Fail(f)) },
		Finish: func(c Call, a *kit.Answer) {
			a.Header.Set("X-Amz-Request-Id", RequestID(c))
			a.Header.Set("Server", "s3sim")
		}}
}

func (s *Server) refuse(q *Request, c Call, e *Error) kit.Answer {
	if e.Strange {
		s.Strange("%s", e.Message)
	}
	return e.Answer(q.URL.Path, RequestID(c))
}

// gate admits requests signed with the one pair of keys.
type gate struct {
	*Server
	call Call
}

func (g gate) Secret(keyID string) (string, *Error) {
	if keyID != g.keyID {
		return "", forbidden("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
	}
	return g.secret, nil
}

func (g gate) Allow(string, string, bool) *Error {
	if g.deny != nil && g.deny(g.call) {
		return forbidden("AccessDenied", "Access Denied")
	}
	return nil
}

func (g gate) Bucket(name string) *Bucket { return g.buckets[name] }

func (g gate) Change(string, string) *Error { return nil }

// Deny sets which calls are answered 403 AccessDenied, although they are signed well;
// nil is for none. It is called with the server locked.
func (s *Server) Deny(deny func(Call) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deny = deny
}

// Object returns what a key holds and its ETag in quotes; false if there is nothing.
func (s *Server) Object(bucket, key string) (body []byte, etag string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[bucket]; b != nil {
		o, ok := b.Objects[key]
		return bytes.Clone(o.Body), o.ETag, ok
	}
	return nil, "", false
}

// Put writes an object behind everyone's back. It panics if there is no such bucket.
func (s *Server) Put(bucket, key string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[bucket].Objects[key] = NewObject(bytes.Clone(body), nil, s.api.Now())
}

// Remove removes an object behind everyone's back; absence is success.
func (s *Server) Remove(bucket, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[bucket]; b != nil {
		delete(b.Objects, key)
	}
}

// DeleteBucket removes a bucket with everything in it; absence is success.
func (s *Server) DeleteBucket(bucket string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets, bucket)
}

// Keys returns the names of the objects in a bucket, sorted; none if there is no such bucket.
func (s *Server) Keys(bucket string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[bucket]; b != nil {
		return slices.Sorted(maps.Keys(b.Objects))
	}
	return []string{}
}

// Moved counts the bytes of object bodies: in with PutObject, whatever became of it,
// and out with GetObject.
func (s *Server) Moved() (in, out int64) { return s.in.Load(), s.out.Load() }
