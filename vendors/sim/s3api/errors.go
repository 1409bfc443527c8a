package s3api

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"

	"buckethead/vendors/sim/kit"
)

// Error is an error of S3. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
type Error struct {
	Status        int
	Code, Message string
	Strange       bool // no client should send this
}

func bad(code, format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: code, Message: fmt.Sprintf(format, args...)}
}

func strange(status int, code, format string, args ...any) *Error {
	return &Error{status, code, fmt.Sprintf(format, args...), true}
}

func notImplemented(what string) *Error {
	return &Error{http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented: " + what, false}
}

var (
	noSuchBucket       = &Error{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist", false}
	noSuchKey          = &Error{http.StatusNotFound, "NoSuchKey", "The specified key does not exist.", false}
	preconditionFailed = &Error{http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", false}
	malformedXML       = bad("MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
)

// Fail returns the error that a fault of the kind [kit.Status] asks for.
func Fail(f *kit.Fault) *Error {
	code := f.Word
	switch {
	case code != "":
	case f.Status == http.StatusServiceUnavailable:
		code = "SlowDown"
	default:
		code = "InternalError"
	}
	return &Error{Status: cmp.Or(f.Status, http.StatusInternalServerError), Code: code, Message: "a fault that a test asked for"}
}

// Answer returns the answer with the error in it.
func (e *Error) Answer(resource, requestID string) kit.Answer {
	a := document(struct {
		XMLName                            xml.Name `xml:"Error"`
		Code, Message, Resource, RequestId string
	}{Code: e.Code, Message: e.Message, Resource: resource, RequestId: requestID})
	a.Status = e.Status
	return a
}

// RequestID is the id of a call, as its answer has it.
func RequestID(c kit.Call) string { return fmt.Sprintf("%016X", c.N) }

// document returns an answer with an XML document that is made of plain fields.
func document(value any) kit.Answer {
	text, err := xml.Marshal(value)
	if err != nil {
		panic(err) // the types here can all be marshalled
	}
	return kit.NewAnswer(http.StatusOK, "application/xml", append([]byte(xml.Header), text...))
}
