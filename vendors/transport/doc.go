// Package transport is the HTTP layer that adapters share. It limits the rate of calls, repeats
// requests that may be repeated, bounds time and size, and traces each exchange with secrets
// replaced.
//
// # Use
//
// [NewClient] returns an [http.Client] that follows no redirect, and [New] the round tripper below
// it. [Options] says what this package cannot know: whether a request may be sent again, and what
// is secret in a body. The time comes from the [vendors.Host] in it. A [Limiter] counts the calls
// of one identity and is shared by all clients of that identity.
//
// # Promises
//
// Round trippers and limiters are safe for concurrent use. A response is read completely before it is
// returned. A body that is cut off is an error, and so is a response that is too large
// ([ErrTooLarge]).
//
// A request is repeated only as far as its [Repeat] allows: [Never], [WhenRefused] or [Always]. While a
// call waits because the server asked for it, Host.Waiting is told. A wait that would exceed the limit
// for one call is not begun; [TooLong] then returns a [*WaitError] for the response.
//
// A [*NotSentError] means that the request never reached the vendor, so nothing was done. Any other
// error of a request that writes leaves its outcome unknown.
//
// No request that may carry a secret is sent to a host that Host.MaySend refuses; see [Guard].
//
// # What is left to adapters
//
// This package knows nothing about vendors. Adapters decide what a response means and turn
// errors into [vendors.Error]; [Cause], [Hide], [RequestID] and [RetryAfter] help with that.
package transport
