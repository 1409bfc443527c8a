package s3

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	smithy "github.com/aws/smithy-go"

	"buckethead/config/words"
	"buckethead/state"
	"buckethead/vendors"
)

// The kinds of responses that this package distinguishes.
var (
	errAbsent    = errors.New("there is no such object")
	errCondition = errors.New("the condition of the write is not met")
	errRefused   = errors.New("the server refused")                    // certainly, and again if repeated
	errOpen      = errors.New("the outcome is unknown")                // no response, or the server has a problem
	errCut       = fmt.Errorf("%w: the response was cut off", errOpen) // soon enough to ask again
	errNewer     = state.ErrNewer
)

// fault turns an error of the SDK into one for people: what was tried, the server's code and
// request id, and what to do. It contains nothing from the request.
func (b *bucket) fault(act, key string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return fmt.Errorf("%s s3://%s/%s: %w: %w", act, b.name, key, errOpen, context.Canceled)
	}
	var host *vendors.HostError
	if errors.As(err, &host) {
		return fmt.Errorf("%s s3://%s/%s: %w: %w", act, b.name, key, errRefused, host)
	}
	status, id := 0, ""
	var answer *awshttp.ResponseError
	if errors.As(err, &answer) {
		status, id = answer.HTTPStatusCode(), vendors.Excerpt(answer.ServiceRequestID(), 100)
	}
	code, message := "", ""
	var api smithy.APIError
	if errors.As(err, &api) {
		code, message = api.ErrorCode(), api.ErrorMessage()
	}
	fix, kind := kindOf(status, code)
	var unread *smithy.DeserializationError
	switch {
	case status == 0 && code == "":
		message, fix, kind = withoutAnswer(err)
	case status/100 == 2 && errors.As(err, &unread):
		message = "the server's response has headers that S3 would not send, such as a Last-Modified that is not a time"
		fix, kind = "keep the state on another server, or look for a proxy in between", errors.Join(errRefused, state.ErrUnsafe)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s s3://%s/%s: %s", act, b.name, key, describe(status, code, message))
	if id != "" {
		fmt.Fprintf(&text, " (request %s)", id)
	}
	if fix != "" {
		text.WriteString("; " + fix)
	}
	return &serverError{text: text.String(), kind: kind, code: code}
}

// cutOff returns the error for an object of which only a part arrived.
func (b *bucket) cutOff(key string, got, of int64, err error) error {
	if errors.Is(err, context.Canceled) {
		return b.fault("read", key, err)
	}
	cause, kind := "the response was cut off: "+innermost(err).Error(), errCut
	if errors.Is(err, context.DeadlineExceeded) {
		all := ""
		if of > 0 {
			all = " of " + words.Number(int(of>>10))
		}
		cause, kind = fmt.Sprintf("only %s%s KiB arrived in %s: the server or the network is too slow",
			words.Number(int(got>>10)), all, words.Length(callTimeout)), errOpen
	}
	return &serverError{text: fmt.Sprintf("read s3://%s/%s: %s; run the command again", b.name, key, cause), kind: kind}
}

// serverError is an error response of a server. It wraps one of the errors above.
type serverError struct {
	text string
	kind error
	code string
}

func (e *serverError) Error() string   { return e.text }
func (e *serverError) Unwrap() []error { return []error{e.kind, state.ErrServer} }

func describe(status int, code, message string) string {
	message = strings.TrimSuffix(vendors.Excerpt(message, vendors.MessageLength), ".")
	code = vendors.Excerpt(code, 100)
	switch {
	case code == "" && status != 0 && message == "":
		return fmt.Sprintf("the server answered HTTP %d", status)
	case message == "" || strings.EqualFold(message, code):
		return code
	case code == "":
		return message
	}
	return code + ": " + message
}

// kindOf returns the kind of a response, and what to do about it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func kindOf(status int, code string) (fix string, kind error) {
	switch {
	case code == "NoSuchBucket":
		return "create the bucket, or use an existing one", errRefused
	case code == "NoSuchKey":
		return "", errAbsent
	case status == http.StatusNotFound: // from some other server: it does not mean that there is no state
		return "check endpoint_url: the server there is not an S3 server", errRefused
	case code == "PreconditionFailed", status == http.StatusPreconditionFailed:
		return "", errCondition
	case code == "ConditionalRequestConflict", code == "OperationAborted", status == http.StatusConflict:
		return "", errCondition // another conditional write was in progress: AWS says to try again
	case code == "NotImplemented", status == http.StatusNotImplemented:
		return "this server does not support what a shared state needs", errors.Join(errRefused, state.ErrUnsafe)
	case code == "RequestTimeTooSkewed":
		return "set this machine's clock", errRefused
	case code == "InvalidAccessKeyId", code == "SignatureDoesNotMatch",
		code == "ExpiredToken", code == "InvalidToken":
		return "check the keys that bh uses for the state, and the region", errRefused
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return "allow these keys to read, write and list that object and those next to it", errRefused
	case status == http.StatusMovedPermanently, status == http.StatusTemporaryRedirect,
		code == "AuthorizationHeaderMalformed":
		return "use the bucket's own region and endpoint_url", errRefused
	case status == http.StatusTooManyRequests, status >= 500,
		status == http.StatusRequestTimeout, code == "RequestTimeout":
		return "the server has a problem: run the command again when it is back", errOpen
	}
	return "", errRefused
}

// withoutAnswer describes an error that occurred before any response.
func withoutAnswer(err error) (message, fix string, kind error) {
	var keys *smithy.CanceledError
	var dns *net.DNSError
	switch {
	case errors.As(err, &keys), errors.Is(err, context.DeadlineExceeded):
		return "no response in time", "run the command again when the server is back", errOpen
	case errors.As(err, &dns):
		return "there is no server with the name " + dns.Name, "check endpoint_url and the network", errOpen
	case strings.Contains(err.Error(), "failed to refresh cached credentials"),
		strings.Contains(err.Error(), "static credentials are empty"),
		strings.Contains(err.Error(), "get credentials"):
		fix = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the keys in the block"
		return "there are no keys for it", fix, errRefused
	}
	if errors.Is(err, errAnswer) {
		return errAnswer.Error(), "check endpoint_url: the server there may not be an S3 server", errOpen
	}
	var network net.Error
	if errors.As(err, &network) {
		return network.Error(), "run the command again when the server is back", errOpen
	}
	return innermost(err).Error(), "run the command again when the server is back", errOpen
}

// innermost returns the cause of an error. The errors around it are about the SDK.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}
