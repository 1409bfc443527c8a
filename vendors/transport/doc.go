// Package transport is the HTTP layer that adapters share. It limits the rate of calls, repeats
// requests that may be repeated, bounds time and size, and records each exchange with secrets
// replaced.
//
// # Use
//
// [NewClient] returns an [http.Client] that follows no redirect, and [New] the round tripper below
// it. [Options] says what the package cannot know: whether a request may be sent again, and what is
// secret in a body. The time comes from the [vendors.Host] in it. A [Limiter] counts the calls of
// one identity and is shared by all clients of that identity.
//
// # Promises
//
// Round trippers and limiters are safe for concurrent use. An answer is read whole before it is
// returned; a body that breaks off is an error, and so is an answer that is too large, [ErrTooLarge].
//
// A request is repeated only as far as its [Repeat] allows: [Never], [WhenRefused] or [Always]. While a
// call waits for a server that asks for patience, Host.Waiting is told. A wait that would exceed the
// bound on a call is not begun; [TooLong] then returns a [*WaitError] for the answer.
//
// A [*NotSentError] means that the request never reached the vendor, so nothing was done. Any other
// error of a request that writes leaves its outcome unknown.
//
// No request that may carry a secret is sent to a host that Host.MaySend refuses; see [Guard].
//
// # What is left to adapters
//
// This package knows no vendor. Adapters decide what an answer means and turn errors into
// [vendors.Error]; [Cause], [Hide], [RequestID] and [RetryAfter] help with that.
package transport
