package s3

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"buckethead/config/words"
	"buckethead/state"
)

// limits bound what is read from a server and written to it: the state object, the lock object
// with the intents of an apply, and the file that a state object unpacks to. They apply to what
// bh writes as well, so that it can be read again. Tests lower them.
//
// The intents of a new project take some 2,400 bytes, so a lock holds those of 25,000, which
// is ten hours of work under Cloudflare's limit. The lock is sent whole at each renewal, twice
// a minute, so more would not arrive in time either: a larger apply is refused before it begins.
var limits = struct{ object, lock, file int64 }{object: 256 << 20, lock: 64 << 20, file: 512 << 20}

const (
	headerLimit  = 64 << 10 // the first line of a state object
	answerLimit  = 16 << 20 // any response that is not an object, such as a list
	errorLimit   = 64 << 10 // the body of an error, of which the rest is left
	headersLimit = 256 << 10
	listPages    = 100
	copiesRead   = 100 // of a list of copies, the newest
	lockRounds   = 50  // tries to take a lock that others take first
	// longestLock is the longest that a lock may last: a person can take one for long.
	longestLock = 100 * 365 * 24 * time.Hour
	// settleLimit is how long in total to leave alone a lock that somebody else released.
	settleLimit = longestExpiry*3/4 + time.Minute
)

// limitOf returns the size limit of an object by its name.
func limitOf(key string) int64 {
	if strings.HasSuffix(key, ".lock") {
		return limits.lock
	}
	return limits.object
}

// tooLarge returns the error for an object above its size limit.
func (b *bucket) tooLarge(act, key string, size int64) error {
	what, advice := "a state", ""
	if strings.HasSuffix(key, ".lock") {
		what = "a lock"
		if act == "write" { // it has what an apply is about to do
			advice = "; apply fewer projects at a time, with --target"
		}
	}
	return &serverError{text: fmt.Sprintf("%s s3://%s/%s: it has %d bytes or more; %s of bh has at most %d MiB%s",
		act, b.name, key, size, what, limitOf(key)>>20, advice), kind: errRefused}
}

// bytesOfObject is the least number of bytes in a lock for each object in it. An intent has
// more than 300.
const bytesOfObject = 64

var errAnswer = errors.New("the response is larger than that of any S3 server")

// boundedTransport bounds what the SDK itself reads, which is everything but objects.
type boundedTransport struct{ next http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (t boundedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	next := t.next
	if next == nil {
		next = http.DefaultTransport
	}
	resp, err := next.RoundTrip(r)
	if err != nil || resp.Body == nil {
		return resp, err
	}
	size := 0
	for name, values := range resp.Header {
		for _, value := range values {
			size += len(name) + len(value)
		}
	}
	if size > headersLimit {
		_ = resp.Body.Close() // nothing of it is read
		return nil, errAnswer
	}
	lists := r.URL.Query().Has("list-type")
	switch {
	case resp.StatusCode >= 300:
		resp.Body = bounded{io.LimitReader(resp.Body, errorLimit), resp.Body}
	case r.Method != http.MethodGet || lists:
		resp.Body = bounded{&refusing{resp.Body, answerLimit}, resp.Body}
	}
	return resp, nil
}

// bounded reads from one reader and closes another.
type bounded struct {
	io.Reader
	io.Closer
}

// refusing is a reader that fails after a number of bytes.
type refusing struct {
	from io.Reader
	left int
}

func (r *refusing) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, errAnswer
	}
	n, err := r.from.Read(p[:min(len(p), r.left)])
	r.left -= n
	return n, err
}

// datedAhead returns an error if the server says that a lock was written in its own future:
// such a lock would expire too late, or never be left alone for long enough.
func datedAhead(place string, s seen) error {
	if s.modified.Sub(s.asked) <= time.Minute {
		return nil
	}
	return fmt.Errorf("%w: %s: the server says that the lock was written at %s, although it says that it is %s now; "+
		"correct its clock, or look for a proxy or cache in between",
		state.ErrUnsafe, place, words.Time(s.modified), words.Time(s.asked))
}

// unsettled returns the error for a released lock that would have to be left alone for longer
// than any lock that bh itself writes.
func (b *Backend) unsettled(wait time.Duration) error {
	return fmt.Errorf("%w: %s was just unlocked, and its holder may need %s to notice; bh waits at most %s; "+
		"if you are sure that nothing is running, delete s3://%s/%s", state.ErrLocked, b.Name(), words.Length(wait.Round(time.Second)),
		words.Length(settleLimit), b.bucket.name, b.lockKey())
}
