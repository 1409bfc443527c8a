package s3sim

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Options are what a server is made with. Now is required: no package but the command
// asks the machine for the time.
type Options struct {
	AccessKeyID, SecretAccessKey, Region string
	Buckets                              []string
	Now                                  func() time.Time
	// IgnoreConditions makes a server without conditional writes that does not say so:
	// If-Match and If-None-Match have no effect on a PUT.
	IgnoreConditions bool
	// RefuseConditions makes one that answers 501 NotImplemented to them.
	RefuseConditions bool
	// NoDate leaves the Date header out of answers.
	NoDate bool
}

// Server is one server. Safe for concurrent use; conditional writes are linearizable.
type Server struct {
	o Options

	mu      sync.Mutex // of what is stored
	buckets map[string]map[string]object

	arrival sync.Mutex // calls are counted, and their faults asked for, in one order
	n       int
	faults  func(Call) *Fault
	deny    func(Call) bool

	telling sync.Mutex
	onDone  func(c Call, status int, etag string, begun, ended time.Time)

	in, out atomic.Int64
}

// object is what one key holds.
type object struct {
	body     []byte
	etag     string // quoted
	mime     string
	modified time.Time // in whole seconds, as S3 keeps it
}

// New makes a server with empty buckets. It panics where Options.Now is nil.
func New(o Options) *Server {
	if o.Now == nil {
		panic("s3sim: Options.Now is required")
	}
	s := &Server{o: o, buckets: map[string]map[string]object{}}
	for _, name := range o.Buckets {
		s.buckets[name] = map[string]object{}
	}
	return s
}

// Object gives what is there and its ETag in quotes; false where there is nothing.
func (s *Server) Object(bucket, key string) (body []byte, etag string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.buckets[bucket][key]
	return bytes.Clone(o.body), o.etag, ok
}

// Put changes what is there behind everyone's back. It panics where there is no such bucket.
func (s *Server) Put(bucket, key string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[bucket][key] = s.object(body, "")
}

// Remove removes an object behind everyone's back; absence is success.
func (s *Server) Remove(bucket, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets[bucket], key)
}

// DeleteBucket makes a bucket vanish with all that it holds; absence is success.
func (s *Server) DeleteBucket(bucket string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets, bucket)
}

// Keys gives the names of the objects in a bucket, sorted; none where there is no such bucket.
func (s *Server) Keys(bucket string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return keys(s.buckets[bucket])
}

// Moved counts the bytes of object bodies: in with PutObject, whatever became of it,
// and out with GetObject.
func (s *Server) Moved() (in, out int64) { return s.in.Load(), s.out.Load() }

func keys(objects map[string]object) []string {
	out := make([]string, 0, len(objects))
	for key := range objects {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

func (s *Server) object(body []byte, mime string) object {
	if mime == "" {
		mime = "binary/octet-stream"
	}
	sum := md5.Sum(body)
	return object{bytes.Clone(body), `"` + hex.EncodeToString(sum[:]) + `"`, mime, s.o.Now().UTC().Truncate(time.Second)}
}

// answer is what becomes of a call.
type answer struct {
	status int
	header http.Header
	body   []byte
	etag   string // of the object, where no header has it

	refused *refusal // an error, which is the body
	reset   bool     // the connection is cut
	half    bool     // the body ends half way
	err     error    // a test ended the call
}

func answered(status int) answer { return answer{status: status, header: http.Header{}} }

func (a answer) with(name, value string) answer {
	a.header.Set(name, value)
	return a
}
