package s3keys

import (
	"cmp"
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"buckethead/vendors"
	"buckethead/vendors/transport"
)

// document holds what is read from a response: the error, if it is one.
type document struct {
	XMLName   xml.Name
	Code      string
	Message   string
	Region    string
	Endpoint  string
	RequestID string `xml:"RequestId"`
}

// meaning is what an error code says about the keys. In a text, {key} stands for the access key
// id and {bucket} for the bucket. Without a text, the server's own message is shown.
type meaning struct {
	kind error
	text string
}

const (
	wrongID     = "the server does not know the access key id {key}"
	wrongSecret = "the secret access key does not belong to the access key id {key}"
	mayNotList  = "the server does not allow these keys to list the bucket {bucket}"
	noBucket    = "there is no bucket {bucket}"
	notAccepted = "the server does not accept the access key id {key}"
	wrongClock  = "this machine's clock differs too much from the server's"
	inThePath   = "the server takes the bucket for an object: the endpoint must not contain the bucket's name"
)

var meanings = map[string]meaning{
	"SignatureDoesNotMatch": {vendors.ErrDenied, wrongSecret},
	"InvalidAccessKeyId":    {vendors.ErrDenied, wrongID},
	"Unauthorized":          {vendors.ErrDenied, notAccepted}, // R2's
	"AccessDenied":          {vendors.ErrDenied, mayNotList},
	"RequestTimeTooSkewed":  {vendors.ErrDenied, wrongClock},
	"NoSuchBucket":          {vendors.ErrNotFound, noBucket},
	"NoSuchKey":             {vendors.ErrInvalid, inThePath},
	"InvalidArgument":       {vendors.ErrDenied, ""}, // what R2 answers to keys of the wrong shape
	"SlowDown":              {vendors.ErrRateLimited, ""},
	"TooManyRequests":       {vendors.ErrRateLimited, ""},
	"RequestTimeout":        {vendors.ErrUnavailable, ""},
}

// judge returns nil if the response is a list of the bucket, and otherwise the error in it.
func (c claim) judge(resp *http.Response) error {
	doc, ok := read(resp.Body)
	if resp.StatusCode == http.StatusOK && ok && doc.XMLName.Local == "ListBucketResult" {
		return nil
	}
	e := c.fault(nil, "")
	e.RequestID = cmp.Or(transport.RequestID(resp.Header), clean(doc.RequestID))
	e.RetryAfter = transport.RetryAfter(resp.Header, c.host.Now())
	status := "HTTP " + strconv.Itoa(resp.StatusCode)
	redirects := resp.StatusCode/100 == 3
	if !ok || doc.XMLName.Local != "Error" || doc.Code == "" {
		e.Kind, e.Message = kindOf(resp.StatusCode), "the server that answered is not S3: "+status+typeOf(resp.Header)
		if redirects {
			e.Message = status + ", " + c.elsewhere(resp.Header, doc)
		}
		return e
	}
	e.Code = clean(doc.Code)
	known, told := meanings[doc.Code]
	switch {
	case redirects || misplaced(doc.Code):
		e.Kind, e.Message = vendors.ErrInvalid, c.elsewhere(resp.Header, doc)
	case told:
		e.Kind, e.Message = known.kind, strings.NewReplacer("{key}", clean(c.keys.AccessKeyID), "{bucket}", clean(c.keys.Bucket)).
			Replace(known.text)
	default:
		e.Kind = kindOf(resp.StatusCode)
	}
	e.Message = cmp.Or(e.Message, clean(doc.Message), status)
	if wait := transport.TooLong(resp); wait != nil {
		e.Message += "; " + wait.Error()
	}
	return e
}

// misplaced reports whether a code says that the bucket is in another region than the
// request was signed for.
func misplaced(code string) bool {
	switch code {
	case "PermanentRedirect", "TemporaryRedirect", "Redirect", "AuthorizationHeaderMalformed",
		"IllegalLocationConstraintException":
		return true
	}
	return false
}

// elsewhere says where the bucket is instead: its region if the server names it, or else the
// host that the server redirects to. It returns "" if the server says neither.
func (c claim) elsewhere(h http.Header, doc document) string {
	region := clean(cmp.Or(h.Get("X-Amz-Bucket-Region"), doc.Region))
	to, err := url.Parse(h.Get("Location"))
	host := clean(doc.Endpoint)
	if err == nil {
		host = cmp.Or(clean(to.Host), host)
	}
	switch {
	case region != "" && region != c.keys.Region:
		return "the bucket " + clean(c.keys.Bucket) + " is in the region " + region + ", not in " + clean(c.keys.Region) +
			": set region = " + strconv.Quote(region)
	case host != "" && host != c.at:
		return "the server redirects to " + host + ", and bh sends no signed request there: set endpoint_url to the " +
			"bucket's endpoint"
	case err == nil && to.Path != "":
		return "the server redirects to another path: check endpoint_url"
	}
	return clean(doc.Message)
}

// kindOf returns what a status means if there is no known code.
func kindOf(status int) error {
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return vendors.ErrDenied
	case status == http.StatusTooManyRequests:
		return vendors.ErrRateLimited
	case status == http.StatusRequestTimeout, status >= 500 && status != http.StatusNotImplemented:
		return vendors.ErrUnavailable
	}
	return vendors.ErrInvalid
}

func typeOf(h http.Header) string {
	if text := clean(h.Get("Content-Type")); text != "" {
		return ", " + text
	}
	return ""
}

// read parses the first element of a body. For a list, it reads only the name.
func read(body io.Reader) (doc document, ok bool) {
	d := xml.NewDecoder(body)
	for {
		token, err := d.Token()
		if err != nil {
			return doc, false
		}
		start, is := token.(xml.StartElement)
		switch {
		case !is:
			continue
		case start.Name.Local != "Error":
			doc.XMLName = start.Name
			return doc, true
		}
		return doc, d.DecodeElement(&doc, &start) == nil
	}
}

// clean makes a text of the server safe for one line of an error.
func clean(text string) string { return strings.TrimSuffix(vendors.Excerpt(text, 200), ".") }
