// Package transport has the manners of HTTP that adapters share: a limiter that
// keeps calls below what a vendor publishes and follows what it answers, sending
// again what may be sent again, a bound on time and on size, and a record of each
// exchange without what is secret in it.
//
// It knows no vendor: which requests may be repeated, and what is secret in a
// body, it is told. What an answer means is the adapter's to say.
package transport
