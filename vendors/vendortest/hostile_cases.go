package vendortest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// Elsewhere is the host that hostile answers redirect to. No request may go there.
const Elsewhere = "elsewhere.example"

// HostileServers returns servers that no adapter may accept, whatever its protocol. They misbehave
// in bodies, numbers, dates, redirects and time.
func HostileServers() []Hostile {
	var out []Hostile
	for name, body := range map[string]string{
		"nothing":             "",
		"null":                "null",
		"a number":            "-1e999",
		"a string":            `"` + strings.Repeat("x", 1<<20) + `"`,
		"an empty object":     "{}",
		"a page":              "<!doctype html><title>Log in to the network of the hotel</title>",
		"half an answer":      `{"success":true,"result":[{"id":"`,
		"not UTF-8":           "{\"success\":true,\"result\":\"\xff\xfe\xc0\"}",
		"nested":              strings.Repeat("[", 1<<20),
		"nested objects":      strings.Repeat(`{"a":`, 1<<18),
		"nested elements":     strings.Repeat("<a>", 1<<18),
		"empty objects":       "[" + emptyObjects + "]",
		"a list of such":      `{"success":true,"result":[` + emptyObjects + `],"fields":[` + emptyObjects + `]}`,
		"an entity":           `<!DOCTYPE a [<!ENTITY b "bbbb">]><Error><Code>&b;</Code></Error>`,
		"the same key twice":  `{"success":true,"success":false,"result":null,"result":{}}`,
		"compressed":          "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
		"a redirect in words": `{"location":"https://` + Elsewhere + `/"}`,
	} {
		out = append(out, Answers("200 with "+name, http.StatusOK, body))
		out = append(out, Answers("400 with "+name, http.StatusBadRequest, body))
		out = append(out, Answers("503 with "+name, http.StatusServiceUnavailable, body))
	}
	for _, status := range []int{201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 401, 403, 404, 405, 408, 409, 410, 412, 418, 422,
		451, 499, 500, 501, 502, 504, 511, 520, 599, 999} {
		out = append(out, Answers(fmt.Sprint(status), status, "", "Location", "https://"+Elsewhere+"/"))
	}
	out = append(out, hostileHeaders()...)
	out = append(out, hostileWords()...)
	return append(out, hostileBodies()...)
}

// emptyObjects take little room in an answer, and much where each becomes a bucket or an item.
var emptyObjects = strings.Repeat("{},", 1<<20) + "{}"

func hostileHeaders() []Hostile {
	var out []Hostile
	for _, after := range []string{"0", "-5", "1.5", "NaN", "1e400", "12000", "899", "901", "2147483648", "9223372036854775807",
		"99999999999999999999", "soon", "Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"} {
		for _, status := range []int{429, 503} {
			out = append(out, Answers(fmt.Sprintf("%d, Retry-After %s", status, after), status, "{}", "Retry-After", after))
		}
	}
	for _, date := range []string{"", "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "yesterday"} {
		out = append(out, Answers("Date "+date, 503, "{}", "Date", date, "Last-Modified", "Fri, 31 Dec 9999 23:59:59 GMT",
			"Retry-After", "Tue, 01 Dec 2026 12:00:00 GMT"))
	}
	for name, budget := range map[string][2]string{
		"no calls for ever":  {`"a";r=0;t=9223372036854775807`, `"a";q=1;w=9223372036854775807`},
		"no calls":           {`"a";r=0;t=2147483647`, `"a";q=0;w=0`},
		"one call an hour":   {`"a";r=0;t=3600`, `"a";q=1;w=3600`},
		"negative":           {`"a";r=-1;t=-1`, `"a";q=-1;w=-1`},
		"as many as you can": {`"a";r=2147483647;t=1`, `"a";q=2147483647;w=1`},
		"no numbers":         {`"a";r=NaN;t=Inf`, `"a";q=;w=x`},
	} {
		c := Answers("a budget: "+name, 503, "{}", "Ratelimit", budget[0], "Ratelimit-Policy", budget[1])
		if strings.HasSuffix(budget[1], "w=3600") {
			c.Within = 3*time.Hour + 6*time.Minute // three windows, and the attempts
		}
		out = append(out, c)
	}
	long := strings.Repeat("x\x1b[2J", 1<<17)
	return append(out, Answers("headers of a megabyte", 500, "{}", "Cf-Ray", long, "X-Request-Id", long, "X-Amz-Request-Id", long,
		"Ratelimit", long, "Ratelimit-Policy", long, "Retry-After", long, "Content-Type", long, "Location", "https://"+Elsewhere+"/"+long,
		"Etag", long, "Date", long))
}

// hostileWords are errors with words in them: too many, that act on a terminal, or that repeat
// what was sent.
func hostileWords() []Hostile {
	long := strings.Repeat("\x1b]0;owned\x07\u202e ", 1<<12)
	var many strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&many, `{"code":%d,"message":"number %d"},`, 20000+i, i)
	}
	text := func(code any, message string) string {
		quoted, _ := json.Marshal(message) // a string can be encoded
		return fmt.Sprintf(`{"success":false,"errors":[{"code":%v,"message":%s}],"message":%[2]s,"status":400,"result":null}`, code, quoted)
	}
	out := []Hostile{
		Answers("escapes", 400, text(10001, long)),
		Answers("escapes in XML", 400, "<Error><Code>"+strings.Repeat("C\u202e", 1<<10)+"</Code><Message>"+strings.Repeat("&#x9b;x\u202e", 1<<12)+"</Message></Error>"),
		Answers("codes beyond an integer", 400, text("1e999", "x")),
		Answers("a code of a fraction", 400, text(10006.5, "x")),
		Answers("a thousand errors", 400, `{"success":false,"errors":[`+strings.TrimSuffix(many.String(), ",")+`],"result":null}`),
		Answers("an error without end", 400, `{"success":false,"errors":[{"code":1,"message":"`+strings.Repeat("x", 1<<20)),
	}
	for _, status := range []int{400, 403, 500} {
		out = append(out, Hostile{Name: fmt.Sprintf("%d that repeats the request", status), Answer: func(r *http.Request) (*http.Response, error) {
			var sent strings.Builder
			_ = r.Header.Write(&sent) // a builder takes all
			body := ""
			if r.Body != nil {
				read, err := io.ReadAll(r.Body)
				if err != nil {
					return nil, err
				}
				body = string(read)
			}
			return respond(r, status, text(10001, "you sent "+sent.String()+body)), nil
		}})
	}
	return out
}

// hostileBodies are bodies that are too long, too slow, or end otherwise than they say.
func hostileBodies() []Hostile {
	with := func(name string, status int, length int64, body func(context.Context) io.Reader) Hostile {
		return Hostile{Name: name, Answer: func(r *http.Request) (*http.Response, error) {
			resp := respond(r, status, "")
			resp.Body, resp.ContentLength = io.NopCloser(body(r.Context())), length
			if length >= 0 {
				resp.Header.Set("Content-Length", fmt.Sprint(length))
			}
			return resp, nil
		}}
	}
	endless := func(context.Context) io.Reader { return repeated(`{"a":"`) }
	drip := func(ctx context.Context) io.Reader { return &dripping{ctx} }
	return []Hostile{
		with("a body without end", 200, -1, endless),
		with("an error without end", 500, -1, endless),
		with("a list without end", 200, -1, func(context.Context) io.Reader {
			return io.MultiReader(strings.NewReader(`{"success":true,"result":[`), repeated(`{"id":"0"},`))
		}),
		with("a length of 8 EiB", 200, 1<<63-1, func(context.Context) io.Reader { return strings.NewReader("{}") }),
		with("a length that is too short", 200, 1, func(context.Context) io.Reader { return strings.NewReader("{") }),
		with("a byte a second", 200, -1, drip),
		with("an error, a byte a second", 500, -1, drip),
		with("a body that breaks off", 200, 100, func(context.Context) io.Reader {
			return io.MultiReader(strings.NewReader(`{"success":`), failing{io.ErrUnexpectedEOF})
		}),
		with("a body that is reset", 200, 100, func(context.Context) io.Reader { return failing{syscall.ECONNRESET} }),
		{Name: "silence", Answer: func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, context.Cause(r.Context())
		}},
		{Name: "a TLS connection that ends", Answer: func(*http.Request) (*http.Response, error) {
			return nil, fmt.Errorf("remote error: tls: %w", io.ErrUnexpectedEOF)
		}},
		{Name: "a fault with escapes", Answer: func(*http.Request) (*http.Response, error) {
			return nil, errors.New(strings.Repeat("malformed HTTP response \"\x1b[2J\"", 1000))
		}},
	}
}

// repeated is a text again and again.
type repeated string

func (s repeated) Read(p []byte) (int, error) {
	n := 0
	for n+len(s) <= len(p) {
		n += copy(p[n:], s)
	}
	if n == 0 {
		n = copy(p, s)
	}
	return n, nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// dripping is a byte every second, until its request is given up.
type dripping struct{ ctx context.Context }

func (d *dripping) Read(p []byte) (int, error) {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-timer.C:
		return copy(p, " "), nil
	case <-d.ctx.Done():
		return 0, d.ctx.Err()
	}
}
