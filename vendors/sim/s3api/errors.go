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

func notFound(code, message string) *Error { return &Error{http.StatusNotFound, code, message, false} }

func forbidden(code, message string) *Error {
	return &Error{http.StatusForbidden, code, message, false}
}

// strange is a request that no client should send.
func strange(code, format string, args ...any) *Error {
	return &Error{http.StatusBadRequest, code, fmt.Sprintf(format, args...), true}
}

// unsigned is a request that is not signed, or not as a whole.
func unsigned(format string, args ...any) *Error {
	return &Error{http.StatusForbidden, "AccessDenied", fmt.Sprintf(format, args...), true}
}

func notImplemented(what string) *Error {
	const message = "A header you provided implies functionality that is not implemented: "
	return &Error{http.StatusNotImplemented, "NotImplemented", message + what, false}
}

var (
	noSuchBucket       = notFound("NoSuchBucket", "The specified bucket does not exist")
	noSuchKey          = notFound("NoSuchKey", "The specified key does not exist.")
	noSuchUpload       = notFound("NoSuchUpload", "The specified multipart upload does not exist.")
	preconditionFailed = &Error{http.StatusPreconditionFailed, "PreconditionFailed",
		"At least one of the pre-conditions you specified did not hold", false}
	lengthRequired = &Error{http.StatusLengthRequired, "MissingContentLength",
		"You must provide the Content-Length HTTP header.", false}
	invalidRange = &Error{http.StatusRequestedRangeNotSatisfiable, "InvalidRange",
		"The requested range is not satisfiable", false}
	malformedXML = bad("MalformedXML", "The XML you provided was not well-formed or did not validate against our schema")
)

// refuse returns an error from what answers otherwise.
func refuse(e *Error) (kit.Answer, *Error) { return kit.Answer{}, e }

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
	return &Error{cmp.Or(f.Status, http.StatusInternalServerError), code, "a fault that a test asked for", false}
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
