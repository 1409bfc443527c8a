package transport

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync/atomic"
)

// connections is how many connections one attempt may use. net/http opens another by itself if
// an idle one turns out to be closed, or if an HTTP/2 server says that it is going away; for
// the latter it has no limit.
const connections = 10

var errConnections = errors.New("the server closes each connection before it answers")

// boundConnections returns a context for one attempt, which ends with errConnections once the
// attempt has used too many. The caller ends it.
func boundConnections(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	ctx, end := context.WithCancelCause(ctx)
	var used atomic.Int64
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
		if used.Add(1) > connections {
			end(errConnections)
		}
	}}), end
}
