package s3sim

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
)

// refusal is an error of S3. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
type refusal struct {
	status        int
	code, message string
}

func bad(code, format string, args ...any) *refusal {
	return &refusal{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

func notImplemented(what string) *refusal {
	return &refusal{http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented: " + what}
}

var (
	noSuchBucket       = &refusal{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	noSuchKey          = &refusal{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	preconditionFailed = &refusal{http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}
)

// errorBody is the XML of an error.
type errorBody struct {
	XMLName                            xml.Name `xml:"Error"`
	Code, Message, Resource, RequestId string
}

// answer gives the answer, of which finish makes the body.
func (f *refusal) answer() answer {
	a := answered(f.status)
	a.refused = f
	return a
}

// document gives the text of an XML document that is made of plain fields.
func document(value any) []byte {
	text, err := xml.Marshal(value)
	if err != nil {
		panic(err) // the types here can all be marshalled
	}
	return append([]byte(xml.Header), text...)
}

// finish adds to an answer what all have.
func (s *Server) finish(r *http.Request, c Call, a *answer) {
	if a.err != nil || a.reset {
		return
	}
	id := fmt.Sprintf("%016X", c.N)
	a.header.Set("X-Amz-Request-Id", id)
	a.header.Set("Server", "s3sim")
	if !s.o.NoDate {
		a.header.Set("Date", s.o.Now().UTC().Format(http.TimeFormat))
	}
	if a.refused != nil {
		a.header.Set("Content-Type", "application/xml")
		a.body = document(errorBody{Code: a.refused.code, Message: a.refused.message, Resource: r.URL.Path, RequestId: id})
	}
	if a.status == http.StatusNotModified || a.status == http.StatusNoContent {
		a.body = nil
		return
	}
	if a.header.Get("Content-Length") == "" {
		a.header.Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	if r.Method == http.MethodHead {
		a.body = nil
	}
}
