package cloudflare

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/cloudflare/cloudflare-go/v7/option"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// envelope wraps every response of the v4 API.
// https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/
type envelope struct {
	Success    *bool           `json:"success"`
	Errors     []apiError      `json:"errors"`
	Result     json.RawMessage `json:"result"`
	ResultInfo json.RawMessage `json:"result_info"`
}

// apiError is one error in an envelope. Some services send a bare string instead.
type apiError struct {
	Code    int
	Message string
}

// UnmarshalJSON reads both shapes.
func (e *apiError) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, &e.Message) == nil {
		return nil
	}
	var object struct {
		Code    json.Number `json:"code"`
		Message string      `json:"message"`
		Source  struct {
			Pointer string `json:"pointer"`
		} `json:"source"`
	}
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	e.Code, _ = strconv.Atoi(object.Code.String())
	e.Message = object.Message
	if object.Source.Pointer != "" {
		e.Message += " (at " + object.Source.Pointer + ")"
	}
	return nil
}

// act describes a call: what it does in words, whether it changes anything, and what it is
// about, which decides what its codes mean.
type act struct {
	op     string
	writes bool
	about  subject
}

// subject is what a call is about.
type subject int

const (
	aboutAccount subject = iota
	aboutBucket
	aboutToken
	aboutSettings
)

// answer holds the metadata of a response.
type answer struct {
	info json.RawMessage // result_info
	date string          // the vendor's clock, as the header has it
	id   string          // of the request
}

// odd is the error for a successful response that cannot be what was requested.
func (a act) odd(got answer, message string) error {
	return &vendors.Error{Vendor: title, Op: a.op, Kind: vendors.ErrUnavailable, RequestID: got.id, Message: message,
		OutcomeUnknown: a.writes}
}

// read decodes the result_info as far as possible. Without a valid one, the list is read until
// a page is not full.
func (a answer) read(into any) {
	if len(a.info) > 0 {
		_ = json.Unmarshal(a.info, into)
	}
}

// call makes one request through the SDK and decodes the result into into, which may be nil.
// Every error is a *vendors.Error.
func (c *Cloud) call(a act, into any, send func(...option.RequestOption) error) (answer, error) {
	var raw []byte
	var resp *http.Response
	c.calls.Add(1)
	fault := send(option.WithResponseBodyInto(&raw), option.WithResponseInto(&resp))
	if resp == nil {
		return answer{}, a.transportError(fault)
	}
	if resp.StatusCode >= 400 {
		// The SDK has read the body and restored it.
		raw, _ = io.ReadAll(resp.Body)
	} else if fault != nil {
		return answer{}, a.transportError(fault)
	}
	var e envelope
	undecodable := json.Unmarshal(raw, &e)
	if resp.StatusCode >= 300 || undecodable != nil || e.Success == nil || !*e.Success {
		return answer{}, c.answerError(a, resp, e, undecodable)
	}
	if len(e.Errors) > 0 {
		return answer{}, a.nonsense(resp, errors.New("the response contradicts itself: it reports success, but also: "+
			vendors.Excerpt(transport.Hide(resp.Request, e.Errors[0].Message), vendors.MessageLength)))
	}
	if into != nil {
		// No list is not an empty list.
		if len(e.Result) == 0 || string(e.Result) == "null" {
			return answer{}, a.nonsense(resp, errors.New("the response has no result"))
		}
		if err := json.Unmarshal(e.Result, into); err != nil {
			return answer{}, a.nonsense(resp, fmt.Errorf("cannot read the result: %w", plain(err)))
		}
	}
	return answer{e.ResultInfo, resp.Header.Get("Date"), transport.RequestID(resp.Header)}, nil
}

// onBucket is call for an endpoint of one bucket.
func onBucket[P, R any](ctx context.Context, c *Cloud, a act, id vendors.BucketID,
	endpoint func(context.Context, string, P, ...option.RequestOption) (R, error), p P,
	into any, more ...option.RequestOption) (answer, error) {
	return c.call(a, into, func(o ...option.RequestOption) error {
		_, err := endpoint(ctx, id.Name, p, slices.Concat(o, in(id.Namespace), more)...)
		return err
	})
}

// errorOf drops the response of a call and keeps its error.
func errorOf(_ answer, err error) error { return err }

// plain returns the error of a decoder without the decoded value, which could be a secret.
func plain(err error) error {
	if field, ok := err.(*json.UnmarshalTypeError); ok && field.Field != "" {
		kind, _, _ := strings.Cut(field.Value, " ") // of a number, what follows is the number
		return fmt.Errorf("%s is not expected to be of type %s", strings.TrimPrefix(field.Field, "."), kind)
	}
	return fmt.Errorf("it is not the expected JSON")
}

// body returns the options for a request with a JSON body.
func body(v any) option.RequestOption {
	text, err := json.Marshal(v)
	if err != nil {
		// Requests are plain data of this package; if one cannot be encoded, that is a bug here.
		panic(fmt.Sprintf("cloudflare: encode %T: %v", v, err))
	}
	return option.WithRequestBody("application/json", text)
}

// in returns the options that name a bucket's jurisdiction. The API answers an empty header
// with a 500, so an ordinary bucket gets no header.
// https://github.com/cloudflare/terraform-provider-cloudflare/issues/5133
func in(namespace string) []option.RequestOption {
	if namespace == "" {
		return nil
	}
	return []option.RequestOption{option.WithHeader("cf-r2-jurisdiction", namespace)}
}

var _ vendors.BucketProvider = (*Cloud)(nil)
