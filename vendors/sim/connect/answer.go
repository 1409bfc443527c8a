package connect

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"

	"buckethead/vendors/sim/kit"
)

// answer is the response to a call, before it is written.
type answer struct {
	status int
	body   any    // as JSON; nil for none
	raw    []byte // instead of body
	mime   string // of raw
	name   string // of a file that is sent
}

// wireError is the body of every error.
type wireError struct {
	Status  int    `json:"status"`
	Message string `json:"message"`
}

func done(body any) answer { return answer{status: http.StatusOK, body: body} }

func failed(status int, format string, args ...any) answer {
	return answer{status: status, body: wireError{status, fmt.Sprintf(format, args...)}}
}

// sent is a response as it is sent.
func (a answer) sent() kit.Answer {
	out := kit.NewAnswer(a.status, a.mime, a.raw)
	if a.raw == nil && a.body != nil {
		out = kit.NewAnswer(a.status, "application/json", append(kit.Encode(a.body), '\n'))
	}
	if a.name != "" {
		out.Header.Set("Content-Disposition", "attachment; filename="+strconv.Quote(a.name))
	}
	return out
}

// spoilt returns the error for a fault of the kind Status.
func spoilt(_ kit.Call, f *Fault) kit.Answer {
	status := cmp.Or(f.Status, http.StatusInternalServerError)
	return failed(status, "%s", cmp.Or(f.Message, messages[status], http.StatusText(status))).sent()
}

// finish adds the version that the server tells. It tells no id of the request:
// https://github.com/1Password/connect/blob/main/CHANGELOG.md
func finish(_ kit.Call, a *kit.Answer) { a.Header.Set("1Password-Connect-Version", serverVersion) }

// messages are the texts of the server for a status without details.
// https://github.com/1Password/terraform-provider-onepassword/issues/222
// https://github.com/1Password/terraform-provider-onepassword/pull/295
var messages = map[int]string{
	http.StatusConflict:            "Conflict: Internal server conflict.",
	http.StatusInternalServerError: "Something went wrong",
	http.StatusUnauthorized:        badToken,
}
