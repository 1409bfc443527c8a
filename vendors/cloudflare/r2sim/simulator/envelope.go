package simulator

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// answer is what a call is answered with, before it is written.
type answer struct {
	status     int
	result     any
	info       any // result_info; left out when nil
	nullInfo   bool
	errors     []apiError
	retryAfter time.Duration
	headers    map[string]string
	mime       string
	raw        []byte    // instead of an envelope
	cut        FaultKind // Reset, Hang or Truncate
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

func (a answer) failed() bool { return len(a.errors) > 0 || a.raw != nil || a.status >= 400 }

// body writes the envelope that is around every answer.
// https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/
func (a answer) body(bare bool) []byte {
	if a.raw != nil {
		return a.raw
	}
	e := map[string]any{"success": !a.failed(), "errors": a.errors, "messages": []string{}, "result": a.result}
	if a.errors == nil {
		e["errors"] = []apiError{}
	}
	if bare {
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
	text, err := json.Marshal(e)
	if err != nil {
		panic(fmt.Sprintf("simulator: encode an answer: %v", err)) // answers are plain data of this package
	}
	return append(text, '\n')
}

// header gives the headers of an answer with a body of n bytes.
func (s *Simulator) header(a answer, ray string, n int) http.Header {
	h := http.Header{}
	h.Set("Date", s.o.Now().UTC().Format(http.TimeFormat))
	h.Set("Cf-Ray", ray)
	h.Set("Server", "cloudflare")
	h.Set("Content-Length", strconv.Itoa(n))
	if n > 0 {
		h.Set("Content-Type", "application/json")
	}
	if a.mime != "" && n > 0 {
		h.Set("Content-Type", a.mime)
	}
	for name, value := range a.headers {
		h.Set(name, value)
	}
	if a.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(a.retryAfter.Seconds()))))
	}
	return h
}

// stamp is how times look in answers; null when there is none.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(tokenTime)
}
