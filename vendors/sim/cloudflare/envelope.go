package cloudflare

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"buckethead/vendors/sim/kit"
)

// answer is the response to a call, before it is written.
type answer struct {
	status   int
	result   any
	info     any // result_info; left out when nil
	nullInfo bool
	errors   []apiError
	text     string // instead of an envelope
}

// apiError is one error of an envelope.
type apiError struct {
	Code    int     `json:"code"`
	Message string  `json:"message"`
	Source  *source `json:"source,omitempty"`
}

type source struct {
	Pointer string `json:"pointer"`
}

func done(result any) answer { return answer{status: http.StatusOK, result: result} }

func failed(status, code int, format string, args ...any) answer {
	return answer{status: status, errors: []apiError{{Code: code, Message: fmt.Sprintf(format, args...)}}}
}

// at says which field of the request an error is about.
func (a answer) at(pointer string) answer {
	if pointer != "" {
		a.errors[0].Source = &source{pointer}
	}
	return a
}

// sent is a response as it is sent, with the envelope around it.
// https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/
func (s *Simulator) sent(a answer) kit.Answer {
	if a.text != "" {
		return kit.NewAnswer(a.status, "text/plain;charset=UTF-8", []byte(a.text))
	}
	e := map[string]any{"success": a.status < 400, "errors": a.errors, "messages": []string{}, "result": a.result}
	if a.errors == nil {
		e["errors"] = []apiError{}
	}
	if s.o.BareStrings {
		// Some services of Cloudflare send bare strings:
		// https://github.com/cloudflare/cloudflare-go/blob/v0.119.0/cloudflare.go
		messages := []string{}
		for _, fault := range a.errors {
			messages = append(messages, fault.Message)
		}
		e["errors"], e["messages"] = messages, []string{"simulated"}
	}
	if a.info != nil || a.nullInfo {
		e["result_info"] = a.info
	}
	return kit.NewAnswer(a.status, "application/json", append(kit.Encode(e), '\n'))
}

// finish adds what all responses have, for REST and S3.
func (s *Simulator) finish(c Call, a *kit.Answer) {
	a.Header.Set("Cf-Ray", kit.HexHash(s.o.AccountID + c.Path + strconv.Itoa(c.N))[:16]+"-SIM")
	a.Header.Set("Server", "cloudflare")
}

// spoilt returns the error for a fault of the kind Status. Codes of R2:
// https://developers.cloudflare.com/r2/api/error-codes/
func (s *Simulator) spoilt(_ Call, f *Fault) kit.Answer {
	status := cmp.Or(f.Status, http.StatusInternalServerError)
	codes := map[int]int{401: 10000, 403: 10000, 404: 7003, 405: 7001, 429: 971, 503: 10043}
	code := cmp.Or(f.Code, codes[status], 10001)
	return s.sent(failed(status, code, "%s", cmp.Or(f.Message, http.StatusText(status), "error")))
}

// stamp formats a time as in responses; it returns null for the zero time.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(tokenTime)
}
